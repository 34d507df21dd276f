package filing

import (
	"context"
	"slices"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/tally"
)

// A Ledger is what some items of a form come to in several of its periods for many
// units: each figure as the Book of that unit and period has it, read for all of them
// at once. It knows nothing of tally items, which are read from the house unit by
// unit, nor of formulas that need them.
type Ledger struct {
	Rounds []Round // the oldest first

	around []near
	rounds map[string]*Round // those, and what their formulas need besides
	nodes  map[int64]map[int64]tally.Node
	years  bool              // some formulas ask for what there is since the year began
	needed []map[string]need // by round and key of an item
	books  map[bookKey]*Book
}

// bookKey names what a unit has in a round: with all under it, or its own alone.
type bookKey struct {
	round int
	unit  int64
	own   bool
}

// RoundsOf returns the rounds of some periods of one form, whoever asks.
func RoundsOf(ctx context.Context, tx *db.Tx, periods []Period) ([]Round, error) {
	all := make([]Round, len(periods))
	for i, p := range periods {
		var err error
		if all[i], err = roundOf(ctx, tx, p.ID, p.State, p.Version); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Preceding returns the round of the period before one, false if there is none.
func Preceding(ctx context.Context, tx *db.Tx, p Period) (Round, bool, error) {
	n, err := around(ctx, tx, p)
	if err != nil {
		return Round{}, false, err
	}
	for _, x := range n.all {
		if x.ID == n.prev {
			r, err := roundOf(ctx, tx, x.ID, x.State, x.Version)
			return r, err == nil, err
		}
	}
	return Round{}, false, nil
}

// OpenLedger reads what units have in rounds of one form, the oldest first, for the
// items with some keys. The caller has found the form and the units.
func OpenLedger(ctx context.Context, tx *db.Tx, rounds []Round, units []int64, keys []string) (*Ledger, error) {
	l := &Ledger{Rounds: rounds, rounds: map[string]*Round{}, books: map[bookKey]*Book{}}
	for i := range l.Rounds {
		l.rounds[l.Rounds[i].Period.ID] = &l.Rounds[i]
		l.needed = append(l.needed, map[string]need{})
	}
	if err := l.past(ctx, tx, keys); err != nil {
		return nil, err
	}
	var sheets []int64
	for _, r := range l.rounds {
		sheets = append(sheets, r.Sheet.ID)
	}
	slices.Sort(sheets)
	var err error
	l.nodes, err = tally.NodesOn(ctx, tx, sheets, units)
	return l, err
}

// past adds the periods that formulas of the items look back to.
func (l *Ledger) past(ctx context.Context, tx *db.Tx, keys []string) error {
	l.around = make([]near, len(l.Rounds))
	for i := range l.Rounds {
		r := &l.Rounds[i]
		back := false
		for _, key := range keys {
			l.needed[i][key] = r.needs(key)
			back = back || l.needed[i][key].back
			l.years = l.years || l.needed[i][key].year
		}
		if !back {
			l.around[i] = near{year: []string{r.Period.ID}}
			continue
		}
		n, err := around(ctx, tx, r.Period)
		if err != nil {
			return err
		}
		l.around[i] = n
		for _, p := range n.all {
			if l.rounds[p.ID] != nil || p.ID != n.prev && !slices.Contains(n.year, p.ID) {
				continue
			}
			x, err := roundOf(ctx, tx, p.ID, p.State, p.Version)
			if err != nil {
				return err
			}
			l.rounds[p.ID] = &x
		}
	}
	return nil
}

// A need is what stands behind an item.
type need struct {
	back    bool // figures of other periods
	year    bool // figures since the year began
	extreme bool // figures that are not added over units
	house   bool // what the house knows
}

// needs follows a formula down to what is entered.
func (r *Round) needs(key string) need {
	var n need
	seen := map[string]bool{}
	var follow func(key string)
	follow = func(key string) {
		at := r.place[key]
		if at == 0 || seen[key] {
			return
		}
		seen[key] = true
		it := r.Form.Items[at-1]
		n.house = n.house || it.Kind == form.Tally
		n.extreme = n.extreme || extreme(it)
		f := r.known[key]
		if f == nil {
			return
		}
		for _, ref := range f.Refs() {
			n.back = n.back || ref.When != formula.Now
			n.year = n.year || ref.When == formula.Year
			follow(ref.Key)
		}
	}
	follow(key)
	return n
}

// Item returns the item with a key as the round asks for it, and its place from 1; 0
// if it does not.
func (r *Round) Item(key string) (form.Item, int) {
	n := r.place[key]
	if n == 0 {
		return form.Item{}, 0
	}
	return r.Form.Items[n-1], n
}

// House reports whether an item is what the house knows, or a formula that needs it.
func (r *Round) House(key string) bool { return r.needs(key).house }

// Under returns the units directly under one on the round's sheet, in the order of the
// tree; nil if it does not stand there or has none.
func (r *Round) Under(unit int64) (all []int64) {
	at, ok := r.epoch.Index(unit)
	if !ok || !r.epoch.Under(at, r.root) {
		return nil
	}
	for child := range r.epoch.Children(at) {
		all = append(all, r.epoch.Unit(child))
	}
	return all
}

// Received returns how many returns stand behind the figures of a unit in a round: of
// it and all under it, or its own.
func (l *Ledger) Received(round int, unit int64, own bool) int64 {
	v := l.vec(l.Rounds[round].Period.ID, unit, own)
	return v.Get(received)
}

// Value returns what an item that the ledger was opened for comes to for a unit in a
// round, with all under it or its own alone; nothing, and why, where that does not add
// up.
func (l *Ledger) Value(round int, unit int64, own bool, key string) formula.Value {
	if why := l.Apart(round, unit, own, key); why.Key != "" {
		return formula.Unknown(why)
	}
	return l.book(round, unit, own).Now(key)
}

// Figure returns the figure that was entered for the item at a place, from 1, in a
// round; false if none was.
func (l *Ledger) Figure(round int, unit int64, own bool, n int) (int64, bool) {
	v := l.vec(l.Rounds[round].Period.ID, unit, own)
	return v.Get(tally.Lane(n)), v.Has(tally.Lane(n))
}

// Apart says why an item of a unit in a round is no one figure; nothing if it is.
func (l *Ledger) Apart(round int, unit int64, own bool, key string) fault.Text {
	n := l.needed[round][key]
	switch {
	case n.house:
		return fault.Text{Key: "filing.why.house"}
	case n.extreme && !own && !l.Rounds[round].Leaf(unit):
		return fault.Text{Key: "filing.why.extreme"}
	}
	return fault.Text{}
}

// Over returns what an item comes to for a unit over some of the rounds, by their
// places in order: its figures put together as the item says, a formula worked out of
// what is so put together. Periods that overlap come to nothing.
func (l *Ledger) Over(some []int, unit int64, own bool, key string) formula.Value {
	if len(some) == 0 || l.overlap(some) {
		return formula.Unknown(fault.Text{Key: "filing.why.overlap"})
	}
	last := some[len(some)-1]
	r := &l.Rounds[last]
	if l.needed[last][key].year && !l.aYear(some) {
		return formula.Unknown(fault.Text{Key: "filing.why.range"})
	}
	for _, i := range some {
		if why := l.Apart(i, unit, own, key); why.Key != "" {
			return formula.Unknown(why)
		}
	}
	if it, n := r.Item(key); n > 0 && it.Entered() {
		return l.entered(some, unit, own, it)
	}
	b := &Book{Round: r, since: &stretch{round: r}}
	for _, i := range some {
		b.year = append(b.year, l.piece(l.Rounds[i].Period.ID, unit, own))
	}
	b.now = b.year[len(b.year)-1]
	return b.Year(key)
}

// entered puts the figures of an item that is entered together, as a book does.
func (l *Ledger) entered(some []int, unit int64, own bool, it form.Item) formula.Value {
	var n int64
	has, same := false, true
	for _, i := range some {
		was, at := l.Rounds[i].Item(it.Key)
		if at == 0 || !was.Entered() {
			continue
		}
		same = same && was.Decimals == it.Decimals
		x, ok := l.Figure(i, unit, own, at)
		switch {
		case !ok:
		case !has || it.Over == form.Last, it.Over == form.Min && x < n, it.Over == form.Max && x > n:
			n, has = x, true
		case it.Over == form.Sum:
			n += x
		}
	}
	switch {
	case !has:
		return formula.Empty(it.Label)
	case same:
		return formula.Scaled(n, it.Decimals)
	}
	b := &Book{Round: &l.Rounds[some[len(some)-1]]}
	for _, i := range some {
		b.year = append(b.year, l.piece(l.Rounds[i].Period.ID, unit, own))
	}
	return b.over(it)
}

// overlap reports whether some rounds ask for the same days.
func (l *Ledger) overlap(some []int) bool {
	for n, i := range some {
		if n > 0 && l.Rounds[i].Period.From.Before(l.Rounds[some[n-1]].Period.To) {
			return true
		}
	}
	return false
}

// aYear reports whether some rounds are those of one year up to the last of them.
func (l *Ledger) aYear(some []int) bool {
	year := l.around[some[len(some)-1]].year
	for _, i := range some {
		if !slices.Contains(year, l.Rounds[i].Period.ID) {
			return false
		}
	}
	return len(year) == len(some)
}

// vec is what a unit has in a period.
func (l *Ledger) vec(period string, unit int64, own bool) tally.Vec {
	n := l.nodes[l.rounds[period].Sheet.ID][unit]
	if own {
		return n.Own
	}
	return n.Total
}

// piece is one period of a book. Books share none: what a formula comes to depends on
// the period that its book is of.
func (l *Ledger) piece(period string, unit int64, own bool) *stretch {
	return stretchOf(l.rounds[period], l.vec(period, unit, own))
}

// book is the book of a unit in a round.
func (l *Ledger) book(round int, unit int64, own bool) *Book {
	r := &l.Rounds[round]
	key := bookKey{round, unit, own}
	b := l.books[key]
	if b != nil {
		return b
	}
	b = &Book{Round: r, now: l.piece(r.Period.ID, unit, own), since: &stretch{round: r}}
	if prev := l.around[round].prev; prev != "" {
		b.prev = l.piece(prev, unit, own)
	}
	for _, id := range l.around[round].year {
		if id == r.Period.ID {
			b.year = append(b.year, b.now)
		} else if l.years {
			b.year = append(b.year, l.piece(id, unit, own))
		}
	}
	l.books[key] = b
	return b
}

// Asked reports whether a unit is asked itself in the round.
func (r *Round) Asked(unit int64) bool {
	_, asked := r.asks(unit)
	return asked
}

// Leaf reports whether no unit stands under one on the round's sheet.
func (r *Round) Leaf(unit int64) bool {
	at, ok := r.epoch.Index(unit)
	return !ok || r.epoch.End(at) == at+1
}
