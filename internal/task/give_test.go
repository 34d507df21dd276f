package task

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// TestAll: work given to every unit directly under is given by a job, once each, and
// taken back by another.
func TestAll(t *testing.T) {
	const units = 130
	s := gather(t)
	s.do(func(ctx context.Context, tx *db.Tx) error {
		for n := range units {
			if _, err := org.Create(ctx, tx, auth.System("doan"), "b", org.NewUnit{Key: fmt.Sprintf("b-%03d", n), Name: "Chi đoàn", Kind: "chi đoàn", From: "2020-01-01"}); err != nil {
				return err
			}
		}
		return nil
	})
	var o Order
	s.do(func(ctx context.Context, tx *db.Tx) (err error) {
		o, err = Give(ctx, tx, s.b, Form{Text: "Rà soát danh sách", Deliverable: "Danh sách", Reach: All})
		return err
	})
	if err := s.try(func(ctx context.Context, tx *db.Tx) error { return WithdrawOrder(ctx, tx, s.b, o.ID, "nhầm") }); !fault.Is(err, fault.Conflict) {
		t.Errorf("taken back while it is given: %v", err)
	}
	s.do(func(ctx context.Context, tx *db.Tx) error { // a job that was killed after its first slice
		n, err := giveSome(ctx, tx, o.ID, 100)
		if n != 100 {
			t.Errorf("a slice of 100 gave to %d", n)
		}
		return err
	})
	s.on("2020-11-03")
	count := func(want Progress) {
		t.Helper()
		s.do(func(ctx context.Context, tx *db.Tx) error {
			p, err := ProgressOf(ctx, tx, o.ID)
			if p != want {
				t.Errorf("%+v, want %+v", p, want)
			}
			return err
		})
	}
	count(Progress{Given: units})
	var one Task
	s.do(func(ctx context.Context, tx *db.Tx) error {
		got, err := GetOrder(ctx, tx, s.b, o.ID)
		if !got.Given {
			t.Error("the order is not given yet")
		}
		all, err2 := List(ctx, tx, s.b, Filter{Order: o.ID}, units-1, 50)
		if len(all) != 1 {
			t.Errorf("the last page has %d tasks", len(all))
		}
		one = all[0]
		_, v, err3 := Counts(ctx, tx, s.b.Unit, "2020")
		if n := v.Get(kind.Lane("given")); n != units {
			t.Errorf("counted are %d", n)
		}
		for _, e := range []error{err2, err3} {
			if err == nil {
				err = e
			}
		}
		return err
	})
	s.do(func(ctx context.Context, tx *db.Tx) error { return WithdrawOrder(ctx, tx, s.b, o.ID, "nhầm") })
	s.on("2020-11-04")
	count(Progress{})
	s.stands(one.ID, Withdrawn, "")
}

// TestFromPlan: a plan that is adopted again makes no second tasks; what it says now
// holds, and what it leaves out is taken back.
func TestFromPlan(t *testing.T) {
	s := gather(t)
	first := Given{
		Plan: "p1", Title: "Chương trình hành động", Block: "b1", Text: "Mở lớp", Lead: "a", Partners: []string{"b", "Ban Tuyên giáo"}, Deliverable: "Báo cáo",
		Deadline: vn.Deadline{Day: "2020-12-31", Wording: vn.Until},
	}
	second := Given{Plan: "p1", Title: "Chương trình hành động", Block: "b2", Text: "Tập huấn", Lead: "Đồng chí Bí thư", Deliverable: "Danh sách"}
	adopt := func(all ...Given) {
		t.Helper()
		s.do(func(ctx context.Context, tx *db.Tx) error {
			var kept []string
			for _, g := range all {
				if err := FromPlan(ctx, tx, s.r, g); err != nil {
					return err
				}
				kept = append(kept, g.Block)
			}
			return LeavePlan(ctx, tx, s.r, "p1", kept, "Chương trình đã sửa")
		})
	}
	is := func(want ...string) {
		t.Helper()
		var got []string
		s.do(func(ctx context.Context, tx *db.Tx) error {
			all, err := List(ctx, tx, s.r, Filter{Source: "p1"}, 0, 50)
			for _, x := range all {
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", x.Lead.Key, x.Order.Block, string(x.Due), x.State("2020-11-02")))+" "+x.Charge)
			}
			return err
		})
		slices.Sort(got)
		slices.Sort(want)
		if strings.Join(got, "; ") != strings.Join(want, "; ") {
			t.Errorf("the plan has given\n%q, want\n%q", got, want)
		}
	}
	adopt(first, second)
	adopt(first, second)
	is("r b2 2020-11-12 running Đồng chí Bí thư", "a b1 2020-12-31 running ")
	first.Deadline.Day, first.Text = "2021-01-01", "Mở hai lớp" // New Year, then a weekend
	adopt(first, second)
	is("r b2 2020-11-12 running Đồng chí Bí thư", "a b1 2021-01-04 running ")
	second.Lead = "b"
	adopt(first, second)
	is("r b2 2020-11-12 withdrawn Đồng chí Bí thư", "b b2 2020-11-12 running ", "a b1 2021-01-04 running ")
	var x Task
	s.do(func(ctx context.Context, tx *db.Tx) error {
		all, err := List(ctx, tx, s.b, Filter{Side: Mine, Source: "p1", Open: true}, 0, 50)
		if len(all) != 1 {
			t.Fatalf("b leads %d", len(all))
		}
		x = all[0]
		return err
	})
	s.do(func(ctx context.Context, tx *db.Tx) error { return Finish(ctx, tx, s.b, x.ID, x.Version, "xong") })
	adopt(first) // what is done stays
	is("r b2 2020-11-12 withdrawn Đồng chí Bí thư", "b b2 2020-11-12 done ", "a b1 2021-01-04 running ")
	s.stands(x.ID, Done, "given=2 done=1")
}

