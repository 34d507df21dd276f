package task

import (
	"context"
	"strings"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/holiday"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// GiveJob is the kind of the job that gives an order to every unit under.
const GiveJob = "task.give"

// usual is the deadline where nobody says one: ten days from day.
func usual(day vn.Day) vn.Deadline {
	return vn.Deadline{Day: day.AddDays(UsualDays), Wording: vn.Until}
}

// dueBy returns the last day of a deadline on which offices work, or the first after
// it, and the day from which it was moved, "" if it was not. A term that ends on a day
// off ends on the next working day: Civil Code 2015, article 148.
func dueBy(ctx context.Context, tx *db.Tx, d vn.Deadline) (due, moved vn.Day, err error) {
	last := d.Last()
	c, err := holiday.Around(ctx, tx, last)
	if due = c.OnOrAfter(last); due != last {
		moved = last
	}
	return due, moved, err
}

// Give gives work in the name of by's unit: at once to the units named; to every unit
// directly under it by a job, which goes on from where it was.
func Give(ctx context.Context, tx *db.Tx, by auth.Actor, f Form) (Order, error) {
	if err := mayGive(by); err != nil {
		return Order{}, err
	}
	today := vn.DayOf(tx.Now)
	w := f.check(today)
	leads, err := f.units(ctx, tx, by, "leads", f.Leads, w)
	if err != nil {
		return Order{}, err
	}
	partners, err := f.units(ctx, tx, by, "partners", f.Partners, w)
	if err != nil {
		return Order{}, err
	}
	person, err := f.person(ctx, tx, by, leads, w)
	if err != nil {
		return Order{}, err
	}
	if err := f.sourced(ctx, tx, by, w); err != nil {
		return Order{}, err
	}
	if err := f.parent(ctx, tx, by, leads, w); err != nil {
		return Order{}, err
	}
	if err := w.Err(); err != nil {
		return Order{}, err
	}
	o := Order{
		ID: db.NewKey(), Unit: Unit{by.Unit, by.UnitKey, by.UnitName}, Parent: f.Parent, Text: f.Text, Deliverable: f.Deliverable, GivenDay: today,
		Deadline: vn.Deadline{Day: f.Day, Wording: f.Wording}, Source: f.Source, SourceID: f.SourceID, SourceText: f.SourceText,
		Reach: f.Reach, Given: f.Reach == Named, Partners: partners, Version: 1,
	}
	if f.Day == "" {
		o.Deadline = usual(today)
	}
	return o, begin(ctx, tx, by, o, leads, person, "")
}

// begin writes an order and gives it to those it names, or has a job give it to all.
func begin(ctx context.Context, tx *db.Tx, by auth.Actor, o Order, leads []Unit, person int64, charge string) error {
	due, moved, err := dueBy(ctx, tx, o.Deadline)
	if err != nil {
		return err
	}
	o.Moved = moved
	if err := insertOrder(ctx, tx, by, o); err != nil {
		return err
	}
	if err := setPartners(ctx, tx, o.ID, o.Partners); err != nil {
		return err
	}
	if o.Reach == All {
		if err := job.Enqueue(ctx, tx, job.New{Kind: GiveJob, Payload: o.ID, Unique: GiveJob + " " + o.ID}); err != nil {
			return err
		}
	} else if err := giveTo(ctx, tx, by, o, due, leads, person, charge); err != nil {
		return err
	}
	if err := tellPartners(ctx, tx, o, due); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "task.give", o.ID, short(o.Text))
}

// giveTo makes the tasks of units that lead, counts and tells them.
func giveTo(ctx context.Context, tx *db.Tx, by auth.Actor, o Order, due vn.Day, leads []Unit, person int64, charge string) error {
	if len(leads) == 0 {
		return nil
	}
	ids := make([]int64, len(leads))
	for i, u := range leads {
		ids[i] = u.ID
	}
	sheet, err := sheetFor(ctx, tx, by, o.Unit.ID, string(o.GivenDay[:4]), ids)
	if err != nil {
		return err
	}
	all, names, words := make([]Task, len(leads)), make([]string, len(leads)), make([]notify.Word, 0, len(leads))
	for i, u := range leads {
		all[i] = Task{ID: db.NewKey(), Order: o, Lead: u, Person: person, Charge: charge, Due: due, Sheet: sheet}
		names[i] = all[i].ID
		if u.ID != by.Unit { // who gives work to their own unit knows
			words = append(words, notify.Word{Unit: u.ID, Args: []string{o.Unit.Name, short(o.Text), due.String()}, Link: "/tasks/" + all[i].ID})
		}
	}
	if err := insertTasks(ctx, tx, by.Tree, all); err != nil {
		return err
	}
	if err := insertEvents(ctx, tx, by, names, Event{Kind: "given", Day: due}); err != nil {
		return err
	}
	posts, err := entries(ctx, tx, nil, all, "")
	if err != nil {
		return err
	}
	if err := tally.PostMany(ctx, tx, by, posts); err != nil {
		return err
	}
	return notify.ToUnits(ctx, tx, keepers, "task.notice.given", words)
}

