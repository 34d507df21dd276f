package filing

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

// A Book is what a period's items come to for one unit, or for it and all under it:
// what was entered, what formulas make of it and what the house knows, in the
// period, since the year began, and in the same period of the year before. A period
// belongs to the year of its last day, so a year from 15 December is one as well.
type Book struct {
	Round *Round
	now   *stretch
	prev  *stretch   // the period before, nil for none
	last  *stretch   // the same period of the year before, nil for none
	year  []*stretch // those of the year up to now, the oldest first, now among them
	since *stretch   // the year as one: only what the house knows
	then  *stretch   // the period as it was signed: only what the house knows; nil for none
}

// A stretch is one period with what a unit has in it.
type stretch struct {
	round   *Round
	vec     tally.Vec
	counted map[string]form.Counted // what the house knows, by key of the item
	done    map[string]formula.Value
	ends    map[int]end // the least and the greatest, by place; nil where figures are one unit's
	many    bool        // too many units to look for them
}

// Whose says whose figures a book holds.
type Whose struct {
	Unit org.Unit
	All  bool // with everything under it, not its own alone
}

// HasPast reports whether there are earlier periods of the year, or of the year
// before, to show beside this one.
func (b *Book) HasPast() (year, last bool) { return len(b.year) > 1, b.last != nil }

// Now returns what an item comes to in the period.
func (b *Book) Now(key string) formula.Value { return b.value(b.now, key) }

// Year returns what an item comes to since the year began: its figures put together
// as the item says, a formula of what is so put together.
func (b *Book) Year(key string) formula.Value {
	n := b.Round.place[key]
	if n == 0 {
		return formula.Unknown(fault.Text{Key: "filing.why.item"})
	}
	it := b.Round.Form.Items[n-1]
	switch it.Kind {
	case form.Formula:
		return b.Round.work(key, func(r formula.Ref) formula.Value {
			if r.When == formula.Prev {
				return formula.Unknown(fault.Text{Key: "filing.why.prev"})
			}
			return b.Year(r.Key)
		})
	case form.Tally:
		return b.since.known(it)
	}
	return b.over(it)
}

// over puts the figures of the year together.
func (b *Book) over(it form.Item) formula.Value {
	v := formula.Empty(it.Label)
	for _, s := range b.year {
		x := b.value(s, it.Key)
		switch {
		case !x.Is():
		case !v.Is() || it.Over == form.Last,
			it.Over == form.Min && x.X.Cmp(v.X) < 0, it.Over == form.Max && x.X.Cmp(v.X) > 0:
			v = x
		case it.Over == form.Sum:
			v = formula.Add(v, x)
		}
	}
	return v
}

// LastYear returns what an item came to in the same period of the year before.
func (b *Book) LastYear(key string) formula.Value {
	if b.last == nil {
		return formula.Unknown(fault.Text{Key: "filing.why.period"})
	}
	return b.value(b.last, key)
}

// Counted returns what the house knows for a tally item now.
func (b *Book) Counted(key string) (form.Counted, bool) {
	c, ok := b.now.counted[key]
	return c, ok
}

// Signed returns what the house knew for a tally item when the return was made that
// stands; false if none was.
func (b *Book) Signed(key string) (form.Counted, bool) {
	if b.then == nil {
		return form.Counted{}, false
	}
	c, ok := b.then.counted[key]
	return c, ok
}

// value returns what an item comes to in a period.
func (b *Book) value(s *stretch, key string) formula.Value {
	n := s.round.place[key]
	if n == 0 {
		return formula.Unknown(fault.Text{Key: "filing.why.item"})
	}
	it := s.round.Form.Items[n-1]
	switch it.Kind {
	case form.Text:
		return formula.Unknown(fault.Text{Key: "filing.why.text"})
	case form.Tally:
		return s.known(it)
	case form.Formula:
		if v, ok := s.done[key]; ok {
			return v
		}
		v := s.round.work(key, func(r formula.Ref) formula.Value { return b.ref(s, r) })
		s.done[key] = v
		return v
	}
	if s.ends != nil && extreme(it) {
		return s.end(it, n)
	}
	if l := tally.Lane(n); s.vec.Has(l) {
		return formula.Scaled(s.vec.Get(l), it.Decimals)
	}
	return formula.Empty(it.Label)
}

// work works the formula of an item out as the edition of the period has it.
func (r *Round) work(key string, get func(formula.Ref) formula.Value) formula.Value {
	f, ok := r.known[key]
	if !ok {
		return formula.Unknown(fault.Text{Key: "filing.why.item"})
	}
	return f.Work(get)
}

