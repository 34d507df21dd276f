// Package device lets phones check people in at a site without a network: it enrols
// them, gives each the list of its site, signed, and takes what they have noted,
// whenever it comes, however often, and in whatever order.
//
// A device acts in the name of the person who enrolled it, with the rights that person
// still has. What it sends and may not send any more is set aside, where a clerk lets
// it count or leaves it: nothing that was noted at a door is lost.
package device

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"nhipcau/internal/account"
	"nhipcau/internal/attendance"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/pass"
	"nhipcau/internal/presence"
	"nhipcau/internal/secret"
	"nhipcau/internal/site"
	"nhipcau/internal/vn"
)

// A Device is a phone or a computer that checks people in at a site.
type Device struct {
	ID          string
	Conference  string
	Site        int64
	Name        string
	AccountName string // who enrolled it
	Enrolled    time.Time
	Expires     time.Time
	Revoked     time.Time // zero if it is not
	RevokedName string
	Reason      string
	Seen        time.Time     // last contact, zero if none
	Offset      time.Duration // the server's clock less its own, then
	Waiting     int64         // facts it said it still held, then
	Facts       int64         // taken from it; only from List
	Apart       int64         // set aside because it may send none

	account, tree, unit, mac string
	given                    marks // of the last list
}

// ClockWrong reports whether its clock was far off at the last contact.
func (d Device) ClockWrong() bool {
	return d.Offset > attendance.LargeOffset || d.Offset < -attendance.LargeOffset
}

const (
	codeLife   = 15 * time.Minute
	codeLength = 8
	afterDays  = 14 // that a token outlives the day of the conference by
	maxName    = 60
	maxReason  = 300
	mostFailed = 60 // codes tried in vain, of an address
	window     = 15 * time.Minute
	mostAtSite = 200 // devices of a site
)

// letters are those of codes: none is taken for another.
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Offer makes a code by which one device is enrolled at a site, within a quarter of
// an hour. It is shown once; only its digest is kept.
func Offer(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (code string, err error) {
	g, s, err := site.Kept(ctx, tx, by, id, n)
	if err != nil {
		return "", err
	}
	if err := taking(tx.Now, g); err != nil {
		return "", err
	}
	had, err := countAt(ctx, tx, id, n)
	if err != nil {
		return "", err
	}
	if had >= mostAtSite {
		return "", fault.New(fault.Conflict, "device.error.many", mostAtSite)
	}
	// Made here, where a person waits, since lists are read by transactions that do not write.
	if _, err := secret.Key(ctx, tx, signing); err != nil {
		return "", err
	}
	if _, err := pass.NewCoder(ctx, tx, id); err != nil {
		return "", err
	}
	code = newCode()
	if err := insertCode(ctx, tx, by, id, n, digest(code), tx.Now.Add(codeLife)); err != nil {
		return "", err
	}
	return code, audit.Record(ctx, tx, by, "device.offer", id, s.Name)
}

// taking refuses where a conference has no roll to be called, or had it too long ago.
func taking(now time.Time, g site.Gathering) error {
	if g.State != conference.Convened || g.Sheet == 0 {
		return fault.New(fault.Conflict, "device.error.not_convened")
	}
	if !expiry(g.Day).After(now) {
		return fault.New(fault.Conflict, "device.error.over")
	}
	return nil
}

// expiry is until when devices of a conference on a day may send.
func expiry(day vn.Day) time.Time { return day.AddDays(afterDays + 1).Start() }

func newCode() string {
	b := make([]byte, codeLength)
	rand.Read(b)
	for i := range b {
		b[i] = letters[b[i]%byte(len(letters))]
	}
	return string(b)
}

// readCode returns a code as it was made, however a person has typed it.
func readCode(typed string) string {
	return strings.NewReplacer(" ", "", "-", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(vn.Clean(typed)))
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// An Enrolled device knows its token; it is said once.
type Enrolled struct {
	Device Device
	Token  string
	Key    []byte // by which lists are signed, the public half
}

// Enrol makes a device of a code, which is spent by it. Codes that are none are
// counted by the address that tries them, and too many are Limited.
func Enrol(ctx context.Context, d *db.DB, typed, name, addr string) (Enrolled, error) {
	var e Enrolled
	var refused error
	code, name := readCode(typed), vn.Clean(name)
	if utf8.RuneCountInString(name) > maxName {
		w := fault.Wrong{}
		w.Add("name", "error.long", maxName)
		return e, w.Err()
	}
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		e, refused = Enrolled{}, nil
		failed, err := attempts(ctx, tx, addr, tx.Now.Add(-window))
		if err != nil {
			return err
		}
		if failed >= mostFailed {
			return fault.New(fault.Limited, "device.error.attempts")
		}
		o, err := spendCode(ctx, tx, digest(code))
		if fault.Is(err, fault.NotFound) {
			refused = fault.New(fault.Invalid, "device.error.code")
			return insertAttempt(ctx, tx, addr)
		}
		if err != nil {
			return err
		}
		e, err = enrol(ctx, tx, o, name)
		return err
	})
	if err == nil {
		err = refused
	}
	return e, err
}

