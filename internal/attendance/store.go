package attendance

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

func insertOccasion(ctx context.Context, tx *db.Tx, o Occasion) error {
	return tx.Exec(ctx, `INSERT INTO occasion (id, tree, subject, host, version) VALUES ($1, $2, $3, $4, 1)`, o.ID, o.Tree, o.Subject, o.Host)
}

// Get returns an occasion. The caller has seen the thing it belongs to.
func Get(ctx context.Context, tx *db.Tx, id string) (o Occasion, err error) {
	var checkout, orphans int
	err = tx.One(ctx, `SELECT id, tree, subject, host, closed_at, people, need, checkout, version,
			CASE WHEN EXISTS (SELECT 1 FROM attendance_fact f WHERE f.occasion = $1 AND f.standing = 7) THEN 1 ELSE 0 END
		FROM occasion WHERE id = $1`, []any{id},
		&o.ID, &o.Tree, &o.Subject, &o.Host, db.At(&o.ClosedAt), &o.People, &o.Need, &checkout, &o.Version, &orphans)
	o.Checkout, o.orphans = checkout != 0, orphans != 0
	return o, err
}

// attended says of a row a of the roll of an occasion o whether the person has attended
// by its rule: the bits of calls are counted.
const attended = `(a.state IN ('present', 'online') AND (o.checkout = 0 OR a.checked_out = 1) AND
	(a.calls & 1) + ((a.calls >> 1) & 1) + ((a.calls >> 2) & 1) + ((a.calls >> 3) & 1) +
	((a.calls >> 4) & 1) + ((a.calls >> 5) & 1) + ((a.calls >> 6) & 1) + ((a.calls >> 7) & 1) >= o.need)`

const byRule = `CASE WHEN ` + attended + ` THEN 1 ELSE 0 END`

// A roll with the names of people and units. $1 is today.
const rolls = `SELECT a.member, m.key, m.name,
		coalesce((SELECT f.title FROM office f WHERE f.member = a.member AND f.unit = a.unit AND f.from_day <= $1 AND (f.to_day = '' OR f.to_day > $1)
			ORDER BY f.rank LIMIT 1), ''),
		a.unit, u.key, n.short, a.state, a.reason, a.site, a.extra, a.actor_name, a.at, a.version,
		a.calls, a.checked_out, ` + byRule + `
	FROM attendance a
	JOIN member m ON m.id = a.member
	JOIN unit u ON u.id = a.unit
	JOIN unit_name n ON n.unit = a.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = a.unit)
	JOIN occasion o ON o.id = a.occasion
	JOIN place p ON p.tree = o.tree AND p.unit = a.unit
	WHERE a.occasion = $2`

func scanRow(r db.Scanner) (v Row, err error) {
	var extra, out, took int
	err = r.Scan(&v.Member, &v.MemberKey, &v.Name, &v.Office, &v.Unit, &v.UnitKey, &v.UnitName, &v.State, &v.Reason,
		&v.Site, &extra, &v.ActorName, db.At(&v.At), &v.Version, &v.Calls, &out, &took)
	v.Extra, v.Out, v.Attended = extra != 0, out != 0, took != 0
	return v, err
}

// Roll returns the roll of an occasion, by unit and name. The caller has seen
// the occasion and may see its names: its host and those above.
func Roll(ctx context.Context, tx *db.Tx, occasion string) ([]Row, error) {
	return db.All(ctx, tx, scanRow, rolls+` ORDER BY p.path, m.sort, m.id`, vn.DayOf(tx.Now), occasion)
}

// RollAfter returns rows of a roll in a state, in all if that is "": the whole roll,
// or the part by sees through their own subtree; in the order of members' ids, at most limit after one.
func RollAfter(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, whole bool, s State, after int64, limit int) ([]Row, error) {
	from, to := by.Path, by.End()
	if whole {
		from, to = "/", auth.After("/")
	}
	return db.All(ctx, tx, scanRow, rolls+` AND p.path >= $3 AND p.path < $4 AND ($5 = '' OR a.state = $5) AND a.member > $6
		ORDER BY a.member LIMIT $7`, vn.DayOf(tx.Now), occasion, from, to, s, after, limit)
}

// RollOfUnit returns the part of a roll that by sees of one home unit.
func RollOfUnit(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, unit int64) ([]Row, error) {
	return db.All(ctx, tx, scanRow, rolls+` AND a.member IN (SELECT member FROM attendance WHERE occasion = $2 AND unit = $5)
		AND p.path || '' >= $3 AND p.path || '' < $4 ORDER BY m.sort, m.id`,
		vn.DayOf(tx.Now), occasion, by.Path, by.End(), unit)
}

// RollOfKeys returns the rows of members with keys, of the whole roll.
func RollOfKeys(ctx context.Context, tx *db.Tx, occasion string, keys []string) ([]Row, error) {
	return db.AllIn(ctx, tx, scanRow, rolls+` AND m.key IN`, keys, vn.DayOf(tx.Now), occasion)
}

