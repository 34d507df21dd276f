package invitation

import (
	"context"
	"net"
	"net/url"
	"strings"
	"sync/atomic"

	"nhipcau/internal/db"
	"nhipcau/internal/pass"
)

// Codes says what the QR codes of invitations say.
type Codes struct {
	db    *db.DB
	base  string      // public address, "" if none is known
	keyed atomic.Bool // the key of codes has been made
}

// NewCodes returns the codes of a house with an address.
func NewCodes(d *db.DB, base string) *Codes { return &Codes{db: d, base: Public(base)} }

// Of returns what the QR of each person says who is invited to a conference. The first
// asked of a house makes its key.
func (c *Codes) Of(ctx context.Context, id string) (func(Invited) string, error) {
	do := c.db.Read
	if !c.keyed.Load() {
		do = c.db.Write
	}
	var coder pass.Coder
	if err := do(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		coder, err = pass.NewCoder(ctx, tx, id)
		return err
	}); err != nil {
		return nil, err
	}
	c.keyed.Store(true)
	return func(v Invited) string {
		if v.Member != 0 {
			return CodeText(c.base, coder.Member(v.Member))
		}
		return CodeText(c.base, coder.Guest(v.Guest))
	}, nil
}

// Public returns an address of the house if others can reach it, "" if it is that of
// this machine alone.
func Public(base string) string {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" {
		return ""
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		return ""
	}
	return strings.TrimRight(base, "/")
}

// CodeText returns what the QR of a code says: an address in capitals, which make the
// smallest code, or without an address of the house the code alone.
func CodeText(base, code string) string {
	if base == "" {
		return code
	}
	return strings.ToUpper(strings.TrimRight(base, "/")) + "/I/" + code
}
