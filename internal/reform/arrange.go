package reform

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/lineage"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// Many is the kind of a reform of many units by a table: units are created, merged,
// split, moved and renamed on one day.
const Many Kind = "many"

// An Act is what one line of a reform's table says.
type Act string

// The acts.
const (
	Create Act = "create" // Unit is a new code; Target the parent
	Into   Act = "into"   // Unit ends, or gives a part away; Target takes over the share Num of Den
	MoveTo Act = "move"   // Unit, with everything under it, goes under Target
	Rename Act = "rename"
)

// Acts are all acts.
var Acts = []Act{Create, Into, MoveTo, Rename}

// A Line is one line of a reform's table. A unit with lines Into ends, unless one
// of them goes to itself. What stands under a unit that ends goes with the line
// MoveTo it has, else to the unit that takes over as keeper.
type Line struct {
	N           int // in the table, from 1
	Act         Act
	Unit        string // key
	Target      string // key
	Name, Short string
	Kind        string
	Num, Den    int64 // 0/0: the paper does not say; shares are then equal, and marked as assumed
	Keeper      bool  // takes over what was owed; if no line of a unit says so, the largest share
}

// A Table is a reform of many units as it was entered.
type Table struct {
	Day      vn.Day
	Decision string
	Reason   string
	Lines    []Line
}

// A Problem is what stands in the way of a reform, and on which line; 0 for none.
type Problem struct {
	Line int
	fault.Text
}

// A Trial is what a reform of many units would do, and what stands in its way.
type Trial struct {
	Table
	Created, Ended, Moved, Followed, Renamed int
	Assumed                                  int // units whose shares were taken as equal
	Members, Accounts, Owed, Conferences     int64
	Rollouts                                 []rollout.Rollout // that go on in a second part
	Handed                                   []Handed          // what the units that end have open
	Problems                                 []Problem         // the first hundred
	Hindered                                 int               // how many there are

	change lineage.Change
	heirs  []lineage.Heir
	keeper map[int64]int64 // of the units that end
	ids    map[string]int64
}

const (
	maxProblems = 100
	// MaxLines is how many lines a table may have.
	MaxLines = 100_000
)

func (t *Trial) problem(line int, key string, args ...any) {
	if t.Hindered++; len(t.Problems) < maxProblems {
		t.Problems = append(t.Problems, Problem{line, fault.Text{Key: key, Args: args}})
	}
}

func (t *Table) check() error {
	w := fault.Wrong{}
	t.Decision, t.Reason = vn.Clean(t.Decision), vn.CleanText(t.Reason)
	if !t.Day.Valid() {
		w.Add("day", "reform.error.day")
	}
	w.Text("decision", t.Decision, maxDecision, true)
	w.Text("reason", t.Reason, maxReason, false)
	if len(t.Lines) == 0 {
		w.Add("file", "reform.error.no_lines")
	}
	if len(t.Lines) > MaxLines {
		w.Add("file", "reform.error.many_lines", MaxLines)
	}
	return w.Err()
}

// TryMany returns what a table would do; nothing is changed.
func TryMany(ctx context.Context, tx *db.Tx, by auth.Actor, table Table) (*Trial, error) {
	if err := org.MayReform(by); err != nil {
		return nil, err
	}
	if err := table.check(); err != nil {
		return nil, err
	}
	return work(ctx, tx, by, table)
}

// A worker works a table out against the tree.
type worker struct {
	*Trial
	by     auth.Actor
	units  map[string]*node
	byID   map[int64]*node
	parent map[int64]int64 // of units that stand outside of the table
}

// A node is a unit that a table speaks of.
type node struct {
	lineage.Standing
	line    int // that creates it, 0 if it stands
	into    []Line
	moves   int // line, 0 for none
	renames int // the same
	to      int64
	ends    bool
	keeper  int64
}

// work works a table out. Units to be created have ids below zero.
func work(ctx context.Context, tx *db.Tx, by auth.Actor, table Table) (*Trial, error) {
	t := &Trial{Table: table, keeper: map[int64]int64{}, ids: map[string]int64{}}
	t.change = lineage.Change{Tree: by.Tree, Day: table.Day}
	w := &worker{Trial: t, by: by, units: map[string]*node{}, byID: map[int64]*node{}, parent: map[int64]int64{}}
	if err := w.find(ctx, tx); err != nil {
		return nil, err
	}
	w.read()
	w.shares()
	if err := w.follow(ctx, tx); err != nil {
		return nil, err
	}
	w.arrange()
	if err := w.circles(ctx, tx); err != nil {
		return nil, err
	}
	if t.Hindered > 0 {
		return t, nil
	}
	return t, w.effects(ctx, tx)
}

