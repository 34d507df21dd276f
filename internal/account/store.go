package account

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A person sees the accounts with a grant in their subtree. Every query that
// reads accounts for a person starts from seen: $1 is the tree, $2 and $3 the
// range of the subtree.
const (
	columns = `a.id, a.login, a.name, coalesce(a.member, 0), a.created_at, a.disabled_at, CASE WHEN a.password = '' THEN 0 ELSE 1 END, a.version`
	seen    = `SELECT ` + columns + ` FROM account a WHERE EXISTS (
		SELECT 1 FROM account_grant g JOIN place p ON p.tree = g.tree AND p.unit = g.unit
		WHERE g.account = a.id AND g.revoked_at IS NULL AND g.tree = $1 AND p.path >= $2 AND p.path < $3)`
)

func scan(s db.Scanner) (a Account, err error) {
	var has int
	err = s.Scan(&a.ID, &a.Login, &a.Name, &a.Member, db.At(&a.Created), db.At(&a.DisabledAt), &has, &a.Version)
	a.HasPassword = has == 1
	return a, err
}

// Get returns an account that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Account, error) {
	return db.First(db.All(ctx, tx, scan, seen+` AND a.id = $4`, by.Tree, by.Path, by.End(), id))
}

// List returns the accounts by may see, by login, at most limit after offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, offset, limit int) ([]Account, error) {
	return db.All(ctx, tx, scan, seen+` ORDER BY a.login LIMIT $4 OFFSET $5`, by.Tree, by.Path, by.End(), limit, offset)
}

func byLogin(ctx context.Context, tx *db.Tx, login string) (Account, error) {
	return db.First(db.All(ctx, tx, scan, `SELECT `+columns+` FROM account a WHERE a.login = $1`, login))
}

// live returns an account that is not disabled, by id.
func live(ctx context.Context, tx *db.Tx, id string) (Account, error) {
	return db.First(db.All(ctx, tx, scan, `SELECT `+columns+` FROM account a WHERE a.id = $1 AND a.disabled_at IS NULL`, id))
}

func loginTaken(ctx context.Context, tx *db.Tx, login string) (bool, error) {
	var n int
	err := tx.One(ctx, `SELECT count(*) FROM account WHERE login = $1`, []any{login}, &n)
	return n > 0, err
}

// secretOf returns an account that may sign in and its hashed password; both
// are empty if there is none.
func secretOf(ctx context.Context, tx *db.Tx, login string) (a Account, hashed string, err error) {
	a, err = byLogin(ctx, tx, login)
	if fault.Is(err, fault.NotFound) || err == nil && !a.DisabledAt.IsZero() {
		return Account{}, "", nil
	}
	if err != nil {
		return a, "", err
	}
	err = tx.One(ctx, `SELECT password FROM account WHERE id = $1`, []any{a.ID}, &hashed)
	return a, hashed, err
}

func insert(ctx context.Context, tx *db.Tx, a Account) error {
	var member any
	if a.Member != 0 {
		member = a.Member
	}
	return tx.Exec(ctx, `INSERT INTO account (id, login, name, member, password, created_at, version) VALUES ($1, $2, $3, $4, '', $5, 1)`,
		a.ID, a.Login, a.Name, member, a.Created)
}

func setDisabled(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Exec(ctx, `UPDATE account SET disabled_at = coalesce(disabled_at, $1), version = version + 1 WHERE id = $2`, tx.Now, id)
}

func setPassword(ctx context.Context, tx *db.Tx, id, hashed string) error {
	return tx.Exec(ctx, `UPDATE account SET password = $1, version = version + 1 WHERE id = $2`, hashed, id)
}

type granted struct {
	Grant
	path string
	heir bool // a reform gave something of other units to its unit
}

func insertGrant(ctx context.Context, tx *db.Tx, by auth.Actor, account string, r auth.Role, tree string, unit int64) error {
	return tx.Exec(ctx, `INSERT INTO account_grant (id, account, role, tree, unit, from_day, to_day, granted_by, at) VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8)`,
		db.NewKey(), account, r, tree, unit, vn.DayOf(tx.Now), by.Login, tx.Now)
}

// Grants returns what an account is trusted with today. The caller has seen the
// account or is its holder.
func Grants(ctx context.Context, tx *db.Tx, account string) ([]Grant, error) {
	all, err := granteds(ctx, tx, account)
	grants := make([]Grant, len(all))
	for i, g := range all {
		grants[i] = g.Grant
	}
	return grants, err
}

