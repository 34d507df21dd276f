package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
	"nhipcau/internal/world"
)

// A Gathering is a conference with many people on its roll.
type Gathering struct {
	ID      string
	Sheet   int64
	Members []string // keys, a unit's together
	IDs     []int64
	Homes   []int64
	house   *TestHouse
}

// Gather makes a conference of the bloc of many new units, each with some members,
// all on the roll, and one site.
func (h *TestHouse) Gather(t testing.TB, units int, each func(unit int) int) *Gathering {
	t.Helper()
	by, err := account.ByToken(t.Context(), h.h.db, h.Token(t, "bikhu"), "")
	if err != nil || !by.Known() {
		t.Fatalf("%+v, %v", by, err)
	}
	g := &Gathering{house: h}
	write := func(f db.Work) {
		t.Helper()
		if err := h.h.db.Write(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	write(func(ctx context.Context, tx *db.Tx) error { return g.plant(ctx, tx, by, units, each) })
	var c conference.Conference
	write(func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = conference.Enter(ctx, tx, by, conference.Form{Title: "Toàn quốc", Sort: "main", Mode: "hybrid", Day: vn.DayOf(tx.Now), Units: []string{"tccs-01"}}); err != nil {
			return err
		}
		if _, err = conference.Convene(ctx, tx, by, c.ID, c.Version); err != nil {
			return err
		}
		c, err = conference.Get(ctx, tx, by, c.ID)
		return err
	})
	g.ID, g.Sheet = c.ID, c.Sheet
	write(func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Exec(ctx, `INSERT INTO site (conference, n, unit, name, fold, address, capacity, contact, phone, state, entered_name, entered_at, version)
			VALUES ($1, 1, $2, 'Một', 'mot', '', 0, '', '', 'joined', '', 0, 1)`, c.ID, by.Unit); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `UPDATE occasion SET people = people + $1 WHERE id = $2`, len(g.IDs), c.ID); err != nil {
			return err
		}
		return db.InsertMany(ctx, tx, `INSERT INTO attendance (occasion, member, unit, site, state, reason, actor, actor_name, at, version) VALUES`, len(g.IDs), func(i int) []any {
			return []any{c.ID, g.IDs[i], g.Homes[i], 1, "invited", "", "", "", 0, 1}
		})
	})
	return g
}

// plant makes units in three levels under by's, and their members.
func (g *Gathering) plant(ctx context.Context, tx *db.Tx, by auth.Actor, units int, each func(unit int) int) error {
	*g = Gathering{house: g.house}
	type unit struct {
		id, parent int64
		path       string
	}
	provinces, communes := 34, max(1, units/34/40)
	var all []unit
	add := func(above unit) unit {
		u := unit{tx.NewID(), above.id, ""}
		u.path = above.path + fmt.Sprintf("%x/", u.id)
		all = append(all, u)
		return u
	}
	var low []unit
	top := unit{by.Unit, 0, by.Path}
	for range provinces {
		p := add(top)
		for range communes {
			low = append(low, add(p))
		}
	}
	for i := range units {
		u := add(low[i%len(low)])
		for range each(i) {
			g.IDs, g.Homes = append(g.IDs, tx.NewID()), append(g.Homes, u.id)
			g.Members = append(g.Members, fmt.Sprintf("qg-%07d", len(g.IDs)))
		}
	}
	for _, x := range []struct {
		head string
		n    int
		row  func(i int) []any
	}{
		{`INSERT INTO unit (id, key, phone, sample, created_at, version) VALUES`, len(all), func(i int) []any { return []any{all[i].id, fmt.Sprintf("q-%06d", i), "", 1, 0, 1} }},
		{`INSERT INTO unit_name (unit, from_day, to_day, name, short, fold, sort) VALUES`, len(all), func(i int) []any {
			return []any{all[i].id, "2000-01-01", "", "Đơn vị", "Đơn vị", "don vi", []byte{1}}
		}},
		{`INSERT INTO unit_kind (unit, from_day, to_day, kind) VALUES`, len(all), func(i int) []any { return []any{all[i].id, "2000-01-01", "", "Chi đoàn"} }},
		{`INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) VALUES`, len(all), func(i int) []any {
			return []any{world.Tree, all[i].id, all[i].parent, "2000-01-01", ""}
		}},
		{`INSERT INTO place (tree, unit, path, depth) VALUES`, len(all), func(i int) []any { return []any{world.Tree, all[i].id, all[i].path, 3} }},
		{`INSERT INTO member (id, key, name, fold, sort, phone, email, sample, created_at, version) VALUES`, len(g.IDs), func(i int) []any {
			return []any{g.IDs[i], g.Members[i], "Người", "nguoi", []byte{1}, "", "", 1, 0, 1}
		}},
		{`INSERT INTO membership (id, member, unit, from_day, to_day, recorded_at, ended) VALUES`, len(g.IDs), func(i int) []any {
			return []any{g.IDs[i], g.IDs[i], g.Homes[i], "2000-01-01", "", 0, 0}
		}},
	} {
		if err := db.InsertMany(ctx, tx, x.head, x.n, x.row); err != nil {
			return err
		}
	}
	return tx.Exec(ctx, `UPDATE tree SET changed = changed + 1 WHERE key = $1`, world.Tree)
}

// Raw writes the rows that a batch of check-ins of people at indexes leaves, and
// nothing else, in statements of few rows: what the database alone takes for them.
func (g *Gathering) Raw(t testing.TB, r *rand.Rand, people []int) error {
	return g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		homes := map[int64]bool{}
		for _, i := range people {
			homes[g.Homes[i]] = true
		}
		if err := db.InsertMany(ctx, tx, `INSERT INTO attendance_fact (occasion, id, member, unit, extra, site, state, device, seq, at_ms, offset_ms, source, standing, late, batch, actor, actor_name, at) VALUES`,
			len(people), func(i int) []any {
				return []any{g.ID, UUID(r), g.IDs[people[i]], g.Homes[people[i]], 0, 2, "present", "may-1", 1, 1603150000000, 0, "qr", 2, 0, 1, "x", "Văn thư", tx.Now}
			}); err != nil {
			return err
		}
		for _, i := range people {
			if err := tx.Exec(ctx, `UPDATE attendance SET state = 'present', actor = 'x', actor_name = 'Văn thư', at = $1, version = version + 1 WHERE occasion = $2 AND member = $3`,
				tx.Now, g.ID, g.IDs[i]); err != nil {
				return err
			}
		}
		for u := range homes {
			if err := tx.Exec(ctx, `INSERT INTO tally_post (id, sheet, unit, vector, source_kind, source_id, actor, actor_name, reason, signer, paper, at)
				VALUES ($1, $2, $3, $4, 'checkin', $5, 'x', 'Văn thư', '', '', '', $6)`, tx.NewID(), g.Sheet, u, []byte{1, 2, 3}, g.ID+":2:1", tx.Now); err != nil {
				return err
			}
		}
		return nil
	})
}

// UUID is an id as a device makes it.
func UUID(r *rand.Rand) string {
	return fmt.Sprintf("01930a3e-%04x-7%03x-a%03x-%012x", r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Int64N(1<<48))
}
