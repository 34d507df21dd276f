package target

import (
	"context"
	"math"
	"math/big"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Feed is a sort of figures that targets are read off, given by whoever knows both.
type Feed struct {
	Key   string
	Label string // key of a message
	Past  bool   // it can say what stood on an earlier day
	// Choices are the figures of this sort that by may choose.
	Choices func(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Choice, error)
	// Named says what a figure is called; NotFound if by may not see it.
	Named func(ctx context.Context, tx *db.Tx, by auth.Actor, of string) (Choice, error)
	// Read returns what was reached at and under each of units from a day to before
	// another; units of which nothing is known are left out.
	Read func(ctx context.Context, tx *db.Tx, by auth.Actor, of string, units []int64, from, to vn.Day) (map[int64]Reading, error)
	// Parts returns what a reading of one unit is made of, each with where it opens.
	Parts func(ctx context.Context, tx *db.Tx, by auth.Actor, of string, unit int64, unitKey string, from, to vn.Day) ([]Part, error)
}

// A Choice is one figure that a feed offers: what people call it and, where it is one
// of several of that, the key of a message that says which.
type Choice struct{ Of, Text, What string }

// A Reading is what was reached, in 10^-Decimals.
type Reading struct {
	Value    int64
	Decimals int
}

// A Part is a part of a reading and where it opens to what was entered.
type Part struct {
	Text, What string // as those of a Choice
	Reading
	Href string
}

// A Weight is a sort of figures after which a target is parted among units.
type Weight struct {
	Key   string
	Label string // key of a message
	// Read returns the weight of each of units, all with those under them.
	Read func(ctx context.Context, tx *db.Tx, by auth.Actor, units []int64) (map[int64]int64, error)
}

// Feeds are all feeds.
type Feeds []Feed

func (all Feeds) get(key string) (Feed, bool) {
	for _, f := range all {
		if f.Key == key {
			return f, true
		}
	}
	return Feed{}, false
}

// sees refuses a target read off something that by may not see.
func (all Feeds) sees(ctx context.Context, tx *db.Tx, by auth.Actor, t Target) error {
	f, ok := all.get(t.Feed)
	if !ok {
		return nil
	}
	_, err := f.Named(ctx, tx, by, t.FeedOf)
	if fault.Is(err, fault.NotFound) {
		w := fault.Wrong{}
		w.Add("feed", "target.error.feed")
		return w.Err()
	}
	return err
}

// read returns what units have reached of t from its first day to before another, in
// t's own decimals; those of which nothing is known, or which by may not see, are
// left out.
func (all Feeds) read(ctx context.Context, tx *db.Tx, by auth.Actor, t Target, units []int64, to vn.Day) (map[int64]int64, error) {
	reached := map[int64]int64{}
	f, ok := all.get(t.Feed)
	if !ok || len(units) == 0 {
		return reached, nil
	}
	got, err := f.Read(ctx, tx, by, t.FeedOf, units, t.From, to)
	if fault.Is(err, fault.NotFound) {
		return reached, nil
	}
	for unit, r := range got {
		reached[unit] = r.scaled(t.Decimals)
	}
	return reached, err
}

// scaled returns a reading in other decimals; what has more is cut.
func (r Reading) scaled(decimals int) int64 {
	x := r.Value
	if d := r.Decimals - decimals; d > 0 {
		return x / int64(math.Pow10(d))
	}
	b := new(big.Int).Mul(big.NewInt(x), big.NewInt(int64(math.Pow10(decimals-r.Decimals))))
	if !b.IsInt64() {
		return math.MaxInt64
	}
	return b.Int64()
}
