package nation

import "testing"

func TestTree(t *testing.T) {
	for _, o := range []Options{{Scale: Small}, {Scale: Province}, {Scale: Province, Before: true}, {Scale: TheCountry}, {Scale: TheCountry, Before: true}} {
		p := treeOf(o)
		by := map[string]int{}
		for i := range p.units {
			by[p.units[i].kind]++
		}
		t.Log(o, len(p.units), p.members, len(p.leaves), by)
		for _, i := range []int{0, 1, 5, 6, 7, 8, 9, 10, len(p.units) / 2, len(p.units) - 1} {
			t.Logf("%+v", p.units[min(i, len(p.units)-1)])
		}
	}
}
