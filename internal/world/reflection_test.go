package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/presence"
	"nhipcau/internal/reflection"
	"nhipcau/internal/tally"
)

// reflecting returns a conference of the bloc with sites in two units, whose papers are
// handed in by those who were there, and everybody on its roll.
func (s *story) reflecting(t *testing.T, change func(*reflection.Set)) (conference.Conference, []presence.Row) {
	t.Helper()
	c := s.gathering(t, 2)
	set := reflection.Set{
		Asks: "attended", Takes: "both", Least: 5, Most: 5000, LastDay: "2020-10-25", Rule: "points", PassMark: 50, Graders: "both",
		Questions: []string{"Nội dung cốt lõi của nghị quyết là gì?", "Đơn vị sẽ làm gì?"},
	}
	if change != nil {
		change(&set)
	}
	var rows []presence.Row
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if rows, err = presence.Roll(ctx, tx, c.ID); err != nil {
			return err
		}
		var marks []attendance.Mark
		for _, r := range rows[:len(rows)/2] {
			marks = append(marks, attendance.Mark{Member: r.Member, State: attendance.Present, Version: r.Version})
		}
		if _, err = conference.Mark(ctx, tx, s.bikhu, c.ID, marks, nil); err != nil {
			return err
		}
		if err := reflection.Write(ctx, tx, s.bikhu, c.ID, 0, set); err != nil {
			return err
		}
		return reflection.Open(ctx, tx, s.bikhu, c.ID, 1)
	})
	return c, rows
}

func (s *story) person(t *testing.T, c, key string) (p reflection.Person) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		set, err := reflection.Find(ctx, tx, s.bikhu, c)
		if err == nil {
			p, err = reflection.PersonOf(ctx, tx, s.bikhu, set, key)
		}
		return err
	})
	return p
}

func (s *story) provenReflections(t *testing.T) {
	t.Helper()
	all := map[string]tally.Recount{
		"reflection": reflection.Recount, "conference": conference.Recount,
		"rollout": func(context.Context, *db.Tx, tally.Sheet) (map[int64]tally.Delta, error) { return nil, nil },
	}
	r, err := tally.Prove(t.Context(), s.DB, all)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Details {
		if strings.Contains(d, "(reflection") {
			t.Error(d)
		}
	}
}

// own is somebody on the roll, signed in as a member.
func own(r presence.Row, by auth.Actor) auth.Actor {
	by.Member, by.Name, by.Login, by.Roles = r.Member, r.Name, "m-"+r.MemberKey, []auth.Role{auth.Member}
	return by
}

// Whatever is done to papers in whatever order, the sheet holds what a recount finds.
func TestReflectionsCount(t *testing.T) {
	s := house(t, 2)
	c, rows := s.reflecting(t, nil)
	rnd := rand.New(rand.NewPCG(5, 29))
	done := map[string]int{}
	for i := range 150 {
		if i == 90 {
			s.Clock.Set(at(10, 27, 8, 0)) // from here on it is late
		}
		row := rows[rnd.IntN(min(8, len(rows)))]
		p := s.person(t, c.ID, row.MemberKey)
		head := s.bikhu
		what := []string{"hand", "hand", "hand", "return", "accept", "grade", "withdraw", "roll", "mark"}[rnd.IntN(9)]
		err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			switch what {
			case "hand":
				return reflection.HandIn(ctx, tx, head, c.ID, p.MemberKey, 0, []string{fmt.Sprint("Câu trả lời ", i), "Sẽ làm nhiều việc"}, reflection.Upload{})
			case "return":
				return reflection.Return(ctx, tx, head, c.ID, p.MemberKey, p.Version, "thiếu")
			case "accept":
				return reflection.Accept(ctx, tx, head, c.ID, p.MemberKey, p.Version)
			case "grade":
				return reflection.Grade(ctx, tx, head, c.ID, p.MemberKey, p.Version, int64(rnd.IntN(101)), "")
			case "withdraw":
				return reflection.Withdraw(ctx, tx, head, c.ID, p.MemberKey, p.Version, "nhầm")
			case "roll":
				return reflection.TakeRoll(ctx, tx, head, c.ID)
			}
			roll, err := presence.RollOfKeys(ctx, tx, c.ID, []string{row.MemberKey})
			if err != nil {
				return err
			}
			to := []attendance.State{attendance.Present, attendance.Absent}[rnd.IntN(2)]
			_, err = conference.Mark(ctx, tx, head, c.ID, []attendance.Mark{{Member: row.Member, State: to, Version: roll[0].Version}}, nil)
			return err
		})
		if err == nil {
			done[what]++
		} else if !fault.Is(err, fault.Conflict) {
			t.Fatalf("%s: %v", what, err)
		}
	}
	for _, what := range []string{"hand", "return", "accept", "grade", "withdraw", "roll", "mark"} {
		if done[what] == 0 {
			t.Errorf("%s was never done: %v", what, done)
		}
	}
	s.provenReflections(t)
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		set, err := reflection.Find(ctx, tx, s.bikhu, c.ID)
		if err != nil {
			return err
		}
		v, err := tally.Total(ctx, tx, set.Sheet, s.bloc.root.ID)
		k := reflection.Kind()
		if v.Get(k.Lane("due")) == 0 || v.Get(k.Lane("handed_in")) != v.Get(k.Lane("late"))+v.Get(k.Lane("on_time")) || v.Get(k.Lane("late")) == 0 {
			t.Errorf("got %v", v.Delta())
		}
		return err
	})
}

