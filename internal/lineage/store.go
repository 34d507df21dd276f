package lineage

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

func scanSpot(r db.Scanner) (s spot, err error) { return s, r.Scan(&s.unit, &s.path, &s.depth) }

// spots returns where units stand in a tree; one that does not is left out.
func spots(ctx context.Context, tx *db.Tx, tree string, ids []int64) (map[int64]spot, error) {
	all := make(map[int64]spot, len(ids))
	err := db.AmongIDs(ids, []any{tree}, func(in string, args []any) error {
		some, err := db.All(ctx, tx, scanSpot, `SELECT unit, path, depth FROM place WHERE tree = $1 AND unit `+in+``, args...)
		for _, s := range some {
			all[s.unit] = s
		}
		return err
	})
	return all, err
}

// takeRange takes the places of a range of paths out of a tree and returns them
// in its order.
func takeRange(ctx context.Context, tx *db.Tx, tree, from, to string) ([]spot, error) {
	all, err := db.All(ctx, tx, scanSpot, `SELECT unit, path, depth FROM place WHERE tree = $1 AND path >= $2 AND path < $3 ORDER BY path`, tree, from, to)
	if err != nil {
		return nil, err
	}
	return all, tx.Exec(ctx, `DELETE FROM place WHERE tree = $1 AND path >= $2 AND path < $3`, tree, from, to)
}

func insertPlaces(ctx context.Context, tx *db.Tx, tree string, all []spot) error {
	slices.SortFunc(all, func(a, b spot) int { return strings.Compare(a.path, b.path) })
	return db.InsertMany(ctx, tx, `INSERT INTO place (tree, unit, path, depth) VALUES`, len(all), func(i int) []any {
		return []any{tree, all[i].unit, all[i].path, all[i].depth}
	})
}

// lastNumber returns the highest number that a place directly under a unit, now
// and where it was, has or has had.
func lastNumber(ctx context.Context, tx *db.Tx, tree string, above, was spot) (n int64, err error) {
	if err := tx.One(ctx, `SELECT count(*) FROM unit_edge WHERE tree = $1 AND parent = $2`, []any{tree, above.unit}, &n); err != nil {
		return 0, err
	}
	for _, at := range []spot{above, was} {
		if at.path == "" {
			continue
		}
		var path string
		if err := tx.One(ctx, `SELECT coalesce(max(path), '') FROM place WHERE tree = $1 AND path > $2 AND path < $3 AND depth = $4`,
			[]any{tree, at.path, auth.After(at.path), at.depth + 1}, &path); err != nil {
			return 0, err
		}
		if path == "" {
			continue
		}
		highest, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(path, at.path), "/"), 10, 64)
		if err != nil {
			return 0, err
		}
		n = max(n, highest)
	}
	return n, nil
}

func insertSteps(ctx context.Context, tx *db.Tx, reform string, all []step) error {
	return db.InsertMany(ctx, tx, `INSERT INTO reform_step (reform, unit, act, old_path, old_depth) VALUES`, len(all), func(i int) []any {
		return []any{reform, all[i].unit, all[i].act, all[i].path, all[i].depth}
	})
}

func stepsOf(ctx context.Context, tx *db.Tx, reform string) ([]step, error) {
	return db.All(ctx, tx, func(r db.Scanner) (s step, err error) {
		return s, r.Scan(&s.unit, &s.act, &s.path, &s.depth)
	}, `SELECT unit, act, old_path, old_depth FROM reform_step WHERE reform = $1 ORDER BY unit, act`, reform)
}

