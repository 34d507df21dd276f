package tally

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// A Lane is one of the things a sheet counts, numbered from 0 in the order its
// kind names them.
type Lane uint8

// A Kind is a sort of sheet. Its lanes are only ever added to at the end: an
// older vector lacks the tail, which reads as absent.
type Kind struct {
	Name  string
	Lanes []string
	byKey map[string]Lane
}

// NewKind declares a kind. Two lanes of one name are a mistake of the program.
func NewKind(name string, lanes ...string) *Kind {
	k := &Kind{Name: name, Lanes: lanes, byKey: map[string]Lane{}}
	for i, l := range lanes {
		if _, twice := k.byKey[l]; twice || i > math.MaxUint8 {
			panic("tally: lane " + l + " of " + name + " is given twice")
		}
		k.byKey[l] = Lane(i)
	}
	return k
}

// Has reports whether the kind counts lane.
func (k *Kind) Has(lane string) bool { _, ok := k.byKey[lane]; return ok }

// Lane returns the number of a lane. A name the kind does not have is a mistake
// of the program.
func (k *Kind) Lane(lane string) Lane {
	l, ok := k.byKey[lane]
	if !ok {
		panic("tally: " + k.Name + " has no lane " + lane)
	}
	return l
}

// A Delta is what one deed adds to one unit; absent lanes are not touched, and
// a zero makes a lane present without changing it.
type Delta map[Lane]int64

// Neg returns the delta that undoes d.
func (d Delta) Neg() Delta {
	n := Delta{}
	for l, x := range d {
		n[l] = -x
	}
	return n
}

// Plus returns the sum of d and o.
func (d Delta) Plus(o Delta) Delta {
	s := maps.Clone(d)
	if s == nil {
		s = Delta{}
	}
	for l, x := range o {
		s[l] += x
	}
	return s
}

// A Vec holds the figures of one unit. Zero and absent are two things.
type Vec struct {
	value   []int64
	present []bool
}

// Get returns the figure of a lane, 0 if it is absent.
func (v Vec) Get(l Lane) int64 {
	if int(l) >= len(v.value) {
		return 0
	}
	return v.value[l]
}

// Has reports whether anything was ever posted to a lane.
func (v Vec) Has(l Lane) bool { return int(l) < len(v.present) && v.present[l] }

var errOverflow = errors.New("tally: a figure is too large")

// Add adds d to v.
func (v *Vec) Add(d Delta) error {
	for l, x := range d {
		for len(v.value) <= int(l) {
			v.value, v.present = append(v.value, 0), append(v.present, false)
		}
		sum := v.value[l] + x
		if (x > 0) != (sum > v.value[l]) && x != 0 {
			return errOverflow
		}
		v.value[l], v.present[l] = sum, true
	}
	return nil
}

// Delta returns the present lanes of v.
func (v Vec) Delta() Delta {
	d := Delta{}
	for l, ok := range v.present {
		if ok {
			d[Lane(l)] = v.value[l]
		}
	}
	return d
}

// Equal reports whether v and o have the same figures in every lane, absent as
// 0.
func (v Vec) Equal(o Vec) bool {
	for l := range max(len(v.value), len(o.value)) {
		if v.Get(Lane(l)) != o.Get(Lane(l)) {
			return false
		}
	}
	return true
}

// pack writes a delta: for each present lane, in order, how far it lies after
// the one before and its value.
func pack(d Delta) []byte {
	var b []byte
	last := -1
	for _, l := range slices.Sorted(maps.Keys(d)) {
		b = binary.AppendUvarint(b, uint64(int(l)-last))
		b = binary.AppendVarint(b, d[l])
		last = int(l)
	}
	return b
}

// unpack is the reverse of pack.
func unpack(b []byte) (Delta, error) {
	d := Delta{}
	last := -1
	for len(b) > 0 {
		step, n := binary.Uvarint(b)
		if n <= 0 || step == 0 || step > math.MaxUint8+1 || last+int(step) > math.MaxUint8 {
			return nil, fmt.Errorf("tally: broken vector %x", b)
		}
		b = b[n:]
		x, n := binary.Varint(b)
		if n <= 0 {
			return nil, fmt.Errorf("tally: broken vector %x", b)
		}
		b = b[n:]
		last += int(step)
		d[Lane(last)] = x
	}
	return d, nil
}

func unpackVec(b []byte) (v Vec, err error) {
	d, err := unpack(b)
	if err != nil {
		return v, err
	}
	return v, v.Add(d)
}
