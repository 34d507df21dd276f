package filing

import (
	"context"
	"fmt"
	"sync"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/deadline"
	"nhipcau/internal/epoch"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/tally"
)

// A Round is one period of a form as it is asked of the tree: all that every
// return to it has to know.
type Round struct {
	Form   form.Form
	Period Period
	Sheet  tally.Sheet

	place map[string]int // of an item by its key, from 1
	texts bool           // some items are texts
	parts bool           // some items are companions of others
	house bool           // some items are what the house knows
	known map[string]*formula.Formula
	epoch *epoch.Epoch   // of the sheet
	root  int            // place of the owner in it
	days  *deadline.Days // its last days; nil where nobody asks for them
}

// GetRound returns the period with id, with its form, which by may see.
func GetRound(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Round, error) {
	p, err := readPeriod(ctx, tx, id)
	if err != nil {
		return Round{}, err
	}
	if _, err := form.Get(ctx, tx, by, p.Form); err != nil {
		return Round{}, err
	}
	r, err := roundOf(ctx, tx, id, p.State, p.Version)
	if err == nil {
		err = r.timed(ctx, tx, p.dues)
	}
	return r, err
}

// roundOf returns the round of a period that stands so and so, whoever asks.
func roundOf(ctx context.Context, tx *db.Tx, id string, state form.Stage, version int64) (Round, error) {
	r, ok := rounds.get(id)
	if !ok {
		var err error
		if r, err = readRound(ctx, tx, id); err != nil {
			return r, err
		}
		rounds.put(r)
	}
	r.Period.State, r.Period.Version = state, version
	var err error
	if r.epoch, err = epoch.ByID(ctx, tx, r.Sheet.Epoch); err != nil {
		return r, err
	}
	if r.root, ok = r.epoch.Index(r.Sheet.Root); !ok {
		return r, fmt.Errorf("form: the owner of form %s is not on the sheet of its period %s", r.Form.ID, id)
	}
	return r, nil
}

func readRound(ctx context.Context, tx *db.Tx, id string) (r Round, err error) {
	if r.Period, err = readPeriod(ctx, tx, id); err != nil {
		return r, err
	}
	if r.Form, err = form.Find(ctx, tx, r.Period.Form, r.Period.Edition); err != nil {
		return r, err
	}
	if r.Sheet, err = tally.Find(ctx, tx, r.Period.Sheet); err != nil {
		return r, err
	}
	r.place = make(map[string]int, len(r.Form.Items))
	for i, it := range r.Form.Items {
		r.place[it.Key] = i + 1
		r.texts = r.texts || it.Kind == form.Text
		r.parts = r.parts || it.Of != ""
		r.house = r.house || it.Kind == form.Tally
	}
	r.known = r.Form.Formulas()
	return r, nil
}

// item returns the item with a key, which the form has.
func (r *Round) item(key string) form.Item { return r.Form.Items[r.place[key]-1] }

// due returns how many returns are due from the unit at a place of e, the tree of
// the round's sheet, and from it and all under it.
func (r *Round) due(e *epoch.Epoch, at int) (own, subtree int64) {
	if !e.Under(at, r.root) {
		return 0, 0
	}
	if e.End(r.root) == r.root+1 { // nobody is under the owner: it asks itself
		return 1, 1
	}
	switch r.Form.Asks {
	case form.Leaf:
		if e.End(at) == at+1 {
			own = 1
		}
		return own, int64(e.Leaves(at))
	case form.Under:
		switch {
		case at == r.root:
			for range e.Children(at) {
				subtree++
			}
			return 0, subtree
		case e.Above(at) == r.root:
			return 1, 1
		}
		return 0, 0
	}
	if at == r.root {
		return 0, int64(e.End(at) - at - 1)
	}
	return 1, int64(e.End(at) - at)
}

// asks reports whether a unit is on the round's sheet, and whether it is asked.
func (r *Round) asks(unit int64) (on, asked bool) {
	at, ok := r.epoch.Index(unit)
	if !ok || !r.epoch.Under(at, r.root) {
		return false, false
	}
	own, _ := r.due(r.epoch, at)
	return true, own > 0
}

// Due returns how many returns are due at and under a unit.
func (r *Round) Due(unit int64) int64 {
	at, ok := r.epoch.Index(unit)
	if !ok {
		return 0
	}
	_, n := r.due(r.epoch, at)
	return n
}

const maxRounds = 256

// A shelf holds rounds by the id of their period. An id is given once, and what is
// held of a round never changes, so it is shared by all databases of the process;
// which period stands how is read each time.
type shelf struct {
	mu   sync.RWMutex
	byID map[string]Round
}

var rounds = shelf{byID: map[string]Round{}}

func (s *shelf) get(id string) (Round, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	r, ok := s.byID[id]
	return r, ok
}

func (s *shelf) put(r Round) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.byID) >= maxRounds {
		for id := range s.byID { // any: the ones in use come back at once
			delete(s.byID, id)
			break
		}
	}
	s.byID[r.Period.ID] = r
}
