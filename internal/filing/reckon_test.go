package filing_test

import (
	"context"
	"fmt"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/tally"
)

// reckoned is a form with an item of every kind.
func reckoned(t testing.TB) form.Form {
	t.Helper()
	items, err := form.ParseItems(`# Học tập
* [due] Phải học | người | last
* [came] Đã học | người
[came_female] Nữ | người | of came female
[came_estimate] Ước | người | of came estimate
[rate] Tỷ lệ | % | = share(came; due) | .2
[more] Tăng | người | = came - prev(came)
[all] Từ đầu năm | người | = year(came)
[area] Diện tích | ha | .1
[top] Lớp đông nhất | người | max
[ready] Đã sơ kết | | yesno
[held] Hội nghị | cuộc | @form.period
[story] Đánh giá | | text
`)
	if err != nil {
		t.Fatal(err)
	}
	return form.Form{Title: "Học tập", Asks: form.Leaf, Items: items}
}

// month opens a period of a form.
func (h *house) month(t testing.TB, id string, p filing.Period) (n filing.Period) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = filing.OpenPeriod(ctx, tx, h.clerk("khoi"), id, p)
		return err
	})
	return n
}

// made makes and opens a form of the bloc.
func (h *house) made(t testing.TB, f form.Form) (id string) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		made, err := form.Make(ctx, tx, h.clerk("khoi"), f)
		id = made.ID
		if err != nil {
			return err
		}
		return form.Open(ctx, tx, h.clerk("khoi"), made.ID, made.Version)
	})
	return id
}

func (h *house) file(t testing.TB, period filing.Period, unit string, e filing.Entry) (r filing.Return, err error) {
	t.Helper()
	err = h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = filing.File(ctx, tx, h.clerk(unit), period.ID, unit, e)
		return err
	})
	return r, err
}

// counting is a source that counts the returns on the sheets of forms.
var counting = form.Sources{{Key: "form.period", Label: "form.title", Kind: filing.Kind(), Lanes: []string{"received"}}}

// book says what an item comes to now, in the year and a year before.
func (h *house) book(t testing.TB, p filing.Period, unit string, all bool, keys ...string) (told []string) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		by := h.clerk("khoi")
		r, err := filing.GetRound(ctx, tx, by, p.ID)
		if err != nil {
			return err
		}
		b, err := r.Open(ctx, tx, by, counting, filing.Whose{Unit: h.units[unit], All: all})
		if err != nil {
			return err
		}
		say := func(v formula.Value) string {
			if !v.Is() {
				return "–"
			}
			return v.X.RatString()
		}
		for _, key := range keys {
			told = append(told, fmt.Sprint(key, " ", say(b.Now(key)), " ", say(b.Year(key)), " ", say(b.LastYear(key))))
		}
		return nil
	})
	return told
}