func granteds(ctx context.Context, tx *db.Tx, account string) ([]granted, error) {
	return db.All(ctx, tx, func(s db.Scanner) (g granted, err error) {
		var heir int
		err = s.Scan(&g.ID, &g.Role, &g.Tree, &g.Unit, &g.UnitKey, &g.UnitName, &g.From, &g.To, &g.path, &heir)
		g.heir = heir != 0
		return g, err
	}, `SELECT g.id, g.role, g.tree, g.unit, u.key, n.name, g.from_day, g.to_day, p.path,
		CASE WHEN EXISTS (SELECT 1 FROM lineage l WHERE l.new_unit = g.unit AND l.old_unit <> g.unit) THEN 1 ELSE 0 END
		FROM account_grant g
		JOIN unit u ON u.id = g.unit
		JOIN unit_name n ON n.unit = g.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = g.unit)
		JOIN place p ON p.tree = g.tree AND p.unit = g.unit
		WHERE g.account = $1 AND g.revoked_at IS NULL AND g.from_day <= $2 AND (g.to_day = '' OR g.to_day > $2)
		ORDER BY p.depth, p.path, g.id`, account, vn.DayOf(tx.Now))
}

func enabled(ctx context.Context, tx *db.Tx, account string) (bool, error) {
	var n int
	err := tx.One(ctx, `SELECT count(*) FROM account WHERE id = $1 AND disabled_at IS NULL`, []any{account}, &n)
	return n == 1, err
}

// heldBy returns the roles a login holds anywhere, today or later.
func heldBy(ctx context.Context, tx *db.Tx, account string) ([]granted, error) {
	return db.All(ctx, tx, func(s db.Scanner) (g granted, err error) { return g, s.Scan(&g.Role, &g.Tree, &g.path) }, `
		SELECT g.role, g.tree, p.path FROM account_grant g JOIN place p ON p.tree = g.tree AND p.unit = g.unit
		WHERE g.account = $1 AND g.revoked_at IS NULL AND (g.to_day = '' OR g.to_day > $2) ORDER BY g.id`, account, vn.DayOf(tx.Now))
}

func insertInvitation(ctx context.Context, tx *db.Tx, by auth.Actor, account, hashed string, until time.Time) error {
	if err := tx.Exec(ctx, `UPDATE invitation SET expires_at = $1 WHERE account = $2 AND used_at IS NULL AND expires_at > $1`, tx.Now, account); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO invitation (hash, account, made_by, at, expires_at) VALUES ($1, $2, $3, $4, $5)`, hashed, account, by.Login, tx.Now, until)
}

func byInvitation(ctx context.Context, tx *db.Tx, hashed string) (Account, error) {
	return db.First(db.All(ctx, tx, scan, `SELECT `+columns+` FROM invitation i JOIN account a ON a.id = i.account
		WHERE i.hash = $1 AND i.used_at IS NULL AND i.expires_at > $2 AND a.disabled_at IS NULL`, hashed, tx.Now))
}

// useInvitation spends a code; NotFound if somebody has just spent it.
func useInvitation(ctx context.Context, tx *db.Tx, hashed string) error {
	n, err := tx.ExecN(ctx, `UPDATE invitation SET used_at = $1 WHERE hash = $2 AND used_at IS NULL`, tx.Now, hashed)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return err
}

func countAttempts(ctx context.Context, tx *db.Tx, login, addr string, since time.Time) (byLogin, byAddr int, err error) {
	err = tx.One(ctx, `SELECT (SELECT count(*) FROM login_attempt WHERE login = $1 AND at > $3), (SELECT count(*) FROM login_attempt WHERE addr = $2 AND at > $3)`,
		[]any{login, addr, since}, &byLogin, &byAddr)
	return byLogin, byAddr, err
}

func insertAttempt(ctx context.Context, tx *db.Tx, login, addr string) error {
	if err := tx.Exec(ctx, `DELETE FROM login_attempt WHERE at < $1`, tx.Now.Add(-24*time.Hour)); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO login_attempt (login, addr, at) VALUES ($1, $2, $3)`, login, addr, tx.Now)
}

func clearAttempts(ctx context.Context, tx *db.Tx, login string) error {
	return tx.Exec(ctx, `DELETE FROM login_attempt WHERE login = $1`, login)
}

type sessionRow struct {
	id, account, name, acting string
	member                    int64
	seen                      time.Time
}

func insertSession(ctx context.Context, tx *db.Tx, account, hashed, acting, agent, addr string, until time.Time) error {
	return tx.Exec(ctx, `INSERT INTO session (id, hash, account, acting, agent, addr, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)`,
		db.NewKey(), hashed, account, acting, cut(vn.Clean(agent)), addr, tx.Now, until)
}

// cut keeps what a browser says of itself short.
func cut(s string) string {
	const longest = 200
	if len(s) > longest {
		return s[:longest]
	}
	return s
}

func sessionByHash(ctx context.Context, tx *db.Tx, hashed string, now, since time.Time) (s sessionRow, err error) {
	err = tx.One(ctx, `
		SELECT s.id, s.account, a.name, s.acting, coalesce(a.member, 0), s.seen_at FROM session s JOIN account a ON a.id = s.account
		WHERE s.hash = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND s.seen_at > $3 AND a.disabled_at IS NULL`,
		[]any{hashed, now, since}, &s.id, &s.account, &s.name, &s.acting, &s.member, db.At(&s.seen))
	return s, err
}

