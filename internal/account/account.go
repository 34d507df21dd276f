// Package account keeps logins, what they are trusted with, and sessions.
//
// A person acts for one unit at a time, with the roles granted on it or above
// it. Passwords are argon2id; the work of hashing is done before a transaction,
// by few at a time, and takes as long for a login that does not exist. Sessions
// are random secrets of which only a hash is stored; they can be listed and
// revoked. A lost password is replaced by a one-time slip from the unit above.
package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// An Account is a login.
type Account struct {
	ID          string
	Login       string
	Name        string
	Member      int64 // 0 if it is of no member
	Created     time.Time
	DisabledAt  time.Time
	HasPassword bool
	Version     int64
}

// A Grant is what an account is trusted with: a role in a unit and under it.
type Grant struct {
	ID       string
	Role     auth.Role
	Tree     string
	Unit     int64
	UnitKey  string
	UnitName string
	From, To vn.Day
}

// New is what a person fills in for a login.
type New struct {
	Login  string
	Name   string
	Member int64
	Unit   string // key of the unit it is for
	Roles  []auth.Role
}

var loginRule = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{2,39}$`)

const maxName = 120

func (n *New) check() error {
	n.Login, n.Name = strings.ToLower(vn.Clean(n.Login)), vn.Clean(n.Name)
	w := fault.Wrong{}
	if !loginRule.MatchString(n.Login) {
		w.Add("login", "account.error.login")
	}
	if c := utf8.RuneCountInString(n.Name); c == 0 || c > maxName {
		w.Add("name", "account.error.name")
	}
	if len(n.Roles) == 0 || slices.ContainsFunc(n.Roles, func(r auth.Role) bool { return !slices.Contains(auth.Roles, r) }) {
		w.Add("role", "account.error.role")
	}
	return w.Err()
}

// Create makes a login with roles in a unit of by's subtree. It has no password
// until its holder uses the invitation.
func Create(ctx context.Context, tx *db.Tx, by auth.Actor, n New) (Account, error) {
	u, err := org.Get(ctx, tx, by, n.Unit)
	if err != nil {
		return Account{}, err
	}
	if err := mayManage(by, u.ID); err != nil {
		return Account{}, err
	}
	if err := n.check(); err != nil {
		return Account{}, err
	}
	taken, err := loginTaken(ctx, tx, n.Login)
	if err != nil {
		return Account{}, err
	}
	if taken {
		w := fault.Wrong{}
		w.Add("login", "account.error.taken")
		return Account{}, w.Err()
	}
	a := Account{ID: db.NewKey(), Login: n.Login, Name: n.Name, Member: n.Member, Created: tx.Now, Version: 1}
	if err := insert(ctx, tx, a); err != nil {
		return Account{}, err
	}
	for _, r := range n.Roles {
		if err := mayGrant(by, r); err != nil {
			return Account{}, err
		}
		if err := insertGrant(ctx, tx, by, a.ID, r, by.Tree, u.ID); err != nil {
			return Account{}, err
		}
	}
	return a, audit.Record(ctx, tx, by, "account.create", a.ID, n.Login+" · "+u.Name)
}

// mayHold lets those keep a login who could have given it all it holds: who sets
// its password, or shuts it out, has power over every unit it acts for.
func mayHold(ctx context.Context, tx *db.Tx, by auth.Actor, a Account) error {
	if err := mayManage(by, 0); err != nil {
		return err
	}
	if a.ID == by.Login {
		return fault.New(fault.Denied, "account.error.self")
	}
	all, err := heldBy(ctx, tx, a.ID)
	if err != nil {
		return err
	}
	for _, g := range all {
		if err := mayGrant(by, g.Role); err != nil {
			return err
		}
		if g.Tree != by.Tree || !by.Covers(g.path) {
			return fault.New(fault.Denied, "account.error.may_manage")
		}
	}
	return nil
}

// mayHoldOf says of which logins mayHold lets by print a slip.
func mayHoldOf(ctx context.Context, tx *db.Tx, by auth.Actor, all []Account) (map[string]bool, error) {
	may := map[string]bool{}
	for _, a := range all {
		err := mayHold(ctx, tx, by, a)
		if err != nil && !fault.Is(err, fault.Denied) {
			return nil, err
		}
		may[a.ID] = err == nil
	}
	return may, nil
}

// Disable shuts a login out at once, with all its sessions.
func Disable(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	a, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayHold(ctx, tx, by, a); err != nil {
		return err
	}
	if err := setDisabled(ctx, tx, id); err != nil {
		return err
	}
	if err := revokeSessions(ctx, tx, id, ""); err != nil {
		return err
	}
	if err := revokeTokens(ctx, tx, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "account.disable", id, a.Login)
}

const invitationDays = 14

// Invite makes a one-time code with which the holder of an account sets a first
// password, or a new one for a lost one; earlier codes stop working. Those of
// the unit itself and above may, never for themselves, nor for who is more than they
// or acts outside of their subtree too.
func Invite(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (code string, err error) {
	a, err := Get(ctx, tx, by, id)
	if err != nil {
		return "", err
	}
	if err := mayHold(ctx, tx, by, a); err != nil {
		return "", err
	}
	return invite(ctx, tx, by, a)
}

func invite(ctx context.Context, tx *db.Tx, by auth.Actor, a Account) (string, error) {
	code := strings.ToLower(rand.Text())
	if err := insertInvitation(ctx, tx, by, a.ID, hash(code), tx.Now.AddDate(0, 0, invitationDays)); err != nil {
		return "", err
	}
	return code, audit.Record(ctx, tx, by, "account.invite", a.ID, a.Login)
}

// FirstAdministrator makes an administrator of the topmost unit of tree, or
// finds the one with that login, and returns a one-time code. Only the house
// itself does it.
func FirstAdministrator(ctx context.Context, tx *db.Tx, by auth.Actor, login, root string) (code string, err error) {
	if !by.IsSystem() {
		return "", fault.New(fault.Denied, "error.denied")
	}
	a, err := byLogin(ctx, tx, strings.ToLower(vn.Clean(login)))
	if fault.Is(err, fault.NotFound) {
		a, err = Create(ctx, tx, by, New{Login: login, Name: login, Unit: root, Roles: []auth.Role{auth.Administrator}})
	}
	if err != nil {
		return "", err
	}
	return invite(ctx, tx, by, a)
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Invited returns the account a code is for, NotFound if it is used, replaced
// or too old.
func Invited(ctx context.Context, tx *db.Tx, code string) (Account, error) {
	return byInvitation(ctx, tx, hash(strings.ToLower(vn.Clean(code))))
}

// Redeem sets the password of the account a code is for; the code works once.
// The password comes hashed from HashPassword.
func Redeem(ctx context.Context, tx *db.Tx, code, password string) (Account, error) {
	h := hash(strings.ToLower(vn.Clean(code)))
	a, err := byInvitation(ctx, tx, h)
	if err != nil {
		return Account{}, err
	}
	if err := useInvitation(ctx, tx, h); err != nil {
		return Account{}, err
	}
	if err := setPassword(ctx, tx, a.ID, password); err != nil {
		return Account{}, err
	}
	if err := revokeSessions(ctx, tx, a.ID, ""); err != nil {
		return Account{}, err
	}
	return a, audit.Record(ctx, tx, auth.Actor{Login: a.ID, Name: a.Name}, "account.redeem", a.ID, a.Login)
}

// SetPassword gives an account a password, hashed by HashPassword, without an
// invitation: for the house itself.
func SetPassword(ctx context.Context, tx *db.Tx, by auth.Actor, id, password string) error {
	if !by.IsSystem() {
		return fault.New(fault.Denied, "error.denied")
	}
	return setPassword(ctx, tx, id, password)
}

// ChangePassword replaces the password of by's own account, after was has been
// verified by Verify, and ends all other sessions.
func ChangePassword(ctx context.Context, tx *db.Tx, by auth.Actor, password string) error {
	if err := setPassword(ctx, tx, by.Login, password); err != nil {
		return err
	}
	if err := revokeSessions(ctx, tx, by.Login, by.Session); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "account.password", by.Login, "")
}
