package draft

import (
	"context"
	"encoding/json"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/prose"
)

func scanText(r db.Scanner) (t Text, err error) {
	var raw string
	if err := r.Scan(&t.N, &raw, &t.Actor, &t.Name, db.At(&t.At)); err != nil {
		return t, err
	}
	return t, json.Unmarshal([]byte(raw), &t.Doc)
}

const texts = `SELECT t.n, t.text, t.actor, t.actor_name, t.at FROM draft_text t JOIN draft d ON d.kind = t.kind AND d.id = t.id WHERE d.kind = $1 AND d.id = $2`

func standing(ctx context.Context, tx *db.Tx, of Of) (Text, bool, error) {
	all, err := db.All(ctx, tx, scanText, texts+` AND t.n = d.n`, of.Kind, of.ID)
	if err != nil || len(all) == 0 {
		return Text{}, false, err
	}
	return all[0], true, nil
}

// History returns the texts that were saved, the newest first, at most limit and
// without their words.
func History(ctx context.Context, tx *db.Tx, s Subject, limit int) ([]Text, error) {
	return db.All(ctx, tx, func(r db.Scanner) (t Text, err error) {
		return t, r.Scan(&t.N, &t.Actor, &t.Name, db.At(&t.At))
	}, `SELECT n, actor, actor_name, at FROM draft_text WHERE kind = $1 AND id = $2 ORDER BY n DESC LIMIT $3`, s.Kind, s.ID, limit)
}

// TextOf returns the text that was saved as n.
func TextOf(ctx context.Context, tx *db.Tx, s Subject, n int64) (Text, error) {
	all, err := db.All(ctx, tx, scanText, texts+` AND t.n = $3`, s.Kind, s.ID, n)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	if err != nil {
		return Text{}, err
	}
	return all[0], nil
}

// insertText makes a text the one that stands. It takes the place of the one before
// if that is of the same person and sitting, and the new one is not to stand apart.
func insertText(ctx context.Context, tx *db.Tx, by auth.Actor, of Of, text string, apart bool) error {
	if err := tx.Exec(ctx, `INSERT INTO draft (kind, id, n, begun_at) VALUES ($1, $2, 0, $3) ON CONFLICT (kind, id) DO NOTHING`, of.Kind, of.ID, tx.Now); err != nil {
		return err
	}
	since := tx.Now.Add(-sitting)
	if apart {
		since = tx.Now.Add(sitting) // none has begun yet
	}
	n, err := tx.ExecN(ctx, `
		UPDATE draft_text SET n = n + 1, text = $1, at = $2
		WHERE kind = $3 AND id = $4 AND n = (SELECT d.n FROM draft d WHERE d.kind = $3 AND d.id = $4) AND actor = $5 AND begun_at > $6
		AND NOT EXISTS (SELECT 1 FROM draft_version v WHERE v.kind = $3 AND v.id = $4 AND v.n = draft_text.n)`,
		text, tx.Now, of.Kind, of.ID, by.Login, since)
	if err != nil {
		return err
	}
	if n == 0 {
		if err := tx.Exec(ctx, `
			INSERT INTO draft_text (kind, id, n, text, actor, actor_name, begun_at, at)
			SELECT kind, id, n + 1, $3, $4, $5, $6, $6 FROM draft WHERE kind = $1 AND id = $2`,
			of.Kind, of.ID, text, by.Login, by.Name, tx.Now); err != nil {
			return err
		}
	}
	return tx.Exec(ctx, `UPDATE draft SET n = n + 1 WHERE kind = $1 AND id = $2`, of.Kind, of.ID)
}

const versions = `SELECT v, note, n, hash, actor_name, at, text FROM draft_version WHERE kind = $1 AND id = $2`

func scanVersion(r db.Scanner) (v Version, err error) {
	var raw string
	if err := r.Scan(&v.V, &v.Note, &v.N, &v.Hash, &v.Name, db.At(&v.At), &raw); err != nil {
		return v, err
	}
	v.Whole = sum([]byte(raw)) == v.Hash
	return v, json.Unmarshal([]byte(raw), &v.Doc)
}

