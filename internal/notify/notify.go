// Package notify puts notices before people in the product itself. A notice is
// a message key and its arguments, so each reads it in their own language.
package notify

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Notice is one thing somebody should know.
type Notice struct {
	ID      string
	Account string
	Key     string
	Args    []string
	Link    string // path of the page it is about
	At      time.Time
	ReadAt  time.Time // zero while unread
}

// Send puts a notice before an account in the transaction of the deed.
func Send(ctx context.Context, tx *db.Tx, n Notice) error {
	args, err := json.Marshal(n.Args)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO notice (id, account, key, args, link, at, seq) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		db.NewKey(), n.Account, n.Key, string(args), n.Link, tx.Now, tx.NewID())
}

// ToUnit puts a notice before everybody who holds one of roles in the unit
// itself today, and returns how many they are.
func ToUnit(ctx context.Context, tx *db.Tx, unit int64, roles []auth.Role, key string, args []string, link string) (int, error) {
	heirs, err := heirsOf(ctx, tx, []int64{unit})
	if err != nil {
		return 0, err
	}
	if heir, ok := heirs[unit]; ok {
		unit = heir
	}
	q, list := `SELECT DISTINCT g.account FROM account_grant g JOIN account a ON a.id = g.account
		WHERE g.unit = $1 AND g.revoked_at IS NULL AND a.disabled_at IS NULL AND g.from_day <= $2 AND (g.to_day = '' OR g.to_day > $2) AND g.role IN (`,
		[]any{unit, vn.DayOf(tx.Now)}
	for i, r := range roles {
		if i > 0 {
			q += ", "
		}
		list = append(list, r)
		q += db.Arg(len(list))
	}
	accounts, err := db.All(ctx, tx, func(r db.Scanner) (a string, err error) { return a, r.Scan(&a) }, q+`) ORDER BY g.account`, list...)
	if err != nil {
		return 0, err
	}
	for _, a := range accounts {
		if err := Send(ctx, tx, Notice{Account: a, Key: key, Args: args, Link: link}); err != nil {
			return 0, err
		}
	}
	return len(accounts), nil
}

// A Word is what a notice says to the people of one unit.
type Word struct {
	Unit int64
	Args []string
	Link string
}

// ToUnits puts a notice before everybody who holds one of roles in the unit itself
// of each word today. Most units of a nation have no logins: what has none costs
// next to nothing.
func ToUnits(ctx context.Context, tx *db.Tx, roles []auth.Role, key string, words []Word) error {
	units := make([]int64, len(words))
	for i, w := range words {
		units[i] = w.Unit
	}
	heirs, err := heirsOf(ctx, tx, units)
	if err != nil {
		return err
	}
	to := func(unit int64) int64 {
		if heir, ok := heirs[unit]; ok {
			return heir
		}
		return unit
	}
	for i, u := range units {
		units[i] = to(u)
	}
	args, held := []any{vn.DayOf(tx.Now)}, make([]string, len(roles))
	for i, r := range roles {
		args = append(args, r)
		held[i] = db.Arg(len(args))
	}
	who := map[int64][]string{}
	for in, list := range db.In(units, args...) {
		if err := db.Each(ctx, tx, `SELECT DISTINCT g.unit, g.account FROM account_grant g JOIN account a ON a.id = g.account
			WHERE g.revoked_at IS NULL AND a.disabled_at IS NULL AND g.from_day <= $1 AND (g.to_day = '' OR g.to_day > $1)
			AND g.role IN (`+strings.Join(held, ", ")+`) AND g.unit `+in+` ORDER BY g.unit, g.account`, list, func(r db.Scanner) error {
			var unit int64
			var account string
			err := r.Scan(&unit, &account)
			who[unit] = append(who[unit], account)
			return err
		}); err != nil {
			return err
		}
	}
	for _, w := range words {
		for _, a := range who[to(w.Unit)] {
			if err := Send(ctx, tx, Notice{Account: a, Key: key, Args: w.Args, Link: w.Link}); err != nil {
				return err
			}
		}
	}
	return nil
}

// heirsOf returns, of units that have ended, those which took over their work: what
// is said to a unit is for who answers for it.
func heirsOf(ctx context.Context, tx *db.Tx, units []int64) (map[int64]int64, error) {
	all, at := map[int64]int64{}, map[int64][]int64{} // at: which of units a unit stands for
	for _, u := range units {
		at[u] = append(at[u], u)
	}
	for len(units) > 0 {
		next := map[int64][]int64{}
		for in, args := range db.In(units) {
			if err := db.Each(ctx, tx, `SELECT l.old_unit, l.new_unit FROM lineage l
				JOIN reform f ON f.id = l.reform AND f.applied_at IS NOT NULL AND f.undone_at IS NULL
				WHERE l.keeper = 1 AND l.new_unit <> l.old_unit
				AND NOT EXISTS (SELECT 1 FROM unit_edge e WHERE e.tree = f.tree AND e.unit = l.old_unit AND e.to_day = '')
				AND l.old_unit `+in+` ORDER BY l.old_unit, l.reform`, args, func(r db.Scanner) error {
				var old, heir int64
				err := r.Scan(&old, &heir)
				for _, u := range at[old] {
					all[u] = heir
				}
				next[heir] = append(next[heir], at[old]...)
				return err
			}); err != nil {
				return nil, err
			}
		}
		units, at = slices.Collect(maps.Keys(next)), next
	}
	return all, nil
}

// Unread returns how many notices by has not read.
func Unread(ctx context.Context, tx *db.Tx, by auth.Actor) (n int, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM notice WHERE account = $1 AND read_at IS NULL`, []any{by.Login}, &n)
	return n, err
}

// List returns by's notices, the newest first, at most limit after offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, offset, limit int) ([]Notice, error) {
	return db.All(ctx, tx, scan, `SELECT `+columns+` FROM notice WHERE account = $1 ORDER BY seq DESC LIMIT $2 OFFSET $3`, by.Login, limit, offset)
}

const columns = `id, account, key, args, link, at, read_at`

func scan(r db.Scanner) (n Notice, err error) {
	var args string
	if err := r.Scan(&n.ID, &n.Account, &n.Key, &args, &n.Link, db.At(&n.At), db.At(&n.ReadAt)); err != nil {
		return n, err
	}
	return n, json.Unmarshal([]byte(args), &n.Args)
}

// MarkRead notes that by has read a notice; one that is not by's is NotFound.
func MarkRead(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	n, err := tx.ExecN(ctx, `UPDATE notice SET read_at = coalesce(read_at, $1) WHERE id = $2 AND account = $3`, tx.Now, id, by.Login)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return err
}

// MarkAllRead notes that by has read everything.
func MarkAllRead(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	return tx.Exec(ctx, `UPDATE notice SET read_at = $1 WHERE account = $2 AND read_at IS NULL`, tx.Now, by.Login)
}

// Take returns the oldest notices that were never taken, at most limit, and
// notes that they now are: what sends them on by another way takes each once.
func Take(ctx context.Context, tx *db.Tx, limit int) ([]Notice, error) {
	all, err := db.All(ctx, tx, scan, `SELECT `+columns+` FROM notice WHERE taken_at IS NULL ORDER BY seq LIMIT $1`+tx.ForUpdateSkipLocked(), limit)
	if err != nil {
		return nil, err
	}
	for _, n := range all {
		if err := tx.Exec(ctx, `UPDATE notice SET taken_at = $1 WHERE id = $2`, tx.Now, n.ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}
