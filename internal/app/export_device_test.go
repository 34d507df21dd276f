package app

import (
	"context"
	"math/rand/v2"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/pass"
	"nhipcau/internal/world"
)

// Codes returns the codes on the badges of the people of a gathering, by their keys.
func (g *Gathering) Codes(t testing.TB) map[string]string {
	t.Helper()
	var c pass.Coder
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = pass.NewCoder(ctx, tx, g.ID)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for i, k := range g.Members {
		all[k] = c.Member(g.IDs[i])
	}
	return all
}

// Rename gives the people of a gathering names and keys like those of real ones.
func (g *Gathering) Rename(t testing.TB, r *rand.Rand) {
	t.Helper()
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for i, id := range g.IDs {
			g.Members[i] = db.NewKey()
			if err := tx.Exec(ctx, `UPDATE member SET key = $1, name = $2 WHERE id = $3`, g.Members[i], world.Name(r), id); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