// RollOfMembers returns the rows of members, as far as by sees them.
func RollOfMembers(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, members []int64) ([]Row, error) {
	var all []Row
	for len(members) > 0 {
		n := min(listed, len(members))
		in, args := among(members[:n], vn.DayOf(tx.Now), occasion, by.Path, by.End())
		some, err := db.All(ctx, tx, scanRow, rolls+` AND p.path || '' >= $3 AND p.path || '' < $4 AND a.member IN `+in+` ORDER BY m.sort, m.id`, args...)
		if err != nil {
			return nil, err
		}
		all, members = append(all, some...), members[n:]
	}
	return all, nil
}

// among returns a list of listed ids as SQL, the last repeated, and args with the ids
// behind them.
func among(ids []int64, args ...any) (string, []any) {
	list := make([]string, listed)
	for i := range list {
		args = append(args, ids[min(i, len(ids)-1)])
		list[i] = db.Arg(len(args))
	}
	return `(` + strings.Join(list, `, `) + `)`, args
}

// Many reports whether more than n people are on a roll.
func Many(ctx context.Context, tx *db.Tx, occasion string, n int) (bool, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (m int64, err error) { return m, r.Scan(&m) },
		`SELECT member FROM attendance WHERE occasion = $1 ORDER BY member LIMIT 1 OFFSET $2`, occasion, n)
	return len(all) > 0, err
}

const listed = 50 // members asked about by one statement

// A Count is how many people of a unit are in a state, those not invited apart, and
// those who have attended by the rule.
type Count struct {
	Unit     int64
	State    State
	Extra    bool
	Attended bool
	N        int64
}

func scanCount(r db.Scanner) (c Count, err error) {
	var extra, took int
	err = r.Scan(&c.Unit, &c.State, &extra, &took, &c.N)
	c.Extra, c.Attended = extra != 0, took != 0
	return c, err
}

// Counts returns the people of an occasion by home unit and state.
func Counts(ctx context.Context, tx *db.Tx, occasion string) ([]Count, error) {
	return CountsOf(ctx, tx, occasion, 0, math.MaxInt64)
}

// CountsOf is Counts of the units with ids after one, to the end of a range.
func CountsOf(ctx context.Context, tx *db.Tx, occasion string, after, to int64) ([]Count, error) {
	return db.All(ctx, tx, scanCount, `SELECT x.unit, x.state, x.extra, x.took, count(*) FROM (
			SELECT a.unit AS unit, a.state AS state, a.extra AS extra, `+byRule+` AS took FROM occasion o JOIN attendance a ON a.occasion = o.id
			WHERE o.id = $1 AND a.unit > $2 AND a.unit <= $3) x
		GROUP BY x.unit, x.state, x.extra, x.took ORDER BY x.unit, x.state, x.extra, x.took`, occasion, after, to)
}

// A CallCount is how many invited people of a unit were there at each roll call, the
// first before the others, and how many have checked out.
type CallCount struct {
	Unit, Out int64
	There     [MostCalls]int64
}

// CallsOf returns that of the units with ids after one, to the end of a range.
func CallsOf(ctx context.Context, tx *db.Tx, occasion string, after, to int64) ([]CallCount, error) {
	q := `SELECT unit, CAST(sum(checked_out) AS BIGINT)`
	for n := range MostCalls {
		q += `, CAST(sum((calls >> ` + strconv.Itoa(n) + `) & 1) AS BIGINT)`
	}
	return db.All(ctx, tx, func(r db.Scanner) (c CallCount, err error) {
		to := []any{&c.Unit, &c.Out}
		for n := range MostCalls {
			to = append(to, &c.There[n])
		}
		return c, r.Scan(to...)
	}, q+` FROM attendance WHERE occasion = $1 AND unit > $2 AND unit <= $3 AND extra = 0 GROUP BY unit ORDER BY unit`, occasion, after, to)
}

// CheckedIn returns the people of an occasion with a check-in that counts, by home
// unit.
func CheckedIn(ctx context.Context, tx *db.Tx, occasion string) ([]Count, error) {
	return db.All(ctx, tx, scanCount, `SELECT unit, '', extra, 0, count(*) FROM attendance_fact WHERE occasion = $1 AND standing = 1
		GROUP BY unit, extra ORDER BY unit, extra`, occasion)
}

// UnitAfter returns a unit of a roll such that the people of the units with ids
// after one, up to it, are about n; false if there are none.
func UnitAfter(ctx context.Context, tx *db.Tx, occasion string, after int64, n int) (int64, bool, error) {
	unit := func(r db.Scanner) (u int64, err error) { return u, r.Scan(&u) }
	all, err := db.All(ctx, tx, unit, `SELECT unit FROM attendance WHERE occasion = $1 AND unit > $2 ORDER BY unit LIMIT 1 OFFSET $3`, occasion, after, n)
	if err == nil && len(all) == 0 {
		all, err = db.All(ctx, tx, unit, `SELECT unit FROM attendance WHERE occasion = $1 AND unit > $2 ORDER BY unit DESC LIMIT 1`, occasion, after)
	}
	if err != nil || len(all) == 0 {
		return 0, false, err
	}
	return all[0], true, nil
}

