package world

import (
	"context"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/org"
	"nhipcau/internal/reform"
	"nhipcau/internal/report"
	"nhipcau/internal/rollout"
	"nhipcau/internal/statement"
	"nhipcau/internal/vn"
)

// quiet is a house in which nothing is rolled out any more.
func quiet(t *testing.T, units int) *story {
	t.Helper()
	s := house(t, units)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return rollout.Withdraw(ctx, tx, s.bikhu, s.rollout.ID, s.rollout.Version, "thôi")
	})
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *story) nextDay() { s.Clock.Set(s.Clock.Now().Add(24 * time.Hour)) }

func (s *story) undone(t *testing.T, id string) error {
	t.Helper()
	return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return reform.Undo(ctx, tx, s.admin(), id, "nhầm") })
}

// TestUndoUnderMoved undoes a move from under a unit that has moved itself since:
// the unit goes where that unit stands now.
func TestUndoUnderMoved(t *testing.T) {
	s := quiet(t, 4)
	s.reform(t, reform.Move, s.key(1), s.key(2))
	s.nextDay()
	move := s.reform(t, reform.Move, s.key(1), s.key(3))
	s.reform(t, reform.Move, s.key(2), s.key(4))
	if err := s.undone(t, move.ID); err != nil {
		t.Fatal(err)
	}
	if got, over := s.pathOf(t, 1), s.pathOf(t, 2); !strings.HasPrefix(got, over) || got == over {
		t.Errorf("unit 1 stands at %s, want under unit 2 at %s", got, over)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		u, err := org.Get(ctx, tx, s.bikhu, s.key(1))
		if u.Depth != 3 {
			t.Errorf("unit 1 is at depth %d, want 3", u.Depth)
		}
		return err
	})
}

// TestUndoNowhere undoes what would put a unit under a closed one, or under
// itself.
func TestUndoNowhere(t *testing.T) {
	s := quiet(t, 5)
	s.reform(t, reform.Move, s.key(1), s.key(2))
	s.nextDay()
	move := s.reform(t, reform.Move, s.key(1), s.key(3))
	t.Run("under a closed one", func(t *testing.T) {
		s.Clock.Set(s.Clock.Now().Add(time.Hour))
		s.reform(t, reform.Close, s.key(2), s.key(4))
		if err := s.undone(t, move.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v, want a conflict", err)
		}
		if err := s.undo(t); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("under itself", func(t *testing.T) {
		s.reform(t, reform.Move, s.key(5), s.key(1))
		s.reform(t, reform.Move, s.key(2), s.key(5))
		if err := s.undone(t, move.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v, want a conflict", err)
		}
	})
	t.Run("a closing under a closed one", func(t *testing.T) {
		s := quiet(t, 4)
		s.reform(t, reform.Move, s.key(1), s.key(2))
		shut := s.reform(t, reform.Close, s.key(1), s.key(3))
		s.reform(t, reform.Close, s.key(2), s.key(4))
		if err := s.undone(t, shut.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v, want a conflict", err)
		}
	})
}

// TestUndoSameDay undoes a closing on the day on which the unit had moved: it
// stands once, where it had moved to.
func TestUndoSameDay(t *testing.T) {
	s := quiet(t, 3)
	s.reform(t, reform.Move, s.key(1), s.key(2))
	s.Clock.Set(s.Clock.Now().Add(time.Hour))
	s.reform(t, reform.Close, s.key(1), s.key(3))
	if err := s.undo(t); err != nil {
		t.Fatal(err)
	}
	var open int
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.One(ctx, `SELECT count(*) FROM unit_edge WHERE unit = $1 AND to_day = ''`, []any{s.bloc.units[0].ID}, &open)
	})
	if open != 1 {
		t.Errorf("it stands in %d places", open)
	}
}

// TestCloseBeforeItStood refuses a day on which the unit did not yet stand.
func TestCloseBeforeItStood(t *testing.T) {
	s := quiet(t, 3)
	var u org.Unit
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		u, err = org.Create(ctx, tx, s.admin(), s.bloc.root.Key, org.NewUnit{Key: "moi", Name: "Đơn vị mới", Kind: "Chi đoàn", From: vn.DayOf(tx.Now)})
		return err
	})
	err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := reform.Enter(ctx, tx, s.admin(), reform.Form{Kind: reform.Close, Unit: u.Key, Target: s.key(2), Day: "1990-01-01", Decision: "Số 1"})
		return err
	})
	if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) {
		t.Errorf("%v, want it refused", err)
	}
}

// TestFoundAfterUndo founds a unit where one had come and gone again.
func TestFoundAfterUndo(t *testing.T) {
	s := quiet(t, 3)
	s.reform(t, reform.Move, s.key(1), s.key(2))
	found := func(key string) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := org.Create(ctx, tx, s.admin(), s.key(2), org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "Chi đoàn", From: vn.DayOf(tx.Now)})
			return err
		})
	}
	if err := found("a"); err != nil {
		t.Fatal(err)
	}
	if err := s.undo(t); err != nil {
		t.Fatal(err)
	}
	if err := found("b"); err != nil {
		t.Errorf("after the undoing: %v", err)
	}
}

