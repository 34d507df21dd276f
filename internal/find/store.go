// Package find finds texts by the words they hold, in any order and not to their
// ends, among millions.
package find

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhipcau/internal/db"
)

// An Index is a set of texts that can be searched for by the words they hold, each
// under an id. The words of a text are added by whoever writes it, with AddWords in
// the same transaction; they are never taken away again, so a search finds all that
// hold its words, and perhaps some that once did.
type Index int

// The indexes: the names of members by member, and of units by unit.
const (
	MemberNames Index = 1
	UnitNames   Index = 2
)

// A Worded is a folded text (vn.Fold), the id under which it is found, and marks by
// which a search may be narrowed.
type Worded struct {
	ID    int64
	Text  string
	Marks []string
}

const (
	blockBits  = 16 // ids of a block
	blockBytes = 1 << blockBits / 8
	mostLetter = 200  // bytes of a word that are looked at
	mostBlocks = 64   // that a search reads at once
	mostEnds   = 5000 // words that a beginning stands for
	fewEnough  = 100  // candidates that are quicker looked at than narrowed further
)

// Words returns the words of a folded text as the indexes know them: runs of
// letters and digits.
func Words(text string) []string {
	all := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	for i, w := range all {
		if len(w) > mostLetter {
			cut := mostLetter
			for !utf8.RuneStart(w[cut]) {
				cut--
			}
			all[i] = w[:cut]
		}
	}
	return all
}

