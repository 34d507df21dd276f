package db

import "testing"

func TestBare(t *testing.T) {
	for q, want := range map[string]string{
		`SELECT 1`:                     `SELECT 1`,
		`SELECT a FROM t WHERE b = $1`: `SELECT a FROM t WHERE b = ?`,
		`VALUES ($1, $2), ($3, $4)`:    `VALUES (?, ?), (?, ?)`,
		`VALUES ($1, '$2', $2)`:        `VALUES (?, '$2', ?)`,
		`VALUES ($1, 'it''s $2', $2)`:  `VALUES (?, 'it''s $2', ?)`,
		`SELECT "$1", $1`:              `SELECT "$1", ?`,
		`SELECT $2, $1`:                `SELECT $2, $1`,
		`SELECT $1, $1`:                `SELECT $1, $1`,
		`SELECT $1, $3`:                `SELECT $1, $3`,
		`SELECT $1, '$2`:               `SELECT $1, '$2`,
		"SELECT $1 -- its $2\n, $2":    "SELECT $1 -- its $2\n, $2",
		`SELECT $1 /* $2 */, $2`:       `SELECT $1 /* $2 */, $2`,
		`SELECT $1, ?`:                 `SELECT $1, ?`,
		`SELECT $1; SELECT $2`:         `SELECT $1; SELECT $2`,
		`SELECT $01`:                   `SELECT $01`,
		`SELECT $`:                     `SELECT $`,
		`($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`: `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	} {
		if got := bare(q); got != want {
			t.Errorf("%s: got %s, want %s", q, got, want)
		}
	}
}

func TestUnpeeked(t *testing.T) {
	for q, want := range map[string]string{
		`SELECT a FROM t ORDER BY a LIMIT ?`:  `SELECT a FROM t ORDER BY a LIMIT ?+0`,
		`(SELECT a FROM t LIMIT $12) x`:       `(SELECT a FROM t LIMIT $12+0) x`,
		`SELECT a FROM t LIMIT 1`:             `SELECT a FROM t LIMIT 1`,
		`SELECT unlimited FROM t WHERE b = ?`: `SELECT unlimited FROM t WHERE b = ?`,
		`SELECT a FROM t LIMIT $1 OFFSET $2`:  `SELECT a FROM t LIMIT $1+0 OFFSET $2`,
	} {
		if got := unpeeked(q); got != want {
			t.Errorf("%s: got %s, want %s", q, got, want)
		}
	}
}
