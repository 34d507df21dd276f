package attendance

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

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

// A GuestNote is whether a guest is there, as somebody marks it on the roll; one
// without an id is new.
type GuestNote struct {
	ID, Name, Org string
	There         bool
}

// onRoll is the device of facts that were noted on the roll itself.
const onRoll = "roll"

// NoteGuests notes of guests who are persons whether they are there at a roll call of
// an open occasion: by new facts, or by some that take back those that say so. What
// stands as it is noted stays.
func NoteGuests(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, call int64, notes []GuestNote) error {
	if len(notes) == 0 {
		return nil
	}
	o, err := open(ctx, tx, occasion)
	if err != nil {
		return err
	}
	b := newBatch(tx, by, o, 0)
	var ids []string
	for _, n := range notes {
		if n.ID != "" {
			ids = append(ids, n.ID)
		}
	}
	if err := b.loadGuests(ctx, tx, distinct(ids)); err != nil {
		return err
	}
	at := map[int64][]Fact{}
	for i, n := range notes {
		f := Fact{ID: NewFactID(tx), Device: onRoll, Seq: int64(i), At: tx.Now.UnixMilli(), Call: call, Source: "hand"}
		g := b.guests[n.ID]
		switch {
		case n.ID == "":
			f.State, f.Guest = Present, Visitor{NewFactID(tx), n.Name, n.Org}
			at[0] = append(at[0], f)
		case !g.known || n.There == (g.calls>>(call-1)&1 == 1):
		case n.There:
			f.State, f.Guest = Present, Visitor{g.ID, g.Name, g.Org}
			at[0] = append(at[0], f)
		default:
			for _, k := range g.facts {
				if k.live() && k.Call == call && k.State.There() {
					f.ID, f.State, f.Ref, f.Reason = NewFactID(tx), Void, k.ID, onRoll
					at[k.site] = append(at[k.site], f)
				}
			}
		}
	}
	for _, site := range slices.Sorted(maps.Keys(at)) {
		taken, err := Take(ctx, tx, by, occasion, site, false, at[site])
		if err != nil {
			return err
		}
		for _, a := range taken.Answers {
			if a.Result == Invalid || a.Result == Aside {
				w := fault.Wrong{}
				w.Add("visitor_name", "attendance.error.visitor", maxName)
				return w.Err()
			}
		}
	}
	return nil
}

// NewFactID makes the id of a fact that is noted here.
func NewFactID(tx *db.Tx) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(tx.Now.UnixMilli())<<16)
	rand.Read(b[6:])
	b[6], b[8] = b[6]&0x0f|0x70, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
