package world

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/notify"
	"nhipcau/internal/remind"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// told returns what unit n has been reminded of, the oldest first: the end of
// the key and the arguments but the title.
func (s *story) told(t *testing.T, n int) string {
	t.Helper()
	var all []string
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		list, err := notify.List(ctx, tx, s.heads[n-1], 0, 100)
		for _, x := range slices.Backward(list) {
			if k, ok := strings.CutPrefix(x.Key, "remind.notice."); ok {
				all = append(all, k+" "+x.Args[0])
				if strings.HasPrefix(k, "on.") {
					all[len(all)-1] = k
				}
			}
		}
		return err
	})
	return strings.Join(all, ", ")
}

// morning runs what is due at seven on a day, as of a minute later.
func (s *story) morning(t *testing.T, month time.Month, day int) {
	t.Helper()
	s.Clock.Set(at(month, day, 7, 1))
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestReminders: rules speak once, on their day, to units that have not done
// what is due by the day they have.
func TestReminders(t *testing.T) {
	s := house(t, 3) // to hold by 30 October
	remind.Jobs(s.Jobs)
	want := func(when string, told ...string) {
		t.Helper()
		for n, w := range told {
			if got := s.told(t, n+1); got != w {
				t.Errorf("%s unit %d has been told %q, want %q", when, n+1, got, w)
			}
		}
	}
	s.Clock.Set(at(10, 23, 6, 59))
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	want("before seven", "", "", "")
	s.morning(t, 10, 23)
	s.morning(t, 10, 23)
	s.morning(t, 10, 24)
	want("a week before", "before.hold 7", "before.hold 7", "before.hold 7")

	s.held(t, 1)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := rollout.Extend(ctx, tx, s.bikhu, s.rollout.ID, rollout.Hold, s.bloc.units[1].ID, "2020-11-06", "bận")
		return err
	})
	s.morning(t, 10, 29)
	want("who has done it, or has longer, is left alone;", "before.hold 7", "before.hold 7", "before.hold 7, before.hold 1")
	s.morning(t, 10, 30)
	want("on the last day, and a week before a later one,", "before.hold 7", "before.hold 7, before.hold 7", "before.hold 7, before.hold 1, on.hold")
	s.morning(t, 11, 1) // the morning of the 31st was missed
	want("the next morning but one", "before.hold 7", "before.hold 7, before.hold 7", "before.hold 7, before.hold 1, on.hold, after.hold 2")

	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		if err := remind.Switch(ctx, tx, s.bikhu, 0, false); err != nil {
			return err
		}
		return remind.Add(ctx, tx, s.vanthu, 3)
	})
	s.morning(t, 11, 2)
	s.morning(t, 11, 5)
	s.morning(t, 11, 6)
	want("by rules that were changed", "before.hold 7", "before.hold 7, before.hold 7, before.hold 1",
		"before.hold 7, before.hold 1, on.hold, after.hold 2, after.hold 3, after.hold 7")
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		r, err := rollout.Get(ctx, tx, s.bikhu, s.rollout.ID)
		if err != nil {
			return err
		}
		return rollout.Withdraw(ctx, tx, s.bikhu, r.ID, r.Version, "thôi")
	})
	before := s.told(t, 3)
	s.morning(t, 11, 7)
	s.morning(t, 11, 9)
	if got := s.told(t, 3); got != before {
		t.Errorf("of a rollout that was withdrawn it was told %q", got)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		given, err := remind.Given(ctx, tx, s.vanthu, 100)
		if len(given) != 10 || given[0].UnitKey != "tccs-03" || given[0].Days != 7 || given[0].Told == 0 {
			t.Errorf("%d were given, the last %+v", len(given), given[:min(1, len(given))])
		}
		rules, err2 := remind.Rules(ctx, tx, s.vanthu)
		if len(rules) != 6 || rules[2].Days != 0 || rules[2].On || rules[2].Actor != s.bikhu.Name || rules[4].Days != 3 || !rules[4].On {
			t.Errorf("the rules are %+v, %v", rules, err2)
		}
		return err
	})
	s.proven(t, "the reminders")
}

