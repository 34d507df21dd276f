// Package report carries a unit's report on a rollout to the unit above:
// figures taken from the tally, remarks written by people, submitted, returned
// with a reason or accepted.
//
// Nobody types a figure and none is stored: a submitted report keeps the last
// post it had seen, and its figures are counted again from the posts up to
// there. So a reader sees what was signed, what stands now, and the difference.
package report

import (
	"context"
	"time"
	"unicode/utf8"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A State is where a report stands.
type State string

// The states.
const (
	Draft     State = "draft"
	Submitted State = "submitted" // waits for the unit above
	Returned  State = "returned"  // to be mended and submitted again
	Accepted  State = "accepted"
)

// StudyForm is the key of the built-in form.
const StudyForm = "study"

// A Report is a unit's report on a rollout.
type Report struct {
	ID           string
	Form         string
	Unit         int64
	UnitKey      string
	UnitName     string
	Rollout      string
	RolloutTitle string
	Sheet        int64
	State        State
	PostMark     int64 // last post counted at submission, 0 before
	EnteredName  string
	EnteredAt    time.Time
	Version      int64
	Answers      map[string]string // item to text; only from Get
}

// Open reports whether the unit may still change r.
func (r Report) Open() bool { return r.State == Draft || r.State == Returned }

// An Event is one step in a report's life.
type Event struct {
	Kind   string // submitted, returned, accepted
	Actor  string
	Office string
	Reason string
	At     time.Time
}

const maxText = 5000

// Begin opens the report of by's unit on a rollout, or returns the one it has.
func Begin(ctx context.Context, tx *db.Tx, by auth.Actor, rolloutID string) (Report, error) {
	r, err := rollout.Get(ctx, tx, by, rolloutID)
	if err != nil {
		return Report{}, err
	}
	had, err := OfUnit(ctx, tx, by, rolloutID, by.Unit)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return had, err
	}
	if err := mayWrite(by, by.Unit); err != nil {
		return Report{}, err
	}
	if r.State != rollout.Open {
		return Report{}, fault.New(fault.Conflict, "report.error.rollout")
	}
	n := Report{ID: db.NewKey(), Form: StudyForm, Unit: by.Unit, Rollout: rolloutID, State: Draft}
	if err := insert(ctx, tx, by, n); err != nil {
		return Report{}, err
	}
	if err := audit.Record(ctx, tx, by, "report.begin", n.ID, r.Title); err != nil {
		return Report{}, err
	}
	return Get(ctx, tx, by, n.ID)
}

// Write keeps the remarks of a report that is still open. It is a Conflict if
// the report has changed since version.
func Write(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, answers map[string]string) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayWrite(by, r.Unit); err != nil {
		return err
	}
	clean, err := r.clean(answers)
	if err != nil {
		return err
	}
	if !r.Open() {
		return fault.New(fault.Conflict, "report.error.closed")
	}
	if err := update(ctx, tx, id, version, r.State, r.PostMark); err != nil {
		return err
	}
	if err := replaceAnswers(ctx, tx, id, clean); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "report.write", id, "")
}

// clean returns the answers to r's remarks, cleaned; others are dropped.
func (r Report) clean(answers map[string]string) (map[string]string, error) {
	f, err := r.form()
	if err != nil {
		return nil, err
	}
	w, all := fault.Wrong{}, map[string]string{}
	for _, it := range f.Items {
		if it.Kind != "remark" {
			continue
		}
		s := vn.CleanText(answers[it.Key])
		if utf8.RuneCountInString(s) > maxText {
			w.Add(it.Key, "error.long", maxText)
		}
		if s != "" {
			all[it.Key] = s
		}
	}
	return all, w.Err()
}

func (r Report) form() (Form, error) {
	all, err := forms()
	return all[r.Form], err
}

