package minutes_test

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/minutes"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
	"nhipcau/internal/tally"
)

const tree = "dang"

// house is a cell of four with a conference in October 2026; the committee above it
// looks on.
type house struct {
	t     testing.TB
	db    *db.DB
	now   atomic.Int64
	units map[string]org.Unit
	id    string
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{t: t, db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	h.now.Store(time.Date(2026, 10, 12, 4, 5, 0, 0, time.UTC).Unix())
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.must(func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: "Chi bộ " + key, Kind: "chi bộ", From: "2020-01-02"}
		}
		if h.units["top"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đảng", n("top")); err != nil {
			return err
		}
		if h.units["mot"], err = org.Create(ctx, tx, auth.System(tree), "top", n("mot")); err != nil {
			return err
		}
		for _, name := range []string{"Lê An", "Lê Bình", "Lê Chi", "Lê Dung"} {
			if _, err := org.Admit(ctx, tx, auth.System(tree), "mot", org.NewMember{Name: name, From: "2020-01-02"}); err != nil {
				return err
			}
		}
		c, err := conference.Enter(ctx, tx, h.clerk(), conference.Form{
			Title: "Sinh hoạt chuyên đề", Sort: "main", Mode: "in_person", Day: "2026-10-12", Start: "07:30", End: "11:00", Place: "Phòng họp", Chair: "Lê An",
			Topics: []conference.Topic{{Title: "Nghị quyết", Speaker: "Trần B", SpeakerTitle: "Trưởng ban", Start: "07:30", End: "10:00"}, {Title: "Giải lao", Sort: "break"}},
		})
		if err != nil {
			return err
		}
		h.id = c.ID
		_, err = conference.Convene(ctx, tx, h.clerk(), c.ID, c.Version)
		return err
	})
	return h
}

func (h *house) as(unit, login string, role auth.Role) auth.Actor {
	u := h.units[unit]
	return auth.Actor{Login: login, Name: "Đồng chí " + login, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{role}}
}

func (h *house) clerk() auth.Actor     { return h.as("mot", "thuky", auth.Clerk) }
func (h *house) secretary() auth.Actor { return h.as("mot", "bithu", auth.Secretary) }

func (h *house) must(f func(ctx context.Context, tx *db.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(h.t.Context(), f); err != nil {
		h.t.Fatal(err)
	}
}

// mark marks the people of the roll in their order.
func (h *house) mark(states ...attendance.State) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) error {
		rows, err := presence.Roll(ctx, tx, h.id)
		if err != nil {
			return err
		}
		var marks []attendance.Mark
		for i, s := range states {
			m := attendance.Mark{Member: rows[i].Member, State: s, Version: rows[i].Version}
			if s == attendance.Excused {
				m.Reason = "duty"
			}
			marks = append(marks, m)
		}
		_, err = conference.Mark(ctx, tx, h.clerk(), h.id, marks, nil)
		return err
	})
}

func (h *house) version() (v int64) {
	h.t.Helper()
	dbtest.Read(h.t, h.db, func(ctx context.Context, tx *db.Tx) error {
		c, err := conference.Get(ctx, tx, h.clerk(), h.id)
		v = c.Version
		return err
	})
	return v
}

func (h *house) close() {
	h.t.Helper()
	v := h.version()
	h.must(func(ctx context.Context, tx *db.Tx) error { return conference.Close(ctx, tx, h.clerk(), h.id, v) })
}

func (h *house) reopen() {
	h.t.Helper()
	v := h.version()
	h.must(func(ctx context.Context, tx *db.Tx) error {
		return conference.Reopen(ctx, tx, h.secretary(), h.id, v, "sót một người")
	})
}

func (h *house) begin(asked minutes.Questions) {
	h.t.Helper()
	h.must(func(ctx context.Context, tx *db.Tx) error { return minutes.Begin(ctx, tx, h.clerk(), h.id, asked) })
}

func (h *house) sign(by auth.Actor, n int64) error {
	h.t.Helper()
	return h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error { return minutes.Sign(ctx, tx, by, h.id, n) })
}

func (h *house) save(n int64, reason string, s ...minutes.Section) error {
	h.t.Helper()
	return h.db.Write(h.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return minutes.Save(ctx, tx, h.clerk(), h.id, n, s, reason)
	})
}

func (h *house) get(by auth.Actor) (m minutes.Minutes) {
	h.t.Helper()
	dbtest.Read(h.t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = minutes.Get(ctx, tx, by, h.id)
		return err
	})
	return m
}

func want(t testing.TB, what string, err error, k fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, k) || fault.Of(err).Key != key {
		t.Errorf("%s: got %v, want %s", what, err, key)
	}
}

// text is all that the minutes say.
func text(m minutes.Minutes) string {
	var b strings.Builder
	for _, s := range m.Sections {
		b.WriteString(s.Title + "\n" + m.Filled(s.Text) + "\n")
	}
	return b.String()
}

