package rollout_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/follow"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

var errUndone = errors.New("undone")

// TestCast lets everybody try every verb of the bloc's rollouts. What was tried
// is undone, so that the next finds it as it was.
func TestCast(t *testing.T) {
	h := build(t)
	h.at("2020-10-24") // six days before a conference is due, so there is whom to remind
	open, waiting, draft := h.opened(t), h.submitted(t), h.draft(t)
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		return follow.Declare(ctx, tx, h.clerk("khoi"), open.ID, "hai", declared(1), file.Blob{})
	})
	f := h.form()
	const (
		yes, no, none, bad = "done", "denied", "not found", "conflict"
	)
	people := []struct {
		name string
		by   auth.Actor
	}{
		{"secretary of the bloc", h.secretary("khoi")},
		{"clerk of the bloc", h.clerk("khoi")},
		{"administrator of the bloc", h.as("khoi", auth.Administrator)},
		{"secretary of a unit", h.secretary("mot")},
		{"clerk of a unit", h.clerk("mot")},
		{"member of a unit", h.as("mot", auth.Member)},
		{"secretary beside", h.secretary("hai")},
		{"nobody", auth.Actor{}},
	}
	for _, c := range []struct {
		verb string
		do   func(ctx context.Context, tx *db.Tx, by auth.Actor) error
		want [8]string
	}{
		{"Enter", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := rollout.Enter(ctx, tx, by, f, "")
			return err
		}, [8]string{yes, yes, no, none, none, no, none, no}}, // a scope above one's own unit is not seen
		{"Amend", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return rollout.Amend(ctx, tx, by, draft.ID, draft.Version, f)
		}, [8]string{yes, yes, no, none, none, none, none, none}},
		{"Submit", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return rollout.Submit(ctx, tx, by, draft.ID, draft.Version)
		}, [8]string{yes, yes, no, none, none, none, none, none}},
		{"Return", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return rollout.Return(ctx, tx, by, waiting.ID, waiting.Version, "thiếu")
		}, [8]string{yes, no, no, none, none, none, none, none}},
		{"Approve", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return rollout.Approve(ctx, tx, by, waiting.ID, waiting.Version)
		}, [8]string{yes, no, no, none, none, none, none, none}},
		{"Extend", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := rollout.Extend(ctx, tx, by, open.ID, rollout.Hold, 0, "2020-11-20", "bận")
			return err
		}, [8]string{yes, no, no, no, no, no, no, none}},
		{"Withdraw", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return rollout.Withdraw(ctx, tx, by, open.ID, open.Version, "thôi")
		}, [8]string{yes, no, no, no, no, no, no, none}},
		{"Remind", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := follow.Remind(ctx, tx, by, open.ID)
			return err
		}, [8]string{yes, yes, no, yes, yes, no, bad, none}}, // a unit reminds those under it
		{"Declare", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return follow.Declare(ctx, tx, by, open.ID, "mot", declared(1), file.Blob{})
		}, [8]string{yes, yes, no, no, no, no, none, none}},
		{"WithdrawDeclaration", func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return follow.WithdrawDeclaration(ctx, tx, by, open.ID, "hai", "sai")
		}, [8]string{yes, yes, no, none, none, none, no, none}},
	} {
		for i, who := range people {
			err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				return cmpErr(c.do(ctx, tx, who.by))
			})
			if errors.Is(err, errUndone) {
				err = nil
			}
			if got := ended(err); got != c.want[i] {
				t.Errorf("%s by the %s: %s, want %s", c.verb, who.name, got, c.want[i])
			}
		}
	}
	h.proven(t, open, "everybody has tried")
}

// cmpErr undoes what went well.
func cmpErr(err error) error {
	if err == nil {
		return errUndone
	}
	return err
}

