package reflection

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"unicode"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// How alike two papers are is the share of runs of five words that they have in
// common. To find papers alike among thousands, each keeps the least of each of
// width·bands hashes of its runs: two have one in common as often as they are alike,
// and a band of two in common only if they are alike enough to be looked at.
const (
	run    = 5 // words
	bands  = 30
	width  = 2
	fewest = 20 // runs; a shorter text says nothing
)

// A word is one of a text, folded, and where it stands in it.
type word struct {
	fold     string
	from, to int
}

func wordsOf(s string) []word {
	var all []word
	from := -1
	folded := map[string]string{} // most words come again
	flush := func(to int) {
		if from >= 0 {
			f, ok := folded[s[from:to]]
			if !ok {
				f = vn.Fold(s[from:to])
				folded[s[from:to]] = f
			}
			all = append(all, word{f, from, to})
		}
		from = -1
	}
	for i, r := range s {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
		switch {
		case letter && from < 0:
			from = i
		case !letter:
			flush(i)
		}
	}
	flush(len(s))
	return all
}

func hashOf(words []word) uint64 {
	h := fnv.New64a()
	for _, w := range words {
		h.Write([]byte(w.fold))
		h.Write([]byte{' '})
	}
	return h.Sum64()
}

// A fixed is text that everybody may write alike: runs of it in a paper are left out.
type fixed map[int]map[uint64]bool // by length in words, at most run

func fixedOf(all []string) fixed {
	f := fixed{}
	for _, s := range all {
		words := wordsOf(s)
		n := min(run, len(words))
		if n < 4 { // so few words are everybody's
			continue
		}
		if f[n] == nil {
			f[n] = map[uint64]bool{}
		}
		for i := 0; i+n <= len(words); i++ {
			f[n][hashOf(words[i:i+n])] = true
		}
	}
	return f
}

// A shingle is a run of words, by its hash, from a place in the text.
type shingle struct {
	hash uint64
	at   int // index of its first word
}

// shingles returns the runs of words of a text, without what is fixed.
func (f fixed) shingles(words []word) []shingle {
	left := make([]bool, len(words))
	for n, given := range f {
		for i := 0; i+n <= len(words); i++ {
			if given[hashOf(words[i:i+n])] {
				for k := i; k < i+n; k++ {
					left[k] = true
				}
			}
		}
	}
	var all []shingle
	for i := 0; i+run <= len(words); i++ {
		if !slices.Contains(left[i:i+run], true) {
			all = append(all, shingle{hashOf(words[i : i+run]), i})
		}
	}
	return all
}

// A signature is the least of each hash; nil for a text too short to say anything.
type signature []uint32

func signatureFor(all []shingle) signature {
	if len(all) < fewest {
		return nil
	}
	sig := make(signature, bands*width)
	for i := range sig {
		sig[i] = math.MaxUint32
	}
	for _, s := range all {
		for i := range sig {
			sig[i] = min(sig[i], uint32(mix(s.hash^salt(i))>>32))
		}
	}
	return sig
}

func salt(i int) uint64 { return uint64(i+1) * 0x9e3779b97f4a7c15 }

// mix spreads the bits of x over all of them.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func (s signature) pack() []byte {
	b := make([]byte, 0, 4*len(s))
	for _, x := range s {
		b = binary.BigEndian.AppendUint32(b, x)
	}
	return b
}

func unpack(b []byte) signature {
	s := make(signature, len(b)/4)
	for i := range s {
		s[i] = binary.BigEndian.Uint32(b[4*i:])
	}
	return s
}

