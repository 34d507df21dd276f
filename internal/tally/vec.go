package tally

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/bits"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// A Lane is one of the things a sheet counts, numbered from 0 in the order its
// kind names them.
type Lane uint8

const lanes = math.MaxUint8 + 1

// A Kind is a sort of sheet. Its lanes are only ever added to at the end: an
// older vector lacks the tail, which reads as absent.
type Kind struct {
	Name  string
	Lanes []string
	// Named says what a lane of one sheet counts, where people name it and not
	// the program; v holds the figures shown. nil leaves it to the message
	// "tally.lane.KIND.LANE".
	Named func(ctx context.Context, tx *db.Tx, s Sheet, lane string, v Vec) (Name, error)
	byKey map[string]Lane
}

// A Name is what a lane counts and how its figure is to be read.
type Name struct {
	What fault.Text
	// Around is the key of a message that the figure is put into, "hơn %s"; ""
	// if it stands alone.
	Around string
}

// NewKind declares a kind. Two lanes of one name are a mistake of the program.
func NewKind(name string, lanes ...string) *Kind {
	k := &Kind{Name: name, Lanes: lanes, byKey: map[string]Lane{}}
	for i, l := range lanes {
		if _, twice := k.byKey[l]; twice || i > math.MaxUint8 {
			panic("tally: lane " + l + " of " + name + " is given twice or is one too many")
		}
		k.byKey[l] = Lane(i)
	}
	return k
}

// Has reports whether the kind counts lane.
func (k *Kind) Has(lane string) bool { _, ok := k.byKey[lane]; return ok }

// Lane returns the number of a lane. A name the kind does not have is a mistake
// of the program; ask Has about a name that comes from outside.
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
	n := make(Delta, len(d))
	for l, x := range d {
		n[l] = -x
	}
	return n
}

// Plus returns the sum of d and o; neither is changed.
func (d Delta) Plus(o Delta) Delta {
	s := make(Delta, len(d)+len(o))
	for l, x := range d {
		s[l] = x
	}
	for l, x := range o {
		s[l] += x
	}
	return s
}

// A Vec holds the figures of one unit. Zero and absent are two things. The zero
// Vec is empty. A copy shares its figures with the original: Add to one of them
// only.
type Vec struct {
	value   []int64 // of lane 0 and up; a missing tail is absent
	present [lanes / 64]uint64
}

// Get returns the figure of a lane, 0 if it is absent.
func (v Vec) Get(l Lane) int64 {
	if int(l) >= len(v.value) {
		return 0
	}
	return v.value[l]
}

// Has reports whether anything was ever posted to a lane.
func (v Vec) Has(l Lane) bool { return v.present[l/64]&(1<<(l%64)) != 0 }

// Empty reports whether no lane is present.
func (v Vec) Empty() bool { return v.present == [lanes / 64]uint64{} }

// Delta returns the present lanes of v.
func (v Vec) Delta() Delta {
	d := Delta{}
	for l := range v.all {
		d[l] = v.value[l]
	}
	return d
}

// all yields the present lanes in order.
func (v *Vec) all(yield func(Lane) bool) {
	for i, word := range v.present {
		for ; word != 0; word &= word - 1 {
			if !yield(Lane(i*64 + bits.TrailingZeros64(word))) {
				return
			}
		}
	}
}

var errOverflow = errors.New("tally: a figure is too large")

// Add adds d to v. A sum that does not fit is an error, after which v is not to
// be used.
func (v *Vec) Add(d Delta) error {
	for l, x := range d {
		if err := v.addLane(l, x); err != nil {
			return err
		}
	}
	return nil
}

// addVec is Add for a vector.
func (v *Vec) addVec(o Vec) error {
	v.grow(len(o.value))
	for i, x := range o.value { // what is absent is zero
		sum := v.value[i] + x
		if x > 0 && sum < v.value[i] || x < 0 && sum > v.value[i] {
			return errOverflow
		}
		v.value[i] = sum
	}
	for i, word := range o.present {
		v.present[i] |= word
	}
	return nil
}

func (v *Vec) addLane(l Lane, x int64) error {
	v.grow(int(l) + 1)
	sum := v.value[l] + x
	if x > 0 && sum < v.value[l] || x < 0 && sum > v.value[l] {
		return errOverflow
	}
	v.value[l] = sum
	v.present[l/64] |= 1 << (l % 64)
	return nil
}