// A book puts periods together as the items say, and a formula works on what is put
// together: never on percents.
func TestBook(t *testing.T) {
	h := build(t)
	id := h.made(t, reckoned(t))
	last := h.month(t, id, filing.Period{Name: "T2/2024", From: "2024-02-01", To: "2024-03-01", LastDay: "2024-03-05"})
	dec := h.month(t, id, filing.Period{Name: "T12/2024", From: "2024-12-01", To: "2024-12-15", LastDay: "2024-12-20"})
	jan := h.month(t, id, filing.Period{Name: "T1/2025", From: "2024-12-15", To: "2025-01-15", LastDay: "2025-02-05"})
	feb := h.month(t, id, filing.Period{Name: "T2/2025", From: "2025-02-01", To: "2025-03-01", LastDay: "2025-03-05"})
	for _, x := range []struct {
		p       filing.Period
		unit    string
		figures filing.Figures
	}{
		{last, "hai", filing.Figures{"due": 10, "came": 4, "area": 5}},
		{dec, "hai", filing.Figures{"due": 90, "came": 90}},
		{jan, "hai", filing.Figures{"due": 100, "came": 30, "came_female": 10, "area": 15, "top": 9, "ready": 0}},
		{feb, "hai", filing.Figures{"due": 120, "came": 60, "came_estimate": 500, "area": 25, "top": 5, "ready": 1}},
		{feb, "to1", filing.Figures{"due": 80, "came": 40, "came_female": 7, "ready": 1}},
	} {
		if _, err := h.file(t, x.p, x.unit, filing.Entry{Figures: x.figures}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(what string, got []string, want ...string) {
		t.Helper()
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("%s: got %q\nwant %q", what, got, want)
		}
	}
	want("its own", h.book(t, feb, "hai", false, "due", "came", "came_estimate", "rate", "more", "all", "area", "top", "ready"),
		"due 120 120 10", "came 60 90 4", "came_estimate 500 500 –", "rate 50 75 40", "more 30 – –", "all 90 90 –", "area 5/2 4 1/2", "top 5 9 –", "ready 1 1 –")
	want("with all under it", h.book(t, feb, "khoi", true, "due", "came", "rate", "more", "ready", "held", "story", "none"),
		"due 200 200 10", "came 100 130 4", "rate 50 65 40", "more 70 – –", "ready 2 2 –", "held 0 0 0", "story – – –", "none – – –")
	want("the first of a year", h.book(t, jan, "hai", false, "came", "more", "all"), "came 30 30 –", "more -60 – –", "all 30 30 –")
}

// What a form of all kinds takes: parts no larger than their whole, texts, and no
// figure for what is worked out.
func TestFileOfAllKinds(t *testing.T) {
	h := build(t)
	id := h.made(t, reckoned(t))
	p := h.month(t, id, march)
	file := func(e filing.Entry) (filing.Return, error) { return h.file(t, p, "hai", e) }
	for what, c := range map[string]struct {
		e      filing.Entry
		fields map[string]string
	}{
		"a part too large":   {filing.Entry{Figures: filing.Figures{"due": 5, "came": 3, "came_female": 4}}, map[string]string{"figures.came_female": "filing.error.part"}},
		"a formula typed":    {filing.Entry{Figures: filing.Figures{"due": 5, "came": 3, "rate": 60}}, map[string]string{"figures.rate": "filing.error.unknown"}},
		"a figure as text":   {filing.Entry{Figures: filing.Figures{"due": 5, "came": 3}, Texts: filing.Texts{"area": "x"}}, map[string]string{"figures.area": "filing.error.unknown"}},
		"yes three times":    {filing.Entry{Figures: filing.Figures{"due": 5, "came": 3, "ready": 3}}, map[string]string{"figures.ready": "filing.error.between"}},
		"without the needed": {filing.Entry{Figures: filing.Figures{"due": 5}}, map[string]string{"figures.came": "error.needed"}},
	} {
		_, err := file(c.e)
		wantFields(t, what, err, c.fields)
	}
	e := filing.Entry{Figures: filing.Figures{"due": 5, "came": 3, "came_estimate": 9}, Texts: filing.Texts{"story": " Tốt.\r\nCòn chậm. "}}
	r, err := file(e)
	if err != nil || r.N != 1 {
		t.Fatalf("got %+v %v", r, err)
	}
	if again, err := file(e); err != nil || again.N != 1 {
		t.Errorf("the same again: %+v %v", again, err)
	}
	e.Texts, e.Seen, e.Reason = filing.Texts{"story": "Khá."}, 1, "viết lại"
	if r, err = file(e); err != nil || r.N != 2 {
		t.Fatalf("another text: %+v %v", r, err)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := filing.History(ctx, tx, p.ID, r.Unit)
		if err != nil {
			return err
		}
		for i, want := range []string{"Khá.", "Tốt.\nCòn chậm."} {
			texts, err := filing.TextsOf(ctx, tx, p.ID, all[i])
			if err != nil || texts["story"] != want {
				t.Errorf("got %q %v, want %q", texts, err, want)
			}
		}
		return nil
	})
	h.proven(t)
}

