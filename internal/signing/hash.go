package signing

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
)

// Content is what a signature covers: what a unit returned, word for word and figure
// for figure, and the edition of the form by which it is to be read. Figures worked
// out from these need no signature of their own; counts of other slices are those of
// Mark.
type Content struct {
	Period  string
	Unit    int64
	Form    string
	Edition int64
	Nothing bool             // the unit has nothing to report
	Figures map[string]int64 // by key of the item; an item that is not in it is empty
	Texts   map[string]string
	Mark    int64 // last post of the house that was seen, 0 if nothing depends on it
}

// Hash is a SHA-256 in hex over the content in one way of writing: everything has its
// length before it and items stand in the order of their keys, so two contents have
// one hash only if they are the same.
func (c Content) Hash() string {
	b := text([]byte("nhipcau report 1"), c.Period)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Unit))
	b = text(b, c.Form)
	b = binary.BigEndian.AppendUint64(b, uint64(c.Edition))
	b = binary.BigEndian.AppendUint64(b, uint64(c.Mark))
	if c.Nothing {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = binary.BigEndian.AppendUint64(b, uint64(len(c.Figures)))
	for _, key := range slices.Sorted(maps.Keys(c.Figures)) {
		b = binary.BigEndian.AppendUint64(text(b, key), uint64(c.Figures[key]))
	}
	b = binary.BigEndian.AppendUint64(b, uint64(len(c.Texts)))
	for _, key := range slices.Sorted(maps.Keys(c.Texts)) {
		b = text(text(b, key), c.Texts[key])
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func text(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(s))), s...)
}
