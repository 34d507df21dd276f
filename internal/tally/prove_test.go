package tally_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/tally"
)

// Each way of tampering with one row shows.
func TestProofFindsTampering(t *testing.T) {
	type tamper struct {
		name, q string
		args    func(g *grove) []any
		want    string // in a line of the report
	}
	node := func(unit int) func(g *grove) []any {
		return func(g *grove) []any { return []any{g.sheet, g.units[unit]} }
	}
	one := []byte{1, 2, 4} // held = 2
	tampers := []tamper{
		{
			"a figure in a post", `UPDATE tally_post SET vector = $3 WHERE sheet = $1 AND unit = $2`,
			func(g *grove) []any { return append(node(3)(g), one) }, "own figures",
		},
		{
			"a presence in a post", `UPDATE tally_post SET vector = $3 WHERE sheet = $1 AND unit = $2`,
			func(g *grove) []any { return append(node(3)(g), []byte{1, 11, 20, 2, 0}) }, "add up to 0",
		},
		{
			"a post's unit", `UPDATE tally_post SET unit = $3 WHERE sheet = $1 AND unit = $2`,
			func(g *grove) []any { return append(node(3)(g), g.units[4]) }, "own figures",
		},
		{"a post's sheet tree", `UPDATE tally_post SET unit = 99 WHERE sheet = $1 AND unit = $2`, node(3), "not on sheet"},
		{
			"bytes of a post", `UPDATE tally_post SET vector = $3 WHERE sheet = $1 AND unit = $2`,
			func(g *grove) []any { return append(node(3)(g), []byte{1, 1}) }, "broken vector",
		},
		{"a deleted post", `DELETE FROM tally_post WHERE sheet = $1 AND unit = $2`, node(3), "a node without posts"},
		{
			"a deleted post that is not alone", `DELETE FROM tally_post WHERE sheet = $1 AND unit = $2 AND id = (SELECT min(id) FROM tally_post WHERE sheet = $1 AND unit = $2)`,
			node(5), "own figures",
		},
		{
			"a node's own figures", `UPDATE tally_node SET own = $3 WHERE sheet = $1 AND unit = $2`,
			func(g *grove) []any { return append(node(4)(g), one) }, "own figures",
		},
		{
			"a node's total", `UPDATE tally_node SET total = $3 WHERE sheet = $1 AND unit = $2`,
			func(g *grove) []any { return append(node(1)(g), one) }, "own figures and the totals under it",
		},
		{
			"bytes of a node", `UPDATE tally_node SET total = $3 WHERE sheet = $1 AND unit = $2`,
			func(g *grove) []any { return append(node(1)(g), []byte{9}) }, "broken vector",
		},
		{
			"a node's parent", `UPDATE tally_node SET parent = $3 WHERE sheet = $1 AND unit = $2`,
			func(g *grove) []any { return append(node(3)(g), g.units[2]) }, "stands under",
		},
		{"a deleted node", `DELETE FROM tally_node WHERE sheet = $1 AND unit = $2`, node(3), "no node"},
		{"a deleted root", `DELETE FROM tally_node WHERE sheet = $1 AND unit = $2`, node(0), "no node"},
		{
			"an extra node without figures", `INSERT INTO tally_node (sheet, parent, unit, own, total) VALUES ($1, $2, $3, $4, $4)`,
			func(g *grove) []any { return []any{g.sheet, g.units[2], g.units[6], []byte{0}} }, "a node without posts",
		},
		{
			"a second node of a unit", `INSERT INTO tally_node (sheet, parent, unit, own, total) SELECT sheet, 77, unit, own, total FROM tally_node WHERE sheet = $1 AND unit = $2`,
			node(3), "two nodes",
		},
		{
			"a node off the sheet", `INSERT INTO tally_node (sheet, parent, unit, own, total) VALUES ($1, 5, 99, $2, $2)`,
			func(g *grove) []any { return []any{g.sheet, []byte{0}} }, "not on it",
		},
		{"a sheet's root", `UPDATE tally_sheet SET root = $2 WHERE id = $1`, node(2), "not on"},
	}
	for _, x := range tampers {
		t.Run(strings.ReplaceAll(x.name, " ", "_"), func(t *testing.T) {
			both(t, func(t *testing.T, d *db.DB) {
				g := plant(t, d, append(small, 2))
				for _, unit := range []int{3, 4, 5, 5, 1} {
					g.must(unit, tally.Delta{expected: 10, held: 1})
				}
				g.proven()
				dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
					n, err := tx.ExecN(ctx, x.q, x.args(g)...)
					if err == nil && n != 1 {
						err = fmt.Errorf("tampered with %d rows", n)
					}
					return err
				})
				if r := g.prove(nil); r.Mismatches == 0 || !strings.Contains(strings.Join(r.Details, "\n"), x.want) {
					t.Errorf("got %d mismatches %q, want %q", r.Mismatches, r.Details, x.want)
				}
			})
		})
	}
}

