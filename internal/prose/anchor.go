package prose

import (
	"slices"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// An Anchor is a passage of a text: From and To count characters (runes) of the
// text of a block; 0, 0 is the whole block. Quote is the passage, Before and After
// what stands around it, by which it is found again.
type Anchor struct {
	Block  string `json:"block"`
	From   int    `json:"from,omitempty"`
	To     int    `json:"to,omitempty"`
	Quote  string `json:"quote,omitempty"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Whole reports whether a is a whole block.
func (a Anchor) Whole() bool { return a.From == 0 && a.To == 0 }

// around is how many characters on each side of a passage are kept with it.
const around = 32

// At returns the anchor of a passage of d; from and to are put within the block.
// It reports false if there is no such block.
func (d Doc) At(block string, from, to int) (Anchor, bool) {
	b, ok := d.Find(block)
	if !ok {
		return Anchor{}, false
	}
	return at(b, from, to), true
}

func at(b Block, from, to int) Anchor {
	runes := []rune(b.Text)
	from = min(max(from, 0), len(runes))
	to = min(max(to, from), len(runes))
	if from == to {
		return Anchor{Block: b.ID, Quote: b.Text}
	}
	return Anchor{
		Block: b.ID, From: from, To: to, Quote: string(runes[from:to]),
		Before: string(runes[max(0, from-around):from]), After: string(runes[to:min(len(runes), to+around)]),
	}
}

// Found says how a passage stands in a later text.
type Found string

// How a passage stands. Gone keeps the anchor on its block as a whole while the
// block is there, and as it was otherwise; its Quote is always the old one.
const (
	Exact         Found = "exact"
	FoundMoved    Found = "moved" // the same words at another place
	FoundChanged  Found = "changed"
	FoundGone     Found = "gone"
	nearestPlaces       = 50 // so many places of the same words are weighed
)

// Follow returns where the passage a of d stands in now.
func (d Doc) Follow(a Anchor, now Doc) (Anchor, Found) {
	was, known := d.Find(a.Block)
	is, there := now.Find(a.Block)
	if a.Whole() {
		return followWhole(a, was, known, is, there, now)
	}
	if there {
		if known && was.Text == is.Text {
			return a, Exact
		}
		if found, how, ok := within(a, was, known, is); ok {
			return found, how
		}
	}
	for _, b := range now.Blocks {
		if b.ID == a.Block {
			continue
		}
		if places := places(b.Text, a.Quote); len(places) > 0 && utf8.RuneCountInString(a.Quote) >= around/2 {
			from := nearest(b.Text, places, a)
			return at(b, from, from+utf8.RuneCountInString(a.Quote)), FoundMoved
		}
	}
	if there {
		return Anchor{Block: a.Block, Quote: a.Quote}, FoundGone
	}
	return a, FoundGone
}

func followWhole(a Anchor, was Block, known bool, is Block, there bool, now Doc) (Anchor, Found) {
	switch {
	case there && (known && was.Text == is.Text || a.Quote == is.Text):
		return Anchor{Block: a.Block, Quote: is.Text}, Exact
	case there:
		return Anchor{Block: a.Block, Quote: is.Text}, FoundChanged
	}
	for _, b := range now.Blocks {
		if b.Text != "" && (known && b.Text == was.Text || b.Text == a.Quote) {
			return Anchor{Block: b.ID, Quote: b.Text}, FoundMoved
		}
	}
	return a, FoundGone
}

// within follows a passage inside its own block.
func within(a Anchor, was Block, known bool, is Block) (Anchor, Found, bool) {
	size := utf8.RuneCountInString(a.Quote)
	if all := places(is.Text, a.Quote); len(all) > 0 {
		from := nearest(is.Text, all, a)
		found := at(is, from, from+size)
		if from == a.From {
			return found, Exact, true
		}
		return found, FoundMoved, true
	}
	if !known {
		return Anchor{}, "", false
	}
	from, to, kept := carry([]rune(was.Text), []rune(is.Text), a.From, a.To)
	if from >= to || kept*3 < size { // what is left of it is by chance
		return Anchor{}, "", false
	}
	return at(is, from, to), FoundChanged, true
}

// places returns where quote stands in text, in characters; the first ones only.
func places(text, quote string) []int {
	if quote == "" {
		return nil
	}
	hay, needle := []rune(text), []rune(quote)
	var all []int
	for i := 0; i+len(needle) <= len(hay) && len(all) < nearestPlaces; i++ {
		if hay[i] == needle[0] && slices.Equal(hay[i:i+len(needle)], needle) {
			all = append(all, i)
		}
	}
	return all
}

// nearest chooses the place with most of what stood around the passage, then the
// one closest to where it was.
func nearest(text string, places []int, a Anchor) int {
	runes, size := []rune(text), utf8.RuneCountInString(a.Quote)
	before, after := []rune(a.Before), []rune(a.After)
	best, most, least := places[0], -1, 0
	for _, p := range places {
		same := 0
		for i := 1; i <= len(before) && p-i >= 0 && runes[p-i] == before[len(before)-i]; i++ {
			same++
		}
		for i := 0; i < len(after) && p+size+i < len(runes) && runes[p+size+i] == after[i]; i++ {
			same++
		}
		far := max(p-a.From, a.From-p)
		if same > most || same == most && far < least {
			best, most, least = p, same, far
		}
	}
	return best
}

// carry takes a passage of was through the changes to is, and counts the
// characters of it that are still there.
func carry(was, is []rune, from, to int) (start, end, kept int) {
	from, to = min(max(from, 0), len(was)), min(max(to, 0), len(was))
	d := diffmatchpatch.New()
	d.DiffTimeout = 0
	start, end = -1, -1
	i, j := 0, 0 // in was, in is
	for _, piece := range d.DiffCleanupSemantic(d.DiffMainRunes(was, is, false)) {
		n := utf8.RuneCountInString(piece.Text)
		switch piece.Type {
		case diffmatchpatch.DiffDelete:
			i += n
		case diffmatchpatch.DiffInsert:
			if end >= 0 && i > from && i < to { // new words inside the passage belong to it
				end = j + n
			}
			j += n
		default:
			first, past := max(i, from), min(i+n, to)
			if first < past {
				if start < 0 {
					start = j + first - i
				}
				end = j + past - i
				kept += past - first
			}
			i, j = i+n, j+n
		}
	}
	return start, end, kept
}
