package target

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// A person sees the targets that units of their subtree have set, and those of which
// their own unit was given a share, which are no drafts. Every query that reads
// targets for a person starts from seen: $1 is the tree, $2 and $3 the range of the
// subtree, $4 the unit.
const (
	columns = `t.id, t.unit, u.key, n.name, pl.path, t.label, t.word, t.direction, t.decimals, t.from_day, t.to_day, t.note,
		t.feed, t.feed_of, t.state, t.sheet, t.entered_name, t.entered_at, t.version`
	targets = `SELECT ` + columns + `
		FROM target t
		JOIN unit u ON u.id = t.unit
		JOIN unit_name n ON n.unit = t.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = t.unit)
		JOIN place pl ON pl.tree = t.tree AND pl.unit = t.unit`
)

func seen(by auth.Actor) string {
	return targets + `
		WHERE t.tree = $1 AND (pl.path >= $2 AND pl.path < $3
			OR t.state <> 'draft' AND EXISTS (SELECT 1 FROM target_unit s WHERE s.target = t.id AND ` + db.Among("s.unit", "$4", by.Before) + `))`
}

func scan(s db.Scanner) (t Target, err error) {
	return t, s.Scan(&t.ID, &t.Unit, &t.UnitKey, &t.UnitName, &t.UnitPath, &t.Label, &t.Word, &t.Direction, &t.Decimals, &t.From, &t.To, &t.Note,
		&t.Feed, &t.FeedOf, &t.State, &t.Sheet, &t.EnteredName, db.At(&t.EnteredAt), &t.Version)
}

// Get returns a target that by may see, with its path.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Target, error) {
	t, err := db.First(db.All(ctx, tx, scan, seen(by)+` AND t.id = $5`, by.Tree, by.Path, by.End(), by.Unit, id))
	if err != nil {
		return t, err
	}
	t.Points, err = points(ctx, tx, id)
	return t, err
}

// readTarget returns a target with its path, whoever asks.
func readTarget(ctx context.Context, tx *db.Tx, id string) (Target, error) {
	t, err := db.First(db.All(ctx, tx, scan, targets+` WHERE t.id = $1`, id))
	if err != nil {
		return t, err
	}
	t.Points, err = points(ctx, tx, id)
	return t, err
}

func points(ctx context.Context, tx *db.Tx, id string) ([]Point, error) {
	return db.All(ctx, tx, func(s db.Scanner) (p Point, err error) { return p, s.Scan(&p.Name, &p.To, &p.Value) },
		`SELECT name, to_day, value FROM target_point WHERE target = $1 ORDER BY n`, id)
}

// List returns the targets by may see that hold every word of query, the newest
// first, at most limit after offset, with the value of each but not its path.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, query string, offset, limit int) ([]Target, error) {
	match, args := db.Match("t.fold", vn.Fold(query), 5)
	args = append([]any{by.Tree, by.Path, by.End(), by.Unit}, args...)
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, seen(by)+` AND `+match+` ORDER BY t.entered_at DESC, t.id DESC LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// listAfter returns the targets by may see, the oldest first, at most limit after a
// time and an id.
func listAfter(ctx context.Context, tx *db.Tx, by auth.Actor, at int64, id string, limit int) ([]Target, error) {
	return db.All(ctx, tx, scan, seen(by)+` AND (t.entered_at > $5 OR t.entered_at = $5 AND t.id > $6) ORDER BY t.entered_at, t.id LIMIT $7`,
		by.Tree, by.Path, by.End(), by.Unit, at, id, limit)
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, t Target) error {
	if err := tx.Exec(ctx, `
		INSERT INTO target (id, tree, unit, label, fold, word, direction, decimals, from_day, to_day, note, feed, feed_of, state, sheet, entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'draft', 0, $14, $15, $16, 1)`,
		t.ID, by.Tree, by.Unit, t.Label, vn.Fold(t.Label), t.Word, t.Direction, t.Decimals, t.From, t.To, t.Note, t.Feed, t.FeedOf, by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	return insertPoints(ctx, tx, t.ID, t.Points)
}

func insertPoints(ctx context.Context, tx *db.Tx, id string, all []Point) error {
	return db.InsertMany(ctx, tx, `INSERT INTO target_point (target, n, name, to_day, value) VALUES`, len(all), func(i int) []any {
		return []any{id, i + 1, all[i].Name, all[i].To, all[i].Value}
	})
}

func update(ctx context.Context, tx *db.Tx, t Target, version int64) error {
	if err := db.Changed(tx.ExecN(ctx, `
		UPDATE target SET label = $1, fold = $2, word = $3, direction = $4, decimals = $5, from_day = $6, to_day = $7, note = $8, feed = $9, feed_of = $10, version = version + 1
		WHERE id = $11 AND version = $12 AND state = 'draft'`,
		t.Label, vn.Fold(t.Label), t.Word, t.Direction, t.Decimals, t.From, t.To, t.Note, t.Feed, t.FeedOf, t.ID, version)); err != nil {
		return err
	}
	return replacePoints(ctx, tx, t.ID, t.Points)
}

func replacePoints(ctx context.Context, tx *db.Tx, id string, all []Point) error {
	if err := tx.Exec(ctx, `DELETE FROM target_point WHERE target = $1`, id); err != nil {
		return err
	}
	return insertPoints(ctx, tx, id, all)
}

func setState(ctx context.Context, tx *db.Tx, id string, version int64, from, to Stage, sheet int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE target SET state = $1, sheet = $2, version = version + 1 WHERE id = $3 AND version = $4 AND state = $5`, to, sheet, id, version, from))
}

