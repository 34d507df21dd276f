// Package conference holds study conferences: topics and speakers, who is
// invited, the marking of the roll, and the closing that counts it. The pages of the
// roll are in the package roll.
//
// Closing posts to the conference's own sheet and, if it belongs to a rollout,
// to the rollout's: attendances and guests there, persons once per rollout
// through rollout.Credit, and the host's obligation to hold one. Reopening takes
// exactly that back, with a reason; closing again posts what is then true.
package conference

import (
	"context"
	"maps"
	"regexp"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/follow"
	"nhipcau/internal/live"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
	"nhipcau/internal/rollout"
	"nhipcau/internal/rung"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A State is where a conference stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Convened  State = "convened" // people are invited, the roll can be called
	Closing   State = "closing"  // the roll is closed and being counted
	Closed    State = "closed"
	Reopening State = "reopening" // what was counted is being taken back
	Cancelled State = "cancelled"
)

// Sorts are the sorts of conference: the main one and the make-up session for
// those who missed it.
var Sorts = []string{"main", "makeup"}

// Modes are the ways to take part.
var Modes = []string{"in_person", "online", "hybrid"}

var kind = tally.NewKind("conference",
	"invited", "present", "online", "excused", "absent", "exempt", "guests", "represented",
	"checked_in", "extra",
	"partial", "heads", "checked_out", "call_1", "call_2", "call_3", "call_4", "call_5", "call_6", "call_7", "call_8")

// Kind returns what a conference's sheet counts, at the home unit of each
// person; represented is 1 for a unit of which anybody attended. Checked_in and extra
// move with every check-in: persons who were invited, and others. Partial are those who
// were there, but not as the rule of the conference asks; heads are those counted where
// there was no list, call_1 those who were there at the first roll call of several.
func Kind() *tally.Kind { return kind }

// A Conference is a conference.
type Conference struct {
	ID           string
	Unit         int64
	UnitKey      string
	UnitName     string
	Rollout      string // "" if it belongs to none
	RolloutTitle string
	Title        string
	Sort         string
	Mode         string
	Day          vn.Day
	Start, End   string
	Place        string
	Chair        string
	State        State
	Sheet        int64
	Sample       bool
	EnteredAt    time.Time
	Version      int64
	Parent       string // conference above, "" for none
	ParentTitle  string
	Level        int64   // of that one's plan
	Topics       []Topic // only from Get
}

// A Form is what a person fills in for a conference.
type Form struct {
	Rollout    string
	Title      string
	Sort       string
	Mode       string
	Day        vn.Day
	Start, End string
	Place      string
	Chair      string
	Topics     []Topic
	Units      []string // keys of invited units; none: the host's own members
	Parent     string   // conference above, and the level of its plan
	Level      int64
	Sample     bool
	Calls      []attendance.Call // none: they stay as they are
	Rule       attendance.Rule
}

const (
	maxText   = 300
	maxTopics = 30
)

var clock = regexp.MustCompile(`^([01]?\d|2[0-3]):[0-5]\d$`)

func (f *Form) check() error {
	w := fault.Wrong{}
	f.Title, f.Place, f.Chair = vn.Clean(f.Title), vn.Clean(f.Place), vn.Clean(f.Chair)
	f.Start, f.End = vn.Clean(f.Start), vn.Clean(f.End)
	w.Text("title", f.Title, maxText, true)
	w.Text("place", f.Place, maxText, false)
	w.Text("chair", f.Chair, maxText, false)
	if !one(Sorts, f.Sort) {
		w.Add("sort", "error.needed")
	}
	if !one(Modes, f.Mode) {
		w.Add("mode", "error.needed")
	}
	if !f.Day.Valid() {
		w.Add("day", "conference.error.day")
	}
	if f.Start != "" && !clock.MatchString(f.Start) {
		w.Add("start", "conference.error.time")
	}
	if f.End != "" && (!clock.MatchString(f.End) || f.Start != "" && padded(f.End) <= padded(f.Start)) {
		w.Add("end", "conference.error.end")
	}
	f.Start, f.End = padded(f.Start), padded(f.End)
	f.Topics = checkTopics(w, f.Topics, f.Start, f.End)
	if len(f.Calls) > 0 {
		var wrong fault.Wrong
		f.Calls, wrong = attendance.CheckCalls(f.Rule, f.Calls)
		maps.Copy(w, wrong)
	}
	return w.Err()
}

func padded(t string) string {
	if len(t) == 4 {
		return "0" + t
	}
	return t
}

func one(all []string, s string) bool {
	for _, x := range all {
		if x == s {
			return true
		}
	}
	return false
}

