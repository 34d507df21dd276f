package filing

import (
	"context"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/vn"
)

// By which day a unit owes a period is asked for each return, so it is worked out
// in memory: by an exception for the unit, the narrowest that stands, or by the
// first level that fits it, or by the period's last day. A return is in time or
// late by the day that held when it came: to move a day afterwards changes
// nothing about what is in.

// A Level is the last day of the units of one level.
type Level struct {
	N     int64  // from 1; the first that fits a unit counts
	Depth int64  // how far under the owner, 1 directly; 0 for any
	Kind  string // of the unit when the period was opened; "" for any
	Last  vn.Day
}

// An Exception gives a unit another last day.
type Exception struct {
	N         int64
	Unit      int64
	UnitKey   string
	UnitName  string
	Whole     bool // and all under it
	Last      vn.Day
	Reason    string
	ActorName string
	At        time.Time
	EndedName string // "" while it stands
	EndedAt   time.Time
}

// A Move is a last day that was moved for all of a level.
type Move struct {
	N         int64
	Level     int64 // 0: of those whom no level fits
	Was, Last vn.Day
	Reason    string
	ActorName string
	At        time.Time
}

const (
	maxLevels     = 20
	maxExceptions = 500
)

// An exempt is an exception as it lies over the tree.
type exempt struct {
	from, end int
	last      vn.Day
}

// dues are the last days of one period. What is held under a key never changes.
type dues struct {
	key    int64
	last   vn.Day
	levels []Level
	number []uint8 // of the kind that a level names, by level; 0 if it names none
	kinds  []uint8 // by place from the root, which kind named by a level the unit is of; nil if none names one
	except []exempt
}

// kindsOf numbers the kinds that levels name, from 1.
func kindsOf(levels []Level) map[string]uint8 {
	all := map[string]uint8{}
	for _, l := range levels {
		if l.Kind != "" && all[l.Kind] == 0 {
			all[l.Kind] = uint8(len(all) + 1)
		}
	}
	return all
}

// lastAt returns the last day of the unit at a place of the round's tree.
func (r *Round) lastAt(at int) vn.Day {
	d := r.dues
	if d == nil {
		return r.Period.LastDay
	}
	narrow, last := -1, vn.Day("")
	for _, x := range d.except {
		if at >= x.from && at < x.end && (narrow < 0 || x.end-x.from <= narrow) {
			narrow, last = x.end-x.from, x.last
		}
	}
	if narrow >= 0 {
		return last
	}
	depth := int64(r.epoch.Depth(at) - r.epoch.Depth(r.root))
	for i, l := range d.levels {
		if (l.Depth == 0 || l.Depth == depth) && (d.number[i] == 0 || d.kinds[at-r.root] == d.number[i]) {
			return l.Last
		}
	}
	return d.last
}

// LastDay returns the day by which a unit owes its return, "" if it is not on the
// round's sheet.
func (r *Round) LastDay(unit int64) vn.Day {
	at, ok := r.epoch.Index(unit)
	if !ok || !r.epoch.Under(at, r.root) {
		return ""
	}
	return r.lastAt(at)
}

// LastDays returns the last days that a round has, without those of exceptions.
func (r *Round) LastDays() []Level { return r.dues.levels }

// late reports whether a unit's last day lies before a moment.
func (r *Round) late(unit int64, at time.Time) bool { return r.LastDay(unit).Before(vn.DayOf(at)) }

// checkLevels looks at the levels of a period that is to be opened.
func (p *Period) checkLevels(w fault.Wrong) {
	if len(p.Levels) > maxLevels {
		w.Add("levels", "filing.error.levels", maxLevels)
	}
	for i := range p.Levels {
		l := &p.Levels[i]
		l.N, l.Kind = int64(i+1), vn.Clean(l.Kind)
		if !l.Last.Valid() || l.Depth < 0 || l.Last.Before(p.From) {
			w.Add("levels", "filing.error.level", l.N)
		}
	}
}

