package signing_test

import (
	"context"
	"maps"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/signing"
	"nhipcau/internal/tally"
)

func figures(members, classes int64) filing.Figures {
	return filing.Figures{"members": members, "classes": classes}
}

// A report of one step is seen above at once, sent back with reasons, mended and
// accepted; what was accepted is corrected by a revision, which is accepted again.
func TestSubmitReturnAccept(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Accept))
	hai, khoi := h.clerk("hai"), h.clerk("khoi")
	if _, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Figures: figures(40, 2), Texts: filing.Texts{"story": "Tốt."}}); err != nil {
		t.Fatal(err)
	}
	c := h.wantState(t, p.ID, "hai", signing.Submitted)
	if c.Report.N != 1 || c.Report.Above != h.units["khoi"].ID || c.Events[0].Kind != signing.DidSubmit {
		t.Errorf("got %+v", c.Report)
	}
	if v := h.total(t, p, "khoi"); v.Get(1) != 40 {
		t.Errorf("it is not counted: %v", v.Delta())
	}
	wantKind(t, "the unit accepts itself", h.accept(t, hai, p.ID, "hai", 1), fault.Denied, "signing.error.may_receive")
	wantKind(t, "what was not seen", h.accept(t, khoi, p.ID, "hai", 0), fault.Conflict, "signing.error.other")
	wantFields(t, "no reason", h.giveBack(t, khoi, p.ID, "hai", 1, signing.Back{}), map[string]string{"reason": "error.needed"})
	wantFields(t, "bad reasons", h.giveBack(t, khoi, p.ID, "hai", 1, signing.Back{Reasons: map[string]string{"other": "x"}, Until: "2025-03-24"}),
		map[string]string{"reasons.other": "filing.error.unknown", "until": "signing.error.past"})
	back := signing.Back{Reasons: map[string]string{"classes": "Có đúng 2 lớp không?", "members": " "}, Until: "2025-04-10"}
	if err := h.giveBack(t, khoi, p.ID, "hai", 1, back); err != nil {
		t.Fatal(err)
	}
	c = h.wantState(t, p.ID, "hai", signing.Returned)
	if e, ok := c.Back(); !ok || !maps.Equal(e.Reasons, map[string]string{"classes": "Có đúng 2 lớp không?"}) || e.Until != "2025-04-10" {
		t.Errorf("got %+v", e)
	}
	_, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Seen: 1, Figures: figures(40, 2), Texts: filing.Texts{"story": "Tốt."}})
	wantFields(t, "the same without a reason", err, map[string]string{"reason": "error.needed"})
	if _, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Seen: 1, Figures: figures(40, 3), Texts: filing.Texts{"story": "Tốt."}, Reason: "sót một lớp"}); err != nil {
		t.Fatal(err)
	}
	if err := h.accept(t, khoi, p.ID, "hai", 2); err != nil {
		t.Fatal(err)
	}
	h.wantState(t, p.ID, "hai", signing.Accepted)
	if _, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Seen: 2, Figures: figures(41, 3), Reason: "đếm lại"}); err != nil {
		t.Fatal(err)
	}
	c = h.wantState(t, p.ID, "hai", signing.Submitted)
	if !c.Report.Revised() || c.Report.Accepted != 2 || c.Report.N != 3 {
		t.Errorf("got %+v", c.Report)
	}
	h.proven(t)
}

// What was sent back may be sent again as it was, with a reason why it is right.
func TestSendAgainAsItWas(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Accept))
	hai := h.clerk("hai")
	if _, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Figures: figures(40, 2)}); err != nil {
		t.Fatal(err)
	}
	if err := h.giveBack(t, h.clerk("khoi"), p.ID, "hai", 1, signing.Back{Reason: "nhiều quá"}); err != nil {
		t.Fatal(err)
	}
	r, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Seen: 1, Figures: figures(40, 2), Reason: "đã đếm lại, đúng"})
	if err != nil || r.State != signing.Submitted || r.N != 1 {
		t.Errorf("got %+v, %v", r, err)
	}
	h.proven(t)
}