// TestDraftComesFromTheRecords: nothing in it is typed again.
func TestDraftComesFromTheRecords(t *testing.T) {
	h := build(t)
	h.mark(attendance.Present, attendance.Present, attendance.Excused)
	h.begin(func(context.Context, *db.Tx, auth.Actor, string) ([]minutes.Question, error) {
		return []minutes.Question{{Topic: "Nghị quyết", Text: "Bao giờ làm? {present}", Answer: "Ngay."}}, nil
	})
	before := text(h.get(h.clerk()))
	if !strings.Contains(before, "có mặt … đồng chí") {
		t.Errorf("figures before the roll is counted: %s", before)
	}
	h.close()
	got := text(h.get(h.clerk()))
	for _, s := range []string{
		"Hội nghị khai mạc lúc 07 giờ 30, ngày 12 tháng 10 năm 2026, tại Phòng họp.", "Chủ trì: Lê An.", "Thư ký: Đồng chí thuky.",
		"Triệu tập 4 đồng chí; có mặt 2 đồng chí (trực tiếp 2, trực tuyến 0)", "Vắng có lý do 1 đồng chí",
		"- 07:30–10:00: Nghị quyết (Trần B, Trưởng ban).", "- Nghị quyết: Bao giờ làm? (present)\n  Trả lời: Ngay.", "bế mạc lúc 11 giờ 00 cùng ngày",
	} {
		if !strings.Contains(got, s) {
			t.Errorf("no %q in\n%s", s, got)
		}
	}
	if strings.Contains(got, "Giải lao") || strings.Contains(got, "{") {
		t.Errorf("draft:\n%s", got)
	}
	want(t, "a second draft", h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return minutes.Begin(ctx, tx, h.clerk(), h.id, nil)
	}), fault.Conflict, "minutes.error.begun")
}

// TestWhoSignsWhen: first who took them, then another person for the chair; and what
// both signed is read by others.
func TestWhoSignsWhen(t *testing.T) {
	h := build(t)
	h.mark(attendance.Present)
	h.begin(nil)
	want(t, "before closing", h.sign(h.clerk(), 1), fault.Conflict, "minutes.error.not_closed")
	h.close()
	above := h.as("top", "tren", auth.Secretary)
	if m := h.get(above); m.N != 0 || m.Sections != nil {
		t.Errorf("a draft is shown to the unit above: %+v", m)
	}
	want(t, "from above", h.sign(above, 1), fault.Denied, "minutes.error.may_write")
	want(t, "an old text", h.sign(h.clerk(), 0), fault.Conflict, "error.conflict")
	if err := h.sign(h.secretary(), 1); err != nil { // a secretary may take them too
		t.Fatal(err)
	}
	want(t, "the same person", h.sign(h.secretary(), 1), fault.Denied, "minutes.error.same")
	want(t, "a clerk for the chair", h.sign(h.clerk(), 1), fault.Denied, "minutes.error.may_chair")
	if m := h.get(above); m.N != 0 {
		t.Error("half signed, they are shown to the unit above")
	}
	other := h.as("mot", "phobithu", auth.Secretary)
	if err := h.sign(other, 1); err != nil {
		t.Fatal(err)
	}
	want(t, "a third", h.sign(h.as("mot", "ba", auth.Secretary), 1), fault.Conflict, "minutes.error.signed")
	m := h.get(above)
	if !m.Done() || m.N != 1 || m.Signatures[0].Part != minutes.Taker || m.Signatures[1].Login != "phobithu" || m.Editions != nil {
		t.Errorf("signed: %+v", m.Signatures)
	}
}

// TestOnePersonSignsOnce: a second login of the same person does not sign for the chair.
func TestOnePersonSignsOnce(t *testing.T) {
	h := build(t)
	h.mark(attendance.Present)
	h.begin(nil)
	h.close()
	both := []auth.Actor{h.secretary(), h.secretary()}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		people, err := org.Roster(ctx, tx, h.secretary(), h.units["mot"].ID, 0, 1)
		if err != nil {
			return err
		}
		for i, login := range []string{"lean", "lean-hai"} {
			a, err := account.Create(ctx, tx, h.as("mot", "quantri", auth.Administrator), account.New{Login: login, Name: "Lê An", Member: people[0].ID, Unit: "mot", Roles: []auth.Role{auth.Secretary}})
			if err != nil {
				return err
			}
			both[i].Login, both[i].Member = a.ID, people[0].ID
		}
		return nil
	})
	if err := h.sign(both[0], 1); err != nil {
		t.Fatal(err)
	}
	want(t, "the chair by another login of the same person", h.sign(both[1], 1), fault.Denied, "minutes.error.same")
	if err := h.sign(h.secretary(), 1); err != nil {
		t.Errorf("somebody else: %v", err)
	}
}