// Holds reports whether a folded text holds each of words, as beginnings of words
// or, if whole, as words.
func Holds(text string, words []string, whole bool) bool {
	have := Words(text)
	for _, w := range words {
		if !slices.ContainsFunc(have, func(h string) bool { return h == w || !whole && strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// AddWords adds the words of texts to x.
func AddWords(ctx context.Context, tx *db.Tx, x Index, texts []Worded) error {
	a := adder{}
	for _, t := range slices.SortedFunc(slices.Values(texts), func(a, b Worded) int { return cmp.Compare(a.ID, b.ID) }) {
		a.add(t)
	}
	if len(texts) > 0 {
		if err := tx.Lock(ctx, "words of names"); err != nil {
			return err
		}
	}
	return a.write(ctx, tx, x)
}

// AddMarks is AddWords for marks alone, of any number of texts in any order: marks
// calls its argument with each.
func AddMarks(ctx context.Context, tx *db.Tx, x Index, marks func(add func(Worded) error) error) error {
	if err := tx.Lock(ctx, "words of names"); err != nil {
		return err
	}
	a := adder{}
	if err := marks(func(t Worded) error { a.add(t); return nil }); err != nil {
		return err
	}
	for k := range a {
		slices.Sort(a[k])
		a[k] = slices.Compact(a[k])
	}
	return a.write(ctx, tx, x)
}

// write adds what was gathered to x.
func (a adder) write(ctx context.Context, tx *db.Tx, x Index) error {
	for _, k := range a.keys() {
		rows, err := db.All(ctx, tx, scanList, `SELECT list FROM find_word WHERE kind = $1 AND word = $2 AND block = $3`, x, k.word, k.block)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			if err := tx.Exec(ctx, `INSERT INTO find_word (kind, word, block, list) VALUES ($1, $2, $3, $4)`, x, k.word, k.block, pack(a[k])); err != nil {
				return err
			}
			continue
		}
		now, err := merged(rows[0], a[k])
		if err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE find_word SET list = $1 WHERE kind = $2 AND word = $3 AND block = $4`, now, x, k.word, k.block); err != nil {
			return err
		}
	}
	return nil
}

// Reindex makes x anew: texts calls its argument with all texts, in the order of
// their ids, and marks with all marks, without texts and in any order. It is for
// what was loaded in bulk, without AddWords.
func Reindex(ctx context.Context, tx *db.Tx, x Index, texts, marks func(add func(Worded) error) error) error {
	if err := tx.Lock(ctx, "words of names"); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM find_word WHERE kind = $1`, x); err != nil {
		return err
	}
	var all []packedList
	a, last := adder{}, int64(-1)
	flush := func() {
		for _, k := range a.keys() {
			slices.Sort(a[k])
			all = append(all, packedList{k, pack(slices.Compact(a[k]))})
		}
		clear(a)
	}
	if err := texts(func(t Worded) error {
		if b := t.ID >> blockBits; b != last {
			if b < last {
				return fmt.Errorf("find: reindexing %d after a later one", t.ID)
			}
			flush()
			last = b
		}
		a.add(t)
		return nil
	}); err != nil {
		return err
	}
	flush()
	if err := marks(func(t Worded) error { a.add(t); return nil }); err != nil {
		return err
	}
	flush()
	slices.SortFunc(all, func(a, b packedList) int {
		return cmp.Or(strings.Compare(a.word, b.word), cmp.Compare(a.block, b.block))
	})
	return db.InsertMany(ctx, tx, `INSERT INTO find_word (kind, word, block, list) VALUES`, len(all), func(i int) []any {
		return []any{x, all[i].word, all[i].block, all[i].list}
	})
}

type packedList struct {
	key
	list []byte
}

func scanList(r db.Scanner) (b []byte, err error) { return b, r.Scan(&b) }

// Search calls look with the ids after a number that may hold each of words, in
// order and some at a time, until it returns false. It looks for the words as
// beginnings or, if whole, as words, and for what bears each of marks. What it finds
// may have lost a word, or lack one of several: look sees to that.
func Search(ctx context.Context, tx *db.Tx, x Index, words []string, whole bool, marks []string, after int64, look func(ids []int64) (more bool, err error)) error {
	terms, err := expand(ctx, tx, x, words, whole)
	if err != nil || len(terms) < len(words) {
		return err
	}
	for _, m := range marks {
		terms = slices.Insert(terms, 0, []string{mark + m})
	}
	var last int64
	if err := tx.One(ctx, `SELECT coalesce(max(block), -1) FROM find_word WHERE kind = $1 AND word = ''`, []any{x}, &last); err != nil {
		return err
	}
	size := int64(1)
	for from := after >> blockBits; from <= last; from, size = from+size, min(size*4, mostBlocks) {
		ids, err := candidates(ctx, tx, x, terms, from, size)
		if err != nil {
			return err
		}
		i, found := slices.BinarySearch(ids, after)
		if found {
			i++
		}
		if ids = ids[i:]; len(ids) == 0 {
			continue
		}
		if more, err := look(ids); err != nil || !more {
			return err
		}
	}
	return nil
}

// expand returns for each of words those of x that it stands for, the fewest
// first; nothing if one stands for none.
func expand(ctx context.Context, tx *db.Tx, x Index, words []string, whole bool) ([][]string, error) {
	var terms [][]string
	for _, w := range words {
		some := []string{w}
		if _, n := utf8.DecodeRuneInString(w); !whole && n == len(w) {
			some[0] = w + begin
		} else if !whole {
			var err error
			some, err = db.All(ctx, tx, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) }, `
				WITH RECURSIVE ends (word) AS (
					SELECT (SELECT min(f.word) FROM find_word f WHERE f.kind = $1 AND f.word >= $2 AND f.word < $3)
					UNION ALL
					SELECT (SELECT min(f.word) FROM find_word f WHERE f.kind = $1 AND f.word > ends.word AND f.word < $3) FROM ends WHERE ends.word IS NOT NULL)
				SELECT word FROM ends WHERE word IS NOT NULL LIMIT $4`, x, w, w+"\U0010FFFF", mostEnds)
			if err != nil || len(some) == 0 {
				return nil, err
			}
		}
		terms = append(terms, some)
	}
	slices.SortStableFunc(terms, func(a, b []string) int { return len(a) - len(b) })
	return terms, nil
}

// candidates returns the ids of some blocks that hold a word of each of terms.
func candidates(ctx context.Context, tx *db.Tx, x Index, terms [][]string, from, size int64) ([]int64, error) {
	var have map[int64]*set
	for i, words := range terms {
		next := map[int64]*set{}
		for _, w := range words {
			if err := db.Each(ctx, tx, `SELECT block, list FROM find_word WHERE kind = $1 AND word = $2 AND block >= $3 AND block < $4`,
				[]any{x, w, from, from + size}, func(r db.Scanner) error {
					var block int64
					var list []byte
					if err := r.Scan(&block, &list); err != nil {
						return err
					}
					if i > 0 && have[block] == nil {
						return nil
					}
					if next[block] == nil {
						next[block] = &set{}
					}
					return next[block].or(list)
				}); err != nil {
				return nil, err
			}
		}
		for block, s := range next {
			if i > 0 {
				s.and(have[block])
			}
			if s.empty() {
				delete(next, block)
			}
		}
		if have = next; count(have) <= fewEnough {
			break
		}
	}
	return gather(have), nil
}

func count(all map[int64]*set) (n int) {
	for _, s := range all {
		for _, w := range s {
			n += bits.OnesCount64(w)
		}
	}
	return n
}

func gather(all map[int64]*set) []int64 {
	var out []int64
	for block, s := range all {
		s.each(func(n int) { out = append(out, block<<blockBits|int64(n)) })
	}
	slices.Sort(out)
	return out
}

// A set holds numbers under 65,536.
type set [1 << blockBits / 64]uint64

func (s *set) put(n int) { s[n/64] |= 1 << (n % 64) }

func (s *set) and(o *set) {
	for i := range s {
		s[i] &= o[i]
	}
}

func (s *set) empty() bool { return *s == set{} }

func (s *set) each(f func(n int)) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			f(i*64 + bits.TrailingZeros64(w))
		}
	}
}

