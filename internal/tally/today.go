package tally

import (
	"context"
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/lineage"
)

// MostToday is how many lanes one view on today's tree has.
const MostToday = 8

// A Today is a sheet on the tree of today: each unit's own figures stand where the
// unit stands now, or with those that took over from it, by their shares. What the
// whole adds up to is what was reported as long as nobody left the scope. It is
// made in memory and not to be changed.
type Today struct {
	Sheet Sheet
	Epoch *epoch.Epoch
	Lanes []Lane
	// Assumed tells that some share was taken as equal because no paper gives it.
	Assumed bool

	root     int
	total    []int64 // by place from the root, one after the other for each lane
	present  []uint8 // a bit for each lane
	estimate []bool
}

// On reports whether a unit stands on the sheet in the tree of today.
func (t *Today) On(unit int64) bool {
	_, ok := t.place(unit)
	return ok
}

func (t *Today) place(unit int64) (int, bool) {
	i, ok := t.Epoch.Index(unit)
	return i - t.root, ok && t.Epoch.Under(i, t.root)
}

// Total returns the figures of a unit and everything under it: estimate if some of
// it came by a share. It is absent for a unit that does not stand on the sheet.
func (t *Today) Total(unit int64) (v Vec, estimate bool) {
	at, ok := t.place(unit)
	if !ok {
		return v, false
	}
	for i, l := range t.Lanes {
		if t.present[at]&(1<<i) != 0 {
			v.set(l, t.total[at*len(t.Lanes)+i])
		}
	}
	return v, t.estimate[at]
}

// Under returns the units directly under one, in tree order, at most limit after
// the unit after; 0 is the first page.
func (t *Today) Under(unit, after int64, limit int) []int64 {
	at, ok := t.place(unit)
	if !ok {
		return nil
	}
	var all []int64
	found := after == 0
	for i := range t.Epoch.Children(at + t.root) {
		if u := t.Epoch.Unit(i); found {
			all = append(all, u)
		} else {
			found = u == after
		}
		if len(all) == limit {
			break
		}
	}
	return all
}

// OnToday returns some lanes, at most MostToday, of a sheet on the tree of today. A
// root that stands no more is a NotFound fault.
func OnToday(ctx context.Context, tx *db.Tx, s Sheet, lanes []Lane) (*Today, error) {
	if len(lanes) > MostToday {
		return nil, fmt.Errorf("tally: %d lanes at once, at most %d", len(lanes), MostToday)
	}
	e, err := epoch.Last(ctx, tx, s.Tree)
	if err != nil {
		return nil, err
	}
	root, ok := e.Index(s.Root)
	if !ok {
		return nil, fault.New(fault.NotFound, "error.not_found")
	}
	last, err := LastPost(ctx, tx, s.ID)
	if err != nil {
		return nil, err
	}
	reform, made, err := lineage.State(ctx, tx, s.Tree)
	if err != nil {
		return nil, err
	}
	key := todayKey{s.ID, last, s.Epoch, e.ID, reform, made, fmt.Sprint(lanes)}
	if t := todays.get(key); t != nil {
		return t, nil
	}
	n := e.End(root) - root
	t := &Today{
		Sheet: s, Epoch: e, Lanes: slices.Clone(lanes), root: root,
		total: make([]int64, n*len(lanes)), present: make([]uint8, n), estimate: make([]bool, n),
	}
	if err := t.fill(ctx, tx); err != nil {
		return nil, err
	}
	todays.put(key, t)
	return t, nil
}

// fill reads what each unit had and puts it where it belongs today.
func (t *Today) fill(ctx context.Context, tx *db.Tx) error {
	heirs, err := heirsOf(ctx, tx, t.Sheet)
	if err != nil {
		return err
	}
	k := len(t.Lanes)
	figures := make([]int64, k)
	if err := eachOwn(ctx, tx, t.Sheet.ID, func(unit int64, own []byte) error {
		present, err := pick(own, t.Lanes, figures)
		if err != nil || present == 0 {
			return err
		}
		if !heirs.moved(unit) {
			t.add(unit, present, figures, k)
			return nil
		}
		return t.share(heirs, unit, present, figures)
	}); err != nil {
		return err
	}
	for at := len(t.present) - 1; at > 0; at-- { // what lies under a unit comes after it
		up := t.Epoch.Above(at+t.root) - t.root
		for i := range k {
			if err := addTo(&t.total[up*k+i], t.total[at*k+i]); err != nil {
				return err
			}
		}
		t.present[up] |= t.present[at]
	}
	return nil
}

