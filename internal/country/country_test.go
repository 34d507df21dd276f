package country_test

import (
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/country"
)

func count[T any](all []T, key func(T) string) map[string]int {
	n := map[string]int{}
	for _, x := range all {
		n[key(x)]++
	}
	return n
}

func same(t *testing.T, what string, got, want map[string]int) {
	t.Helper()
	for k := range got {
		if got[k] != want[k] {
			t.Errorf("%s %q: %d, published %d", what, k, got[k], want[k])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %v, published %v", what, got, want)
	}
}

func TestCountsAsPublished(t *testing.T) {
	same(t, "provinces", count(country.Provinces(), func(p country.Province) string { return p.Kind }),
		map[string]int{"tỉnh": 28, "thành phố": 6})
	same(t, "communes", count(country.Communes(), func(c country.Commune) string { return c.Kind }),
		map[string]int{"xã": 2621, "phường": 687, "đặc khu": 13})
	same(t, "map of provinces", count(country.ProvinceMap(), func(p country.Pair) string { return p.Kind }),
		map[string]int{"kept": 11, "merged": 52})
	same(t, "map of communes", count(country.CommuneMap(), func(p country.CommunePair) string { return p.OldKind }),
		map[string]int{"commune": 10565, "district": 5, "other_area": 1})
	for what, n := range map[string][2]int{
		"provinces before": {len(country.LegacyProvinces()), 63},
		"districts before": {len(country.LegacyDistricts()), 696},
		"communes before":  {len(country.LegacyCommunes()), 10035},
	} {
		if n[0] != n[1] {
			t.Errorf("%s: %d, published %d", what, n[0], n[1])
		}
	}
}

// Codes are keys, in order, and name what exists.
func TestCodesHold(t *testing.T) {
	keys := func(what string, codes []string) map[string]int {
		if !slices.IsSorted(codes) {
			t.Errorf("%s: codes not in order", what)
		}
		n := count(codes, func(c string) string { return c })
		if len(n) != len(codes) {
			t.Errorf("%s: a code stands twice", what)
		}
		return n
	}
	var now, before, districts []string
	for _, p := range country.Provinces() {
		now = append(now, p.Code)
	}
	for _, p := range country.LegacyProvinces() {
		before = append(before, p.Code)
	}
	for _, d := range country.LegacyDistricts() {
		districts = append(districts, d.Code)
	}
	provinces, legacy, district := keys("provinces", now), keys("provinces before", before), keys("districts", districts)
	for _, d := range country.LegacyDistricts() {
		if legacy[d.Province] == 0 {
			t.Errorf("%s: no province %q", d.Full, d.Province)
		}
	}
	var communes, old []string
	for _, c := range country.Communes() {
		communes = append(communes, c.Code)
		if provinces[c.Province] == 0 || !strings.HasSuffix(c.Full, c.Name) || c.Name == "" {
			t.Errorf("commune %+v", c)
		}
	}
	for _, c := range country.LegacyCommunes() {
		old = append(old, c.Code)
		if district[c.District] == 0 || legacy[c.Province] == 0 || c.Name == "" {
			t.Errorf("commune before %+v", c)
		}
	}
	keys("communes", communes)
	keys("communes before", old)
}

// Every unit of before and of now stands in the map; what was split went in
// parts, and to two to five.
func TestMapCoversAll(t *testing.T) {
	before, now := map[string]int{}, map[string]int{}
	for _, p := range country.CommuneMap() {
		if p.Old != "" {
			before[p.Old]++
		}
		now[p.New]++
	}
	split := 0
	for _, c := range country.LegacyCommunes() {
		switch n := before[c.Code]; {
		case n == 0 || n > 5:
			t.Errorf("%s %s went to %d", c.Code, c.Full, n)
		case n > 1:
			split++
		}
	}
	if split != 440 || len(before) != 10035 {
		t.Errorf("%d of %d were split, published 440 of 10,035", split, len(before))
	}
	for _, c := range country.Communes() {
		if now[c.Code] == 0 {
			t.Errorf("%s %s comes from nothing", c.Code, c.Full)
		}
	}
	if len(now) != 3321 {
		t.Errorf("the map names %d communes", len(now))
	}
	for _, p := range country.CommuneMap() {
		if p.Old != "" && before[p.Old] > 1 && p.Whole() {
			t.Errorf("%s was split and went whole to %s", p.OldName, p.New)
		}
	}
	merged := map[string]int{}
	for _, p := range country.ProvinceMap() {
		merged[p.New]++
	}
	if len(merged) != 34 || merged["79"] != 3 || merged["01"] != 1 {
		t.Errorf("map of provinces: %v", merged)
	}
}