// Versions returns the versions of a draft, the newest first.
func Versions(ctx context.Context, tx *db.Tx, s Subject) ([]Version, error) {
	return db.All(ctx, tx, scanVersion, versions+` ORDER BY v DESC`, s.Kind, s.ID)
}

// VersionOf returns a version.
func VersionOf(ctx context.Context, tx *db.Tx, s Subject, v int64) (Version, error) {
	all, err := db.All(ctx, tx, scanVersion, versions+` AND v = $3`, s.Kind, s.ID, v)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	if err != nil {
		return Version{}, err
	}
	return all[0], nil
}

func lastVersion(ctx context.Context, tx *db.Tx, of Of) (Version, error) {
	all, err := db.All(ctx, tx, scanVersion, versions+` ORDER BY v DESC LIMIT 1`, of.Kind, of.ID)
	if err != nil || len(all) == 0 {
		return Version{}, err
	}
	return all[0], nil
}

func insertVersion(ctx context.Context, tx *db.Tx, by auth.Actor, of Of, v Version, text string) error {
	return tx.Exec(ctx, `
		INSERT INTO draft_version (kind, id, v, note, n, text, hash, actor, actor_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		of.Kind, of.ID, v.V, v.Note, v.N, text, v.Hash, by.Login, by.Name, tx.Now)
}

func insertAside(ctx context.Context, tx *db.Tx, by auth.Actor, of Of, base, text string) error {
	return tx.Exec(ctx, `
		INSERT INTO draft_aside (kind, id, login, text, base, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (kind, id, login) DO UPDATE SET text = excluded.text, base = excluded.base, at = excluded.at`,
		of.Kind, of.ID, by.Login, text, base, tx.Now)
}

func aside(ctx context.Context, tx *db.Tx, of Of, login string) (Kept, bool, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (k Kept, err error) {
		var raw, base string
		if err := r.Scan(&raw, &base, db.At(&k.At)); err != nil {
			return k, err
		}
		k.Base = prose.ParseBase(base)
		return k, json.Unmarshal([]byte(raw), &k.Doc)
	}, `SELECT text, base, at FROM draft_aside WHERE kind = $1 AND id = $2 AND login = $3`, of.Kind, of.ID, login)
	if err != nil || len(all) == 0 {
		return Kept{}, false, err
	}
	return all[0], true, nil
}

func dropAside(ctx context.Context, tx *db.Tx, of Of, login string) error {
	return tx.Exec(ctx, `DELETE FROM draft_aside WHERE kind = $1 AND id = $2 AND login = $3`, of.Kind, of.ID, login)
}

// present is how long somebody is said to have the editor open after they said so.
const present = time.Minute

// enter notes that by has the editor open.
func enter(ctx context.Context, tx *db.Tx, by auth.Actor, of Of) error {
	return tx.Exec(ctx, `
		INSERT INTO draft_editor (kind, id, login, name, at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (kind, id, login) DO UPDATE SET at = excluded.at, name = excluded.name`, of.Kind, of.ID, by.Login, by.Name, tx.Now)
}

func leave(ctx context.Context, tx *db.Tx, login string, of Of) error {
	return tx.Exec(ctx, `DELETE FROM draft_editor WHERE kind = $1 AND id = $2 AND login = $3`, of.Kind, of.ID, login)
}

// editors returns who has the editor open, by login.
func editors(ctx context.Context, tx *db.Tx, of Of) (names []string, err error) {
	return db.All(ctx, tx, func(r db.Scanner) (name string, err error) { return name, r.Scan(&name) },
		`SELECT name FROM draft_editor WHERE kind = $1 AND id = $2 AND at > $3 ORDER BY login`, of.Kind, of.ID, tx.Now.Add(-present))
}
