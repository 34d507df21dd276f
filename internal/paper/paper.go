// Package paper issues the papers of a unit: reports, programmes and letters in
// the letterhead of the unit's family, each under the next number of its type in
// the term or the year, signed, and entered in the register of what has left the
// unit.
//
// A number is given in the transaction that enters the paper, under a lock, so
// none is given twice and none is left out. The row holds all the paper says;
// its bytes are made from the row afterwards, once, and kept under their hash.
// So a number never stands without its paper, whatever breaks in between.
package paper

import (
	"context"
	"embed"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// A Paper is a row of the register.
type Paper struct {
	ID          string
	Unit        int64
	UnitKey     string
	UnitName    string
	Symbol      string // with the number, as printed
	Series      string // term or year the number counts in
	Source      tally.Source
	IssuedName  string
	IssuedAt    time.Time
	File        string // "" until the bytes are kept
	SHA256      string
	WithdrawnAt time.Time
	WithdrawnBy string
	Reason      string
	Print
}

// Standing reports whether p has not been withdrawn.
func (p Paper) Standing() bool { return p.WithdrawnAt.IsZero() }

// A New is a paper to issue.
type New struct {
	Source tally.Source
	Signer string
	Office string
	// Single refuses a second paper of the kind on the same source while the
	// first one stands.
	Single bool
	Content
}

func (n *New) check() error {
	w := fault.Wrong{}
	n.Signer, n.Office = vn.Clean(n.Signer), vn.Clean(n.Office)
	w.Text("signer", n.Signer, maxSigner, true)
	w.Text("office", n.Office, maxSigner, true)
	n.Content.check(w)
	return w.Err()
}

// Draft returns what a paper of a unit would look like today: without a number.
func Draft(ctx context.Context, tx *db.Tx, tree string, unit int64, n New) (Print, error) {
	head, err := Printed(ctx, tx, tree, unit)
	if err != nil {
		return Print{}, err
	}
	day := vn.DayOf(tx.Now)
	f, err := FormatOn(head.Family, day)
	n.Content.Recipients = clean(n.Content.Recipients)
	return Print{Head: head, Day: day, Code: f.Kinds[n.Kind].Code, Signer: vn.Clean(n.Signer), Office: vn.Clean(n.Office), Content: n.Content}, err
}

// Issue enters a paper of by's unit in the register under the next number of its
// type, dated today. Its bytes are kept by Keep, at the latest by a job.
func Issue(ctx context.Context, tx *db.Tx, by auth.Actor, n New) (Paper, error) {
	if err := mayIssue(by, by.Unit); err != nil {
		return Paper{}, err
	}
	if err := n.check(); err != nil {
		return Paper{}, err
	}
	if err := tx.Lock(ctx, "papers of unit "+by.UnitKey); err != nil {
		return Paper{}, err
	}
	if n.Single {
		had, err := OfSource(ctx, tx, by, n.Kind, n.Source)
		if err != nil {
			return Paper{}, err
		}
		if len(had) > 0 {
			return Paper{}, fault.New(fault.Conflict, "paper.error.issued", had[0].Symbol)
		}
	}
	draft, err := Draft(ctx, tx, by.Tree, by.Unit, n)
	if err != nil {
		return Paper{}, err
	}
	p := Paper{ID: db.NewKey(), Unit: by.Unit, Source: n.Source, Print: draft}
	f, err := FormatOn(p.Head.Family, p.Day)
	if err != nil {
		return Paper{}, err
	}
	if p.Series, err = series(ctx, tx, by, f, p.Day); err != nil {
		return Paper{}, err
	}
	if p.Number, err = nextNumber(ctx, tx, p); err != nil {
		return Paper{}, err
	}
	p.Symbol = f.Symbol(p.Number, p.Code, p.Head.Symbol)
	if err := insert(ctx, tx, by, p); err != nil {
		return Paper{}, err
	}
	if err := job.Enqueue(ctx, tx, job.New{Kind: keepJob, Payload: p.ID, Unique: keepJob + " " + p.ID}); err != nil {
		return Paper{}, err
	}
	return p, audit.Record(ctx, tx, by, "paper.issue", p.ID, p.Symbol)
}

// series names what numbers are counted in on day: the year, or the term of the
// unit's committee, which has to be on record.
func series(ctx context.Context, tx *db.Tx, by auth.Actor, f Format, day vn.Day) (string, error) {
	if f.Reset == "year" {
		return string(day[:4]), nil
	}
	terms, err := org.Terms(ctx, tx, org.Unit{ID: by.Unit})
	if err != nil {
		return "", err
	}
	for _, t := range terms {
		if t.From <= day && day <= t.To {
			return t.Name, nil
		}
	}
	return "", fault.New(fault.Conflict, "paper.error.term")
}

// Withdraw takes a paper back with a reason. It stays in the register under its
// number, which nobody gets again.
func Withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, id, reason string) error {
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayIssue(by, p.Unit); err != nil {
		return err
	}
	w := fault.Wrong{}
	reason = vn.CleanText(reason)
	w.Text("reason", reason, maxAbout, true)
	if err := w.Err(); err != nil {
		return err
	}
	if !p.Standing() {
		return fault.New(fault.Conflict, "paper.error.withdrawn")
	}
	if err := withdraw(ctx, tx, by, id, reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "paper.withdraw", id, reason)
}
