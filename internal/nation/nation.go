// Package nation makes up organisations of any size: real provinces, districts
// and communes, and below them organisations, people and figures that are nobody's.
// What it makes follows published counts where there are any, is marked as sample
// data, and is the same for the same seed.
package nation

// A Scale is how large an organisation is made.
type Scale string

// The scales.
const (
	Small      Scale = "small"    // 63 units, 2,000 members
	Province   Scale = "province" // 3,635 units, 60,000 members
	TheCountry Scale = "national" // 294,938 units, 5.4 million members
)

// Options say what is made.
type Options struct {
	Scale  Scale
	Before bool // the tree as it stood before 1 July 2025
	Seed   uint64
}

// Tree is the key of the tree that is made.
const Tree = "dang"

// A plan is an organisation before it is written: its units in pre-order, and
// the numbers of which all else is made.
type plan struct {
	Options
	counts
	units   []unit
	celled  int     // cells numbered so far
	leaves  []int32 // places of the units that hold members
	inner   []int32 // by place: the number of a unit that has others under it, or -1
	inners  int
	members int
	odd     odd
}

// odd are the places of units in which something is not as usual.
type odd struct {
	falls     int32 // a cell of three, one of whom left
	welcomes  int32 // where that one went
	headless  int32 // has no secretary
	namesakes int32 // two members of one name
	restless  int32 // one member was in two other units within a year
	dissolved int32 // was closed and still has units under it; -1 where there is none
}

// number gives members their numbers and finds the odd units.
func (p *plan) number() {
	p.inner = make([]int32, len(p.units))
	for i := range p.inner {
		p.inner[i] = -1
	}
	p.odd.dissolved = -1
	for i := range p.units {
		u := &p.units[i]
		if u.up >= 0 && p.inner[u.up] < 0 {
			p.inner[u.up] = int32(p.inners)
			p.inners++
		}
		u.first = int32(p.members)
		p.members += int(u.size)
		if u.holds() {
			p.leaves = append(p.leaves, int32(i))
		}
		if u.level == committee && p.odd.dissolved < 0 {
			p.odd.dissolved = int32(i)
		}
	}
	var class []int32 // where sizes were planted
	for _, at := range p.leaves {
		if (p.units[at].level == cell) == (p.cells > 0) {
			class = append(class, at)
		}
	}
	odd := class[(len(edges)-1)*every:]
	p.odd.falls, p.odd.welcomes = odd[0], odd[2]
	p.odd.headless, p.odd.namesakes, p.odd.restless = odd[3], odd[4], odd[5]
}
