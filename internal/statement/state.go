package statement

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Figure is what a unit states for one item.
type Figure struct {
	Item  string // key
	Value int64  // hundredths for a Percent
	Of    int64  // base of a Ratio
	Bound Bound  // Exact, More or Less
	Words string // as the paper says it, "trên 5.700 học viên"; may be left out
}

// A Statement is what a unit has stated by a paper. State reads Whole, Figures,
// Paper, Signer and Day; Correct reads Replaces and Reason too.
type Statement struct {
	ID        string
	Form      string
	Unit      int64
	UnitKey   string
	UnitName  string
	Whole     bool     // with everything under the unit, which then states nothing of these items
	Figures   []Figure // in the order of the form; items without a figure are left out
	Paper     string   // number and date, or the article
	Signer    string   // who signed or wrote it
	Day       vn.Day   // of the paper
	File      string   // id, "" if there is none
	Replaces  string   // id of the statement whose place it takes, ""
	Reason    string   // why it does
	ActorName string
	At        time.Time
	EndedAt   time.Time // zero while it stands
	EndedName string
	EndedWhy  string
}

// Stands reports whether s counts.
func (s Statement) Stands() bool { return s.ID != "" && s.EndedAt.IsZero() }

// standing returns the one of all that stands, if any.
func standing(all []Statement) Statement {
	if i := slices.IndexFunc(all, Statement.Stands); i >= 0 {
		return all[i]
	}
	return Statement{}
}

// Figure returns what s says about an item; false if it says nothing.
func (s Statement) Figure(item string) (Figure, bool) {
	if i := slices.IndexFunc(s.Figures, func(f Figure) bool { return f.Item == item }); i >= 0 {
		return s.Figures[i], true
	}
	return Figure{}, false
}

const (
	mostValue   = 1_000_000_000_000
	mostPercent = 1_000_000 // 10.000 %
)

func (s *Statement) check(f Form, today vn.Day, correction bool) fault.Wrong {
	w := fault.Wrong{}
	s.Paper, s.Signer, s.Reason = vn.Clean(s.Paper), vn.Clean(s.Signer), vn.CleanText(s.Reason)
	seen := map[string]bool{}
	for i := range s.Figures {
		x := &s.Figures[i]
		n := f.item(x.Item)
		if n == 0 || seen[x.Item] || f.Items[n-1].Sort == Total {
			w.Add(x.Item+"-value", "statement.error.item")
			continue
		}
		seen[x.Item] = true
		x.check(w, f.Items[n-1].Sort)
	}
	slices.SortFunc(s.Figures, func(a, b Figure) int { return f.item(a.Item) - f.item(b.Item) })
	if len(s.Figures) == 0 && len(f.Items) > 0 {
		w.Add(f.Items[0].Key+"-value", "statement.error.empty")
	}
	w.Text("paper", s.Paper, maxText, true)
	w.Text("signer", s.Signer, maxText, true)
	if !s.Day.Valid() {
		w.Add("day", "statement.error.day")
	} else if today.Before(s.Day) {
		w.Add("day", "statement.error.future")
	}
	if correction {
		w.Text("reason", s.Reason, maxWhy, true)
	}
	return w
}

func (x *Figure) check(w fault.Wrong, sort Sort) {
	x.Words = vn.Clean(x.Words)
	w.Text(x.Item+"-words", x.Words, maxText, false)
	most := int64(mostValue)
	if sort == Percent {
		most = mostPercent
	}
	if x.Value < 0 || x.Value > most {
		w.Add(x.Item+"-value", "statement.error.number")
	}
	switch {
	case sort != Ratio:
		x.Of = 0
	case x.Of < 1 || x.Of > most:
		w.Add(x.Item+"-of", "statement.error.base")
	case x.Value > x.Of:
		w.Add(x.Item+"-value", "statement.error.over")
	}
	if !slices.Contains(Bounds, x.Bound) {
		w.Add(x.Item+"-bound", "error.needed")
	} else if said := boundIn(x.Words); said != "" && said != x.Bound {
		w.Add(x.Item+"-bound", "statement.error.bound")
	}
}

// State enters what a unit states; the unit itself does it or one above it. A
// unit has one statement that stands: a second is a Conflict, as is a form that
// is closed. An item that a unit above has stated for everything under it, or
// the reverse, is refused by field: nothing is counted twice.
func State(ctx context.Context, tx *db.Tx, by auth.Actor, form, unitKey string, s Statement, blob file.Blob) (Statement, error) {
	f, u, had, err := open(ctx, tx, by, form, unitKey)
	if err != nil {
		return Statement{}, err
	}
	if had.Stands() {
		return Statement{}, fault.New(fault.Conflict, "statement.error.stated")
	}
	s.Replaces, s.Reason = "", ""
	if err := enter(ctx, tx, by, f, u, &s, blob); err != nil {
		return Statement{}, err
	}
	return s, audit.Record(ctx, tx, by, "statement.state", f.ID, u.Name+" · "+s.Paper)
}