func touchSession(ctx context.Context, tx *db.Tx, id string) error {
	return tx.Exec(ctx, `UPDATE session SET seen_at = $1 WHERE id = $2`, tx.Now, id)
}

func setActing(ctx context.Context, tx *db.Tx, id, acting string) error {
	return tx.Exec(ctx, `UPDATE session SET acting = $1 WHERE id = $2`, acting, id)
}

func revokeSession(ctx context.Context, tx *db.Tx, account, id string) error {
	n, err := tx.ExecN(ctx, `UPDATE session SET revoked_at = $1 WHERE id = $2 AND account = $3 AND revoked_at IS NULL`, tx.Now, id, account)
	if err == nil && n == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return err
}

// revokeSessions ends all sessions of an account but one.
func revokeSessions(ctx context.Context, tx *db.Tx, account, but string) error {
	return tx.Exec(ctx, `UPDATE session SET revoked_at = $1 WHERE account = $2 AND id <> $3 AND revoked_at IS NULL`, tx.Now, account, but)
}

// Sessions returns by's own sessions that last, the latest first.
func Sessions(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Session, error) {
	return db.All(ctx, tx, func(r db.Scanner) (s Session, err error) {
		err = r.Scan(&s.ID, &s.Agent, &s.Addr, db.At(&s.Created), db.At(&s.Seen))
		s.Current = s.ID == by.Session
		return s, err
	}, `SELECT id, agent, addr, created_at, seen_at FROM session WHERE account = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY seen_at DESC, id`,
		by.Login, tx.Now)
}

// holds reports whether anybody holds a role in a unit itself.
func holds(ctx context.Context, tx *db.Tx, unit int64, role auth.Role) (bool, error) {
	var n int
	err := tx.One(ctx, `SELECT count(*) FROM account_grant g JOIN account a ON a.id = g.account
		WHERE g.unit = $1 AND g.role = $2 AND g.revoked_at IS NULL AND a.disabled_at IS NULL`, []any{unit, role}, &n)
	return n > 0, err
}

// own returns by's own account and its hashed password.
func own(ctx context.Context, tx *db.Tx, by auth.Actor) (a Account, hashed string, err error) {
	if a, err = db.First(db.All(ctx, tx, scan, `SELECT `+columns+` FROM account a WHERE a.id = $1`, by.Login)); err != nil {
		return a, "", err
	}
	err = tx.One(ctx, `SELECT password FROM account WHERE id = $1`, []any{by.Login}, &hashed)
	return a, hashed, err
}

// CountAt counts the logins that are trusted with something in a unit itself.
func CountAt(ctx context.Context, tx *db.Tx, tree string, unit int64) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(DISTINCT account) FROM account_grant WHERE tree = $1 AND unit = $2 AND revoked_at IS NULL`, []any{tree, unit}, &n)
	return n, err
}

// HandOver ends what logins are trusted with in a unit that is closed; each stays
// a member of the unit that takes over. by names the reform.
func HandOver(ctx context.Context, tx *db.Tx, tree string, unit, keeper int64, by string) error {
	type holder struct {
		account string
		until   vn.Day // when the last of what it holds there runs out, "" never
	}
	holders, err := db.All(ctx, tx, func(r db.Scanner) (h holder, err error) { return h, r.Scan(&h.account, &h.until) },
		`SELECT account, CASE WHEN min(to_day) = '' THEN '' ELSE max(to_day) END FROM account_grant
			WHERE tree = $1 AND unit = $2 AND revoked_at IS NULL AND (to_day = '' OR to_day > $3) GROUP BY account ORDER BY account`,
		tree, unit, vn.DayOf(tx.Now))
	if err != nil {
		return err
	}
	if err := tx.Exec(ctx, `UPDATE account_grant SET revoked_at = $1 WHERE tree = $2 AND unit = $3 AND revoked_at IS NULL`, tx.Now, tree, unit); err != nil {
		return err
	}
	for _, h := range holders {
		if err := tx.Exec(ctx, `INSERT INTO account_grant (id, account, role, tree, unit, from_day, to_day, granted_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
			db.NewKey(), h.account, auth.Member, tree, keeper, vn.DayOf(tx.Now), h.until, by, tx.Now); err != nil {
			return err
		}
	}
	return nil
}

// HandBack undoes HandOver of a time.
func HandBack(ctx context.Context, tx *db.Tx, tree string, unit int64, at time.Time, by string) error {
	if err := tx.Exec(ctx, `UPDATE account_grant SET revoked_at = NULL WHERE tree = $1 AND unit = $2 AND revoked_at = $3`, tree, unit, at); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE account_grant SET revoked_at = $1 WHERE tree = $2 AND granted_by = $3 AND revoked_at IS NULL`, tx.Now, tree, by)
}