// TestAChangeDropsTheSignatures, and every text stays with those it had.
func TestAChangeDropsTheSignatures(t *testing.T) {
	h := build(t)
	h.mark(attendance.Present)
	h.close()
	h.begin(nil)
	s := minutes.Section{Title: "Kết luận", Text: "Thống nhất, {present} người."}
	if err := h.save(1, "", s); err != nil {
		t.Fatal(err)
	}
	want(t, "saved meanwhile", h.save(1, "", s), fault.Conflict, "error.conflict")
	for _, by := range []auth.Actor{h.clerk(), h.secretary()} {
		if err := h.sign(by, 2); err != nil {
			t.Fatal(err)
		}
	}
	err := h.save(2, " ", s)
	if fault.Of(err).Fields["reason"].Key != "error.needed" {
		t.Errorf("without a reason: %v", err)
	}
	if err := h.save(2, "ghi thiếu", s, minutes.Section{Title: "Bổ sung"}); err != nil {
		t.Fatal(err)
	}
	m := h.get(h.clerk())
	if m.N != 3 || len(m.Signatures) != 0 || len(m.Editions) != 3 || m.Editions[0].Reason != "ghi thiếu" || len(m.Editions[1].Signatures) != 2 {
		t.Errorf("after: %+v", m.Editions)
	}
	for what, x := range map[string]minutes.Section{"a figure that is none": {Title: "a", Text: "{nobody}"}, "no title": {Text: "a"}} {
		if err := h.save(3, "", x); fault.Of(err).Fields["sections"].Key == "" {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := h.save(3, ""); fault.Of(err).Fields["sections"].Key != "minutes.error.sections" {
		t.Errorf("nothing at all: %v", err)
	}
}

// TestSignedFiguresStand: a roll that is corrected later does not change what was
// signed, and the difference is known.
func TestSignedFiguresStand(t *testing.T) {
	h := build(t)
	h.mark(attendance.Present, attendance.Absent)
	h.close()
	h.begin(nil)
	if err := h.sign(h.clerk(), 1); err != nil {
		t.Fatal(err)
	}
	h.reopen()
	h.mark(attendance.Present, attendance.Present)
	h.close()
	m := h.get(h.clerk())
	if !m.Moved() || m.Signed.Of("present") != 1 || m.Standing.Of("present") != 2 || m.Signed.Of("absent") != 1 || m.Standing.Of("absent") != 0 {
		t.Errorf("signed %d, now %d, moved %t", m.Signed.Of("present"), m.Standing.Of("present"), m.Moved())
	}
	if s := text(m); !strings.Contains(s, "có mặt 1 đồng chí") {
		t.Errorf("the text moved:\n%s", s)
	}
	want(t, "the chair signs other figures", h.sign(h.secretary(), 1), fault.Conflict, "minutes.error.moved")
	if err := h.save(1, "điểm danh lại", m.Sections...); err != nil {
		t.Fatal(err)
	}
	for _, by := range []auth.Actor{h.clerk(), h.secretary()} {
		if err := h.sign(by, 2); err != nil {
			t.Fatal(err)
		}
	}
	if m := h.get(h.clerk()); m.Moved() || !strings.Contains(text(m), "có mặt 2 đồng chí") || !slices.IsSortedFunc(m.Signatures, func(a, b minutes.Signature) int { return strings.Compare(string(b.Part), string(a.Part)) }) {
		t.Errorf("signed anew:\n%s", text(m))
	}
}

// TestTheyBecomeAPaper of the register, under BB, and stay as they are from then on.
func TestTheyBecomeAPaper(t *testing.T) {
	h := build(t)
	h.mark(attendance.Present)
	h.close()
	h.begin(nil)
	issue := func() (symbol string, err error) {
		err = h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			p, err := minutes.Issue(ctx, tx, h.secretary(), h.id)
			if err == nil {
				var b []byte
				if b, err = p.Docx(); err == nil && !bytes.HasPrefix(b, []byte("PK")) {
					t.Error("no paper of Word")
				}
			}
			symbol = p.Symbol
			return err
		})
		return symbol, err
	}
	_, err := issue()
	want(t, "unsigned", err, fault.Conflict, "minutes.error.unsigned")
	for _, by := range []auth.Actor{h.clerk(), h.secretary()} {
		if err := h.sign(by, 1); err != nil {
			t.Fatal(err)
		}
	}
	h.must(func(ctx context.Context, tx *db.Tx) error {
		return org.BeginTerm(ctx, tx, auth.System(tree), "mot", "2025–2030", "2025-01-02", "2030-01-02")
	})
	symbol, err := issue()
	if err != nil || !strings.Contains(symbol, "BB") {
		t.Fatalf("%q, %v", symbol, err)
	}
	want(t, "a change of issued minutes", h.save(1, "sửa", minutes.Section{Title: "a"}), fault.Conflict, "minutes.error.issued")
}
