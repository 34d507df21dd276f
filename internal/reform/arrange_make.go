package reform

import (
	"context"
	"slices"
	"strings"

	"nhipcau/internal/account"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/lineage"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// EnterMany enters a reform of many units. It waits for its day; one whose day has
// come is made by Make. What stands in its way is a Conflict with the first
// problem.
func EnterMany(ctx context.Context, tx *db.Tx, by auth.Actor, table Table) (Reform, error) {
	r, err := Sketch(ctx, tx, by, table)
	if err != nil {
		return Reform{}, err
	}
	return Confirm(ctx, tx, by, r.ID)
}

// Sketch keeps a table to be looked at: what it would do, and what stands in its
// way. Nothing else is changed.
func Sketch(ctx context.Context, tx *db.Tx, by auth.Actor, table Table) (Reform, error) {
	if err := org.MayReform(by); err != nil {
		return Reform{}, err
	}
	table.Lines = slices.Clone(table.Lines)
	for i, l := range table.Lines {
		table.Lines[i] = l.keyed()
	}
	if err := table.check(); err != nil {
		return Reform{}, err
	}
	id := db.NewKey()
	if err := insertMany(ctx, tx, by, id, table); err != nil {
		return Reform{}, err
	}
	return find(ctx, tx, id)
}

// Confirm enters what was sketched: it waits for its day, and for Make.
func Confirm(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Reform, error) {
	if err := org.LockLists(ctx, tx); err != nil {
		return Reform{}, err
	}
	r, t, err := Trying(ctx, tx, by, id)
	if err != nil {
		return r, err
	}
	if r.State != Draft {
		return r, fault.New(fault.Conflict, "error.conflict")
	}
	if t.Hindered > 0 {
		return r, t.refusal()
	}
	if err := setPlanned(ctx, tx, id); err != nil {
		return r, err
	}
	if err := audit.Record(ctx, tx, by, "reform.enter", id, string(Many)+" "+r.Decision); err != nil {
		return r, err
	}
	return find(ctx, tx, id)
}

// Trying returns a reform of many units that by may see, and what it would do as
// things stand.
func Trying(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Reform, *Trial, error) {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return r, nil, err
	}
	if err := org.MayReform(by); err != nil {
		return r, nil, err
	}
	if r.Kind != Many {
		return r, nil, fault.New(fault.NotFound, "error.not_found")
	}
	t, err := r.trial(ctx, tx, by)
	return r, t, err
}

// trial works the table of r out at the unit that entered it.
func (r Reform) trial(ctx context.Context, tx *db.Tx, by auth.Actor) (*Trial, error) {
	table := Table{Day: r.Day, Decision: r.Decision, Reason: r.Reason}
	var err error
	if table.Lines, err = linesOf(ctx, tx, r.ID); err != nil {
		return nil, err
	}
	home, err := org.ByID(ctx, tx, r.Tree, r.Unit)
	if err != nil {
		return nil, err
	}
	by.Unit, by.Path, by.Tree = home.ID, home.Path, r.Tree
	return work(ctx, tx, by, table)
}

// Discard takes away what was sketched and not entered.
func Discard(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := org.MayReform(by); err != nil {
		return err
	}
	if r.State != Draft {
		return fault.New(fault.Conflict, "error.conflict")
	}
	return remove(ctx, tx, id)
}

func (t *Trial) refusal() error {
	p := t.Problems[0]
	return fault.New(fault.Conflict, p.Key, p.Args...)
}

// Make makes a reform of many units that waits, by whoever entered it or the job of
// its day. It is one transaction; who writes meanwhile waits for it.
func Make(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	if err := org.MayReform(by); err != nil {
		return err
	}
	if err := alone(ctx, tx); err != nil {
		return err
	}
	r, err := find(ctx, tx, id)
	if err != nil {
		return err
	}
	if r.State != Planned && r.State != Failed {
		return fault.New(fault.Conflict, "reform.error.not_planned")
	}
	t, err := r.trial(ctx, tx, by)
	if err != nil {
		return err
	}
	if t.Hindered > 0 {
		return t.refusal()
	}
	return r.make(ctx, tx, by, t)
}