// revise gives a target other values on its path.
func revise(ctx context.Context, tx *db.Tx, id string, version int64, all []Point) error {
	if err := db.Changed(tx.ExecN(ctx, `UPDATE target SET version = version + 1 WHERE id = $1 AND version = $2 AND state = 'open'`, id, version)); err != nil {
		return err
	}
	return replacePoints(ctx, tx, id, all)
}

const standing = `SELECT unit, giver, value, answer, takes, version FROM target_unit`

func scanStanding(s db.Scanner) (x Standing, err error) {
	return x, s.Scan(&x.Unit, &x.Giver, &x.Value, &x.Answer, &x.Takes, &x.Version)
}

// standingOf returns the standing of one unit; NotFound if it was given nothing.
func standingOf(ctx context.Context, tx *db.Tx, id string, unit int64) (Standing, error) {
	return db.First(db.All(ctx, tx, scanStanding, standing+` WHERE target = $1 AND unit = $2`, id, unit))
}

// standings returns those of all units in a target.
func standings(ctx context.Context, tx *db.Tx, id string) ([]Standing, error) {
	return db.All(ctx, tx, scanStanding, standing+` WHERE target = $1 ORDER BY unit`, id)
}

// standingsUnder returns those of all units to which one has handed down.
func standingsUnder(ctx context.Context, tx *db.Tx, id string, giver int64) ([]Standing, error) {
	return db.All(ctx, tx, scanStanding, standing+` WHERE target = $1 AND giver = $2 ORDER BY unit`, id, giver)
}

// someUnder returns a few of those, at most limit after a unit.
func someUnder(ctx context.Context, tx *db.Tx, id string, giver, after int64, limit int) ([]Standing, error) {
	return db.All(ctx, tx, scanStanding, standing+` WHERE target = $1 AND giver = $2 AND unit > $3 ORDER BY unit LIMIT $4`, id, giver, after, limit)
}

// ownStandings returns, by target, the standing of one unit in some targets.
func ownStandings(ctx context.Context, tx *db.Tx, unit int64, ids []string) (map[string]Standing, error) {
	type of struct {
		target string
		Standing
	}
	all, err := db.AllIn(ctx, tx, func(s db.Scanner) (x of, err error) {
		return x, s.Scan(&x.target, &x.Unit, &x.Giver, &x.Value, &x.Answer, &x.Takes, &x.Version)
	}, `SELECT target, unit, giver, value, answer, takes, version FROM target_unit WHERE unit = $1 AND target IN`, ids, unit)
	own := make(map[string]Standing, len(all))
	for _, x := range all {
		own[x.target] = x.Standing
	}
	return own, err
}

// firstOf is the key of the unit at which somebody sees a target first: that of topOf or,
// where their own unit was given nothing, one that it took over and that was.
func firstOf(ctx context.Context, tx *db.Tx, by auth.Actor, t Target) (string, error) {
	unit, key := topOf(by, t)
	if unit != by.Unit || len(by.Before) == 0 {
		return key, nil
	}
	keys, err := db.All(ctx, tx, func(s db.Scanner) (k string, err error) { return k, s.Scan(&k) }, `SELECT u.key FROM target_unit s JOIN unit u ON u.id = s.unit
		WHERE s.target = $1 AND `+db.Among("s.unit", "$2", by.Before)+` ORDER BY CASE WHEN s.unit = $2 THEN 0 ELSE 1 END, u.key LIMIT 1`, t.ID, by.Unit)
	if err == nil && len(keys) > 0 {
		key = keys[0]
	}
	return key, err
}

func insertStandings(ctx context.Context, tx *db.Tx, id string, all []Standing) error {
	return db.InsertMany(ctx, tx, `INSERT INTO target_unit (target, unit, giver, value, answer, takes, version) VALUES`, len(all), func(i int) []any {
		x := all[i]
		return []any{id, x.Unit, x.Giver, x.Value, x.Answer, x.Takes, x.Version}
	})
}

// replaceStandings puts standings in the place of what those units had.
func replaceStandings(ctx context.Context, tx *db.Tx, id string, all []Standing) error {
	units := make([]int64, len(all))
	for i, x := range all {
		units[i] = x.Unit
	}
	for in, args := range db.In(units, id) {
		if err := tx.Exec(ctx, `DELETE FROM target_unit WHERE target = $1 AND unit `+in, args...); err != nil {
			return err
		}
	}
	return insertStandings(ctx, tx, id, all)
}

