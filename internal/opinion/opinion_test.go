package opinion_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/opinion"
	"nhipcau/internal/vn"
)

var (
	whole  = opinion.Note{Block: "bbbbbbbb", Text: "Nên ghi rõ quý."}
	phrase = opinion.Note{Block: "bbbbbbbb", From: 9, To: 13, Text: "Khó đạt.", Suggest: "ít nhất 98%"} // "100%"
)

// lacking returns the keys of units that have not answered.
func (h *house) lacking(t *testing.T, c opinion.Consultation) (keys []string) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		units, _, err := opinion.Lacking(ctx, tx, c, h.units["khoi"].ID, 0, 10)
		for key, u := range h.units {
			if slices.Contains(units, u.ID) {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		return err
	})
	return keys
}

// A comment goes up the tree into one opinion of each unit, is answered by the owner,
// and the answer is seen by who wrote it; what is taken up stands in the draft.
func TestUpTheTree(t *testing.T) {
	h := build(t)
	c := h.opened(t, opinion.Form{Whom: opinion.Under})
	if err := h.comment(t, h.as("to1", auth.Member), c.ID, phrase); err != nil {
		t.Fatal(err)
	}
	var mine []opinion.Comment
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		mine, err = opinion.Comments(ctx, tx, c.ID, h.units["to1"].ID)
		return err
	})
	if len(mine) != 1 || mine[0].Anchor.Quote != "100%" {
		t.Fatalf("got %+v", mine)
	}
	withdraw := func(by auth.Actor) error {
		return h.try(t, func(ctx context.Context, tx *db.Tx) error { return opinion.Withdraw(ctx, tx, by, c.ID, mine[0].ID) })
	}
	another := h.as("to1", auth.Clerk)
	another.Login = "ai-khac"
	wantKind(t, "a comment of somebody else", withdraw(another), fault.Denied, "opinion.error.may_withdraw")
	wantKind(t, "a comment of another unit", withdraw(h.as("hai", auth.Member)), fault.NotFound, "")
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		return opinion.PickComment(ctx, tx, h.as("to1", auth.Clerk), c.ID, mine[0].ID)
	})
	if err := h.send(t, "to1", c, false); err != nil {
		t.Fatal(err)
	}
	h.counts(t, c, map[string]int64{"due": 3}) // the cell answers through its unit
	wantKind(t, "a comment that was picked", withdraw(h.as("to1", auth.Member)), fault.Conflict, "opinion.error.sent")
	var got []opinion.Standing
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		got, err = opinion.Below(ctx, tx, c, h.units["mot"].ID, 0, 10)
		return err
	})
	if len(got) != 1 || got[0].UnitKey != "to1" {
		t.Fatalf("got %+v", got)
	}
	h.do(t, func(ctx context.Context, tx *db.Tx) error {
		return opinion.PickPoint(ctx, tx, h.head("mot"), c.ID, h.pointOf(t, ctx, tx, "to1"))
	})
	wantKind(t, "a point that was taken into another", h.recall(t, "to1", c), fault.Conflict, "opinion.error.used")
	if err := h.add(t, "mot", c.ID, whole); err != nil {
		t.Fatal(err)
	}
	if err := h.send(t, "mot", c, false); err != nil {
		t.Fatal(err)
	}
	h.at("2021-01-01")
	if err := h.send(t, "hai", c, true); err != nil {
		t.Fatal(err)
	}
	want := map[string]int64{"due": 3, "answered": 2, "no_opinion": 1, "late": 1, "points": 2}
	h.counts(t, c, want)
	if got := h.lacking(t, c); !slices.Equal(got, []string{"ba"}) {
		t.Errorf("lacking %v", got)
	}
	wantKind(t, "an answer while comments come in", h.reply(t, c, h.points(t, c)[0], opinion.Taken, ""), fault.Conflict, "opinion.error.state.open")
	if err := h.run(t, c.ID, opinion.Consolidate); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "a late comment", h.comment(t, h.as("ba", auth.Member), c.ID, whole), fault.Conflict, "opinion.error.state.consolidating")
	wantKind(t, "a late opinion", h.send(t, "ba", c, true), fault.Conflict, "opinion.error.state.consolidating")
	wantKind(t, "closing early", h.run(t, c.ID, opinion.Close), fault.Conflict, "opinion.error.unanswered")
	all := h.points(t, c)
	if err := h.takeUp(t, c, all[0]); err != nil {
		t.Fatal(err)
	}
	if got := h.draft(t).Blocks[1].Text; got != "Phấn đấu ít nhất 98% đoàn viên học tập nghị quyết trong quý I." {
		t.Errorf("the draft says %q", got)
	}
	wantField(t, "a refusal without why", h.reply(t, c, all[1], opinion.NotTaken, " "), "why", "error.needed")
	if err := h.reply(t, c, all[1], opinion.NotTaken, "Đã ghi ở mục tiêu."); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "an answer over another", h.reply(t, c, all[1], opinion.Taken, ""), fault.Conflict, "")
	want["taken"], want["not_taken"] = 1, 1
	h.counts(t, c, want)
	if err := h.run(t, c.ID, opinion.Close); err != nil {
		t.Fatal(err)
	}
	h.table(t, c, "Phấn đấu", "ít nhất 98%", "Tiếp thu.", "Đã ghi ở mục tiêu.", "2 đơn vị đã trả lời")
}

