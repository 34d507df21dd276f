// Package programme shows the day of a conference: its topics in the order of their
// times, the materials of each, the page for people outside, the entry for their
// calendars; and makes new conferences like ones there were.
package programme

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/pass"
	"nhipcau/internal/secret"
	"nhipcau/internal/vn"
)

// A Visibility says who may open the page of a programme without signing in.
type Visibility string

// The visibilities.
const (
	Private Visibility = "private" // nobody
	Invited Visibility = "invited" // who brings the code of an invitation
	Public  Visibility = "public"  // everybody
)

// Visibilities are all of them.
var Visibilities = []Visibility{Private, Invited, Public}

// Settings are how the programme of a conference is shown.
type Settings struct {
	Conference string
	Visibility Visibility
	Address    string // of its page, "" until there was one
	Pattern    bool   // its unit makes others like it
	Version    int64
}

// Set says who may see the page of a programme, and whether its conference is a
// pattern for others. It is a Conflict if that has changed since version.
func Set(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, v Visibility, pattern bool) error {
	c, err := mine(ctx, tx, by, id)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	if !slices.Contains(Visibilities, v) {
		w.Add("visibility", "error.needed")
	}
	if err := w.Err(); err != nil {
		return err
	}
	if err := set(ctx, tx, id, version, v, pattern); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "programme.set", id, string(v)+" "+c.Title)
}

// mine returns a conference that by may prepare.
func mine(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (conference.Conference, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err == nil {
		err = mayArrange(by, c)
	}
	return c, err
}

// A View is what people outside are shown: no link that somebody wrote into a text,
// as the address of a room, is in it.
type View struct {
	Conference conference.Conference
	Settings   Settings
	Materials  []Material // those that are open
	Photos     []Photo    // likewise
}

// AddressOf returns the page of the programme of a conference that lets in who brings
// an invitation to it, "" if there is none.
func AddressOf(ctx context.Context, tx *db.Tx, id string) (string, error) {
	s, err := settings(ctx, tx, id)
	if err != nil || s.Visibility == Private {
		return "", err
	}
	return "/p/" + s.Address, nil
}

// Open returns the page at an address for whoever comes with a code, "" for none. A
// page that is not for them is not found. Who may see the conference itself sees its
// page before others do.
func Open(ctx context.Context, tx *db.Tx, by auth.Actor, address, code string) (View, error) {
	s, err := atAddress(ctx, tx, address)
	if err != nil {
		return View{}, err
	}
	ours := false
	if by.Known() {
		_, err := conference.Get(ctx, tx, by, s.Conference)
		if ours = err == nil; !ours && !fault.Is(err, fault.NotFound) {
			return View{}, err
		}
	}
	if !ours {
		if err := s.letsIn(ctx, tx, code); err != nil {
			return View{}, err
		}
	}
	c, err := outside(ctx, tx, s.Conference)
	if err != nil {
		return View{}, err
	}
	if !ours && c.State == conference.Draft {
		return View{}, fault.New(fault.NotFound, "error.not_found")
	}
	v := View{Conference: c, Settings: s}
	if v.Materials, err = materials(ctx, tx, s.Conference, true); err != nil {
		return View{}, err
	}
	all, err := photos(ctx, tx, s.Conference)
	v.Photos = opened(all)
	return v.withoutLinks(), err
}

func (s Settings) letsIn(ctx context.Context, tx *db.Tx, code string) error {
	if s.Visibility == Public {
		return nil
	}
	if s.Visibility == Invited && len(code) == pass.CodeLength {
		// Where no code was ever made, none is good; this only reads.
		key, err := secret.Find(ctx, tx, pass.CodeKey)
		if err != nil {
			return err
		}
		if key != nil {
			coder, err := pass.NewCoder(ctx, tx, s.Conference)
			if err != nil {
				return err
			}
			// Whoever is taken off the roll has a code that was good.
			member, guest := coder.Read(code)
			if still, err := expected(ctx, tx, s.Conference, member, guest); err != nil || still {
				return err
			}
		}
	}
	return fault.New(fault.NotFound, "error.not_found")
}

var link = regexp.MustCompile(`(?i)\b(?:[a-z][a-z0-9+.-]*://|www\.)\S*|\b(?:[a-z0-9-]+\.)+[a-z]{2,}/\S*|\b(?:[a-z0-9-]+\.)*(?:zoom\.us|meet\.google\.com|teams\.(?:microsoft|live)\.com|webex\.com)\S*`)

// withoutLinks takes the links out of a text.
func withoutLinks(s string) string {
	return strings.Trim(vn.Clean(link.ReplaceAllString(s, "")), " :;,-–·(")
}

func (v View) withoutLinks() View {
	v.Conference.Title, v.Conference.Place, v.Conference.Chair = withoutLinks(v.Conference.Title), withoutLinks(v.Conference.Place), withoutLinks(v.Conference.Chair)
	v.Conference.Topics = slices.Clone(v.Conference.Topics)
	for i, t := range v.Conference.Topics {
		t.Title, t.Speaker, t.SpeakerTitle = withoutLinks(t.Title), withoutLinks(t.Speaker), withoutLinks(t.SpeakerTitle)
		v.Conference.Topics[i] = t
	}
	for i := range v.Photos {
		v.Photos[i].Caption = withoutLinks(v.Photos[i].Caption)
	}
	v.Materials = slices.Clone(v.Materials)
	for i := range v.Materials {
		v.Materials[i].Title = withoutLinks(v.Materials[i].Title)
	}
	return v
}
