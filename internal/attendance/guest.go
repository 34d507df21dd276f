package attendance

import (
	"context"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// A Guestcard is a guest who is a person: one with an invitation has a number.
type Guestcard struct {
	Visitor
	Number int64
	Site   int64 // where they are to be, or were
	Calls  int64 // roll calls at which they were there: bit 0 is the first
	Out    bool  // checked out
}

// There reports whether the guest was there at a roll call.
func (g Guestcard) There(call int64) bool { return g.Calls>>(call-1)&1 == 1 }

// InviteGuest puts a guest with an invitation on the roll of an open occasion, or
// changes their name, where they come from, and the site at which they are to be.
func InviteGuest(ctx context.Context, tx *db.Tx, occasion string, number, site int64, name, org string) error {
	o, err := open(ctx, tx, occasion)
	if err != nil {
		return err
	}
	b := batch{occasion: o, known: map[string]*kept{}, guests: map[string]*visitor{}}
	if err := b.loadGuests(ctx, tx, []string{strconv.FormatInt(number, 10)}); err != nil {
		return err
	}
	for _, g := range b.guests {
		g.number, g.Name, g.Org = number, vn.Clean(name), vn.Clean(org)
		if g.fact != "" && g.seat >= 0 {
			g.seat = site
		} else if !g.known {
			g.site, g.seat = site, -1
		} else if g.calls == 0 {
			g.site = site
		}
		b.came = append(b.came, g)
	}
	return b.saveGuests(ctx, tx)
}