// opened rolls a paper out to what stands under unit n and returns the rollout.
func (s *story) opened(t *testing.T, n int) (r rollout.Rollout) {
	t.Helper()
	host := s.heads[n-1]
	host.Path = s.pathOf(t, n)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		paper, err := directive.Enter(ctx, tx, host, directive.Form{Kind: "KH", Number: "3", Symbol: "KH/ĐTN", Issuer: "Đơn vị", Issued: "2020-10-19", Subject: "Kế hoạch"}, file.Blob{})
		if err != nil {
			return err
		}
		f := rolloutForm(s.key(n), []rollout.Paper{{Directive: paper.ID, Mode: rollout.Study}})
		if r, err = rollout.Enter(ctx, tx, host, f, ""); err != nil {
			return err
		}
		if err = rollout.Submit(ctx, tx, host, r.ID, r.Version); err != nil {
			return err
		}
		return rollout.Approve(ctx, tx, host, r.ID, r.Version+1)
	})
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.get(t, r.ID)
}

// TestUndoAfterOpening does not undo a move on which a rollout was built.
func TestUndoAfterOpening(t *testing.T) {
	s := quiet(t, 3)
	s.reform(t, reform.Move, s.key(1), s.key(2))
	s.nextDay()
	s.opened(t, 2)
	if err := s.undo(t); !fault.Is(err, fault.Conflict) {
		t.Errorf("undoing the move: %v, want a conflict", err)
	}
	s.reform(t, reform.Move, s.key(2), s.key(3)) // goes on
	s.proven(t, "a move after it")
}

// TestReportGoesBack returns a report that was given for two units, after the one
// that gave it was closed itself: both owe it again.
func TestReportGoesBack(t *testing.T) {
	s := house(t, 4)
	s.reform(t, reform.Close, s.key(1), s.key(2))
	var r report.Report
	s.fresh(t)
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = report.Begin(ctx, tx, s.heads[1], s.rollout.ID); err != nil {
			return err
		}
		if err = report.Write(ctx, tx, s.heads[1], r.ID, r.Version, map[string]string{"strengths": "tốt"}); err != nil {
			return err
		}
		if err = report.Submit(ctx, tx, s.heads[1], r.ID, r.Version+1); err != nil {
			return err
		}
		r, err = report.Get(ctx, tx, s.bikhu, r.ID)
		return err
	})
	s.reform(t, reform.Close, s.key(2), s.key(3))
	s.fresh(t)
	received := s.own(t, 3, "received")
	if received != 2 {
		t.Fatalf("unit 3 keeps %d reports received, want 2", received)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return report.Return(ctx, tx, s.bikhu, r.ID, r.Version, "làm lại")
	})
	if got := s.own(t, 3, "received"); got != 0 {
		t.Errorf("after it went back unit 3 keeps %d reports received, want none", got)
	}
	s.proven(t, "a report that went back")
}

// TestKeeperIsTold tells who took a unit over, not the unit that is gone.
func TestKeeperIsTold(t *testing.T) {
	s := house(t, 3)
	s.reform(t, reform.Close, s.key(1), s.key(2))
	s.fresh(t)
	notices := func() (n int64) {
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			return tx.One(ctx, `SELECT count(*) FROM notice WHERE account = $1`, []any{s.heads[1].Login}, &n)
		})
		return n
	}
	before := notices()
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := rollout.Extend(ctx, tx, s.bikhu, s.rollout.ID, rollout.Adopt, s.bloc.units[0].ID, "2020-12-20", "sáp nhập")
		return err
	})
	if got := notices(); got != before+1 {
		t.Errorf("its keeper got %d notices of the extension, want 1", got-before)
	}
	s.Clock.Set(at(12, 15, 8, 0))
	before = notices()
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := follow.Remind(ctx, tx, s.bikhu, s.rollout.ID)
		return err
	})
	if got := notices(); got != before+1 {
		t.Errorf("its keeper got %d reminders, want one for both units", got-before)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		var n int64
		err := tx.One(ctx, `SELECT count(*) FROM reminder WHERE unit = $1`, []any{s.bloc.units[0].ID}, &n)
		if n > 0 {
			t.Error("a unit that is gone was reminded")
		}
		return err
	})
}

