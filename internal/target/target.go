// Package target keeps what is to be reached by when: an indicator with a value for
// a stretch of time, which a unit sets, hands down to the units under it, and they
// to those under them.
//
// What each was given and takes on is entered once and counted on a sheet. What was
// reached is entered nowhere here: a target is fed by a figure that others return
// or that follows from their work, and opens to it. A percentage is what was
// reached over what was to be reached, both as sums; it is never an average.
package target

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Stage is where a target stands.
type Stage string

// The stages. Units under the one that sets a target see it once it is open.
const (
	Draft  Stage = "draft"
	Opened Stage = "open"
	Closed Stage = "closed"
)

// A Direction says which side of its value a target is reached on.
type Direction string

// The directions.
const (
	Least Direction = "least" // so many or more
	Most  Direction = "most"  // so many or fewer
)

// A Point of a path is what is to be reached, counted from the target's first day,
// by the end of a stretch.
type Point struct {
	Name  string
	To    vn.Day // first day after it
	Value int64
}

// A Target is set by a unit. Make and Amend read Label, Word, Direction, Decimals,
// From, Note, Feed, FeedOf and Points; To is that of the last point.
type Target struct {
	ID          string
	Unit        int64 // who sets it
	UnitKey     string
	UnitName    string
	UnitPath    string
	Label       string
	Word        string // what is counted
	Direction   Direction
	Decimals    int // values are whole numbers of 10^-Decimals
	From        vn.Day
	To          vn.Day // first day after it
	Note        string
	Feed        string // key of what it is read off, "" for nothing
	FeedOf      string
	State       Stage
	Sheet       int64
	EnteredName string
	EnteredAt   time.Time
	Version     int64
	Points      []Point // from Make, Amend and Get
}

// Value is what is to be reached by the end.
func (t Target) Value() int64 {
	if len(t.Points) == 0 {
		return 0
	}
	return t.Points[len(t.Points)-1].Value
}

const (
	maxText = 300
	maxWord = 40
	maxNote = 4000
	// MaxPoints is how many stretches a path may have.
	MaxPoints = 24
	// MaxDecimals is how many decimals a value may have.
	MaxDecimals = 4
	// MaxValue is the largest value, in its own small units.
	MaxValue = 1_000_000_000_000
)

func (t *Target) check(feeds Feeds) error {
	w := fault.Wrong{}
	t.Label, t.Word, t.Note = vn.Clean(t.Label), vn.Clean(t.Word), vn.CleanText(t.Note)
	w.Text("label", t.Label, maxText, true)
	w.Text("word", t.Word, maxWord, true)
	w.Text("note", t.Note, maxNote, false)
	if t.Direction != Least && t.Direction != Most {
		w.Add("direction", "error.needed")
	}
	if t.Decimals < 0 || t.Decimals > MaxDecimals {
		w.Add("decimals", "target.error.decimals", MaxDecimals)
	}
	if !t.From.Valid() {
		w.Add("from", "target.error.day")
	}
	if _, ok := feeds.get(t.Feed); t.Feed != "" && !ok || len(t.FeedOf) > maxText {
		w.Add("feed", "error.needed")
	}
	t.Points = slices.Clone(t.Points) // the closure may run twice
	if n := len(t.Points); n == 0 || n > MaxPoints {
		w.Add("points", "target.error.points", MaxPoints)
	}
	last := t.From
	for i := range t.Points {
		p := &t.Points[i]
		p.Name = vn.Clean(p.Name)
		switch {
		case p.Name == "" || len([]rune(p.Name)) > maxText:
			w.Add("points", "target.error.point", i+1)
		case !p.To.Valid() || !last.Before(p.To):
			w.Add("points", "target.error.order", i+1)
		case p.Value < 0 || p.Value > MaxValue:
			w.Add("points", "target.error.value", i+1)
		}
		last = p.To
	}
	t.To = last
	return w.Err()
}

// Make makes a draft of a target of by's unit. What it is read off is one of feeds,
// and by sees that.
func Make(ctx context.Context, tx *db.Tx, by auth.Actor, feeds Feeds, t Target) (Target, error) {
	if err := mayMake(by); err != nil {
		return Target{}, err
	}
	if err := t.check(feeds); err != nil {
		return Target{}, err
	}
	if err := feeds.sees(ctx, tx, by, t); err != nil {
		return Target{}, err
	}
	t.ID = db.NewKey()
	if err := insert(ctx, tx, by, t); err != nil {
		return Target{}, err
	}
	if err := audit.Record(ctx, tx, by, "target.make", t.ID, t.Label); err != nil {
		return Target{}, err
	}
	return Get(ctx, tx, by, t.ID)
}