// Correct puts a new statement in the place of the one that s.Replaces names,
// for s.Reason; without a new file it keeps the old one's. It is a Conflict if
// another one stands by now.
func Correct(ctx context.Context, tx *db.Tx, by auth.Actor, form, unitKey string, s Statement, blob file.Blob) (Statement, error) {
	f, u, had, err := open(ctx, tx, by, form, unitKey)
	if err != nil {
		return Statement{}, err
	}
	if !had.Stands() || had.ID != s.Replaces {
		return Statement{}, fault.New(fault.Conflict, "error.conflict")
	}
	s.File = had.File
	s.Reason = vn.CleanText(s.Reason)
	if err := end(ctx, tx, by, f, had, s.Reason); err != nil {
		return Statement{}, err
	}
	if err := enter(ctx, tx, by, f, u, &s, blob); err != nil {
		return Statement{}, err
	}
	return s, audit.Record(ctx, tx, by, "statement.correct", f.ID, u.Name+" · "+s.Reason)
}

// Withdraw takes the statement with id back for a reason. It is a Conflict if it
// does not stand any more.
func Withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, form, unitKey, id, reason string) error {
	f, u, had, err := open(ctx, tx, by, form, unitKey)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	reason = vn.CleanText(reason)
	w.Text("reason", reason, maxWhy, true)
	if err := w.Err(); err != nil {
		return err
	}
	if !had.Stands() || had.ID != id {
		return fault.New(fault.Conflict, "error.conflict")
	}
	if err := end(ctx, tx, by, f, had, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "statement.withdraw", f.ID, u.Name+" · "+reason)
}

// open finds an open form and a unit of its sheet in which by may state, and the
// statement of the unit that stands.
func open(ctx context.Context, tx *db.Tx, by auth.Actor, form, unitKey string) (Form, org.Unit, Statement, error) {
	f, err := Get(ctx, tx, by, form)
	if err != nil {
		return f, org.Unit{}, Statement{}, err
	}
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return f, u, Statement{}, err
	}
	if err := mayState(by); err != nil {
		return f, u, Statement{}, err
	}
	if f.State != Opened {
		return f, u, Statement{}, fault.New(fault.Conflict, "statement.error.closed")
	}
	on, err := tally.On(ctx, tx, f.Sheet, u.ID)
	if err != nil {
		return f, u, Statement{}, err
	}
	if !on {
		return f, u, Statement{}, fault.New(fault.Conflict, "statement.error.not_on")
	}
	had, err := Standing(ctx, tx, f, u.ID)
	return f, u, had, err
}

// enter writes a statement and posts what it says.
func enter(ctx context.Context, tx *db.Tx, by auth.Actor, f Form, u org.Unit, s *Statement, blob file.Blob) error {
	s.Figures = slices.Clone(s.Figures) // check orders and cleans them
	w := s.check(f, vn.DayOf(tx.Now), s.Replaces != "")
	twice, err := overlaps(ctx, tx, f, u, s.Whole)
	if err != nil {
		return err
	}
	for _, o := range twice {
		if _, ok := s.Figure(f.Items[o.n-1].Key); ok && f.Items[o.n-1].Sort != Percent {
			w.Add(f.Items[o.n-1].Key+"-value", "statement.error.twice", o.unit)
		}
	}
	if err := w.Err(); err != nil {
		return err
	}
	if blob.SHA256 != "" {
		saved, err := file.Save(ctx, tx, by, blob)
		if err != nil {
			return err
		}
		s.File = saved.ID
	}
	s.ID, s.Form, s.Unit, s.UnitKey, s.UnitName = db.NewKey(), f.ID, u.ID, u.Key, u.Name
	s.ActorName, s.At, s.EndedAt = by.Name, tx.Now, time.Time{}
	if err := insert(ctx, tx, by, f, *s); err != nil {
		return err
	}
	return s.post(ctx, tx, by, f, s.delta(f), s.Reason)
}

// end takes a statement out of the count; it stays to be read.
func end(ctx context.Context, tx *db.Tx, by auth.Actor, f Form, s Statement, reason string) error {
	if err := endStatement(ctx, tx, by, s.ID, reason); err != nil {
		return err
	}
	return s.post(ctx, tx, by, f, s.delta(f).Neg(), reason)
}

func (s Statement) post(ctx context.Context, tx *db.Tx, by auth.Actor, f Form, d tally.Delta, reason string) error {
	return tally.Post(ctx, tx, by, tally.Entry{
		Sheet: f.Sheet, Unit: s.Unit, Delta: d, Source: tally.Source{Kind: "stated", ID: s.ID}, Reason: reason,
		Declared: tally.Declaration{Signer: s.Signer, Paper: s.Paper},
	})
}
