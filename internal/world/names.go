package world

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The counts behind made-up names; names/NOTICE has their sources.
//
//go:embed names/*.csv
var nameFiles embed.FS

// A part is one part of a name and the running sum of the weights up to it.
type part struct {
	text string
	upTo float64
}

type nameParts struct {
	family        []part
	middle, given map[string][]part // by gender
	marked, plain map[string][]part // middle names by gender, with and without Thị or Văn at their head
}

var parts = sync.OnceValue(func() nameParts {
	p := nameParts{
		family: read("names/family_names.csv", "family_name", "weight_pct", "")[""],
		middle: read("names/middle_names.csv", "middle_name", "count", "gender"),
		given:  read("names/given_names.csv", "given_name", "count", "gender"),
		marked: map[string][]part{}, plain: map[string][]part{},
	}
	for gender, all := range p.middle {
		before := 0.0
		for _, x := range all {
			half := p.plain
			if head, _, _ := strings.Cut(x.text, " "); head == "Thị" && gender == woman || head == "Văn" && gender == man {
				half = p.marked
			}
			half[gender] = add(half[gender], x.text, x.upTo-before)
			before = x.upTo
		}
	}
	return p
})

const man, woman = "nam", "nữ"

// add appends a part with its weight.
func add(all []part, text string, weight float64) []part {
	if n := len(all); n > 0 {
		weight += all[n-1].upTo
	}
	return append(all, part{text, weight})
}

// read reads the weighted parts of a file, apart by the column by. The files
// are part of the program, so a broken one is a broken build.
func read(file, text, weight, by string) map[string][]part {
	b, err := nameFiles.ReadFile(file)
	if err != nil {
		panic(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		panic(fmt.Errorf("%s: %w", file, err))
	}
	t, w, g := slices.Index(rows[0], text), slices.Index(rows[0], weight), slices.Index(rows[0], by)
	all := map[string][]part{}
	for _, r := range rows[1:] {
		x, err := strconv.ParseFloat(r[w], 64)
		if err != nil {
			panic(fmt.Errorf("%s: %w", file, err))
		}
		k := ""
		if g >= 0 {
			k = r[g]
		}
		all[k] = add(all[k], r[t], x)
	}
	return all
}

func pick(r *rand.Rand, all []part) string {
	x := r.Float64() * all[len(all)-1].upTo
	i, _ := slices.BinarySearchFunc(all, x, func(p part, x float64) int {
		if p.upTo <= x {
			return -1
		}
		return 1
	})
	return all[min(i, len(all)-1)].text
}

// Name makes up a full name with the frequencies of real ones. It is of no
// person; the same source of chance gives the same names.
func Name(r *rand.Rand) string {
	gender := man
	if r.IntN(2) == 0 {
		gender = woman
	}
	p := parts()
	return joined(pick(r, p.family), pick(r, p.middle[gender]), pick(r, p.given[gender]))
}

// NameOf is Name for a woman or a man born in a year: the older, the more often
// a woman is Thị and a man is Văn. The shares are assumptions; of those born
// after 1995 they are counted.
func NameOf(r *rand.Rand, female bool, born int) string {
	gender, share := man, 0.25
	switch {
	case female && born < 1975:
		gender, share = woman, 0.85
	case female:
		gender, share = woman, 0.7
	case born < 1975:
		share = 0.45
	}
	p := parts()
	middle := p.middle[gender]
	if born <= 1995 {
		middle = p.plain[gender]
		if r.Float64() < share {
			middle = p.marked[gender]
		}
	}
	return joined(pick(r, p.family), pick(r, middle), pick(r, p.given[gender]))
}

// joined writes a name; a middle name may be none.
func joined(family, middle, given string) string {
	if middle == "" {
		return family + " " + given
	}
	return family + " " + middle + " " + given
}

// Phone makes up a telephone number that no network gives out: the prefix 000.
func Phone(r *rand.Rand) string { return fmt.Sprintf("000 %03d %04d", r.IntN(1000), r.IntN(10000)) }
