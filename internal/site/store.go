package site

import (
	"context"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A person sees the sites of their subtree, and of a conference of their subtree all
// of them. Whoever sees the conference otherwise, as a guest, sees no site.

const gatherings = `SELECT c.id, c.title, c.day, c.unit, c.state, c.sheet, c.mode, c.tree, hp.path
	FROM conference c JOIN place hp ON hp.tree = c.tree AND hp.unit = c.unit`

// gathering returns a conference of by's tree, whoever asks.
func gathering(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Gathering, error) {
	return db.First(db.All(ctx, tx, func(r db.Scanner) (g Gathering, err error) {
		return g, r.Scan(&g.ID, &g.Title, &g.Day, &g.Unit, &g.State, &g.Sheet, &g.Mode, &g.tree, &g.path)
	}, gatherings+` WHERE c.id = $1 AND c.tree = $2`, id, by.Tree))
}

// Find returns a conference that by may see.
func Find(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Gathering, error) {
	g, err := gathering(ctx, tx, by, id)
	if err == nil && !by.Covers(g.path) {
		_, err = conference.Get(ctx, tx, by, id)
	}
	return g, err
}

const sites = `SELECT s.conference, s.n, s.unit, u.key, n.short, s.name, s.address, s.capacity, s.contact, s.phone,
		s.mode, s.technician, s.tech_phone, s.checks, s.ready_reason, s.state, s.entered_at, s.version, p.path
	FROM site s
	JOIN conference c ON c.id = s.conference
	JOIN unit u ON u.id = s.unit
	JOIN unit_name n ON n.unit = s.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = s.unit)
	JOIN place p ON p.tree = c.tree AND p.unit = s.unit`

func scan(r db.Scanner) (s Site, err error) {
	return s, r.Scan(&s.Conference, &s.N, &s.Unit, &s.UnitKey, &s.UnitName, &s.Name, &s.Address, &s.Capacity, &s.Contact, &s.Phone,
		&s.Mode, &s.Technician, &s.TechPhone, &s.Checks, &s.Reason, &s.State, db.At(&s.EnteredAt), &s.Version, &s.path)
}

// Get returns a site that by may see, with its conference.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (Gathering, Site, error) {
	g, err := gathering(ctx, tx, by, id)
	if err != nil {
		return g, Site{}, err
	}
	s, err := one(ctx, tx, id, n)
	if err == nil && !by.Covers(g.path) && !by.Covers(s.path) {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	return g, s, err
}

// States returns how many sites of a conference stand in each state.
func states(ctx context.Context, tx *db.Tx, id string) (map[State]int64, error) {
	all := map[State]int64{}
	return all, db.Each(ctx, tx, `SELECT state, count(*) FROM site WHERE conference = $1 GROUP BY state`, []any{id}, func(r db.Scanner) error {
		var s State
		var n int64
		err := r.Scan(&s, &n)
		all[s] = n
		return err
	})
}

func next(ctx context.Context, tx *db.Tx, id string) (n int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(n), 0) + 1 FROM site WHERE conference = $1`, []any{id}, &n)
	return n, err
}

const inserting = `INSERT INTO site (conference, n, unit, branch, name, fold, address, capacity, contact, phone, mode, technician, tech_phone, state, entered_name, entered_at, version)`

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, unit, branch int64, f Form) error {
	return insertAll(ctx, tx, by, id, []row{{n: n, unit: unit, branch: branch, form: f}})
}

func update(ctx context.Context, tx *db.Tx, id string, n, version, unit, branch int64, f Form) error {
	return db.Changed(tx.ExecN(ctx, `
		UPDATE site SET unit = $1, branch = $2, name = $3, fold = $4, address = $5, capacity = $6, contact = $7, phone = $8,
			mode = $9, technician = $10, tech_phone = $11, version = version + 1
		WHERE conference = $12 AND n = $13 AND version = $14`,
		unit, branch, f.Name, vn.Fold(f.Name), f.Address, f.Capacity, f.Contact, f.Phone, f.Mode, f.Technician, f.TechPhone, id, n, version))
}

func setReason(ctx context.Context, tx *db.Tx, id string, n int64, reason string) error {
	return tx.Exec(ctx, `UPDATE site SET ready_reason = $1 WHERE conference = $2 AND n = $3`, reason, id, n)
}

func setState(ctx context.Context, tx *db.Tx, id string, n, version int64, s State) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE site SET state = $1, version = version + 1 WHERE conference = $2 AND n = $3 AND version = $4`, s, id, n, version))
}