// Enter drafts a conference of by's unit.
func Enter(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) (Conference, error) {
	if err := mayRun(by, by.Unit); err != nil {
		return Conference{}, err
	}
	if err := f.check(); err != nil {
		return Conference{}, err
	}
	if err := f.checkParent(ctx, tx, by); err != nil {
		return Conference{}, err
	}
	units, err := f.invited(ctx, tx, by)
	if err != nil {
		return Conference{}, err
	}
	id := db.NewKey()
	if err := insert(ctx, tx, by, id, f); err != nil {
		return Conference{}, err
	}
	if err := replaceParts(ctx, tx, id, f, units); err != nil {
		return Conference{}, err
	}
	if err := attendance.Begin(ctx, tx, attendance.Occasion{ID: id, Tree: by.Tree, Subject: f.Rollout, Host: by.Unit}); err != nil {
		return Conference{}, err
	}
	if err := f.setCalls(ctx, tx, id); err != nil {
		return Conference{}, err
	}
	if err := audit.Record(ctx, tx, by, "conference.enter", id, f.Title); err != nil {
		return Conference{}, err
	}
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return c, err
	}
	return c, rung.Count(ctx, tx, by, c.rung(), "entered", "")
}

// invited finds the rollout and the invited units through by.
func (f Form) invited(ctx context.Context, tx *db.Tx, by auth.Actor) ([]org.Unit, error) {
	if f.Rollout != "" {
		r, err := rollout.Get(ctx, tx, by, f.Rollout)
		if err != nil {
			return nil, err
		}
		if !r.Running() {
			return nil, fault.New(fault.Conflict, "conference.error.rollout")
		}
	}
	var all []org.Unit
	for _, key := range f.Units {
		u, err := org.Get(ctx, tx, by, key)
		if err != nil {
			return nil, err
		}
		all = append(all, u)
	}
	return all, nil
}

// setCalls sets the roll calls, where the form says anything of them.
func (f Form) setCalls(ctx context.Context, tx *db.Tx, id string) error {
	if len(f.Calls) == 0 {
		return nil
	}
	return attendance.SetCalls(ctx, tx, id, f.Rule, f.Calls)
}

// Amend changes a conference that is not closed. It is a Conflict if it has
// changed since version. Units invited later are invited by Convene again.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, f Form) error {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayRun(by, c.Unit); err != nil {
		return err
	}
	f.Rollout = c.Rollout // what it counts towards does not change
	if err := f.check(); err != nil {
		return err
	}
	if c.State != Draft && c.State != Convened {
		return fault.New(fault.Conflict, "conference.error.closed")
	}
	f2 := f
	f2.Rollout = ""
	units, err := f2.invited(ctx, tx, by)
	if err != nil {
		return err
	}
	if err := update(ctx, tx, id, version, f); err != nil {
		return err
	}
	if err := replaceParts(ctx, tx, id, f, units); err != nil {
		return err
	}
	if err := f.setCalls(ctx, tx, id); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "conference.amend", id, f.Title)
}

// Convene invites people and makes the roll ready: of invited units those in
// office, of the host alone all its members; for a make-up session only those
// of the host who have not been counted yet. Convening again adds who is new.
func Convene(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) (int, error) {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := mayRun(by, c.Unit); err != nil {
		return 0, err
	}
	if c.State != Draft && c.State != Convened {
		return 0, fault.New(fault.Conflict, "conference.error.closed")
	}
	people, err := c.people(ctx, tx, by)
	if err != nil {
		return 0, err
	}
	if len(people) == 0 {
		return 0, fault.New(fault.Conflict, "conference.error.nobody")
	}
	if c.Sheet == 0 {
		s, err := tally.Open(ctx, tx, by, kind, id, by.Tree, c.Unit)
		if err != nil {
			return 0, err
		}
		c.Sheet = s.ID
	}
	if err := setState(ctx, tx, id, version, Convened, c.Sheet); err != nil {
		return 0, err
	}
	n, err := attendance.Invite(ctx, tx, by, id, people)
	if err != nil {
		return 0, err
	}
	if err := c.record(ctx, tx, by, "convened", ""); err != nil {
		return 0, err
	}
	if err := rung.Tell(ctx, tx, id); err != nil {
		return 0, err
	}
	return n, c.tellUnits(ctx, tx)
}

