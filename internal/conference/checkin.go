package conference

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/presence"
	"nhipcau/internal/tally"
)

// CheckinSource is the kind of source of posts that facts from a site have made. Its
// ids name the conference, the site and the batch.
const CheckinSource = "checkin"

// LateReason is the reason of a post whose facts came after their site had closed: a
// message key.
const LateReason = "conference.late"

// A Batch names the facts behind a post.
type Batch struct {
	Conference string
	Site, N    int64
}

func (b Batch) source() tally.Source {
	return tally.Source{Kind: CheckinSource, ID: fmt.Sprintf("%s:%d:%d", b.Conference, b.Site, b.N)}
}

// ParseBatch reads the id of a source; what is none is the zero Batch.
func ParseBatch(id string) Batch {
	part := strings.Split(id, ":")
	if len(part) != 3 {
		return Batch{}
	}
	site, err := strconv.ParseInt(part[1], 10, 64)
	if err != nil {
		return Batch{}
	}
	n, err := strconv.ParseInt(part[2], 10, 64)
	if err != nil {
		return Batch{}
	}
	return Batch{part[0], site, n}
}

// CountCheckins posts what a batch of facts has moved, once for each home unit. The
// caller has found the conference, whose sheet is given.
func CountCheckins(ctx context.Context, tx *db.Tx, by auth.Actor, sheet int64, b Batch, homes []attendance.Home, reason string) error {
	if len(homes) == 0 {
		return nil
	}
	units := make([]int64, len(homes))
	for i, h := range homes {
		units[i] = h.Unit
	}
	at, err := tally.Places(ctx, tx, sheet, units)
	if err != nil {
		return err
	}
	entries := make([]tally.Entry, len(homes))
	for i, h := range homes {
		d := tally.Delta{}
		if h.Invited != 0 {
			d[kind.Lane("checked_in")] = h.Invited
		}
		if h.Extra != 0 {
			d[kind.Lane("extra")] = h.Extra
		}
		entries[i] = tally.Entry{Sheet: sheet, Unit: at[i], Delta: d, Source: b.source(), Reason: reason}
	}
	return tally.PostMany(ctx, tx, by, entries)
}

// checkedIn returns what the facts of an occasion say, by home unit.
func checkedIn(ctx context.Context, tx *db.Tx, occasion string) (map[int64]tally.Delta, error) {
	counts, err := presence.CheckedIn(ctx, tx, occasion)
	all := map[int64]tally.Delta{}
	for _, c := range counts {
		lane := kind.Lane("checked_in")
		if c.Extra {
			lane = kind.Lane("extra")
		}
		all[c.Unit] = all[c.Unit].Plus(tally.Delta{lane: c.N})
	}
	return all, err
}
