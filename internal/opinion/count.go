package opinion

import (
	"context"
	"maps"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
)

var lanes = []string{"due", "answered", "no_opinion", "late", "people", "people_answered", "points", "taken", "partly", "not_taken", "conference"}

var kindOf = tally.NewKind("opinion", lanes...)

// Kind returns what the sheet of a consultation counts: units that are asked, at
// themselves; people who are asked in person, at their homes; points that have reached
// the owner, at whose opinion they are.
func Kind() *tally.Kind { return kindOf }

// Source is the kind of source of its posts; the id is that of the consultation.
const Source = "opinion_unit"

func flags(all map[string]bool) tally.Delta {
	d := tally.Delta{}
	for lane, is := range all {
		if is {
			d[kindOf.Lane(lane)] = 1
		}
	}
	return d
}

// figures are what a unit that is asked adds to the sheet; one that is not adds
// nothing.
func (s Standing) figures() tally.Delta {
	if !s.Due {
		return nil
	}
	sent := s.State == Sent || s.State == None
	return flags(map[string]bool{"due": true, "answered": sent, "no_opinion": s.State == None, "late": sent && s.Late})
}

func (p Person) figures() tally.Delta {
	return flags(map[string]bool{"people": true, "people_answered": p.Answered})
}

// figures are what a point adds; one that has not reached the owner adds nothing.
func (p Point) figures() tally.Delta {
	if !p.Stands {
		return nil
	}
	return flags(map[string]bool{
		"points": true, "conference": p.Source == FromConference,
		"taken": p.Answer == Taken, "partly": p.Answer == Partly, "not_taken": p.Answer == NotTaken,
	})
}

// moved returns by how much figures differ.
func moved(before, after tally.Delta) tally.Delta { return after.Plus(before.Neg()) }

// post posts figures at their units; a unit that does not stand on the sheet is counted
// at its root.
func (c Consultation) post(ctx context.Context, tx *db.Tx, by auth.Actor, all map[int64]tally.Delta) error {
	placed, err := c.placed(ctx, tx, c.Sheet, all)
	if err != nil {
		return err
	}
	var entries []tally.Entry
	for _, u := range slices.Sorted(maps.Keys(placed)) {
		d := placed[u]
		maps.DeleteFunc(d, func(_ tally.Lane, x int64) bool { return x == 0 })
		if len(d) > 0 {
			entries = append(entries, tally.Entry{Sheet: c.Sheet, Unit: u, Delta: d, Source: tally.Source{Kind: Source, ID: c.ID}})
		}
	}
	return tally.PostMany(ctx, tx, by, entries)
}

func (Consultation) placed(ctx context.Context, tx *db.Tx, sheet int64, all map[int64]tally.Delta) (map[int64]tally.Delta, error) {
	units := slices.Sorted(maps.Keys(all))
	at, err := tally.Places(ctx, tx, sheet, units)
	if err != nil {
		return nil, err
	}
	placed := map[int64]tally.Delta{}
	for i, u := range units {
		placed[at[i]] = placed[at[i]].Plus(all[u])
	}
	return placed, nil
}

// Recount returns, by unit, what the rows of a consultation say its sheet should hold.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	standings, err := counted(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	for _, x := range standings {
		all[x.Unit] = all[x.Unit].Plus(x.figures())
	}
	people, err := PeopleOf(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		all[p.Unit] = all[p.Unit].Plus(p.figures())
	}
	points, err := standing(ctx, tx, s.Source)
	if err != nil {
		return nil, err
	}
	for _, p := range points {
		all[p.Unit] = all[p.Unit].Plus(p.figures())
	}
	return Consultation{}.placed(ctx, tx, s.ID, all)
}

// Lacking returns units at and under one that were asked and have not answered, in
// the order of the tree, and where the next come.
func Lacking(ctx context.Context, tx *db.Tx, c Consultation, top int64, after tally.Place, limit int) ([]int64, tally.Place, error) {
	sheet, err := tally.Find(ctx, tx, c.Sheet)
	if err != nil {
		return nil, 0, err
	}
	return tally.Lacking(ctx, tx, tally.Lack{
		Sheet: sheet, Top: top, After: after, Limit: limit, Due: []tally.Lane{kindOf.Lane("due")}, Done: []tally.Lane{kindOf.Lane("answered")},
	})
}

// Total returns what the whole sheet of a consultation says, by lane.
func Total(ctx context.Context, tx *db.Tx, c Consultation) (map[string]int64, error) {
	v, err := tally.Total(ctx, tx, c.Sheet, c.Unit)
	out := make(map[string]int64, len(lanes))
	for _, l := range lanes {
		out[l] = v.Get(kindOf.Lane(l))
	}
	return out, err
}
