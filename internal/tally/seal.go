package tally

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
)

// A Seal is what somebody signed: a sheet as it was when one post was its last.
// What is posted afterwards stands beside it as a difference. Its hash is over the
// sheet, its posts, and who signed when, and follows that of the seal before it,
// so none of them can be changed without its showing.
type Seal struct {
	ID         int64
	Sheet      int64
	Post       int64  // the last one sealed
	Before     int64  // the seal before it on the same thing, 0 for the first
	Hash       string // SHA-256 in hex
	Reform     bool   // not signed: a reform ended this part of the count
	Signer     string
	SignerName string
	Office     string
	At         time.Time
	posts      string // hash of the sheet and its posts
}

// MaySeal lets the secretary of the unit at the root of a sheet, or of one above
// it, sign what the sheet counts.
func MaySeal(ctx context.Context, tx *db.Tx, by auth.Actor, s Sheet) error {
	root, err := org.ByID(ctx, tx, s.Tree, s.Root)
	if err != nil {
		return err
	}
	if by.Tree == s.Tree && by.Covers(root.Path) && by.Is(auth.Secretary) {
		return nil
	}
	return fault.New(fault.Denied, "tally.error.may_seal")
}

// sealDeed is what the audit trail calls a sealing; its detail is the hash.
const sealDeed = "tally.seal"

// sealTries is how often a sheet is proved again because somebody posted in the
// meantime.
const sealTries = 5

// SealSheet proves a sheet, its records included, and seals it as it stands. One
// that does not prove is a Conflict and stays as it is; so is one that has not
// changed since its last seal, or goes on in another part.
func SealSheet(ctx context.Context, d *db.DB, by auth.Actor, sheet int64, office string, recount Recount) (Seal, error) {
	for range sealTries {
		if err := d.Drain(ctx); err != nil {
			return Seal{}, err
		}
		var l Seal
		if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			l, err = prepareSeal(ctx, tx, by, sheet, recount)
			return err
		}); err != nil {
			return Seal{}, err
		}
		l.Office = office
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return l.set(ctx, tx, by) })
		if !errors.Is(err, errMoved) {
			return l, err
		}
	}
	return Seal{}, fault.New(fault.Conflict, "tally.error.moving")
}

var errMoved = errors.New("tally: somebody posted while the sheet was proved")

// prepareSeal proves a sheet and returns its seal, not yet set.
func prepareSeal(ctx context.Context, tx *db.Tx, by auth.Actor, sheet int64, recount Recount) (Seal, error) {
	s, err := See(ctx, tx, by, sheet)
	if err != nil {
		return Seal{}, err
	}
	if err := MaySeal(ctx, tx, by, s); err != nil {
		return Seal{}, err
	}
	if s.Next != 0 {
		return Seal{}, fault.New(fault.Conflict, "tally.error.continued")
	}
	last, err := lastSeal(ctx, tx, s)
	if err != nil {
		return Seal{}, err
	}
	l := Seal{Sheet: sheet, Before: last.ID}
	if l.Post, err = LastPost(ctx, tx, sheet); err != nil {
		return Seal{}, err
	}
	if l.Post == 0 || last.Sheet == sheet && last.Post == l.Post {
		return Seal{}, fault.New(fault.Conflict, "tally.error.nothing_new")
	}
	now, err := waiting(ctx, tx)
	if err != nil {
		return Seal{}, err
	}
	var r Report
	p := proof{Report: &r, name: "sheet " + strconv.FormatInt(sheet, 10)}
	if err := p.prove(ctx, tx, s, now, map[string]Recount{s.Kind: recount}); err != nil {
		return Seal{}, err
	}
	if r.Mismatches > 0 {
		return Seal{}, fault.Wrap(fault.Conflict, fmt.Errorf("%q", r.Details), "tally.error.unproven", r.Mismatches)
	}
	l.posts, err = s.hash(ctx, tx, last.Hash, l.Post)
	return l, err
}

// set keeps a seal if nothing has changed since it was prepared.
func (l *Seal) set(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	s, err := Find(ctx, tx, l.Sheet)
	if err != nil {
		return err
	}
	last, err := lastSeal(ctx, tx, s)
	if err != nil {
		return err
	}
	post, err := LastPost(ctx, tx, l.Sheet)
	if err != nil {
		return err
	}
	if post != l.Post || last.ID != l.Before || s.Next != 0 {
		return errMoved
	}
	l.ID, l.Signer, l.SignerName, l.At = tx.NewID(), by.Login, by.Name, tx.Now
	l.Hash = l.over(l.posts)
	if err := insertSeal(ctx, tx, *l); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, sealDeed, strconv.FormatInt(l.Sheet, 10), l.Hash)
}

// checkSeals says which seals of a sheet are not what was sealed.
func (p *proof) checkSeals(ctx context.Context, tx *db.Tx, s Sheet) error {
	all, err := Seals(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	for _, l := range all {
		before, err := sealHash(ctx, tx, l.Before)
		if err != nil {
			return err
		}
		now, err := s.hash(ctx, tx, before, l.Post)
		if err != nil {
			return err
		}
		if l.over(now) != l.Hash {
			p.wrong("%s: what was sealed by %s on %s has been changed", p.name, l.SignerName, l.At.UTC().Format(time.RFC3339))
		}
	}
	deeds, err := audit.Of(ctx, tx, strconv.FormatInt(s.ID, 10))
	if err != nil {
		return err
	}
	for _, d := range deeds {
		if d.Action == sealDeed && !slices.ContainsFunc(all, func(l Seal) bool { return l.Hash == d.Detail }) {
			p.wrong("%s: what was sealed by %s on %s is sealed no more", p.name, d.Name, d.At.UTC().Format(time.RFC3339))
		}
	}
	if s.SealedAt.IsZero() != (len(all) == 0) {
		p.wrong("%s: %d seals, and sealed_at says otherwise", p.name, len(all))
	}
	return nil
}

// checkOpening says where the next part of a count began with other figures than
// the part before ended with.
func (p *proof) checkOpening(ctx context.Context, tx *db.Tx, s Sheet, kept map[int64]int64) error {
	if s.Part == 1 {
		return nil
	}
	before, err := Before(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	if before.ID == 0 {
		p.wrong("%s: part %d follows no other", p.name, s.Part)
		return nil
	}
	ended, err := sumOf(ctx, tx, before.ID)
	if err != nil {
		return err
	}
	want := map[int64]*Vec{}
	for unit, v := range ended {
		at := unit
		if k, ok := kept[unit]; ok {
			at = k
		}
		if want[at] == nil {
			want[at] = &Vec{}
		}
		if err := want[at].addVec(*v); err != nil {
			return err
		}
	}
	opened, err := openings(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	for _, unit := range slices.Sorted(maps.Keys(want)) {
		got := opened[unit]
		if got == nil {
			got = &Vec{}
		}
		p.same(unit, "opening of part "+strconv.FormatInt(s.Part, 10), *got, *want[unit], "the part before")
		delete(opened, unit)
	}
	for _, unit := range slices.Sorted(maps.Keys(opened)) {
		p.wrong("%s unit %d: opened with figures that the part before did not have", p.name, unit)
	}
	return nil
}
