// Package directive keeps the papers that work begins with: resolutions,
// directives, conclusions, plans and letters, each with its file.
//
// A number and symbol do not name a paper: 59-NQ/TW is of 5 August 2020 and of
// 24 January 2025. Two papers are the same when issuer, type, number, symbol and
// date (or term, when the date is not known) are the same.
package directive

import (
	"context"
	"strings"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/vn"
)

// Kinds are the types of papers, by the key of their name; regulation and
// decision share the code QĐ and are told apart here.
var Kinds = []string{"NQ", "CT", "KL", "QDI", "QDE", "QC", "HD", "TT", "TB", "KH", "CTR", "DA", "CV"}

// A Directive is a guiding paper.
type Directive struct {
	ID          string
	Unit        int64
	UnitName    string // of the unit that entered it
	Kind        string // one of Kinds
	Number      string // "59", "" if it has none
	Symbol      string // "NQ/TW"
	Issuer      string
	Issued      vn.Day // "" if not known
	Term        string // "2020-2025", "" if none
	Subject     string
	File        string // id, "" while it has none
	FileName    string
	Sample      bool // the file, or all of it, is made up for a demonstration
	EnteredName string
	EnteredAt   time.Time
	Version     int64
}

// Code returns number and symbol as printed, "59-NQ/TW", "12/2020/NĐ-CP"; "" if
// it has none.
func (d Directive) Code() string {
	switch {
	case d.Number == "" || d.Symbol == "":
		return d.Number + d.Symbol
	case d.Symbol[0] >= '0' && d.Symbol[0] <= '9':
		return d.Number + "/" + d.Symbol
	}
	return d.Number + "-" + d.Symbol
}

// A Form is what a person fills in for a directive.
type Form struct {
	Kind, Number, Symbol, Issuer string
	Issued                       vn.Day
	IssuedTyped                  string // what was typed for Issued, when it is no day
	Term, Subject                string
	Sample                       bool
}

const (
	maxShort   = 200
	maxSubject = 1000
)

func (f *Form) clean() {
	f.Number, f.Symbol = strings.Trim(vn.Clean(f.Number), "-/ "), strings.Trim(vn.Clean(f.Symbol), "-/ ")
	f.Issuer, f.Term, f.Subject = vn.Clean(f.Issuer), vn.Clean(f.Term), vn.Clean(f.Subject)
}

func (f *Form) check() error {
	f.clean()
	w := fault.Wrong{}
	if !known(f.Kind) {
		w.Add("kind", "directive.error.kind")
	}
	w.Text("number", f.Number, maxShort, false)
	w.Text("symbol", f.Symbol, maxShort, false)
	w.Text("issuer", f.Issuer, maxShort, true)
	w.Text("term", f.Term, maxShort, false)
	w.Text("subject", f.Subject, maxSubject, true)
	if f.Issued == "" && vn.Clean(f.IssuedTyped) != "" || f.Issued != "" && !f.Issued.Valid() {
		w.Add("issued", "directive.error.day")
	}
	if f.Issued == "" && f.Term == "" && len(w) == 0 {
		w.Add("issued", "directive.error.day_or_term")
	}
	return w.Err()
}

func known(kind string) bool {
	for _, k := range Kinds {
		if k == kind {
			return true
		}
	}
	return false
}

// identity is what two entries of one paper have in common, however they are
// typed.
func (f Form) identity() string {
	when := string(f.Issued)
	if when == "" {
		when = f.Term
	}
	key := f.Subject
	if f.Number != "" {
		key = strings.TrimLeft(f.Number, "0") + "|" + f.Symbol
	}
	return vn.Fold(f.Issuer + "|" + f.Kind + "|" + key + "|" + when)
}

// Enter puts a paper in the register of by's unit. A paper that by sees already
// is a Conflict; Same finds it.
func Enter(ctx context.Context, tx *db.Tx, by auth.Actor, f Form, blob file.Blob) (Directive, error) {
	if err := mayEnter(by); err != nil {
		return Directive{}, err
	}
	if err := f.check(); err != nil {
		return Directive{}, err
	}
	if err := f.once(ctx, tx, by, ""); err != nil {
		return Directive{}, err
	}
	id := db.NewKey()
	fileID, err := save(ctx, tx, by, blob)
	if err != nil {
		return Directive{}, err
	}
	if err := insert(ctx, tx, by, id, f, fileID); err != nil {
		return Directive{}, err
	}
	if err := audit.Record(ctx, tx, by, "directive.enter", id, f.Number+" "+f.Symbol); err != nil {
		return Directive{}, err
	}
	return Get(ctx, tx, by, id)
}

// Amend corrects a paper of by's unit, and gives it another file if blob has
// one. It is a Conflict if it has changed since version.
func Amend(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, f Form, blob file.Blob) error {
	d, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayAmend(by, d); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	if err := f.once(ctx, tx, by, id); err != nil {
		return err
	}
	fileID, err := save(ctx, tx, by, blob)
	if err != nil {
		return err
	}
	if fileID == "" {
		fileID = d.File
	}
	if err := update(ctx, tx, id, version, f, fileID); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "directive.amend", id, f.Number+" "+f.Symbol)
}

const errTwice = "directive.error.twice"

// once refuses a paper that another entry by sees already is.
func (f Form) once(ctx context.Context, tx *db.Tx, by auth.Actor, but string) error {
	switch d, err := Same(ctx, tx, by, f); {
	case fault.Is(err, fault.NotFound) || err == nil && d.ID == but:
		return nil
	case err != nil:
		return err
	}
	w := fault.Wrong{}
	w.Add("number", errTwice)
	return &fault.Error{Kind: fault.Conflict, Text: fault.Text{Key: errTwice}, Fields: w}
}

func save(ctx context.Context, tx *db.Tx, by auth.Actor, b file.Blob) (string, error) {
	if b.SHA256 == "" {
		return "", nil
	}
	f, err := file.Save(ctx, tx, by, b)
	return f.ID, err
}