// pointOf returns a point of a unit's own opinion.
func (h *house) pointOf(t *testing.T, ctx context.Context, tx *db.Tx, unit string) (id int64) {
	t.Helper()
	if err := tx.One(ctx, `SELECT max(id) FROM opinion_point WHERE unit = $1`, []any{h.units[unit].ID}, &id); err != nil {
		t.Fatal(err)
	}
	return id
}

// table checks what the paper of answers says.
func (h *house) table(t *testing.T, c opinion.Consultation, wanted ...string) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		p, err := opinion.Table(ctx, tx, h.head("khoi"), c, h.points(t, c))
		var b strings.Builder
		for _, part := range p.Parts {
			b.WriteString(part.Text)
			if part.Grid != nil {
				for _, r := range part.Grid.Rows {
					b.WriteString(strings.Join(r, "\n"))
				}
			}
		}
		for _, w := range wanted {
			if !strings.Contains(b.String(), w) {
				t.Errorf("the table lacks %q:\n%s", w, b.String())
			}
		}
		return err
	})
}

// Who may do what; who may not see a consultation does not learn of it.
func TestCast(t *testing.T) {
	h := build(t)
	c := h.opened(t, opinion.Form{Whom: opinion.These, Units: []string{"mot"}})
	for _, x := range []struct {
		who  string
		by   auth.Actor
		what func(ctx context.Context, tx *db.Tx, by auth.Actor) error
		kind fault.Kind
	}{
		{"a unit that is not asked", h.head("hai"), func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := opinion.Get(ctx, tx, by, c.ID)
			return err
		}, fault.NotFound},
		{"a unit beside", h.head("khac"), func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return opinion.CommentOn(ctx, tx, by, c.ID, whole)
		}, fault.NotFound},
		{"the unit above the owner", h.head("top"), func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return opinion.CommentOn(ctx, tx, by, c.ID, whole)
		}, fault.Denied},
		{"a unit that is asked, as owner", h.head("mot"), func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return opinion.Consolidate(ctx, tx, by, c.ID, 1)
		}, fault.Denied},
		{"a member of the owner", h.as("khoi", auth.Member), func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return opinion.Consolidate(ctx, tx, by, c.ID, 1)
		}, fault.Denied},
		{"a member who makes the unit's opinion", h.as("mot", auth.Member), func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return opinion.AddPoint(ctx, tx, by, c.ID, whole)
		}, fault.Denied},
		{"a clerk who sends", h.as("mot", auth.Clerk), func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return opinion.Send(ctx, tx, by, c.ID, 1, "", true)
		}, fault.Denied},
		{"a unit that opens on the draft of another", h.head("mot"), func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			_, err := opinion.Open(ctx, tx, h.owners, by, of, 1, opinion.Form{Title: "x", Whom: opinion.Under, Deadline: until})
			return err
		}, fault.NotFound},
		{"a group two steps below", h.as("nhom", auth.Member), func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
			return opinion.CommentOn(ctx, tx, by, c.ID, whole)
		}, fault.Internal}, // may
	} {
		err := h.try(t, func(ctx context.Context, tx *db.Tx) error { return x.what(ctx, tx, x.by) })
		if x.kind == fault.Internal && err != nil || x.kind != fault.Internal && !fault.Is(err, x.kind) {
			t.Errorf("%s: got %v", x.who, err)
		}
	}
	if s := h.standing(t, c, "nhom"); !s.TakesPart || s.Due || s.Above != h.units["to1"].ID {
		t.Errorf("got %+v", s)
	}
	if s := h.standing(t, c, "mot"); !s.Due || s.Above != 0 {
		t.Errorf("got %+v", s)
	}
}