// TestSeen: a draft is the host's; an approved rollout is seen in its scope.
func TestSeen(t *testing.T) {
	h := build(t)
	draft, open := h.draft(t), h.opened(t)
	for _, c := range []struct {
		name string
		by   auth.Actor
		want int
	}{
		{"host", h.clerk("khoi"), 2},
		{"unit", h.clerk("mot"), 1},
		{"cell", h.as("to", auth.Member), 1},
		{"another tree", auth.Actor{Login: "x", Tree: "khac", Path: "/00001/", Roles: []auth.Role{auth.Secretary}}, 0},
		{"nobody", auth.Actor{}, 0},
	} {
		h.see(t, func(ctx context.Context, tx *db.Tx) error {
			all, err := rollout.List(ctx, tx, c.by, "", 0, 10)
			if len(all) != c.want {
				t.Errorf("%s lists %d, want %d", c.name, len(all), c.want)
			}
			for i, id := range []string{open.ID, draft.ID} {
				if _, err := rollout.Get(ctx, tx, c.by, id); fault.Is(err, fault.NotFound) != (i >= c.want) {
					t.Errorf("%s gets %d: %v", c.name, i, err)
				}
			}
			return err
		})
	}
}

// TestForm: what is wrong is said at its field, and in words that have the last
// day in them.
func TestForm(t *testing.T) {
	h := build(t)
	long := strings.Repeat("ă", 301)
	for name, c := range map[string]struct {
		change func(f *rollout.Form)
		fields []string
	}{
		"no title":                       {func(f *rollout.Form) { f.Title = " \u00a0" }, []string{"title"}},
		"a long title":                   {func(f *rollout.Form) { f.Title = long }, []string{"title"}},
		"no papers":                      {func(f *rollout.Form) { f.Papers = nil }, []string{"papers"}},
		"a paper twice":                  {func(f *rollout.Form) { f.Papers = append(f.Papers, f.Papers[0]) }, []string{"papers"}},
		"a way of study that is none":    {func(f *rollout.Form) { f.Papers[0].Mode = "x" }, []string{"papers"}},
		"nothing asked":                  {func(f *rollout.Form) { f.Demands = nil }, []string{"demands"}},
		"a level that is none":           {func(f *rollout.Form) { f.Demands[0].Level = 0 }, []string{"demands"}},
		"a step that is none":            {func(f *rollout.Form) { f.Demands[0].Step = "x" }, []string{"demands"}},
		"no day":                         {func(f *rollout.Form) { f.Demands[0].Deadline.Day = "31/2" }, []string{"hold-1-day"}},
		"yesterday":                      {func(f *rollout.Form) { f.Demands[0].Deadline = deadline("2020-10-11", vn.Until) }, []string{"hold-1-day"}},
		"before today, thus yesterday":   {func(f *rollout.Form) { f.Demands[4].Deadline = deadline("2020-10-12", vn.Before) }, []string{"hold-2-day"}},
		"a share of nothing":             {func(f *rollout.Form) { f.Demands[1].Percent = 0 }, []string{"reach-1-percent"}},
		"more than all":                  {func(f *rollout.Form) { f.Demands[1].Percent = 101 }, []string{"reach-1-percent"}},
		"a scope with nobody under it":   {func(f *rollout.Form) { f.Scope = "hai" }, []string{"scope"}},
		"everything wrong, said at once": {func(f *rollout.Form) { *f = rollout.Form{} }, []string{"demands", "papers", "title"}},
	} {
		f := h.form()
		c.change(&f)
		err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := rollout.Enter(ctx, tx, h.clerk("khoi"), f, "")
			return err
		})
		if got := slices.Sorted(maps.Keys(fault.Of(err).Fields)); !fault.Is(err, fault.Invalid) || !slices.Equal(got, c.fields) {
			t.Errorf("%s: %v at %q, want %q", name, err, got, c.fields)
		}
	}
	f := h.form()
	f.Demands[0].Deadline, f.Demands[4].Deadline = deadline("2020-10-12", vn.Until), deadline("2020-10-13", vn.Before)
	h.do(t, func(ctx context.Context, tx *db.Tx) error { // both end today, which is not past
		_, err := rollout.Enter(ctx, tx, h.clerk("khoi"), f, "")
		return err
	})
}

// TestPast: a draft whose day passed while it lay is not submitted, and a
// submitted one not approved.
func TestPast(t *testing.T) {
	h := build(t)
	lying, waiting := h.draft(t), h.submitted(t)
	h.at("2020-10-25") // "trước ngày 25/10" ended on the 24th
	for name, verb := range map[string]func(ctx context.Context, tx *db.Tx) error{
		"Submit": func(ctx context.Context, tx *db.Tx) error {
			return rollout.Submit(ctx, tx, h.clerk("khoi"), lying.ID, lying.Version)
		},
		"Approve": func(ctx context.Context, tx *db.Tx) error {
			return rollout.Approve(ctx, tx, h.secretary("khoi"), waiting.ID, waiting.Version)
		},
	} {
		if err := h.db.Write(t.Context(), verb); !fault.Is(err, fault.Conflict) || fault.Of(err).Args[0] != "24/10/2020" {
			t.Errorf("%s: %v, want a Conflict that names the last day", name, err)
		}
	}
}

