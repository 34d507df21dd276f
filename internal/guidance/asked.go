package guidance

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/tally"
)

// An asked knows which units one guidance asks, on the tree of its sheet. It holds how
// many are asked before each place, so how many stand at and under a unit is one
// subtraction.
type asked struct {
	sheet  tally.Sheet
	epoch  *epoch.Epoch
	root   int
	before []int32 // by place from the root on, one more at the end
}

func (a *asked) at(place int) int32 { return a.before[place-a.root] }

// all is how many are asked at all.
func (a *asked) all() int64 { return int64(a.before[len(a.before)-1]) }

// due is tally's: what is due from the unit at a place, and from it and all under it.
func (a *asked) due(e *epoch.Epoch, at int) (own, subtree int64) {
	if !e.Under(at, a.root) {
		return 0, 0
	}
	return int64(a.at(at+1) - a.at(at)), int64(a.at(e.End(at)) - a.at(at))
}

// asks reports whether a unit is asked.
func (a *asked) asks(unit int64) bool {
	at, ok := a.epoch.Index(unit)
	if !ok {
		return false
	}
	own, _ := a.due(a.epoch, at)
	return own > 0
}

// dueOf is how many are asked at and under a unit.
func (a *asked) dueOf(unit int64) int64 {
	at, ok := a.epoch.Index(unit)
	if !ok {
		return 0
	}
	_, n := a.due(a.epoch, at)
	return n
}

const maxShelf = 16

// A shelf holds who is asked by published guidance, which never changes. An id is
// given once, so it is shared by all databases of the process.
type shelf struct {
	mu   sync.Mutex
	byID map[string]*asked
}

var held = shelf{byID: map[string]*asked{}}

func (s *shelf) get(id string) *asked {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byID[id]
}

func (s *shelf) put(id string, a *asked) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.byID) >= maxShelf {
		for other := range s.byID { // any: the ones in use come back at once
			delete(s.byID, other)
			break
		}
	}
	s.byID[id] = a
}

// asked works out whom g asks, which has a sheet.
func (g Guidance) asked(ctx context.Context, tx *db.Tx) (*asked, error) {
	if a := held.get(g.ID); a != nil && a.sheet.ID == g.Sheet {
		return a, nil
	}
	s, err := tally.Find(ctx, tx, g.Sheet)
	if err != nil {
		return nil, err
	}
	a := &asked{sheet: s}
	if a.epoch, err = epoch.ByID(ctx, tx, s.Epoch); err != nil {
		return nil, err
	}
	var ok bool
	if a.root, ok = a.epoch.Index(s.Root); !ok {
		return nil, fmt.Errorf("guidance: the unit that publishes %s is not on its sheet", g.ID)
	}
	are := map[int64]bool{}
	if g.Kind != "" {
		if are, err = unitsOfKind(ctx, tx, s.Tree, g.Kind, g.Day); err != nil {
			return nil, err
		}
	}
	end := a.epoch.End(a.root)
	a.before = make([]int32, 1, end-a.root+1)
	for at := a.root; at < end; at++ {
		n := a.before[len(a.before)-1]
		steps := a.epoch.Depth(at) - a.epoch.Depth(a.root)
		if at > a.root && (g.Depth == 0 || int64(steps) == g.Depth) && (g.Kind == "" || are[a.epoch.Unit(at)]) {
			n++
		}
		a.before = append(a.before, n)
	}
	held.put(g.ID, a)
	return a, nil
}

// TellJob is the kind of the job that puts a notice before the units that are asked.
const TellJob = "guidance.tell"

// Jobs adds the work of this package to a runner.
func Jobs(r *job.Runner) { r.Handle(TellJob, tellAll) }

// tell lets a job put a notice before the units that are asked, or those that lack
// something.
func (g Guidance) tell(ctx context.Context, tx *db.Tx, key string, lacking bool) error {
	what := key + " " + strconv.FormatBool(lacking)
	return job.Enqueue(ctx, tx, job.New{Kind: TellJob, Payload: g.ID + " " + what, Unique: TellJob + " " + g.ID + " " + key})
}

// tellAll tells slice by slice, in the order of the tree. How far it came is what it
// has done, so after a crash it goes on there.
func tellAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	parts := strings.Fields(j.Payload)
	if len(parts) != 3 {
		return fmt.Errorf("guidance: a job of %q", j.Payload)
	}
	var pace job.Pace
	for after, more := j.Done, true; more; {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			next, err := tellSome(ctx, tx, parts[0], parts[1], parts[2] == "true", tally.Place(after), size)
			if more = next != 0; more {
				after = int64(next)
			}
			return err
		}); err != nil {
			return err
		}
		progress(after, after)
	}
	return nil
}

// tellSome tells the units from a place on, and returns where the next come, 0 for
// none.
func tellSome(ctx context.Context, tx *db.Tx, id, key string, lacking bool, after tally.Place, size int) (tally.Place, error) {
	g, err := find(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	a, err := g.asked(ctx, tx)
	if err != nil {
		return 0, err
	}
	// Without a lane of what is done, everybody who is asked lacks it.
	lack := tally.Lack{Sheet: a.sheet, Top: g.Unit, DueOf: a.due, After: after, Limit: min(size, tally.MaxLack)}
	if lacking {
		lack.Done = []tally.Lane{done}
	}
	units, next, err := tally.Lacking(ctx, tx, lack)
	if err != nil {
		return 0, err
	}
	words := make([]notify.Word, len(units))
	for i, u := range units {
		words[i] = notify.Word{Unit: u, Args: []string{g.Title, g.UnitName, g.LastDay.String()}, Link: "/guidance/" + id}
	}
	return next, notify.ToUnits(ctx, tx, []auth.Role{auth.Secretary, auth.Clerk}, key, words)
}
