package follow

import (
	"context"
	"maps"
	"slices"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Declaration is what a unit that is not on the system has stated on paper,
// entered by a unit above it. It is counted apart; records by name take its
// place as they come.
type Declaration struct {
	ID        string
	Unit      int64
	HeldDay   vn.Day
	Attended  int64
	Persons   int64
	Trimmed   int64 // of Persons, since proven by name
	Signer    string
	Paper     string
	File      string
	ActorName string
}

const (
	maxName   = 300
	maxReason = 4000
)

// A DeclarationForm is what a person fills in for a declaration.
type DeclarationForm struct {
	HeldDay  vn.Day
	Attended int64
	Persons  int64
	Signer   string
	Paper    string // number and date of the paper
}

func (f *DeclarationForm) check(today vn.Day) fault.Wrong {
	w := fault.Wrong{}
	f.Signer, f.Paper = vn.Clean(f.Signer), vn.Clean(f.Paper)
	w.Text("signer", f.Signer, maxName, true)
	w.Text("paper", f.Paper, maxName, true)
	if !f.HeldDay.Valid() {
		w.Add("held", "rollout.error.day")
	} else if today.Before(f.HeldDay) {
		w.Add("held", "rollout.error.future")
	}
	if f.Persons < 0 || f.Attended < 0 {
		w.Add("persons", "rollout.error.number")
	}
	if f.Attended < f.Persons {
		w.Add("attended", "rollout.error.attended")
	}
	return w
}

// Declare enters a unit's declaration. The persons declared and those proven by
// name may not be more than are due.
func Declare(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string, f DeclarationForm, blob file.Blob) error {
	r, err := rollout.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return err
	}
	if err := rollout.MayFollow(by, u.ID); err != nil {
		return err
	}
	if r.State != rollout.Open {
		return fault.New(fault.Conflict, "rollout.error.not_open")
	}
	due, credited, err := room(ctx, tx, r, u.ID)
	if err != nil {
		return err
	}
	w := f.check(vn.DayOf(tx.Now))
	if f.Persons > due-credited {
		w.Add("persons", "rollout.error.too_many", due-credited)
	}
	if err := w.Err(); err != nil {
		return err
	}
	o, err := rollout.Obliged(ctx, tx, id, rollout.Hold, u.ID)
	if err != nil {
		return err
	}
	had, err := declarationOf(ctx, tx, id, u.ID)
	if err != nil {
		return err
	}
	if o.Unit == 0 || !o.DoneAt.IsZero() || had.ID != "" {
		return fault.New(fault.Conflict, "rollout.error.declared")
	}
	return declare(ctx, tx, by, r, u, f, blob)
}

// Declared returns the declaration that stands for a unit by sees, none if there
// is none.
func Declared(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string) (Declaration, error) {
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return Declaration{}, err
	}
	return declarationOf(ctx, tx, id, u.ID)
}

func declare(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, u org.Unit, f DeclarationForm, blob file.Blob) error {
	var paper any
	if blob.SHA256 != "" {
		saved, err := file.Save(ctx, tx, by, blob)
		if err != nil {
			return err
		}
		paper = saved.ID
	}
	d := Declaration{ID: db.NewKey(), Unit: u.ID, HeldDay: f.HeldDay, Attended: f.Attended, Persons: f.Persons, Signer: f.Signer, Paper: f.Paper}
	if err := insertDeclaration(ctx, tx, by, r.ID, d, paper); err != nil {
		return err
	}
	if err := tally.Post(ctx, tx, by, tally.Entry{
		Sheet: r.Sheet, Unit: u.ID, Source: d.source(), Declared: tally.Declaration{Signer: d.Signer, Paper: d.Paper},
		Delta: tally.Delta{lane("declared_attended"): d.Attended, lane("declared_persons"): d.Persons},
	}); err != nil {
		return err
	}
	if err := rollout.Fulfil(ctx, tx, by, rollout.Fulfilment{Rollout: r.ID, Step: rollout.Hold, Unit: u.ID, Source: d.source(), Declared: true}); err != nil {
		return err
	}
	if err := weigh(ctx, tx, by, r, u.ID, d.source(), ""); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "rollout.declare", r.ID, u.Name+" · "+d.Paper)
}

func (d Declaration) source() tally.Source { return tally.Source{Kind: "declaration", ID: d.ID} }

// WithdrawDeclaration takes a declaration back with a reason.
func WithdrawDeclaration(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey, reason string) error {
	r, err := rollout.Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return err
	}
	if err := rollout.MayFollow(by, u.ID); err != nil {
		return err
	}
	w := fault.Wrong{}
	reason = vn.CleanText(reason)
	w.Text("reason", reason, maxReason, true)
	if err := w.Err(); err != nil {
		return err
	}
	d, err := declarationOf(ctx, tx, id, u.ID)
	if err != nil {
		return err
	}
	if d.ID == "" {
		return fault.New(fault.Conflict, "error.conflict")
	}
	if err := endDeclaration(ctx, tx, d.ID, reason); err != nil {
		return err
	}
	if err := tally.Post(ctx, tx, by, tally.Entry{
		Sheet: r.Sheet, Unit: u.ID, Source: d.source(), Declared: tally.Declaration{Signer: d.Signer, Paper: d.Paper}, Reason: reason,
		Delta: tally.Delta{lane("declared_attended"): -d.Attended, lane("declared_persons"): d.Trimmed - d.Persons},
	}); err != nil {
		return err
	}
	o, err := rollout.Obliged(ctx, tx, id, rollout.Hold, u.ID)
	if err != nil {
		return err
	}
	if o.Declared {
		if err := rollout.Unfulfil(ctx, tx, by, rollout.Fulfilment{Rollout: id, Step: rollout.Hold, Unit: u.ID}, reason); err != nil {
			return err
		}
	}
	if err := weigh(ctx, tx, by, r, u.ID, d.source(), reason); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "rollout.withdraw_declaration", id, u.Name+" · "+reason)
}

// trim lets people proven by name take the place of people declared, so that
// both together are never more than are due.
func trim(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, unit int64) error {
	d, err := declarationOf(ctx, tx, r.ID, unit)
	if err != nil || d.ID == "" {
		return err
	}
	due, credited, err := room(ctx, tx, r, unit)
	if err != nil {
		return err
	}
	trimmed := min(d.Persons, max(0, credited+d.Persons-due))
	if trimmed == d.Trimmed {
		return nil
	}
	if err := setTrimmed(ctx, tx, d.ID, trimmed); err != nil {
		return err
	}
	return tally.Post(ctx, tx, by, tally.Entry{
		Sheet: r.Sheet, Unit: unit, Source: d.source(), Declared: tally.Declaration{Signer: d.Signer, Paper: d.Paper},
		Delta: tally.Delta{lane("declared_persons"): d.Trimmed - trimmed},
	})
}

func sortedUnits(m map[int64]tally.Delta) []int64 { return slices.Sorted(maps.Keys(m)) }