// make changes the tree and all that hangs on it.
func (r Reform) make(ctx context.Context, tx *db.Tx, by auth.Actor, t *Trial) error {
	if err := t.conceive(ctx, tx); err != nil {
		return err
	}
	if err := lineage.Insert(ctx, tx, r.ID, t.heirs); err != nil {
		return err
	}
	if err := setApplied(ctx, tx, r.ID, r.path); err != nil { // its mark stands before the sheets it opens
		return err
	}
	if err := t.change.Apply(ctx, tx, r.ID); err != nil {
		return err
	}
	if err := r.handOver(ctx, tx, t); err != nil {
		return err
	}
	for _, o := range t.Rollouts { // what is answered for outside of the scope by now, nobody owes
		top, err := org.ByID(ctx, tx, r.Tree, t.heirOf(o.Scope))
		if err != nil {
			return err
		}
		if err := noteOutside(ctx, tx, r.ID, o.ID, r.Tree, top.Path); err != nil {
			return err
		}
		if err := rollout.ReleaseOutside(ctx, tx, o, top.Path); err != nil {
			return err
		}
	}
	e, err := epoch.For(ctx, tx, r.Tree) // views on today's tree stand on it
	if err != nil {
		return err
	}
	for _, o := range t.Rollouts {
		if err := t.goOn(ctx, tx, by, r, o, e); err != nil {
			return err
		}
	}
	if err := r.tell(ctx, tx, t); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "reform.apply", r.ID, r.Decision)
}