// or adds what is packed in list: a bit for each number if it is as long as that,
// else two bytes for each that is in it.
func (s *set) or(list []byte) error {
	if len(list) == blockBytes {
		for i := range s {
			s[i] |= binary.LittleEndian.Uint64(list[i*8:])
		}
		return nil
	}
	if len(list)%2 != 0 {
		return fmt.Errorf("find: a list of %d bytes in find_word", len(list))
	}
	for ; len(list) > 0; list = list[2:] {
		s.put(int(binary.LittleEndian.Uint16(list)))
	}
	return nil
}

// merged returns a list with more numbers.
func merged(list []byte, more []uint16) ([]byte, error) {
	var s set
	if err := s.or(list); err != nil {
		return nil, err
	}
	for _, n := range more {
		s.put(int(n))
	}
	var all []uint16
	s.each(func(n int) { all = append(all, uint16(n)) })
	return pack(all), nil
}

// pack packs numbers that rise.
func pack(all []uint16) []byte {
	if 2*len(all) < blockBytes {
		out := make([]byte, 0, 2*len(all))
		for _, n := range all {
			out = binary.LittleEndian.AppendUint16(out, n)
		}
		return out
	}
	out := make([]byte, blockBytes)
	for _, n := range all {
		out[n/8] |= 1 << (n % 8)
	}
	return out
}

type key struct {
	word  string
	block int64
}

// Beside words, the index knows words by their first letter, and marks.
const (
	begin = "*"
	mark  = "@"
)

// An adder gathers the ids of words, of first letters and of marks, and of all texts
// under the word "".
type adder map[key][]uint16

func (a adder) add(t Worded) {
	block, n := t.ID>>blockBits, uint16(t.ID&(1<<blockBits-1))
	put := func(w string) {
		k := key{w, block}
		if have := a[k]; len(have) == 0 || have[len(have)-1] != n {
			a[k] = append(have, n)
		}
	}
	for _, w := range Words(t.Text) {
		_, first := utf8.DecodeRuneInString(w)
		put(w)
		put(w[:first] + begin)
	}
	for _, m := range t.Marks {
		put(mark + m)
	}
	if t.Text != "" {
		put("")
	}
}

// keys returns the keys in order, so that those who add at once do so alike.
func (a adder) keys() []key {
	all := make([]key, 0, len(a))
	for k := range a {
		all = append(all, k)
	}
	slices.SortFunc(all, func(a, b key) int { return cmp.Or(strings.Compare(a.word, b.word), cmp.Compare(a.block, b.block)) })
	return all
}
