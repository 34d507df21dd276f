package org

import (
	"context"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/find"
	"nhipcau/internal/vn"
)

// A unit as it stands today in one tree, and its name of today (its last name
// once it is closed). $1 is the tree, $2 today.
const (
	columns = `u.id, u.key, n.name, n.short, k.kind, e.parent, p.path, p.depth, u.phone, u.sample, e.to_day, u.version`
	units   = `SELECT ` + columns + `
		FROM place p
		JOIN unit u ON u.id = p.unit
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $2 THEN x.from_day END), min(x.from_day)) FROM unit_name x WHERE x.unit = u.id)
		JOIN unit_kind k ON k.unit = u.id AND k.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $2 THEN x.from_day END), min(x.from_day)) FROM unit_kind x WHERE x.unit = u.id)
		JOIN unit_edge e ON e.tree = p.tree AND e.unit = u.id AND e.from_day = (
			SELECT max(x.from_day) FROM unit_edge x WHERE x.tree = p.tree AND x.unit = u.id)
		WHERE p.tree = $1`

	// Every query that reads units for a person starts from seen: $3 and $4 are
	// the range of the person's subtree.
	seen = units + ` AND p.path >= $3 AND p.path < $4`
)

func scan(r db.Scanner) (u Unit, err error) {
	var sample int
	err = r.Scan(&u.ID, &u.Key, &u.Name, &u.Short, &u.Kind, &u.Parent, &u.Path, &u.Depth, &u.Phone, &sample, &u.Closed, &u.Version)
	u.Sample = sample != 0
	return u, err
}

func today(tx *db.Tx) vn.Day { return vn.DayOf(tx.Now) }

func one(ctx context.Context, tx *db.Tx, q string, args ...any) (Unit, error) {
	return db.First(db.All(ctx, tx, scan, q, args...))
}

// Get returns the unit with key that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, key string) (Unit, error) {
	return one(ctx, tx, seen+` AND u.key = $5`, by.Tree, today(tx), by.Path, by.End(), key)
}

// See returns the unit with id that by may see.
func See(ctx context.Context, tx *db.Tx, by auth.Actor, id int64) (Unit, error) {
	return one(ctx, tx, seen+` AND u.id = $5`, by.Tree, today(tx), by.Path, by.End(), id)
}

// ByID returns the unit with id in tree, whoever asks: for the house's own use
// and for names that stand on papers addressed to the reader.
func ByID(ctx context.Context, tx *db.Tx, tree string, id int64) (Unit, error) {
	return one(ctx, tx, units+` AND u.id = $3`, tree, today(tx), id)
}

// Children returns the units directly under id that by may see, in the order
// they came, at most limit after the path after ("" for the first page).
func Children(ctx context.Context, tx *db.Tx, by auth.Actor, id int64, after string, limit int) ([]Unit, error) {
	// From the edges under id: a plan that starts from the reader's places reads all of them.
	return db.All(ctx, tx, scan, `SELECT `+columns+`
		FROM unit_edge e CROSS JOIN place p CROSS JOIN unit u CROSS JOIN unit_name n CROSS JOIN unit_kind k
		WHERE e.tree = $1 AND e.parent = $5 AND p.tree = e.tree AND p.unit = e.unit AND p.path >= $3 AND p.path < $4 AND p.path > $6 AND u.id = p.unit
		AND e.from_day = (SELECT max(x.from_day) FROM unit_edge x WHERE x.tree = p.tree AND x.unit = u.id)
		AND `+nameToday+`
		AND k.unit = u.id AND k.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $2 THEN x.from_day END), min(x.from_day)) FROM unit_kind x WHERE x.unit = u.id)
		ORDER BY p.path LIMIT $7`, by.Tree, today(tx), by.Path, by.End(), id, after, limit)
}

