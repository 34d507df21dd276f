package opinion

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// StandingOf returns how a unit stands in a consultation. The caller has seen the
// consultation.
func StandingOf(ctx context.Context, tx *db.Tx, c Consultation, unit int64) (Standing, error) {
	s := Standing{Unit: unit, State: Gathering}
	var path string
	if err := tx.One(ctx, `SELECT u.key, n.short, p.path FROM unit u JOIN unit_name n ON n.unit = u.id AND `+newestName+`
		JOIN place p ON p.tree = $1 AND p.unit = u.id WHERE u.id = $2`, []any{c.tree, unit}, &s.UnitKey, &s.UnitName, &path); err != nil {
		return s, err
	}
	if err := s.place(ctx, tx, c, path); err != nil {
		return s, err
	}
	all, err := db.All(ctx, tx, func(r db.Scanner) (x Standing, err error) { return x, scanStanding(r, &x) }, standings+` AND o.unit = $2`, c.ID, unit)
	if err != nil || len(all) == 0 {
		return s, err
	}
	row := all[0]
	row.TakesPart = s.TakesPart
	if !row.Done() {
		row.Above = s.Above
	}
	return row, nil
}

// place works out whether the unit at path takes part and to whom it sends.
func (s *Standing) place(ctx context.Context, tx *db.Tx, c Consultation, path string) error {
	in, args := chain(path, []any{c.tree, c.ID})
	type step struct {
		unit int64
		path string
		due  int
	}
	steps, err := db.All(ctx, tx, func(r db.Scanner) (x step, err error) { return x, r.Scan(&x.unit, &x.path, &x.due) }, `
		SELECT p.unit, p.path, coalesce(o.due, 0) FROM place p LEFT JOIN opinion_unit o ON o.consultation = $2 AND o.unit = p.unit
		WHERE p.tree = $1 AND p.path IN (`+in+`) ORDER BY p.path`, args...)
	if err != nil {
		return err
	}
	part := false // whether the unit reached so far takes part
	for _, x := range steps {
		if len(x.path) <= len(c.path) { // the owner and those above it
			continue
		}
		part = part || x.due != 0
		if x.unit != s.Unit && part {
			s.Above = x.unit
		}
	}
	s.TakesPart = part
	return nil
}

const standings = `SELECT o.unit, u.key, n.short, o.due, o.above, o.state, o.late, o.note, o.sent_name, o.sent_office, o.sent_at, o.version
	FROM opinion_unit o JOIN unit u ON u.id = o.unit JOIN unit_name n ON n.unit = o.unit AND ` + newestName + `
	WHERE o.consultation = $1`

func scanStanding(r db.Scanner, s *Standing) error {
	var due, late int
	err := r.Scan(&s.Unit, &s.UnitKey, &s.UnitName, &due, &s.Above, &s.State, &late, &s.Note, &s.SentName, &s.Office, db.At(&s.SentAt), &s.Version)
	s.Due, s.Late, s.TakesPart = due != 0, late != 0, true
	return err
}

// counted returns how every unit with a row stands.
func counted(ctx context.Context, tx *db.Tx, id string) ([]Standing, error) {
	return db.All(ctx, tx, func(r db.Scanner) (x Standing, err error) { return x, scanStanding(r, &x) }, standings+` ORDER BY o.unit`, id)
}

// Below returns the units that have sent their opinion to a unit, 0 for the owner, in
// the order of the tree, at most limit after offset.
func Below(ctx context.Context, tx *db.Tx, c Consultation, above int64, offset, limit int) ([]Standing, error) {
	return db.All(ctx, tx, func(r db.Scanner) (x Standing, err error) { return x, scanStanding(r, &x) }, `
		SELECT o.unit, u.key, n.short, o.due, o.above, o.state, o.late, o.note, o.sent_name, o.sent_office, o.sent_at, o.version
		FROM opinion_unit o JOIN unit u ON u.id = o.unit JOIN unit_name n ON n.unit = o.unit AND `+newestName+`
		JOIN place p ON p.tree = $3 AND p.unit = o.unit
		WHERE o.consultation = $1 AND o.above = $2 AND o.state IN ('sent', 'none') ORDER BY p.path LIMIT $4 OFFSET $5`, c.ID, above, c.tree, limit, offset)
}

func insertUnits(ctx context.Context, tx *db.Tx, id string, units []int64) error {
	return db.InsertMany(ctx, tx, `INSERT INTO opinion_unit (consultation, unit, due, above, state, late, note, sent_by, sent_name, sent_office, version) VALUES`, len(units),
		func(i int) []any { return []any{id, units[i], 1, 0, Gathering, 0, "", "", "", "", 1} })
}

// putStanding writes how by's unit stands; a Conflict if that has changed since.
func putStanding(ctx context.Context, tx *db.Tx, by auth.Actor, id string, s Standing) error {
	at := any(nil)
	if s.Done() {
		at = tx.Now
	}
	if s.Version == 0 {
		return db.Changed(tx.ExecN(ctx, `INSERT INTO opinion_unit (consultation, unit, due, above, state, late, note, sent_by, sent_name, sent_office, sent_at, version)
			VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10, 1) ON CONFLICT (consultation, unit) DO NOTHING`,
			id, s.Unit, s.Above, s.State, s.Late, s.Note, by.Login, s.SentName, s.Office, at))
	}
	return db.Changed(tx.ExecN(ctx, `UPDATE opinion_unit SET above = $1, state = $2, late = $3, note = $4, sent_by = $5, sent_name = $6, sent_office = $7, sent_at = $8,
			version = version + 1 WHERE consultation = $9 AND unit = $10 AND version = $11`,
		s.Above, s.State, s.Late, s.Note, by.Login, s.SentName, s.Office, at, id, s.Unit, s.Version))
}
