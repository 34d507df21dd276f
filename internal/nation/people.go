package nation

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"nhipcau/internal/vn"
	"nhipcau/internal/world"
)

// Days and times are made up, and the same in every house that is made.
const (
	founded   = "2020-01-01" // first day of everything
	movedOut  = "2023-03-01" // the odd members: left a first unit,
	movedOn   = "2023-09-01" // left a second,
	dissolved = "2023-07-01" // and the odd unit was closed
	epochDay  = "2024-01-02"
	made      = int64(1704157200) // 2 January 2024, 08:00 in Vietnam
)

const actorName = "Dữ liệu mẫu"

// A person is what a member's row says.
type person struct {
	key, name, fold, phone, email string
	sort                          []byte
}

// registry makes people. Keys of name parts are made once each: collating takes
// far longer than all else of a row.
type registry struct {
	p            *plan
	pcg          rand.PCG
	r            *rand.Rand
	folds        map[string]string
	keys         map[string][]byte
	namesake, of int // one member has the name of another
}

func (p *plan) registry() *registry {
	g := &registry{p: p, folds: map[string]string{}, keys: map[string][]byte{}}
	g.r = rand.New(&g.pcg)
	g.of = int(p.units[p.odd.namesakes].first)
	g.namesake = g.of + 1
	return g
}

// ages are the shares of members by age, of a hundred: structure.md.
var ages = []struct{ from, to, share int }{
	{18, 25, 6}, {26, 30, 8}, {31, 35, 11}, {36, 40, 13}, {41, 45, 13}, {46, 50, 11}, {51, 55, 9}, {56, 60, 8}, {61, 65, 8}, {66, 70, 6}, {71, 80, 5}, {81, 90, 2},
}

const women = 34 // of a hundred

// person returns member n. Sex and year of birth choose the name and are kept
// nowhere.
func (g *registry) person(n int) person {
	id := n
	if n == g.namesake {
		n = g.of
	}
	g.pcg.Seed(g.p.Seed, uint64(n)<<8|2)
	x, born := g.r.IntN(100), 0
	for _, a := range ages {
		if x -= a.share; x < 0 {
			born = 2024 - a.from - g.r.IntN(a.to-a.from+1)
			break
		}
	}
	m := person{key: fmt.Sprintf("dv-%07d", id+1), name: world.NameOf(g.r, g.r.IntN(100) < women, born)}
	m.fold, m.sort = g.nameKeys(m.name)
	g.pcg.Seed(g.p.Seed, uint64(id)<<8|3)
	if g.r.IntN(5) == 0 {
		m.phone = world.Phone(g.r)
	}
	if g.r.IntN(20) == 0 {
		m.email = m.key + "@example.org"
	}
	return m
}

// nameKeys returns vn.Fold and vn.NameKey of a name.
func (g *registry) nameKeys(name string) (string, []byte) {
	family, rest, _ := strings.Cut(name, " ")
	middle, given := "", rest
	if i := strings.LastIndexByte(rest, ' '); i >= 0 {
		middle, given = rest[:i], rest[i+1:]
	}
	sort := make([]byte, 0, 96)
	for _, part := range [3]string{given, middle, family} {
		k, ok := g.keys[part]
		if !ok {
			k = vn.SortKey(part)
			g.keys[part] = k
		}
		sort = append(append(sort, k...), 0, 0)
	}
	fold := g.fold(family)
	if middle != "" {
		fold += " " + g.fold(middle)
	}
	return fold + " " + g.fold(given), sort
}

func (g *registry) fold(s string) string {
	f, ok := g.folds[s]
	if !ok {
		f = vn.Fold(s)
		g.folds[s] = f
	}
	return f
}

// An office is one that a member holds.
type office struct {
	place  int32
	member int
	title  string
	rank   int64
}

// offices yields the offices of a unit, by its place: in a unit that holds
// members, a secretary, where it has nine or more a deputy and a committee, in
// three of five smaller ones a deputy; above them a secretary and a deputy who are
// members of units below.
func (p *plan) offices(yield func(office) bool) {
	leaf := 0
	for i := range p.units {
		at, u := int32(i), &p.units[i]
		for leaf < len(p.leaves) && p.leaves[leaf] < at {
			leaf++
		}
		hold := func(member int, title string, rank int64) bool { return yield(office{at, member, title, rank}) }
		first := int(p.units[p.leaves[leaf]].first)
		if !u.holds() {
			if !hold(first+1, "Bí thư", 1) || !hold(first+2, "Phó Bí thư", 2) {
				return
			}
			continue
		}
		if at != p.odd.headless && !hold(first, "Bí thư", 1) {
			return
		}
		if (u.size >= 9 || i%5 < 3) && at != p.odd.falls && !hold(first+1, "Phó Bí thư", 2) {
			return
		}
		if u.size < 9 {
			continue
		}
		for k := range 1 + i%3 {
			if !hold(first+2+k, "Chi ủy viên", 4) {
				return
			}
		}
	}
}