func (t *Today) add(unit int64, present uint8, figures []int64, k int) {
	at, ok := t.place(unit)
	if !ok {
		return
	}
	t.present[at] |= present
	for i := range k {
		t.total[at*k+i] += figures[i]
	}
}

// share gives the figures of a unit to those that took over from it. Where they
// stand under different units the figures of these are estimates, up to where
// they meet again.
func (t *Today) share(heirs *heirs, unit int64, present uint8, figures []int64) error {
	parts, err := heirs.of(unit)
	if err != nil {
		return err
	}
	k := len(t.Lanes)
	mine := make([]int64, k)
	for n := range parts {
		for i := range k {
			mine[i] = portion(figures[i], parts, n)
		}
		t.add(parts[n].unit, present, mine, k)
	}
	if len(parts) > 1 {
		t.mark(parts)
	}
	return nil
}

func (t *Today) mark(parts []part) {
	under := map[int]int{} // how many of the parts stand at or under a place
	on := 0
	for _, p := range parts {
		t.Assumed = t.Assumed || p.assumed
		i, ok := t.Epoch.Index(p.unit)
		if !ok || !t.Epoch.Under(i, t.root) {
			continue
		}
		on++
		for at := range t.Epoch.Up(i) {
			if at < t.root {
				break
			}
			under[at]++
		}
	}
	for at, n := range under {
		if n < len(parts) { // not all of it is under this unit
			t.estimate[at-t.root] = true
		}
	}
}

func addTo(sum *int64, x int64) error {
	n := *sum + x
	if x > 0 && n < *sum || x < 0 && n > *sum {
		return errOverflow
	}
	*sum = n
	return nil
}

// A part is the share of a unit's figures that is another's today.
type part struct {
	unit     int64
	num, den uint64
	assumed  bool
}

// portion returns the share of x that goes to the nth of all parts. Shares are
// rounded down and what is left goes, one each, to the largest remainders, the
// first of equal ones, so that all shares together are x.
func portion(x int64, parts []part, n int) int64 {
	abs, sign := uint64(x), int64(1)
	if x < 0 {
		abs, sign = uint64(-x), -1
	}
	type rest struct{ n, hi, lo uint64 } // remainder over den, as a fraction of 2^64
	left := abs
	whole := make([]uint64, len(parts))
	rests := make([]rest, len(parts))
	for i, p := range parts {
		hi, lo := bits.Mul64(abs, p.num)
		q, r := bits.Div64(hi, lo, p.den)
		whole[i] = q
		left -= q
		f, _ := bits.Div64(r, 0, p.den)
		rests[i] = rest{uint64(i), f, 0}
	}
	slices.SortStableFunc(rests, func(a, b rest) int {
		switch {
		case a.hi > b.hi:
			return -1
		case a.hi < b.hi:
			return 1
		}
		return 0
	})
	for i := range left {
		whole[rests[i].n]++
	}
	return sign * int64(whole[n])
}

// heirs are who took over from whom after a sheet was opened.
type heirs struct {
	byOld map[int64][]inherited
	parts map[int64][]part
}

// An inherited is one unit's part in what another gave away, by the reform that
// came as number turn.
type inherited struct {
	lineage.Heir
	turn int
}

// heirsOf reads who took over from whom after a sheet was opened.
func heirsOf(ctx context.Context, tx *db.Tx, s Sheet) (*heirs, error) {
	all, err := lineage.Since(ctx, tx, s.Tree, s.ID)
	if err != nil {
		return nil, err
	}
	h := &heirs{map[int64][]inherited{}, map[int64][]part{}}
	for _, one := range all {
		if one.Heir.Old == one.Heir.New && one.Num == one.Den { // it only moved
			continue
		}
		h.byOld[one.Old] = append(h.byOld[one.Old], inherited{one.Heir, one.Turn})
	}
	return h, nil
}

func (h *heirs) moved(unit int64) bool { return len(h.byOld[unit]) > 0 }

// of returns whose a unit's figures are today. The parts of one unit add up to 1.
func (h *heirs) of(unit int64) ([]part, error) {
	if p, ok := h.parts[unit]; ok {
		return p, nil
	}
	var all []part
	err := h.follow(part{unit: unit, num: 1, den: 1}, 0, 0, &all)
	h.parts[unit] = all
	return all, err
}

const mostReforms = 10_000