// people returns who is to be on the roll.
func (c Conference) people(ctx context.Context, tx *db.Tx, by auth.Actor) ([]org.Member, error) {
	units, err := InvitedUnits(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	if len(units) > 0 {
		var all []org.Member
		for _, u := range units {
			some, err := org.Officers(ctx, tx, by, u.ID)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
		return all, nil
	}
	const whole = 1_000_000
	all, err := org.Roster(ctx, tx, by, c.Unit, 0, whole)
	if err != nil || c.Sort != "makeup" || c.Rollout == "" {
		return all, err
	}
	counted, err := follow.Credited(ctx, tx, c.Rollout, c.Unit)
	if err != nil {
		return nil, err
	}
	var missed []org.Member
	for _, m := range all {
		if !counted[m.ID] && !m.Exempt {
			missed = append(missed, m)
		}
	}
	return missed, nil
}

func (c Conference) tellUnits(ctx context.Context, tx *db.Tx) error {
	units, err := InvitedUnits(ctx, tx, c)
	if err != nil {
		return err
	}
	for _, u := range units {
		if _, err := notify.ToUnit(ctx, tx, u.ID, []auth.Role{auth.Secretary, auth.Clerk}, "conference.notice.convened",
			[]string{c.Title, c.Day.String()}, "/conferences/"+c.ID); err != nil {
			return err
		}
	}
	return nil
}

// InvitePeople puts single members of by's subtree on the roll of a convened
// conference, and returns how many were not on it.
func InvitePeople(ctx context.Context, tx *db.Tx, by auth.Actor, id string, members []string) (int, error) {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := mayRun(by, c.Unit); err != nil {
		return 0, err
	}
	if c.State != Convened {
		return 0, fault.New(fault.Conflict, "conference.error.not_convened")
	}
	var people []org.Member
	for _, key := range members {
		m, err := org.GetMember(ctx, tx, by, key)
		if err != nil {
			return 0, err
		}
		people = append(people, m)
	}
	n, err := attendance.Invite(ctx, tx, by, id, people)
	if err != nil {
		return 0, err
	}
	return n, audit.Record(ctx, tx, by, "conference.invite", id, c.Title)
}

// Mark marks people on the roll and sets the guests, all or nothing.
func Mark(ctx context.Context, tx *db.Tx, by auth.Actor, id string, marks []attendance.Mark, guests []attendance.Guest) (int, error) {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := mayRun(by, c.Unit); err != nil {
		return 0, err
	}
	if c.State != Convened {
		return 0, fault.New(fault.Conflict, "conference.error.closed")
	}
	n, err := attendance.MarkAll(ctx, tx, by, id, marks)
	if err != nil {
		return 0, err
	}
	if guests != nil {
		if err := attendance.SetGuests(ctx, tx, id, guests); err != nil {
			return 0, err
		}
	}
	live.Touch(tx, LiveTopic(id))
	return n, audit.Record(ctx, tx, by, "conference.mark", id, c.Title)
}

// MarkRest marks everybody who is not marked yet at a roll call, of the unit with a key
// or with "" of all, and returns how many.
func MarkRest(ctx context.Context, tx *db.Tx, by auth.Actor, id string, call int64, unit string, state attendance.State, reason string) (int, error) {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := mayRun(by, c.Unit); err != nil {
		return 0, err
	}
	if c.State != Convened {
		return 0, fault.New(fault.Conflict, "conference.error.closed")
	}
	home := int64(0)
	if unit != "" {
		u, err := org.Get(ctx, tx, by, unit)
		if err != nil {
			return 0, err
		}
		home = u.ID
	}
	n, err := attendance.MarkRest(ctx, tx, by, id, call, home, state, reason)
	if err != nil {
		return 0, err
	}
	return n, audit.Record(ctx, tx, by, "conference.mark", id, c.Title)
}

// Close ends a conference and counts it: at least one person must have been
// there, and it must not lie in the future. One of many people is counted by a job;
// it is Closing until that is done.
func Close(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayRun(by, c.Unit); err != nil {
		return err
	}
	if c.State != Convened {
		return fault.New(fault.Conflict, "conference.error.closed")
	}
	if vn.DayOf(tx.Now).Before(c.Day) {
		return fault.New(fault.Conflict, "conference.error.future")
	}
	if any, err := presence.Anybody(ctx, tx, id); err != nil {
		return err
	} else if !any {
		return fault.New(fault.Conflict, "conference.error.empty")
	}
	if err := attendance.Close(ctx, tx, id); err != nil {
		return err
	}
	many, err := presence.Many(ctx, tx, id, direct)
	if err != nil {
		return err
	}
	if many {
		if err := setState(ctx, tx, id, version, Closing, c.Sheet); err != nil {
			return err
		}
		if err := c.begin(ctx, tx, by, ""); err != nil {
			return err
		}
		return c.record(ctx, tx, by, "closing", "")
	}
	if err := setState(ctx, tx, id, version, Closed, c.Sheet); err != nil {
		return err
	}
	if err := c.count(ctx, tx, by, 1, ""); err != nil {
		return err
	}
	if c.Rollout != "" {
		took, err := presence.Took(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := follow.Credit(ctx, tx, by, c.occasion(), took); err != nil {
			return err
		}
		if err := rollout.Fulfil(ctx, tx, by, rollout.Fulfilment{Rollout: c.Rollout, Step: rollout.Hold, Unit: c.Unit, Source: c.source()}); err != nil {
			return err
		}
	}
	return c.record(ctx, tx, by, "closed", "")
}

// Reopen makes a closed conference one whose roll can change, with a reason,
// and takes back what it counted; of many people a job does. Check-ins that came
// while it was closed then count.
func Reopen(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayReopen(by, c.Unit); err != nil {
		return err
	}
	w := fault.Wrong{}
	if reason = vn.CleanText(reason); reason == "" {
		w.Add("reason", "error.needed")
	}
	if err := w.Err(); err != nil {
		return err
	}
	if c.State != Closed {
		return fault.New(fault.Conflict, "conference.error.not_closed")
	}
	many, err := presence.Many(ctx, tx, id, direct)
	if err != nil {
		return err
	}
	if many {
		if err := setState(ctx, tx, id, version, Reopening, c.Sheet); err != nil {
			return err
		}
		if err := c.begin(ctx, tx, by, reason); err != nil {
			return err
		}
		return c.record(ctx, tx, by, "reopening", reason)
	}
	if err := setState(ctx, tx, id, version, Convened, c.Sheet); err != nil {
		return err
	}
	if err := c.count(ctx, tx, by, -1, reason); err != nil {
		return err
	}
	if err := attendance.Reopen(ctx, tx, id); err != nil {
		return err
	}
	if c.Rollout != "" {
		if err := c.takeBack(ctx, tx, by, reason); err != nil {
			return err
		}
	}
	for more := true; more; {
		if more, err = c.takeWaiting(ctx, tx, by); err != nil {
			return err
		}
	}
	return c.record(ctx, tx, by, "reopened", reason)
}

func (c Conference) takeBack(ctx context.Context, tx *db.Tx, by auth.Actor, reason string) error {
	if err := follow.Uncredit(ctx, tx, by, c.occasion(), reason, c.elsewhere(ctx, tx)); err != nil {
		return err
	}
	return c.handOver(ctx, tx, by, reason)
}

// elsewhere finds where else a person of the rollout took part.
func (c Conference) elsewhere(ctx context.Context, tx *db.Tx) func(m int64) (string, bool, error) {
	return func(m int64) (string, bool, error) { return presence.Elsewhere(ctx, tx, c.Rollout, c.ID, m) }
}

// handOver takes back that the host has held a conference if c is the record of
// it, and gives it to another of the host's that stays closed, if there is any.
func (c Conference) handOver(ctx context.Context, tx *db.Tx, by auth.Actor, reason string) error {
	hold, err := rollout.Obliged(ctx, tx, c.Rollout, rollout.Hold, c.Unit)
	if err != nil || hold.Unit != 0 && hold.Source.ID != c.ID {
		return err
	}
	if err := follow.TakeBack(ctx, tx, by, c.occasion(), reason); err != nil {
		return err
	}
	other, err := closedOf(ctx, tx, c.Rollout, c.Unit)
	if err != nil || other == "" {
		return err
	}
	return rollout.Fulfil(ctx, tx, by, rollout.Fulfilment{
		Rollout: c.Rollout, Step: rollout.Hold, Unit: c.Unit, Source: tally.Source{Kind: kind.Name, ID: other},
	})
}

// Cancel calls a conference off, with a reason; one that was closed cannot be.
func Cancel(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayRun(by, c.Unit); err != nil {
		return err
	}
	w := fault.Wrong{}
	if reason = vn.CleanText(reason); reason == "" {
		w.Add("reason", "error.needed")
	}
	if err := w.Err(); err != nil {
		return err
	}
	if c.State != Draft && c.State != Convened {
		return fault.New(fault.Conflict, "conference.error.closed")
	}
	if err := setState(ctx, tx, id, version, Cancelled, c.Sheet); err != nil {
		return err
	}
	return c.record(ctx, tx, by, "cancelled", reason)
}

func (c Conference) occasion() follow.Occasion {
	return follow.Occasion{ID: c.ID, Rollout: c.Rollout, Host: c.Unit}
}

func (c Conference) source() tally.Source { return tally.Source{Kind: "conference", ID: c.ID} }

func (c Conference) record(ctx context.Context, tx *db.Tx, by auth.Actor, event, reason string) error {
	if err := insertEvent(ctx, tx, by, c.ID, event, reason); err != nil {
		return err
	}
	if err := rung.Count(ctx, tx, by, c.rung(), event, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "conference."+event, c.ID, reason)
}

// An Event is one step in a conference's life.
type Event struct {
	Kind   string
	Actor  string
	Reason string
	At     time.Time
}