func insertNewborns(ctx context.Context, tx *db.Tx, c Change) error {
	n := c.Create
	if err := db.InsertMany(ctx, tx, `INSERT INTO unit_name (unit, from_day, to_day, name, short, fold, sort) VALUES`, len(n), func(i int) []any {
		return []any{n[i].ID, c.Day, "", n[i].Name, n[i].Short, vn.Fold(n[i].Name + " " + n[i].Short), vn.SortKey(n[i].Name)}
	}); err != nil {
		return err
	}
	if err := db.InsertMany(ctx, tx, `INSERT INTO unit_kind (unit, from_day, to_day, kind) VALUES`, len(n), func(i int) []any {
		return []any{n[i].ID, c.Day, "", n[i].Kind}
	}); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) VALUES`, len(n), func(i int) []any {
		return []any{c.Tree, n[i].ID, n[i].Parent, c.Day, ""}
	})
}

func endAll(ctx context.Context, tx *db.Tx, c Change) error {
	var ids []int64
	for _, e := range c.End {
		ids = append(ids, e.Unit)
	}
	return db.AmongIDs(ids, []any{c.Day, c.Tree}, func(in string, args []any) error {
		for _, q := range []string{
			`UPDATE unit_edge SET to_day = $1 WHERE tree = $2 AND to_day = '' AND unit ` + in + ``,
			`UPDATE unit_name SET to_day = $1 WHERE to_day = '' AND $2 <> '' AND unit ` + in + ``,
			`UPDATE unit_kind SET to_day = $1 WHERE to_day = '' AND $2 <> '' AND unit ` + in + ``,
		} {
			if err := tx.Exec(ctx, q, args...); err != nil {
				return err
			}
		}
		return nil
	})
}

func moveAll(ctx context.Context, tx *db.Tx, c Change) error {
	var ids []int64
	for _, m := range c.Move {
		ids = append(ids, m.Unit)
	}
	if err := db.AmongIDs(ids, []any{c.Day, c.Tree}, func(in string, args []any) error {
		return tx.Exec(ctx, `UPDATE unit_edge SET to_day = $1 WHERE tree = $2 AND to_day = '' AND unit `+in+``, args...)
	}); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) VALUES`, len(c.Move), func(i int) []any {
		return []any{c.Tree, c.Move[i].Unit, c.Move[i].Parent, c.Day, ""}
	})
}

func renameAll(ctx context.Context, tx *db.Tx, c Change) error {
	for _, r := range c.Rename {
		for _, q := range []string{
			`UPDATE unit_name SET to_day = $1 WHERE unit = $2 AND to_day = ''`,
			`UPDATE unit_kind SET to_day = $1 WHERE unit = $2 AND to_day = ''`,
		} {
			if err := tx.Exec(ctx, q, c.Day, r.Unit); err != nil {
				return err
			}
		}
		if err := tx.Exec(ctx, `INSERT INTO unit_name (unit, from_day, to_day, name, short, fold, sort) VALUES ($1, $2, '', $3, $4, $5, $6)`,
			r.Unit, c.Day, r.Name, r.Short, vn.Fold(r.Name+" "+r.Short), vn.SortKey(r.Name)); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `INSERT INTO unit_kind (unit, from_day, to_day, kind) VALUES ($1, $2, '', $3)`, r.Unit, c.Day, r.Kind); err != nil {
			return err
		}
	}
	return nil
}

// touch notes that the tree changed, so the next sheet cuts an epoch.
func touch(ctx context.Context, tx *db.Tx, tree string) error {
	return tx.Exec(ctx, `UPDATE tree SET changed = changed + 1 WHERE key = $1`, tree)
}

// unmake takes back what a reform wrote about units besides their places. A row
// that ends on its day is opened again; only the newest of a unit can be one.
func unmake(ctx context.Context, tx *db.Tx, tree, reform string, day vn.Day) error {
	touched := func(acts string) string {
		return ` IN (SELECT s.unit FROM reform_step s WHERE s.reform = $1 AND s.act IN (` + acts + `))`
	}
	for _, q := range []string{
		`DELETE FROM unit_edge WHERE tree = $3 AND from_day = $2 AND unit` + touched(`'create', 'move'`),
		`DELETE FROM unit_name WHERE $3 <> '' AND from_day = $2 AND unit` + touched(`'create', 'rename'`),
		`DELETE FROM unit_kind WHERE $3 <> '' AND from_day = $2 AND unit` + touched(`'create', 'rename'`),
		`UPDATE unit_edge SET to_day = '' WHERE tree = $3 AND to_day = $2 AND unit` + touched(`'move', 'end'`) +
			` AND from_day = (SELECT max(x.from_day) FROM unit_edge x WHERE x.tree = unit_edge.tree AND x.unit = unit_edge.unit)`,
		`UPDATE unit_name SET to_day = '' WHERE $3 <> '' AND to_day = $2 AND unit` + touched(`'rename', 'end'`) +
			` AND from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = unit_name.unit)`,
		`UPDATE unit_kind SET to_day = '' WHERE $3 <> '' AND to_day = $2 AND unit` + touched(`'rename', 'end'`) +
			` AND from_day = (SELECT max(x.from_day) FROM unit_kind x WHERE x.unit = unit_kind.unit)`,
		`DELETE FROM reform_step WHERE reform = $1 AND $2 <> '' AND $3 <> ''`,
	} {
		if err := tx.Exec(ctx, q, reform, day, tree); err != nil {
			return err
		}
	}
	return nil
}

