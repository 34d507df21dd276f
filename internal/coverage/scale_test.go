package coverage

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/clause"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
)

// land is a country of provinces and communes, each commune with an adopted plan
// that carries out all but one of the clauses of a directive.
type land struct {
	db   *db.DB
	root org.Unit
	ids  []string // of the clauses
}

const rolloutID, directiveID = "roll", "directive"

// settle makes a land: its rows are written as they stand, without the deeds that
// make them, which takes a minute for a nation.
func settle(tb testing.TB, provinces, communes, clauses int) land {
	tb.Helper()
	l := land{db: dbtest.Open(tb)}
	system := auth.System("nuoc")
	var units []org.Unit
	dbtest.Write(tb, l.db, func(ctx context.Context, tx *db.Tx) (err error) {
		l.ids, units = nil, nil
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: key, Kind: "cấp", From: "2020-01-02"}
		}
		if l.root, err = org.Plant(ctx, tx, system, "nuoc", "Nước", n("nuoc")); err != nil {
			return err
		}
		for p := range provinces {
			province, err := org.Create(ctx, tx, system, "nuoc", n(fmt.Sprintf("tinh-%d", p)))
			if err != nil {
				return err
			}
			for c := range communes {
				u, err := org.Create(ctx, tx, system, province.Key, n(fmt.Sprintf("xa-%d-%d", p, c)))
				if err != nil {
					return err
				}
				units = append(units, u)
			}
		}
		if err := l.papers(ctx, tx, clauses); err != nil {
			return err
		}
		return l.plans(ctx, tx, units)
	})
	return l
}

func (l *land) papers(ctx context.Context, tx *db.Tx, clauses int) error {
	if err := tx.Exec(ctx, `INSERT INTO directive (id, tree, unit, kind, number, symbol, issuer, issued_day, term, subject, fold, identity, sample, entered_by, entered_name, entered_at, version)
		VALUES ($1, 'nuoc', $2, 'NQ', '1', 'NQ', '', '', '', '', '', '', 0, '', '', 0, 1)`, directiveID, l.root.ID); err != nil {
		return err
	}
	for i := range clauses {
		id := db.NewKey()
		l.ids = append(l.ids, id)
		if err := tx.Exec(ctx, `INSERT INTO clause (id, kind, owner, place, depth, n, mark, text, block) VALUES ($1, 'directive', $2, $3, 1, $4, '', 'điểm', '')`,
			id, directiveID, i+1, fmt.Sprint(i+1)); err != nil {
			return err
		}
	}
	return tx.Exec(ctx, `INSERT INTO rollout (id, tree, unit, scope, scope_path, title, note, fold, state, opening_day, mark, sheet, replaces, sample, entered_by, entered_name, entered_at, version)
		VALUES ($1, 'nuoc', $2, $2, $3, '', '', '', 'open', '', 1, 1, '', 0, '', '', 0, 1)`, rolloutID, l.root.ID, l.root.Path)
}

func (l *land) plans(ctx context.Context, tx *db.Tx, units []org.Unit) error {
	per := len(l.ids) - 1
	carries := func(unit int) string {
		var some []string
		for k := range per {
			some = append(some, l.ids[(k+unit%2)%len(l.ids)])
		}
		return strings.Join(some, " ")
	}
	if err := db.InsertMany(ctx, tx, `INSERT INTO plan (id, tree, unit, rollout, title, fold, basis, organisation, state, symbol, paper_day, edition, carries, tell, told,
		entered_by, entered_name, entered_at, version) VALUES`, len(units), func(i int) []any {
		return []any{units[i].Key, "nuoc", units[i].ID, rolloutID, "", "", "", "", "adopted", "", "", 0, carries(i), "", "", "", "", 0, 1}
	}); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO obligation (rollout, step, unit, keeper, day, wording, percent, extended, due, done_at, declared, source, source_id) VALUES`,
		len(units), func(i int) []any {
			return []any{rolloutID, "adopt", units[i].ID, units[i].ID, "", "", 0, "", "", 1, 0, "plan", units[i].Key}
		})
}

// asked is the coverage of the land under a unit.
func (l land) asked(top org.Unit) Coverage {
	c := Coverage{Rollout: rollout.Rollout{ID: rolloutID, Tree: "nuoc"}, Top: top}
	for _, id := range l.ids {
		c.Clauses = append(c.Clauses, clause.Clause{ID: id})
	}
	return c
}

// TestCounts: the counts of a small land are those by hand, also per province.
func TestCounts(t *testing.T) {
	l := settle(t, 2, 3, 4)
	dbtest.Read(t, l.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := countCarried(ctx, tx, l.asked(l.root).Rollout, l.root.Path)
		if err != nil {
			return err
		}
		// The communes at even places, 0, 2 and 4 of six, leave out the last clause,
		// the others the first.
		for i, want := range []int64{3, 6, 6, 3} {
			if got := all[l.ids[i]]; got != want {
				t.Errorf("clause %d: %d, want %d", i+1, got, want)
			}
		}
		by, err := countBranches(ctx, tx, l.asked(l.root), "")
		if err != nil || len(by) != 2 || by[l.root.Path+"00001/"] != 4 {
			t.Errorf("clauses by province: %v %v", by, err)
		}
		one, err := countBranches(ctx, tx, l.asked(l.root), l.ids[0])
		if err != nil || one[l.root.Path+"00001/"] != 2 || one[l.root.Path+"00002/"] != 1 {
			t.Errorf("of the first clause by province: %v %v", one, err)
		}
		return nil
	})
}

// BenchmarkCoverage counts 40 clauses over the plans of 34 provinces of 98 communes.
func BenchmarkCoverage(b *testing.B) {
	l := settle(b, 34, 98, 40)
	for name, f := range map[string]func(ctx context.Context, tx *db.Tx) error{
		"clauses": func(ctx context.Context, tx *db.Tx) error {
			_, err := countCarried(ctx, tx, l.asked(l.root).Rollout, l.root.Path)
			return err
		},
		"provinces": func(ctx context.Context, tx *db.Tx) error {
			_, err := countBranches(ctx, tx, l.asked(l.root), "")
			return err
		},
		"provinces of one clause": func(ctx context.Context, tx *db.Tx) error {
			_, err := countBranches(ctx, tx, l.asked(l.root), l.ids[3])
			return err
		},
		"a province": func(ctx context.Context, tx *db.Tx) error {
			_, err := countCarried(ctx, tx, l.asked(l.root).Rollout, l.root.Path+"00005/")
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := l.db.Read(b.Context(), f); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
