package invitation

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A Rule names people by the offices they hold, at which levels, in which units. An
// empty part takes everything: without Ranks and Titles the members of the units,
// whether they hold an office or not.
type Rule struct {
	Ranks  []int64  `json:"ranks,omitempty"`  // of offices, as org ranks them
	Titles []string `json:"titles,omitempty"` // beginnings of titles of offices
	Kinds  []string `json:"kinds,omitempty"`  // of units
	Depths []int64  `json:"depths,omitempty"` // of units, 0 for the root
	Units  []string `json:"units"`            // keys
	Whole  bool     `json:"whole,omitempty"`  // the units under them too
	Site   int64    `json:"site,omitempty"`   // where they are to be, 0 for none in particular
}

// A Kept is a rule of a conference.
type Kept struct {
	Rule
	N         int64
	Found     int64 // people it named when last counted
	Fresh     int64 // of these, not on the roll then
	CountedAt time.Time
	Applying  bool  // a job is at it
	Done      int64 // people it has put on the roll so far
	Invited   int64
	AppliedAt time.Time
	ActorName string
	Version   int64

	after string
	actor string
}

const (
	maxParts = 50
	maxText  = 300
	maxRules = 50
	direct   = 2_000 // people who are put on the roll while somebody waits
	narrow   = 2_000 // units that are looked through meanwhile
)

// Ranks are the ranks of offices.
var Ranks = []int64{1, 2, 3, 4, 9}

func (r *Rule) check() fault.Wrong {
	w := fault.Wrong{}
	r.Titles, r.Kinds, r.Units = texts(r.Titles), texts(r.Kinds), texts(r.Units)
	for field, all := range map[string][]string{"titles": r.Titles, "kinds": r.Kinds, "units": r.Units} {
		if len(all) > maxParts {
			w.Add(field, "invitation.error.parts", maxParts)
		}
		for _, s := range all {
			w.Text(field, s, maxText, true)
		}
	}
	for _, n := range r.Ranks {
		if !slices.Contains(Ranks, n) {
			w.Add("ranks", "invitation.error.rank")
		}
	}
	for _, n := range r.Depths {
		if n < 0 || n > 20 {
			w.Add("depths", "invitation.error.depth")
		}
	}
	if len(r.Units) == 0 {
		w.Add("units", "error.needed")
	}
	return w
}

func texts(all []string) []string {
	var clean []string
	for _, s := range all {
		if s = vn.Clean(s); s != "" && !slices.Contains(clean, s) {
			clean = append(clean, s)
		}
	}
	return clean
}

// sound checks a rule with the units and the site it names, as by sees them.
func (r *Rule) sound(ctx context.Context, tx *db.Tx, by auth.Actor, m Meeting) error {
	w := r.check()
	if len(r.Units) > maxParts {
		return w.Err()
	}
	for _, key := range r.Units {
		_, err := org.Get(ctx, tx, by, key)
		if fault.Is(err, fault.NotFound) {
			w.Add("units", "invitation.error.unit", key)
			err = nil
		}
		if err != nil {
			return err
		}
	}
	ok, err := siteExists(ctx, tx, m.ID, r.Site)
	if err == nil && !ok {
		w.Add("site", "invitation.error.site")
	}
	if err != nil {
		return err
	}
	return w.Err()
}

// Count returns how many people a rule names, and how many of them are not on the
// roll. It may look through all of a nation, so it is asked before anything is written.
func Count(ctx context.Context, tx *db.Tx, by auth.Actor, id string, r *Rule) (found, fresh int64, err error) {
	m, err := toInvite(ctx, tx, by, id)
	if err != nil {
		return 0, 0, err
	}
	if err := r.sound(ctx, tx, by, m); err != nil {
		return 0, 0, err
	}
	return count(ctx, tx, m, *r)
}

// AddRule keeps a rule with what Count said of it. Nobody is invited by it yet.
func AddRule(ctx context.Context, tx *db.Tx, by auth.Actor, id string, r Rule, found, fresh int64) (Kept, error) {
	m, err := toInvite(ctx, tx, by, id)
	if err != nil {
		return Kept{}, err
	}
	if err := r.sound(ctx, tx, by, m); err != nil {
		return Kept{}, err
	}
	if err := tx.Lock(ctx, "invitation "+m.ID); err != nil {
		return Kept{}, err
	}
	n, err := nextRule(ctx, tx, m.ID)
	if err != nil {
		return Kept{}, err
	}
	if n > maxRules {
		return Kept{}, fault.New(fault.Conflict, "invitation.error.rules", maxRules)
	}
	k := Kept{Rule: r, N: n, Found: found, Fresh: fresh, Version: 1}
	if err := insertRule(ctx, tx, by, m.ID, k); err != nil {
		return k, err
	}
	return k, audit.Record(ctx, tx, by, "invitation.rule", m.ID, m.Title)
}

