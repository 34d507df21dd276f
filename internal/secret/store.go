// Package secret keeps the random keys of an installation: what codes on badges are
// made with, what lists for devices are signed with. They are made when first asked
// for, stand in the database, and go with its backup, so that paper printed before a
// restore is still good after it.
package secret

import (
	"context"
	"crypto/rand"
	"encoding/base64"

	"nhipcau/internal/db"
)

// Size is the length of a key in bytes.
const Size = 32

// Key returns the key with a name. It makes it if there is none, so it needs a
// transaction that writes the first time; Find is for those that only read.
func Key(ctx context.Context, tx *db.Tx, name string) ([]byte, error) {
	key, err := Find(ctx, tx, name)
	if err != nil || key != nil {
		return key, err
	}
	key = make([]byte, Size)
	rand.Read(key)
	if err := tx.Exec(ctx, `INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, base64.StdEncoding.EncodeToString(key)); err != nil {
		return nil, err
	}
	return Find(ctx, tx, name)
}

// Find returns the key with a name, nil if none has been made.
func Find(ctx context.Context, tx *db.Tx, name string) ([]byte, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) }, `SELECT value FROM secret WHERE name = $1`, name)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(all[0])
}
