package filing

import (
	"context"
	"maps"
	"strconv"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const (
	maxWhy   = 2000
	maxStory = 20_000
)

// Figures are what a unit returns, by the key of the item. An item that is left
// out is empty, which is not zero.
type Figures map[string]int64

// A Return is what a unit returned in a period, as one row of its history: the
// newest stands, and one without figures is a withdrawal.
type Return struct {
	Unit      int64
	N         int64 // from 1; 0 if there is none
	Reason    string
	ActorName string
	At        time.Time

	vec tally.Vec
}

// Stands reports whether r has figures.
func (r Return) Stands() bool { return r.vec.Has(received) }

// Figure returns what r says of the item at a place, from 1; false if that is
// empty.
func (r Return) Figure(n int) (int64, bool) {
	return r.vec.Get(tally.Lane(n)), r.vec.Has(tally.Lane(n))
}

// Figures returns what r says, by the key of the item in form f.
func (r Return) Figures(f form.Form) Figures {
	all := Figures{}
	for i, it := range f.Items {
		if x, ok := r.Figure(i + 1); ok {
			all[it.Key] = x
		}
	}
	return all
}

// Late reports whether what came at a time came after the last day.
func (p Period) Late(at time.Time) bool { return p.LastDay.Before(vn.DayOf(at)) }

// field names the field of an item's figure.
func field(key string) string { return "figures." + key }

// read returns what is entered as the sheet counts it and the texts, cleaned, or
// says what is wrong with them by field.
func (r *Round) read(e Entry) (tally.Vec, Texts, error) {
	w, d, known := fault.Wrong{}, make(tally.Delta, len(e.Figures)+1), 0
	d[received] = 1
	for i := range r.Form.Items {
		it := &r.Form.Items[i]
		if !it.Entered() {
			continue
		}
		x, ok := e.Figures[it.Key]
		switch {
		case !ok && it.Needed:
			w.Add(field(it.Key), "error.needed")
		case !ok:
			continue
		case x < it.Low || x > it.High:
			w.Add(field(it.Key), "filing.error.between", it.Write(it.Low), it.Write(it.High))
		}
		if ok {
			known++
			d[tally.Lane(i+1)] = x
		}
	}
	if known < len(e.Figures) {
		for key := range e.Figures {
			if n := r.place[key]; n == 0 || !r.Form.Items[n-1].Entered() {
				w.Add(field(key), "filing.error.unknown")
			}
		}
	}
	texts := r.clean(e.Texts, w)
	if known == 0 && len(texts) == 0 {
		w.Add("figures", "filing.error.empty")
	}
	if r.parts {
		r.checkParts(e.Figures, w)
	}
	if err := w.Err(); err != nil {
		return tally.Vec{}, nil, err
	}
	v, err := tally.VecOf(d)
	return v, texts, err
}

// clean returns the texts that are not empty, cleaned.
func (r *Round) clean(typed Texts, w fault.Wrong) Texts {
	if !r.texts && len(typed) == 0 {
		return nil
	}
	texts := Texts{}
	for key, s := range typed {
		if n := r.place[key]; n == 0 || r.Form.Items[n-1].Kind != form.Text {
			w.Add(field(key), "filing.error.unknown")
			continue
		}
		s = vn.CleanText(s)
		w.Text(field(key), s, maxStory, false)
		if s != "" {
			texts[key] = s
		}
	}
	for i := range r.Form.Items {
		if it := &r.Form.Items[i]; it.Kind == form.Text && it.Needed && texts[it.Key] == "" {
			w.Add(field(it.Key), "error.needed")
		}
	}
	return texts
}

// checkParts says which part is more than the whole it is of.
func (r *Round) checkParts(figures Figures, w fault.Wrong) {
	for i := range r.Form.Items {
		it := &r.Form.Items[i]
		x, ok := figures[it.Key]
		if it.Of == "" || it.Part == form.Estimate || !ok {
			continue
		}
		if whole, ok := figures[it.Of]; !ok || x > whole {
			w.Add(field(it.Key), "filing.error.part", r.Form.Items[r.place[it.Of]-1].Label)
		}
	}
}

// Texts are the narrative of a return, by the key of the item.
type Texts map[string]string

// An Entry is what is entered for a unit: all of it, for what is left out is
// empty. Seen is the number of the return that whoever enters it has seen, 0 for
// none; a correction bears a Reason.
type Entry struct {
	Seen    int64
	Figures Figures
	Texts   Texts
	Reason  string
}

// Submit is File of figures alone.
func Submit(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string, seen int64, figures Figures, reason string) (Return, error) {
	return File(ctx, tx, by, period, unitKey, Entry{Seen: seen, Figures: figures, Reason: reason})
}

// File returns the figures and texts of a unit for a period, or corrects them: the
// unit itself does it or one above it. If another return stands by now than the one
// seen, it is a Conflict, as is a period that is closed and a unit that is not
// asked. What stands already changes nothing, whatever the caller has seen.
//
// The row is the record of the deed: it says who and when, it is never changed,
// and there is no other in the audit.
func File(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string, e Entry) (Return, error) {
	r, had, err := entry(ctx, tx, by, period, unitKey)
	if err != nil {
		return Return{}, err
	}
	v, texts, err := r.read(e)
	if err != nil {
		return Return{}, err
	}
	same := had.Stands() && v.Equal(had.vec)
	if same && r.texts {
		stood, err := TextsOf(ctx, tx, period, had)
		if err != nil {
			return Return{}, err
		}
		same = maps.Equal(stood, texts)
	}
	if same {
		return had, nil
	}
	if had.N != e.Seen {
		return Return{}, fault.New(fault.Conflict, "filing.error.changed")
	}
	reason, err := why(e.Reason, had.Stands())
	if err != nil {
		return Return{}, err
	}
	now, err := r.enter(ctx, tx, by, had, v, reason)
	if err == nil && len(texts) > 0 {
		err = insertTexts(ctx, tx, period, now, texts)
	}
	if err == nil && r.house {
		err = insertMark(ctx, tx, period, now)
	}
	return now, err
}

// Withdraw takes the return of a unit back for a reason. It is a Conflict if
// another stands than the one with number seen.
func Withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string, seen int64, reason string) (Return, error) {
	r, had, err := entry(ctx, tx, by, period, unitKey)
	if err != nil {
		return Return{}, err
	}
	if reason, err = why(reason, true); err != nil {
		return Return{}, err
	}
	if !had.Stands() || had.N != seen {
		return Return{}, fault.New(fault.Conflict, "filing.error.changed")
	}
	return r.enter(ctx, tx, by, had, tally.Vec{}, reason)
}

