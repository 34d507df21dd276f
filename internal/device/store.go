package device

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

const devices = `SELECT d.id, d.conference, d.site, d.name, d.account_name, d.enrolled_at, d.expires_at, d.revoked_at, d.revoked_name, d.reason, d.seen_at,
	d.offset_ms, d.waiting, d.apart, d.account, d.tree, d.unit, d.mac, d.given_at, d.given, d.given_who FROM device d`

func scan(r db.Scanner) (d Device, err error) {
	var ms int64
	err = r.Scan(&d.ID, &d.Conference, &d.Site, &d.Name, &d.AccountName, db.At(&d.Enrolled), db.At(&d.Expires), db.At(&d.Revoked), &d.RevokedName, &d.Reason,
		db.At(&d.Seen), &ms, &d.Waiting, &d.Apart, &d.account, &d.tree, &d.unit, &d.mac, db.At(&d.given.at), &d.given.etag, &d.given.who)
	d.Offset = time.Duration(ms) * time.Millisecond
	return d, err
}

func byHash(ctx context.Context, tx *db.Tx, hash string) (Device, error) {
	return db.First(db.All(ctx, tx, scan, devices+` WHERE d.hash = $1`, hash))
}

// byID returns a device of a site.
func byID(ctx context.Context, tx *db.Tx, conference string, site int64, id string) (Device, error) {
	return db.First(db.All(ctx, tx, scan, devices+` WHERE d.id = $1 AND d.conference = $2 AND d.site = $3`, id, conference, site))
}

func listAt(ctx context.Context, tx *db.Tx, conference string, site int64) ([]Device, error) {
	return db.All(ctx, tx, scan, devices+` WHERE d.conference = $1 AND d.site = $2 ORDER BY d.enrolled_at DESC, d.id LIMIT $3`, conference, site, mostAtSite)
}

func countAt(ctx context.Context, tx *db.Tx, conference string, site int64) (n int, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM device WHERE conference = $1 AND site = $2`, []any{conference, site}, &n)
	return n, err
}

func insert(ctx context.Context, tx *db.Tx, d Device, hash string) error {
	return tx.Exec(ctx, `INSERT INTO device (id, conference, site, name, hash, mac, account, account_name, tree, unit, enrolled_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		d.ID, d.Conference, d.Site, d.Name, hash, d.mac, d.account, d.AccountName, d.tree, d.unit, d.Enrolled, d.Expires)
}

func setRevoked(ctx context.Context, tx *db.Tx, by auth.Actor, id, reason string) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE device SET revoked_at = $1, revoked_name = $2, reason = $3 WHERE id = $4 AND revoked_at IS NULL`, tx.Now, by.Name, reason, id))
}

// touch notes a contact in which a device has told its clock and what it still holds.
func touch(ctx context.Context, tx *db.Tx, id string, offset time.Duration, waiting, apart int64) error {
	return tx.Exec(ctx, `UPDATE device SET seen_at = $1, offset_ms = $2, waiting = $3, apart = apart + $4 WHERE id = $5`,
		tx.Now, offset.Milliseconds(), waiting, apart, id)
}

// see notes a contact.
func see(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Exec(ctx, `UPDATE device SET seen_at = $1 WHERE id = $2`, tx.Now, id)
}

// give notes a contact in which a device was given a list.
func give(ctx context.Context, tx *db.Tx, id string, m marks) error {
	return tx.Exec(ctx, `UPDATE device SET seen_at = $1, given_at = $1, given = $2, given_who = $3 WHERE id = $4`, tx.Now, m.etag, m.who, id)
}

// An offer is what a code stands for.
type offer struct {
	conference    string
	site          int64
	account, name string
	tree, unit    string
}

// insertCode keeps a code; those nobody has used are dropped when they are a day old.
func insertCode(ctx context.Context, tx *db.Tx, by auth.Actor, conference string, site int64, hash string, until time.Time) error {
	if err := tx.Exec(ctx, `DELETE FROM device_code WHERE account = $1 AND expires_at < $2`, by.Login, tx.Now); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO device_code (hash, conference, site, account, account_name, tree, unit, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		hash, conference, site, by.Login, by.Name, by.Tree, by.UnitKey, until)
}

// spendCode returns what a code stands for, and ends it.
func spendCode(ctx context.Context, tx *db.Tx, hash string) (offer, error) {
	o, err := db.First(db.All(ctx, tx, func(r db.Scanner) (o offer, err error) {
		return o, r.Scan(&o.conference, &o.site, &o.account, &o.name, &o.tree, &o.unit)
	}, `SELECT conference, site, account, account_name, tree, unit FROM device_code WHERE hash = $1 AND expires_at > $2`, hash, tx.Now))
	if err != nil {
		return o, err
	}
	return o, db.Changed(tx.ExecN(ctx, `DELETE FROM device_code WHERE hash = $1`, hash))
}

func attempts(ctx context.Context, tx *db.Tx, addr string, since time.Time) (n int, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM device_attempt WHERE addr = $1 AND at > $2`, []any{addr, since}, &n)
	return n, err
}

func insertAttempt(ctx context.Context, tx *db.Tx, addr string) error {
	if err := tx.Exec(ctx, `DELETE FROM device_attempt WHERE addr = $1 AND at <= $2`, addr, tx.Now.Add(-window)); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO device_attempt (addr, at) VALUES ($1, $2)`, addr, tx.Now)
}