// keeping returns an open period that by may keep.
func keeping(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Round, error) {
	r, err := GetRound(ctx, tx, by, id)
	if err != nil {
		return r, err
	}
	if err := form.MayKeep(by, r.Form.Unit); err != nil {
		return r, err
	}
	if r.Period.State != form.Opened {
		return r, fault.New(fault.Conflict, "filing.error.closed")
	}
	return r, nil
}

// checkDay refuses a last day that is none, that is over, or that comes before
// the period.
func (r *Round) checkDay(w fault.Wrong, d, today vn.Day) {
	switch {
	case !d.Valid():
		w.Add("day", "filing.error.day")
	case d.Before(today):
		w.Add("day", "filing.error.past", d.String(), today.String())
	case d.Before(r.Period.From):
		w.Add("day", "filing.error.before")
	}
}

// MoveDeadline moves the last day of a level of an open period, or with level 0
// of all whom no level fits, for a reason. Invalid if the new day is over already:
// nobody could keep it. Exceptions stand.
func MoveDeadline(ctx context.Context, tx *db.Tx, by auth.Actor, id string, level int64, day vn.Day, reason string) error {
	r, err := keeping(ctx, tx, by, id)
	if err != nil {
		return err
	}
	m := Move{Level: level, Was: r.Period.LastDay, Last: day, Reason: vn.CleanText(reason)}
	w := fault.Wrong{}
	if level != 0 {
		if level < 1 || level > int64(len(r.dues.levels)) {
			return notFound()
		}
		m.Was = r.dues.levels[level-1].Last
	}
	r.checkDay(w, day, vn.DayOf(tx.Now))
	if day == m.Was {
		w.Add("day", "filing.error.same")
	}
	w.Text("reason", m.Reason, maxWhy, true)
	if err := w.Err(); err != nil {
		return err
	}
	if err := insertMove(ctx, tx, by, id, m); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "form.move_deadline", id, r.Period.Name+" · "+m.Was.String()+" → "+day.String())
}

// Except gives a unit, or with whole it and all under it, another last day in an
// open period, for a reason. Of several that lie over a unit the narrowest holds.
func Except(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string, whole bool, day vn.Day, reason string) (Exception, error) {
	r, err := keeping(ctx, tx, by, id)
	if err != nil {
		return Exception{}, err
	}
	x := Exception{Whole: whole, Last: day, Reason: vn.CleanText(reason), ActorName: by.Name, At: tx.Now}
	w := fault.Wrong{}
	r.checkDay(w, day, vn.DayOf(tx.Now))
	w.Text("reason", x.Reason, maxWhy, true)
	u, at, err := r.on(ctx, tx, by, vn.Clean(unitKey))
	switch {
	case fault.Is(err, fault.NotFound):
		w.Add("unit", "filing.error.unit")
	case err != nil:
		return x, err
	default:
		if own, subtree := r.due(r.epoch, at); own == 0 && (!whole || subtree == 0) {
			w.Add("unit", "filing.error.unit_not_asked")
		}
	}
	if len(r.dues.except) >= maxExceptions {
		w.Add("unit", "filing.error.exceptions", maxExceptions)
	}
	if err := w.Err(); err != nil {
		return x, err
	}
	x.Unit, x.UnitKey, x.UnitName = u.ID, u.Key, u.Name
	if x.N, err = insertException(ctx, tx, by, id, x); err != nil {
		return x, err
	}
	return x, audit.Record(ctx, tx, by, "form.except", id, r.Period.Name+" · "+u.Name+" → "+day.String())
}

// EndException ends an exception: from now on the unit's usual last day holds
// again. It is a Conflict if it has been ended, NotFound if there is none.
func EndException(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
	r, err := keeping(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := endException(ctx, tx, by, id, n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "form.end_exception", id, r.Period.Name+" · "+vn.Int(n))
}
