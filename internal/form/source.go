package form

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Source is what the house knows of a unit and days by itself: conferences held,
// members who studied. A tally item takes its figure from one.
type Source struct {
	Key   string
	Label string // key of a message
	// What the sheets of a kind counted in some of their lanes, added.
	Kind  *tally.Kind
	Lanes []string
	// Read tells it of what no sheet counts; nil where Kind is set.
	Read func(ctx context.Context, tx *db.Tx, by auth.Actor, q Span) (Counted, error)
}

// A Span is a unit with all under it, and days; Until is when it is asked as of, with
// the newest post that counts, both zero for now.
type Span struct {
	Unit     int64
	UnitKey  string
	Path     string // of the unit today
	From, To vn.Day // To is the first day after them
	Until    time.Time
	Mark     int64
}

// Counted is what a source comes to, with the records it comes from.
type Counted struct {
	N     int64
	Parts []Part
}

// A Part of a figure opens to where it comes from.
type Part struct {
	N    int64
	Href string
}

// Sources are all sources of a house.
type Sources []Source

// Get returns the source with a key; false if there is none.
func (s Sources) Get(key string) (Source, bool) {
	i := slices.IndexFunc(s, func(x Source) bool { return x.Key == key })
	if i < 0 {
		return Source{}, false
	}
	return s[i], true
}

// Count returns what sources come to for a unit and days, by their keys; those
// there are none of are left out. The sheets of a kind are read once for all.
func (s Sources) Count(ctx context.Context, tx *db.Tx, by auth.Actor, keys []string, q Span) (map[string]Counted, error) {
	all, kinds := map[string]Counted{}, map[string][]tally.Span{}
	for _, key := range keys {
		src, ok := s.Get(key)
		if _, had := all[key]; !ok || had {
			continue
		}
		if src.Read != nil {
			c, err := src.Read(ctx, tx, by, q)
			if err != nil {
				return nil, err
			}
			all[key] = c
			continue
		}
		if _, ok := kinds[src.Kind.Name]; !ok {
			spans, err := tally.Spans(ctx, tx, src.Kind.Name, by.Tree, q.Unit, q.From.Start(), q.To.Start(), q.Mark)
			if err != nil {
				return nil, err
			}
			kinds[src.Kind.Name] = spans
		}
		all[key] = src.among(kinds[src.Kind.Name], q.UnitKey)
	}
	return all, nil
}

// among adds the lanes of a source on sheets.
func (s Source) among(spans []tally.Span, unitKey string) (c Counted) {
	for _, x := range spans {
		n := int64(0)
		for _, l := range s.Lanes {
			n += x.Moved.Get(s.Kind.Lane(l))
		}
		if n != 0 {
			c.N += n
			c.Parts = append(c.Parts, Part{n, tally.Href(x.Sheet.ID, unitKey, s.Lanes[0], true)})
		}
	}
	return c
}
