package app

import (
	"context"
	"testing"

	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/pass"
	"nhipcau/internal/presence"
	"nhipcau/internal/tally"
	"nhipcau/internal/world"
)

// Port tells the beginning of the story of the city with 56 sites.
func (h *TestHouse) Port() error { return world.Port(h.t.Context(), h.world()) }

// Badges are the codes on the badges of everybody on the roll of a conference, by the
// keys of the people.
func (h *TestHouse) Badges(t testing.TB, id string) map[string]string {
	t.Helper()
	all := map[string]string{}
	if err := h.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		c, err := pass.NewCoder(ctx, tx, id)
		if err != nil {
			return err
		}
		rows, err := presence.Roll(ctx, tx, id)
		for _, r := range rows {
			all[r.MemberKey] = c.Member(r.Member)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// Counted are lanes of the sheet of a conference at the unit with a key, those under
// it included.
func (h *TestHouse) Counted(t testing.TB, id, unit string, lanes ...string) (all []int64) {
	t.Helper()
	if err := h.h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		var sheet, at int64
		if err := tx.One(ctx, `SELECT sheet FROM conference WHERE id = $1`, []any{id}, &sheet); err != nil {
			return err
		}
		if err := tx.One(ctx, `SELECT id FROM unit WHERE key = $1`, []any{unit}, &at); err != nil {
			return err
		}
		v, err := tally.Total(ctx, tx, sheet, at)
		all = nil
		for _, l := range lanes {
			all = append(all, v.Get(conference.Kind().Lane(l)))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}

// Vouched are the keys of those on the roll of a conference who have attended, with how
// many facts that count stand behind each.
func (h *TestHouse) Vouched(t testing.TB, id string) map[string]int {
	t.Helper()
	all := map[string]int{}
	if err := h.h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		rows, err := presence.Roll(ctx, tx, id)
		if err != nil {
			return err
		}
		facts, err := db.All(ctx, tx, func(r db.Scanner) (m int64, err error) { return m, r.Scan(&m) },
			`SELECT member FROM attendance_fact WHERE occasion = $1 AND state = 'present' AND standing IN (1, 4)`, id)
		had := map[int64]int{}
		for _, m := range facts {
			had[m]++
		}
		for _, r := range rows {
			if r.Attended {
				all[r.MemberKey] = had[r.Member]
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return all
}