// conceive gives the units that are created their identities.
func (t *Trial) conceive(ctx context.Context, tx *db.Tx) error {
	var keys []string
	for k := range t.ids {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	ids, err := lineage.Conceive(ctx, tx, keys)
	if err != nil {
		return err
	}
	real := map[int64]int64{}
	for k, was := range t.ids {
		real[was] = ids[k]
	}
	set := func(id *int64) {
		if *id < 0 {
			*id = real[*id]
		}
	}
	c := &t.change
	for i := range c.Create {
		set(&c.Create[i].ID)
		set(&c.Create[i].Parent)
	}
	for i := range c.End {
		set(&c.End[i].Keeper)
		t.keeper[c.End[i].Unit] = c.End[i].Keeper
	}
	for i := range c.Move {
		set(&c.Move[i].Parent)
	}
	for i := range t.heirs {
		set(&t.heirs[i].New)
	}
	t.ids = ids
	return nil
}

// handOver gives what belonged to units that ended to their keepers: people,
// rights, obligations, work they host; directives still reach whom they reached.
func (r Reform) handOver(ctx context.Context, tx *db.Tx, t *Trial) error {
	var ends []int64
	for _, e := range t.change.End {
		ends = append(ends, e.Unit)
	}
	if err := changeLists(ctx, tx, r, ends, t.keeper); err != nil {
		return err
	}
	held, err := grantsAt(ctx, tx, r.Tree, ends)
	if err != nil {
		return err
	}
	for _, u := range ends {
		if held[u] == 0 {
			continue
		}
		if err := account.HandOver(ctx, tx, r.Tree, u, t.keeper[u], r.ID); err != nil {
			return err
		}
	}
	if err := takeWork(ctx, tx, r.ID); err != nil {
		return err
	}
	return r.reach(ctx, tx, t)
}

// touches reports whether a sheet counts any unit that ends or moves.
func (t *Trial) touches(ctx context.Context, tx *db.Tx, sheet int64) (bool, error) {
	s, err := tally.Find(ctx, tx, sheet)
	if err != nil {
		return false, err
	}
	e, err := epoch.ByID(ctx, tx, s.Epoch)
	if err != nil {
		return false, err
	}
	root, _ := e.Index(s.Root) // tally.Open has found it there
	on := func(unit int64) bool {
		i, ok := e.Index(unit)
		return ok && e.Under(i, root)
	}
	return slices.ContainsFunc(t.change.End, func(x lineage.End) bool { return on(x.Unit) }) ||
		slices.ContainsFunc(t.change.Move, func(x lineage.Move) bool { return on(x.Unit) }), nil
}

// heirOf returns who stands for a unit after the change: itself, or the keeper.
func (t *Trial) heirOf(unit int64) int64 {
	if k, ok := t.keeper[unit]; ok {
		return k
	}
	return unit
}

// goOn makes a rollout count on in a second part over the new tree e.
func (t *Trial) goOn(ctx context.Context, tx *db.Tx, by auth.Actor, r Reform, o rollout.Rollout, e *epoch.Epoch) error {
	s, err := tally.Find(ctx, tx, o.Sheet)
	if err != nil {
		return err
	}
	was, err := epoch.ByID(ctx, tx, s.Epoch)
	if err != nil {
		return err
	}
	root := t.heirOf(s.Root)
	top, ok := e.Index(root)
	if !ok {
		return fault.New(fault.Internal, "error.internal")
	}
	next, err := tally.Continue(ctx, tx, by, s.ID, tally.Handover{Root: root, Keeper: func(unit int64) int64 {
		for at := unit; at != 0; { // the keeper, or the nearest unit that stood above it
			at = t.heirOf(at)
			if i, ok := e.Index(at); ok && e.Under(i, top) {
				return at
			}
			i, ok := was.Index(at)
			if !ok {
				break
			}
			at = was.Parent(i)
		}
		return root
	}})
	if err != nil {
		return err
	}
	if err := rollout.GoOn(ctx, tx, o.ID, next.ID); err != nil {
		return err
	}
	return insertSheet(ctx, tx, r.ID, s.ID, next.ID)
}

// reach lets every directive still reach whom it reached: units that went under
// another parent with what stands under them, and those that took over.
func (r Reform) reach(ctx context.Context, tx *db.Tx, t *Trial) error {
	moved, err := movedPaths(ctx, tx, r)
	if err != nil {
		return err
	}
	all, err := reaches(ctx, tx, r.Tree)
	if err != nil {
		return err
	}
	var gone, fresh []reached
	for _, had := range all {
		first, _ := slices.BinarySearchFunc(moved, had.path, func(m movedPath, p string) int { return strings.Compare(m.from, p) })
		end := auth.After(had.path)
		to := had.path // where the unit that it names stands now
		if first < len(moved) && moved[first].from == had.path {
			to = moved[first].heir
		} else if i := above(moved, had.path); i >= 0 {
			to = moved[i].to + strings.TrimPrefix(had.path, moved[i].from)
		}
		if to != had.path {
			gone = append(gone, had)
			fresh = append(fresh, reached{had.directive, to, had.at})
		}
		for _, m := range moved[first:] {
			if m.from >= end {
				break
			}
			if !under(m.heir, to) {
				fresh = append(fresh, reached{had.directive, m.heir, had.at})
			}
		}
	}
	return replaceReach(ctx, tx, r, gone, fresh)
}

// above returns the place of the moved unit nearest above a path, -1 for none.
func above(moved []movedPath, path string) int {
	best := -1
	for at := path; len(at) > 1; {
		at = strings.TrimSuffix(at, "/")
		at = at[:strings.LastIndex(at, "/")+1]
		if i, ok := slices.BinarySearchFunc(moved, at, func(m movedPath, p string) int { return strings.Compare(m.from, p) }); ok {
			return i
		}
	}
	return best
}

// tell puts a notice before those who keep the units that changed, where anybody
// does.
func (r Reform) tell(ctx context.Context, tx *db.Tx, t *Trial) error {
	units := []int64{r.Unit}
	for _, m := range t.change.Move {
		units = append(units, m.Unit)
	}
	for _, k := range t.keeper {
		units = append(units, k)
	}
	slices.Sort(units)
	held, err := grantsAt(ctx, tx, r.Tree, slices.Compact(units))
	if err != nil {
		return err
	}
	for _, u := range slices.Compact(units) {
		if held[u] == 0 {
			continue
		}
		if _, err := notify.ToUnit(ctx, tx, u, []auth.Role{auth.Secretary, auth.Clerk, auth.Administrator}, "reform.notice.many", []string{r.Decision}, "/reforms/"+r.ID); err != nil {
			return err
		}
	}
	return nil
}

// takeManyBack undoes a reform of many units while nothing was built on it.
func (r Reform) takeManyBack(ctx context.Context, tx *db.Tx) error {
	built, err := builtOn(ctx, tx, r)
	if err != nil {
		return err
	}
	if built != "" {
		return fault.New(fault.Conflict, built)
	}
	if err := r.rejoin(ctx, tx); err != nil {
		return err
	}
	if err := dropSheets(ctx, tx, r.ID); err != nil {
		return err
	}
	held, err := grantsBy(ctx, tx, r.Tree, r.ID)
	if err != nil {
		return err
	}
	if err := lineage.Undo(ctx, tx, r.Tree, r.ID, r.Day); err != nil {
		return err
	}
	for _, u := range held {
		if err := account.HandBack(ctx, tx, r.Tree, u, r.Applied, r.ID); err != nil {
			return err
		}
	}
	if err := giveBack(ctx, tx, r); err != nil {
		return err
	}
	if err := lineage.Forget(ctx, tx, r.ID); err != nil {
		return err
	}
	_, err = epoch.For(ctx, tx, r.Tree)
	return err
}

// Again lets a reform of many units that was undone be made again, as it was
// entered.
func Again(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := org.MayReform(by); err != nil {
		return err
	}
	if r.Kind != Many || r.State != Undone && r.State != Failed {
		return fault.New(fault.Conflict, "reform.error.not_undone")
	}
	if err := setPlanned(ctx, tx, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "reform.again", id, r.Decision)
}

// Due reports whether the day of r has come.
func (r Reform) Due(tx *db.Tx) bool { return !vn.DayOf(tx.Now).Before(r.Day) }
