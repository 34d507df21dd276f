package nation

import (
	"nhipcau/internal/country"
	"nhipcau/internal/reform"
)

// July2025 returns the table of the reform of 1 July 2025 for a tree made with
// Options.Before, or the part of it that concerns the provinces for which has is
// true: 63 provinces become 34, districts end, 10,035 communes become 3,321.
//
// The map of the statistics office says of most communes that all of it went to
// one; of 440 it says that parts went to several, without saying how large. Those
// shares are left open, so that they are taken as equal and marked as assumed. Where
// it says that only land went, without people, no share goes with it.
func July2025(has func(province string) bool) []reform.Line {
	t := july{has: has, province: map[string]string{}}
	t.provinces()
	t.communes()
	t.districts()
	for i := range t.lines {
		t.lines[i].N = i + 1
	}
	return t.lines
}

type july struct {
	has      func(province string) bool
	province map[string]string // of a province of now: the key of its unit
	island   map[string]string // districts without communes: the unit that follows
	lines    []reform.Line
}

func (t *july) add(l reform.Line) { t.lines = append(t.lines, l) }

// here reports whether a province of now has any part in the tree.
func (t *july) here(code string) bool { return t.province[code] != "" }

func (t *july) provinces() {
	full := map[string]country.Province{}
	for _, p := range country.Provinces() {
		full[p.Code] = p
	}
	for _, m := range country.ProvinceMap() {
		if !t.has(m.Old) {
			continue
		}
		if m.Kind == "kept" {
			t.province[m.New] = "tinh-" + m.Old
			continue
		}
		p := full[m.New]
		if t.province[m.New] == "" {
			t.province[m.New] = "t-" + m.New
			t.add(reform.Line{Act: reform.Create, Unit: "t-" + m.New, Target: "trung-uong", Name: "Đảng bộ " + lower(p.Full), Short: committeeOf(p.Kind, p.Name), Kind: "Đảng bộ " + p.Kind})
		}
		t.add(reform.Line{Act: reform.Into, Unit: "tinh-" + m.Old, Target: "t-" + m.New, Num: 1, Den: 1, Keeper: true})
	}
}

// communes moves what stayed as it was to its province, and creates the others.
func (t *july) communes() {
	t.island = map[string]string{}
	olds, news := map[string][]country.CommunePair{}, map[string][]country.CommunePair{}
	for _, m := range country.CommuneMap() {
		news[m.New] = append(news[m.New], m)
		if m.OldKind == "commune" {
			olds[m.Old] = append(olds[m.Old], m)
		}
	}
	was := map[string]string{} // names of before
	for _, c := range country.LegacyCommunes() {
		was[c.Code] = c.Full
	}
	key := map[string]string{} // of a commune of now
	for _, c := range country.Communes() {
		if !t.here(c.Province) {
			continue
		}
		name, short, kind := "Đảng bộ "+lower(c.Full), "Đảng ủy "+lower(c.Full), "Đảng bộ "+c.Kind
		from := news[c.Code]
		key[c.Code] = "x-" + c.Code
		if len(from) == 1 && from[0].Whole() && from[0].Extent != "whole" {
			key[c.Code] = "xa-" + from[0].Old
			t.add(reform.Line{Act: reform.MoveTo, Unit: key[c.Code], Target: t.province[c.Province]})
			if c.Full != was[from[0].Old] { // some are only spelt otherwise
				t.add(reform.Line{Act: reform.Rename, Unit: key[c.Code], Name: name, Short: short, Kind: kind})
			}
			continue
		}
		t.add(reform.Line{Act: reform.Create, Unit: key[c.Code], Target: t.province[c.Province], Name: name, Short: short, Kind: kind})
		for _, m := range from {
			if m.OldKind == "district" {
				t.island[m.OldDistrict] = key[c.Code]
			}
		}
	}
	for _, c := range country.LegacyCommunes() {
		if !t.has(c.Province) || key[olds[c.Code][0].New] == "xa-"+c.Code {
			continue
		}
		heirs := people(olds[c.Code])
		for _, m := range heirs {
			l := reform.Line{Act: reform.Into, Unit: "xa-" + c.Code, Target: key[m.New]}
			if len(heirs) == 1 {
				l.Num, l.Den, l.Keeper = 1, 1, true
			}
			t.add(l)
		}
	}
}

// people leaves out the pairs by which land went and nobody with it, unless that is
// all there is.
func people(all []country.CommunePair) []country.CommunePair {
	var some, every []country.CommunePair
	for _, m := range all {
		switch m.Extent {
		case "part_area_all_people":
			every = append(every, m)
		case "part_area", "whole_area":
		default:
			some = append(some, m)
		}
	}
	switch {
	case len(every) > 0:
		return every
	case len(some) > 0:
		return some
	}
	return all
}

// districts end: what was theirs goes to the province, or on an island to the unit
// that followed.
func (t *july) districts() {
	to := map[string]string{}
	for _, m := range country.ProvinceMap() {
		to[m.Old] = t.province[m.New]
	}
	for _, d := range country.LegacyDistricts() {
		if !t.has(d.Province) {
			continue
		}
		heir := t.island[d.Code]
		if heir == "" {
			heir = to[d.Province]
		}
		t.add(reform.Line{Act: reform.Into, Unit: "huyen-" + d.Code, Target: heir, Num: 1, Den: 1, Keeper: true})
	}
}
