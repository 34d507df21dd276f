// Package imports takes tables that people keep elsewhere into the books: units,
// members, attendance lists, and past figures as declarations.
//
// A file is offered: it is read, every row is worked out against what stands, and
// nothing is written but the offer. If no row is bad it may be confirmed by the
// one who offered it; then it is worked out again, in the transaction that writes
// all of it. What a row means is the business of the slice that keeps the books.
package imports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/invitation"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/roll"
	"nhipcau/internal/site"
	"nhipcau/internal/vn"
)

// A Kind is what a file holds.
type Kind string

// The kinds.
const (
	Units       Kind = "units"
	Members     Kind = "members"
	Attendance  Kind = "attendance"  // of a conference
	Figures     Kind = "figures"     // declared to a rollout
	Sites       Kind = "sites"       // of a conference
	Invitations Kind = "invitations" // to a conference
)

// Kinds are all kinds, in the order in which a house fills its books.
var Kinds = []Kind{Units, Members, Sites, Invitations, Attendance, Figures}

// A sort is how a kind is read and worked out.
type sort struct {
	layout intake.Layout
	target bool // it belongs to a thing that is chosen
	trial  bool // what it would do is known only by doing it
	work   func(ctx context.Context, tx *db.Tx, by auth.Actor, target string, t intake.Table, dry bool) (intake.Outcome, error)
}

var sorts = map[Kind]sort{
	Units: {layout: org.UnitLayout(), work: func(ctx context.Context, tx *db.Tx, by auth.Actor, _ string, t intake.Table, dry bool) (intake.Outcome, error) {
		return org.ImportUnits(ctx, tx, by, t, dry)
	}},
	Members: {layout: org.MemberLayout(), work: func(ctx context.Context, tx *db.Tx, by auth.Actor, _ string, t intake.Table, dry bool) (intake.Outcome, error) {
		return org.ImportMembers(ctx, tx, by, t, dry)
	}},
	Attendance:  {layout: roll.Layout(), target: true, work: roll.Import},
	Sites:       {layout: site.Layout(), target: true, work: site.Import},
	Invitations: {layout: invitation.Layout(), target: true, work: invitation.Import},
	Figures:     {layout: FigureLayout(), target: true, trial: true, work: importFigures},
}

// Layout returns how a file of a kind looks; false if there is no such kind.
func Layout(k Kind) (intake.Layout, bool) {
	s, ok := sorts[k]
	return s.layout, ok
}

// A State is where an import stands.
type State string

// The states.
const (
	Checked State = "checked" // offered and worked out
	Running State = "running" // confirmed, a job does it
	Applied State = "applied"
	Refused State = "refused" // confirmed, and could not be done any more
	Expired State = "expired" // never confirmed
)

// An Import is a file somebody has offered.
type Import struct {
	ID        string
	Tree      string
	Unit      int64
	Path      string
	Kind      Kind
	Target    string
	Name      string // of the file
	SHA256    string
	State     State
	Rows      int
	Outcome   intake.Outcome // without what is bad
	Bad       int            // things wrong with rows
	Head      [][]string     // the first rows
	Problem   string         // message key
	Login     string
	ActorName string
	Roles     []auth.Role
	At        time.Time
	Expires   time.Time
	AppliedAt time.Time
}

const (
	keep     = 24 * time.Hour // until an offer runs out
	direct   = 2_000          // rows that are written while somebody waits
	headRows = 8
	badPage  = 50
	maxBad   = 100_000 // things wrong that are kept of one file
)

// An Offer is a file and what it is for.
type Offer struct {
	Kind   Kind
	Target string
	Name   string
	Body   []byte
	Count  func(rows int) // is told of rows as they are written; nil if nobody waits
}

// Read reads a file to its end, which is where it becomes too large.
func Read(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, intake.MaxSize+1)) }

// readers are places at the table: a large file takes some hundred megabytes
// while it is read, so no more than a few are read at once.
var readers = make(chan struct{}, 2)

func read(ctx context.Context, b []byte, l intake.Layout) (intake.Table, error) {
	select {
	case readers <- struct{}{}:
	case <-ctx.Done():
		return intake.Table{}, ctx.Err()
	}
	defer func() { <-readers }()
	return intake.Read(b, l)
}

// errUndo ends a transaction of which nothing is to stay.
var errUndo = errors.New("imports: undone")

// Work works a table out, and writes it unless dry is true or a row is bad; then
// nothing of it stays. after is called in the transaction that writes.
func Work(ctx context.Context, d *db.DB, by auth.Actor, o Offer, t intake.Table, dry bool, after func(ctx context.Context, tx *db.Tx, out intake.Outcome) error) (intake.Outcome, error) {
	s, ok := sorts[o.Kind]
	if !ok {
		return intake.Outcome{}, fault.New(fault.NotFound, "error.not_found")
	}
	if s.target && o.Target == "" {
		w := fault.Wrong{}
		w.Add("target", "imports.error.target")
		return intake.Outcome{}, w.Err()
	}
	var out intake.Outcome
	run := func(ctx context.Context, tx *db.Tx) (err error) {
		if o.Count != nil {
			ctx = db.Counting(ctx, o.Count)
		}
		if out, err = s.work(ctx, tx, by, o.Target, t, dry); err != nil {
			return err
		}
		if dry || len(out.Bad) > 0 {
			return errUndo
		}
		if err := audit.Record(ctx, tx, by, "import."+string(o.Kind), o.Target, o.Name); err != nil {
			return err
		}
		return after(ctx, tx, out)
	}
	do := d.Write
	if dry && !s.trial {
		do = d.Read
	}
	if err := do(ctx, run); err != nil && !errors.Is(err, errUndo) {
		return intake.Outcome{}, err
	}
	return out, nil
}

