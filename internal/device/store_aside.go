package device

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// insertAside sets a fact aside at a site, once however often it comes; fresh is 1 if
// it was not there.
func insertAside(ctx context.Context, tx *db.Tx, by auth.Actor, conference string, site int64, n noted, why string) (fresh int64, err error) {
	body, err := n.body()
	if err != nil {
		return 0, err
	}
	return tx.ExecN(ctx, `INSERT INTO attendance_aside (occasion, id, body, site, why, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (occasion, site, id, body) DO NOTHING`, conference, n.ID, body, site, why, by.Login, by.Name, tx.Now)
}

// states returns the state of a conference and that of a site of it.
func states(ctx context.Context, tx *db.Tx, conference string, site int64) (held, at string, err error) {
	err = tx.One(ctx, `SELECT c.state, s.state FROM conference c JOIN site s ON s.conference = c.id WHERE c.id = $1 AND s.n = $2`, []any{conference, site}, &held, &at)
	return held, at, err
}
