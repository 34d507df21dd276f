package fill_test

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
	"nhipcau/internal/fill"
	"nhipcau/internal/form"
)

func (h *house) save(t testing.TB, by auth.Actor, period, unit string, version int64, fields map[string]string) (d fill.Draft, err error) {
	t.Helper()
	err = h.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = fill.Save(ctx, tx, by, period, unit, version, 0, fields)
		return err
	})
	return d, err
}

func (h *house) stands(t testing.TB, by auth.Actor, period, unit string) (d fill.Draft) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		c, err := filing.CaseOf(ctx, tx, by, period, unit)
		if err != nil {
			return err
		}
		d, err = fill.Stands(ctx, tx, by, c)
		return err
	})
	return d
}

// A draft is kept as it was typed, and the second of two clerks gets the one that
// stands with the refusal.
func TestSave(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.None), 1)[0]
	one, two := h.clerk("hai"), h.as("hai", auth.Secretary)
	typed := map[string]string{"figures.members": "rất đông", "figures.classes": " "}
	d, err := h.save(t, one, p.ID, "hai", 0, typed)
	if err != nil || d.Version != 1 || !maps.Equal(d.Fields, map[string]string{"figures.members": "rất đông"}) {
		t.Fatalf("got %+v, %v", d, err)
	}
	d, err = h.save(t, two, p.ID, "hai", 0, map[string]string{"figures.members": "41"})
	wantKind(t, "another stands", err, fault.Conflict, "error.conflict")
	if d.Version != 1 || d.Fields["figures.members"] != "rất đông" {
		t.Errorf("the one that stands is %+v", d)
	}
	if d, err = h.save(t, two, p.ID, "hai", 1, map[string]string{"figures.members": "41"}); err != nil || d.Version != 2 {
		t.Errorf("got %+v, %v", d, err)
	}
	if got := h.stands(t, one, p.ID, "hai"); got.Fields["figures.members"] != "41" || got.Name != two.Name {
		t.Errorf("got %+v", got)
	}
	_, err = h.save(t, h.clerk("ba"), p.ID, "hai", 2, nil)
	wantKind(t, "a stranger", err, fault.NotFound, "error.not_found")
	_, err = h.save(t, h.as("hai", auth.Member), p.ID, "hai", 2, nil)
	wantKind(t, "a member", err, fault.Denied, "filing.error.may_submit")
	_, err = h.save(t, one, p.ID, "hai", 2, map[string]string{"figures.members": strings.Repeat("x", 20_001)})
	wantKind(t, "too much", err, fault.TooLarge, "error.too_large")
}

// What is sent is the return, and the draft is gone; what another clerk has saved
// meanwhile is not passed over.
func TestSend(t *testing.T) {
	h := build(t)
	p := h.opened(t, asked(form.None), 1)[0]
	one, two := h.clerk("hai"), h.as("hai", auth.Secretary)
	two.Login = "ai-khac"
	if _, err := h.save(t, one, p.ID, "hai", 0, map[string]string{"figures.members": "40"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.save(t, two, p.ID, "hai", 1, map[string]string{"figures.members": "41"}); err != nil {
		t.Fatal(err)
	}
	send := func(version int64, members string, n int64) error {
		return h.do(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := fill.Send(ctx, tx, one, p.ID, "hai", version, map[string]string{"figures.members": members}, filing.Entry{Figures: filing.Figures{"members": n}})
			return err
		})
	}
	wantKind(t, "what the other has saved", send(1, "40", 40), fault.Conflict, "error.conflict")
	if err := send(2, "40", 40); err != nil {
		t.Fatal(err)
	}
	if d := h.stands(t, one, p.ID, "hai"); d.Version != 0 {
		t.Errorf("the draft is still there: %+v", d)
	}
}

// A figure is compared with the unit's own periods before and with its siblings of the
// same kind; only what there is at the end of a period may be copied.
func TestRemember(t *testing.T) {
	h := build(t)
	all := h.opened(t, asked(form.None), 5)
	for n, p := range all[:4] {
		h.file(t, p.ID, "hai", 0, filing.Figures{"members": 40 + int64(n), "classes": 2})
	}
	now := all[4]
	var m fill.Memory
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		c, err := filing.CaseOf(ctx, tx, h.clerk("hai"), now.ID, "hai")
		if err != nil {
			return err
		}
		m, err = fill.Remember(ctx, tx, c)
		return err
	})
	if u := m.Past["members"]; u.Count != 4 || u.Middle != 41 || u.Apart(44) || !u.Apart(400) {
		t.Errorf("got %+v", m.Past)
	}
	if len(m.Near) != 0 {
		t.Errorf("nobody beside has returned: %+v", m.Near)
	}
	if m.LastOf != "Kỳ 4" || !maps.Equal(m.Last, map[string]string{"members": "43"}) {
		t.Errorf("may be copied: %v of %s", m.Last, m.LastOf)
	}
}

// Siblings are those of the same kind under the same unit.
func TestRememberSiblings(t *testing.T) {
	h := build(t)
	var units []string
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		units = nil
		for _, key := range []string{"b1", "b2", "b3", "b4"} {
			u, err := h.create(ctx, tx, "khoi", key)
			if err != nil {
				return err
			}
			h.units[key], units = u, append(units, key)
		}
		return nil
	})
	p := h.opened(t, asked(form.None), 1)[0]
	for n, key := range units {
		h.file(t, p.ID, key, 0, filing.Figures{"members": 30 + int64(n)})
	}
	h.file(t, p.ID, "to1", 0, filing.Figures{"members": 999})
	var m fill.Memory
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		c, err := filing.CaseOf(ctx, tx, h.clerk("hai"), p.ID, "hai")
		if err != nil {
			return err
		}
		m, err = fill.Remember(ctx, tx, c)
		return err
	})
	if u := m.Near["members"]; u.Count != 4 || u.Middle != 31 || !u.Apart(300) {
		t.Errorf("got %+v", m.Near)
	}
}
