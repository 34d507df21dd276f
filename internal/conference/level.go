package conference

import (
	"context"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/tally"
)

// A conference may stand under another: that one's plan of levels asked the host to
// hold it. Package level keeps the plan; here is what a conference notes of itself
// on the sheet of its level.

// TellJob is the kind of the job that tells the hosts of the levels of a conference.
const TellJob = "level.tell"

var levelKind = tally.NewKind("level", "due", "begun", "held")

// LevelKind returns what the sheet of a level counts: units that are to hold a
// conference, that have begun to prepare one, and that have closed one; each once,
// however many it holds.
func LevelKind() *tally.Kind { return levelKind }

// LevelSource is what the sheet of a level counts, as tally knows it.
func LevelSource(conference string, n int64) string {
	return conference + ":" + strconv.FormatInt(n, 10)
}

// ParseLevel takes a LevelSource apart.
func ParseLevel(source string) (conference string, n int64) {
	conference, level, _ := strings.Cut(source, ":")
	n, _ = strconv.ParseInt(level, 10, 64) // what is no number is no level
	return conference, n
}

// TellLevels lets a job tell the hosts of levels who have not been told.
func TellLevels(ctx context.Context, tx *db.Tx, id string) error {
	return job.Enqueue(ctx, tx, job.New{Kind: TellJob, Payload: id, Unique: TellJob + " " + id})
}

// Copy returns the form of a conference that a unit holds for the same as c: with
// its rollout, title, mode and topics.
func (c Conference) Copy() Form {
	return Form{Rollout: c.Rollout, Title: c.Title, Sort: "main", Mode: c.Mode, Topics: c.Topics, Parent: c.ID}
}

// checkParent finds the conference above that f names, and that it asks by's unit to
// hold one.
func (f *Form) checkParent(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	if f.Parent == "" {
		f.Level = 0
		return nil
	}
	up, err := Get(ctx, tx, by, f.Parent)
	if err != nil {
		return err
	}
	sheet, err := levelSheet(ctx, tx, up.ID, f.Level)
	if err != nil {
		return err
	}
	if sheet != 0 && up.State != Cancelled {
		own, err := tally.Own(ctx, tx, sheet, by.Unit)
		if err != nil || own.Get(levelKind.Lane("due")) > 0 {
			return err
		}
	}
	return fault.New(fault.Conflict, "conference.error.level")
}

// levelEvents say in which lane an event counts at the level of a conference, and
// how. What a job does counts when it is done.
var levelEvents = map[string]struct {
	lane string
	sign int64
}{
	"entered": {"begun", 1}, "cancelled": {"begun", -1}, "closed": {"held", 1}, "reopened": {"held", -1},
}

// countLevel notes an event on the sheet of the level, if it is the first or the last
// conference of the host there of which that is true.
func (c Conference) countLevel(ctx context.Context, tx *db.Tx, by auth.Actor, event, reason string) error {
	e, counts := levelEvents[event]
	if c.Parent == "" || !counts {
		return nil
	}
	sheet, err := levelSheet(ctx, tx, c.Parent, c.Level)
	if err != nil {
		return err
	}
	others, err := besides(ctx, tx, c, e.lane)
	if err != nil || others > 0 {
		return err
	}
	return c.post(ctx, tx, by, sheet, map[int64]tally.Delta{c.Unit: {levelKind.Lane(e.lane): 1}}, e.sign, reason)
}

// RecountLevel returns, by unit, what the conferences held for a level say its sheet
// should hold in the lanes begun and held.
func RecountLevel(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	id, n := ParseLevel(s.Source)
	figures, err := heldFor(ctx, tx, id, n)
	if err != nil {
		return nil, err
	}
	return place(ctx, tx, s.ID, figures)
}
