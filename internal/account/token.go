package account

import (
	"context"
	"crypto/rand"
	"strings"
	"time"
	"unicode/utf8"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Token is a secret by which a program acts with the rights of a login. Only
// its hash is kept.
type Token struct {
	ID      string
	Name    string
	Made    time.Time
	Used    time.Time // zero if never; to a few minutes
	Expires time.Time
}

// TokenDays are the lives one may choose for a token, in days.
var TokenDays = []int{30, 90, 365}

const (
	mostTokens   = 20 // that last, of one login
	maxTokenName = 80
	tokenPrefix  = "nc_"
)

// NewToken makes a token of by's own login and returns its secret, which is shown
// once and cannot be read again. It takes the place of one of the same name that
// was never used: of a double click only the second answer is seen.
func NewToken(ctx context.Context, tx *db.Tx, by auth.Actor, name string, days int) (secret string, err error) {
	if by.Session == "" {
		return "", fault.New(fault.Denied, "account.error.token_session")
	}
	w := fault.Wrong{}
	name = vn.Clean(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > maxTokenName {
		w.Add("name", "account.error.token_name", maxTokenName)
	}
	known := false
	for _, d := range TokenDays {
		known = known || d == days
	}
	if !known {
		w.Add("days", "account.error.token_days")
	}
	if err := w.Err(); err != nil {
		return "", err
	}
	if err := replaceUnused(ctx, tx, by.Login, name); err != nil {
		return "", err
	}
	had, err := Tokens(ctx, tx, by)
	if err != nil {
		return "", err
	}
	if len(had) >= mostTokens {
		return "", fault.New(fault.Conflict, "account.error.token_many", mostTokens)
	}
	secret = newSecret()
	if err := insertToken(ctx, tx, by.Login, name, hash(secret), tx.Now.AddDate(0, 0, days)); err != nil {
		return "", err
	}
	return secret, audit.Record(ctx, tx, by, "account.token", by.Login, name)
}

func newSecret() string {
	return tokenPrefix + strings.ToLower(rand.Text()) + strings.ToLower(rand.Text())
}

// MakeToken makes a token for a login and returns it; only its hash is kept. It
// lasts a year. Only the house itself does so: anybody else makes tokens of their
// own, see NewToken.
func MakeToken(ctx context.Context, tx *db.Tx, by auth.Actor, login string) (string, error) {
	if !by.IsSystem() {
		return "", fault.New(fault.Denied, "error.denied")
	}
	a, err := byLogin(ctx, tx, strings.ToLower(vn.Clean(login)))
	if err != nil {
		return "", err
	}
	secret := newSecret()
	if err := insertToken(ctx, tx, a.ID, "nhipcau token", hash(secret), tx.Now.AddDate(1, 0, 0)); err != nil {
		return "", err
	}
	return secret, audit.Record(ctx, tx, by, "account.token", a.ID, a.Login)
}

// RevokeToken ends a token of by's own.
func RevokeToken(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	if err := revokeToken(ctx, tx, by.Login, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "account.token_end", id, "")
}

// ByToken returns who a token stands for, acting for the unit with key among
// those its login is trusted with; the first, which is the highest, if key is "".
// Nobody is returned for a token that is unknown, ended or too old, or whose
// login is disabled or trusted with nothing; a unit the login is not trusted
// with is Denied.
func ByToken(ctx context.Context, d *db.DB, secret, key string) (auth.Actor, error) {
	var by auth.Actor
	var t tokenRow
	err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		t, err = tokenByHash(ctx, tx, hash(secret))
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		grants, err := granteds(ctx, tx, t.account)
		if err != nil {
			return err
		}
		for _, g := range grants {
			if key == "" || g.UnitKey == key {
				by, err = actorOf(ctx, tx, grants, sessionRow{account: t.account, name: t.name, member: t.member, acting: acting(g.Grant)})
				return err
			}
		}
		if len(grants) > 0 {
			return fault.New(fault.Denied, "account.error.token_unit")
		}
		return nil
	})
	if err != nil || !by.Known() || d.Now().Sub(t.used) <= refresh {
		return by, err
	}
	return by, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return touchToken(ctx, tx, t.id) })
}
