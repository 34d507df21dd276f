package presence

import (
	"context"
	"math"
	"strconv"
	"strings"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

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
func RollAfter(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, whole bool, s attendance.State, after int64, limit int) ([]Row, error) {
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
	State    attendance.State
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
	There     [attendance.MostCalls]int64
}

// CallsOf returns that of the units with ids after one, to the end of a range.
func CallsOf(ctx context.Context, tx *db.Tx, occasion string, after, to int64) ([]CallCount, error) {
	q := `SELECT unit, CAST(sum(checked_out) AS BIGINT)`
	for n := range attendance.MostCalls {
		q += `, CAST(sum((calls >> ` + strconv.Itoa(n) + `) & 1) AS BIGINT)`
	}
	return db.All(ctx, tx, func(r db.Scanner) (c CallCount, err error) {
		to := []any{&c.Unit, &c.Out}
		for n := range attendance.MostCalls {
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

func today(tx *db.Tx) vn.Day { return vn.DayOf(tx.Now) }

// A HeadCount is how many heads were counted at a site at a roll call.
type HeadCount struct{ Site, Call, N int64 }

// HeadCounts returns the counts of heads that stand.
func HeadCounts(ctx context.Context, tx *db.Tx, occasion string) ([]HeadCount, error) {
	return db.All(ctx, tx, func(r db.Scanner) (h HeadCount, err error) { return h, r.Scan(&h.Site, &h.Call, &h.N) },
		`SELECT site, call, n FROM attendance_fact WHERE occasion = $1 AND member = 0 AND guest = '' AND state = 'heads' AND standing = 4 ORDER BY site, call`, occasion)
}

// GuestsThere returns how many guests who are persons have come.
func GuestsThere(ctx context.Context, tx *db.Tx, occasion string) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM attendance_guest WHERE occasion = $1 AND calls <> 0`, []any{occasion}, &n)
	return n, err
}

// Missed returns rows of a closed occasion's roll of people who were invited, and have
// attended neither it nor another closed occasion of its subject: of the whole roll, or
// of the part by sees through their own subtree; in the order of members' ids, at most
// limit after one.
func Missed(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, whole bool, after int64, limit int) ([]Row, error) {
	from, to := by.Path, by.End()
	if whole {
		from, to = "/", auth.After("/")
	}
	return db.All(ctx, tx, scanRow, rolls+` AND a.extra = 0 AND a.state <> 'exempt' AND a.member > $3 AND p.path || '' >= $5 AND p.path || '' < $6 AND NOT `+attended+`
		AND NOT EXISTS (SELECT 1 FROM attendance b JOIN occasion c ON c.id = b.occasion WHERE b.member = a.member AND b.occasion <> $2
			AND o.subject <> '' AND c.subject = o.subject AND c.closed_at IS NOT NULL AND `+elsewhere+`)
		ORDER BY a.member LIMIT $4`, vn.DayOf(tx.Now), occasion, after, limit, from, to)
}

// elsewhere is attended of a row b of an occasion c.
var elsewhere = strings.NewReplacer("a.", "b.", "o.", "c.").Replace(attended)

// Visitors returns guests who are persons, of a site or with 0 of all, in the order of
// their ids, at most limit after one: those whose names hold the words of query, folded.
func Visitors(ctx context.Context, tx *db.Tx, occasion string, site int64, query, after string, limit int) ([]Guestcard, error) {
	match, args := db.Match("fold", query, 5)
	return db.All(ctx, tx, func(r db.Scanner) (g Guestcard, err error) {
		var out int
		err = r.Scan(&g.ID, &g.Number, &g.Name, &g.Org, &g.Site, &g.Calls, &out)
		g.Out = out != 0
		return g, err
	}, `SELECT id, number, name, org, site, calls, checked_out FROM attendance_guest WHERE occasion = $1 AND ($2 = 0 OR site = $2) AND id > $3 AND `+match+`
		ORDER BY id LIMIT $4`, append([]any{occasion, site, after, limit}, args...)...)
}

// A Home is a member with the unit on whose list they stood.
type Home struct{ Member, Unit int64 }

// Homes returns the members on the roll of an occasion who are not exempt, by id, at
// most limit after one. The caller has seen the occasion.
func Homes(ctx context.Context, tx *db.Tx, occasion string, after int64, limit int) ([]Home, error) {
	return db.All(ctx, tx, func(r db.Scanner) (h Home, err error) { return h, r.Scan(&h.Member, &h.Unit) },
		`SELECT member, unit FROM attendance WHERE occasion = $1 AND member > $2 AND state <> 'exempt' ORDER BY member LIMIT $3`, occasion, after, limit)
}

// A SiteCount is how many people are on the roll at a site, in a state.
type SiteCount struct {
	Site  int64
	State attendance.State
	N     int64
}

// CountsAt returns the people of sites by state.
func CountsAt(ctx context.Context, tx *db.Tx, occasion string, sites []int64) ([]SiteCount, error) {
	var all []SiteCount
	for len(sites) > 0 {
		n := min(listed, len(sites))
		in, args := among(sites[:n], occasion)
		some, err := db.All(ctx, tx, func(r db.Scanner) (c SiteCount, err error) { return c, r.Scan(&c.Site, &c.State, &c.N) },
			`SELECT site, state, count(*) FROM attendance WHERE occasion = $1 AND site IN `+in+` GROUP BY site, state ORDER BY site, state`, args...)
		if err != nil {
			return nil, err
		}
		all, sites = append(all, some...), sites[n:]
	}
	return all, nil
}

// RollAt returns rows of a roll at a site, in the order of members' ids, at most limit
// after one: those whose names hold the words of query, folded.
func RollAt(ctx context.Context, tx *db.Tx, occasion string, site int64, query string, after int64, limit int) ([]Row, error) {
	match, args := db.Match("m.fold", query, 6)
	return db.All(ctx, tx, scanRow, rolls+` AND a.member IN (SELECT member FROM attendance WHERE occasion = $2 AND site = $3) AND a.member + 0 > $4 AND `+match+` ORDER BY a.member LIMIT $5`,
		append([]any{today(tx), occasion, site, after, limit}, args...)...)
}

// RollFrom returns rows of a whole roll in the order of members' ids, at most limit
// after one.
func RollFrom(ctx context.Context, tx *db.Tx, occasion string, after int64, limit int) ([]Row, error) {
	return RollAfter(ctx, tx, auth.Actor{}, occasion, true, "", after, limit)
}
