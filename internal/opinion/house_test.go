package opinion_test

import (
	"context"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/draft"
	"nhipcau/internal/fault"
	"nhipcau/internal/opinion"
	"nhipcau/internal/org"
	"nhipcau/internal/prose"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "doan"

// house is a bloc of three units, the first with two cells of its own, one of which has
// a group, in December 2020. Another bloc stands beside it under the top. The bloc has
// a draft of which one version is frozen.
type house struct {
	db     *db.DB
	now    atomic.Int64
	units  map[string]org.Unit
	people map[string]org.Member
	owners draft.Owners
}

var of = draft.Of{Kind: "plan", ID: "ct"}

var text = prose.Doc{Blocks: []prose.Block{
	{ID: "aaaaaaaa", Kind: prose.Heading, Level: 1, Text: "Mục tiêu"},
	{ID: "bbbbbbbb", Kind: prose.Goal, Text: "Phấn đấu 100% đoàn viên học tập nghị quyết trong quý I."},
	{ID: "cccccccc", Kind: prose.Heading, Level: 1, Text: "Nhiệm vụ"},
	{ID: "dddddddd", Kind: prose.Task, Text: "Tổ chức **sinh hoạt** chuyên đề hằng tháng."},
}}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}, people: map[string]org.Member{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.at("2020-12-01")
	h.owners = draft.Owners{{Kind: "plan", May: func(_ context.Context, _ *db.Tx, by auth.Actor, id string) (draft.Subject, error) {
		if id != of.ID || by.Unit != h.units["khoi"].ID {
			return draft.Subject{}, fault.New(fault.NotFound, "error.not_found")
		}
		return draft.Subject{Title: "Chương trình hành động", Href: "/", Unit: by.Unit, First: text}, nil
	}}}
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "đoàn", From: "2020-01-02"}
		}
		if h.units["top"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đoàn", n("top")); err != nil {
			return err
		}
		for _, at := range [][2]string{{"top", "khoi"}, {"top", "khac"}, {"khoi", "mot"}, {"khoi", "hai"}, {"khoi", "ba"}, {"mot", "to1"}, {"mot", "to2"}, {"to1", "nhom"}} {
			if h.units[at[1]], err = org.Create(ctx, tx, auth.System(tree), at[0], n(at[1])); err != nil {
				return err
			}
		}
		for _, unit := range []string{"khoi", "hai", "to1"} {
			if h.people[unit], err = org.Admit(ctx, tx, auth.System(tree), unit, org.NewMember{Name: "Lê Thị " + unit, From: "2020-01-03"}); err != nil {
				return err
			}
		}
		s, err := h.owners.Find(ctx, tx, h.as("khoi", auth.Clerk), of)
		if err != nil {
			return err
		}
		d, err := draft.Begin(ctx, tx, h.as("khoi", auth.Clerk), s)
		if err != nil {
			return err
		}
		_, err = draft.Name(ctx, tx, h.as("khoi", auth.Clerk), s, d.N, "Dự thảo")
		return err
	})
	return h
}

// at sets the clock to 08:00 of a day.
func (h *house) at(day vn.Day) { h.now.Store(day.Start().Add(8 * time.Hour).Unix()) }

func (h *house) as(unit string, roles ...auth.Role) auth.Actor {
	u := h.units[unit]
	by := auth.Actor{
		Login: "ai-" + unit, Name: "Người của " + unit, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: roles,
	}
	if m, ok := h.people[unit]; ok {
		by.Member = m.ID
	}
	return by
}

func (h *house) head(unit string) auth.Actor { return h.as(unit, auth.Secretary) }

var until = vn.Deadline{Day: "2020-12-31", Wording: vn.Until}

func (h *house) do(t testing.TB, f func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	dbtest.Write(t, h.db, f)
}

func (h *house) try(t testing.TB, f func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return h.db.Write(t.Context(), f)
}

// opened asks about the first version.
func (h *house) opened(t testing.TB, f opinion.Form) (c opinion.Consultation) {
	t.Helper()
	f.Title, f.Deadline = "Dự thảo chương trình", until
	h.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = opinion.Open(ctx, tx, h.owners, h.as("khoi", auth.Clerk), of, 1, f)
		return err
	})
	return c
}