// TestBadWork: what is typed wrong is said at its field, and nothing is kept.
func TestBadWork(t *testing.T) {
	s := gather(t)
	for name, c := range map[string]struct {
		field, key string
		f          Form
	}{
		"nothing typed":      {"text", "error.needed", Form{Deliverable: "x", Leads: []string{"a"}}},
		"no lead":            {"leads", "task.error.lead", Form{Text: "x", Deliverable: "x"}},
		"no deliverable":     {"deliverable", "error.needed", Form{Text: "x", Leads: []string{"a"}}},
		"a unit not under":   {"leads", "task.error.unit", Form{Text: "x", Deliverable: "x", Leads: []string{"zz"}}},
		"a day that passed":  {"day", "task.error.past", Form{Text: "x", Deliverable: "x", Leads: []string{"a"}, Day: "2020-11-01"}},
		"before today":       {"day", "task.error.past", Form{Text: "x", Deliverable: "x", Leads: []string{"a"}, Day: "2020-11-02", Wording: vn.Before}},
		"no day at all":      {"day", "task.error.day", Form{Text: "x", Deliverable: "x", Leads: []string{"a"}, Day: "31/02"}},
		"a person of two":    {"person", "task.error.person_one", Form{Text: "x", Deliverable: "x", Leads: []string{"a", "b"}, Person: "m1"}},
		"nobody's person":    {"person", "task.error.person", Form{Text: "x", Deliverable: "x", Leads: []string{"a"}, Person: "m1"}},
		"a nameless source":  {"source_text", "error.needed", Form{Text: "x", Deliverable: "x", Leads: []string{"a"}, Source: Conclusion}},
		"an odd source":      {"source", "error.needed", Form{Text: "x", Deliverable: "x", Leads: []string{"a"}, Source: "rumour"}},
		"a partner nowhere":  {"partners", "task.error.unit", Form{Text: "x", Deliverable: "x", Leads: []string{"a"}, Partners: []string{"zz"}}},
		"a directive unseen": {"source_id", "task.error.directive", Form{Text: "x", Deliverable: "x", Leads: []string{"a"}, Source: Directive, SourceID: "zz"}},
	} {
		err := s.try(func(ctx context.Context, tx *db.Tx) error { _, err := Give(ctx, tx, s.r, c.f); return err })
		if got := fault.Of(err).Fields[c.field].Key; got != c.key {
			t.Errorf("%s: %q at %s, want %q (%v)", name, got, c.field, c.key, err)
		}
	}
	s.do(func(ctx context.Context, tx *db.Tx) error {
		all, err := List(ctx, tx, s.r, Filter{}, 0, 10)
		if len(all) != 0 {
			t.Errorf("%d tasks were kept", len(all))
		}
		return err
	})
}

// TestFilters: what a list leaves by state is what each task says of itself.
func TestFilters(t *testing.T) {
	s := gather(t)
	for i, day := range []vn.Day{"2020-11-03", "2020-11-04", "2020-11-09", "2020-11-10", "2020-11-30"} {
		f := work(fmt.Sprintf("Việc %d", i), "a", "b")
		f.Day = day
		all := s.given(s.r, f)
		s.now = vn.Day("2020-11-03").Start().Add(9 * 3600e9)
		if i%2 == 0 {
			s.do(func(ctx context.Context, tx *db.Tx) error {
				x := all[0]
				if x.Lead.Key != "a" {
					x = all[1]
				}
				return Finish(ctx, tx, s.a, x.ID, 1, "xong")
			})
		}
		s.now = vn.Day("2020-11-02").Start().Add(9 * 3600e9)
	}
	s.on("2020-11-09")
	s.do(func(ctx context.Context, tx *db.Tx) error {
		all, err := List(ctx, tx, s.r, Filter{}, 0, 100)
		if err != nil || len(all) != 10 {
			return fmt.Errorf("%d tasks, %w", len(all), err)
		}
		want := map[State]int{}
		for _, x := range all {
			want[x.State("2020-11-09")]++
		}
		for _, st := range States {
			got, err := List(ctx, tx, s.r, Filter{State: st}, 0, 100)
			if err != nil {
				return err
			}
			if len(got) != want[st] {
				t.Errorf("%s are %d, want %d", st, len(got), want[st])
			}
		}
		return nil
	})
}
