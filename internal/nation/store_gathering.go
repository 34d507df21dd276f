package nation

import (
	"nhipcau/internal/vn"
)

// branch returns the id of the unit directly under the root that the unit at a place
// stands at or under, 0 for the root.
func (w *writer) branch(at int32) int64 {
	if at == 0 {
		return 0
	}
	for w.units[at].up > 0 {
		at = w.units[at].up
	}
	return w.id(at)
}

// gathering writes a conference of many sites that has been convened: nobody has
// come yet.
func (w *writer) gathering() error {
	const title = "Hội nghị trực tuyến toàn quốc học tập, quán triệt Nghị quyết"
	const day = "2026-02-07"
	if err := w.Table("conference", []string{
		"id", "tree", "unit", "rollout", "title", "fold", "kind", "mode", "day", "start_time", "end_time", "place", "chair", "state", "sheet", "sample",
		"entered_by", "entered_name", "entered_at", "version",
	}, func(add add) error {
		add(w.conference, Tree, w.id(0), "", title, vn.Fold(title), "main", "hybrid", day, "07:30", "11:30", "", "", "convened", w.sheets+months, int64(1), "", actorName, made, int64(2))
		return nil
	}); err != nil {
		return err
	}
	if err := w.Table("conference_event", []string{"id", "conference", "kind", "actor", "actor_name", "reason", "at", "seq"}, func(add add) error {
		add(w.conference, w.conference, "convened", "", actorName, "", made, w.marks+int64(w.plan.members)+15)
		return nil
	}); err != nil {
		return err
	}
	if err := w.Table("occasion", []string{"id", "tree", "subject", "host", "closed_at", "people", "version"}, func(add add) error {
		add(w.conference, Tree, "", w.id(0), nil, int64(w.invited), int64(1))
		return nil
	}); err != nil {
		return err
	}
	hosts := w.hosts()
	if err := w.Table("site", []string{"conference", "n", "unit", "branch", "name", "fold", "address", "capacity", "contact", "phone", "state", "entered_name", "entered_at", "version"}, func(add add) error {
		for i, at := range hosts {
			name := "Điểm cầu " + w.units[at].name
			if !add(w.conference, int64(i+1), w.id(at), w.branch(at), name, vn.Fold(name), "", int64(0), "", "", "invited", actorName, made, int64(1)) {
				break
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return w.Table("attendance", []string{"occasion", "member", "unit", "site", "state", "reason", "actor", "actor_name", "at", "version"}, func(add add) error {
		site, seen, given := 0, 0, 0
		for _, leaf := range w.leaves {
			for site < len(hosts) && hosts[site] <= leaf { // the site of the unit, or the last before it
				site++
			}
			u := &w.units[leaf]
			seen += int(u.size)
			upTo := int(int64(w.invited) * int64(seen) / int64(w.plan.members))
			for k := range upTo - given {
				if !add(w.conference, w.members0+int64(u.first)+int64(k), w.id(leaf), int64(max(site, 1)), "invited", "", "", actorName, made, int64(1)) {
					return nil
				}
			}
			given = upTo
		}
		return nil
	})
}

// hosts returns the places of the units that host a site, in the order of the
// tree: every commune, and of the grassroots organisations as many as are left,
// evenly. The smallest scale has no communes.
func (w *writer) hosts() []int32 {
	communes, organisations := 0, 0
	for i := range w.units {
		switch w.units[i].level {
		case commune:
			communes++
		case committee, lone:
			organisations++
		}
	}
	var all []int32
	left, seen := max(0, w.sites-communes), 0
	for i := range w.units {
		switch w.units[i].level {
		case commune:
			all = append(all, int32(i))
		case committee, lone:
			if seen++; seen*left/organisations > (seen-1)*left/organisations {
				all = append(all, int32(i))
			}
		}
	}
	return all[:min(len(all), w.sites)]
}