// TestRemindersCast: those of a unit change its own rules, and nobody else's.
func TestRemindersCast(t *testing.T) {
	s := house(t, 1)
	for _, c := range []struct {
		by   auth.Actor
		want string
	}{{s.bikhu, "done"}, {s.vanthu, "done"}, {s.clerk(1), "done"}, {s.member(1), "denied"}, {s.asKeeper(), "denied"}} {
		err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return remind.Switch(ctx, tx, c.by, 1, false) })
		if got := kindOf(err); got != c.want {
			t.Errorf("%s %v: %s, want %s", c.by.Name, c.by.Roles, got, c.want)
		}
	}
	for days, want := range map[int64]string{61: "invalid", -61: "invalid", -7: "invalid", 60: "done"} {
		err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return remind.Add(ctx, tx, s.heads[0], days) })
		if got := kindOf(err); got != want {
			t.Errorf("a rule of %d days: %s, want %s", days, got, want)
		}
	}
	if err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return remind.Switch(ctx, tx, s.vanthu, 60, true) }); kindOf(err) != "not found" {
		t.Errorf("a rule of another unit: %v", err)
	}
}

// TestDueOn: page by page each obligation comes once.
func TestDueOn(t *testing.T) {
	s := house(t, 5)
	seen := map[int64]int{}
	var after rollout.Due
	for more := true; more; {
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			all, err := rollout.DueOn(ctx, tx, []vn.Day{"2020-10-30", "2020-11-14", "2020-01-01"}, after, 3)
			more = len(all) == 3
			for _, o := range all {
				seen[o.Unit]++
				after = o
			}
			return err
		})
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		if err := rollout.Withdraw(ctx, tx, s.bikhu, s.rollout.ID, s.rollout.Version, "thôi"); err != nil {
			return err
		}
		all, err := rollout.DueOn(ctx, tx, []vn.Day{"2020-10-30"}, rollout.Due{}, 10)
		if len(all) != 0 {
			t.Errorf("%d are due by a rollout that was withdrawn", len(all))
		}
		return err
	})
	for _, u := range s.bloc.units {
		if seen[u.ID] != 2 {
			t.Errorf("unit %s came %d times, want for two steps", u.Key, seen[u.ID])
		}
	}
}

// TestRemindersOfMany: more than one transaction treats are all reminded, once,
// also when the job is run again.
func TestRemindersOfMany(t *testing.T) {
	const steps = 130 // made up, so that few units owe much
	s := house(t, 5)
	remind.Jobs(s.Jobs)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		for n := range steps {
			if err := tx.Exec(ctx, `INSERT INTO obligation (rollout, step, unit, keeper, day, wording, percent, extended, due, declared, source, source_id)
				SELECT rollout, $1, unit, unit, day, wording, 0, '', due, 0, '', '' FROM obligation WHERE rollout = $2 AND step = 'hold'`, fmt.Sprintf("step%03d", n), s.rollout.ID); err != nil {
				return err
			}
		}
		return nil
	})
	for range 2 {
		s.morning(t, 10, 23)
		s.do(t, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `UPDATE job SET finished_at = NULL WHERE kind = $1`, remind.MorningJob)
		})
	}
	var done, notices int
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.One(ctx, `SELECT (SELECT count(*) FROM remind_done), (SELECT count(*) FROM notice WHERE key LIKE 'remind.%')`, nil, &done, &notices)
	})
	if done != 5*(steps+1) || notices != 6*(steps+1) { // unit 05 has a clerk besides, who is told too
		t.Errorf("%d reminders and %d notices, want %d and %d", done, notices, 5*(steps+1), 6*(steps+1))
	}
}