// Of a form of two steps nothing is counted before the secretary has signed, and the
// signature covers exactly what they saw.
func TestSign(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Second))
	hai, chief := h.clerk("hai"), h.as("hai", auth.Secretary)
	sign := func(by auth.Actor, hash string) error {
		return h.do(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := signing.Sign(ctx, tx, by, p.ID, "hai", hash)
			return err
		})
	}
	first, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Figures: figures(40, 2), Texts: filing.Texts{"story": "Tốt."}})
	if err != nil || first.State != signing.Asked {
		t.Fatalf("got %+v, %v", first, err)
	}
	if v := h.total(t, p, "khoi"); !v.Empty() {
		t.Errorf("it is counted: %v", v.Delta())
	}
	seen := h.wantState(t, p.ID, "hai", signing.Asked).Report.Hash
	wantKind(t, "a clerk", sign(hai, seen), fault.Denied, "signing.error.may_sign")
	wantKind(t, "the secretary above", sign(h.as("khoi", auth.Secretary), seen), fault.Denied, "signing.error.may_sign")
	if _, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Figures: figures(45, 2)}); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "something else waits by now", sign(chief, seen), fault.Conflict, "signing.error.other")
	refuse := func(reason string) error {
		return h.do(t, func(ctx context.Context, tx *db.Tx) error {
			return signing.Refuse(ctx, tx, chief, p.ID, "hai", h.get(t, chief, p.ID, "hai").Report.Hash, reason)
		})
	}
	wantFields(t, "refused without a reason", refuse(""), map[string]string{"reason": "error.needed"})
	if err := refuse("thiếu đánh giá"); err != nil {
		t.Fatal(err)
	}
	h.wantState(t, p.ID, "hai", signing.Returned)
	if _, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Figures: figures(45, 2), Texts: filing.Texts{"story": "Tốt."}}); err != nil {
		t.Fatal(err)
	}
	waits := h.get(t, chief, p.ID, "hai").Report.Hash
	if err := sign(chief, waits); err != nil {
		t.Fatal(err)
	}
	c := h.wantState(t, p.ID, "hai", signing.Submitted)
	if c.Report.Hash != waits || c.Events[len(c.Events)-1].Kind != signing.DidSign || c.Texts[1]["story"] != "Tốt." {
		t.Errorf("got %+v", c.Report)
	}
	if v := h.total(t, p, "khoi"); v.Get(1) != 45 {
		t.Errorf("got %v", v.Delta())
	}
	// A correction by the clerk waits as well; the secretary's own is signed by it.
	if r, err := h.submit(t, hai, p.ID, "hai", filing.Entry{Seen: 1, Figures: figures(46, 2), Reason: "đếm lại"}); err != nil || r.State != signing.Asked {
		t.Errorf("got %+v, %v", r, err)
	}
	if _, err := h.submit(t, chief, p.ID, "hai", filing.Entry{Seen: 1, Figures: figures(47, 2), Reason: "đếm lại"}); err != nil {
		t.Fatal(err)
	}
	c = h.wantState(t, p.ID, "hai", signing.Submitted)
	if x, e := c.Signed(); x.N != 2 || e.Login != chief.Login {
		t.Errorf("got %+v, %+v", x, e)
	}
	err = h.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := filing.Submit(ctx, tx, hai, p.ID, "hai", 2, figures(1, 1), "vòng qua")
		return err
	})
	wantKind(t, "around the secretary", err, fault.Denied, "signing.error.may_sign")
	h.proven(t)
}

// The proof finds a figure, a word and a deed that were changed in the database.
func TestProveFindsWhatWasChanged(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.Accept))
	for _, unit := range []string{"hai", "ba"} {
		if _, err := h.submit(t, h.clerk(unit), p.ID, unit, filing.Entry{Figures: figures(40, 2), Texts: filing.Texts{"story": "Tốt."}}); err != nil {
			t.Fatal(err)
		}
	}
	h.proven(t)
	for _, c := range []struct{ what, change, back, says string }{
		{"a word", `UPDATE form_text SET text = 'Kém.' WHERE unit = $1`, `UPDATE form_text SET text = 'Tốt.' WHERE unit = $1`, "is not what was submitted"},
		{"a state", `UPDATE filing_report SET state = 'accepted' WHERE unit = $1`, `UPDATE filing_report SET state = 'submitted' WHERE unit = $1`, "it is accepted"},
		{"a figure", `UPDATE form_return SET figures = (SELECT x.figures FROM form_return x WHERE x.n = 2) WHERE unit = $1 AND n = 1`, ``, "is not what was submitted"},
		{"a deed", `DELETE FROM filing_event WHERE unit = $1`, ``, "signing.submitted by"},
	} {
		if c.what == "a figure" {
			if _, err := h.submit(t, h.clerk("ba"), p.ID, "ba", filing.Entry{Seen: 1, Figures: figures(50, 2), Reason: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, c.change, h.units["hai"].ID) })
		if lines := strings.Join(h.broken(t), "\n"); !strings.Contains(lines, c.says) {
			t.Errorf("%s: got %q", c.what, lines)
		}
		if c.back != "" {
			dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, c.back, h.units["hai"].ID) })
		}
	}
}

// After a seal a correction shows what was sealed beside what stands.
func TestAfterTheSeal(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.None))
	hai, khoi := h.clerk("hai"), h.as("khoi", auth.Secretary)
	file := func(seen, members int64, reason string) {
		t.Helper()
		if err := h.do(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := filing.Submit(ctx, tx, hai, p.ID, "hai", seen, figures(members, 2), reason)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	file(0, 40, "")
	if _, err := tally.SealSheet(t.Context(), h.db, khoi, p.Sheet, "Bí thư", filing.Recount); err != nil {
		t.Fatal(err)
	}
	if c := h.get(t, khoi, p.ID, "hai"); c.Sealed.N != 1 || c.BeforeFor(khoi).Shown() {
		t.Errorf("got %+v", c.Sealed)
	}
	file(1, 41, "đếm sót")
	b := h.get(t, khoi, p.ID, "hai").BeforeFor(khoi)
	if x, _ := b.Return.Figure(1); b.Why != "sealed" || x != 40 {
		t.Errorf("got %+v", b)
	}
	h.proven(t)
}
