package world

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/job"
	"nhipcau/internal/presence"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// house opens a story of a few units on the engine the tests run on, with a
// rollout that is open, on 20 October 2020.
func house(t *testing.T, units int) *story {
	t.Helper()
	d := dbtest.Open(t)
	tally.Attach(d)
	files, err := file.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { files.Close() })
	h := House{DB: d, Files: files, Jobs: job.NewRunner(d, slog.New(slog.DiscardHandler)), Clock: &Clock{}}
	rollout.Jobs(h.Jobs)
	d.SetClock(h.Clock.Now)
	s, err := begin(t.Context(), h, units)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.openRollout(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Clock.Set(at(10, 20, 8, 0))
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		s.rollout, err = rollout.Get(ctx, tx, s.bikhu, s.rollout.ID)
		return err
	})
	return s
}

func (s *story) do(t *testing.T, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	dbtest.Write(t, s.DB, f)
}

func (s *story) see(t *testing.T, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	dbtest.Read(t, s.DB, f)
}

// clerk is a clerk of unit n, who signs nothing.
func (s *story) clerk(n int) auth.Actor {
	by := s.heads[n-1]
	by.Name, by.Roles = "Văn thư", []auth.Role{auth.Clerk}
	return by
}

func (s *story) member(n int) auth.Actor {
	by := s.heads[n-1]
	by.Name, by.Roles = "Đoàn viên", []auth.Role{auth.Member}
	return by
}

// convened returns a conference of unit n whose roll is ready.
func (s *story) convened(t *testing.T, n int) conference.Conference {
	t.Helper()
	var c conference.Conference
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = conference.Enter(ctx, tx, s.heads[n-1], conference.Form{
			Rollout: s.rollout.ID, Title: "Hội nghị", Sort: "main", Mode: "in_person", Day: vn.DayOf(tx.Now),
		}); err != nil {
			return err
		}
		if _, err = conference.Convene(ctx, tx, s.heads[n-1], c.ID, c.Version); err != nil {
			return err
		}
		c, err = conference.Get(ctx, tx, s.heads[n-1], c.ID)
		return err
	})
	return c
}

// held returns a closed conference of unit n in which everybody took part.
func (s *story) held(t *testing.T, n int) conference.Conference {
	t.Helper()
	c := s.convened(t, n)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		rows, err := presence.Roll(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		var all []attendance.Mark
		for _, r := range rows {
			if r.State == attendance.Invited {
				all = append(all, attendance.Mark{Member: r.Member, State: attendance.Present, Version: r.Version})
			}
		}
		if _, err := conference.Mark(ctx, tx, s.heads[n-1], c.ID, all, nil); err != nil {
			return err
		}
		if err := conference.Close(ctx, tx, s.heads[n-1], c.ID, c.Version); err != nil {
			return err
		}
		c, err = conference.Get(ctx, tx, s.heads[n-1], c.ID)
		return err
	})
	return c
}

// own returns a figure of unit n alone.
func (s *story) own(t *testing.T, n int, lane string) (x int64) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		v, err := tally.Own(ctx, tx, s.rollout.Sheet, s.bloc.units[n-1].ID)
		x = v.Get(rollout.Kind().Lane(lane))
		return err
	})
	return x
}

// proven fails the test if any figure is not what its posts and records say, or
// a unit's persons pass those due.
func (s *story) proven(t *testing.T, after string) {
	t.Helper()
	r, err := tally.Prove(t.Context(), s.DB, map[string]tally.Recount{
		"conference": conference.Recount,
		"rollout":    tally.Together(rollout.Recount, follow.Recount, conference.RecountRollout),
	})
	if err != nil || r.Mismatches > 0 {
		t.Fatalf("after %s: %d mismatches, %v\n%q", after, r.Mismatches, err, r.Details)
	}
	for n := range s.bloc.units {
		due := s.own(t, n+1, "expected") - s.own(t, n+1, "exempt")
		if got := s.own(t, n+1, "persons") + s.own(t, n+1, "declared_persons"); got > due || got < 0 {
			t.Fatalf("after %s: unit %d counts %d persons of %d due", after, n+1, got, due)
		}
	}
}

// kindOf names how a verb ended.
func kindOf(err error) string {
	if err == nil {
		return "done"
	}
	switch fault.Of(err).Kind {
	case fault.NotFound:
		return "not found"
	case fault.Denied:
		return "denied"
	case fault.Conflict:
		return "conflict"
	case fault.Invalid:
		return "invalid"
	}
	return err.Error()
}

// paper returns a directive of the story.
func (s *story) paper(t *testing.T) directive.Directive {
	t.Helper()
	var d directive.Directive
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		all, err := directive.List(ctx, tx, s.vanthu, "59-NQ/TW", 0, 1)
		if err == nil {
			d = all[0]
		}
		return err
	})
	return d
}

const day = 24 * time.Hour

// asKeeper acts for the bloc's administrator.
func (s *story) asKeeper() auth.Actor {
	by := s.bikhu
	by.Roles = []auth.Role{auth.Administrator}
	return by
}