// enrol makes a device of an offer, if who made that may still keep the site.
func enrol(ctx context.Context, tx *db.Tx, o offer, name string) (Enrolled, error) {
	by, err := account.Still(ctx, tx, o.account, o.tree, o.unit)
	if err != nil {
		return Enrolled{}, err
	}
	if !by.Known() {
		return Enrolled{}, fault.New(fault.Invalid, "device.error.code")
	}
	g, s, err := site.Kept(ctx, tx, by, o.conference, o.site)
	if err != nil {
		return Enrolled{}, err
	}
	if err := taking(tx.Now, g); err != nil {
		return Enrolled{}, err
	}
	key, err := signer(ctx, tx)
	if err != nil {
		return Enrolled{}, err
	}
	random := make([]byte, sha256.Size)
	rand.Read(random)
	token := base64.RawURLEncoding.EncodeToString(random)
	id := "k" + db.NewKey()
	if name == "" {
		name = id
	}
	mac, err := proofOf(token)
	if err != nil {
		return Enrolled{}, err
	}
	d := Device{
		ID: id, Conference: g.ID, Site: s.N, Name: name, AccountName: o.name, Enrolled: tx.Now, Expires: expiry(g.Day),
		account: o.account, tree: o.tree, unit: o.unit, mac: mac,
	}
	if err := insert(ctx, tx, d, digest(token)); err != nil {
		return Enrolled{}, err
	}
	return Enrolled{d, token, public(key)}, audit.Record(ctx, tx, by, "device.enrol", id, name)
}

// Revoke ends a device, for a reason that is kept: it was lost, or lent. What it has
// sent stands; what it sends from now on is set aside.
func Revoke(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, device, reason string) error {
	if _, _, err := site.Kept(ctx, tx, by, id, n); err != nil {
		return err
	}
	d, err := byID(ctx, tx, id, n, device)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	reason = vn.Clean(reason)
	w.Text("reason", reason, maxReason, true)
	if err := w.Err(); err != nil {
		return err
	}
	if !d.Revoked.IsZero() {
		return fault.New(fault.Conflict, "device.error.revoked_before")
	}
	if err := setRevoked(ctx, tx, by, d.ID, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "device.revoke", d.ID, reason)
}

// List returns the devices of a site, the last enrolled first.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) ([]Device, error) {
	if _, _, err := site.Kept(ctx, tx, by, id, n); err != nil {
		return nil, err
	}
	all, err := listAt(ctx, tx, id, n)
	if err != nil {
		return nil, err
	}
	had, err := presence.Devices(ctx, tx, id, n)
	facts := map[string]int64{}
	for _, d := range had {
		facts[d.Name] = d.Facts
	}
	for i := range all {
		all[i].Facts = facts[all[i].ID]
	}
	return all, err
}

// ByToken returns the device a token is of, revoked or not; a SignIn fault if it is of
// none.
func ByToken(ctx context.Context, tx *db.Tx, token string) (Device, error) {
	d, err := byHash(ctx, tx, digest(token))
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.SignIn, "device.error.token")
	}
	return d, err
}
