package tally

import (
	"context"
	"fmt"
	"math"
	"slices"

	"nhipcau/internal/db"
	"nhipcau/internal/org"
)

// A Recount returns, by unit, what the records say a sheet should hold; lanes
// that no record moves may be left out.
type Recount func(ctx context.Context, tx *db.Tx, s Sheet) (map[int64]Delta, error)

// A Report is what a proof found.
type Report struct {
	Sheets     int      `json:"sheets"`
	Posts      int      `json:"posts"`
	Nodes      int      `json:"nodes"`
	Mismatches int      `json:"mismatches"`
	Details    []string `json:"details,omitempty"` // the first hundred, one line each
}

const maxDetails = 100

func (r *Report) wrong(format string, args ...any) {
	r.Mismatches++
	if len(r.Details) < maxDetails {
		r.Details = append(r.Details, fmt.Sprintf(format, args...))
	}
}

// Prove checks every sheet: that each total is the unit's own figures and the
// totals directly under it, and that both are what the posts add up to. With
// recounts, by name of a sheet's kind, it also counts the source records again
// and compares the posts with them; a kind without one is a mismatch.
func Prove(ctx context.Context, d *db.DB, recounts map[string]Recount) (Report, error) {
	var r Report
	if err := d.Drain(ctx); err != nil {
		return r, err
	}
	err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err := sheets(ctx, tx)
		if err != nil {
			return err
		}
		for _, s := range all {
			r.Sheets++
			if err := r.proveSheet(ctx, tx, s, recounts); err != nil {
				return fmt.Errorf("sheet %d of %s %s: %w", s.ID, s.Kind, s.Source, err)
			}
		}
		return nil
	})
	return r, err
}

func (r *Report) proveSheet(ctx context.Context, tx *db.Tx, s Sheet, recounts map[string]Recount) error {
	e, err := org.EpochByID(ctx, tx, s.Epoch)
	if err != nil {
		return err
	}
	own := map[int64]Vec{}
	broken := eachPost(ctx, tx, s.ID, math.MaxInt64, func(u int64, d Delta) error {
		r.Posts++
		v := own[u]
		err := v.Add(d)
		own[u] = v
		return err
	})
	if broken != nil {
		r.wrong("sheet %d: %v", s.ID, broken)
		return nil
	}
	r.checkNodes(ctx, tx, s, e, own)
	if recounts == nil {
		return nil
	}
	recount, ok := recounts[s.Kind]
	if !ok {
		r.wrong("sheet %d: nothing recounts %s from its records", s.ID, s.Kind)
		return nil
	}
	records, err := recount(ctx, tx, s)
	if err != nil {
		return err
	}
	r.compare(s, own, records)
	return nil
}

// checkNodes compares the nodes with the posts and with each other.
func (r *Report) checkNodes(ctx context.Context, tx *db.Tx, s Sheet, e *org.Epoch, own map[int64]Vec) {
	nodes, err := Nodes(ctx, tx, s.ID)
	if err != nil {
		r.wrong("sheet %d: %v", s.ID, err)
		return
	}
	r.Nodes += len(nodes)
	total, under := map[int64]Vec{}, map[int64]Vec{}
	top, _ := e.Index(s.Root)
	for u, v := range own {
		i, ok := e.Index(u)
		if !ok || !e.Under(i, top) {
			r.wrong("sheet %d: post for unit %d, which is not on it", s.ID, u)
			continue
		}
		for at := range e.Up(i) {
			t := total[e.Unit(at)]
			if err := t.Add(v.Delta()); err != nil {
				r.wrong("sheet %d unit %d: %v", s.ID, e.Unit(at), err)
			}
			total[e.Unit(at)] = t
			if e.Unit(at) == s.Root {
				break
			}
		}
	}
	for u, n := range nodes {
		if i, ok := e.Index(u); ok && u != s.Root {
			t := under[e.Parent(i)]
			if err := t.Add(n.Total.Delta()); err != nil {
				r.wrong("sheet %d unit %d: %v", s.ID, u, err)
			}
			under[e.Parent(i)] = t
		}
	}
	for u := range total {
		if _, ok := nodes[u]; !ok {
			r.wrong("sheet %d unit %d: posts, but no node", s.ID, u)
		}
	}
	for u, n := range nodes {
		if !n.Own.Equal(own[u]) {
			r.wrong("sheet %d unit %d: own figures differ from its posts", s.ID, u)
		}
		if !n.Total.Equal(total[u]) {
			r.wrong("sheet %d unit %d: total differs from the posts under it", s.ID, u)
		}
		sum := under[u]
		if err := sum.Add(n.Own.Delta()); err != nil || !sum.Equal(n.Total) {
			r.wrong("sheet %d unit %d: total is not own plus the totals under it", s.ID, u)
		}
	}
}

// compare says where the posts differ from the records.
func (r *Report) compare(s Sheet, own map[int64]Vec, records map[int64]Delta) {
	units := map[int64]bool{}
	for u := range own {
		units[u] = true
	}
	for u := range records {
		units[u] = true
	}
	var sorted []int64
	for u := range units {
		sorted = append(sorted, u)
	}
	slices.Sort(sorted)
	for _, u := range sorted {
		for l := range Lane(math.MaxUint8) {
			if got, want := own[u].Get(l), records[u][l]; got != want {
				r.wrong("sheet %d unit %d lane %d: posts say %d, records say %d", s.ID, u, l, got, want)
			}
		}
	}
}