func (h *house) get(t testing.TB, by auth.Actor, id string) (c opinion.Consultation) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = opinion.Get(ctx, tx, by, id)
		return err
	})
	return c
}

func (h *house) standing(t testing.TB, c opinion.Consultation, unit string) (s opinion.Standing) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = opinion.StandingOf(ctx, tx, c, h.units[unit].ID)
		return err
	})
	return s
}

func (h *house) points(t testing.TB, c opinion.Consultation) (all []opinion.Point) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = opinion.Points(ctx, tx, c, opinion.Filter{}, -1, 0, 1000)
		return err
	})
	return all
}

func (h *house) comment(t testing.TB, by auth.Actor, id string, n opinion.Note) error {
	return h.try(t, func(ctx context.Context, tx *db.Tx) error { return opinion.CommentOn(ctx, tx, by, id, n) })
}

// add writes a point of a unit's opinion.
func (h *house) add(t testing.TB, unit, id string, n opinion.Note) error {
	return h.try(t, func(ctx context.Context, tx *db.Tx) error { return opinion.AddPoint(ctx, tx, h.head(unit), id, n) })
}

// send sends the opinion of a unit up.
func (h *house) send(t testing.TB, unit string, c opinion.Consultation, agrees bool) error {
	t.Helper()
	s := h.standing(t, c, unit)
	return h.try(t, func(ctx context.Context, tx *db.Tx) error {
		return opinion.Send(ctx, tx, h.head(unit), c.ID, s.Version, "", agrees)
	})
}

func (h *house) recall(t testing.TB, unit string, c opinion.Consultation) error {
	t.Helper()
	s := h.standing(t, c, unit)
	return h.try(t, func(ctx context.Context, tx *db.Tx) error {
		return opinion.Recall(ctx, tx, h.head(unit), c.ID, s.Version)
	})
}

func (h *house) reply(t testing.TB, c opinion.Consultation, p opinion.Point, a opinion.Answer, why string) error {
	t.Helper()
	return h.try(t, func(ctx context.Context, tx *db.Tx) error {
		return opinion.Reply(ctx, tx, h.head("khoi"), c.ID, p.ID, p.Version, a, why)
	})
}

func (h *house) takeUp(t testing.TB, c opinion.Consultation, p opinion.Point) error {
	t.Helper()
	return h.try(t, func(ctx context.Context, tx *db.Tx) error {
		return opinion.TakeUp(ctx, tx, h.owners, h.head("khoi"), c.ID, p.ID, p.Version)
	})
}

type verb = func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error

// run does what the owner does with a consultation.
func (h *house) run(t testing.TB, id string, v verb) error {
	t.Helper()
	c := h.get(t, h.head("khoi"), id)
	return h.try(t, func(ctx context.Context, tx *db.Tx) error { return v(ctx, tx, h.head("khoi"), id, c.Version) })
}

// draft returns the text as it stands now.
func (h *house) draft(t testing.TB) (d prose.Doc) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		got, err := draft.Get(ctx, tx, draft.Subject{Of: of})
		d = got.Doc
		return err
	})
	return d
}

// edit changes the draft as its writers do.
func (h *house) edit(t testing.TB, d prose.Doc) {
	t.Helper()
	h.do(t, func(ctx context.Context, tx *db.Tx) error { return draft.Put(ctx, tx, h.head("khoi"), of, d) })
}

// counts checks what the sheet says of the whole, and that it is what the rows say.
func (h *house) counts(t testing.TB, c opinion.Consultation, want map[string]int64) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		got, err := opinion.Total(ctx, tx, c)
		for lane, x := range got {
			if x != want[lane] {
				t.Errorf("%s: got %d, want %d", lane, x, want[lane])
			}
		}
		return err
	})
	r, err := tally.Prove(t.Context(), h.db, map[string]tally.Recount{"opinion": opinion.Recount})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.Details {
		t.Error(d)
	}
}

func wantKind(t testing.TB, what string, err error, kind fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, kind) || key != "" && fault.Of(err).Key != key {
		t.Errorf("%s: got %v, want %s", what, err, key)
	}
}

func wantField(t testing.TB, what string, err error, field, key string) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[field].Key != key {
		t.Errorf("%s: got %v %v, want %s %s", what, err, fault.Of(err).Fields, field, key)
	}
}