// Taken returns which of these keys a unit bears that stands or has stood, in any
// tree. Keys differ.
func Taken(ctx context.Context, tx *db.Tx, keys []string) (map[string]bool, error) {
	all := map[string]bool{}
	some, err := db.AllIn(ctx, tx, func(r db.Scanner) (k string, err error) { return k, r.Scan(&k) },
		`SELECT u.key FROM unit u WHERE EXISTS (SELECT 1 FROM unit_edge e WHERE e.tree IN (SELECT t.key FROM tree t) AND e.unit = u.id) AND u.key IN`, keys)
	for _, k := range some {
		all[k] = true
	}
	return all, err
}

// Conceive makes the identities of units to come, by key. Those that a reform left
// that was undone are taken up again.
func Conceive(ctx context.Context, tx *db.Tx, keys []string) (map[string]int64, error) {
	all := map[string]int64{}
	var fresh []string
	some, err := db.AllIn(ctx, tx, func(r db.Scanner) (s Standing, err error) { return s, r.Scan(&s.ID, &s.Key) }, `SELECT u.id, u.key FROM unit u WHERE u.key IN`, keys)
	if err != nil {
		return nil, err
	}
	for _, s := range some {
		all[s.Key] = s.ID
	}
	for _, k := range keys {
		if all[k] == 0 {
			all[k] = tx.NewID()
			fresh = append(fresh, k)
		}
	}
	return all, db.InsertMany(ctx, tx, `INSERT INTO unit (id, key, phone, sample, created_at, version) VALUES`, len(fresh), func(i int) []any {
		return []any{all[fresh[i]], fresh[i], "", 0, tx.Now, 1}
	})
}

// A Standing is a unit as a reform needs to know it.
type Standing struct {
	ID     int64
	Key    string
	Name   string
	Kind   string
	Path   string
	Depth  int
	Parent int64
	From   vn.Day // since when it stands where it does
	Closed vn.Day
	Named  vn.Day // since when it bears its name
}

const standings = `SELECT u.id, u.key, n.name, k.kind, p.path, p.depth, e.parent, e.from_day, e.to_day, n.from_day
	FROM unit u
	JOIN place p ON p.tree = $1 AND p.unit = u.id
	JOIN unit_edge e ON e.tree = p.tree AND e.unit = u.id AND e.from_day = (SELECT max(x.from_day) FROM unit_edge x WHERE x.tree = p.tree AND x.unit = u.id)
	JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
	JOIN unit_kind k ON k.unit = u.id AND k.from_day = (SELECT max(x.from_day) FROM unit_kind x WHERE x.unit = u.id)`

func scanStanding(r db.Scanner) (s Standing, err error) {
	return s, r.Scan(&s.ID, &s.Key, &s.Name, &s.Kind, &s.Path, &s.Depth, &s.Parent, &s.From, &s.Closed, &s.Named)
}

// ByKeys returns the units of a tree with these keys, in no order. Keys differ.
func ByKeys(ctx context.Context, tx *db.Tx, tree string, keys []string) ([]Standing, error) {
	return db.AllIn(ctx, tx, scanStanding, standings+` WHERE u.key IN`, keys, tree)
}