func why(reason string, needed bool) (string, error) {
	w := fault.Wrong{}
	reason = vn.CleanText(reason)
	w.Text("reason", reason, maxWhy, needed)
	if !needed {
		reason = ""
	}
	return reason, w.Err()
}

// entry finds the round of a period in which by may enter the figures of a unit,
// and the newest return of the unit, whose N is 0 if there is none.
func entry(ctx context.Context, tx *db.Tx, by auth.Actor, period, unitKey string) (Round, Return, error) {
	unit, err := unitOf(ctx, tx, by, unitKey)
	if err != nil {
		return Round{}, Return{}, err
	}
	state, had, err := newest(ctx, tx, period, unit)
	if err != nil {
		return Round{}, Return{}, err
	}
	r, err := roundOf(ctx, tx, period, state, 0)
	if err != nil {
		return r, had, err
	}
	on, asked := r.asks(unit)
	if !on || r.Sheet.Tree != by.Tree {
		// A form that asks a unit is seen by it; of any other it must be asked.
		if _, err := form.Get(ctx, tx, by, r.Form.ID); err != nil {
			return r, had, err
		}
	}
	if err := maySubmit(by); err != nil {
		return r, had, err
	}
	switch {
	case !on:
		err = fault.New(fault.Conflict, "filing.error.not_on")
	case !asked:
		err = fault.New(fault.Conflict, "filing.error.not_asked")
	case r.Period.State != form.Opened:
		err = fault.New(fault.Conflict, "filing.error.closed")
	}
	return r, had, err
}

// unitOf returns the unit with key if by may see it.
func unitOf(ctx context.Context, tx *db.Tx, by auth.Actor, key string) (int64, error) {
	if key == by.UnitKey && by.Unit != 0 {
		return by.Unit, nil
	}
	return unitByKey(ctx, tx, by, key)
}

// enter writes a return after had, and posts by how much it differs.
func (r *Round) enter(ctx context.Context, tx *db.Tx, by auth.Actor, had Return, v tally.Vec, reason string) (Return, error) {
	now := Return{Unit: had.Unit, N: had.N + 1, Reason: reason, ActorName: by.Name, At: tx.Now, vec: v}
	if err := insertReturn(ctx, tx, by, r.Period.ID, now); err != nil {
		return Return{}, err
	}
	return now, tally.Post(ctx, tx, by, tally.Entry{
		Sheet: r.Sheet.ID, Unit: now.Unit, Delta: difference(had.vec, v, len(r.Form.Items)), Reason: reason, Zeros: true,
		Source: tally.Source{Kind: "return", ID: r.Period.ID + ":" + strconv.FormatInt(now.Unit, 10) + ":" + strconv.FormatInt(now.N, 10)},
	})
}

// difference is what is to be added to one vector of so many items to make the
// other. A figure that is zero now and was none before is in it.
func difference(from, to tally.Vec, items int) tally.Delta {
	d := tally.Delta{}
	for l := received; int(l) <= items; l++ {
		if x := to.Get(l) - from.Get(l); x != 0 || to.Has(l) && !from.Has(l) {
			d[l] = x
		}
	}
	return d
}