func (h *heirs) follow(p part, from, deep int, all *[]part) error {
	if deep > mostReforms {
		return fmt.Errorf("tally: unit %d follows itself", p.unit)
	}
	var next []inherited // of the first reform after from that touched it
	for _, one := range h.byOld[p.unit] {
		if one.turn >= from && (len(next) == 0 || one.turn == next[0].turn) {
			next = append(next, one)
		}
	}
	if len(next) == 0 {
		for i, had := range *all {
			if had.unit == p.unit { // by two ways
				sum, err := had.plus(p)
				(*all)[i] = sum
				return err
			}
		}
		*all = append(*all, p)
		return nil
	}
	for _, one := range next {
		q, err := p.times(one.Heir)
		if err != nil {
			return err
		}
		if err := h.follow(q, one.turn+1, deep+1, all); err != nil {
			return err
		}
	}
	return nil
}

func (p part) times(h lineage.Heir) (part, error) {
	a, b := part{num: p.num, den: uint64(h.Den)}.reduced(), part{num: uint64(h.Num), den: p.den}.reduced()
	over, num := bits.Mul64(a.num, b.num)
	over2, den := bits.Mul64(a.den, b.den)
	if over != 0 || over2 != 0 {
		return part{}, errOverflow
	}
	return part{h.New, num, den, p.assumed || h.Assumed}, nil
}

func (p part) plus(o part) (part, error) {
	g := part{num: p.den, den: o.den}.reduced() // den is that of o over what both share
	a, x := bits.Mul64(p.num, g.den)
	b, y := bits.Mul64(o.num, g.num)
	c, d := bits.Mul64(p.den, g.den)
	if a != 0 || b != 0 || c != 0 || x+y < x {
		return part{}, errOverflow
	}
	return part{p.unit, x + y, d, p.assumed || o.assumed}.reduced(), nil
}

func (p part) reduced() part {
	a, b := p.num, p.den
	for b != 0 {
		a, b = b, a%b
	}
	if a > 1 {
		p.num, p.den = p.num/a, p.den/a
	}
	return p
}

// A Contribution is what one unit as it was adds to a unit of today.
type Contribution struct {
	Unit     int64 // as it was when the sheet was opened
	Num, Den int64
	Assumed  bool
	Own      Vec // as reported, of the unit alone
	Given    Vec // the share of it
}

// From returns the units whose own figures make those of a unit of today, without
// what stands under it: itself, and those it took over from.
func (t *Today) From(ctx context.Context, tx *db.Tx, unit int64) ([]Contribution, error) {
	h, err := heirsOf(ctx, tx, t.Sheet)
	if err != nil {
		return nil, err
	}
	candidates := []int64{unit}
	for old := range h.byOld {
		candidates = append(candidates, old)
	}
	slices.Sort(candidates)
	var all []Contribution
	for _, old := range slices.Compact(candidates) {
		parts, err := h.of(old)
		if err != nil {
			return nil, err
		}
		n := slices.IndexFunc(parts, func(p part) bool { return p.unit == unit })
		if n < 0 {
			continue
		}
		own, err := Own(ctx, tx, t.Sheet.ID, old)
		if err != nil {
			return nil, err
		}
		c := Contribution{Unit: old, Num: int64(parts[n].num), Den: int64(parts[n].den), Assumed: parts[n].assumed, Own: own}
		for _, l := range t.Lanes {
			if own.Has(l) {
				if err := c.Given.addLane(l, portion(own.Get(l), parts, n)); err != nil {
					return nil, err
				}
			}
		}
		if !c.Given.Empty() {
			all = append(all, c)
		}
	}
	return all, nil
}

// todays holds the views used last: making one reads the whole sheet.
var todays todayShelf

const mostTodays = 4

type todayKey struct {
	sheet, post, was, now, reform, made int64
	lanes                               string
}

type todayShelf struct {
	mu  sync.Mutex
	all []shelvedToday // the one used last at the end
}

type shelvedToday struct {
	key   todayKey
	today *Today
}

func (s *todayShelf) get(k todayKey) *Today {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, one := range s.all {
		if one.key == k {
			s.all = append(slices.Delete(s.all, i, i+1), one)
			return one.today
		}
	}
	return nil
}

func (s *todayShelf) put(k todayKey, t *Today) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all = append(s.all, shelvedToday{k, t}); len(s.all) > mostTodays {
		s.all = slices.Delete(s.all, 0, 1)
	}
}

// ParseLanes returns the lanes of a kind that are named, with commas between; those
// it does not have are left out.
func (k *Kind) ParseLanes(names string) (all []Lane) {
	for _, n := range strings.Split(names, ",") {
		if k.Has(n) && !slices.Contains(all, k.Lane(n)) {
			all = append(all, k.Lane(n))
		}
	}
	return all
}
