package calendar

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/remind"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Sort says why those who owe are spoken to.
type Sort string

// The sorts of calls.
const (
	Opening Sort = "opened" // a period was opened
	Moved   Sort = "moved"  // its last day was moved
	Hand    Sort = "hand"   // somebody reminds them
	Ruled   Sort = "rule"   // a rule of the owner reminds those of one last day
)

// A Call says something to everybody who still owes a period at and under a unit.
type Call struct {
	ID        int64
	Period    string
	Unit      int64
	UnitName  string // from Calls
	Sort      Sort
	Day       vn.Day // on which it was made
	Last      vn.Day // Ruled: of those it speaks to
	Days      int64  // Ruled: how far from that day
	ActorName string // "" if it came by itself
	At        time.Time
	Units     int64     // to which it was said so far
	DoneAt    time.Time // zero while it is under way

	after tally.Place
}

// Remind reminds all who have not returned at and under a unit: once a day at most,
// and nobody whom somebody above or below has had reminded that day.
func Remind(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string) error {
	r, err := filing.GetRound(ctx, tx, by, period)
	if err != nil {
		return err
	}
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return err
	}
	if err := mayCall(by); err != nil {
		return err
	}
	if r.Period.State != form.Opened {
		return fault.New(fault.Conflict, "filing.error.closed")
	}
	some, _, err := r.Lacks(ctx, tx, u.ID, 0, 1)
	if err != nil {
		return err
	}
	if len(some) == 0 {
		return fault.New(fault.Conflict, "calendar.error.none_lack")
	}
	today := vn.DayOf(tx.Now)
	had, err := handCalls(ctx, tx, period, today)
	if err != nil {
		return err
	}
	for _, c := range had {
		if r.Within(u.ID, c.Unit) {
			return fault.New(fault.Conflict, "calendar.error.today", c.ActorName)
		}
	}
	if err := tell(ctx, tx, by, Call{Period: period, Unit: u.ID, Sort: Hand}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "calendar.remind", period, r.Form.Title+" · "+r.Period.Name+" · "+u.Name)
}

// CallJob is the kind of the job that speaks to those who owe, slice by slice.
const CallJob = "calendar.call"

// tell has something said to those who owe.
func tell(ctx context.Context, tx *db.Tx, by auth.Actor, c Call) error {
	c.ID, c.Day = tx.NewID(), vn.DayOf(tx.Now)
	if err := insertCall(ctx, tx, by, c); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: CallJob, Unique: CallJob})
}

// speak treats the next slice of the oldest call under way; more is false if there
// is none. Each slice notes how far it came with what it says.
func speak(ctx context.Context, tx *db.Tx, size int) (more bool, err error) {
	c, ok, err := underWay(ctx, tx)
	if err != nil || !ok {
		return false, err
	}
	r, err := filing.Find(ctx, tx, c.Period)
	if err != nil {
		return false, err
	}
	if r.Period.State != form.Opened {
		return true, setCall(ctx, tx, c, 0, true)
	}
	all, next, err := r.Lacks(ctx, tx, c.Unit, c.after, size)
	if err != nil {
		return false, err
	}
	switch c.Sort {
	case Ruled:
		all = slices.DeleteFunc(all, func(l filing.Lack) bool { return l.Last != c.Last })
	case Hand:
		had, err := handCalls(ctx, tx, c.Period, c.Day)
		if err != nil {
			return false, err
		}
		all = slices.DeleteFunc(all, func(l filing.Lack) bool {
			return slices.ContainsFunc(had, func(o Call) bool { return o.ID < c.ID && r.Within(l.Unit, o.Unit) })
		})
	}
	if err := c.say(ctx, tx, r, all); err != nil {
		return false, err
	}
	c.Units += int64(len(all))
	return true, setCall(ctx, tx, c, next, next == 0)
}

// say puts the notice of a call before the people of some units, or of those who
// answer for them since a reform.
func (c Call) say(ctx context.Context, tx *db.Tx, r filing.Round, all []filing.Lack) error {
	units := make([]int64, len(all))
	for i, l := range all {
		units[i] = l.Unit
	}
	answer, err := answering(ctx, tx, r.Sheet.Tree, units)
	if err != nil {
		return err
	}
	keys, err := keysOf(ctx, tx, units)
	if err != nil {
		return err
	}
	byKey := map[string][]notify.Word{}
	today := vn.DayOf(tx.Now)
	for _, l := range all {
		to := l.Unit
		if keeper, ok := answer[l.Unit]; ok {
			to = keeper
		}
		key, args := c.words(r, l.Last, today)
		byKey[key] = append(byKey[key], notify.Word{Unit: to, Args: args, Link: "/periods/" + c.Period + "/returns/" + keys[l.Unit]})
	}
	for key, words := range byKey {
		if err := notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, key, words); err != nil {
			return err
		}
	}
	return nil
}

// words is what is said to a unit that owes by a day.
func (c Call) words(r filing.Round, last, today vn.Day) (key string, args []string) {
	what := []string{r.Form.Title, r.Period.Name, last.String()}
	switch left := today.DaysUntil(last); {
	case c.Sort == Opening:
		return "calendar.notice.opened", what
	case c.Sort == Moved:
		return "calendar.notice.moved", what
	case left > 0:
		return "calendar.notice.before", append([]string{vn.Int(int64(left))}, what...)
	case left < 0:
		return "calendar.notice.after", append([]string{vn.Int(int64(-left))}, what...)
	}
	return "calendar.notice.on", what
}

// rules has the rules of the owners of all open periods speak today about those
// last days for which one does and has not yet.
func rules(ctx context.Context, tx *db.Tx) error {
	today := vn.DayOf(tx.Now)
	all, err := openDays(ctx, tx, today.AddDays(-window), today.AddDays(window))
	if err != nil {
		return err
	}
	byOwner := map[int64][]remind.Rule{}
	for _, d := range all {
		own, ok := byOwner[d.owner]
		if !ok {
			if own, err = remind.Of(ctx, tx, d.owner); err != nil {
				return err
			}
			byOwner[d.owner] = own
		}
		r, ok := remind.Choose(own, d.last, vn.DayOf(d.opened), today)
		if !ok {
			continue
		}
		if err := tell(ctx, tx, auth.System(d.tree), Call{Period: d.period, Unit: d.owner, Sort: Ruled, Last: d.last, Days: r.Days}); err != nil {
			return err
		}
	}
	return nil
}

// window is how many days from a last day a rule may speak, and a few more.
const window = 65