// TestTurns: each verb has its time; out of turn it is a Conflict and changes
// nothing.
func TestTurns(t *testing.T) {
	h := build(t)
	clerk, secretary := h.clerk("khoi"), h.secretary("khoi")
	for name, c := range map[string]struct {
		r    rollout.Rollout
		verb func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error
	}{
		"amending what waits": {h.submitted(t), func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error {
			return rollout.Amend(ctx, tx, clerk, r.ID, r.Version, h.form())
		}},
		"submitting twice": {h.submitted(t), func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error {
			return rollout.Submit(ctx, tx, clerk, r.ID, r.Version)
		}},
		"approving a draft": {h.draft(t), func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error {
			return rollout.Approve(ctx, tx, secretary, r.ID, r.Version)
		}},
		"approving twice": {h.approved(t), func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error {
			return rollout.Approve(ctx, tx, secretary, r.ID, r.Version)
		}},
		"returning what is approved": {h.approved(t), func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error {
			return rollout.Return(ctx, tx, secretary, r.ID, r.Version, "x")
		}},
		"withdrawing a draft": {h.draft(t), func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error {
			return rollout.Withdraw(ctx, tx, secretary, r.ID, r.Version, "x")
		}},
		"an old version": {h.draft(t), func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error {
			return rollout.Amend(ctx, tx, clerk, r.ID, r.Version-1, h.form())
		}},
		"extending before it is open": {h.approved(t), func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error {
			_, err := rollout.Extend(ctx, tx, secretary, r.ID, rollout.Hold, 0, "2020-11-20", "x")
			return err
		}},
		"replacing a draft": {h.draft(t), func(ctx context.Context, tx *db.Tx, r rollout.Rollout) error {
			f := h.form()
			f.Reason = "x"
			_, err := rollout.Enter(ctx, tx, clerk, f, r.ID)
			return err
		}},
	} {
		before := h.get(t, c.r.ID)
		err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return c.verb(ctx, tx, before) })
		if !fault.Is(err, fault.Conflict) || h.get(t, c.r.ID) != before {
			t.Errorf("%s: %v, want a Conflict and nothing changed", name, err)
		}
	}
}

// TestReasons: what takes something back has a reason.
func TestReasons(t *testing.T) {
	h := build(t)
	open, waiting := h.opened(t), h.submitted(t)
	by := h.secretary("khoi")
	for name, verb := range map[string]func(ctx context.Context, tx *db.Tx) error{
		"Return": func(ctx context.Context, tx *db.Tx) error {
			return rollout.Return(ctx, tx, by, waiting.ID, waiting.Version, " \n ")
		},
		"Withdraw": func(ctx context.Context, tx *db.Tx) error {
			return rollout.Withdraw(ctx, tx, by, open.ID, open.Version, "\u00a0")
		},
		"Extend": func(ctx context.Context, tx *db.Tx) error {
			_, err := rollout.Extend(ctx, tx, by, open.ID, rollout.Hold, 0, "2020-11-20", "")
			return err
		},
		"Enter in place of another": func(ctx context.Context, tx *db.Tx) error {
			_, err := rollout.Enter(ctx, tx, by, h.form(), open.ID)
			return err
		},
	} {
		if err := h.db.Write(t.Context(), verb); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["reason"].Key == "" {
			t.Errorf("%s: %v, want Invalid at reason", name, err)
		}
	}
}