// Subtree returns the standing units under the unit at path, itself first, in
// pre-order, at most limit after the path after.
func Subtree(ctx context.Context, tx *db.Tx, by auth.Actor, path, after string, limit int) ([]Unit, error) {
	return db.All(ctx, tx, scan, seen+` AND p.path >= $5 AND p.path < $6 AND p.path > $7 AND e.to_day = '' ORDER BY p.path LIMIT $8`,
		by.Tree, today(tx), by.Path, by.End(), path, auth.After(path), after, limit)
}

// Ancestors returns the units above u that by may see and u itself, the
// highest first: a breadcrumb.
func Ancestors(ctx context.Context, tx *db.Tx, by auth.Actor, u Unit) ([]Unit, error) {
	var all []Unit
	for i := len(by.Path); i <= len(u.Path); i++ {
		if i == 0 || u.Path[i-1] != '/' || i == 1 {
			continue
		}
		one, err := one(ctx, tx, seen+` AND p.path = $5`, by.Tree, today(tx), by.Path, by.End(), u.Path[:i])
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

// Above returns the unit directly above id, whoever asks; an empty Unit for the
// root. Reports and reminders go there.
func Above(ctx context.Context, tx *db.Tx, tree string, id int64) (Unit, error) {
	u, err := ByID(ctx, tx, tree, id)
	if err != nil || u.Parent == 0 {
		return Unit{}, err
	}
	return ByID(ctx, tx, tree, u.Parent)
}

// Trees returns the keys of all trees, in order.
func Trees(ctx context.Context, tx *db.Tx) ([]string, error) {
	return db.All(ctx, tx, func(r db.Scanner) (k string, err error) { return k, r.Scan(&k) }, `SELECT key FROM tree ORDER BY key`)
}

func insertTree(ctx context.Context, tx *db.Tx, key, name string) error {
	return tx.Exec(ctx, `INSERT INTO tree (key, name, changed, cut) VALUES ($1, $2, 0, 0)`, key, name)
}

// lastStep returns the highest number that a place directly under parent has, or
// has had: who left may come back to it.
func lastStep(ctx context.Context, tx *db.Tx, tree string, parent Unit) (n int64, err error) {
	if err := tx.One(ctx, `SELECT count(*) FROM unit_edge WHERE tree = $1 AND parent = $2`, []any{tree, parent.ID}, &n); err != nil {
		return 0, err
	}
	var path string
	if err := tx.One(ctx, `SELECT coalesce(max(path), '') FROM place WHERE tree = $1 AND path > $2 AND path < $3 AND depth = $4`,
		[]any{tree, parent.Path, auth.After(parent.Path), parent.Depth + 1}, &path); err != nil || path == "" {
		return n, err
	}
	highest, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(path, parent.Path), "/"), 10, 64)
	return max(n, highest), err
}

func insertUnit(ctx context.Context, tx *db.Tx, tree string, u Unit, from vn.Day) error {
	if err := tx.Exec(ctx, `INSERT INTO unit (id, key, phone, sample, created_at, version) VALUES ($1, $2, $3, $4, $5, 1)`,
		u.ID, u.Key, u.Phone, u.Sample, tx.Now); err != nil {
		return err
	}
	if err := insertName(ctx, tx, u.ID, from, u.Name, u.Short); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `INSERT INTO unit_kind (unit, from_day, to_day, kind) VALUES ($1, $2, '', $3)`, u.ID, from, u.Kind); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) VALUES ($1, $2, $3, $4, '')`,
		tree, u.ID, u.Parent, from); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `INSERT INTO place (tree, unit, path, depth) VALUES ($1, $2, $3, $4)`, tree, u.ID, u.Path, u.Depth); err != nil {
		return err
	}
	if err := find.AddWords(ctx, tx, find.UnitNames, []find.Worded{{ID: u.ID, Marks: placeMarks(tree, u.Path)}}); err != nil {
		return err
	}
	return touch(ctx, tx, tree)
}

// touch notes that the tree changed, so the next sheet cuts an epoch.
func touch(ctx context.Context, tx *db.Tx, tree string) error {
	return tx.Exec(ctx, `UPDATE tree SET changed = changed + 1 WHERE key = $1`, tree)
}

func insertName(ctx context.Context, tx *db.Tx, unit int64, from vn.Day, name, short string) error {
	fold := vn.Fold(name + " " + short)
	if err := tx.Exec(ctx, `INSERT INTO unit_name (unit, from_day, to_day, name, short, fold, sort) VALUES ($1, $2, '', $3, $4, $5, $6)`,
		unit, from, name, short, fold, vn.SortKey(name)); err != nil {
		return err
	}
	return find.AddWords(ctx, tx, find.UnitNames, []find.Worded{{ID: unit, Text: fold}})
}

func replaceName(ctx context.Context, tx *db.Tx, unit int64, n NewUnit) error {
	var last vn.Day
	if err := tx.One(ctx, `SELECT max(from_day) FROM unit_name WHERE unit = $1`, []any{unit}, &last); err != nil {
		return err
	}
	if !last.Before(n.From) {
		w := fault.Wrong{}
		w.Add("from", "org.error.before", last.String())
		return w.Err()
	}
	if err := tx.Exec(ctx, `UPDATE unit_name SET to_day = $1 WHERE unit = $2 AND to_day = ''`, n.From, unit); err != nil {
		return err
	}
	if err := insertName(ctx, tx, unit, n.From, n.Name, n.Short); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE unit SET phone = $1 WHERE id = $2`, n.Phone, unit)
}

