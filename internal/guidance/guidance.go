// Package guidance carries the guidance of the month: what a unit asks those below it
// to put on their notice boards and into their meetings, tied to directives and
// conferences, and what comes back of it: that it was received, and how often, on
// which day, what it asks for was done.
//
// Who is asked is a rule over the tree, counted in memory: rows are written only for
// units that answer. It is about the work of units; nothing in it is about what
// anybody thinks or says.
package guidance

import (
	"context"
	"slices"
	"strings"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Stage is where guidance stands.
type Stage string

// The stages.
const (
	Draft     Stage = "draft"
	Published Stage = "published"
	Withdrawn Stage = "withdrawn"
)

// A Point is one thing that units are to do, and what is counted of it.
type Point struct{ Text, Word string }

// A Link ties guidance to a directive or a conference.
type Link struct{ Kind, Ref string }

// The kinds of links.
const (
	Directive  = "directive"
	Conference = "conference"
)

// Guidance is what a unit publishes. Make and Amend read Month, Title, Body, Kind,
// Depth, LastDay, Points and Links.
type Guidance struct {
	ID          string
	Unit        int64 // who publishes it
	UnitKey     string
	UnitName    string
	UnitPath    string
	Month       vn.Day // first day of it
	Title       string
	Body        string
	Kind        string // units of this kind are asked, "" for any
	Depth       int64  // units so many steps under, 0 for any
	LastDay     vn.Day // by which units say what they have done
	State       Stage
	Edition     int64
	Reason      string // of a withdrawal
	Day         vn.Day // on which it was published
	Sheet       int64
	EnteredName string
	EnteredAt   time.Time
	Version     int64
	Points      []Point
	Links       []Link
}

const (
	maxText = 300
	maxBody = 20_000
	maxNote = 2000
	maxWord = 40
	// MaxPoints is how many points guidance may have.
	MaxPoints = 20
	maxLinks  = 20
	maxFiles  = 10
	maxDepth  = 10
	// MaxCount is the largest count a unit may report of one point.
	MaxCount = 1_000_000
)

func (g *Guidance) check() error {
	w := fault.Wrong{}
	g.text(w)
	g.Kind = vn.Clean(g.Kind)
	w.Text("kind", g.Kind, maxText, false)
	if !g.Month.Valid() {
		w.Add("month", "guidance.error.month")
	} else {
		g.Month = g.Month[:8] + "01"
	}
	if !g.LastDay.Valid() || g.Month.Valid() && g.LastDay.Before(g.Month) {
		w.Add("last", "guidance.error.last")
	}
	if g.Depth < 0 || g.Depth > maxDepth {
		w.Add("to", "error.needed")
	}
	if len(g.Links) > maxLinks {
		w.Add("links", "guidance.error.links", maxLinks)
	}
	return w.Err()
}

// text checks what a correction may change too.
func (g *Guidance) text(w fault.Wrong) {
	g.Title, g.Body = vn.Clean(g.Title), vn.CleanText(g.Body)
	w.Text("title", g.Title, maxText, true)
	w.Text("body", g.Body, maxBody, true)
	g.Points = slices.Clone(g.Points) // the closure may run twice
	if n := len(g.Points); n == 0 || n > MaxPoints {
		w.Add("points", "guidance.error.points", MaxPoints)
	}
	for i := range g.Points {
		p := &g.Points[i]
		p.Text, p.Word = vn.Clean(p.Text), vn.Clean(p.Word)
		bad := fault.Wrong{}
		bad.Text("text", p.Text, maxText, true)
		bad.Text("word", p.Word, maxWord, true)
		if len(bad) > 0 {
			w.Add("points", "guidance.error.point", i+1)
		}
	}
}

// Make makes a draft of guidance of by's unit.
func Make(ctx context.Context, tx *db.Tx, by auth.Actor, g Guidance) (Guidance, error) {
	if err := mayMake(by); err != nil {
		return g, err
	}
	if err := g.check(); err != nil {
		return g, err
	}
	if err := g.linked(ctx, tx, by); err != nil {
		return g, err
	}
	g.ID = db.NewKey()
	if err := insert(ctx, tx, by, g); err != nil {
		return g, err
	}
	if err := audit.Record(ctx, tx, by, "guidance.make", g.ID, g.Title); err != nil {
		return g, err
	}
	return Get(ctx, tx, by, g.ID)
}

// owned returns guidance that by may see and keep, in a stage; in another it is a
// Conflict.
func owned(ctx context.Context, tx *db.Tx, by auth.Actor, id string, stage Stage) (Guidance, error) {
	g, err := Get(ctx, tx, by, id)
	if err != nil {
		return g, err
	}
	if err := mayKeep(by, g.Unit); err != nil {
		return g, err
	}
	if g.State != stage {
		return g, fault.New(fault.Conflict, "guidance.error.stage")
	}
	return g, nil
}

// Amend changes a draft. It is a Conflict if it has changed since version.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, g Guidance) error {
	if _, err := owned(ctx, tx, by, id, Draft); err != nil {
		return err
	}
	if err := g.check(); err != nil {
		return err
	}
	if err := g.linked(ctx, tx, by); err != nil {
		return err
	}
	g.ID = id
	if err := update(ctx, tx, g, version); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "guidance.amend", id, g.Title)
}

