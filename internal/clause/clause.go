// Package clause keeps the pieces of a directive that can be named one by one,
// "II.3.a", and those of a plan that was adopted: its goals, targets and tasks. A
// plan of a unit below says which of them each of its own carries out.
//
// The clerk of the unit that keeps a directive types or pastes its pieces, or
// takes them from a file. An id stays with its piece for good. Pieces that nothing
// refers to may change freely; one that something refers to may be worded anew and
// numbered anew, but not go.
package clause

import (
	"context"
	"strings"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
)

// A Paper is what clauses are of.
type Paper struct {
	Kind string // Directive or Plan
	ID   string
}

// The kinds of papers.
const (
	Directive = "directive"
	Plan      = "plan"
)

// A Use says that a block of a plan carries out a clause.
type Use struct{ Block, Clause string }

// Set makes the pieces of a directive those that text says, as Parse reads it. A
// piece keeps its id by its number, or by its words if its number changed. It is
// Invalid if a piece goes that something carries out, and a Conflict if the list
// has changed since version (0 for the first).
func Set(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, text string) error {
	d, err := directive.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := maySet(by, d); err != nil {
		return err
	}
	all, err := Parse(text)
	if err != nil {
		return err
	}
	p := Paper{Directive, id}
	had, err := Of(ctx, tx, p)
	if err != nil {
		return err
	}
	gone := keep(all, had, func(c Clause) string { return c.N }, func(c Clause) string { return strings.Join(strings.Fields(c.Text), " ") })
	var lost []string
	for _, c := range gone {
		if c.Used {
			lost = append(lost, c.N)
		}
	}
	if len(lost) > 0 {
		w := fault.Wrong{}
		w.Add("text", "clause.error.used", strings.Join(lost, ", "))
		return w.Err()
	}
	if err := bump(ctx, tx, by, p, version); err != nil {
		return err
	}
	if err := drop(ctx, tx, gone); err != nil {
		return err
	}
	if err := write(ctx, tx, p, all); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "clause.set", id, d.Code())
}

// keep gives each of all the id of the one of had that it is, by what the first
// function says of both, then the second; others get a new id. It returns what is
// left of had.
func keep(all, had []Clause, same ...func(Clause) string) []Clause {
	taken := map[string]bool{}
	for _, of := range same {
		by := map[string]Clause{}
		for _, c := range had {
			if !taken[c.ID] {
				by[of(c)] = c
			}
		}
		for i := range all {
			c, ok := by[of(all[i])]
			if ok && all[i].ID == "" && !taken[c.ID] {
				all[i].ID, taken[c.ID] = c.ID, true
			}
		}
	}
	for i := range all {
		if all[i].ID == "" {
			all[i].ID = db.NewKey()
		}
	}
	var gone []Clause
	for _, c := range had {
		if !taken[c.ID] {
			gone = append(gone, c)
		}
	}
	return gone
}

// Publish makes the pieces of an adopted plan those of all, each of a block: the
// slice of plans says so in the transaction of the adoption. A block that was
// there before keeps its id; what is there no more and was referred to stays where
// it is referred to, as gone.
func Publish(ctx context.Context, tx *db.Tx, plan string, all []Clause) error {
	p := Paper{Plan, plan}
	had, err := published(ctx, tx, p)
	if err != nil {
		return err
	}
	gone := keep(all, had, func(c Clause) string { return c.Block })
	var unused []Clause
	for _, c := range gone {
		if !c.Used {
			unused = append(unused, c)
		}
	}
	if err := retire(ctx, tx, gone); err != nil {
		return err
	}
	if err := drop(ctx, tx, unused); err != nil {
		return err
	}
	return write(ctx, tx, p, all)
}