// Under returns the units that stand directly under any of these, without their
// kinds.
func Under(ctx context.Context, tx *db.Tx, tree string, parents []int64) ([]Standing, error) {
	var all []Standing
	for _, parent := range parents { // one by one: for a list SQLite would read the whole tree
		some, err := db.All(ctx, tx, scanStanding, `SELECT u.id, u.key, n.name, '', p.path, p.depth, e.parent, e.from_day, e.to_day, n.from_day
			FROM unit_edge e
			JOIN unit u ON u.id = e.unit
			JOIN place p ON p.tree = e.tree AND p.unit = e.unit
			JOIN unit_name n ON n.unit = e.unit AND n.to_day = ''
			WHERE e.tree = $1 AND e.parent = $2 AND e.to_day || '' = ''`, tree, parent)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// Parents returns the units directly above units of a tree as it stands.
func Parents(ctx context.Context, tx *db.Tx, tree string, units []int64) (map[int64]int64, error) {
	all := make(map[int64]int64, len(units))
	err := db.AmongIDs(units, []any{tree}, func(in string, args []any) error {
		return db.Each(ctx, tx, `SELECT unit, parent FROM unit_edge WHERE tree = $1 AND to_day = '' AND unit `+in+``, args, func(r db.Scanner) error {
			var u, p int64
			err := r.Scan(&u, &p)
			all[u] = p
			return err
		})
	})
	return all, err
}

// Insert keeps who follows whom by a reform.
func Insert(ctx context.Context, tx *db.Tx, reform string, all []Heir) error {
	return db.InsertMany(ctx, tx, `INSERT INTO lineage (reform, old_unit, new_unit, num, den, keeper, assumed) VALUES`, len(all), func(i int) []any {
		h := all[i]
		return []any{reform, h.Old, h.New, h.Num, h.Den, h.Keeper, h.Assumed}
	})
}

// Forget takes back who follows whom by a reform.
func Forget(ctx context.Context, tx *db.Tx, reform string) error {
	return tx.Exec(ctx, `DELETE FROM lineage WHERE reform = $1`, reform)
}

// State changes with every reform of a tree that is made or undone.
func State(ctx context.Context, tx *db.Tx, tree string) (last, made int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(p.seq), 0), count(*) FROM reform f JOIN reform_plan p ON p.reform = f.id WHERE f.tree = $1 AND p.state = 'applied'`, []any{tree}, &last, &made)
	return last, made, err
}

// A Turn is an heir by the reform that came as number Turn of those asked for.
type Turn struct {
	Heir
	Turn int
}

// Since returns who followed whom in a tree by the reforms that were made after a
// mark of the one rising sequence and stand, in their order.
func Since(ctx context.Context, tx *db.Tx, tree string, mark int64) ([]Turn, error) {
	turn, last := -1, int64(0)
	return db.All(ctx, tx, func(r db.Scanner) (t Turn, err error) {
		var seq int64
		var keeper, assumed int
		err = r.Scan(&seq, &t.Old, &t.New, &t.Num, &t.Den, &keeper, &assumed)
		if seq != last || turn < 0 {
			turn, last = turn+1, seq
		}
		t.Keeper, t.Assumed, t.Turn = keeper != 0, assumed != 0, turn
		return t, err
	}, `
		SELECT p.seq, l.old_unit, l.new_unit, l.num, l.den, l.keeper, l.assumed
		FROM reform f
		JOIN reform_plan p ON p.reform = f.id
		JOIN lineage l ON l.reform = f.id
		WHERE f.tree = $1 AND p.state = 'applied' AND p.seq > $2
		ORDER BY p.seq, l.old_unit, l.new_unit`, tree, mark)
}

// kept are a unit, $2, and those whose work it has taken over in a tree, $1, by
// reforms that stand, directly or through others that have ended too.
const kept = `WITH RECURSIVE kept(unit) AS (
		SELECT id FROM unit WHERE id = $2
		UNION
		SELECT l.old_unit FROM kept k JOIN lineage l ON l.new_unit = k.unit AND l.keeper = 1 AND l.old_unit <> l.new_unit
		JOIN reform f ON f.id = l.reform AND f.tree = $1 AND f.applied_at IS NOT NULL AND f.undone_at IS NULL
		WHERE NOT EXISTS (SELECT 1 FROM unit_edge e WHERE e.tree = $1 AND e.unit = l.old_unit AND e.to_day = '')
	)`

// Before returns the units that have ended and whose work a unit has taken over.
func Before(ctx context.Context, tx *db.Tx, tree string, unit int64) ([]int64, error) {
	const most = 1000
	return db.All(ctx, tx, func(r db.Scanner) (u int64, err error) { return u, r.Scan(&u) },
		kept+` SELECT unit FROM kept WHERE unit <> $2 ORDER BY unit LIMIT $3`, tree, unit, most)
}