// An Entry is one deed in the history of a unit's share of a target.
type Entry struct {
	Unit      int64
	N         int64
	Deed      string // set, revised, handed, given, agreed, accepted, proposed
	Value     int64
	Path      string // of set and revised: the values of the path, parted by spaces
	Reason    string
	ActorName string
	At        time.Time
}

func insertLog(ctx context.Context, tx *db.Tx, by auth.Actor, id string, all []Entry) error {
	return db.InsertMany(ctx, tx, `INSERT INTO target_log (target, unit, n, deed, value, path, reason, actor, actor_name, at) VALUES`, len(all), func(i int) []any {
		x := all[i]
		return []any{id, x.Unit, x.N, x.Deed, x.Value, x.Path, x.Reason, by.Login, by.Name, tx.Now}
	})
}

// History returns the deeds at one unit, the newest first, at most limit. The caller
// has found the target and the unit through their seen.
func History(ctx context.Context, tx *db.Tx, id string, unit int64, limit int) ([]Entry, error) {
	return db.All(ctx, tx, func(s db.Scanner) (x Entry, err error) {
		return x, s.Scan(&x.Unit, &x.N, &x.Deed, &x.Value, &x.Path, &x.Reason, &x.ActorName, db.At(&x.At))
	}, `SELECT unit, n, deed, value, path, reason, actor_name, at FROM target_log WHERE target = $1 AND unit = $2 ORDER BY n DESC LIMIT $3`, id, unit, limit)
}

// reasons returns why some units have answered as they did last.
func reasons(ctx context.Context, tx *db.Tx, id string, units []int64) (map[int64]string, error) {
	type why struct {
		unit   int64
		reason string
	}
	all, err := db.AllIn(ctx, tx, func(s db.Scanner) (w why, err error) { return w, s.Scan(&w.unit, &w.reason) },
		`SELECT l.unit, l.reason FROM target_unit s JOIN target_log l ON l.target = s.target AND l.unit = s.unit AND l.n = s.version
		WHERE s.target = $1 AND s.answer = 'proposed' AND l.deed = 'proposed' AND s.unit IN`, units, id)
	m := make(map[int64]string, len(all))
	for _, w := range all {
		m[w.unit] = w.reason
	}
	return m, err
}

// A Called unit is its key and the name it has today.
type Called struct {
	ID        int64
	Key, Name string
}

// namesOf returns what some units are called, of those that by may see.
func namesOf(ctx context.Context, tx *db.Tx, by auth.Actor, units []int64) (map[int64]Called, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (c Called, err error) { return c, r.Scan(&c.ID, &c.Key, &c.Name) }, `
		SELECT u.id, u.key, n.name
		FROM unit u
		JOIN place p ON p.tree = $1 AND p.unit = u.id
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $4 THEN x.from_day END), min(x.from_day)) FROM unit_name x WHERE x.unit = u.id)
		WHERE p.path >= $2 AND p.path < $3 AND u.id IN`, units, by.Tree, by.Path, by.End(), vn.DayOf(tx.Now))
	names := make(map[int64]Called, len(all))
	for _, c := range all {
		names[c.ID] = c
	}
	return names, err
}

// An Owed is a share to which by's unit has not answered.
type Owed struct {
	Target   string
	UnitKey  string // whose share it is: by's own, or of a unit that has ended
	Label    string
	UnitName string // of the unit that has set the target
	To       vn.Day
}

// Owing returns the open targets of which by's own unit, or one that it took over, was
// given a share that it has not answered, the soonest first.
func Owing(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Owed, error) {
	const most = 100
	return db.All(ctx, tx, func(s db.Scanner) (o Owed, err error) {
		return o, s.Scan(&o.Target, &o.UnitKey, &o.Label, &o.UnitName, &o.To)
	}, `
		SELECT t.id, u.key, t.label, n.name, t.to_day
		FROM target_unit s
		JOIN unit u ON u.id = s.unit
		JOIN target t ON t.id = s.target
		JOIN unit_name n ON n.unit = t.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = t.unit)
		WHERE `+db.Among("s.unit", "$1", by.Before)+` AND s.giver <> 0 AND s.answer = '' AND t.state = 'open' ORDER BY t.to_day, t.id LIMIT $2`, by.Unit, most)
}

// Of returns the targets by may see that are open and that a unit has set or was given
// a share of, the newest first, at most limit, with the value of each but not its path.
func Of(ctx context.Context, tx *db.Tx, by auth.Actor, unit int64, limit int) ([]Target, error) {
	return db.All(ctx, tx, scan, seen(by)+` AND t.state = 'open' AND (t.unit = $5 OR EXISTS (SELECT 1 FROM target_unit s WHERE s.target = t.id AND s.unit = $5))
		ORDER BY t.entered_at DESC, t.id DESC LIMIT $6`, by.Tree, by.Path, by.End(), by.Unit, unit, limit)
}