// bump counts a change of a unit, and is a Conflict if it changed since version.
func bump(ctx context.Context, tx *db.Tx, unit, version int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE unit SET version = version + 1 WHERE id = $1 AND version = $2`, unit, version))
}

func countHeld(ctx context.Context, tx *db.Tx, tree string, u Unit) (children, members int64, err error) {
	err = tx.One(ctx, `
		SELECT (SELECT count(*) FROM unit_edge WHERE tree = $1 AND parent = $2 AND to_day = ''),
		       (SELECT count(*) FROM membership WHERE unit = $2 AND ended = 0)`,
		[]any{tree, u.ID}, &children, &members)
	return children, members, err
}

func endUnit(ctx context.Context, tx *db.Tx, tree string, unit int64, day vn.Day) error {
	for _, q := range []string{
		`UPDATE unit_name SET to_day = $1 WHERE unit = $2 AND to_day = ''`,
		`UPDATE unit_kind SET to_day = $1 WHERE unit = $2 AND to_day = ''`,
	} {
		if err := tx.Exec(ctx, q, day, unit); err != nil {
			return err
		}
	}
	if err := tx.Exec(ctx, `UPDATE unit_edge SET to_day = $1 WHERE tree = $2 AND unit = $3 AND to_day = ''`, day, tree, unit); err != nil {
		return err
	}
	return touch(ctx, tx, tree)
}

func insertReform(ctx context.Context, tx *db.Tx, by auth.Actor, tree, kind string, day vn.Day, decision, reason string, unit int64) error {
	id := db.NewKey()
	if err := tx.Exec(ctx, `
		INSERT INTO reform (id, tree, kind, day, decision, reason, actor, actor_name, at, applied_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`,
		id, tree, kind, day, decision, reason, by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO lineage (reform, old_unit, new_unit, num, den, keeper, assumed) VALUES ($1, $2, $2, 1, 1, 1, 0)`, id, unit)
}

// A Reform is one change of a unit: when it took effect, by which decision and
// who recorded it.
type Reform struct {
	Kind     string // create, close, rename, move
	Day      vn.Day
	Decision string
	Reason   string
	Actor    string
}

// Reforms returns what has happened to a unit, the newest first.
func Reforms(ctx context.Context, tx *db.Tx, by auth.Actor, u Unit) ([]Reform, error) {
	return db.All(ctx, tx, func(r db.Scanner) (f Reform, err error) {
		return f, r.Scan(&f.Kind, &f.Day, &f.Decision, &f.Reason, &f.Actor)
	}, `SELECT f.kind, f.day, f.decision, f.reason, f.actor_name
		FROM lineage l
		JOIN reform f ON f.id = l.reform
		JOIN place p ON p.tree = f.tree AND p.unit = l.new_unit
		WHERE (l.new_unit = $1 OR l.old_unit = $1) AND f.applied_at IS NOT NULL AND f.undone_at IS NULL AND p.path >= $2 AND p.path < $3
		ORDER BY f.day DESC, f.at DESC, f.id`, u.ID, by.Path, by.End())
}