// bands returns a number for each band, none twice.
func (s signature) bands() []int64 {
	var all []int64
	for i := 0; i+width <= len(s); i += width {
		h := salt(bands*width + i)
		for _, x := range s[i : i+width] {
			h = mix(h ^ uint64(x))
		}
		all = append(all, int64(h>>1))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// like estimates how alike two texts are, in percent.
func (s signature) like(o signature) int {
	same := 0
	for i := range min(len(s), len(o)) {
		if s[i] == o[i] {
			same++
		}
	}
	return 100 * same / max(1, len(s))
}

// sign keeps the signature of somebody's paper.
func (s Set) sign(ctx context.Context, tx *db.Tx, member int64, text string) error {
	all, err := given(ctx, tx, s.Conference)
	if err != nil {
		return err
	}
	return putSignature(ctx, tx, s.Conference, member, signatureFor(fixedOf(all).shingles(wordsOf(text))))
}

// An Alike is a paper that has much in common with another.
type Alike struct {
	MemberKey string // "" for somebody of a unit that the reader does not see
	Name      string
	UnitName  string
	Percent   int64 // of the runs of words of either that both have

	path string // of the unit
}

const (
	shownAlike = 5
	leastAlike = 10 // percent
)

// AlikeTo returns the papers most alike the one that stands of a person, the most alike
// first; ok is false if its text says nothing, as of a picture. It is a hint.
//
// Of somebody whose unit by does not see, and whose papers they do not grade, neither
// name nor unit is told.
func AlikeTo(ctx context.Context, tx *db.Tx, by auth.Actor, s Set, p Person) (all []Alike, ok bool, err error) {
	sig, err := signatureOf(ctx, tx, s.Conference, p.Member)
	if err != nil || sig == nil {
		return nil, false, err
	}
	others, err := near(ctx, tx, s.Conference, p.Member, sig)
	if err != nil {
		return nil, true, err
	}
	ids := make([]int64, 0, len(others))
	for m := range others {
		ids = append(ids, m)
	}
	slices.SortFunc(ids, func(a, b int64) int {
		if d := sig.like(others[b]) - sig.like(others[a]); d != 0 {
			return d
		}
		return int(max(-1, min(1, a-b)))
	})
	mine, err := version(ctx, tx, s.Conference, p.Member, p.N)
	if err != nil {
		return nil, true, err
	}
	for _, m := range ids[:min(shownAlike, len(ids))] {
		a, n, err := nameOf(ctx, tx, s, m)
		if err != nil {
			return nil, true, err
		}
		other, err := version(ctx, tx, s.Conference, m, n)
		if err != nil {
			return nil, true, err
		}
		a.Percent, _, err = compare(ctx, tx, s, mine.text(), other.text())
		if err != nil {
			return nil, true, err
		}
		if a.Percent >= leastAlike {
			if by.Unit != s.Unit && !by.Covers(a.path) {
				a = Alike{Percent: a.Percent}
			}
			all = append(all, a)
		}
	}
	slices.SortStableFunc(all, func(a, b Alike) int { return int(b.Percent - a.Percent) })
	return all, true, nil
}

// A Passage is what two papers have in common, as each has it.
type Passage struct{ Here, There string }

const shownPassages = 20

func compare(ctx context.Context, tx *db.Tx, s Set, here, there string) (int64, []Passage, error) {
	all, err := given(ctx, tx, s.Conference)
	if err != nil {
		return 0, nil, err
	}
	percent, passages := alike(fixedOf(all), here, there)
	return percent, passages, nil
}

// alike returns how much two texts have in common, in percent, and the passages, the
// longest first.
func alike(f fixed, here, there string) (int64, []Passage) {
	wa, wb := wordsOf(here), wordsOf(there)
	a, b := f.shingles(wa), f.shingles(wb)
	place := map[uint64]int{} // in there, of the first
	for _, s := range b {
		if _, ok := place[s.hash]; !ok {
			place[s.hash] = s.at
		}
	}
	in := map[uint64]bool{}
	both := 0
	for _, s := range a {
		if _, ok := place[s.hash]; ok && !in[s.hash] {
			both++
		}
		in[s.hash] = true
	}
	union := len(in) + len(place) - both
	var spans []span
	for _, s := range a {
		at, ok := place[s.hash]
		if !ok {
			continue
		}
		if n := len(spans); n > 0 && s.at == spans[n-1].a+spans[n-1].words-run+1 && at == spans[n-1].b+spans[n-1].words-run+1 {
			spans[n-1].words++
		} else {
			spans = append(spans, span{s.at, at, run})
		}
	}
	slices.SortStableFunc(spans, func(x, y span) int { return y.words - x.words })
	var passages []Passage
	for _, s := range spans[:min(shownPassages, len(spans))] {
		passages = append(passages, Passage{cut(here, wa, s.a, s.words), cut(there, wb, s.b, s.words)})
	}
	return int64(100*both) / int64(max(1, union)), passages
}

// A span is a number of words that stand in two texts, from a place in each.
type span struct{ a, b, words int }

func cut(s string, all []word, at, n int) string {
	return strings.TrimSpace(s[all[at].from:all[at+n-1].to])
}