// Bad input is said at its field.
func TestOpenChecks(t *testing.T) {
	h := build(t)
	open := func(n int64, f opinion.Form) error {
		return h.try(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := opinion.Open(ctx, tx, h.owners, h.head("khoi"), of, n, f)
			return err
		})
	}
	good := opinion.Form{Title: "Dự thảo", Deadline: until, Whom: opinion.Under}
	past := good
	past.Deadline = vn.Deadline{Day: "2020-12-01", Wording: vn.Before}
	wantField(t, "a day in the past", open(1, past), "day", "opinion.error.past")
	other := good
	other.Whom, other.Units = opinion.These, []string{"mot", "khac"}
	wantField(t, "a unit of others", open(1, other), "units", "opinion.error.unit")
	self := good
	self.Whom, self.Units = opinion.These, []string{"khoi"}
	wantField(t, "the owner itself", open(1, self), "units", "opinion.error.unit")
	deep := good
	deep.Whom, deep.Steps = opinion.Steps, 9
	wantField(t, "nobody there", open(1, deep), "whom", "opinion.error.none")
	person := good
	person.People = []string{"khong-co"}
	wantField(t, "nobody of that key", open(1, person), "people", "opinion.error.person")
	wantKind(t, "no such version", open(7, good), fault.NotFound, "")
	c := h.opened(t, opinion.Form{Whom: opinion.Subtree})
	h.counts(t, c, map[string]int64{"due": 6})
	wantField(t, "an empty note", h.comment(t, h.as("mot", auth.Member), c.ID, opinion.Note{Block: "bbbbbbbb"}), "text", "opinion.error.empty")
	wantField(t, "no paragraph", h.comment(t, h.as("mot", auth.Member), c.ID, opinion.Note{Block: "zzzzzzzz", Text: "a"}), "block", "opinion.error.block")
	wantField(t, "the same words", h.comment(t, h.as("mot", auth.Member), c.ID, opinion.Note{Block: "bbbbbbbb", From: 9, To: 13, Suggest: "100%"}), "suggest", "opinion.error.same")
	wantField(t, "nothing to send", h.send(t, "mot", c, false), "agrees", "opinion.error.nothing")
}

// Somebody asked in person speaks for themselves and to the owner.
func TestPeople(t *testing.T) {
	h := build(t)
	c := h.opened(t, opinion.Form{Whom: opinion.Nobody, People: []string{h.people["hai"].Key, h.people["to1"].Key}})
	h.counts(t, c, map[string]int64{"people": 2})
	if err := h.comment(t, h.as("hai", auth.Member), c.ID, phrase); err != nil {
		t.Fatal(err)
	}
	agree := func(unit string) error {
		return h.try(t, func(ctx context.Context, tx *db.Tx) error {
			return opinion.Agree(ctx, tx, h.as(unit, auth.Member), c.ID)
		})
	}
	wantKind(t, "one who has written", agree("hai"), fault.Conflict, "opinion.error.answered")
	if err := agree("to1"); err != nil {
		t.Fatal(err)
	}
	if err := h.comment(t, h.as("to1", auth.Member), c.ID, whole); err != nil {
		t.Fatal(err)
	}
	h.counts(t, c, map[string]int64{"people": 2, "people_answered": 2, "points": 2})
}

// What was said at a conference stands beside what units send.
func TestHeard(t *testing.T) {
	h := build(t)
	c := h.opened(t, opinion.Form{Whom: opinion.Under})
	var m conference.Conference
	h.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = conference.Enter(ctx, tx, h.head("khoi"), conference.Form{Title: "Hội nghị", Sort: "main", Mode: "in_person", Day: "2020-12-10"})
		return err
	})
	hear := func(by auth.Actor, x opinion.Heard) error {
		x.Note = whole
		return h.try(t, func(ctx context.Context, tx *db.Tx) error { return opinion.Hear(ctx, tx, by, c.ID, x) })
	}
	if err := hear(h.as("khoi", auth.Clerk), opinion.Heard{Conference: m.ID, Unit: "to2", Name: "Trần Văn Bình"}); err != nil {
		t.Fatal(err)
	}
	wantField(t, "nobody", hear(h.head("khoi"), opinion.Heard{Conference: m.ID}), "name", "opinion.error.who")
	wantField(t, "no conference", hear(h.head("khoi"), opinion.Heard{Conference: "x", Unit: "mot"}), "conference", "opinion.error.conference")
	wantKind(t, "a unit below", hear(h.head("mot"), opinion.Heard{Conference: m.ID, Unit: "mot"}), fault.Denied, "")
	h.counts(t, c, map[string]int64{"due": 3, "points": 1, "conference": 1})
	h.table(t, c, "Trần Văn Bình (Đơn vị to2), tại hội nghị")
}