func lastEdge(ctx context.Context, tx *db.Tx, u Unit) (day vn.Day, err error) {
	err = tx.One(ctx, `SELECT max(from_day) FROM unit_edge WHERE unit = $1`, []any{u.ID}, &day)
	return day, err
}

// treeOf returns the tree in which a unit stands at its path.
func treeOf(ctx context.Context, tx *db.Tx, u Unit) (tree string, err error) {
	err = tx.One(ctx, `SELECT tree FROM place WHERE unit = $1 AND path = $2`, []any{u.ID, u.Path}, &tree)
	return tree, err
}

func moveEdge(ctx context.Context, tx *db.Tx, tree string, unit, parent int64, day vn.Day) error {
	if err := tx.Exec(ctx, `UPDATE unit_edge SET to_day = $1 WHERE tree = $2 AND unit = $3 AND to_day = ''`, day, tree, unit); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) VALUES ($1, $2, $3, $4, '')`, tree, unit, parent, day); err != nil {
		return err
	}
	return touch(ctx, tx, tree)
}

func unmoveEdge(ctx context.Context, tx *db.Tx, tree string, unit int64, day vn.Day) error {
	if err := tx.Exec(ctx, `DELETE FROM unit_edge WHERE tree = $1 AND unit = $2 AND from_day = $3`, tree, unit, day); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `UPDATE unit_edge SET to_day = '' WHERE tree = $1 AND unit = $2 AND to_day = $3`, tree, unit, day); err != nil {
		return err
	}
	return touch(ctx, tx, tree)
}

// replant gives everything at and under a path another, deeper by some levels.
func replant(ctx context.Context, tx *db.Tx, tree, from, to string, deeper int) error {
	if err := tx.Exec(ctx, `UPDATE place SET path = $1 || substr(path, $2), depth = depth + $3 WHERE tree = $4 AND path >= $5 AND path < $6`,
		to, len(from)+1, deeper, tree, from, auth.After(from)); err != nil {
		return err
	}
	return markMoved(ctx, tx, tree, to)
}

func unendUnit(ctx context.Context, tx *db.Tx, tree string, unit int64, day vn.Day) error {
	for _, q := range []string{
		`UPDATE unit_name SET to_day = '' WHERE unit = $1 AND to_day = $2 AND from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = $1)`,
		`UPDATE unit_kind SET to_day = '' WHERE unit = $1 AND to_day = $2 AND from_day = (SELECT max(x.from_day) FROM unit_kind x WHERE x.unit = $1)`,
	} {
		if err := tx.Exec(ctx, q, unit, day); err != nil {
			return err
		}
	}
	// What ended on the same day because the unit was renamed or moved stays ended.
	if err := tx.Exec(ctx, `UPDATE unit_edge SET to_day = '' WHERE tree = $1 AND unit = $2 AND to_day = $3
		AND from_day = (SELECT max(x.from_day) FROM unit_edge x WHERE x.tree = $1 AND x.unit = $2)`, tree, unit, day); err != nil {
		return err
	}
	return touch(ctx, tx, tree)
}

func countSince(ctx context.Context, tx *db.Tx, unit int64, day vn.Day) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM membership WHERE unit = $1 AND ended = 0 AND from_day > $2`, []any{unit, day}, &n)
	return n, err
}

func membersOf(ctx context.Context, tx *db.Tx, unit int64) ([]int64, error) {
	return db.All(ctx, tx, func(r db.Scanner) (m int64, err error) { return m, r.Scan(&m) },
		`SELECT member FROM membership WHERE unit = $1 AND ended = 0 ORDER BY member`, unit)
}