// keepers are who is told of a unit's tasks.
var keepers = []auth.Role{auth.Secretary, auth.Clerk}

func tellPartners(ctx context.Context, tx *db.Tx, o Order, due vn.Day) error {
	words := make([]notify.Word, len(o.Partners))
	for i, u := range o.Partners {
		words[i] = notify.Word{Unit: u.ID, Args: []string{o.Unit.Name, short(o.Text), due.String()}, Link: "/tasks/orders/" + o.ID}
	}
	return notify.ToUnits(ctx, tx, keepers, "task.notice.partner", words)
}

// giveAll gives an order to every unit directly under who gave it, slice by slice; run
// again after a crash it goes on where it stopped.
func giveAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var pace job.Pace
	for n, more := j.Done, true; more; progress(n, max(n, j.Total)) {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			some, err := giveSome(ctx, tx, j.Payload, size)
			more, n = some == size, n+int64(some)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// giveSome gives an order to the next units, and returns how many.
func giveSome(ctx context.Context, tx *db.Tx, order string, size int) (int, error) {
	o, tree, err := find(ctx, tx, order)
	if err != nil || o.Given {
		return 0, err
	}
	by := auth.System(tree)
	after, err := reached(ctx, tx, order)
	if err != nil {
		return 0, err
	}
	units, err := org.Children(ctx, tx, by, o.Unit.ID, after, size)
	if err != nil {
		return 0, err
	}
	due, _, err := dueBy(ctx, tx, o.Deadline)
	if err != nil {
		return 0, err
	}
	var leads []Unit
	for _, u := range units {
		after = u.Path
		if u.Closed == "" {
			leads = append(leads, Unit{u.ID, u.Key, u.Short})
		}
	}
	by.Name = o.EnteredName // who gave it; the house only carries it out
	if err := giveTo(ctx, tx, by, o, due, leads, 0, ""); err != nil {
		return 0, err
	}
	return len(units), setReach(ctx, tx, order, after, len(units) < size)
}

// units finds the units of keys through by.
func (f *Form) units(ctx context.Context, tx *db.Tx, by auth.Actor, field string, keys []string, w fault.Wrong) ([]Unit, error) {
	var all []Unit
	for _, k := range keys[:min(len(keys), maxUnits)] {
		u, err := org.Get(ctx, tx, by, k)
		switch {
		case fault.Is(err, fault.NotFound):
			w.Add(field, "task.error.unit", k)
			continue
		case err != nil:
			return nil, err
		case u.Closed != "":
			w.Add(field, "task.error.closed", u.Short)
		}
		all = append(all, Unit{u.ID, u.Key, u.Short})
	}
	return all, nil
}

// person finds who of the one unit that leads answers for it.
func (f *Form) person(ctx context.Context, tx *db.Tx, by auth.Actor, leads []Unit, w fault.Wrong) (int64, error) {
	if f.Person == "" || len(leads) != 1 {
		return 0, nil
	}
	m, err := org.GetMember(ctx, tx, by, f.Person)
	if err == nil && m.Unit == leads[0].ID {
		return m.ID, nil
	}
	if err == nil || fault.Is(err, fault.NotFound) {
		w.Add("person", "task.error.person")
		err = nil
	}
	return 0, err
}

// sourced finds the directive an order comes from.
func (f *Form) sourced(ctx context.Context, tx *db.Tx, by auth.Actor, w fault.Wrong) error {
	if f.Source != Directive {
		f.SourceID = ""
	}
	if f.SourceID == "" {
		return nil
	}
	_, err := directive.Get(ctx, tx, by, f.SourceID)
	if fault.Is(err, fault.NotFound) {
		w.Add("source_id", "task.error.directive")
		err = nil
	}
	return err
}

// parent finds the task that is handed down: one that by's unit leads, to units under
// it.
func (f *Form) parent(ctx context.Context, tx *db.Tx, by auth.Actor, leads []Unit, w fault.Wrong) error {
	if f.Parent == "" {
		return nil
	}
	t, err := Get(ctx, tx, by, f.Parent)
	if err != nil {
		return err
	}
	if !by.For(t.Lead.ID) {
		return fault.New(fault.Denied, "task.error.may_work")
	}
	if !t.Open() {
		return fault.New(fault.Conflict, "task.error.closed_task")
	}
	for _, u := range leads {
		if u.ID == by.Unit {
			w.Add("leads", "task.error.own")
		}
	}
	return nil
}

// short is the beginning of a text, for a notice or a narrow place.
func short(s string) string {
	const most = 90
	s = strings.ReplaceAll(s, "\n", " ")
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	cut := strings.TrimRight(string(r[:most]), " ,;.")
	if i := strings.LastIndex(cut, " "); i > most/2 {
		cut = cut[:i]
	}
	return cut + "…"
}