// TestExpiredStaysOut closes a unit one of whose logins has run out: it may
// nothing in the unit that takes over either.
func TestExpiredStaysOut(t *testing.T) {
	s := quiet(t, 3)
	unit := s.bloc.units[0].ID
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `UPDATE account_grant SET to_day = '2020-10-01' WHERE unit = $1`, unit)
	})
	s.reform(t, reform.Close, s.key(1), s.key(2))
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		var n int64
		err := tx.One(ctx, `SELECT count(*) FROM account_grant WHERE unit = $1 AND role = $2 AND granted_by IN (SELECT id FROM reform)`,
			[]any{s.bloc.units[1].ID, auth.Member}, &n)
		if n > 0 {
			t.Errorf("%d logins that had run out may act for the unit that took over", n)
		}
		return err
	})
}

// TestStatedOnce moves a unit that another had stated for: it does not state the
// same again where it stands now.
func TestStatedOnce(t *testing.T) {
	s := quiet(t, 3)
	s.reform(t, reform.Move, s.key(1), s.key(2))
	state := func(n int, whole bool) func(ctx context.Context, tx *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			all, err := statement.List(ctx, tx, s.bikhu, "", 0, 1)
			if err != nil {
				return err
			}
			_, err = statement.State(ctx, tx, s.bikhu, all[0].ID, s.key(n), statement.Statement{
				Whole: whole, Figures: []statement.Figure{{Item: "item_1", Value: 5, Bound: statement.Exact}}, Paper: "Số 1", Signer: "Bí thư", Day: "2020-10-19",
			}, file.Blob{})
			return err
		}
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := statement.Open(ctx, tx, s.bikhu, statement.Form{Title: "Mô hình", Period: "năm 2020", Items: []statement.Item{{Label: "Mô hình", Word: "mô hình", Sort: statement.Count}}})
		return err
	})
	s.do(t, state(2, true))
	s.nextDay()
	s.reform(t, reform.Move, s.key(1), s.key(3))
	if err := s.DB.Write(t.Context(), state(1, false)); !fault.Is(err, fault.Invalid) {
		t.Errorf("stating it again: %v, want it refused", err)
	}
}

// TestDeclaredThenClosed closes a unit of which figures were declared on paper,
// and then the one that took it over; the paper is withdrawn after both.
func TestDeclaredThenClosed(t *testing.T) {
	s := house(t, 4)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return follow.Declare(ctx, tx, s.bikhu, s.rollout.ID, s.key(1), follow.DeclarationForm{HeldDay: "2020-10-19", Attended: 3, Persons: 3, Signer: "Bí thư", Paper: "Số 5"}, file.Blob{})
	})
	first := s.reform(t, reform.Close, s.key(1), s.key(2))
	s.proven(t, "the first closing")
	s.Clock.Set(s.Clock.Now().Add(time.Hour))
	second := s.reform(t, reform.Close, s.key(2), s.key(3))
	s.proven(t, "the second closing")
	if err := s.undone(t, first.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("undoing the first before the second: %v, want a conflict", err)
	}
	for _, id := range []string{second.ID, first.ID} {
		if err := s.undone(t, id); err != nil {
			t.Fatal(err)
		}
		s.proven(t, "an undoing")
	}
	s.Clock.Set(s.Clock.Now().Add(time.Hour))
	s.reform(t, reform.Close, s.key(1), s.key(2))
	s.Clock.Set(s.Clock.Now().Add(time.Hour))
	s.reform(t, reform.Close, s.key(2), s.key(3))
	s.fresh(t)
	s.held(t, 3)
	s.proven(t, "a conference of all three")
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return follow.WithdrawDeclaration(ctx, tx, s.bikhu, s.rollout.ID, s.key(1), "nhầm")
	})
	s.proven(t, "a paper withdrawn")
	s.Clock.Set(at(12, 30, 0, 6))
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.proven(t, "the night after every last day")
	if got := s.own(t, 3, "declared_held"); got != 0 {
		t.Errorf("unit 3 keeps %d conferences declared, want none", got)
	}
}

// TestWithdrawnThenUndone withdraws a rollout after a reform and undoes that.
func TestWithdrawnThenUndone(t *testing.T) {
	for _, kind := range []reform.Kind{reform.Close, reform.Move} {
		s := house(t, 3)
		s.held(t, 1)
		s.Clock.Set(at(12, 30, 0, 6))
		if err := s.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.reform(t, kind, s.key(1), s.key(2))
		s.fresh(t)
		s.do(t, func(ctx context.Context, tx *db.Tx) error {
			return rollout.Withdraw(ctx, tx, s.bikhu, s.rollout.ID, s.rollout.Version, "thôi")
		})
		err := s.undo(t) // while its obligations are being ended
		if err != nil && !fault.Is(err, fault.Conflict) {
			t.Fatalf("%s: %v", kind, err)
		}
		if err := s.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.proven(t, "ending what was owed after "+string(kind))
		if err := s.undo(t); err != nil && !fault.Is(err, fault.Conflict) {
			t.Fatalf("%s again: %v", kind, err)
		}
		s.proven(t, "undoing "+string(kind))
		s.reform(t, reform.Close, s.key(3), s.key(2))
		s.proven(t, "another closing")
	}
}