// Publish puts a draft before the units below, over the tree as it stands; a job tells
// those that are asked. It is a Conflict if it has changed since version, or nobody
// would be asked.
func Publish(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64) error {
	g, err := owned(ctx, tx, by, id, Draft)
	if err != nil {
		return err
	}
	s, err := tally.Open(ctx, tx, by, kind, g.ID, by.Tree, g.Unit)
	if err != nil {
		return err
	}
	g.Sheet, g.State, g.Day = s.ID, Published, vn.DayOf(tx.Now)
	a, err := g.asked(ctx, tx)
	if err != nil {
		return err
	}
	if a.all() == 0 {
		return fault.New(fault.Conflict, "guidance.error.nobody")
	}
	if err := publish(ctx, tx, g, version); err != nil {
		return err
	}
	if err := insertEdition(ctx, tx, by, g, ""); err != nil {
		return err
	}
	if err := g.tell(ctx, tx, "guidance.notice.published", false); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "guidance.publish", id, g.Title)
}

// Correct gives published guidance another title, text, and other words of its points,
// for a reason; points neither come nor go, and what is counted of them stays. What
// stood before can be read on. A job tells the units that are asked.
func Correct(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, title, body string, points []string, reason string) error {
	g, err := owned(ctx, tx, by, id, Published)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	g.Title, g.Body = title, body
	if len(points) != len(g.Points) {
		w.Add("points", "guidance.error.same", len(g.Points))
	}
	for i := range min(len(points), len(g.Points)) {
		g.Points[i].Text = points[i]
	}
	g.text(w)
	if reason = vn.CleanText(reason); reason == "" {
		w.Add("reason", "error.needed")
	}
	w.Text("reason", reason, maxNote, true)
	if err := w.Err(); err != nil {
		return err
	}
	g.Edition++
	if err := correct(ctx, tx, g, version); err != nil {
		return err
	}
	if err := insertEdition(ctx, tx, by, g, reason); err != nil {
		return err
	}
	if err := g.tell(ctx, tx, "guidance.notice.corrected", false); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "guidance.correct", id, reason)
}

// Withdraw takes published guidance back for a reason: nothing is received or reported
// of it any more. A job tells the units that were asked.
func Withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string) error {
	g, err := owned(ctx, tx, by, id, Published)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	reason = vn.CleanText(reason)
	w.Text("reason", reason, maxNote, true)
	if err := w.Err(); err != nil {
		return err
	}
	if err := withdraw(ctx, tx, id, version, reason); err != nil {
		return err
	}
	if err := g.tell(ctx, tx, "guidance.notice.withdrawn", false); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "guidance.withdraw", id, reason)
}

// Remind lets a job put a notice before the units that have not received it or have
// not said what they did of all its points.
func Remind(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	g, err := owned(ctx, tx, by, id, Published)
	if err != nil {
		return err
	}
	if err := g.tell(ctx, tx, "guidance.notice.remind", true); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "guidance.remind", id, g.Title)
}

// ParsePoints reads points typed as lines "Treo bảng tin | bảng"; what is counted is
// word where a line names nothing. It is Invalid, naming the line, if one cannot be
// read.
func ParsePoints(text, word string) ([]Point, error) {
	var all []Point
	w := fault.Wrong{}
	for n, line := range strings.Split(text, "\n") {
		if line = vn.Clean(line); line == "" {
			continue
		}
		what, counted, has := strings.Cut(line, "|")
		p := Point{vn.Clean(what), vn.Clean(counted)}
		if !has {
			p.Word = word
		}
		if p.Text == "" || p.Word == "" {
			w.Add("points", "guidance.error.line", n+1)
		}
		all = append(all, p)
	}
	return all, w.Err()
}

// FormatPoints writes points as ParsePoints reads them.
func FormatPoints(all []Point) string {
	var b strings.Builder
	for _, p := range all {
		b.WriteString(p.Text + " | " + p.Word + "\n")
	}
	return b.String()
}

// AddFile adds a file to a draft.
func AddFile(ctx context.Context, tx *db.Tx, by auth.Actor, id string, b file.Blob) error {
	if _, err := owned(ctx, tx, by, id, Draft); err != nil {
		return err
	}
	all, err := filesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	if len(all) >= maxFiles {
		w := fault.Wrong{}
		w.Add("file", "guidance.error.files", maxFiles)
		return w.Err()
	}
	f, err := file.Save(ctx, tx, by, b)
	if err != nil {
		return err
	}
	if err := insertFile(ctx, tx, id, f.ID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "guidance.file", id, f.Name)
}

// RemoveFile takes a file off a draft.
func RemoveFile(ctx context.Context, tx *db.Tx, by auth.Actor, id, fileID string) error {
	if _, err := owned(ctx, tx, by, id, Draft); err != nil {
		return err
	}
	if err := removeFile(ctx, tx, id, fileID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "guidance.file_removed", id, fileID)
}
