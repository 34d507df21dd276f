package app

import (
	"context"
	"testing"

	"nhipcau/internal/account"
	"nhipcau/internal/db"
	"nhipcau/internal/level"
	"nhipcau/internal/quiz"
	"nhipcau/internal/reflection"
	"nhipcau/internal/rung"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// PlanLevel adds a level of all units of a kind to a gathering and tells some units
// of it, as a job does that is killed after them.
func (g *Gathering) PlanLevel(t testing.TB, kind string, some int) {
	t.Helper()
	by, err := account.ByToken(t.Context(), g.house.h.db, g.house.Token(t, "bikhu"), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := level.Add(ctx, tx, by, g.ID, level.Form{Kind: kind, Audience: "Toàn thể", Deadline: vn.Deadline{Day: "2030-01-31", Wording: vn.Before}}); err != nil {
			return err
		}
		if err := level.Tell(ctx, tx, by, g.ID); err != nil {
			return err
		}
		_, _, more, err := level.TellSome(ctx, tx, g.ID, some)
		if err == nil && !more {
			t.Error("all were told at once")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// LevelCounts returns how many units the sheet of a gathering's level says are due
// under its host, and how many are noted.
func (g *Gathering) LevelCounts(t testing.TB) (due, noted int64) {
	t.Helper()
	if err := g.house.h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		var sheet, root int64
		if err := tx.One(ctx, `SELECT sheet, unit FROM conference_level WHERE conference = $1 AND told = 1`, []any{g.ID}, &sheet, &root); err != nil {
			return err
		}
		v, err := tally.Total(ctx, tx, sheet, root)
		if err != nil {
			return err
		}
		due = v.Get(rung.Kind().Lane("due"))
		return tx.One(ctx, `SELECT count(*) FROM conference_asked WHERE conference = $1`, []any{g.ID}, &noted)
	}); err != nil {
		t.Fatal(err)
	}
	return due, noted
}

// AskAll opens papers and a quiz for all of a gathering.
func (g *Gathering) AskAll(t testing.TB) {
	t.Helper()
	by, err := account.ByToken(t.Context(), g.house.h.db, g.house.Token(t, "bikhu"), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := afterwards(ctx, tx, by, g.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// Asked returns how many are due by the sheets of a gathering's papers and quiz.
func (g *Gathering) Asked(t testing.TB) (papers, quizzes int64) {
	t.Helper()
	if err := g.house.h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, x := range []struct {
			n     *int64
			kind  *tally.Kind
			query string
		}{{&papers, reflection.Kind(), `SELECT sheet FROM reflection WHERE conference = $1`}, {&quizzes, quiz.Kind(), `SELECT sheet FROM quiz WHERE subject = $1`}} {
			var id int64
			if err := tx.One(ctx, x.query, []any{g.ID}, &id); err != nil {
				return err
			}
			s, err := tally.Find(ctx, tx, id)
			if err != nil {
				return err
			}
			v, err := tally.Total(ctx, tx, id, s.Root)
			if err != nil {
				return err
			}
			*x.n = v.Get(x.kind.Lane("due"))
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return papers, quizzes
}
