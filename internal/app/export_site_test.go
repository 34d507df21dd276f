package app

import (
	"context"
	"fmt"
	"testing"

	"nhipcau/internal/db"
)

// Join gives a gathering a site in each of its units that has none under it, of which
// every third has joined and every fourth is not checked.
func (g *Gathering) Join(t testing.TB) (sites int) {
	t.Helper()
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		type place struct {
			unit int64
			path string
		}
		all, err := db.All(ctx, tx, func(r db.Scanner) (p place, err error) { return p, r.Scan(&p.unit, &p.path) },
			`SELECT p.unit, p.path FROM place p JOIN unit u ON u.id = p.unit WHERE u.key LIKE 'q-%' ORDER BY p.path`)
		if err != nil {
			return err
		}
		branches := map[string]int64{}
		var low []place
		for i, p := range all {
			if i == len(all)-1 || len(all[i+1].path) <= len(p.path) {
				low = append(low, p)
			}
			branches[p.path] = p.unit
		}
		sites = len(low)
		return db.InsertMany(ctx, tx, `INSERT INTO site (conference, n, unit, branch, name, fold, address, capacity, contact, phone, checks, state, entered_name, entered_at, version) VALUES`,
			len(low), func(i int) []any {
				parts := 0
				top := low[i].path
				for j := range top {
					if top[j] == '/' {
						if parts++; parts == 3 {
							top = top[:j+1]
							break
						}
					}
				}
				state, checks := "ready", int64(31)
				if i%3 == 0 {
					state = "joined"
				}
				if i%4 == 0 {
					checks = 7
				}
				return []any{
					g.ID, i + 2, low[i].unit, branches[top], fmt.Sprintf("Nhà văn hóa thôn %d", i), fmt.Sprintf("nha van hoa thon %d", i), "", 100, "", "", checks, state, "", 0, 1,
				}
			})
	}); err != nil {
		t.Fatal(err)
	}
	// As the server does by itself after so many rows.
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, `ANALYZE`) }); err != nil {
		t.Fatal(err)
	}
	return sites
}