// find reads the units that the table names.
func (w *worker) find(ctx context.Context, tx *db.Tx) error {
	keys := map[string]bool{}
	var fresh []string
	for _, l := range w.Lines {
		keys[l.Unit] = true
		if l.Target != "" {
			keys[l.Target] = true
		}
		if l.Act == Create {
			fresh = append(fresh, l.Unit)
		}
	}
	all, err := lineage.ByKeys(ctx, tx, w.by.Tree, slices.Sorted(maps.Keys(keys)))
	if err != nil {
		return err
	}
	for _, s := range all {
		if s.Path >= w.by.Path && s.Path < w.by.End() {
			n := &node{Standing: s}
			w.units[s.Key], w.byID[s.ID] = n, n
		}
	}
	slices.Sort(fresh)
	taken, err := lineage.Taken(ctx, tx, slices.Compact(fresh))
	if err != nil {
		return err
	}
	for i, l := range w.Lines {
		if l.Act != Create {
			continue
		}
		if taken[l.Unit] || w.units[l.Unit] != nil {
			w.problem(l.N, "reform.error.key_taken", l.Unit)
			continue
		}
		if !org.ValidKey(l.Unit) || l.Unit == "" {
			w.problem(l.N, "org.error.key")
			continue
		}
		n := &node{Standing: lineage.Standing{ID: -int64(i) - 1, Key: l.Unit, Name: vn.Clean(l.Name), Kind: vn.Clean(l.Kind)}, line: l.N}
		w.units[l.Unit], w.byID[n.ID] = n, n
		w.ids[l.Unit] = n.ID
	}
	return nil
}

// read takes the lines one by one.
func (w *worker) read() {
	for _, l := range w.Lines {
		n := w.units[l.Unit]
		var target *node
		if l.Act != Rename {
			if target = w.units[l.Target]; target == nil {
				w.problem(l.N, "reform.error.no_such", l.Target)
				continue
			}
			if target.Closed != "" {
				w.problem(l.N, "org.error.closed", target.Name)
				continue
			}
			if w.Day.Before(target.From) {
				w.problem(l.N, "reform.error.stood_later", target.From.String())
				continue
			}
		}
		switch {
		case n == nil:
			w.problem(l.N, "reform.error.no_such", l.Unit)
		case n.Closed != "":
			w.problem(l.N, "org.error.closed", n.Name)
		case l.Act != Create && (n.ID == w.by.Unit || n.Parent == 0):
			w.problem(l.N, "reform.error.own_unit")
		default:
			w.line(l, n, target)
		}
	}
}

func (w *worker) line(l Line, n, target *node) {
	l.Name, l.Short, l.Kind = vn.Clean(l.Name), vn.Clean(l.Short), vn.Clean(l.Kind)
	if l.Short == "" {
		l.Short = l.Name
	}
	switch l.Act {
	case Create:
		if l.Name == "" || l.Kind == "" || len(l.Name) > 3*maxDecision {
			w.problem(l.N, "reform.error.name_kind")
			return
		}
		if n.line == l.N {
			w.change.Create = append(w.change.Create, lineage.Newborn{ID: n.ID, Name: l.Name, Short: l.Short, Kind: l.Kind, Parent: target.ID})
			n.to = target.ID
		}
	case Into:
		if n.line != 0 {
			w.problem(l.N, "reform.error.new_ends", n.Name)
			return
		}
		if slices.ContainsFunc(n.into, func(o Line) bool { return o.Target == l.Target }) {
			w.problem(l.N, "reform.error.twice", n.Name)
			return
		}
		n.into = append(n.into, l)
	case MoveTo:
		if n.line != 0 || n.moves != 0 {
			w.problem(l.N, "reform.error.twice", n.Name)
			return
		}
		n.moves, n.to = l.N, target.ID
	case Rename:
		if l.Name == "" || len(l.Name) > 3*maxDecision || len(l.Kind) > maxDecision {
			w.problem(l.N, "reform.error.name_kind")
			return
		}
		if n.line != 0 || n.renames != 0 {
			w.problem(l.N, "reform.error.twice", n.Name)
			return
		}
		if n.renames = l.N; !n.Named.Before(w.Day) {
			w.problem(l.N, "reform.error.named_later", n.Named.String())
			return
		}
		w.change.Rename = append(w.change.Rename, lineage.Rename{Unit: n.ID, Name: l.Name, Short: l.Short, Kind: cmp.Or(l.Kind, n.Kind)})
	default:
		w.problem(l.N, "reform.error.act")
	}
}

