// Package reform changes the tree while work is under way: it moves a unit under
// another parent, or closes one and names the unit that takes over from it.
//
// A reform is tried before it is made: what it would do, and what stands in its
// way. It takes effect on its day, at once or by a job after midnight, in one
// transaction. Rollouts under way go on in a second part over the new tree; what
// was counted is carried over and leads back to the first. It can be undone while
// nothing has been built on it.
package reform

import (
	"context"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/lineage"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Kind is what a reform does to a unit.
type Kind string

// The kinds.
const (
	Move  Kind = "move"  // under another parent, with everything under it
	Close Kind = "close" // ended; another unit takes over people and work
)

// A State is where a reform stands.
type State string

// The states.
const (
	Draft   State = "draft"   // a table that was tried and not entered yet
	Planned State = "planned" // waits for its day
	Applied State = "applied"
	Undone  State = "undone"
	Failed  State = "failed" // its day came and something stood in its way
)

// A Form is what a person fills in for a reform.
type Form struct {
	Kind     Kind
	Unit     string // key
	Target   string // key of the new parent, or of the unit that takes over
	Day      vn.Day // the first day of the new order
	Decision string // number and date of the paper
	Reason   string
}

const (
	maxDecision = 300
	maxReason   = 2000
)

func (f *Form) check() error {
	w := fault.Wrong{}
	f.Decision, f.Reason = vn.Clean(f.Decision), vn.CleanText(f.Reason)
	if f.Kind != Move && f.Kind != Close {
		w.Add("kind", "error.needed")
	}
	if !f.Day.Valid() {
		w.Add("day", "reform.error.day")
	}
	w.Text("target", f.Target, maxDecision, true)
	w.Text("decision", f.Decision, maxDecision, true)
	w.Text("reason", f.Reason, maxReason, false)
	return w.Err()
}

// A Preview is what a reform would do, and what stands in its way.
type Preview struct {
	Form     Form
	Unit     org.Unit
	Target   org.Unit
	Units    int64 // at and under the unit
	Members  int64 // of the unit itself, who change lists
	Accounts int64 // logins whose rights end with the unit
	Rollouts []Effect
	Handed   []Handed // what the unit has open, of one that ends
	Problems []fault.Text
	under    []int64 // at and under the unit
}

// An Effect is what a reform does to one rollout under way.
type Effect struct {
	Rollout rollout.Rollout
	Open    int64 // obligations that are not done
	Leaves  bool  // the unit leaves the scope: what is open ends
}

// A Reform is a reform that was entered.
type Reform struct {
	ID       string
	Tree     string
	Kind     Kind
	Day      vn.Day
	Decision string
	Reason   string
	Actor    string
	At       time.Time
	State    State
	Problem  string // message key, of one that failed
	Why      string // of its undoing
	Unit     int64
	UnitKey  string
	UnitName string
	Target   int64
	TargetKey,
	TargetName string
	Applied time.Time
	path    string
	login   string
	seq     int64 // in what order it was applied
}

// Try returns what a reform would do; nothing is changed.
func Try(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) (Preview, error) {
	if err := org.MayReform(by); err != nil {
		return Preview{}, err
	}
	u, err := org.Get(ctx, tx, by, f.Unit)
	if err != nil {
		return Preview{}, err
	}
	if err := f.check(); err != nil {
		return Preview{Form: f, Unit: u}, err
	}
	target, err := org.Get(ctx, tx, by, f.Target)
	if fault.Is(err, fault.NotFound) {
		w := fault.Wrong{}
		w.Add("target", "reform.error.no_unit")
		err = w.Err()
	}
	if err != nil {
		return Preview{Form: f, Unit: u}, err
	}
	p := Preview{Form: f, Unit: u, Target: target}
	if u.ID == by.Unit {
		p.problem("reform.error.own_unit")
	}
	return p, p.look(ctx, tx, by.Tree)
}

func (p *Preview) problem(key string, args ...any) {
	p.Problems = append(p.Problems, fault.Text{Key: key, Args: args})
}

// most is how many units one move may take along.
const most = 5000

// look fills in what the reform would touch and finds what stands in its way.
func (p *Preview) look(ctx context.Context, tx *db.Tx, tree string) error {
	house := auth.System(tree)
	units, err := org.Subtree(ctx, tx, house, p.Unit.Path, "", most+1)
	if err != nil {
		return err
	}
	for _, u := range units {
		p.under = append(p.under, u.ID)
	}
	p.Units = int64(len(p.under))
	children, members, later, err := org.Held(ctx, tx, tree, p.Unit, p.Form.Day)
	if err != nil {
		return err
	}
	switch {
	case p.Unit.Closed != "":
		p.problem("org.error.closed", p.Unit.Name)
	case p.Target.Closed != "":
		p.problem("org.error.closed", p.Target.Name)
	case p.Unit.Parent == 0:
		p.problem("reform.error.root")
	case p.Unit.ID == p.Target.ID, p.Target.Path >= p.Unit.Path && p.Target.Path < auth.After(p.Unit.Path):
		p.problem("org.error.under_itself", p.Target.Name)
	case p.Units > most:
		p.problem("reform.error.too_many", most)
	}
	if p.Form.Kind == Move {
		if p.Target.ID == p.Unit.Parent {
			p.problem("reform.error.same_parent", p.Target.Name)
		}
		return p.lookRollouts(ctx, tx, tree)
	}
	p.Members = members
	if p.Handed, err = handed(ctx, tx, tree, []int64{p.Unit.ID}); err != nil {
		return err
	}
	if children > 0 {
		p.problem("reform.error.children", children)
	}
	if later > 0 {
		p.problem("reform.error.joined_later", later)
	}
	since, err := org.StoodSince(ctx, tx, p.Unit)
	if err != nil {
		return err
	}
	if p.Form.Day.Before(since) {
		p.problem("reform.error.stood_later", since.String())
	}
	if p.Accounts, err = account.CountAt(ctx, tx, tree, p.Unit.ID); err != nil {
		return err
	}
	meetings, err := conference.OpenOf(ctx, tx, p.Unit.ID)
	if err != nil {
		return err
	}
	if meetings > 0 {
		p.problem("reform.error.conferences", meetings)
	}
	return p.lookRollouts(ctx, tx, tree)
}

func (p *Preview) lookRollouts(ctx context.Context, tx *db.Tx, tree string) error {
	all, err := rollout.Running(ctx, tx, tree)
	if err != nil {
		return err
	}
	for _, r := range all {
		at, err := tally.Where(ctx, tx, r.Sheet, p.Unit.ID)
		if err != nil {
			return err
		}
		if p.Form.Kind == Close && (r.Scope == p.Unit.ID || r.Unit == p.Unit.ID) {
			p.problem("reform.error.hosts", r.Title)
		}
		if at == 0 {
			continue
		}
		if r.State == rollout.Approved {
			p.problem("reform.error.opening", r.Title)
		}
		e := Effect{Rollout: r, Leaves: p.Form.Kind == Move && r.Scope != p.Unit.ID && !under(p.Target.Path, r.ScopePath) && !under(r.ScopePath, p.Unit.Path)}
		if e.Open, err = rollout.OpenOf(ctx, tx, r, p.Unit.Path); err != nil {
			return err
		}
		p.Rollouts = append(p.Rollouts, e)
	}
	return nil
}

// under reports whether path is at or under top.
func under(path, top string) bool { return path >= top && path < auth.After(top) }

// Enter makes a reform: at once if its day has come, otherwise it waits for it.
// What stands in its way is a Conflict with the first problem.
func Enter(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) (Reform, error) {
	if err := org.LockLists(ctx, tx); err != nil {
		return Reform{}, err
	}
	p, err := Try(ctx, tx, by, f)
	if err != nil {
		return Reform{}, err
	}
	if len(p.Problems) > 0 {
		return Reform{}, fault.New(fault.Conflict, p.Problems[0].Key, p.Problems[0].Args...)
	}
	id := db.NewKey()
	if err := insert(ctx, tx, by, id, p); err != nil {
		return Reform{}, err
	}
	if err := audit.Record(ctx, tx, by, "reform.enter", id, string(p.Form.Kind)+" "+p.Unit.Name+" → "+p.Target.Name); err != nil {
		return Reform{}, err
	}
	r, err := find(ctx, tx, id)
	if err != nil || vn.DayOf(tx.Now).Before(p.Form.Day) {
		return r, err
	}
	if err := r.apply(ctx, tx, by, p); err != nil {
		return Reform{}, err
	}
	return find(ctx, tx, id)
}

// apply makes the change and everything that follows from it.
func (r Reform) apply(ctx context.Context, tx *db.Tx, by auth.Actor, p Preview) error {
	for _, e := range p.Rollouts {
		if e.Leaves {
			if err := rollout.Release(ctx, tx, e.Rollout, p.Unit.Path); err != nil {
				return err
			}
		}
	}
	keepers, err := r.change(ctx, tx, p)
	if err != nil {
		return err
	}
	for _, e := range p.Rollouts {
		kept := keepers(e)
		next, err := tally.Continue(ctx, tx, by, e.Rollout.Sheet, tally.Handover{Keeper: func(unit int64) int64 { return kept[unit] }})
		if err != nil {
			return err
		}
		if err := rollout.GoOn(ctx, tx, e.Rollout.ID, next.ID); err != nil {
			return err
		}
		if err := insertSheet(ctx, tx, r.ID, e.Rollout.Sheet, next.ID); err != nil {
			return err
		}
	}
	if err := setApplied(ctx, tx, r.ID, p.Unit.Path); err != nil {
		return err
	}
	if _, err := epoch.For(ctx, tx, r.Tree); err != nil { // views on today's tree stand on it
		return err
	}
	for _, u := range []org.Unit{p.Unit, p.Target} {
		if _, err := notify.ToUnit(ctx, tx, u.ID, []auth.Role{auth.Secretary, auth.Clerk, auth.Administrator}, "reform.notice."+string(r.Kind),
			[]string{p.Unit.Name, p.Target.Name, r.Decision}, "/reforms/"+r.ID); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, "reform.apply", r.ID, r.Decision)
}

// change changes the tree. It returns who keeps the figures of units that stand
// in a rollout's scope no more: who takes over from a closed unit, or, for one
// that moved away, the unit it stood under.
func (r Reform) change(ctx context.Context, tx *db.Tx, p Preview) (func(Effect) map[int64]int64, error) {
	if r.Kind == Move {
		from, to, err := org.Move(ctx, tx, p.Unit, p.Target, p.Form.Day)
		if err != nil {
			return nil, err
		}
		return func(e Effect) map[int64]int64 {
			all := map[int64]int64{}
			for _, u := range p.under {
				if e.Leaves {
					all[u] = p.Unit.Parent
				}
			}
			return all
		}, follow(ctx, tx, r.Tree, from, to)
	}
	moved, err := org.TransferAll(ctx, tx, p.Unit.ID, p.Target.ID, p.Form.Day)
	if err != nil {
		return nil, err
	}
	for _, m := range moved {
		if err := insertMember(ctx, tx, r.ID, m); err != nil {
			return nil, err
		}
	}
	at, err := org.EndUnit(ctx, tx, r.Tree, p.Unit, p.Target, p.Form.Day)
	if err != nil {
		return nil, err
	}
	if err := follow(ctx, tx, r.Tree, p.Unit.Path, at); err != nil {
		return nil, err
	}
	if err := account.HandOver(ctx, tx, r.Tree, p.Unit.ID, p.Target.ID, r.ID); err != nil {
		return nil, err
	}
	return func(e Effect) map[int64]int64 {
		if under(p.Target.Path, e.Rollout.ScopePath) {
			return map[int64]int64{p.Unit.ID: p.Target.ID}
		}
		return map[int64]int64{p.Unit.ID: p.Unit.Parent}
	}, rollout.HandOver(ctx, tx, p.Unit.ID, p.Target.ID)
}

// follow lets rollouts and directives reach at its new place a unit whose place
// changed.
func follow(ctx context.Context, tx *db.Tx, tree, from, to string) error {
	if err := rollout.Moved(ctx, tx, tree, from, to); err != nil {
		return err
	}
	return directive.Moved(ctx, tx, tree, from, to)
}

// Undo takes a reform back, with a reason. It is a Conflict once something was
// built on it: figures entered in the new order, or another reform after it.
func Undo(ctx context.Context, tx *db.Tx, by auth.Actor, id, reason string) error {
	if err := alone(ctx, tx); err != nil {
		return err
	}
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := org.MayReform(by); err != nil {
		return err
	}
	w := fault.Wrong{}
	reason = vn.CleanText(reason)
	w.Text("reason", reason, maxReason, true)
	if err := w.Err(); err != nil {
		return err
	}
	switch r.State {
	case Planned, Failed:
	case Draft:
		return fault.New(fault.Conflict, "error.conflict")
	case Applied:
		back := r.takeBack
		if r.Kind == Many {
			back = r.takeManyBack
		}
		if err := back(ctx, tx); err != nil {
			return err
		}
		if _, err := epoch.For(ctx, tx, r.Tree); err != nil {
			return err
		}
	default:
		return fault.New(fault.Conflict, "reform.error.undone")
	}
	if err := setUndone(ctx, tx, id, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "reform.undo", id, reason)
}

func (r Reform) takeBack(ctx context.Context, tx *db.Tx) error {
	later, err := laterReforms(ctx, tx, r)
	if err != nil {
		return err
	}
	if later > 0 {
		return fault.New(fault.Conflict, "reform.error.later")
	}
	u, err := org.ByID(ctx, tx, r.Tree, r.Unit)
	if err != nil {
		return err
	}
	if err := r.rejoin(ctx, tx); err != nil {
		return err
	}
	if r.Kind == Move {
		return r.moveBack(ctx, tx, u)
	}
	back, err := org.Unend(ctx, tx, r.Tree, u, r.path, r.Day)
	if err != nil {
		return err
	}
	if err := follow(ctx, tx, r.Tree, u.Path, back); err != nil {
		return err
	}
	members, err := membersOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	if err := org.TransferThese(ctx, tx, members, r.Target, r.Unit, r.Day); err != nil {
		return err
	}
	if err := account.HandBack(ctx, tx, r.Tree, r.Unit, r.Applied, r.ID); err != nil {
		return err
	}
	before, err := lineage.Before(ctx, tx, r.Tree, r.Unit)
	if err != nil {
		return err
	}
	return rollout.HandBack(ctx, tx, append(before, r.Unit), r.Target, r.Unit)
}

// rejoin takes the second parts of the rollouts back.
func (r Reform) rejoin(ctx context.Context, tx *db.Tx) error {
	sheets, err := sheetsOf(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	for _, s := range sheets {
		before, err := tally.Rejoin(ctx, tx, s)
		if err != nil {
			return err
		}
		if err := rollout.GoOn(ctx, tx, before.Source, before.ID); err != nil {
			return err
		}
	}
	return nil
}

// stays is a Conflict if a unit that is to stand at path has a part in a rollout
// that does not reach it there: it was opened in the new order.
func stays(ctx context.Context, tx *db.Tx, o rollout.Rollout, u org.Unit, path string) error {
	if under(path, o.ScopePath) || under(o.ScopePath, path) {
		return nil
	}
	at, err := tally.Where(ctx, tx, o.Sheet, u.ID)
	if err == nil && at == u.ID {
		err = fault.New(fault.Conflict, "tally.error.built_on")
	}
	return err
}

func (r Reform) moveBack(ctx context.Context, tx *db.Tx, u org.Unit) error {
	from := u.Path
	to, err := org.MoveBack(ctx, tx, u, r.path, r.Day)
	if err != nil {
		return err
	}
	if err := follow(ctx, tx, r.Tree, from, to); err != nil {
		return err
	}
	all, err := rollout.Running(ctx, tx, r.Tree)
	if err != nil {
		return err
	}
	for _, o := range all {
		if err := stays(ctx, tx, o, u, to); err != nil {
			return err
		}
	}
	return rollout.Retake(ctx, tx, r.Tree, to, r.Applied)
}
