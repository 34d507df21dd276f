package guidance

import (
	"context"
	"math/bits"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Standing is what one unit has answered.
type Standing struct {
	Unit      int64
	Edition   int64 // that it has received, 0 for none
	reported  uint64
	ActorName string
	At        time.Time
}

// Received reports whether the unit has received it at all.
func (s Standing) Received() bool { return s.Edition > 0 }

// A Deed is what a unit did of a point: how often, on which day, and a note. Report
// reads Point, Count, Day, Note; of several the newest stands.
type Deed struct {
	Point     int64 // from 1
	N         int64 // from 1
	Count     int64
	Day       vn.Day // the last day on which it was done, "" if it was not
	Note      string
	File      string // "" if there is none
	FileName  string
	ActorName string
	At        time.Time
}

// answering returns published guidance which by's own unit is asked to answer.
func answering(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Guidance, Standing, error) {
	g, err := Get(ctx, tx, by, id)
	if err != nil {
		return g, Standing{}, err
	}
	if err := mayAnswer(by); err != nil {
		return g, Standing{}, err
	}
	if g.State != Published {
		return g, Standing{}, fault.New(fault.Conflict, "guidance.error.stage")
	}
	a, err := g.asked(ctx, tx)
	if err != nil {
		return g, Standing{}, err
	}
	if !a.asks(by.Unit) {
		return g, Standing{}, fault.New(fault.Conflict, "guidance.error.not_asked")
	}
	s, err := standingOf(ctx, tx, id, by.Unit)
	return g, s, err
}

// Receive says that by's unit has received guidance as it stands. Saying it again
// changes nothing; after a correction it is said anew.
func Receive(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	g, had, err := answering(ctx, tx, by, id)
	if err != nil || had.Edition == g.Edition {
		return err
	}
	return g.enter(ctx, tx, by, had, had.reported, tally.Delta{})
}

// enter writes what a unit has answered, and posts what that adds.
func (g Guidance) enter(ctx context.Context, tx *db.Tx, by auth.Actor, had Standing, bitsNow uint64, d tally.Delta) error {
	all := bits.OnesCount64(bitsNow) == len(g.Points)
	if !had.Received() {
		d[received] = 1
	}
	if had.reported == 0 && bitsNow != 0 {
		d[reported] = 1
	}
	if all && bits.OnesCount64(had.reported) < len(g.Points) {
		d[done] = 1
	}
	if err := putStanding(ctx, tx, by, g.ID, Standing{Unit: by.Unit, Edition: g.Edition, reported: bitsNow}); err != nil {
		return err
	}
	return tally.Post(ctx, tx, by, tally.Entry{
		Sheet: g.Sheet, Unit: by.Unit, Delta: d, Zeros: true, Source: tally.Source{Kind: Source, ID: g.ID + ":" + by.UnitKey},
	})
}

// Report says what by's unit did of a point, with a picture or a paper if there is
// one: none, which says why in its note, is an answer too. It counts as received. A
// correction, which bears a note, is a Conflict if another deed than that of number
// seen stands by now; 0 is none.
func Report(ctx context.Context, tx *db.Tx, by auth.Actor, id string, seen int64, x Deed, b file.Blob) error {
	g, had, err := answering(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if x.Point < 1 || x.Point > int64(len(g.Points)) {
		return fault.New(fault.NotFound, "error.not_found")
	}
	was, err := newest(ctx, tx, id, by.Unit, x.Point)
	if err != nil {
		return err
	}
	if was.N != seen {
		return fault.New(fault.Conflict, "error.conflict")
	}
	if err := x.check(g, vn.DayOf(tx.Now), was.N > 0); err != nil {
		return err
	}
	x.N, x.File = was.N+1, was.File
	if b != (file.Blob{}) {
		f, err := file.Save(ctx, tx, by, b)
		if err != nil {
			return err
		}
		x.File = f.ID
	}
	if err := insertDeed(ctx, tx, by, id, x); err != nil {
		return err
	}
	d := tally.Delta{}
	if x.Count != was.Count || was.N == 0 {
		d[count+tally.Lane(x.Point-1)] = x.Count - was.Count
	}
	if err := g.enter(ctx, tx, by, had, had.reported|1<<(x.Point-1), d); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "guidance.report", id, by.UnitKey)
}

func (x *Deed) check(g Guidance, today vn.Day, again bool) error {
	w := fault.Wrong{}
	x.Note = vn.CleanText(x.Note)
	w.Text("note", x.Note, maxNote, again || x.Count == 0)
	switch {
	case x.Count < 0 || x.Count > MaxCount:
		w.Add("count", "guidance.error.count", MaxCount)
	case x.Count == 0:
		x.Day = ""
	case !x.Day.Valid() || today.Before(x.Day):
		w.Add("day", "guidance.error.day")
	case x.Day.Before(g.Month.AddDays(-31)):
		w.Add("day", "guidance.error.early")
	}
	return w.Err()
}