// Took returns the members who have attended an occasion.
func Took(ctx context.Context, tx *db.Tx, occasion string) ([]int64, error) {
	return TookOf(ctx, tx, occasion, 0, math.MaxInt64)
}

// The statements below look rows up by one index and read them by their keys: without
// statistics SQLite takes the order of the keys for better than any index, and would
// go through the whole roll.

// TookOf is Took, which goes by the rule, of the units with ids after one, to the end of a range.
func TookOf(ctx context.Context, tx *db.Tx, occasion string, after, to int64) ([]int64, error) {
	return db.All(ctx, tx, func(r db.Scanner) (m int64, err error) { return m, r.Scan(&m) },
		`SELECT a.member FROM occasion o JOIN attendance a ON a.occasion = o.id WHERE o.id = $1 AND a.unit > $2 AND a.unit <= $3 AND `+attended+` ORDER BY a.unit, a.member`, occasion, after, to)
}

// Anybody reports whether anybody took part in an occasion so far.
func Anybody(ctx context.Context, tx *db.Tx, occasion string) (bool, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (m int64, err error) { return m, r.Scan(&m) },
		`SELECT member FROM attendance WHERE occasion = $1 AND state IN ('present', 'online') LIMIT 1`, occasion)
	return len(all) > 0, err
}

// Elsewhere returns another closed occasion of the same subject that a
// member has attended, the first; false if there is none.
func Elsewhere(ctx context.Context, tx *db.Tx, subject, not string, member int64) (string, bool, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) }, `
		SELECT o.id FROM attendance a JOIN occasion o ON o.id = a.occasion
		WHERE o.subject = $1 AND o.id <> $2 AND o.closed_at IS NOT NULL AND a.member = $3 AND `+attended+`
		ORDER BY o.closed_at, o.id LIMIT 1`, subject, not, member)
	if err != nil || len(all) == 0 {
		return "", false, err
	}
	return all[0], true, nil
}

// Guests returns the groups of guests of an occasion.
func Guests(ctx context.Context, tx *db.Tx, occasion string) ([]Guest, error) {
	return db.All(ctx, tx, func(r db.Scanner) (g Guest, err error) { return g, r.Scan(&g.Label, &g.Number) },
		`SELECT label, number FROM guest WHERE occasion = $1 ORDER BY n`, occasion)
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, m org.Member, s State) (added bool, err error) {
	n, err := tx.ExecN(ctx, `
		INSERT INTO attendance (occasion, member, unit, state, began, reason, actor, actor_name, at, version)
		VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8, 1) ON CONFLICT (occasion, member) DO NOTHING`,
		occasion, m.ID, m.Unit, s, s == Exempt, by.Login, by.Name, tx.Now)
	return n == 1, err
}

// loadMarked reads people who are marked by hand, with all that bears on them.
func (b *batch) loadMarked(ctx context.Context, tx *db.Tx, marks []Mark) error {
	ids := make([]int64, len(marks))
	b.calls = map[int64]bool{1: true}
	for i, m := range marks {
		if ids[i] = m.Member; m.Call > 1 {
			b.name(m.Call)
		}
	}
	if len(b.used) > 0 {
		all, err := calls(ctx, tx, b.occasion.ID)
		if err != nil {
			return err
		}
		for _, c := range all {
			b.calls[c.N] = true
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if err := loadPeople(ctx, tx, b, `m.id`, ids); err != nil {
		return err
	}
	var first []string
	for _, p := range b.people {
		if p.worked = true; p.fact != "" {
			first = append(first, p.fact)
		}
	}
	if err := b.loadFacts(ctx, tx, first); err != nil {
		return err
	}
	return b.loadWorked(ctx, tx, ids)
}

func insertChanges(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, all []change) error {
	return db.InsertMany(ctx, tx, `INSERT INTO attendance_change (id, occasion, member, call, over, state_from, state_to, reason, actor, actor_name, at) VALUES`,
		len(all), func(i int) []any {
			c := all[i]
			return []any{tx.NewID(), occasion, c.member, c.call, c.over, c.was, c.state, c.reason, by.Login, by.Name, tx.Now}
		})
}

func replaceGuests(ctx context.Context, tx *db.Tx, occasion string, guests []Guest) error {
	if err := tx.Exec(ctx, `DELETE FROM guest WHERE occasion = $1`, occasion); err != nil {
		return err
	}
	for i, g := range guests {
		if err := tx.Exec(ctx, `INSERT INTO guest (occasion, n, label, number) VALUES ($1, $2, $3, $4)`, occasion, i+1, g.Label, g.Number); err != nil {
			return err
		}
	}
	return nil
}

func setClosed(ctx context.Context, tx *db.Tx, occasion string, at any) error {
	return tx.Exec(ctx, `UPDATE occasion SET closed_at = $1, version = version + 1 WHERE id = $2`, at, occasion)
}

func today(tx *db.Tx) vn.Day { return vn.DayOf(tx.Now) }
