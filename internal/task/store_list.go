package task

import (
	"context"
	"fmt"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// The sides from which a unit looks at tasks.
const (
	Mine    = "mine"    // it leads
	ByMe    = "given"   // it gave
	Partner = "partner" // it takes part
	Under   = "all"     // units of its subtree lead
)

// Sides are all sides, in the order of the tabs.
var Sides = []string{Mine, ByMe, Partner, Under}

// A Filter narrows a list; the zero one takes everything by may see.
type Filter struct {
	Side   string // "" every side
	State  State
	Order  string
	Parent string // tasks that hand this one down
	Source string // id of a plan or a directive
	Lead   int64
	Query  string
	From   vn.Day // last days from here, "" any
	To     vn.Day
	Open   bool // only what still has to be done
}

// narrow returns the query of f and its arguments.
func (f Filter) narrow(by auth.Actor, today vn.Day) (string, []any) {
	q, args := seen(by), eyes(by)
	switch f.Side {
	case Mine:
		q += " AND " + own(by, "t.lead")
	case ByMe:
		q += " AND " + own(by, "t.unit")
	case Partner:
		q += ` AND t.task_order IN (SELECT p.task_order FROM task_partner p WHERE ` + own(by, "p.unit") + `)`
	case Under:
		q += ` AND lp.path >= $2 AND lp.path < $3`
	}
	and := func(cond string, v any) {
		args = append(args, v)
		q += " AND " + fmt.Sprintf(cond, db.Arg(len(args)))
	}
	if f.Order != "" {
		and("t.task_order = %s", f.Order)
	}
	if f.Parent != "" {
		and("o.parent = %s", f.Parent)
	}
	if f.Source != "" {
		and("o.source_id = %s", f.Source)
	}
	if f.Lead != 0 {
		and("t.lead = %s", f.Lead)
	}
	if f.From != "" {
		and("t.due >= %s", f.From)
	}
	if f.To != "" {
		and("t.due <= %s", f.To)
	}
	if f.Open {
		q += ` AND t.done_at IS NULL AND t.withdrawn_at IS NULL`
	}
	if s := vn.Fold(vn.Clean(f.Query)); s != "" {
		args = append(args, "%"+db.EscapeLike(s)+"%")
		q += ` AND (o.fold LIKE ` + db.Arg(len(args)) + ` ESCAPE '!' OR ln.fold LIKE ` + db.Arg(len(args)) + ` ESCAPE '!')`
	}
	cond, days := f.State.where(today)
	names := make([]any, len(days))
	for i, d := range days {
		args = append(args, d)
		names[i] = db.Arg(len(args))
	}
	return q + fmt.Sprintf(cond, names...), args
}

const (
	isOpen = ` AND t.withdrawn_at IS NULL AND t.done_at IS NULL`
	isDone = ` AND t.withdrawn_at IS NULL AND t.verified_at IS NULL AND t.done_at IS NOT NULL`
)

// What a filter knows besides states: what is done, in time or late, and not verified,
// and what more time is asked for.
const (
	Waiting State = "waiting"
	Asking  State = "asks"
)

// where says in SQL what State says of a task, with the days it needs.
func (s State) where(today vn.Day) (string, []any) {
	switch s {
	case Running:
		return isOpen + ` AND t.due > %s`, []any{today.AddDays(soon)}
	case Soon:
		return isOpen + ` AND t.due BETWEEN %s AND %s`, []any{today, today.AddDays(soon)}
	case Late:
		return isOpen + ` AND t.due < %s`, []any{today}
	case Done:
		return isDone + ` AND t.done_day <= t.due`, nil
	case DoneLate:
		return isDone + ` AND t.done_day > t.due`, nil
	case Waiting:
		return isDone, nil
	case Asking:
		return isOpen + ` AND t.asks = 1`, nil
	case Verified:
		return ` AND t.withdrawn_at IS NULL AND t.verified_at IS NOT NULL`, nil
	case Withdrawn:
		return ` AND t.withdrawn_at IS NOT NULL`, nil
	}
	return "", nil
}

// List returns the tasks that f leaves of those by may see, the soonest last day
// first, at most limit after offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, f Filter, offset, limit int) ([]Task, error) {
	q, args := f.narrow(by, vn.DayOf(tx.Now))
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, q+` ORDER BY t.due, t.id LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// A Progress is how far tasks have come, in counts.
type Progress struct{ Given, Done, Late, Verified int64 }

// Left is how many still have to be done.
func (p Progress) Left() int64 { return p.Given - p.Done }

// progress counts the tasks of orders: of one, or of those that hand a task down.
func progressOf(ctx context.Context, tx *db.Tx, where, id string) (p Progress, err error) {
	err = tx.One(ctx, `SELECT count(*), coalesce(sum(CASE WHEN x.done_at IS NOT NULL THEN 1 ELSE 0 END), 0),
			coalesce(sum(CASE WHEN x.done_at IS NULL AND x.due < $2 THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN x.verified_at IS NOT NULL THEN 1 ELSE 0 END), 0)
		FROM (SELECT t.done_at, t.due, t.verified_at FROM task_order o JOIN task t ON t.task_order = o.id
			WHERE `+where+` = $1 AND t.withdrawn_at IS NULL LIMIT 100000) x`, []any{id, vn.DayOf(tx.Now)}, &p.Given, &p.Done, &p.Late, &p.Verified)
	return p, err
}

// ProgressOf returns how far an order has come. The caller has found it.
func ProgressOf(ctx context.Context, tx *db.Tx, order string) (Progress, error) {
	return progressOf(ctx, tx, "o.id", order)
}

// Children returns how far what was handed down of a task has come. The caller has
// found the task.
func Children(ctx context.Context, tx *db.Tx, task string) (Progress, error) {
	return progressOf(ctx, tx, "o.parent", task)
}

// Orders returns the orders that by's unit gave, or that hand a task down, the newest
// first.
func Orders(ctx context.Context, tx *db.Tx, by auth.Actor, parent string, offset, limit int) ([]Order, error) {
	args := append(eyes(by), limit, offset)
	where := " AND " + own(by, "o.unit")
	if parent != "" {
		args = append(args, parent)
		where = ` AND o.parent = $7`
	}
	return db.All(ctx, tx, scanOrder, seenOrders(by)+where+` ORDER BY o.entered_at DESC, o.id LIMIT $5 OFFSET $6`, args...)
}

// First returns the first tasks of an order: of one that names a single unit it is the
// task.
func First(ctx context.Context, tx *db.Tx, by auth.Actor, order string, limit int) ([]Task, error) {
	return List(ctx, tx, by, Filter{Order: order}, 0, limit)
}

// Owing returns the open tasks that by works on, the soonest first, at most limit: those
// of their unit for who keeps its books, and those they answer for themselves.
func Owing(ctx context.Context, tx *db.Tx, by auth.Actor, limit int) ([]Task, error) {
	unit, before := int64(0), []int64(nil)
	if by.Is(auth.Clerk, auth.Secretary) {
		unit, before = by.Unit, by.Before
	}
	return db.All(ctx, tx, scan, all+isOpen+` AND (`+db.Among("t.lead", "$2", before)+` OR t.person = $3 AND $3 <> 0 AND `+own(by, "t.lead")+`) ORDER BY t.due, t.id LIMIT $5`,
		by.Tree, unit, by.Member, by.Unit, limit)
}

// Answers returns how many tasks that by's unit gave are done and wait to be verified,
// and of how many more time is asked, counted up to limit.
func Answers(ctx context.Context, tx *db.Tx, by auth.Actor, limit int) (done, asks int64, err error) {
	unit := db.Among("unit", "$1", by.Before)
	if err = tx.One(ctx, `SELECT count(*) FROM (SELECT 1 FROM task WHERE `+unit+` AND NOT (`+db.Among("lead", "$1", by.Before)+`) AND done_at IS NOT NULL AND verified_at IS NULL AND withdrawn_at IS NULL LIMIT $2) x`,
		[]any{by.Unit, limit}, &done); err != nil {
		return 0, 0, err
	}
	err = tx.One(ctx, `SELECT count(*) FROM (SELECT 1 FROM task WHERE `+unit+` AND asks = 1 LIMIT $2) x`, []any{by.Unit, limit}, &asks)
	return done, asks, err
}

// Leads reports whether by's unit leads any task.
func Leads(ctx context.Context, tx *db.Tx, by auth.Actor) (bool, error) {
	var n int64
	err := tx.One(ctx, `SELECT count(*) FROM (SELECT 1 FROM task WHERE `+db.Among("lead", "$1", by.Before)+` LIMIT 1) x`, []any{by.Unit}, &n)
	return n > 0, err
}

// standing returns tasks of an order that are neither verified nor withdrawn, whoever
// asks.
func standing(ctx context.Context, tx *db.Tx, tree, order string, limit int) ([]Task, error) {
	return db.All(ctx, tx, scan, all+` AND t.task_order = $2 AND t.withdrawn_at IS NULL AND t.verified_at IS NULL ORDER BY t.id LIMIT $3`, tree, order, limit)
}
