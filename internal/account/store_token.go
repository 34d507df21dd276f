package account

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

func insertToken(ctx context.Context, tx *db.Tx, account, name, hashed string, until time.Time) error {
	return tx.Exec(ctx, `INSERT INTO api_token (id, hash, account, name, made_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		db.NewKey(), hashed, account, name, tx.Now, until)
}

// Tokens returns by's own tokens that last, the newest first.
func Tokens(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Token, error) {
	return db.All(ctx, tx, func(r db.Scanner) (t Token, err error) {
		return t, r.Scan(&t.ID, &t.Name, db.At(&t.Made), db.At(&t.Used), db.At(&t.Expires))
	}, `SELECT id, name, made_at, used_at, expires_at FROM api_token
		WHERE account = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2) ORDER BY made_at DESC, id`, by.Login, tx.Now)
}

func revokeToken(ctx context.Context, tx *db.Tx, account, id string) error {
	n, err := tx.ExecN(ctx, `UPDATE api_token SET revoked_at = $1 WHERE id = $2 AND account = $3 AND revoked_at IS NULL`, tx.Now, id, account)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return err
}

// replaceUnused ends the tokens of a name that were never used.
func replaceUnused(ctx context.Context, tx *db.Tx, account, name string) error {
	return tx.Exec(ctx, `UPDATE api_token SET revoked_at = $1 WHERE account = $2 AND name = $3 AND used_at IS NULL AND revoked_at IS NULL`, tx.Now, account, name)
}

func revokeTokens(ctx context.Context, tx *db.Tx, account string) error {
	return tx.Exec(ctx, `UPDATE api_token SET revoked_at = $1 WHERE account = $2 AND revoked_at IS NULL`, tx.Now, account)
}

type tokenRow struct {
	id, account, name string
	member            int64
	used              time.Time
}

func tokenByHash(ctx context.Context, tx *db.Tx, hashed string) (t tokenRow, err error) {
	err = tx.One(ctx, `SELECT t.id, t.account, a.name, coalesce(a.member, 0), t.used_at FROM api_token t JOIN account a ON a.id = t.account
		WHERE t.hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) AND a.disabled_at IS NULL`,
		[]any{hashed, tx.Now}, &t.id, &t.account, &t.name, &t.member, db.At(&t.used))
	return t, err
}

func touchToken(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Exec(ctx, `UPDATE api_token SET used_at = $1 WHERE id = $2`, tx.Now, id)
}