func (b *Book) ref(s *stretch, r formula.Ref) formula.Value {
	switch {
	case r.When == formula.Now:
		return b.value(s, r.Key)
	case s != b.now:
		return formula.Unknown(fault.Text{Key: "filing.why.far"})
	case r.When == formula.Year:
		return b.Year(r.Key)
	case b.prev == nil:
		return formula.Unknown(fault.Text{Key: "filing.why.first"})
	}
	return b.value(b.prev, r.Key)
}

func (s *stretch) known(it form.Item) formula.Value {
	if c, ok := s.counted[it.Key]; ok {
		return formula.Scaled(c.N, 0)
	}
	return formula.Unknown(fault.Text{Key: "filing.why.source"})
}

// bookOf is a book of one period alone, of figures that are read already.
func (r *Round) bookOf(v tally.Vec) *Book {
	return &Book{Round: r, now: stretchOf(r, v)}
}

// stretchOf is one period of figures that are read already.
func stretchOf(r *Round, v tally.Vec) *stretch {
	return &stretch{round: r, vec: v, done: map[string]formula.Value{}}
}

// counted are the places of the items that are added over units, and of the
// formulas, which are worked out of the sums.
func (r *Round) counted() (all []int) {
	for i, it := range r.Form.Items {
		if it.Entered() || it.Kind == form.Formula {
			all = append(all, i+1)
		}
	}
	return all
}

// Open reads the book of a period for a unit on its sheet that by may see.
func (r *Round) Open(ctx context.Context, tx *db.Tx, by auth.Actor, sources form.Sources, whose Whose) (*Book, error) {
	around, err := around(ctx, tx, r.Period)
	if err != nil {
		return nil, err
	}
	b := &Book{Round: r}
	var all []*stretch
	for _, p := range around.all {
		x, err := roundOf(ctx, tx, p.ID, p.State, p.Version)
		if err != nil {
			return nil, err
		}
		s := stretchOf(&x, tally.Vec{})
		all = append(all, s)
		switch {
		case p.ID == r.Period.ID:
			b.now = s
		case p.ID == around.prev:
			b.prev = s
		case p.ID == around.last:
			b.last = s
		}
		if slices.Contains(around.year, p.ID) {
			b.year = append(b.year, s)
		}
	}
	if err := readVectors(ctx, tx, all, whose); err != nil {
		return nil, err
	}
	for _, s := range all {
		if !whose.All {
			break
		}
		if err := s.findEnds(ctx, tx, by, whose.Unit.ID); err != nil {
			return nil, err
		}
	}
	return b, b.count(ctx, tx, by, sources, whose, all)
}

// count reads what the house knows for the tally items, if there are any.
func (b *Book) count(ctx context.Context, tx *db.Tx, by auth.Actor, sources form.Sources, whose Whose, all []*stretch) error {
	q := form.Span{Unit: whose.Unit.ID, UnitKey: whose.Unit.Key, Path: whose.Unit.Path}
	for _, s := range all {
		q.From, q.To = s.round.Period.From, s.round.Period.To
		if err := s.ask(ctx, tx, by, sources, q); err != nil {
			return err
		}
	}
	b.since = &stretch{round: b.Round}
	q.From, q.To = b.year[0].round.Period.From, b.Round.Period.To
	if len(b.year) == 1 {
		b.since.counted = b.now.counted
	} else if err := b.since.ask(ctx, tx, by, sources, q); err != nil {
		return err
	}
	if whose.All || !b.Round.house {
		return nil
	}
	mark, at, err := signed(ctx, tx, b.Round.Period.ID, whose.Unit.ID)
	if err != nil || mark == 0 {
		return err
	}
	b.then = &stretch{round: b.Round}
	q.From, q.Mark, q.Until = b.Round.Period.From, mark, at.Add(time.Second)
	return b.then.ask(ctx, tx, by, sources, q)
}

// ask reads the sources of the tally items of a period.
func (s *stretch) ask(ctx context.Context, tx *db.Tx, by auth.Actor, sources form.Sources, q form.Span) error {
	var keys []string
	for _, it := range s.round.Form.Items {
		if it.Kind == form.Tally {
			keys = append(keys, it.Source)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	found, err := sources.Count(ctx, tx, by, keys, q)
	if err != nil {
		return err
	}
	s.counted = map[string]form.Counted{}
	for _, it := range s.round.Form.Items {
		if c, ok := found[it.Source]; ok && it.Kind == form.Tally {
			s.counted[it.Key] = c
		}
	}
	return nil
}
