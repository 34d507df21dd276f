package device

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/pass"
	"nhipcau/internal/secret"
	"nhipcau/internal/vn"
)

// signing is the name of the key by which lists are signed.
const signing = "checkin signing"

func signer(ctx context.Context, tx *db.Tx) (ed25519.PrivateKey, error) {
	seed, err := secret.Key(ctx, tx, signing)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func public(key ed25519.PrivateKey) []byte { return key.Public().(ed25519.PublicKey) }

// A Roster is the list of a site as a device gets it.
type Roster struct {
	Body      []byte
	Signature []byte
	ETag      string
}

// A draft is a roster that is read and not yet made.
type draft struct {
	device Device
	list   list
	coder  pass.Coder
	key    ed25519.PrivateKey
	now    time.Time
	marks  marks
}

// begin reads what a device's roster is made of; nothing but the ETag if that is what
// the device has. A device that is revoked or too old gets none, nor does any once the
// conference is over.
func begin(ctx context.Context, tx *db.Tx, d Device, has string) (r draft, err error) {
	r.device, r.now = d, tx.Now
	if !d.Revoked.IsZero() {
		return r, fault.New(fault.SignIn, "device.error.revoked")
	}
	if !d.Expires.After(tx.Now) {
		return r, fault.New(fault.Conflict, "device.error.over")
	}
	if r.marks, err = current(ctx, tx, d.Conference, d.Site); err != nil || r.marks.etag == has {
		return r, err
	}
	if r.list, err = readHead(ctx, tx, d.Conference, d.Site); err != nil {
		return r, err
	}
	if conference.State(r.list.State) != conference.Convened {
		return r, fault.New(fault.Conflict, "device.error.closed")
	}
	if r.coder, err = pass.NewCoder(ctx, tx, d.Conference); err != nil {
		return r, err
	}
	if r.key, err = signer(ctx, tx); err != nil {
		return r, err
	}
	return r, readPeople(ctx, tx, &r.list, d.Conference, d.Site)
}

// marks name a list: who is on it, and as what it is told apart from any other.
type marks struct {
	who, etag string
	at        time.Time // when it was given, of one that was
}

// How long a device may go on with a list: a little while whatever has changed, since a
// busy door syncs with every check-in and a large list is long to look through; and
// longer if people on it were only marked, as its own check-ins mark them.
const (
	often  = time.Minute
	seldom = 5 * time.Minute
)

// current names the list of a site as it is now. It changes with the people on it and
// how they are marked, with the conference and the site, and with the day; not with
// how a unit or an office is called.
func current(ctx context.Context, tx *db.Tx, conference string, site int64) (m marks, err error) {
	who, how, err := markOf(ctx, tx, conference, site)
	if err != nil {
		return m, err
	}
	m.who = digest("1 " + conference + " " + who + " " + string(vn.DayOf(tx.Now)))[:24]
	m.etag = `"` + digest(m.who + how)[:24] + `"`
	return m, nil
}

// told returns the ETag of the list that a device is to have: the one it was given a
// while ago as long as the same people are on it, so that its own check-ins do not make
// it ask for the whole list again.
func (d Device) told(ctx context.Context, tx *db.Tx) (string, error) {
	since := tx.Now.Sub(d.given.at)
	if since < often {
		return d.given.etag, nil
	}
	m, err := current(ctx, tx, d.Conference, d.Site)
	if err == nil && d.given.who == m.who && since < seldom {
		return d.given.etag, nil
	}
	return m.etag, err
}

// The roster as devices read it.
type (
	rosterJSON struct {
		V          int            `json:"v"`
		Conference conferenceJSON `json:"conference"`
		Site       siteJSON       `json:"site"`
		Device     string         `json:"device"`
		Calls      []callJSON     `json:"calls"`
		Need       int64          `json:"need"`
		Checkout   bool           `json:"checkout"`
		Made       int64          `json:"made"`
		Expires    int64          `json:"expires"`
		Units      []string       `json:"units"`
		People     [][]any        `json:"people"`
		Guests     [][]any        `json:"guests"`
		Topics     []string       `json:"topics"`
	}
	conferenceJSON struct {
		ID    string `json:"id"`
		Title string `json:"title"`
		Day   string `json:"day"`
		Start string `json:"start"`
		End   string `json:"end"`
		Place string `json:"place"`
	}
	siteJSON struct {
		N      int64  `json:"n"`
		Name   string `json:"name"`
		Unit   string `json:"unit"`
		Listed bool   `json:"listed"`
	}
	callJSON struct {
		N    int64  `json:"n"`
		Name string `json:"name"`
		At   string `json:"at"`
	}
)

// make makes the roster: its text and the signature over it.
func (r draft) make() (Roster, error) {
	l := r.list
	units := slices.Sorted(maps.Keys(l.Units))
	out := rosterJSON{
		V:          1,
		Conference: conferenceJSON{r.device.Conference, l.Title, string(l.Day), l.Start, l.End, l.Place},
		Site:       siteJSON{r.device.Site, l.SiteName, l.Host, l.Listed},
		Device:     r.device.ID,
		Calls:      make([]callJSON, len(l.Calls)),
		Need:       l.Rule.Need,
		Checkout:   l.Rule.Checkout,
		Made:       r.now.UnixMilli(),
		Expires:    r.device.Expires.UnixMilli(),
		Units:      make([]string, len(units)),
		People:     make([][]any, len(l.People)),
		Guests:     make([][]any, len(l.Guests)),
		Topics:     l.Topics,
	}
	if out.Topics == nil {
		out.Topics = []string{}
	}
	for i, c := range l.Calls {
		if c.At == "" && len(l.Calls) == 1 {
			c.At = l.Start
		}
		out.Calls[i] = callJSON{c.N, c.Name, c.At}
	}
	for i, g := range l.Guests {
		code := ""
		if g.Number > 0 {
			code = hashed(r.coder.Guest(g.Number))
		}
		out.Guests[i] = []any{g.ID, g.Name, g.Org, code, g.Calls, bit(g.Out)}
	}
	at := map[int64]int{}
	for i, u := range units {
		at[u], out.Units[i] = i, l.Units[u]
	}
	for i, p := range l.People {
		out.People[i] = []any{p.Key, p.Name, at[p.Unit], p.Office, hashed(r.coder.Member(p.Member)), p.State, p.Calls, bit(p.Out)}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return Roster{}, err
	}
	return Roster{b.Bytes(), ed25519.Sign(r.key, b.Bytes()), r.marks.etag}, nil
}

// hashed is a code as a list holds it: a device knows it again when it reads it, and
// whoever finds the device cannot make it.
func hashed(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:8])
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
