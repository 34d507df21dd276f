package device

import (
	"context"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// asides returns what is set aside at a site, those about which it was decided or the
// others, the last first; only those with an id, or set aside for a reason, if one is given.
func asides(ctx context.Context, tx *db.Tx, conference string, site int64, id, why string, decided bool, limit int) ([]Apart, error) {
	return db.All(ctx, tx, func(r db.Scanner) (a Apart, err error) {
		err = r.Scan(&a.ID, &a.Body, &a.Why, &a.ActorName, db.At(&a.At), &a.Decision, &a.Result, &a.DecidedBy, db.At(&a.DecidedAt))
		a.parse()
		return a, err
	}, `SELECT a.id, a.body, a.why, a.actor_name, a.at, coalesce(d.decision, ''), coalesce(d.result, ''), coalesce(d.actor_name, ''), d.at
		FROM attendance_aside a LEFT JOIN device_decision d ON d.occasion = a.occasion AND d.site = a.site AND d.id = a.id AND d.body = a.body
		WHERE a.occasion = $1 AND a.site = $2 AND ($3 = '' OR a.id = $3) AND CASE WHEN d.id IS NULL THEN 0 ELSE 1 END = $4
		AND ($5 = '' OR a.why = $5)
		ORDER BY a.at DESC, a.id, a.body LIMIT $6`, conference, site, id, decided, why, limit)
}

func decide(ctx context.Context, tx *db.Tx, by auth.Actor, conference string, site int64, a Apart, decision string, result attendance.Result) error {
	return tx.Exec(ctx, `INSERT INTO device_decision (occasion, site, id, body, decision, result, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		conference, site, a.ID, a.Body, decision, string(result), by.Login, by.Name, tx.Now)
}

// namesOf returns the names of members by their keys.
func namesOf(ctx context.Context, tx *db.Tx, keys []string) (map[string]string, error) {
	type named struct{ key, name string }
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (n named, err error) { return n, r.Scan(&n.key, &n.name) }, `SELECT m.key, m.name FROM member m WHERE m.key IN`, keys)
	names := make(map[string]string, len(all))
	for _, n := range all {
		names[n.key] = n.name
	}
	return names, err
}

// states returns the state of a conference and that of a site of it.
func states(ctx context.Context, tx *db.Tx, conference string, site int64) (held, at string, err error) {
	err = tx.One(ctx, `SELECT c.state, s.state FROM conference c JOIN site s ON s.conference = c.id WHERE c.id = $1 AND s.n = $2`, []any{conference, site}, &held, &at)
	return held, at, err
}
