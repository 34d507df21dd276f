package programme

import (
	"context"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
)

func scanSettings(r db.Scanner) (s Settings, err error) {
	var pattern int
	err = r.Scan(&s.Conference, &s.Visibility, &s.Address, &pattern, &s.Version)
	s.Pattern = pattern != 0
	return s, err
}

// settings returns those of a conference, private ones if none were set.
func settings(ctx context.Context, tx *db.Tx, id string) (Settings, error) {
	all, err := db.All(ctx, tx, scanSettings, `SELECT conference, visibility, address, pattern, version FROM programme WHERE conference = $1`, id)
	if err != nil || len(all) == 0 {
		return Settings{Conference: id, Visibility: Private}, err
	}
	return all[0], nil
}

func atAddress(ctx context.Context, tx *db.Tx, address string) (Settings, error) {
	return db.First(db.All(ctx, tx, scanSettings, `SELECT conference, visibility, address, pattern, version FROM programme WHERE address = $1`, address))
}

func set(ctx context.Context, tx *db.Tx, id string, version int64, v Visibility, pattern bool) error {
	return db.Changed(tx.ExecN(ctx, `
		INSERT INTO programme (conference, visibility, address, pattern, version) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (conference) DO UPDATE SET visibility = excluded.visibility, pattern = excluded.pattern, version = programme.version + 1
			WHERE programme.version = $5`, id, v, db.NewKey(), pattern, version))
}

// outside returns what may be shown of a conference to people outside, whoever asks.
func outside(ctx context.Context, tx *db.Tx, id string) (c conference.Conference, err error) {
	if err := tx.One(ctx, `
		SELECT c.id, c.unit, n.name, c.title, c.mode, c.day, c.start_time, c.end_time, c.place, c.chair, c.state, c.version
		FROM conference c
		JOIN unit_name n ON n.unit = c.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = c.unit)
		WHERE c.id = $1`, []any{id}, &c.ID, &c.Unit, &c.UnitName, &c.Title, &c.Mode, &c.Day, &c.Start, &c.End, &c.Place, &c.Chair, &c.State, &c.Version); err != nil {
		return c, err
	}
	c.Topics, err = conference.Topics(ctx, tx, id)
	return c, err
}

// materials returns the materials of a conference with their files, the newest first;
// or what of them people outside are shown.
func materials(ctx context.Context, tx *db.Tx, id string, open bool) (all []Material, err error) {
	err = db.Each(ctx, tx, `
		SELECT m.id, m.topic, m.title, m.open, m.version, e.n, e.file, f.name, f.kind, f.size, e.by_name, e.at
		FROM material m JOIN material_file e ON e.material = m.id JOIN file f ON f.id = e.file
		WHERE m.conference = $1 ORDER BY m.topic, m.id, e.n DESC`, []any{id}, func(r db.Scanner) error {
		var m Material
		var e Edition
		var shown int
		if err := r.Scan(&m.ID, &m.Topic, &m.Title, &shown, &m.Version, &e.N, &e.File, &e.Name, &e.Kind, &e.Size, &e.Who, db.At(&e.At)); err != nil {
			return err
		}
		if m.Open = shown != 0; open && !m.Open {
			return nil
		}
		if n := len(all); n == 0 || all[n-1].ID != m.ID {
			all = append(all, m)
		} else if open {
			return nil
		}
		last := &all[len(all)-1]
		last.Files = append(last.Files, e)
		return nil
	})
	return all, err
}

func countOf(ctx context.Context, tx *db.Tx, id, topic string) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM material WHERE conference = $1 AND topic = $2`, []any{id, topic}, &n)
	return n, err
}

func insertMaterial(ctx context.Context, tx *db.Tx, id string, m Material) error {
	return tx.Exec(ctx, `INSERT INTO material (id, conference, topic, title, open, version) VALUES ($1, $2, $3, $4, $5, 1)`, m.ID, id, m.Topic, m.Title, m.Open)
}

func addEdition(ctx context.Context, tx *db.Tx, by auth.Actor, material string, n int64, b file.Blob) error {
	f, err := file.Save(ctx, tx, by, b)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO material_file (material, n, file, by_name, at) VALUES ($1, $2, $3, $4, $5)`, material, n, f.ID, by.Name, tx.Now)
}

func setOpen(ctx context.Context, tx *db.Tx, material string, version int64, open bool) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE material SET open = $1, version = version + 1 WHERE id = $2 AND version = $3`, open, material, version))
}

func deleteMaterial(ctx context.Context, tx *db.Tx, material string) error {
	if err := tx.Exec(ctx, `DELETE FROM material_file WHERE material = $1`, material); err != nil {
		return err
	}
	return tx.Exec(ctx, `DELETE FROM material WHERE id = $1`, material)
}

// expected reports whether a member, or a guest by number, is on the roll.
func expected(ctx context.Context, tx *db.Tx, id string, member, guest int64) (bool, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (n int64, err error) { return n, r.Scan(&n) }, `
		SELECT member FROM attendance WHERE occasion = $1 AND member = $2
		UNION ALL SELECT number FROM attendance_guest WHERE occasion = $1 AND id = $3`, id, member, strconv.FormatInt(guest, 10))
	return len(all) > 0, err
}

// A Pattern is a conference that others are made like.
type Pattern struct {
	ID, Title string
	Topics    int64
}

// Patterns returns the patterns of by's unit, by title.
func Patterns(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Pattern, error) {
	return db.All(ctx, tx, func(r db.Scanner) (p Pattern, err error) { return p, r.Scan(&p.ID, &p.Title, &p.Topics) }, `
		SELECT c.id, c.title, (SELECT count(*) FROM conference_topic t WHERE t.conference = c.id)
		FROM conference c JOIN programme p ON p.conference = c.id
		WHERE c.tree = $1 AND c.unit = $2 AND p.pattern = 1 ORDER BY c.fold, c.id LIMIT 100`, by.Tree, by.Unit)
}

// fileOf returns an edition's file; the newest for n 0.
func fileOf(ctx context.Context, tx *db.Tx, m Material, n int64) (file.File, error) {
	for _, e := range m.Files {
		if n == 0 || e.N == n {
			return file.Get(ctx, tx, e.File)
		}
	}
	return file.File{}, fault.New(fault.NotFound, "error.not_found")
}
