package calendar

import (
	"context"
	"maps"
	"slices"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/lineage"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const callColumns = `c.id, c.period, c.unit, c.sort, c.day, c.last_day, c.days, c.actor_name, c.at, c.after, c.units, c.done_at`

func scanCall(s db.Scanner, more ...any) (c Call, err error) {
	return c, s.Scan(append([]any{&c.ID, &c.Period, &c.Unit, &c.Sort, &c.Day, &c.Last, &c.Days, &c.ActorName, db.At(&c.At), &c.after, &c.Units, db.At(&c.DoneAt)}, more...)...)
}

// insertCall writes a call; one that a rule has made before is not made again.
func insertCall(ctx context.Context, tx *db.Tx, by auth.Actor, c Call) error {
	name := by.Name
	if c.Sort == Ruled {
		name = ""
	}
	return tx.Exec(ctx, `INSERT INTO form_call (id, period, unit, sort, day, last_day, days, actor, actor_name, at, after, units)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0) ON CONFLICT DO NOTHING`,
		c.ID, c.Period, c.Unit, c.Sort, c.Day, c.Last, c.Days, by.Login, name, tx.Now)
}

// underWay returns the oldest call that is not done; false if there is none.
func underWay(ctx context.Context, tx *db.Tx) (Call, bool, error) {
	all, err := db.All(ctx, tx, func(s db.Scanner) (Call, error) { return scanCall(s) }, `SELECT `+callColumns+` FROM form_call c WHERE c.done_at IS NULL ORDER BY c.id LIMIT 1`)
	if err != nil || len(all) == 0 {
		return Call{}, false, err
	}
	return all[0], true, nil
}

// setCall notes how far a call has come.
func setCall(ctx context.Context, tx *db.Tx, c Call, after tally.Place, done bool) error {
	var at any
	if done {
		at = tx.Now
	}
	return tx.Exec(ctx, `UPDATE form_call SET after = $1, units = $2, done_at = $3 WHERE id = $4`, int64(after), c.Units, at, c.ID)
}

// handCalls returns the calls that somebody made in a period on a day.
func handCalls(ctx context.Context, tx *db.Tx, period string, day vn.Day) ([]Call, error) {
	return db.All(ctx, tx, func(s db.Scanner) (Call, error) { return scanCall(s) },
		`SELECT `+callColumns+` FROM form_call c WHERE c.period = $1 AND c.sort = 'hand' AND c.day = $2 ORDER BY c.id`, period, day)
}

// Calls returns what was said to those who owe a period, the newest first, at most
// limit. The caller has found the period through seen.
func Calls(ctx context.Context, tx *db.Tx, period string, limit int) ([]Call, error) {
	return db.All(ctx, tx, func(s db.Scanner) (Call, error) {
		name := ""
		c, err := scanCall(s, &name)
		c.UnitName = name
		return c, err
	}, `SELECT `+callColumns+`, n.name FROM form_call c
		JOIN unit_name n ON n.unit = c.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = c.unit)
		WHERE c.period = $1 ORDER BY c.id DESC LIMIT $2`, period, limit)
}

// An openDay is a last day of an open period.
type openDay struct {
	period, tree string
	owner        int64
	opened       time.Time
	last         vn.Day
}

// openDays returns the last days of open periods between two days.
func openDays(ctx context.Context, tx *db.Tx, from, to vn.Day) ([]openDay, error) {
	return db.All(ctx, tx, func(s db.Scanner) (d openDay, err error) {
		return d, s.Scan(&d.period, &d.tree, &d.owner, db.At(&d.opened), &d.last)
	}, `SELECT p.id, f.tree, f.unit, p.entered_at, d.last_day
		FROM form_period p JOIN form f ON f.id = p.form
		JOIN (SELECT id AS period, last_day FROM form_period WHERE state = 'open'
			UNION SELECT period, last_day FROM form_due
			UNION SELECT period, last_day FROM form_exception WHERE ended_name = '') d ON d.period = p.id
		WHERE p.state = 'open' AND f.state = 'open' AND d.last_day >= $1 AND d.last_day <= $2
		ORDER BY p.id, d.last_day`, from, to)
}

// keysOf returns the keys of units.
func keysOf(ctx context.Context, tx *db.Tx, units []int64) (map[int64]string, error) {
	type one struct {
		id  int64
		key string
	}
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (o one, err error) { return o, r.Scan(&o.id, &o.key) }, `SELECT id, key FROM unit WHERE id IN`, units)
	keys := make(map[int64]string, len(all))
	for _, o := range all {
		keys[o.id] = o.key
	}
	return keys, err
}

// answering returns who answers for those of some units that no longer stand in a
// tree: the keeper by the last reform, or that one's.
func answering(ctx context.Context, tx *db.Tx, tree string, units []int64) (map[int64]int64, error) {
	all := map[int64]int64{}
	gone := units
	for range 5 { // reforms of one unit while a period is open
		parents, err := lineage.Parents(ctx, tx, tree, gone)
		if err != nil {
			return nil, err
		}
		var ended []int64
		for _, u := range gone {
			if _, stands := parents[u]; !stands {
				ended = append(ended, u)
			}
		}
		if len(ended) == 0 {
			return all, nil
		}
		next, err := keepersOf(ctx, tx, tree, ended)
		if err != nil || len(next) == 0 {
			return all, err
		}
		for _, u := range units {
			at := u
			if k, ok := all[u]; ok {
				at = k
			}
			if k, ok := next[at]; ok {
				all[u] = k
			}
		}
		gone = slices.Compact(slices.Sorted(maps.Values(next)))
	}
	return all, nil
}

func keepersOf(ctx context.Context, tx *db.Tx, tree string, units []int64) (map[int64]int64, error) {
	type pair struct{ old, new int64 }
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (p pair, err error) { return p, r.Scan(&p.old, &p.new) }, `
		SELECT l.old_unit, l.new_unit FROM lineage l JOIN reform f ON f.id = l.reform AND f.tree = $1 AND f.undone_at IS NULL
		WHERE l.keeper = 1 AND l.old_unit <> l.new_unit AND l.old_unit IN`, units, tree)
	keepers := make(map[int64]int64, len(all))
	for _, p := range all {
		keepers[p.old] = p.new
	}
	return keepers, err
}
