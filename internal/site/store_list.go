package site

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A Filter narrows a list; the zero one takes everything.
type Filter struct {
	State     State
	Query     string
	Unchecked bool     // whose checklist is not all ticked
	Under     org.Unit // whose hosts stand at or under it, if it is one
}

// narrow returns the condition of a filter on x, a site of g, with its arguments after
// those given.
func (f Filter) narrow(ctx context.Context, tx *db.Tx, by auth.Actor, g Gathering, args []any) (string, []any, error) {
	where := ``
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, `?`, db.Arg(len(args)), 1)
		}
		where += ` AND ` + condition
	}
	if f.State != "" {
		add(`x.state = ?`, f.State)
	}
	if f.Unchecked {
		lines, err := Lines(ctx, tx, g.ID)
		if err != nil {
			return "", nil, err
		}
		add(`(x.checks & ?) <> ?`, mask(lines), mask(lines))
	}
	for _, path := range []string{g.bound(by), f.Under.Path} {
		if path == "" {
			continue
		}
		branch, err := g.branch(ctx, tx, path)
		if err != nil {
			return "", nil, err
		}
		if branch != 0 {
			add(`x.branch = ?`, branch)
		}
		if !g.isBranch(path) {
			add(`EXISTS (SELECT 1 FROM place xp WHERE xp.tree = ? AND xp.unit = x.unit AND xp.path >= ? AND xp.path < ?)`, g.tree, path, auth.After(path))
		}
	}
	match, more := db.Match("x.fold", vn.Fold(f.Query), len(args)+1)
	return where + ` AND ` + match, append(args, more...), nil
}

// bound is the path that a reader's sites stand under, "" for all of g's.
func (g Gathering) bound(by auth.Actor) string {
	if by.Covers(g.path) {
		return ""
	}
	return by.Path
}

// List returns the sites of a conference that by may see, in the order of their
// numbers, at most limit after one.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, g Gathering, f Filter, after int64, limit int) ([]Site, error) {
	where, args, err := f.narrow(ctx, tx, by, g, []any{g.ID, after, limit})
	if err != nil {
		return nil, err
	}
	return db.All(ctx, tx, scan, sites+` WHERE s.conference = $1 AND s.n IN (
			SELECT x.n FROM site x WHERE x.conference = $1 AND x.n > $2`+where+` ORDER BY x.n LIMIT $3)
		ORDER BY s.n`, args...)
}

// branchPath returns the path of the unit directly under g's host at or under which
// the unit at a path stands, "" if that is the host or stands elsewhere.
func (g Gathering) branchPath(path string) string {
	rest, under := strings.CutPrefix(path, g.path)
	i := strings.IndexByte(rest, '/')
	if !under || i < 0 {
		return ""
	}
	return g.path + rest[:i+1]
}

func (g Gathering) isBranch(path string) bool { return g.branchPath(path) == path }

// branch returns the unit directly under g's host at or under which the unit at a
// path stands, 0 for none.
func (g Gathering) branch(ctx context.Context, tx *db.Tx, path string) (unit int64, err error) {
	at := g.branchPath(path)
	if at == "" {
		return 0, nil
	}
	err = tx.One(ctx, `SELECT unit FROM place WHERE tree = $1 AND path = $2`, []any{g.tree, at}, &unit)
	return unit, err
}

// branches returns the branch of each of some hosts.
func (g Gathering) branches(ctx context.Context, tx *db.Tx, hosts map[string]host) (map[int64]int64, error) {
	at := map[string]int64{}
	for _, h := range hosts {
		if p := g.branchPath(h.path); p != "" {
			at[p] = 0
		}
	}
	var paths []string
	for p := range at {
		paths = append(paths, p)
	}
	found, err := db.AllIn(ctx, tx, func(r db.Scanner) (h host, err error) { return h, r.Scan(&h.unit, &h.path) },
		`SELECT unit, path FROM place WHERE tree = $1 AND path IN`, paths, g.tree)
	for _, h := range found {
		at[h.path] = h.unit
	}
	all := make(map[int64]int64, len(hosts))
	for _, h := range hosts {
		all[h.unit] = at[g.branchPath(h.path)]
	}
	return all, err
}

// A Branch is a unit directly under a conference's host, with how many sites it and
// the units under it host, and how many of these have joined.
type Branch struct {
	Unit        int64
	Key, Name   string
	All, Joined int64
}

// branchCounts counts the sites of a conference by branch, those of the host itself
// not among them.
func branchCounts(ctx context.Context, tx *db.Tx, g Gathering) ([]Branch, error) {
	return db.All(ctx, tx, func(r db.Scanner) (b Branch, err error) {
		return b, r.Scan(&b.Unit, &b.Key, &b.Name, &b.All, &b.Joined)
	}, `
		SELECT b.branch, u.key, n.short, b.n, b.joined
		FROM (SELECT branch, count(*) AS n, sum(CASE WHEN state IN ('joined', 'closed') THEN 1 ELSE 0 END) AS joined
			FROM site WHERE conference = $1 GROUP BY branch) b
		JOIN unit u ON u.id = b.branch
		JOIN unit_name n ON n.unit = b.branch AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = b.branch)
		JOIN place p ON p.tree = $2 AND p.unit = b.branch
		ORDER BY p.path`, g.ID, g.tree)
}

// missing returns the hosts, after one, of sites that have not joined.
func missing(ctx context.Context, tx *db.Tx, id string, after int64, limit int) ([]int64, error) {
	return db.All(ctx, tx, func(r db.Scanner) (u int64, err error) { return u, r.Scan(&u) },
		`SELECT DISTINCT unit FROM site WHERE conference = $1 AND unit > $2 AND state IN ('invited', 'ready') ORDER BY unit LIMIT $3`, id, after, limit)
}