// Who may do what: a person their own, the clerk of their unit for them, the host and
// the unit grade as the set says, nobody their own.
func TestReflectionRights(t *testing.T) {
	s := house(t, 3)
	c, rows := s.reflecting(t, func(x *reflection.Set) { x.Graders = "home" })
	me := rows[0]
	unit := 1
	if me.UnitKey == s.bloc.units[1].Key {
		unit = 2
	}
	answers := []string{"Trả lời câu một", "Trả lời câu hai"}
	try := func(what string, by auth.Actor, want fault.Kind, f func(ctx context.Context, tx *db.Tx, by auth.Actor) error) {
		t.Helper()
		err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return f(ctx, tx, by) })
		if want == fault.Internal && err != nil || want != fault.Internal && !fault.Is(err, want) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	hand := func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
		return reflection.HandIn(ctx, tx, by, c.ID, me.MemberKey, 0, answers, reflection.Upload{})
	}
	mine, clerk := own(me, s.heads[unit-1]), s.clerk(unit)
	beside := s.heads[2-unit]
	try("somebody beside", beside, fault.NotFound, hand)
	try("another member", s.member(unit), fault.Denied, hand)
	try("too short", mine, fault.Invalid, func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
		return reflection.HandIn(ctx, tx, by, c.ID, me.MemberKey, 0, []string{"ít", ""}, reflection.Upload{})
	})
	try("the person", mine, fault.Internal, hand)
	try("twice", mine, fault.Conflict, hand)
	v := s.person(t, c.ID, me.MemberKey).Version
	grade := func(n int64) func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
		return func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return reflection.Grade(ctx, tx, by, c.ID, me.MemberKey, v, n, "")
		}
	}
	mineToo := mine
	mineToo.Roles = []auth.Role{auth.Secretary}
	try("the host where the unit grades", s.bikhu, fault.Denied, grade(80))
	try("one's own", mineToo, fault.Denied, grade(100))
	try("beyond ten", clerk, fault.Invalid, grade(101))
	try("the unit's clerk", clerk, fault.Internal, grade(75))
	try("a version that was", clerk, fault.Conflict, grade(75))
	p := s.person(t, c.ID, me.MemberKey)
	if p.State != reflection.Accepted || !p.Passed || p.Grade != 75 || p.N != 1 {
		t.Errorf("got %+v", p)
	}
	v = p.Version
	try("returned without a reason", clerk, fault.Invalid, func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
		return reflection.Return(ctx, tx, by, c.ID, me.MemberKey, v, " ")
	})
	try("returned", clerk, fault.Internal, func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
		return reflection.Return(ctx, tx, by, c.ID, me.MemberKey, v, "thiếu")
	})
	try("entered for the person", clerk, fault.Internal, hand)
	if p = s.person(t, c.ID, me.MemberKey); p.State != reflection.Handed || p.N != 2 || p.Grade != -1 {
		t.Errorf("got %+v", p)
	}
	s.provenReflections(t)
}