// A new edition is asked from the next period on; the former period keeps its own.
func TestEditions(t *testing.T) {
	h := build(t)
	id := h.made(t, asked(form.Leaf))
	first := h.month(t, id, march)
	do := func(f db.Work) error { return h.db.Write(t.Context(), f) }
	khoi := h.clerk("khoi")
	revise := func(verb func(context.Context, *db.Tx, auth.Actor, string, int64) error, version int64) error {
		return do(func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, khoi, id, version) })
	}
	wantKind(t, "none drafted", revise(form.Issue, 2), fault.Conflict, "form.error.opened")
	if err := revise(form.Revise, 2); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "drafted twice", revise(form.Revise, 3), fault.Conflict, "form.error.stage")
	amend := func(change func(f *form.Form)) error {
		return do(func(ctx context.Context, tx *db.Tx) error {
			f, err := form.Drafted(ctx, tx, khoi, id)
			if err != nil {
				return err
			}
			change(&f)
			return form.Amend(ctx, tx, khoi, id, f.Version, f)
		})
	}
	wantFields(t, "a key renamed", amend(func(f *form.Form) { f.Items[1].Key = "new_members" }), map[string]string{"items": "form.error.renamed"})
	wantFields(t, "another thing under it", amend(func(f *form.Form) { f.Items[1].Decimals = 2 }), map[string]string{"items": "form.error.other"})
	if err := amend(func(f *form.Form) {
		f.Items = append([]form.Item{{Label: "Mới", High: 10}, {Section: "Học tập", Label: "Lớp học", High: 70}}, f.Items[0])
	}); err != nil {
		t.Fatal(err)
	}
	still := h.month(t, id, filing.Period{Name: "T4", From: "2025-04-01", To: "2025-05-01", LastDay: "2025-05-05"})
	if err := revise(form.Issue, 4); err != nil {
		t.Fatal(err)
	}
	next := h.month(t, id, filing.Period{Name: "T5", From: "2025-05-01", To: "2025-06-01", LastDay: "2025-06-05"})
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		for _, c := range []struct {
			p    filing.Period
			want string
		}{{first, "1 members admitted classes change"}, {still, "1 members admitted classes change"}, {next, "2 item_1 classes members"}} {
			r, err := filing.GetRound(ctx, tx, khoi, c.p.ID)
			if err != nil {
				return err
			}
			got := fmt.Sprint(r.Period.Edition)
			for _, it := range r.Form.Items {
				got += " " + it.Key
			}
			if got != c.want {
				t.Errorf("%s: got %s, want %s", c.p.Name, got, c.want)
			}
		}
		return nil
	})
	for _, c := range []struct {
		p filing.Period
		n int64
	}{{first, 3}, {next, 4}} {
		if _, err := h.file(t, c.p, "hai", filing.Entry{Figures: filing.Figures{"members": 5, "classes": c.n}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(h.book(t, next, "hai", false, "classes", "admitted")); got != "[classes 4 7 – admitted – – –]" {
		t.Errorf("a figure goes on through editions: got %s", got)
	}
	if err := revise(form.Revise, 5); err != nil {
		t.Fatal(err)
	}
	if err := revise(form.Drop, 6); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "dropped", revise(form.Drop, 7), fault.Conflict, "form.error.opened")
	h.proven(t)
}

// What the house knew when a return was made is known again, whatever came later.
func TestSigned(t *testing.T) {
	h := build(t)
	id := h.made(t, reckoned(t))
	p := h.month(t, id, march)
	one := filing.Entry{Figures: filing.Figures{"due": 5, "came": 3}}
	for _, unit := range []string{"ba", "hai", "to1"} {
		if _, err := h.file(t, p, unit, one); err != nil {
			t.Fatal(err)
		}
	}
	other := h.month(t, h.made(t, reckoned(t)), march)
	if _, err := h.file(t, other, "hai", one); err != nil {
		t.Fatal(err)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		by := h.clerk("khoi")
		r, err := filing.GetRound(ctx, tx, by, p.ID)
		if err != nil {
			return err
		}
		b, err := r.Open(ctx, tx, by, counting, filing.Whose{Unit: h.units["hai"]})
		if err != nil {
			return err
		}
		was, ok := b.Signed("held")
		now, _ := b.Counted("held")
		if !ok || was.N != 1 || now.N != 2 || len(now.Parts) != 2 || now.Parts[0].Href != tally.Href(p.Sheet, "hai", "received", true) {
			t.Errorf("got %+v %v, now %+v", was, ok, now)
		}
		return nil
	})
	h.proven(t)
}
