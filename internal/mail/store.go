package mail

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/notify"
)

const addressColumns = `m.account, m.address, m.choice, m.lang, m.confirmed_at, m.failing_at, m.failing, m.version, m.leave`

func scanAddress(s db.Scanner) (a Address, err error) {
	return a, s.Scan(&a.Account, &a.Address, &a.Choice, &a.Lang, db.At(&a.Confirmed), db.At(&a.FailingAt), &a.Failing, &a.Version, &a.leave)
}

func oneAddress(ctx context.Context, tx *db.Tx, where string, args ...any) (Address, error) {
	return db.First(db.All(ctx, tx, scanAddress, `SELECT `+addressColumns+` FROM mail_address m JOIN account a ON a.id = m.account
		WHERE a.disabled_at IS NULL AND `+where, args...))
}

// addressOf returns the address of an account; one that never chose has none.
func addressOf(ctx context.Context, tx *db.Tx, account string) (Address, error) {
	a, err := oneAddress(ctx, tx, `m.account = $1`, account)
	if fault.Is(err, fault.NotFound) {
		return Address{Account: account, Choice: None, Lang: i18n.Langs[0]}, nil
	}
	return a, err
}

// Own returns where by wants letters.
func Own(ctx context.Context, tx *db.Tx, by auth.Actor) (Address, error) {
	return addressOf(ctx, tx, by.Login)
}

func byCode(ctx context.Context, tx *db.Tx, hashed string) (Address, error) {
	return oneAddress(ctx, tx, `m.code = $1 AND m.code <> '' AND m.code_until > $2`, hashed, tx.Now)
}

func byLeave(ctx context.Context, tx *db.Tx, secret string) (Address, error) {
	return oneAddress(ctx, tx, `m.leave = $1`, secret)
}

// save writes a over what was read with its version.
func save(ctx context.Context, tx *db.Tx, a Address) error {
	if a.Version == 0 {
		n, err := tx.ExecN(ctx, `INSERT INTO mail_address (account, address, choice, lang, code, code_until, leave, failing, version)
			VALUES ($1, $2, $3, $4, '', 0, $5, '', 1) ON CONFLICT (account) DO NOTHING`,
			a.Account, a.Address, a.Choice, a.Lang, strings.ToLower(rand.Text()))
		return db.Changed(n, err)
	}
	n, err := tx.ExecN(ctx, `UPDATE mail_address SET address = $1, choice = $2, lang = $3, confirmed_at = $4, failing_at = $5, failing = $6, version = version + 1
		WHERE account = $7 AND version = $8`, a.Address, a.Choice, a.Lang, a.Confirmed, a.FailingAt, a.Failing, a.Account, a.Version)
	return db.Changed(n, err)
}

func setCode(ctx context.Context, tx *db.Tx, account, hashed string, until time.Time) error {
	return tx.Exec(ctx, `UPDATE mail_address SET code = $1, code_until = $2 WHERE account = $3`, hashed, until, account)
}

func setConfirmed(ctx context.Context, tx *db.Tx, account string) error {
	return tx.Exec(ctx, `UPDATE mail_address SET confirmed_at = $1, failing_at = NULL, failing = '', version = version + 1 WHERE account = $2`, tx.Now, account)
}

// dropCodes makes codes mailed before useless, and those not sent yet unwanted.
func dropCodes(ctx context.Context, tx *db.Tx, account string) error {
	if err := tx.Exec(ctx, `UPDATE mail_address SET code = '' WHERE account = $1`, account); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE mail SET state = 'dropped', secret = '', done_at = $1 WHERE account = $2 AND kind = 'confirm' AND state = 'waiting'`, tx.Now, account)
}

func codesSince(ctx context.Context, tx *db.Tx, account string, since time.Time) (n int, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM mail WHERE account = $1 AND kind = 'confirm' AND at > $2`, []any{account, since}, &n)
	return n, err
}

// forget lets go of what waits for an account's daily letter.
func forget(ctx context.Context, tx *db.Tx, account string) error {
	return tx.Exec(ctx, `DELETE FROM mail_notice WHERE account = $1 AND mail IS NULL`, account)
}

// forgetRead lets go of what was read in the product before its letter was made.
func forgetRead(ctx context.Context, tx *db.Tx) error {
	return tx.Exec(ctx, `DELETE FROM mail_notice WHERE mail IS NULL AND EXISTS (SELECT 1 FROM notice n WHERE n.id = mail_notice.notice AND n.read_at IS NOT NULL)`)
}

func insert(ctx context.Context, tx *db.Tx, l Letter) error {
	return tx.Exec(ctx, `INSERT INTO mail (id, account, kind, address, lang, secret, state, at, seq, next_at, tries, answer)
		VALUES ($1, $2, $3, $4, $5, $6, 'waiting', $7, $8, $7, 0, '')`, l.ID, l.Account, l.Kind, l.Address, l.Lang, l.secret, tx.Now, tx.NewID())
}

// keep notes that a notice goes out by a letter, or waits for the daily one when
// mail is "".
func keep(ctx context.Context, tx *db.Tx, n notify.Notice, mail string) error {
	var in any
	if mail != "" {
		in = mail
	}
	return tx.Exec(ctx, `INSERT INTO mail_notice (notice, account, mail) VALUES ($1, $2, $3) ON CONFLICT (notice) DO NOTHING`, n.ID, n.Account, in)
}

// awaiting returns accounts with notices that wait for a daily letter.
func awaiting(ctx context.Context, tx *db.Tx, limit int) ([]string, error) {
	return db.All(ctx, tx, func(s db.Scanner) (a string, err error) { return a, s.Scan(&a) },
		`SELECT DISTINCT account FROM mail_notice WHERE mail IS NULL ORDER BY account LIMIT $1`, limit)
}

