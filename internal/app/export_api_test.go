package app

import (
	"context"
	"fmt"
	"testing"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/hall"
	"nhipcau/internal/level"
	"nhipcau/internal/presence"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/minutes"
	"nhipcau/internal/quiz"
	"nhipcau/internal/reflection"
	"nhipcau/internal/report"
	"nhipcau/internal/signing"
	"nhipcau/internal/site"
	"nhipcau/internal/vn"
)

// Operations are the operations of the API as method and path.
func (h *TestHouse) Operations() []string { return h.h.api.Routes() }

// Token makes a token of a login.
func (h *TestHouse) Token(t testing.TB, login string) (token string) {
	t.Helper()
	dbtest.Write(t, h.h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = account.MakeToken(ctx, tx, auth.System(""), login)
		return err
	})
	return token
}

// Prepared are things of unit 07 in the middle of their lives.
type Prepared struct{ Conference, Report, Quiz string }

// Prepare gives unit 07 a conference whose roll is called and a report that is
// being written.
func (h *TestHouse) Prepare(t testing.TB) (p Prepared) {
	rollout := h.Rollout()
	t.Helper()
	by, err := account.ByToken(t.Context(), h.h.db, h.Token(t, "donvi07"), "")
	if err != nil || !by.Known() {
		t.Fatalf("the secretary of unit 07 is %+v, %v", by, err)
	}
	dbtest.Write(t, h.h.db, func(ctx context.Context, tx *db.Tx) error {
		c, err := conference.Enter(ctx, tx, by, conference.Form{
			Rollout: rollout, Title: "Học bù", Sort: "makeup", Mode: "in_person", Day: vn.DayOf(tx.Now),
		})
		if err != nil {
			return err
		}
		if _, err := conference.Convene(ctx, tx, by, c.ID, c.Version); err != nil {
			return err
		}
		if _, err := site.Add(ctx, tx, by, c.ID, site.Form{Unit: by.UnitKey, Name: "Hội trường"}); err != nil {
			return err
		}
		if _, _, err := site.Put(ctx, tx, by, c.ID, 1, []string{by.UnitKey}, true); err != nil {
			return err
		}
		if err := h.during(ctx, tx, by, c.ID); err != nil {
			return err
		}
		if err := minutes.Begin(ctx, tx, by, c.ID, nil); err != nil {
			return err
		}
		r, err := report.Begin(ctx, tx, by, rollout)
		if err != nil {
			return err
		}
		if p.Quiz, err = afterwards(ctx, tx, by, c.ID); err != nil {
			return err
		}
		p.Conference, p.Report = c.ID, r.ID
		return nil
	})
	return p
}

// during asks the levels under it for theirs, notes that the last on the roll came, and
// puts a question.
func (h *TestHouse) during(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	if _, err := level.Add(ctx, tx, by, id, level.Form{
		Depth: 1, Audience: "Đoàn viên", Length: 1, LengthIn: "half_days", Deadline: vn.Deadline{Day: vn.DayOf(tx.Now), Wording: vn.Until},
	}); err != nil {
		return err
	}
	rows, err := presence.Roll(ctx, tx, id)
	if err != nil {
		return err
	}
	if _, err := site.CheckIn(ctx, tx, by, id, 1, []attendance.Fact{{
		ID: "01930a3e-7c00-7abc-8def-0123456789aa", Device: "may-0", Seq: 1, At: tx.Now.UnixMilli(), Call: 1, Member: rows[len(rows)-1].MemberKey,
		State: attendance.Present, Source: "qr",
	}}); err != nil {
		return err
	}
	_, err = hall.Put(ctx, tx, by, id, hall.Ask{Site: 1, Text: "Biểu mẫu kế hoạch lấy ở đâu?"})
	return err
}