// Amend changes a draft. It is a Conflict if the target has changed since version or
// is no draft any more.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, feeds Feeds, id string, version int64, t Target) error {
	had, err := owned(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if had.State != Draft {
		return fault.New(fault.Conflict, "target.error.opened")
	}
	if err := t.check(feeds); err != nil {
		return err
	}
	if err := feeds.sees(ctx, tx, by, t); err != nil {
		return err
	}
	t.ID = id
	if err := update(ctx, tx, t, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "target.amend", id, t.Label)
}

// owned returns a target that by may see and keep.
func owned(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Target, error) {
	t, err := Get(ctx, tx, by, id)
	if err == nil {
		err = mayKeep(by, t.Unit)
	}
	return t, err
}

// Open gives a target to the unit that has set it, over the tree as it stands; from
// then on it can be handed down. It is a Conflict if it has changed since version or
// is no draft.
func Open(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	t, err := owned(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if t.State != Draft {
		return fault.New(fault.Conflict, "target.error.stage")
	}
	s, err := tally.Open(ctx, tx, by, kind, t.ID, by.Tree, t.Unit)
	if err != nil {
		return err
	}
	if err := setState(ctx, tx, id, version, Draft, Opened, s.ID); err != nil {
		return err
	}
	own := Standing{Unit: t.Unit, Value: t.Value(), Version: 1}
	if err := insertStandings(ctx, tx, id, []Standing{own}); err != nil {
		return err
	}
	if err := insertLog(ctx, tx, by, id, []Entry{{Unit: t.Unit, N: 1, Deed: "set", Value: t.Value(), Path: values(t.Points)}}); err != nil {
		return err
	}
	if err := tally.Post(ctx, tx, by, tally.Entry{
		Sheet: s.ID, Unit: t.Unit, Delta: tally.Delta{assigned: t.Value()}, Zeros: true, Source: source(id, t.UnitKey),
	}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "target.open", id, t.Label)
}

// Close ends a target: nothing of it is handed down, accepted or proposed any more.
// It is a Conflict if it has changed since version or is not open.
func Close(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	t, err := owned(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if t.State != Opened {
		return fault.New(fault.Conflict, "target.error.stage")
	}
	if err := setState(ctx, tx, id, version, Opened, Closed, t.Sheet); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "target.close", id, t.Label)
}

// Revise gives an open target other values on its path, for a reason; the stretches
// stay. What was handed down stands until it is handed down anew. It is a Conflict
// if the target has changed since version.
func Revise(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, path []int64, reason string) error {
	t, err := owned(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if t.State != Opened {
		return fault.New(fault.Conflict, "target.error.stage")
	}
	w := fault.Wrong{}
	if reason = vn.CleanText(reason); reason == "" {
		w.Add("reason", "error.needed")
	}
	w.Text("reason", reason, maxNote, true)
	if len(path) != len(t.Points) {
		w.Add("path", "target.error.path", len(t.Points))
	}
	for _, x := range path {
		if x < 0 || x > MaxValue {
			w.Add("path", "target.error.path", len(t.Points))
		}
	}
	if err := w.Err(); err != nil {
		return err
	}
	was := t.Value()
	points := slices.Clone(t.Points)
	for i := range points {
		points[i].Value = path[i]
	}
	if err := revise(ctx, tx, id, version, points); err != nil {
		return err
	}
	own, err := standingOf(ctx, tx, id, t.Unit)
	if err != nil {
		return err
	}
	own.Value, own.Version = path[len(path)-1], own.Version+1
	if err := replaceStandings(ctx, tx, id, []Standing{own}); err != nil {
		return err
	}
	if err := insertLog(ctx, tx, by, id, []Entry{{Unit: t.Unit, N: own.Version, Deed: "revised", Value: own.Value, Path: values(points), Reason: reason}}); err != nil {
		return err
	}
	if own.Value != was {
		if err := tally.Post(ctx, tx, by, tally.Entry{
			Sheet: t.Sheet, Unit: t.Unit, Delta: tally.Delta{assigned: own.Value - was}, Reason: reason, Source: source(id, t.UnitKey),
		}); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, "target.revise", id, reason)
}