// shares works out who takes over what from whom.
func (w *worker) shares() {
	for _, key := range slices.Sorted(maps.Keys(w.units)) {
		n := w.units[key]
		if len(n.into) == 0 {
			continue
		}
		first := n.into[0].N
		heirs, known := make([]lineage.Heir, len(n.into)), 0
		kept := -1
		n.ends = true
		for i, l := range n.into {
			heirs[i] = lineage.Heir{Old: n.ID, New: w.units[l.Target].ID, Num: l.Num, Den: l.Den, Keeper: l.Keeper}
			if l.Den > 0 {
				known++
			}
			if l.Num < 0 || l.Den < 0 || l.Num > l.Den || l.Den > maxDen || l.Den > 0 && l.Num == 0 {
				w.problem(l.N, "reform.error.share")
			}
			if l.Keeper && kept >= 0 {
				w.problem(l.N, "reform.error.keepers", n.Name)
			}
			if l.Keeper {
				kept = i
			}
			n.ends = n.ends && l.Target != key
		}
		switch {
		case known == 0:
			for i := range heirs {
				heirs[i].Num, heirs[i].Den, heirs[i].Assumed = 1, int64(len(heirs)), len(heirs) > 1
			}
			if len(heirs) > 1 {
				w.Assumed++
			}
		case known < len(heirs):
			w.problem(first, "reform.error.some_shares", n.Name)
		case !whole(heirs):
			w.problem(first, "reform.error.sum", n.Name)
		}
		if !n.ends { // it goes on, and answers for its own work
			self := slices.IndexFunc(n.into, func(l Line) bool { return l.Target == key })
			if kept >= 0 && kept != self {
				w.problem(n.into[kept].N, "reform.error.keeps_own", n.Name)
			}
			kept = self
			heirs[kept].Keeper = true
		}
		if kept < 0 {
			kept = largest(heirs)
			heirs[kept].Keeper = true
		}
		n.keeper = heirs[kept].New
		w.heirs = append(w.heirs, heirs...)
	}
	for _, n := range w.units {
		if n.ends && (n.moves != 0 || n.renames != 0) {
			w.problem(cmp.Or(n.moves, n.renames), "reform.error.ends_moves", n.Name)
		}
	}
	for _, n := range w.units { // who takes over must stand
		for _, l := range n.into {
			if t := w.units[l.Target]; t.ends {
				w.problem(l.N, "reform.error.heir_ends", t.Name)
			}
		}
		if to := w.byID[n.to]; n.to != 0 && to != nil && to.ends {
			w.problem(cmp.Or(n.moves, n.line), "reform.error.heir_ends", to.Name)
		}
	}
}

// maxDen is the largest denominator of a share: hundredths of a percent.
const maxDen = 10_000

// whole reports whether shares add up to 1.
func whole(all []lineage.Heir) bool {
	num, den := int64(0), int64(1)
	for _, h := range all {
		if h.Den <= 0 || den > maxDen*maxDen/h.Den {
			return false
		}
		num, den = num*h.Den+h.Num*den, den*h.Den
		for a, b := num, den; ; a, b = b, a%b {
			if b == 0 {
				num, den = num/max(1, a), den/max(1, a)
				break
			}
		}
	}
	return num == den
}

func largest(all []lineage.Heir) (at int) {
	for i, h := range all {
		if h.Num*all[at].Den > all[at].Num*h.Den {
			at = i
		}
	}
	return at
}

// follow finds what stands under units that end and has no line of its own: it
// goes to the keeper.
func (w *worker) follow(ctx context.Context, tx *db.Tx) error {
	var ending []int64
	for _, n := range w.byID {
		if n.ends {
			ending = append(ending, n.ID)
		}
	}
	slices.Sort(ending)
	under, err := lineage.Under(ctx, tx, w.by.Tree, ending)
	if err != nil {
		return err
	}
	for _, s := range under {
		n := w.byID[s.ID]
		if n == nil {
			n = &node{Standing: s}
			w.byID[s.ID] = n
		}
		if n.ends || n.moves != 0 {
			continue
		}
		n.to = w.byID[s.Parent].keeper
		n.moves = -1
		w.Followed++
	}
	return nil
}