// afterwards opens the papers and a quiz of a conference.
func afterwards(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (string, error) {
	if err := reflection.Write(ctx, tx, by, id, 0, reflection.Set{
		Asks: "invited", Takes: "both", Most: 1000, LastDay: vn.DayOf(tx.Now), Rule: "pass", Graders: "both", Questions: []string{"Nội dung là gì?"},
	}); err != nil {
		return "", err
	}
	if err := reflection.Open(ctx, tx, by, id, 1); err != nil {
		return "", err
	}
	b, err := quiz.MakeBank(ctx, tx, by, "Bộ câu hỏi")
	if err != nil {
		return "", err
	}
	if err := quiz.Add(ctx, tx, by, b.ID, 0, quiz.Question{Text: "Một?", Options: []string{"a", "b"}, Correct: 1, Points: 1}); err != nil {
		return "", err
	}
	sub, err := subjects().Find(ctx, tx, by, "conference", id)
	if err != nil {
		return "", err
	}
	q, err := quiz.Make(ctx, tx, by, sub, quiz.Quiz{Title: "Trắc nghiệm", Bank: b.ID, Number: 1, Minutes: 5, Attempts: 1, Opens: tx.Now, Closes: tx.Now.Add(time.Hour)})
	if err != nil {
		return "", err
	}
	return q.ID, subjects().Open(ctx, tx, by, sub, q.ID, 1)
}

// MetricsToken sets the token by which the metrics are read from elsewhere.
func (h *TestHouse) MetricsToken(token string) { h.h.metrics.token = token }

// Disable disables a login.
func (h *TestHouse) Disable(t testing.TB, login string) {
	t.Helper()
	by, err := account.ByToken(t.Context(), h.h.db, h.Token(t, "quantri"), "")
	if err != nil {
		t.Fatal(err)
	}
	a, err := account.ByToken(t.Context(), h.h.db, h.Token(t, login), "")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Write(t, h.h.db, func(ctx context.Context, tx *db.Tx) error { return account.Disable(ctx, tx, by, a.Login) })
}

// Ask has the clerk of the bloc make a form of items "item_1" and on, each from 0
// to 100.000 and the first of them needed, and open a period of it.
func (h *TestHouse) Ask(t testing.TB, items int) (id, period string) {
	t.Helper()
	return h.ask(t, items, form.None)
}

// AskSigned is Ask of a form whose returns are signed and accepted; unit 08 has
// submitted its own.
func (h *TestHouse) AskSigned(t testing.TB) (period string) {
	t.Helper()
	_, period = h.ask(t, 2, form.Second)
	by, err := account.ByToken(t.Context(), h.h.db, h.Token(t, "donvi08"), "")
	if err != nil || !by.Known() {
		t.Fatalf("the secretary of unit 08 is %+v, %v", by, err)
	}
	dbtest.Write(t, h.h.db, func(ctx context.Context, tx *db.Tx) error {
		_, err := signing.Submit(ctx, tx, by, period, "tccs-08", filing.Entry{Figures: filing.Figures{"item_1": 3}, Texts: filing.Texts{"words": "Đủ."}})
		return err
	})
	return period
}

func (h *TestHouse) ask(t testing.TB, items int, steps form.Steps) (id, period string) {
	t.Helper()
	by, err := account.ByToken(t.Context(), h.h.db, h.Token(t, "vanthu"), "")
	if err != nil || !by.Known() {
		t.Fatalf("the clerk of the bloc is %+v, %v", by, err)
	}
	dbtest.Write(t, h.h.db, func(ctx context.Context, tx *db.Tx) error {
		f := form.Form{Title: "Số liệu tháng", Asks: form.Leaf, Steps: steps}
		for n := range items {
			f.Items = append(f.Items, form.Item{Label: fmt.Sprint("Mục ", n+1), Word: "người", Needed: n == 0, High: 100_000})
		}
		if steps != form.None {
			f.Items = append(f.Items, form.Item{Key: "words", Label: "Kết quả", Kind: form.Text})
		}
		f, err := form.Make(ctx, tx, by, f)
		if err != nil {
			return err
		}
		if err := form.Open(ctx, tx, by, f.ID, f.Version); err != nil {
			return err
		}
		p, err := filing.OpenPeriod(ctx, tx, by, f.ID, filing.Period{Name: "Tháng 10/2020", From: "2020-10-01", To: "2020-11-01", LastDay: "2020-11-05"})
		id, period = f.ID, p.ID
		return err
	})
	return id, period
}
