package app

import (
	"context"
	"testing"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/report"
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
type Prepared struct{ Conference, Report string }

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
		r, err := report.Begin(ctx, tx, by, rollout)
		p = Prepared{c.ID, r.ID}
		return err
	})
	return p
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