// arrange makes the change out of the units, in an order that is always the same.
func (w *worker) arrange() {
	for _, id := range slices.Sorted(maps.Keys(w.byID)) {
		n := w.byID[id]
		switch {
		case n.ends:
			w.change.End = append(w.change.End, lineage.End{Unit: id, Keeper: n.keeper})
			w.keeper[id] = n.keeper
		case n.moves != 0 && n.to != n.Parent:
			w.change.Move = append(w.change.Move, lineage.Move{Unit: id, Parent: n.to})
			if n.moves > 0 {
				w.Moved++
			}
		case n.moves > 0:
			w.problem(n.moves, "reform.error.same_parent", w.nameOf(n.to))
		}
		if (n.ends || n.moves != 0) && n.line == 0 && !n.From.Before(w.Day) {
			w.problem(max(0, n.anyLine()), "reform.error.stood_later", n.From.String())
		}
	}
	w.Created, w.Ended, w.Renamed = len(w.change.Create), len(w.change.End), len(w.change.Rename)
	slices.SortFunc(w.heirs, func(a, b lineage.Heir) int { return cmp.Or(cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New)) })
}

// anyLine is a line that speaks of the unit.
func (n *node) anyLine() int {
	if len(n.into) > 0 {
		return n.into[0].N
	}
	return n.moves
}

func (w *worker) nameOf(id int64) string {
	if n := w.byID[id]; n != nil {
		return n.Name
	}
	return ""
}

// mostDeep is how many units may stand above one another in what a table makes: real
// trees have some ten levels, a slip of the pen has hundreds.
const mostDeep = 60

// circles finds units that would stand under themselves, or too deep.
func (w *worker) circles(ctx context.Context, tx *db.Tx) error {
	depth := map[int64]int{0: 0}
	for _, id := range slices.Sorted(maps.Keys(w.byID)) {
		if w.byID[id].ends {
			continue
		}
		at, seen := id, map[int64]bool{}
		var way []int64
		for {
			if _, known := depth[at]; known {
				break
			}
			if seen[at] {
				w.problem(max(0, w.byID[id].anyLine()), "org.error.under_itself", w.nameOf(id))
				break
			}
			way, seen[at] = append(way, at), true
			up, err := w.above(ctx, tx, at)
			if err != nil {
				return err
			}
			at = up
		}
		if len(way) > 0 && depth[at]+len(way) > mostDeep {
			w.problem(cmp.Or(w.byID[id].line, max(0, w.byID[id].anyLine())), "reform.error.deep", w.nameOf(id), mostDeep)
		}
		for i, u := range slices.Backward(way) {
			depth[u] = depth[at] + len(way) - i
		}
	}
	return nil
}

// above returns the unit above another once the table is made.
func (w *worker) above(ctx context.Context, tx *db.Tx, unit int64) (int64, error) {
	if n := w.byID[unit]; n != nil {
		if n.to != 0 {
			return n.to, nil
		}
		return n.Parent, nil
	}
	if up, ok := w.parent[unit]; ok {
		return up, nil
	}
	up, err := lineage.Parents(ctx, tx, w.by.Tree, []int64{unit})
	w.parent[unit] = up[unit]
	return up[unit], err
}

// effects counts what the change reaches besides the tree.
func (w *worker) effects(ctx context.Context, tx *db.Tx) (err error) {
	ends := slices.Sorted(maps.Keys(w.keeper))
	var late int
	if w.Members, late, err = countMembers(ctx, tx, ends, w.Day); err != nil {
		return err
	}
	if late > 0 {
		w.problem(0, "reform.error.joined_later", late)
	}
	held, err := grantsAt(ctx, tx, w.by.Tree, ends)
	if err != nil {
		return err
	}
	for _, n := range held {
		w.Accounts += n
	}
	if w.Owed, w.Conferences, err = countWork(ctx, tx, ends); err != nil {
		return err
	}
	if w.Handed, err = handed(ctx, tx, w.by.Tree, ends); err != nil {
		return err
	}
	all, err := rollout.Running(ctx, tx, w.by.Tree)
	if err != nil {
		return err
	}
	for _, r := range all {
		touched, err := w.touches(ctx, tx, r.Sheet)
		if err != nil {
			return err
		}
		if !touched {
			continue
		}
		if r.State == rollout.Approved {
			w.problem(0, "reform.error.opening", r.Title)
		}
		w.Rollouts = append(w.Rollouts, r)
	}
	return nil
}

// keyed returns the line as the table had it, for another transaction.
func (l Line) keyed() Line {
	l.Unit, l.Target = strings.ToLower(strings.TrimSpace(l.Unit)), strings.ToLower(strings.TrimSpace(l.Target))
	return l
}
