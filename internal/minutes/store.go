package minutes

import (
	"context"
	"encoding/json"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

func begin(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Exec(ctx, `INSERT INTO minutes (conference, n, begun_at) VALUES ($1, 1, $2)`, id, tx.Now)
}

func next(ctx context.Context, tx *db.Tx, id string, n int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE minutes SET n = n + 1 WHERE conference = $1 AND n = $2`, id, n))
}

func insertText(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, sections []Section, reason string) error {
	b, err := json.Marshal(sections)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO minutes_text (conference, n, sections, actor, actor_name, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, n, string(b), by.Login, by.Name, reason, tx.Now)
}

func insertSignature(ctx context.Context, tx *db.Tx, by auth.Actor, id string, s Signature) error {
	return tx.Exec(ctx, `
		INSERT INTO minutes_signature (conference, n, part, actor, actor_name, office, mark, sites, joined, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, id, s.n, s.Part, by.Login, by.Name, s.Office, s.mark, s.sites, s.joined, tx.Now)
}

// memberOf returns whose an account is, 0 if it is of no member.
func memberOf(ctx context.Context, tx *db.Tx, account string) (member int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(member), 0) FROM account WHERE id = $1`, []any{account}, &member)
	return member, err
}

// editions returns the texts of the minutes of a conference with their signatures, the
// newest first; none if none were begun.
func editions(ctx context.Context, tx *db.Tx, id string) (n int64, all []Edition, err error) {
	if err := tx.One(ctx, `SELECT coalesce(max(n), 0) FROM minutes WHERE conference = $1`, []any{id}, &n); err != nil || n == 0 {
		return n, nil, err
	}
	all, err = db.All(ctx, tx, func(r db.Scanner) (e Edition, err error) {
		var sections string
		if err := r.Scan(&e.N, &sections, &e.login, &e.Who, &e.Reason, db.At(&e.At)); err != nil {
			return e, err
		}
		return e, json.Unmarshal([]byte(sections), &e.sections)
	}, `SELECT n, sections, actor, actor_name, reason, at FROM minutes_text WHERE conference = $1 ORDER BY n DESC`, id)
	if err != nil {
		return n, nil, err
	}
	signed, err := db.All(ctx, tx, func(r db.Scanner) (s Signature, err error) {
		return s, r.Scan(&s.n, &s.Part, &s.Login, &s.Name, &s.Office, &s.mark, &s.sites, &s.joined, db.At(&s.At))
	}, `SELECT n, part, actor, actor_name, office, mark, sites, joined, at FROM minutes_signature WHERE conference = $1 ORDER BY n, part DESC`, id) // taker, then chair
	for _, s := range signed {
		for i := range all {
			if all[i].N == s.n {
				all[i].Signatures = append(all[i].Signatures, s)
			}
		}
	}
	return n, all, err
}

// Signed says which of some conferences have minutes that their chair has signed.
func Signed(ctx context.Context, tx *db.Tx, conferences []string) (map[string]bool, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) },
		`SELECT m.conference FROM minutes m JOIN minutes_signature s ON s.conference = m.conference AND s.n = m.n AND s.part = 'chair' WHERE m.conference IN`, conferences)
	signed := make(map[string]bool, len(all))
	for _, id := range all {
		signed[id] = true
	}
	return signed, err
}

// Signatures returns how many have signed the minutes of a conference as they stand.
func Signatures(ctx context.Context, tx *db.Tx, conference string) (n int64, err error) {
	return n, tx.One(ctx, `SELECT count(*) FROM minutes m JOIN minutes_signature s ON s.conference = m.conference AND s.n = m.n WHERE m.conference = $1`, []any{conference}, &n)
}
