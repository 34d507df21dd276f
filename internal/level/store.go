package level

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const (
	columns = `l.conference, l.n, l.unit, l.host_kind, l.host_depth, l.audience, l.length, l.length_in, l.day, l.wording, l.papers, l.sheet, l.cursor, l.told, l.version`
	reading = `SELECT ` + columns + ` FROM conference_level l`
)

func scan(r db.Scanner) (l Level, err error) {
	var papers string
	var told int
	err = r.Scan(&l.Conference, &l.N, &l.Unit, &l.Kind, &l.Depth, &l.Audience, &l.Length, &l.LengthIn, &l.Deadline.Day, &l.Deadline.Wording, &papers,
		&l.Sheet, &l.cursor, &told, &l.Version)
	l.Papers, l.Told = split(papers), told != 0
	return l, err
}

func levels(ctx context.Context, tx *db.Tx, id string) ([]Level, error) {
	return db.All(ctx, tx, scan, reading+` WHERE l.conference = $1 ORDER BY l.n`, id)
}

func one(ctx context.Context, tx *db.Tx, id string, n int64) (Level, error) {
	return db.First(db.All(ctx, tx, scan, reading+` WHERE l.conference = $1 AND l.n = $2`, id, n))
}

func insert(ctx context.Context, tx *db.Tx, c conference.Conference, n int64, f Form) error {
	return tx.Exec(ctx, `
		INSERT INTO conference_level (conference, n, unit, host_kind, host_depth, audience, length, length_in, day, wording, papers, sheet, cursor, told, deepest, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, 0, 1)`,
		c.ID, n, c.Unit, f.Kind, f.Depth, f.Audience, f.Length, f.LengthIn, f.Deadline.Day, f.Deadline.Wording, strings.Join(f.Papers, " "))
}

func update(ctx context.Context, tx *db.Tx, id string, n, version int64, f Form) error {
	return db.Changed(tx.ExecN(ctx, `
		UPDATE conference_level SET host_kind = $1, host_depth = $2, audience = $3, length = $4, length_in = $5, day = $6, wording = $7, papers = $8,
			version = version + 1
		WHERE conference = $9 AND n = $10 AND version = $11`,
		f.Kind, f.Depth, f.Audience, f.Length, f.LengthIn, f.Deadline.Day, f.Deadline.Wording, strings.Join(f.Papers, " "), id, n, version))
}

func remove(ctx context.Context, tx *db.Tx, id string, n, version int64) error {
	return db.Changed(tx.ExecN(ctx, `DELETE FROM conference_level WHERE conference = $1 AND n = $2 AND version = $3`, id, n, version))
}

// opened notes the sheet of a level.
func opened(ctx context.Context, tx *db.Tx, l Level) error {
	return tx.Exec(ctx, `UPDATE conference_level SET sheet = $1, cursor = $2 WHERE conference = $3 AND n = $4`, l.Sheet, l.cursor, l.Conference, l.N)
}

// told notes how far the hosts of a level are told, and how deep they stand.
func told(ctx context.Context, tx *db.Tx, l Level, deepest int64) error {
	return tx.Exec(ctx, `
		UPDATE conference_level SET cursor = $1, told = $2, deepest = CASE WHEN deepest > $3 THEN deepest ELSE $3 END
		WHERE conference = $4 AND n = $5`, l.cursor, map[bool]int{true: 1}[l.Told], deepest, l.Conference, l.N)
}

func insertHosts(ctx context.Context, tx *db.Tx, l Level, units []int64) error {
	return db.InsertMany(ctx, tx, `INSERT INTO conference_asked (conference, level, unit) VALUES`, len(units), func(i int) []any {
		return []any{l.Conference, l.N, units[i]}
	})
}

// titled returns the title, the tree and the state of a conference, for the house.
func titled(ctx context.Context, tx *db.Tx, id string) (title, tree string, s conference.State, err error) {
	err = tx.One(ctx, `SELECT title, tree, state FROM conference WHERE id = $1`, []any{id}, &title, &tree, &s)
	return title, tree, s, err
}

// ofKind returns which of some units are of a kind today.
func ofKind(ctx context.Context, tx *db.Tx, kind string, units []int64) (map[int64]bool, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (u int64, err error) { return u, r.Scan(&u) }, `
		SELECT k.unit FROM unit_kind k
		WHERE k.kind = $1 AND k.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $2 THEN x.from_day END), min(x.from_day)) FROM unit_kind x WHERE x.unit = k.unit) AND k.unit IN`,
		units, kind, vn.DayOf(tx.Now))
	is := make(map[int64]bool, len(all))
	for _, u := range all {
		is[u] = true
	}
	return is, err
}

// A Call is a level that asks by's unit to hold a conference.
type Call struct {
	Level
	Title string // of the conference above
}

// Calls returns the levels that ask by's own unit to hold a conference and for which
// it has not entered one, the soonest first. It reads what the units above have
// planned and no other levels; of one conference alone if id is not "".
func Calls(ctx context.Context, tx *db.Tx, by auth.Actor, id string) ([]Call, error) {
	const most = 100
	paths, args := above(by.Path), []any{by.Unit, by.Tree, id, most}
	for i, p := range paths {
		args, paths[i] = append(args, p), db.Arg(len(args)+1)
	}
	if len(paths) == 0 {
		return nil, nil
	}
	return db.All(ctx, tx, func(r db.Scanner) (c Call, err error) {
		c.Level, err = scan(also{r, &c.Title})
		return c, err
	}, `SELECT `+columns+`, c.title
		FROM place pl
		JOIN conference_level l ON l.unit = pl.unit AND l.sheet <> 0
		JOIN conference_asked h ON h.conference = l.conference AND h.level = l.n AND h.unit = $1
		JOIN conference c ON c.id = l.conference AND c.state <> 'cancelled'
		WHERE pl.tree = $2 AND pl.path IN (`+strings.Join(paths, ", ")+`) AND ($3 = '' OR l.conference = $3)
			AND NOT EXISTS (SELECT 1 FROM conference x WHERE x.parent = l.conference AND x.parent <> '' AND x.level = l.n AND x.level_unit = $1 AND x.state <> 'cancelled')
		ORDER BY l.day, l.conference, l.n LIMIT $4`, args...)
}

// also is a row with one column more.
type also struct {
	db.Scanner
	last any
}

// Scan reads the columns of a row and the one more.
func (a also) Scan(dest ...any) error { return a.Scanner.Scan(append(dest, a.last)...) }

// above returns the paths of the units above one.
func above(path string) (all []string) {
	for i, r := range path {
		if r == '/' && i > 0 && i < len(path)-1 {
			all = append(all, path[:i+1])
		}
	}
	return all
}

func epochOf(ctx context.Context, tx *db.Tx, sheet int64) (*epoch.Epoch, error) {
	s, err := tally.Find(ctx, tx, sheet)
	if err != nil {
		return nil, err
	}
	return epoch.ByID(ctx, tx, s.Epoch)
}

// Counted returns which of some conferences are closed, so that their attendance lists
// stand.
func Counted(ctx context.Context, tx *db.Tx, ids []string) (map[string]bool, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) },
		`SELECT id FROM conference WHERE state = 'closed' AND id IN`, ids)
	counted := make(map[string]bool, len(all))
	for _, id := range all {
		counted[id] = true
	}
	return counted, err
}