// Submit signs a report and sends it to the unit above; its figures are those
// of this moment. The obligation to report is fulfilled.
func Submit(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := maySubmit(by, r.Unit); err != nil {
		return err
	}
	if !r.Open() {
		return fault.New(fault.Conflict, "report.error.closed")
	}
	if err := r.complete(); err != nil {
		return err
	}
	mark, err := tally.LastPost(ctx, tx, r.Sheet)
	if err != nil {
		return err
	}
	if err := update(ctx, tx, id, version, Submitted, mark); err != nil {
		return err
	}
	if err := event(ctx, tx, by, r, "submitted", ""); err != nil {
		return err
	}
	if err := rollout.Fulfil(ctx, tx, by, rollout.Fulfilment{
		Rollout: r.Rollout, Step: rollout.Report, Unit: r.Unit, Source: tally.Source{Kind: "report", ID: r.ID},
	}); err != nil {
		return err
	}
	above, err := org.Above(ctx, tx, by.Tree, r.Unit)
	if err != nil || !above.Exists() {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, above.ID, []auth.Role{auth.Clerk, auth.Secretary}, "report.notice.submitted",
		[]string{r.UnitName, r.RolloutTitle}, "/reports/"+r.ID)
	return err
}

// complete says which remarks are missing.
func (r Report) complete() error {
	f, err := r.form()
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	for _, it := range f.Items {
		if it.Kind == "remark" && it.Needed && r.Answers[it.Key] == "" {
			w.Add(it.Key, "error.needed")
		}
	}
	return w.Err()
}

// Return sends a submitted or accepted report back with a reason; the unit
// owes it again.
func Return(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayReceive(by, r.Unit); err != nil {
		return err
	}
	w := fault.Wrong{}
	if reason = vn.CleanText(reason); reason == "" {
		w.Add("reason", "error.needed")
	}
	if err := w.Err(); err != nil {
		return err
	}
	if r.Open() {
		return fault.New(fault.Conflict, "report.error.not_submitted")
	}
	if err := update(ctx, tx, id, version, Returned, r.PostMark); err != nil {
		return err
	}
	if err := event(ctx, tx, by, r, "returned", reason); err != nil {
		return err
	}
	if err := rollout.Unfulfil(ctx, tx, by, rollout.Fulfilment{Rollout: r.Rollout, Step: rollout.Report, Unit: r.Unit, Source: tally.Source{Kind: "report", ID: r.ID}}, reason); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, r.Unit, []auth.Role{auth.Clerk, auth.Secretary}, "report.notice.returned",
		[]string{r.RolloutTitle, reason}, "/reports/"+r.ID)
	return err
}

// Accept takes a submitted report; the unit above does it.
func Accept(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	r, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayReceive(by, r.Unit); err != nil {
		return err
	}
	if r.State != Submitted {
		return fault.New(fault.Conflict, "report.error.not_submitted")
	}
	if err := update(ctx, tx, id, version, Accepted, r.PostMark); err != nil {
		return err
	}
	if err := event(ctx, tx, by, r, "accepted", ""); err != nil {
		return err
	}
	_, err = notify.ToUnit(ctx, tx, r.Unit, []auth.Role{auth.Clerk, auth.Secretary}, "report.notice.accepted",
		[]string{r.RolloutTitle}, "/reports/"+r.ID)
	return err
}

func event(ctx context.Context, tx *db.Tx, by auth.Actor, r Report, kind, reason string) error {
	office, err := org.OfficeOf(ctx, tx, by)
	if err != nil {
		return err
	}
	if err := insertEvent(ctx, tx, by, r.ID, kind, office, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "report."+kind, r.ID, reason)
}

// Figures are a report's figure lines, as signed and as they stand now.
type Figures struct {
	Signed []Line // as of submission; equal to Now while the report is a draft
	Now    []Line
}

// Moved reports whether any figure has changed since the report was signed.
func (f Figures) Moved() bool {
	for i := range f.Signed {
		if f.Signed[i].Value != f.Now[i].Value || f.Signed[i].Of != f.Now[i].Of {
			return true
		}
	}
	return false
}

// Count derives a report's figures from the tally: everything under the unit.
func Count(ctx context.Context, tx *db.Tx, r Report) (Figures, error) {
	form, err := r.form()
	if err != nil {
		return Figures{}, err
	}
	above, err := hasChildren(ctx, tx, r.Unit)
	if err != nil {
		return Figures{}, err
	}
	now, err := tally.Total(ctx, tx, r.Sheet, r.Unit)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{Now: form.count(now, above)}
	f.Signed = f.Now
	if r.PostMark == 0 {
		return f, nil
	}
	_, then, err := tally.At(ctx, tx, r.Sheet, r.Unit, r.PostMark)
	f.Signed = form.count(then, above)
	return f, err
}
