package main

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the drivers of both engines
	_ "modernc.org/sqlite"

	"nhipcau/internal/setup/lab"
)

// books is the database behind the program's back: whom to ask about, and whether
// what was acknowledged is there.
type books struct {
	db       *sql.DB
	postgres bool
}

func openBooks(ctx context.Context, p lab.Program) (*books, error) {
	if p.Database != "" {
		db, err := sql.Open("pgx", p.Database)
		return &books{db, true}, err
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(p.Data, "nhipcau.db")+"?_pragma=query_only(ON)&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	return &books{db, false}, db.PingContext(ctx)
}

func (k *books) close() { k.db.Close() }

// each calls f with every row of q, whose columns scan reads.
func (k *books) each(ctx context.Context, scan []any, f func(), q string, args ...any) error {
	rows, err := k.db.QueryContext(ctx, q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(scan...); err != nil {
			return err
		}
		f()
	}
	return rows.Err()
}

// texts returns the first column of q.
func (k *books) texts(ctx context.Context, q string, args ...any) ([]string, error) {
	var all []string
	var s string
	err := k.each(ctx, []any{&s}, func() { all = append(all, s) }, q, args...)
	return all, err
}

func (k *books) count(ctx context.Context, q string, args ...any) (int64, error) {
	var n int64
	err := k.db.QueryRowContext(ctx, q, args...).Scan(&n)
	return n, err
}

// units returns the keys of all units in a tree.
func (k *books) units(ctx context.Context, tree string) ([]string, error) {
	return k.texts(ctx, `SELECT u.key FROM place p JOIN unit u ON u.id = p.unit WHERE p.tree = $1 ORDER BY p.path`, tree)
}

// leaves returns a unit without any under it for each unit so deep in a tree that has
// one, of those that have not ended.
func (k *books) leaves(ctx context.Context, tree string, depth int) ([]string, error) {
	var all []string
	var top, key, path, last, lastPath string
	var deep, lastDeep int
	done := true // the unit so deep that was seen last has its leaf
	end := func() {
		if !done && lastDeep > depth && strings.HasPrefix(lastPath, top) {
			all, done = append(all, last), true
		}
	}
	err := k.each(ctx, []any{&key, &path, &deep}, func() {
		if !strings.HasPrefix(path, lastPath) {
			end()
		}
		if deep == depth {
			top, done = path, false
		}
		last, lastPath, lastDeep = key, path, deep
	}, `SELECT u.key, p.path, p.depth FROM place p JOIN unit u ON u.id = p.unit
		WHERE p.tree = $1 AND EXISTS (SELECT 1 FROM unit_edge e WHERE e.tree = p.tree AND e.unit = p.unit AND e.to_day = '') ORDER BY p.path`, tree)
	end()
	return all, err
}

// names returns some hundreds of names of members, from everywhere.
func (k *books) names(ctx context.Context) ([]string, error) {
	n, err := k.count(ctx, `SELECT count(*) FROM member`)
	if err != nil {
		return nil, err
	}
	return k.texts(ctx, `SELECT name FROM member WHERE id % $1 = 7 LIMIT 500`, max(1, n/500))
}

// An item is a question of a form.
type item struct {
	key       string
	low, high int64
}

func (k *books) items(ctx context.Context, form string) ([]item, error) {
	var all []item
	var i item
	err := k.each(ctx, []any{&i.key, &i.low, &i.high}, func() { all = append(all, i) },
		`SELECT key, low, high FROM form_item WHERE form = $1 ORDER BY n`, form)
	return all, err
}

// returned calls f with the key of every unit that has a return in a period, and
// the number of the newest.
func (k *books) returned(ctx context.Context, period string, f func(unit string, n int64)) error {
	var unit string
	var n int64
	return k.each(ctx, []any{&unit, &n}, func() { f(unit, n) },
		`SELECT u.key, max(r.n) FROM form_return r JOIN unit u ON u.id = r.unit WHERE r.period = $1 GROUP BY u.key`, period)
}

// A guest is somebody on the roll of the conference.
type guest struct {
	member string
	site   int64
}

// roll returns people on the roll of a conference who have not come, site by site.
func (k *books) roll(ctx context.Context, conference string, most int) ([]guest, error) {
	var all []guest
	var g guest
	err := k.each(ctx, []any{&g.member, &g.site}, func() { all = append(all, g) },
		`SELECT m.key, a.site FROM attendance a JOIN member m ON m.id = a.member WHERE a.occasion = $1 AND a.state = 'invited' AND a.site > 0 ORDER BY a.site, a.unit LIMIT $2`,
		conference, most)
	return all, err
}

// facts returns how many facts of a conference are kept, and how many of them count.
func (k *books) facts(ctx context.Context, conference string) (kept, counting int64, err error) {
	if kept, err = k.count(ctx, `SELECT count(*) FROM attendance_fact WHERE occasion = $1`, conference); err != nil {
		return 0, 0, err
	}
	counting, err = k.count(ctx, `SELECT count(*) FROM attendance_fact WHERE occasion = $1 AND standing = 1`, conference)
	return kept, counting, err
}

// roots returns the totals, as they are kept, at the root of every sheet that goes on
// in no other.
func (k *books) roots(ctx context.Context) (map[int64]string, error) {
	all := map[int64]string{}
	var sheet int64
	var total []byte
	err := k.each(ctx, []any{&sheet, &total}, func() { all[sheet] = string(total) },
		`SELECT n.sheet, n.total FROM tally_sheet s JOIN tally_node n ON n.sheet = s.id AND n.parent = 0 AND n.unit = s.root WHERE s.kind <> 'rollout'`)
	return all, err
}

// periods returns the sheets of a form's closed periods.
func (k *books) periods(ctx context.Context, form string) ([]int64, error) {
	var all []int64
	var sheet int64
	err := k.each(ctx, []any{&sheet}, func() { all = append(all, sheet) }, `SELECT sheet FROM form_period WHERE form = $1 AND state = 'closed' ORDER BY n`, form)
	return all, err
}

// A Size is what a table or an index takes.
type Size struct {
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
}

// sizes returns what takes the room of the database, the largest first.
func (k *books) sizes(ctx context.Context) ([]Size, error) {
	q := `SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC`
	if k.postgres {
		q = `SELECT relname, pg_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'i', 't') AND relnamespace = 'public'::regnamespace ORDER BY 2 DESC`
	}
	var all []Size
	var s Size
	err := k.each(ctx, []any{&s.Name, &s.Bytes}, func() { all = append(all, s) }, q)
	return all, err
}