func putInto(ctx context.Context, tx *db.Tx, account, mail string) error {
	return tx.Exec(ctx, `UPDATE mail_notice SET mail = $1 WHERE account = $2 AND mail IS NULL`, mail, account)
}

const columns = `l.id, l.account, a.name, l.kind, l.address, l.lang, l.state, l.at, l.next_at, l.tries, l.answer, l.done_at, l.secret`

func scan(s db.Scanner) (l Letter, err error) {
	return l, s.Scan(&l.ID, &l.Account, &l.Name, &l.Kind, &l.Address, &l.Lang, &l.State, db.At(&l.At), db.At(&l.NextAt), &l.Tries, &l.Answer, db.At(&l.DoneAt), &l.secret)
}

// lease is how long a letter is left to the one who sends it.
const lease = 15 * time.Minute

// claim returns the letter that has been due longest, with all it takes to write
// it and since when it was due, and counts the attempt; false if none is due.
func claim(ctx context.Context, tx *db.Tx) (l Letter, ok bool, err error) {
	var id string
	var due time.Time
	err = tx.One(ctx, `SELECT id, next_at FROM mail WHERE state = 'waiting' AND next_at <= $1 ORDER BY next_at, seq LIMIT 1`+tx.ForUpdateSkipLocked(), []any{tx.Now}, &id, db.At(&due))
	if fault.Is(err, fault.NotFound) {
		return l, false, nil
	}
	if err != nil {
		return l, false, err
	}
	if err = tx.Exec(ctx, `UPDATE mail SET tries = tries + 1, next_at = $1 WHERE id = $2`, tx.Now.Add(lease), id); err != nil {
		return l, false, err
	}
	all, err := db.All(ctx, tx, scan, `SELECT `+columns+` FROM mail l JOIN account a ON a.id = l.account WHERE l.id = $1`, id)
	if err != nil {
		return l, false, err
	}
	l = all[0]
	l.NextAt = due
	l.notices, err = noticesOf(ctx, tx, id)
	return l, err == nil, err
}

func noticesOf(ctx context.Context, tx *db.Tx, mail string) ([]notify.Notice, error) {
	return db.All(ctx, tx, func(s db.Scanner) (n notify.Notice, err error) {
		var args string
		if err := s.Scan(&n.ID, &n.Key, &args, &n.Link, db.At(&n.At)); err != nil {
			return n, err
		}
		return n, json.Unmarshal([]byte(args), &n.Args)
	}, `SELECT n.id, n.key, n.args, n.link, n.at FROM mail_notice i JOIN notice n ON n.id = i.notice WHERE i.mail = $1 ORDER BY n.seq`, mail)
}

// end says how a letter ended.
func end(ctx context.Context, tx *db.Tx, id string, s State, answer string) error {
	return tx.Exec(ctx, `UPDATE mail SET state = $1, answer = $2, secret = '', done_at = $3 WHERE id = $4`, s, answer, tx.Now, id)
}

// wait has a letter tried again at a time.
func wait(ctx context.Context, tx *db.Tx, id string, at time.Time, answer string) error {
	return tx.Exec(ctx, `UPDATE mail SET next_at = $1, answer = $2 WHERE id = $3`, at, answer, id)
}

// setFailing notes that there is no such mailbox, unless the account has another
// address by now: first is false then, and where it was noted before.
func setFailing(ctx context.Context, tx *db.Tx, l Letter, answer string) (first bool, err error) {
	n, err := tx.ExecN(ctx, `UPDATE mail_address SET failing_at = $1, failing = $2, version = version + 1 WHERE account = $3 AND address = $4 AND failing_at IS NULL`,
		tx.Now, answer, l.Account, l.Address)
	return n == 1, err
}

func revive(ctx context.Context, tx *db.Tx, l Letter) error {
	if err := tx.Exec(ctx, `UPDATE mail SET state = 'waiting', next_at = $1, tries = 0, done_at = NULL WHERE id = $2`, tx.Now, l.ID); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE mail_address SET failing_at = NULL, failing = '', version = version + 1
		WHERE account = $1 AND address = $2 AND failing_at IS NOT NULL`, l.Account, l.Address)
}

// A person sees the letters to accounts with a grant in their subtree. Every
// query that reads letters for a person starts from seen: $1 is the tree, $2 and
// $3 the range of the subtree.
const seen = `SELECT ` + columns + ` FROM mail l JOIN account a ON a.id = l.account WHERE EXISTS (
	SELECT 1 FROM account_grant g JOIN place p ON p.tree = g.tree AND p.unit = g.unit
	WHERE g.account = l.account AND g.revoked_at IS NULL AND g.tree = $1 AND p.path >= $2 AND p.path < $3)`

// Get returns a letter that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Letter, error) {
	return db.First(db.All(ctx, tx, scan, seen+` AND l.id = $4`, by.Tree, by.Path, by.End(), id))
}

// List returns the letters by may see, of one state or, with "", of all, the
// newest first, at most limit after offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, state State, offset, limit int) ([]Letter, error) {
	return db.All(ctx, tx, scan, seen+` AND ($4 = '' OR l.state = $4) ORDER BY l.seq DESC LIMIT $5 OFFSET $6`,
		by.Tree, by.Path, by.End(), state, limit, offset)
}

// OwnLetters returns the newest letters to by, at most limit.
func OwnLetters(ctx context.Context, tx *db.Tx, by auth.Actor, limit int) ([]Letter, error) {
	return db.All(ctx, tx, scan, `SELECT `+columns+` FROM mail l JOIN account a ON a.id = l.account WHERE l.account = $1 ORDER BY l.seq DESC LIMIT $2`, by.Login, limit)
}