// set makes a lane that is absent present, with a figure.
func (v *Vec) set(l Lane, x int64) {
	if n := int(l) + 1; n > len(v.value) {
		v.value = append(v.value, make([]int64, n-len(v.value))...)
	}
	v.value[l] = x
	v.present[l/64] |= 1 << (l % 64)
}

// Equal reports whether v and o have the same lanes present and the same
// figures in them.
func (v Vec) Equal(o Vec) bool {
	if v.present != o.present {
		return false
	}
	for l := range v.all {
		if v.value[l] != o.value[l] {
			return false
		}
	}
	return true
}

// clear makes v empty and keeps its room.
func (v *Vec) clear() {
	clear(v.value[:cap(v.value)])
	v.value, v.present = v.value[:0], [lanes / 64]uint64{}
}

// pack writes v: the number of bytes of the presence bitmap without its empty
// tail, the bitmap, and each present figure as a varint.
func (v Vec) pack() []byte { return v.appendPacked(make([]byte, 0, 16+2*len(v.value))) }

// appendPacked is pack behind what b holds.
func (v *Vec) appendPacked(b []byte) []byte {
	var bitmap [lanes / 8]byte
	for i, word := range v.present {
		binary.LittleEndian.PutUint64(bitmap[i*8:], word)
	}
	n := len(bitmap)
	for n > 0 && bitmap[n-1] == 0 {
		n--
	}
	b = append(b, byte(n))
	b = append(b, bitmap[:n]...)
	for i, word := range v.present {
		for ; word != 0; word &= word - 1 {
			b = binary.AppendVarint(b, v.value[i*64+bits.TrailingZeros64(word)])
		}
	}
	return b
}

// unpack is the reverse of pack; no bytes are an empty vector. What pack cannot
// have written is an error.
func unpack(b []byte) (Vec, error) {
	var v Vec
	if err := v.addPacked(b); err != nil {
		return Vec{}, err
	}
	return v, nil
}

// addPacked is addVec for a vector that is packed.
func (v *Vec) addPacked(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	n := int(b[0])
	if n > lanes/8 || len(b) < 1+n || n > 0 && b[n] == 0 {
		return broken(b)
	}
	if n == 0 {
		return rest(b, b[1:])
	}
	v.grow((n-1)*8 + bits.Len8(b[n]))
	left := b[1+n:]
	for i, word := range b[1 : 1+n] {
		v.present[i/8] |= uint64(word) << (i % 8 * 8)
		for ; word != 0; word &= word - 1 {
			x, w := varint(left)
			if w <= 0 {
				return broken(b)
			}
			left = left[w:]
			at := &v.value[i*8+bits.TrailingZeros8(word)]
			sum := *at + x
			if x > 0 && sum < *at || x < 0 && sum > *at {
				return errOverflow
			}
			*at = sum
		}
	}
	return rest(b, left)
}

// rest refuses bytes behind a vector.
func rest(b, left []byte) error {
	if len(left) > 0 {
		return broken(b)
	}
	return nil
}

// varint is binary.Varint, quicker for the small figures that are most.
func varint(b []byte) (int64, int) {
	if len(b) > 0 && b[0] < 0x80 {
		return int64(b[0]>>1) ^ -int64(b[0]&1), 1
	}
	return binary.Varint(b)
}

// grow makes room for n lanes.
func (v *Vec) grow(n int) {
	if n > len(v.value) {
		v.value = append(v.value, make([]int64, n-len(v.value))...)
	}
}

// pick reads some lanes of a packed vector into figures, zero where one is absent,
// and returns a bit for each that is present. It allocates nothing.
func pick(b []byte, want []Lane, figures []int64) (present uint8, err error) {
	clear(figures)
	if len(b) == 0 {
		return 0, nil
	}
	n := int(b[0])
	if n > lanes/8 || len(b) < 1+n {
		return 0, broken(b)
	}
	rest := b[1+n:]
	for i, word := range b[1 : 1+n] {
		for ; word != 0; word &= word - 1 {
			l := Lane(i*8 + bits.TrailingZeros8(word))
			x, w := binary.Varint(rest)
			if w <= 0 {
				return 0, broken(b)
			}
			rest = rest[w:]
			for k, one := range want {
				if one == l {
					figures[k] = x
					present |= 1 << k
				}
			}
		}
	}
	return present, nil
}

func broken(b []byte) error { return fmt.Errorf("tally: broken vector %x", b) }

// vecOf returns the vector of a delta.
func vecOf(d Delta) (Vec, error) {
	var v Vec
	err := v.Add(d)
	return v, err
}