// toInvite returns a conference to which by invites.
func toInvite(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Meeting, error) {
	m, err := Find(ctx, tx, by, id)
	if err == nil {
		err = MayInvite(by, m)
	}
	if err == nil {
		err = m.inviting()
	}
	return m, err
}

// FindRule returns a rule of a conference to which by invites.
func FindRule(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (Kept, error) {
	m, err := toInvite(ctx, tx, by, id)
	if err != nil {
		return Kept{}, err
	}
	return rule(ctx, tx, m.ID, n)
}

// Counted keeps what Count says of a rule today: who has come into office since is new.
func Counted(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, found, fresh int64) error {
	k, err := FindRule(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	k.Found, k.Fresh = found, fresh
	return setCounted(ctx, tx, id, k)
}

// Drop forgets a rule; who was invited by it stays invited.
func Drop(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
	m, err := toInvite(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := deleteRule(ctx, tx, m.ID, n, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "invitation.rule.drop", m.ID, m.Title)
}

// ApplyJob is the kind of the job that puts many people on a roll by a rule.
const ApplyJob = "invitation.apply"

// Apply invites whom a rule names and who is not invited yet: at once, or if they are
// many by a job. It returns how many were put on the roll now.
func Apply(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) (int, error) {
	m, err := toInvite(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	k, err := rule(ctx, tx, m.ID, n)
	if err != nil {
		return 0, err
	}
	if k.Applying {
		return 0, fault.New(fault.Conflict, "invitation.error.applying")
	}
	much, err := wide(ctx, tx, m, k.Rule, narrow)
	if err != nil {
		return 0, err
	}
	var people []attendance.Invitee
	if !much {
		if people, err = named(ctx, tx, m, k.Rule, "", lastPath, direct+1); err != nil {
			return 0, err
		}
	}
	if much || len(people) > direct {
		if err := begin(ctx, tx, by, m.ID, n, version); err != nil {
			return 0, err
		}
		return 0, job.Enqueue(ctx, tx, job.New{Kind: ApplyJob, Payload: m.ID, Unique: ApplyJob + " " + m.ID})
	}
	fresh, _, err := attendance.PutAt(ctx, tx, by, m.ID, k.Site, people)
	if err != nil {
		return 0, err
	}
	if err := applied(ctx, tx, by, m.ID, n, version, fresh); err != nil {
		return 0, err
	}
	return fresh, audit.Record(ctx, tx, by, "invitation.apply", m.ID, m.Title)
}

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) {
	r.Handle(ApplyJob, applyAll)
	r.Handle(RemindJob, remindAll)
}

// applyAll applies the rules of a conference that wait for it. Each slice notes how
// far it came in the transaction that invites it.
func applyAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var pace job.Pace
	for more := true; more; {
		var done, total int64
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
			done, total, more, err = ApplySome(ctx, tx, j.Payload, size)
			return err
		}); err != nil {
			return err
		}
		progress(done, total)
	}
	return nil
}

// ApplySome puts those of at most size units on the roll by the first rule that waits
// for it.
func ApplySome(ctx context.Context, tx *db.Tx, id string, size int) (done, total int64, more bool, err error) {
	k, tree, err := waiting(ctx, tx, id)
	if err != nil || k.N == 0 {
		return 0, 0, false, err
	}
	m, err := meeting(ctx, tx, tree, id)
	if err != nil {
		return 0, 0, false, err
	}
	if k.after == lastPath || m.inviting() != nil { // closed meanwhile: the rule rests
		return k.Done, k.Fresh, true, rest(ctx, tx, id, k.N)
	}
	by := auth.System(tree)
	by.Login, by.Name = k.actor, k.ActorName
	to, err := pathAfter(ctx, tx, tree, k.after, size)
	if err != nil {
		return 0, 0, false, err
	}
	people, err := named(ctx, tx, m, k.Rule, k.after, to, mostAtOnce)
	if err != nil {
		return 0, 0, false, err
	}
	if len(people) == mostAtOnce {
		to = k.after // there may be more of these units
	}
	fresh, _, err := attendance.PutAt(ctx, tx, by, id, k.Site, people)
	if err != nil {
		return 0, 0, false, err
	}
	return k.Done + int64(fresh), max(k.Fresh, k.Done+int64(fresh)), true, further(ctx, tx, id, k.N, to, fresh)
}

// mostAtOnce is how many people one slice puts on the roll.
const mostAtOnce = 2_000
