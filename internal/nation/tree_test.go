package nation

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/country"
	"nhipcau/internal/vn"
)

// The counts of the structure that is followed, by kind; see
// docs/performance.md.
func TestCountsOfTheStructure(t *testing.T) {
	type line map[level]int
	for _, c := range []struct {
		o       Options
		want    line
		members int
	}{
		{Options{Scale: Small}, line{root: 1, lone: 62}, 2_000},
		{Options{Scale: Province}, line{root: 1, provinceBloc: 4, commune: 60, committee: 270, lone: 400, cell: 2_900}, 60_000},
		{Options{Scale: TheCountry}, line{
			root: 1, province: 34, centralBloc: 6, commune: 3_321, provinceBloc: 136, upper: 240, committee: 20_800, lone: 31_200, cell: 239_200,
		}, 5_400_000},
		{Options{Scale: TheCountry, Before: true}, line{
			root: 1, province: 63, district: 696, centralBloc: 6, commune: 10_035, provinceBloc: 252, upper: 240, committee: 20_800, lone: 31_200, cell: 239_200,
		}, 5_400_000},
	} {
		p := treeOf(c.o)
		got, lones := line{}, 0
		for i := range p.units {
			u := &p.units[i]
			got[u.level]++
			if u.level == lone {
				lones += int(u.size)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%+v: levels %v, want %v", c.o, got, c.want)
		}
		for l, n := range c.want {
			if got[l] != n {
				t.Errorf("%+v: %d units of level %d, want %d", c.o, got[l], l, n)
			}
		}
		if p.members != c.members || lones != profiles[c.o.Scale].loneMembers {
			t.Errorf("%+v: %d members, %d of them in grassroots cells", c.o, p.members, lones)
		}
		checkTree(t, p)
	}
}

// checkTree looks for what no tree may have: keys twice, an inner unit without
// others under it, members where none belong.
func checkTree(t *testing.T, p *plan) {
	t.Helper()
	keys := map[string]bool{}
	for i := range p.units {
		u := &p.units[i]
		if keys[u.key] || u.key == "" || u.name != vn.Clean(u.name) || u.name == "" || u.short == "" {
			t.Fatalf("unit %+v", *u)
		}
		keys[u.key] = true
		if u.holds() != (p.inner[i] < 0) || u.holds() != (u.size > 0) {
			t.Fatalf("unit %+v: others under it: %v", *u, p.inner[i] >= 0)
		}
		if u.up >= int32(i) || u.up < 0 && i > 0 {
			t.Fatalf("unit %+v is not in pre-order", *u)
		}
	}
	sizes := map[int32]bool{}
	for _, at := range p.leaves {
		u := &p.units[at]
		sizes[u.size] = true
		if u.size < 3 || int(u.size) > p.most {
			t.Fatalf("unit %+v is too small or too large", *u)
		}
	}
	for _, n := range edges {
		if !sizes[n] {
			t.Errorf("%+v: no unit of %d members", p.Options, n)
		}
	}
}

// Places have their real names and codes, under those they belong to.
func TestPlacesAreReal(t *testing.T) {
	at := func(p *plan, key string) (u, up unit) {
		i := slices.IndexFunc(p.units, func(u unit) bool { return u.key == key })
		if i < 0 {
			t.Fatalf("%+v: no unit %s", p.Options, key)
		}
		return p.units[i], p.units[p.units[i].up]
	}
	now, before := treeOf(Options{Scale: TheCountry}), treeOf(Options{Scale: TheCountry, Before: true})
	for _, c := range country.Communes()[:200] {
		u, up := at(now, "x-"+c.Code)
		if up.key != "t-"+c.Province || !strings.HasSuffix(u.name, c.Name) {
			t.Errorf("%s stands as %q under %q", c.Full, u.name, up.key)
		}
	}
	for _, c := range country.LegacyCommunes()[:200] {
		if _, up := at(before, "xa-"+c.Code); up.key != "huyen-"+c.District {
			t.Errorf("%s stands under %q", c.Full, up.key)
		}
	}
	if u, up := at(before, "huyen-001"); u.name != "Đảng bộ quận Ba Đình" || u.short != "Quận ủy Ba Đình" || up.name != "Đảng bộ thành phố Hà Nội" {
		t.Errorf("%+v under %+v", u, up)
	}
	if u, _ := at(now, "t-40"); u.name != "Đảng bộ tỉnh Nghệ An" || u.short != "Tỉnh ủy Nghệ An" {
		t.Errorf("%+v", u)
	}
}

// What names are found and ordered by is what a member admitted by hand has.
func TestNameKeys(t *testing.T) {
	p := treeOf(Options{Scale: Small, Seed: 3})
	g := p.registry()
	for n := range p.members {
		m := g.person(n)
		if m.fold != vn.Fold(m.name) || string(m.sort) != string(vn.NameKey(m.name)) || m.name != vn.Clean(m.name) {
			t.Fatalf("%q: fold %q", m.name, m.fold)
		}
		if n > 0 && fmt.Sprintf("dv-%07d", n+1) != m.key {
			t.Fatalf("member %d has key %s", n, m.key)
		}
	}
}
