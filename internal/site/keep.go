package site

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// Kept returns a site that by may keep, with its conference: for what stands above
// sites and is the business of those who keep them.
func Kept(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (Gathering, Site, error) {
	g, s, err := Get(ctx, tx, by, id, n)
	if err == nil {
		err = mayKeep(by, g, s)
	}
	return g, s, err
}
