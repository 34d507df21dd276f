package task

import (
	"context"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/vn"
)

// never is the time of what has not happened.
var never time.Time

// reasoned cleans a text that says why or what; "" is refused at its field.
func reasoned(field, s string) (string, error) {
	s = vn.CleanText(s)
	w := fault.Wrong{}
	w.Text(field, s, maxText, true)
	return s, w.Err()
}

// deed finds a task that has not changed since version; zero takes it as it is.
func deed(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) (Task, error) {
	t, err := Get(ctx, tx, by, id)
	if err == nil && version != t.Version {
		err = fault.New(fault.Conflict, "error.conflict")
	}
	return t, err
}

// to writes a task as it is after a deed, with the event of it, and counts the change.
func (t Task) to(ctx context.Context, tx *db.Tx, by auth.Actor, is Task, e Event) error {
	if err := change(ctx, tx, is); err != nil {
		return err
	}
	if err := insertEvents(ctx, tx, by, []string{t.ID}, e); err != nil {
		return err
	}
	if err := post(ctx, tx, by, t, is, e.Text); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "task."+e.Kind, t.ID, e.Text)
}

// tell puts a notice of a task before the people of a unit, unless by did it for their
// own.
func (t Task) tell(ctx context.Context, tx *db.Tx, by auth.Actor, unit int64, key string, args ...string) error {
	if by.For(unit) {
		return nil
	}
	_, err := notify.ToUnit(ctx, tx, unit, keepers, key, append([]string{short(t.Order.Text)}, args...), "/tasks/"+t.ID)
	return err
}

// openTo finds an open task that by works on.
func openTo(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) (Task, error) {
	t, err := deed(ctx, tx, by, id, version)
	if err != nil {
		return t, err
	}
	if err := mayWork(by, t); err != nil {
		return t, err
	}
	if !t.Open() {
		return t, fault.New(fault.Conflict, "task.error.closed_task")
	}
	return t, nil
}

// Note adds how a task goes, in words.
func Note(ctx context.Context, tx *db.Tx, by auth.Actor, id, text string) error {
	t, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if _, err := openTo(ctx, tx, by, id, t.Version); err != nil {
		return err
	}
	if text, err = reasoned("note", text); err != nil {
		return err
	}
	if err := insertEvents(ctx, tx, by, []string{id}, Event{Kind: "progress", Text: text}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "task.progress", id, text)
}

// Finish says that a task is done, and what came of it; that text may be empty where
// evidence shows it.
func Finish(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, text string) error {
	t, err := openTo(ctx, tx, by, id, version)
	if err != nil {
		return err
	}
	some, err := EvidenceOf(ctx, tx, id)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	text = vn.CleanText(text)
	if w.Text("result", text, maxText, false); text == "" && len(some) == 0 {
		w.Add("result", "task.error.result")
	}
	if err := w.Err(); err != nil {
		return err
	}
	is := t
	is.DoneAt, is.LateAt, is.Returned, is.Asks = tx.Now, never, false, false
	if err := t.to(ctx, tx, by, is, Event{Kind: "done", Text: text}); err != nil {
		return err
	}
	return t.tell(ctx, tx, by, t.Order.Unit.ID, "task.notice.done", t.Lead.Name)
}

// Verify says that a task is indeed done.
func Verify(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, text string) error {
	t, err := doneTo(ctx, tx, by, id, version)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	text = vn.CleanText(text)
	w.Text("verdict", text, maxText, false)
	if err := w.Err(); err != nil {
		return err
	}
	is := t
	is.VerifiedAt = tx.Now
	if err := t.to(ctx, tx, by, is, Event{Kind: "verified", Text: text}); err != nil {
		return err
	}
	return t.tell(ctx, tx, by, t.Lead.ID, "task.notice.verified")
}

// SendBack says that a task is not done yet, and why: it is open again, and late at
// once if its day has passed.
func SendBack(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	t, err := doneTo(ctx, tx, by, id, version)
	if err != nil {
		return err
	}
	if reason, err = reasoned("reason", reason); err != nil {
		return err
	}
	is := t
	is.DoneAt, is.Returned = never, true
	if t.Due.Before(vn.DayOf(tx.Now)) {
		is.LateAt = tx.Now
	}
	if err := t.to(ctx, tx, by, is, Event{Kind: "returned", Text: reason}); err != nil {
		return err
	}
	return t.tell(ctx, tx, by, t.Lead.ID, "task.notice.returned", short(reason))
}

// doneTo finds a task that waits for by to verify it.
func doneTo(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) (Task, error) {
	t, err := deed(ctx, tx, by, id, version)
	if err != nil {
		return t, err
	}
	if err := mayVerify(by, t); err != nil {
		return t, err
	}
	if t.DoneAt.IsZero() || !t.VerifiedAt.IsZero() || !t.WithdrawnAt.IsZero() {
		return t, fault.New(fault.Conflict, "task.error.not_done")
	}
	return t, nil
}