// A paper that copies another is found among those of the conference, and the passages
// are shown; the questions and the document's title are nobody's own.
func TestReflectionsAlike(t *testing.T) {
	s := house(t, 2)
	c, rows := s.reflecting(t, nil)
	first := essay(1, 120)
	texts := []string{first, first[:len(first)/2] + " " + essay(2, 60), essay(3, 120), essay(4, 120)}
	for i, text := range texts {
		s.do(t, func(ctx context.Context, tx *db.Tx) error {
			return reflection.HandIn(ctx, tx, s.bikhu, c.ID, rows[i].MemberKey, 0, []string{"Nội dung cốt lõi của nghị quyết là gì? " + strings.ToUpper(text), "Không có gì thêm"}, reflection.Upload{})
		})
	}
	like := func(i int) (all []reflection.Alike) {
		p := s.person(t, c.ID, rows[i].MemberKey)
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			set, err := reflection.Find(ctx, tx, s.bikhu, c.ID)
			if err != nil {
				return err
			}
			all2, ok, err := reflection.AlikeTo(ctx, tx, s.bikhu, set, p)
			if !ok {
				t.Errorf("paper %d says nothing", i)
			}
			all = all2
			return err
		})
		return all
	}
	if a := like(1); len(a) != 1 || a[0].MemberKey != rows[0].MemberKey || a[0].Percent < 20 || a[0].Percent > 60 {
		t.Errorf("a copy: got %+v", a)
	}
	if a := like(2); len(a) != 0 {
		t.Errorf("one's own words: got %+v", a)
	}
	// Withdrawn, it is nobody's match any more.
	p := s.person(t, c.ID, rows[0].MemberKey)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return reflection.Withdraw(ctx, tx, s.bikhu, c.ID, rows[0].MemberKey, p.Version, "nhầm")
	})
	if a := like(1); len(a) != 0 {
		t.Errorf("after a withdrawal: got %+v", a)
	}
}

// essay is so many words that are the same for one seed.
func essay(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "từ%d ", r.IntN(5000))
	}
	return b.String()
}

// A pass mark that is changed while papers come in is that of the papers graded before:
// nobody with the same grade has passed while another has not.
func TestReflectionPassMark(t *testing.T) {
	s := house(t, 2)
	c, rows := s.reflecting(t, nil)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		if err := reflection.HandIn(ctx, tx, s.bikhu, c.ID, rows[0].MemberKey, 0, []string{"Câu trả lời", "Sẽ làm nhiều việc"}, reflection.Upload{}); err != nil {
			return err
		}
		return nil
	})
	p := s.person(t, c.ID, rows[0].MemberKey)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return reflection.Grade(ctx, tx, s.bikhu, c.ID, p.MemberKey, p.Version, 60, "")
	})
	for _, mark := range []int64{70, 60, 61} {
		var sheet int64
		s.do(t, func(ctx context.Context, tx *db.Tx) error {
			set, err := reflection.Find(ctx, tx, s.bikhu, c.ID)
			if err != nil {
				return err
			}
			set.PassMark, sheet = mark, set.Sheet
			return reflection.Write(ctx, tx, s.bikhu, c.ID, set.Version, set)
		})
		want := int64(0)
		if mark <= 60 {
			want = 1
		}
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			v, err := tally.Total(ctx, tx, sheet, s.bloc.root.ID)
			if got := v.Get(reflection.Kind().Lane("passed")); got != want {
				t.Errorf("with a pass mark of %d tenths %d have passed, want %d", mark, got, want)
			}
			return err
		})
		if s.person(t, c.ID, p.MemberKey).Passed != (want == 1) {
			t.Errorf("with a pass mark of %d tenths the person stands otherwise", mark)
		}
		s.provenReflections(t)
	}
}