// Make offers a file: it is read and worked out, and kept for a day with every
// bad row named. What is wrong with the file as a whole is Invalid at "file".
func Make(ctx context.Context, d *db.DB, by auth.Actor, o Offer) (Import, error) {
	if err := mayImport(by, o.Kind); err != nil {
		return Import{}, err
	}
	t, err := read(ctx, o.Body, sorts[o.Kind].layout)
	if err != nil {
		return Import{}, err
	}
	if len(t.Rows)+len(t.Broken) == 0 {
		w := fault.Wrong{}
		w.Add("file", "imports.error.no_rows")
		return Import{}, w.Err()
	}
	out, err := Work(ctx, d, by, o, t, true, nil)
	if err != nil {
		return Import{}, err
	}
	im := begun(by, o, t, out)
	return im, d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		im.At, im.Expires = tx.Now, tx.Now.Add(keep)
		if err := insert(ctx, tx, im); err != nil {
			return err
		}
		if err := insertBody(ctx, tx, im.ID, o.Body); err != nil {
			return err
		}
		return replaceBad(ctx, tx, im.ID, out.Bad)
	})
}

// begun is the import of an offer.
func begun(by auth.Actor, o Offer, t intake.Table, out intake.Outcome) Import {
	sum := sha256.Sum256(o.Body)
	im := Import{
		ID: db.NewKey(), Tree: by.Tree, Unit: by.Unit, Path: by.Path, Kind: o.Kind, Target: o.Target, Name: fileName(o.Name), SHA256: hex.EncodeToString(sum[:]),
		State: Checked, Rows: len(t.Rows) + len(t.Broken), Outcome: out, Bad: len(out.Bad), Login: by.Login, ActorName: by.Name, Roles: by.Roles,
	}
	for _, r := range t.Rows[:min(headRows, len(t.Rows))] {
		im.Head = append(im.Head, shown(sorts[o.Kind].layout, r))
	}
	return im
}

// shown is a row as people read it, its line first.
func shown(l intake.Layout, r intake.Row) []string {
	all := []string{vn.Int(int64(r.Line))}
	for i, s := range r.Cells() {
		switch c := l.Columns[i]; {
		case c.Form == intake.Day:
			s = vn.Day(s).String()
		case c.Form == intake.One && s != "":
			at := slices.IndexFunc(c.Choices, func(x intake.Choice) bool { return x.Value == s })
			s = c.Choices[at].Names[0]
		}
		all = append(all, s)
	}
	return all
}

const maxName = 120

func fileName(s string) string {
	r := []rune(vn.Clean(path.Base(strings.ReplaceAll(s, "\\", "/"))))
	return string(r[:min(maxName, len(r))])
}

// Confirm does what was offered, or lets a job do it if it is much. Only the one
// who offered it may, acting for the same unit. Confirmed twice, it is done once.
// If rows are bad by now, nothing is done and the offer names them.
func Confirm(ctx context.Context, d *db.DB, by auth.Actor, id string) error {
	var im Import
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		im, err = Get(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	if err := mayConfirm(by, im); err != nil {
		return err
	}
	switch {
	case im.State == Applied || im.State == Running:
		return nil // the second of two clicks
	case im.State != Checked || im.Bad > 0:
		return fault.New(fault.Conflict, "imports.error.not_ready")
	}
	if im.Rows <= direct {
		return apply(ctx, d, by, im)
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if n, err := setState(ctx, tx, im.ID, Running, "", Checked); err != nil || n == 0 {
			return err
		}
		return job.Enqueue(ctx, tx, job.New{Kind: ApplyJob, Payload: im.ID, Unique: unique(im.ID)})
	})
}

// errDone is of an import that somebody has done meanwhile.
var errDone = errors.New("imports: done already")

// apply writes an import, and notes what became of it.
func apply(ctx context.Context, d *db.DB, by auth.Actor, im Import) error {
	o := Offer{Kind: im.Kind, Target: im.Target, Name: im.Name}
	var err error
	if o.Body, err = bodyOf(ctx, d, im.ID); err != nil {
		return err
	}
	t, err := read(ctx, o.Body, sorts[im.Kind].layout)
	if err != nil {
		return err
	}
	out, err := Work(ctx, d, by, o, t, false, func(ctx context.Context, tx *db.Tx, out intake.Outcome) error {
		n, err := setApplied(ctx, tx, im.ID, out)
		if err == nil && n == 0 {
			err = errDone
		}
		return err
	})
	switch {
	case errors.Is(err, errDone):
		return nil
	case err != nil && fault.Of(err).Kind != fault.Internal && fault.Of(err).Kind != fault.Unavailable:
		return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, serr := setState(ctx, tx, im.ID, Refused, fault.Of(err).Key, Checked, Running)
			return serr
		})
	case err != nil || len(out.Bad) == 0:
		return err
	}
	return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if n, err := setBad(ctx, tx, im.ID, out); err != nil || n == 0 {
			return err
		}
		return replaceBad(ctx, tx, im.ID, out.Bad)
	})
}

// Straight imports a file without an offer, as the command line does: out says
// what was done or, if dry is true or a row is bad, what would be. What was done
// stands in the history.
func Straight(ctx context.Context, d *db.DB, by auth.Actor, o Offer, t intake.Table, dry bool) (intake.Outcome, error) {
	if err := mayImport(by, o.Kind); err != nil {
		return intake.Outcome{}, err
	}
	return Work(ctx, d, by, o, t, dry, func(ctx context.Context, tx *db.Tx, out intake.Outcome) error {
		im := begun(by, o, t, out)
		im.State, im.At, im.AppliedAt, im.Expires, im.Head = Applied, tx.Now, tx.Now, tx.Now, nil
		return insert(ctx, tx, im)
	})
}