// What waits in the queue after it was drained was never counted.
func TestProofFindsWhatNobodyFolds(t *testing.T) {
	d := dbtest.Open(t) // nothing attached: posts wait for ever
	g := plant(t, d, small)
	g.must(3, tally.Delta{held: 1})
	r := g.prove(nil)
	if r.Mismatches != 1 || !strings.Contains(r.Details[0], "never added") {
		t.Errorf("got %d mismatches %q", r.Mismatches, r.Details)
	}
	tally.Attach(d)
	g.proven()
	if got := g.total(0).Get(held); got != 1 {
		t.Errorf("after the next drain: got %d held, want 1", got)
	}
}

func TestDeepProof(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		g := plant(t, d, small)
		g.must(3, tally.Delta{expected: 10, held: 1, late: 0})
		g.must(5, tally.Delta{expected: 4})
		records := func() map[int64]tally.Delta {
			return map[int64]tally.Delta{g.units[3]: {expected: 10, held: 1}, g.units[5]: {expected: 4}, g.units[4]: {held: 0}}
		}
		recount := func(change func(map[int64]tally.Delta)) map[string]tally.Recount {
			return map[string]tally.Recount{kind.Name: func(_ context.Context, _ *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
				if s.ID != g.sheet || s.Source != "rollout1" {
					return nil, fmt.Errorf("asked about %+v", s)
				}
				all := records()
				change(all)
				return all, nil
			}}
		}
		for name, c := range map[string]struct {
			change func(map[int64]tally.Delta)
			want   int
		}{
			"agrees":              {func(map[int64]tally.Delta) {}, 0},
			"another figure":      {func(m map[int64]tally.Delta) { m[g.units[3]][expected] = 9 }, 1},
			"a lane more":         {func(m map[int64]tally.Delta) { m[g.units[3]][persons] = 1 }, 1},
			"a lane less":         {func(m map[int64]tally.Delta) { delete(m[g.units[3]], held) }, 1},
			"a record more":       {func(m map[int64]tally.Delta) { m[g.units[4]][held] = 1 }, 1},
			"a record less":       {func(m map[int64]tally.Delta) { delete(m, g.units[3]) }, 2},
			"a unit off the tree": {func(m map[int64]tally.Delta) { m[12345] = tally.Delta{held: 1} }, 1},
		} {
			if r := g.prove(recount(c.change)); r.Mismatches != c.want {
				t.Errorf("%s: got %d mismatches %q, want %d", name, r.Mismatches, r.Details, c.want)
			}
		}
		if r := g.prove(map[string]tally.Recount{}); r.Mismatches != 1 || !strings.Contains(r.Details[0], "no recount") {
			t.Errorf("a kind nobody recounts: got %d %q", r.Mismatches, r.Details)
		}
		if _, err := tally.Prove(t.Context(), d, map[string]tally.Recount{kind.Name: func(context.Context, *db.Tx, tally.Sheet) (map[int64]tally.Delta, error) {
			return nil, fmt.Errorf("the records cannot be read")
		}}); err == nil {
			t.Error("a recount that fails: want an error")
		}
	})
}

func TestReportIsJSON(t *testing.T) {
	r := tally.Report{Sheets: 1, Posts: 2, Nodes: 3, Mismatches: 4}
	b, err := json.Marshal(r)
	if want := `{"sheets":1,"posts":2,"nodes":3,"mismatches":4}`; err != nil || string(b) != want {
		t.Errorf("got %s %v, want %s", b, err, want)
	}
}