// members returns who is on the list of a unit, or with whole of those under it too,
// with who is exempt.
func members(ctx context.Context, tx *db.Tx, tree string, unit int64, whole bool, limit int) ([]attendance.Invitee, error) {
	var path, end string
	if err := tx.One(ctx, `SELECT path FROM place WHERE tree = $1 AND unit = $2`, []any{tree, unit}, &path); err != nil {
		return nil, err
	}
	if end = path + " "; whole { // no path lies between the two
		end = auth.After(path)
	}
	return db.All(ctx, tx, func(r db.Scanner) (v attendance.Invitee, err error) {
		var exempt int
		err = r.Scan(&v.Member, &v.Unit, &exempt)
		v.Exempt = exempt != 0
		return v, err
	}, `SELECT s.member, s.unit, (SELECT count(*) FROM exemption x WHERE x.member = s.member AND x.ended = 0 AND x.from_day <= $4)
		FROM place p JOIN membership s ON s.unit = p.unit AND s.ended = 0
		WHERE p.tree = $1 AND p.path >= $2 AND p.path < $3 ORDER BY p.path, s.member LIMIT $5`, tree, path, end, vn.DayOf(tx.Now), limit)
}

// one returns a site, whoever asks.
func one(ctx context.Context, tx *db.Tx, id string, n int64) (Site, error) {
	return db.First(db.All(ctx, tx, scan, sites+` WHERE s.conference = $1 AND s.n = $2`, id, n))
}

// allOf returns the sites of a conference by number.
func allOf(ctx context.Context, tx *db.Tx, id string) (map[int64]Site, error) {
	all := map[int64]Site{}
	return all, db.Each(ctx, tx, `SELECT n, unit, name, address, capacity, contact, phone, mode, technician, tech_phone, state, version FROM site WHERE conference = $1`, []any{id}, func(r db.Scanner) error {
		var s Site
		err := r.Scan(&s.N, &s.Unit, &s.Name, &s.Address, &s.Capacity, &s.Contact, &s.Phone, &s.Mode, &s.Technician, &s.TechPhone, &s.State, &s.Version)
		all[s.N] = s
		return err
	})
}

// unitsByKey returns the units of by's subtree with keys, with their paths.
func unitsByKey(ctx context.Context, tx *db.Tx, by auth.Actor, keys []string) (map[string]host, error) {
	type found struct {
		key string
		host
	}
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (f found, err error) { return f, r.Scan(&f.key, &f.unit, &f.path) },
		`SELECT u.key, u.id, p.path FROM unit u JOIN place p ON p.tree = $1 AND p.unit = u.id WHERE p.path >= $2 AND p.path < $3 AND u.key IN`, keys, by.Tree, by.Path, by.End())
	units := make(map[string]host, len(all))
	for _, f := range all {
		units[f.key] = f.host
	}
	return units, err
}

func insertAll(ctx context.Context, tx *db.Tx, by auth.Actor, id string, all []row) error {
	return db.InsertMany(ctx, tx, inserting+` VALUES`, len(all), func(i int) []any {
		f := all[i].form
		return []any{
			id, all[i].n, all[i].unit, all[i].branch, f.Name, vn.Fold(f.Name), f.Address, f.Capacity, f.Contact, f.Phone, f.Mode, f.Technician, f.TechPhone,
			Invited, by.Name, tx.Now, 1,
		}
	})
}
