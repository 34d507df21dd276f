package prose

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// A Mode says what a run of words is to the newer text.
type Mode string

// The modes.
const (
	Same Mode = "same"
	Gone Mode = "gone"
	New  Mode = "new"
)

// A Run is some words of two texts that are compared.
type Run struct {
	Kind Mode
	Text string
}

// Words compares two texts by words. The runs that are not New make up a, those
// that are not Gone make up b.
func Words(a, b string) []Run {
	var t tokens
	runs := t.diff(t.of(a), t.of(b))
	return tidy(runs)
}

// tokens numbers words by runes, for the library compares characters.
type tokens struct {
	words []string
	at    map[string]rune
}

// surrogates begin here and are skipped: a string cannot hold them.
const surrogates, surrogatesEnd = 0xD800, 0xE000

func (t *tokens) rune(word string) rune {
	if r, ok := t.at[word]; ok {
		return r
	}
	if t.at == nil {
		t.at = map[string]rune{}
	}
	r := rune(len(t.words) + 1)
	if r >= surrogates {
		r += surrogatesEnd - surrogates
	}
	t.words, t.at[word] = append(t.words, word), r
	return r
}

func (t *tokens) word(r rune) string {
	if r >= surrogatesEnd {
		r -= surrogatesEnd - surrogates
	}
	return t.words[r-1]
}

// of cuts a text into words, spaces and signs.
func (t *tokens) of(text string) []rune {
	var out []rune
	start, inWord := 0, false
	for i, r := range text {
		if i > 0 && !(letter(r) && inWord) {
			out = append(out, t.rune(text[start:i]))
			start = i
		}
		inWord = letter(r)
	}
	if start < len(text) {
		out = append(out, t.rune(text[start:]))
	}
	return out
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func (t *tokens) diff(a, b []rune) []Run {
	d := diffmatchpatch.New()
	d.DiffTimeout = 0 // texts are short, and the answer must not depend on the machine
	var runs []Run
	for _, piece := range d.DiffMainRunes(a, b, false) {
		var words strings.Builder
		for _, r := range piece.Text {
			words.WriteString(t.word(r))
		}
		kind := Same
		switch piece.Type {
		case diffmatchpatch.DiffDelete:
			kind = Gone
		case diffmatchpatch.DiffInsert:
			kind = New
		}
		runs = append(runs, Run{kind, words.String()})
	}
	return runs
}

// tidy joins changes that only spaces or a sign keep apart, so that a sentence
// which is new reads as one, and puts what is gone before what is new.
func tidy(runs []Run) []Run {
	var out []Run
	var gone, fresh strings.Builder
	flush := func() {
		if gone.Len() > 0 {
			out = append(out, Run{Gone, gone.String()})
		}
		if fresh.Len() > 0 {
			out = append(out, Run{New, fresh.String()})
		}
		gone.Reset()
		fresh.Reset()
	}
	for i, r := range runs {
		switch {
		case r.Kind == Gone:
			gone.WriteString(r.Text)
		case r.Kind == New:
			fresh.WriteString(r.Text)
		case strings.TrimSpace(r.Text) == "" && i > 0 && i+1 < len(runs):
			gone.WriteString(r.Text)
			fresh.WriteString(r.Text)
		default:
			flush()
			out = append(out, r)
		}
	}
	flush()
	return out
}

// A How says what became of a block.
type How string

// What became of a block. One that is changed may have been moved too.
const (
	Kept    How = "same"
	Changed How = "changed"
	Added   How = "new"
	Removed How = "gone"
	Moved   How = "moved"
)

// A Change is what became of a block from one text to another: Was in the older
// one, Is in the newer; Runs when its words, kind or fields are Changed.
type Change struct {
	How     How
	Was, Is Block
	Runs    []Run
	Moved   bool
}

// Compare returns what became of every block from a to b, in the order of b, those
// that are gone behind the block that they followed.
func Compare(a, b Doc) []Change {
	where := make(map[string]int, len(a.Blocks))
	for i, block := range a.Blocks {
		where[block.ID] = i
	}
	var order []int
	for _, block := range b.Blocks {
		if i, ok := where[block.ID]; ok {
			order = append(order, i)
		}
	}
	still := rising(order)
	after := gone(a, b)
	out := make([]Change, 0, len(b.Blocks))
	out = append(out, after[""]...)
	for _, block := range b.Blocks {
		i, ok := where[block.ID]
		if !ok {
			out = append(out, Change{How: Added, Is: block})
		} else {
			out = append(out, change(a.Blocks[i], block, !still[i]))
		}
		out = append(out, after[block.ID]...)
	}
	return out
}

func change(was, is Block, moved bool) Change {
	c := Change{How: Kept, Was: was, Is: is, Moved: moved}
	switch {
	case !was.Equal(is):
		c.How, c.Runs = Changed, Words(was.Text, is.Text)
	case moved:
		c.How = Moved
	}
	return c
}

// gone returns the blocks of a that are not in b, by the block which they follow
// that is; "" for those at the beginning.
func gone(a, b Doc) map[string][]Change {
	stays := map[string]bool{}
	for _, block := range b.Blocks {
		stays[block.ID] = true
	}
	after, behind := map[string][]Change{}, ""
	for _, block := range a.Blocks {
		if stays[block.ID] {
			behind = block.ID
			continue
		}
		after[behind] = append(after[behind], Change{How: Removed, Was: block})
	}
	return after
}

// rising returns the members of a longest rising part of order: what stayed in
// place while others were moved.
func rising(order []int) map[int]bool {
	var ends []int // position in order of the smallest end of a rising part of each length
	before := make([]int, len(order))
	for i, n := range order {
		at, _ := slices.BinarySearchFunc(ends, n, func(e, n int) int { return cmp.Compare(order[e], n) })
		before[i] = -1
		if at > 0 {
			before[i] = ends[at-1]
		}
		if at == len(ends) {
			ends = append(ends, i)
		} else {
			ends[at] = i
		}
	}
	stays := map[int]bool{}
	if len(ends) == 0 {
		return stays
	}
	for i := ends[len(ends)-1]; i >= 0; i = before[i] {
		stays[order[i]] = true
	}
	return stays
}
