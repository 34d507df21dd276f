package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/netip"
	"slices"
	"strings"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/lineage"
	"nhipcau/internal/vn"
)

// Limits on attempts: per login and per address, within a quarter of an hour.
const (
	window     = 15 * time.Minute
	perLogin   = 10
	perAddress = 60
)

const (
	idle     = 30 * 24 * time.Hour
	absolute = 90 * 24 * time.Hour
	refresh  = 5 * time.Minute
)

// A Session is a signed-in browser.
type Session struct {
	ID      string
	Agent   string
	Addr    string
	Created time.Time
	Seen    time.Time
	Current bool
}

// SignIn verifies a password and begins a session; secret goes into the
// browser's cookie. A wrong password and a login that does not exist give the
// same answer; too many attempts are Limited.
func SignIn(ctx context.Context, d *db.DB, login, password, addr, agent string) (secret string, err error) {
	login = strings.ToLower(vn.Clean(login))
	var a Account
	var hashed string
	err = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, hashed = Account{}, ""
		byLogin, byAddr, err := countAttempts(ctx, tx, login, host(addr), tx.Now.Add(-window))
		if err != nil {
			return err
		}
		if byLogin >= perLogin || byAddr >= perAddress {
			return fault.New(fault.Limited, "account.error.attempts", int(window/time.Minute))
		}
		if err := insertAttempt(ctx, tx, login, host(addr)); err != nil {
			return err
		}
		a, hashed, err = secretOf(ctx, tx, login)
		return err
	})
	if err != nil {
		return "", err
	}
	ok, err := verify(ctx, hashed, password)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", fault.New(fault.Invalid, "account.error.password")
	}
	secret = rand.Text() + rand.Text()
	return secret, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		grants, err := granteds(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if len(grants) == 0 {
			return fault.New(fault.Denied, "account.error.no_grant")
		}
		if err := clearAttempts(ctx, tx, login); err != nil {
			return err
		}
		if err := insertSession(ctx, tx, a.ID, hash(secret), acting(grants[0].Grant), agent, host(addr), tx.Now.Add(absolute)); err != nil {
			return err
		}
		return audit.Record(ctx, tx, auth.Actor{Login: a.ID, Name: a.Name}, "account.sign_in", a.ID, "")
	})
}

// host returns the address without its port.
func host(addr string) string {
	if a, err := netip.ParseAddrPort(addr); err == nil {
		return a.Addr().String()
	}
	return addr
}

// Resume returns who a session's secret stands for, acting for the unit chosen
// last; nobody if the session has ended or nothing is granted any more.
func Resume(ctx context.Context, d *db.DB, secret string) (auth.Actor, error) {
	var by auth.Actor
	var stale bool
	err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		s, err := sessionByHash(ctx, tx, hash(secret), tx.Now, tx.Now.Add(-idle))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		stale = tx.Now.Sub(s.seen) > refresh
		by, err = actor(ctx, tx, s)
		return err
	})
	if err != nil || !stale || !by.Known() {
		return by, err
	}
	return by, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return touchSession(ctx, tx, by.Session) })
}

func acting(g Grant) string { return g.Tree + "/" + g.UnitKey }

// actor puts together who acts: the unit chosen if it is still granted, else the
// first that is, with every role that covers it.
func actor(ctx context.Context, tx *db.Tx, s sessionRow) (auth.Actor, error) {
	grants, err := granteds(ctx, tx, s.account)
	if err != nil {
		return auth.Actor{}, err
	}
	return actorOf(ctx, tx, grants, s)
}

// actorOf is actor, of grants that were read; nobody if there are none.
func actorOf(ctx context.Context, tx *db.Tx, grants []granted, s sessionRow) (by auth.Actor, err error) {
	if len(grants) == 0 {
		return auth.Actor{}, nil
	}
	chosen := grants[0]
	for _, g := range grants {
		if acting(g.Grant) == s.acting {
			chosen = g
		}
	}
	by = auth.Actor{
		Login: s.account, Name: s.name, Member: s.member, Session: s.id,
		Tree: chosen.Tree, Unit: chosen.Unit, UnitKey: chosen.UnitKey, UnitName: chosen.UnitName, Path: chosen.path,
	}
	for _, g := range grants {
		if g.Tree == chosen.Tree && strings.HasPrefix(chosen.path, g.path) && !by.Is(g.Role) {
			by.Roles = append(by.Roles, g.Role)
		}
	}
	if chosen.heir {
		by.Before, err = lineage.Before(ctx, tx, by.Tree, by.Unit)
	}
	return by, err
}

// As returns who a login stands for, acting for the unit with key or, if that is
// "", the first that is granted: for the command line.
func As(ctx context.Context, tx *db.Tx, login, key string) (auth.Actor, error) {
	a, err := byLogin(ctx, tx, strings.ToLower(vn.Clean(login)))
	if err != nil || !a.DisabledAt.IsZero() {
		return auth.Actor{}, cmp.Or(err, fault.New(fault.NotFound, "error.not_found"))
	}
	s := sessionRow{account: a.ID, name: a.Name, member: a.Member}
	grants, err := granteds(ctx, tx, a.ID)
	if err != nil {
		return auth.Actor{}, err
	}
	for _, g := range grants {
		if g.UnitKey == key {
			s.acting = acting(g.Grant)
		}
	}
	if key != "" && s.acting == "" || len(grants) == 0 {
		return auth.Actor{}, fault.New(fault.Denied, "account.error.no_grant")
	}
	return actor(ctx, tx, s)
}

// Over returns the roles that an account holds today over a place of a tree, none if
// it was disabled: for what it began and a job ends.
func Over(ctx context.Context, tx *db.Tx, account, tree, path string) ([]auth.Role, error) {
	open, err := enabled(ctx, tx, account)
	if err != nil || !open {
		return nil, err
	}
	grants, err := granteds(ctx, tx, account)
	var roles []auth.Role
	for _, g := range grants {
		if g.Tree == tree && strings.HasPrefix(path, g.path) && !slices.Contains(roles, g.Role) {
			roles = append(roles, g.Role)
		}
	}
	return roles, err
}

// Choose makes a session act for another of the units granted.
func Choose(ctx context.Context, tx *db.Tx, by auth.Actor, choice string) error {
	grants, err := granteds(ctx, tx, by.Login)
	if err != nil {
		return err
	}
	for _, g := range grants {
		if acting(g.Grant) == choice {
			return setActing(ctx, tx, by.Session, choice)
		}
	}
	return fault.New(fault.NotFound, "error.not_found")
}

// SignOut ends by's own session.
func SignOut(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	return revokeSession(ctx, tx, by.Login, by.Session)
}

// Revoke ends one of by's own sessions; another's is NotFound.
func Revoke(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	if err := revokeSession(ctx, tx, by.Login, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "account.revoke", id, "")
}

// Still returns who an account stands for now, acting for the unit with key in a tree
// or, if that is no longer granted, for the first that is; nobody if it is disabled or
// nothing is granted any more. It is for what acts in a person's name while they are away.
func Still(ctx context.Context, tx *db.Tx, account, tree, key string) (auth.Actor, error) {
	a, err := live(ctx, tx, account)
	if fault.Is(err, fault.NotFound) {
		return auth.Actor{}, nil
	}
	if err != nil {
		return auth.Actor{}, err
	}
	return actor(ctx, tx, sessionRow{account: a.ID, name: a.Name, member: a.Member, acting: tree + "/" + key})
}