// A passage is found where it stands now; where it has changed nothing is put in.
func TestTakeUp(t *testing.T) {
	h := build(t)
	c := h.opened(t, opinion.Form{Whom: opinion.Under})
	for _, n := range []opinion.Note{phrase, {Block: "dddddddd", From: 8, To: 21, Suggest: "hội nghị"}} {
		if err := h.add(t, "mot", c.ID, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.send(t, "mot", c, false); err != nil {
		t.Fatal(err)
	}
	if err := h.run(t, c.ID, opinion.Consolidate); err != nil {
		t.Fatal(err)
	}
	all := h.points(t, c)
	now := h.draft(t)
	now.Blocks[1].Text = "Phấn đấu 99% đoàn viên học tập nghị quyết trong quý I."
	now.Blocks[3].Text = "Hằng tháng: tổ chức **sinh hoạt** chuyên đề hằng tháng."
	h.edit(t, now)
	wantKind(t, "a passage that has changed", h.takeUp(t, c, all[0]), fault.Conflict, "opinion.error.passage_changed")
	if err := h.takeUp(t, c, all[1]); err != nil {
		t.Fatal(err)
	}
	if got := h.draft(t).Blocks[3].Text; got != "Hằng tháng: tổ chức hội nghị chuyên đề hằng tháng." {
		t.Errorf("the draft says %q", got)
	}
	if got := h.draft(t).Blocks[1].Text; got != now.Blocks[1].Text {
		t.Errorf("the draft says %q", got)
	}
	h.counts(t, c, map[string]int64{"due": 3, "answered": 1, "points": 2, "taken": 1})
}

// Reminding tells who has not, once a day; a new last day is kept.
func TestRemind(t *testing.T) {
	h := build(t)
	c := h.opened(t, opinion.Form{Whom: opinion.Under, People: []string{h.people["to1"].Key}})
	if err := h.send(t, "hai", c, true); err != nil {
		t.Fatal(err)
	}
	n := 0
	remind := func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) (err error) {
		n, err = opinion.Remind(ctx, tx, by, id, version)
		return err
	}
	if err := h.run(t, c.ID, remind); err != nil || n != 3 {
		t.Errorf("reminded %d, %v", n, err)
	}
	wantKind(t, "twice a day", h.run(t, c.ID, remind), fault.Conflict, "opinion.error.reminded")
	if err := h.run(t, c.ID, func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
		return opinion.Extend(ctx, tx, by, id, version, vn.Deadline{Day: "2021-01-15", Wording: vn.Before})
	}); err != nil {
		t.Fatal(err)
	}
	if last := h.get(t, h.head("hai"), c.ID).Deadline.Last(); last != "2021-01-14" {
		t.Errorf("the last day is %s", last)
	}
	var owed []opinion.Consultation
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		owed, err = opinion.Owing(ctx, tx, h.head("mot"))
		return err
	})
	if len(owed) != 1 {
		t.Errorf("owed %v", owed)
	}
}

// Whatever units do, each has one opinion, the sheet says what the rows say, and who
// lacks is who was asked and has not sent.
func TestOneOpinionPerUnit(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 7))
	for range 3 {
		h := build(t)
		c := h.opened(t, opinion.Form{Whom: opinion.Subtree})
		keys := []string{"mot", "hai", "ba", "to1", "to2", "nhom"}
		sent, wrote := map[string]bool{}, map[string]int{}
		for range 40 {
			key := keys[r.IntN(len(keys))]
			switch r.IntN(4) {
			case 0:
				if err := h.add(t, key, c.ID, whole); err == nil {
					wrote[key]++
				} else if !sent[key] {
					t.Fatalf("a point of %s: %v", key, err)
				}
			case 1, 2:
				if err := h.send(t, key, c, wrote[key] == 0); (err == nil) == sent[key] {
					t.Fatalf("%s sends, sent before %v: %v", key, sent[key], err)
				}
				sent[key] = true
			default:
				if err := h.recall(t, key, c); (err == nil) != sent[key] {
					t.Fatalf("%s recalls, sent before %v: %v", key, sent[key], err)
				}
				sent[key] = false
			}
		}
		want := map[string]int64{"due": 6}
		var silent []string
		for _, key := range keys {
			if !sent[key] {
				silent = append(silent, key)
				continue
			}
			want["answered"]++
			if wrote[key] == 0 {
				want["no_opinion"]++
			}
			if h.standing(t, c, key).Above == 0 {
				want["points"] += int64(wrote[key])
			}
		}
		h.counts(t, c, want)
		slices.Sort(silent)
		if got := h.lacking(t, c); !slices.Equal(got, silent) {
			t.Errorf("lacking %v, want %v", got, silent)
		}
	}
}