// TestReplaced: when the new one is approved, what the old one asked is owed no
// more, its figures stay, and its history says why.
func TestReplaced(t *testing.T) {
	h := build(t)
	old := h.opened(t)
	h.fulfil(t, old, rollout.Adopt, "mot")
	f := h.form()
	f.Title, f.Reason = "Đợt hai", "Bổ sung văn bản"
	var r rollout.Rollout
	h.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = rollout.Enter(ctx, tx, h.clerk("khoi"), f, old.ID); err != nil {
			return err
		}
		return rollout.Submit(ctx, tx, h.clerk("khoi"), r.ID, r.Version)
	})
	if got := h.get(t, old.ID).State; got != rollout.Open {
		t.Fatalf("before the approval the old one is %s", got)
	}
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		return rollout.Approve(ctx, tx, h.secretary("khoi"), r.ID, r.Version+1)
	})
	h.drain(t)
	old = h.get(t, old.ID)
	want := map[rollout.Step]rollout.Standing{rollout.Hold: rollout.StandEnded, rollout.Reach: rollout.StandEnded, rollout.Adopt: rollout.StandDone, rollout.Report: rollout.StandEnded}
	if got := h.owes(t, old, "mot"); old.State != rollout.Replaced || !maps.Equal(got, want) {
		t.Errorf("the old one is %s and asks %v, want %v", old.State, got, want)
	}
	h.see(t, func(ctx context.Context, tx *db.Tx) error {
		events, err := rollout.Events(ctx, tx, old)
		if last := events[len(events)-1]; last.Kind != "replaced" || last.Reason != f.Reason {
			t.Errorf("the last event is %+v, want replaced for %q", last, f.Reason)
		}
		if next, err := rollout.Successor(ctx, tx, h.clerk("mot"), old); err != nil || next.ID != r.ID {
			t.Errorf("its successor is %q, %v; want %q", next.ID, err, r.ID)
		}
		owed, err2 := rollout.Owed(ctx, tx, h.secretary("mot"))
		for _, o := range owed {
			if o.Rollout == old.ID {
				t.Errorf("%s is still asked by the old one", o.Step)
			}
		}
		return errors.Join(err, err2)
	})
	if got := h.own(t, old, "mot", "adopted"); got != 1 {
		t.Errorf("adopted is %d, want what was done to stay", got)
	}
	h.proven(t, old, "a replacement")
}

// TestTwoUnits: a unit may roll out to those under it; it sees no scope above.
func TestScope(t *testing.T) {
	h := build(t)
	f := h.form()
	f.Scope, f.Demands = "mot", []rollout.Demand{{Step: rollout.Hold, Level: 1, Deadline: deadline("2020-11-20", vn.Until)}}
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := rollout.Enter(ctx, tx, h.clerk("mot"), f, "")
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a paper the unit does not see: %v, want not found", err)
		}
		_, err = org.Get(ctx, tx, h.clerk("mot"), "khoi")
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("a unit sees the one above as a scope: %v", err)
		}
		return nil
	})
}

// declared is a paper that says that a number of people were there.
func declared(n int64) follow.DeclarationForm {
	return follow.DeclarationForm{HeldDay: "2020-10-20", Attended: n, Persons: n, Signer: "Bí thư", Paper: "Số 3"}
}

// TestLate lets a day pass: who has not is counted late the night after, an
// extension takes it back, and what is taken back after the new day is late at
// once.
func TestLate(t *testing.T) {
	h := build(t)
	r := h.opened(t)
	h.fulfil(t, r, rollout.Hold, "hai")
	if got := h.total(t, r, "khoi", "hold_late"); got != 0 {
		t.Fatalf("%d are late before the day", got)
	}
	h.night(t, "2020-10-31")
	if got := h.total(t, r, "khoi", "hold_late"); got != 3 { // mot, ba and the cell
		t.Errorf("%d are late after the day, want three", got)
	}
	if n, err := h.extend(t, r, rollout.Hold, "mot", "2020-11-05"); n != 1 || err != nil {
		t.Errorf("extending one unit reaches %d, %v", n, err)
	}
	if late, more := h.own(t, r, "mot", "hold_late"), h.own(t, r, "mot", "hold_extended"); late != 0 || more != 1 {
		t.Errorf("an extended unit counts %d late and %d extended", late, more)
	}
	if got := h.notices(t, "rollout.notice.extended.hold"); got != 1 {
		t.Errorf("%d people are told of the extension, want one", got)
	}
	h.fulfil(t, r, rollout.Hold, "mot")
	h.at("2020-11-07")
	h.unfulfil(t, r, rollout.Hold, "mot")
	if held, late := h.own(t, r, "mot", "held"), h.own(t, r, "mot", "hold_late"); held != 0 || late != 1 {
		t.Errorf("what is taken back after its day counts %d held and %d late", held, late)
	}
	h.proven(t, r, "all of it")
}
