package app

import (
	"context"
	"testing"

	"nhipcau/internal/attendance"
	"nhipcau/internal/db"
)

// Codes returns the codes on the badges of the people of a gathering, by their keys.
func (g *Gathering) Codes(t testing.TB) map[string]string {
	t.Helper()
	var c attendance.Coder
	if err := g.house.h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = attendance.NewCoder(ctx, tx, g.ID)
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
