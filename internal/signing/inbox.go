package signing

import (
	"context"
	"slices"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A Line is a report in the list of the unit above.
type Line struct {
	Report
	Key  string // of the unit
	Name string
}

// Counts are how many reports a unit has in each state.
type Counts map[State]int64

// Inbox returns the reports of a period in a state which by's unit accepts, in the
// order of the tree, at most limit after offset, and how many there are in each
// state. The caller has found the period.
func Inbox(ctx context.Context, tx *db.Tx, by auth.Actor, period string, state State, query string, offset, limit int) ([]Line, Counts, error) {
	if !slices.Contains(States, state) {
		state = Submitted
	}
	counts, err := countsOf(ctx, tx, by, period)
	if err != nil || counts[state] == 0 {
		return nil, counts, err
	}
	lines, err := inbox(ctx, tx, by, period, state, query, offset, limit)
	return lines, counts, err
}

// A Task is a period in which reports wait for by's unit.
type Task struct {
	Period  string
	Title   string
	Name    string // of the period
	Waits   int64
	Until   vn.Day // by which what was sent back is to come again, or ""
	UnitKey string // whose report it is, of one: by's own unit or one that has ended
}

// ToAccept returns the periods in which reports wait to be accepted by by's unit.
func ToAccept(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Task, error) {
	if mayAccept(by) != nil {
		return nil, nil
	}
	return toAccept(ctx, tx, by)
}

// ToSign returns the periods in which a report of by's own unit waits for by, the
// secretary.
func ToSign(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Task, error) {
	if !by.Is(auth.Secretary) || by.Unit == 0 {
		return nil, nil
	}
	return ownIn(ctx, tx, by, Asked)
}

// ToMend returns the periods in which the report of by's own unit was sent back.
func ToMend(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Task, error) {
	if !by.Is(auth.Clerk, auth.Secretary) || by.Unit == 0 {
		return nil, nil
	}
	return ownIn(ctx, tx, by, Returned)
}

// MaxBulk is how many reports one call of AcceptMany takes.
const MaxBulk = 200

// AcceptMany takes reports of a period which wait for by's unit: those named, by key
// of the unit with the number of the return that by has seen, or, if seen is nil, the
// first of all that wait. What stands otherwise by now is left as it is. It returns
// how many it took, at most MaxBulk.
func AcceptMany(ctx context.Context, tx *db.Tx, by auth.Actor, period string, seen map[string]int64) (int, error) {
	round, err := filing.GetRound(ctx, tx, by, period)
	if err != nil {
		return 0, err
	}
	if err := mayAccept(by); err != nil {
		return 0, err
	}
	lines, err := waitingFor(ctx, tx, by, period, seen)
	if err != nil || len(lines) == 0 {
		return 0, err
	}
	office, err := org.OfficeOf(ctx, tx, by)
	if err != nil {
		return 0, err
	}
	units := make([]int64, len(lines))
	for i, l := range lines {
		units[i] = l.Unit
	}
	last, err := lastEvents(ctx, tx, period, units)
	if err != nil {
		return 0, err
	}
	deeds, words := make([]Event, len(lines)), make([]notify.Word, len(lines))
	title := round.Form.Title + " · " + round.Period.Name
	for i, l := range lines {
		deeds[i] = Event{Period: period, Unit: l.Unit, K: last[l.Unit] + 1, Kind: DidAccept, N: l.N, Hash: l.Hash, Office: office}
		words[i] = notify.Word{Unit: l.Unit, Args: []string{title}, Link: "/periods/" + period + "/reports/" + l.Key}
	}
	if err := accept(ctx, tx, period, units); err != nil {
		return 0, err
	}
	if err := insertEvents(ctx, tx, by, deeds); err != nil {
		return 0, err
	}
	if err := audit.RecordMany(ctx, tx, by, "signing."+string(DidAccept), len(deeds), func(i int) (string, string) {
		return object(period, deeds[i].Unit), deeds[i].Hash
	}); err != nil {
		return 0, err
	}
	return len(lines), notify.ToUnits(ctx, tx, []auth.Role{auth.Clerk, auth.Secretary}, "signing.notice.accepted", words)
}
