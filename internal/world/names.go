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
}

var parts = sync.OnceValue(func() nameParts {
	return nameParts{
		family: read("names/family_names.csv", "family_name", "weight_pct", "")[""],
		middle: read("names/middle_names.csv", "middle_name", "count", "gender"),
		given:  read("names/given_names.csv", "given_name", "count", "gender"),
	}
})

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
		sum := x
		if n := len(all[k]); n > 0 {
			sum += all[k][n-1].upTo
		}
		all[k] = append(all[k], part{r[t], sum})
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
	gender := "nam"
	if r.IntN(2) == 0 {
		gender = "nữ"
	}
	p := parts()
	return strings.Join(strings.Fields(pick(r, p.family)+" "+pick(r, p.middle[gender])+" "+pick(r, p.given[gender])), " ")
}

// Phone makes up a telephone number that no network gives out: the prefix 000.
func Phone(r *rand.Rand) string { return fmt.Sprintf("000 %03d %04d", r.IntN(1000), r.IntN(10000)) }