// newDay checks a later day for a task, and moves it off days without work.
func (t Task) newDay(ctx context.Context, tx *db.Tx, typed vn.Day) (vn.Day, error) {
	w := fault.Wrong{}
	today := vn.DayOf(tx.Now)
	switch {
	case !typed.Valid():
		w.Add("new_day", "task.error.day")
	case typed.Before(today):
		w.Add("new_day", "task.error.past")
	case typed <= t.Due:
		w.Add("new_day", "task.error.not_later", t.Due.String())
	case today.DaysUntil(typed) > mostDays:
		w.Add("new_day", "task.error.far")
	}
	if err := w.Err(); err != nil {
		return "", err
	}
	due, _, err := dueBy(ctx, tx, vn.Deadline{Day: typed, Wording: vn.Until})
	return due, err
}

// Ask asks who gave a task for more time, until day, and says why. One question waits
// at a time.
func Ask(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, day vn.Day, reason string) error {
	t, err := openTo(ctx, tx, by, id, version)
	if err != nil {
		return err
	}
	if t.Asks {
		return fault.New(fault.Conflict, "task.error.asked")
	}
	if reason, err = reasoned("reason", reason); err != nil {
		return err
	}
	if day, err = t.newDay(ctx, tx, day); err != nil {
		return err
	}
	is := t
	is.Asks = true
	if err := t.to(ctx, tx, by, is, Event{Kind: "asked", Text: reason, Day: day}); err != nil {
		return err
	}
	return t.tell(ctx, tx, by, t.Order.Unit.ID, "task.notice.asked", t.Lead.Name, day.String())
}

// Asked returns what a lead asked for last: until when, and why.
func Asked(ctx context.Context, tx *db.Tx, t Task) (Event, error) {
	return last(ctx, tx, t.ID, "asked")
}

// Extend gives a task more time, until day, whether that was asked for or not.
func Extend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, day vn.Day, reason string) error {
	t, err := directed(ctx, tx, by, id, version)
	if err != nil {
		return err
	}
	reason = vn.CleanText(reason)
	if !t.Asks { // whoever asked has said why
		if reason, err = reasoned("reason", reason); err != nil {
			return err
		}
	}
	if day, err = t.newDay(ctx, tx, day); err != nil {
		return err
	}
	is := t
	is.Due, is.Asks, is.Extended, is.LateAt = day, false, true, never
	if err := t.to(ctx, tx, by, is, Event{Kind: "extended", Text: reason, Day: day}); err != nil {
		return err
	}
	return t.tell(ctx, tx, by, t.Lead.ID, "task.notice.extended", day.String())
}

// Refuse says that a task gets no more time, and why.
func Refuse(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	t, err := directed(ctx, tx, by, id, version)
	if err != nil {
		return err
	}
	if !t.Asks {
		return fault.New(fault.Conflict, "task.error.not_asked")
	}
	if reason, err = reasoned("reason", reason); err != nil {
		return err
	}
	is := t
	is.Asks = false
	if err := t.to(ctx, tx, by, is, Event{Kind: "refused", Text: reason}); err != nil {
		return err
	}
	return t.tell(ctx, tx, by, t.Lead.ID, "task.notice.refused", short(reason))
}

// directed finds an open task that by's unit gave.
func directed(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) (Task, error) {
	t, err := deed(ctx, tx, by, id, version)
	if err != nil {
		return t, err
	}
	if err := mayDirect(by, t.Order); err != nil {
		return t, err
	}
	if !t.Open() {
		return t, fault.New(fault.Conflict, "task.error.closed_task")
	}
	return t, nil
}

// Withdraw takes a task back, and says why. What the lead has handed down stays the
// lead's own; it is told.
func Withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	t, err := deed(ctx, tx, by, id, version)
	if err != nil {
		return err
	}
	if err := mayDirect(by, t.Order); err != nil {
		return err
	}
	if !t.WithdrawnAt.IsZero() || !t.VerifiedAt.IsZero() {
		return fault.New(fault.Conflict, "task.error.closed_task")
	}
	if reason, err = reasoned("reason", reason); err != nil {
		return err
	}
	return t.withdraw(ctx, tx, by, reason)
}

func (t Task) withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, reason string) error {
	is := t
	is.WithdrawnAt, is.Asks, is.LateAt = tx.Now, false, never
	if err := t.to(ctx, tx, by, is, Event{Kind: "withdrawn", Text: reason}); err != nil {
		return err
	}
	return t.tell(ctx, tx, by, t.Lead.ID, "task.notice.withdrawn", short(reason))
}

// WithdrawJob is the kind of the job that takes back an order given to many.
const WithdrawJob = "task.withdraw"

// WithdrawOrder lets a job take back all tasks of an order that are not verified.
func WithdrawOrder(ctx context.Context, tx *db.Tx, by auth.Actor, id, reason string) error {
	o, err := GetOrder(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayDirect(by, o); err != nil {
		return err
	}
	if reason, err = reasoned("reason", reason); err != nil {
		return err
	}
	if !o.Given {
		return fault.New(fault.Conflict, "task.error.giving")
	}
	if err := job.Enqueue(ctx, tx, job.New{Kind: WithdrawJob, Payload: id + " " + by.Name + "\n" + reason, Unique: WithdrawJob + " " + id}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "task.withdraw", id, reason)
}
