package invitation

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

const rules = `SELECT n, body, found, fresh, counted_at, applying, after, done, invited, applied_at, actor, actor_name, version FROM invitation_rule WHERE conference = $1`

func scanRule(r db.Scanner) (k Kept, err error) {
	var body string
	var applying int
	if err = r.Scan(&k.N, &body, &k.Found, &k.Fresh, db.At(&k.CountedAt), &applying, &k.after, &k.Done, &k.Invited, db.At(&k.AppliedAt), &k.actor, &k.ActorName, &k.Version); err != nil {
		return k, err
	}
	k.Applying = applying != 0
	return k, json.Unmarshal([]byte(body), &k.Rule)
}

// Rules returns the rules of a conference. The caller has seen it.
func Rules(ctx context.Context, tx *db.Tx, m Meeting) ([]Kept, error) {
	return db.All(ctx, tx, scanRule, rules+` ORDER BY n`, m.ID)
}

func rule(ctx context.Context, tx *db.Tx, id string, n int64) (Kept, error) {
	return db.First(db.All(ctx, tx, scanRule, rules+` AND n = $2`, id, n))
}

// waiting returns the first rule that a job is to apply; number 0 if there is none.
func waiting(ctx context.Context, tx *db.Tx, id string) (k Kept, tree string, err error) {
	all, err := db.All(ctx, tx, scanRule, rules+` AND applying = 1 ORDER BY n LIMIT 1`, id)
	if err != nil || len(all) == 0 {
		return k, "", err
	}
	return all[0], tree, tx.One(ctx, `SELECT tree FROM conference WHERE id = $1`, []any{id}, &tree)
}

func nextRule(ctx context.Context, tx *db.Tx, id string) (n int64, err error) {
	return n, tx.One(ctx, `SELECT coalesce(max(n), 0) + 1 FROM invitation_rule WHERE conference = $1`, []any{id}, &n)
}

func insertRule(ctx context.Context, tx *db.Tx, by auth.Actor, id string, k Kept) error {
	body, err := json.Marshal(k.Rule)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO invitation_rule (conference, n, body, found, fresh, counted_at, applying, after, done, invited, actor, actor_name, version)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '', 0, 0, $7, $8, 1)`, id, k.N, string(body), k.Found, k.Fresh, tx.Now, by.Login, by.Name)
}

func deleteRule(ctx context.Context, tx *db.Tx, id string, n, version int64) error {
	return db.Changed(tx.ExecN(ctx, `DELETE FROM invitation_rule WHERE conference = $1 AND n = $2 AND version = $3 AND applying = 0`, id, n, version))
}

func setCounted(ctx context.Context, tx *db.Tx, id string, k Kept) error {
	return tx.Exec(ctx, `UPDATE invitation_rule SET found = $1, fresh = $2, counted_at = $3 WHERE conference = $4 AND n = $5`, k.Found, k.Fresh, tx.Now, id, k.N)
}

// begin leaves the rest of a rule to a job.
func begin(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE invitation_rule SET applying = 1, after = '', done = 0, actor = $1, actor_name = $2, version = version + 1
		WHERE conference = $3 AND n = $4 AND version = $5`, by.Login, by.Name, id, n, version))
}

func applied(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64, fresh int) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE invitation_rule SET fresh = 0, invited = invited + $1, applied_at = $2, actor = $3, actor_name = $4, version = version + 1
		WHERE conference = $5 AND n = $6 AND version = $7`, fresh, tx.Now, by.Login, by.Name, id, n, version))
}

func further(ctx context.Context, tx *db.Tx, id string, n int64, after string, fresh int) error {
	return tx.Exec(ctx, `UPDATE invitation_rule SET after = $1, invited = invited + $2, done = done + $2 WHERE conference = $3 AND n = $4`, after, fresh, id, n)
}

func rest(ctx context.Context, tx *db.Tx, id string, n int64) error {
	return tx.Exec(ctx, `UPDATE invitation_rule SET applying = 0, fresh = 0, applied_at = $1 WHERE conference = $2 AND n = $3`, tx.Now, id, n)
}

func siteExists(ctx context.Context, tx *db.Tx, id string, n int64) (bool, error) {
	if n == 0 {
		return true, nil
	}
	all, err := db.All(ctx, tx, func(r db.Scanner) (n int64, err error) { return n, r.Scan(&n) }, `SELECT n FROM site WHERE conference = $1 AND n = $2`, id, n)
	return len(all) > 0, err
}

// naming is a rule as a statement: who it names, by member and home.
type naming struct {
	from  string
	where []string
	args  []any
}

func (q *naming) arg(v any) string {
	q.args = append(q.args, v)
	return db.Arg(len(q.args))
}

func (q *naming) list(all []string) string { return `(` + strings.Join(all, ` OR `) + `)` }

// name makes the statement of a rule; ok is false if none of its units stands today.
func name(ctx context.Context, tx *db.Tx, m Meeting, r Rule) (q naming, ok bool, err error) {
	today := vn.DayOf(tx.Now)
	q.args = []any{m.Tree, m.ID}
	q.where = []string{`p.tree = $1`}
	if len(r.Ranks)+len(r.Titles) > 0 {
		day := q.arg(today)
		q.from = `place p JOIN office o ON o.unit = p.unit
			JOIN membership s ON s.member = o.member AND s.ended = 0 JOIN place hp ON hp.tree = $1 AND hp.unit = s.unit`
		q.where = append(q.where, `o.from_day <= `+day+` AND (o.to_day = '' OR o.to_day > `+day+`)`)
		var any []string
		for _, n := range r.Ranks {
			any = append(any, `o.rank = `+q.arg(n))
		}
		for _, t := range r.Titles {
			a := q.arg(t)
			any = append(any, `substr(o.title, 1, length(`+a+`)) = `+a)
		}
		q.where = append(q.where, q.list(any))
	} else {
		q.from = `place p JOIN membership s ON s.unit = p.unit`
		q.where = append(q.where, `s.ended = 0`)
	}
	paths, err := db.AllIn(ctx, tx, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) },
		`SELECT p.path FROM unit u JOIN place p ON p.tree = $1 AND p.unit = u.id WHERE u.key IN`, r.Units, m.Tree)
	if err != nil || len(paths) == 0 {
		return q, false, err
	}
	var within []string
	for _, path := range paths {
		if r.Whole {
			within = append(within, `p.path >= `+q.arg(path)+` AND p.path < `+q.arg(auth.After(path)))
		} else {
			within = append(within, `p.path = `+q.arg(path))
		}
	}
	q.where = append(q.where, q.list(within))
	if len(r.Depths) > 0 {
		var any []string
		for _, n := range r.Depths {
			any = append(any, `p.depth = `+q.arg(n))
		}
		q.where = append(q.where, q.list(any))
	}
	if len(r.Kinds) > 0 {
		var any []string
		for _, k := range r.Kinds {
			any = append(any, `k.kind = `+q.arg(k))
		}
		q.where = append(q.where, `EXISTS (SELECT 1 FROM unit_kind k WHERE k.unit = p.unit AND k.to_day = '' AND `+q.list(any)+`)`)
	}
	return q, true, nil
}

// text is the statement for members after one, or of all of them.
func (q *naming) text(fresh bool) string {
	s := `SELECT s.member, s.unit FROM ` + q.from + ` WHERE ` + strings.Join(q.where, ` AND `)
	if fresh {
		s += ` AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.occasion = $2 AND a.member = s.member)`
	}
	return s
}

// named returns whom a rule names in the units after a path, up to another, who is not
// on the roll, at most limit.
func named(ctx context.Context, tx *db.Tx, m Meeting, r Rule, after, to string, limit int) ([]attendance.Invitee, error) {
	q, ok, err := name(ctx, tx, m, r)
	if err != nil || !ok {
		return nil, err
	}
	s := q.text(true) + ` AND p.path > ` + q.arg(after) + ` AND p.path <= ` + q.arg(to) + ` GROUP BY s.member, s.unit ORDER BY s.member LIMIT ` + q.arg(limit)
	return db.All(ctx, tx, func(r db.Scanner) (v attendance.Invitee, err error) {
		var exempt int
		err = r.Scan(&v.Member, &v.Unit, &exempt)
		v.Exempt = exempt != 0
		return v, err
	}, `SELECT x.member, x.unit, (SELECT count(*) FROM exemption e WHERE e.member = x.member AND e.ended = 0 AND e.from_day <= `+q.arg(vn.DayOf(tx.Now))+`) FROM (`+s+`) x ORDER BY x.member`, q.args...)
}

// lastPath is after every path.
const lastPath = "~"

// pathAfter returns the path such that so many units stand after one, up to it;
// lastPath if there are fewer.
func pathAfter(ctx context.Context, tx *db.Tx, tree, after string, units int) (string, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) },
		`SELECT path FROM place WHERE tree = $1 AND path > $2 ORDER BY path LIMIT 1 OFFSET $3`, tree, after, units-1)
	if err != nil || len(all) == 0 {
		return lastPath, err
	}
	return all[0], nil
}

// wide reports whether a rule looks through more than so many units.
func wide(ctx context.Context, tx *db.Tx, m Meeting, r Rule, units int) (bool, error) {
	if !r.Whole {
		return false, nil
	}
	n := 0
	for _, key := range r.Units {
		some, err := db.All(ctx, tx, func(r db.Scanner) (n int, err error) { return n, r.Scan(&n) }, `
			SELECT count(*) FROM (SELECT 1 FROM unit u JOIN place t ON t.tree = $1 AND t.unit = u.id JOIN place p ON p.tree = $1 AND p.path >= t.path AND p.path < substr(t.path, 1, length(t.path) - 1) || '0'
			WHERE u.key = $2 LIMIT $3) x`, m.Tree, key, units+1)
		if err != nil {
			return false, err
		}
		n += some[0]
	}
	return n > units, nil
}

// count returns how many people a rule names, and how many of them are not on the roll.
func count(ctx context.Context, tx *db.Tx, m Meeting, r Rule) (found, fresh int64, err error) {
	q, ok, err := name(ctx, tx, m, r)
	if err != nil || !ok {
		return 0, 0, err
	}
	// Both counts use $2, so that the parameters are the same.
	return found, fresh, tx.One(ctx, `SELECT (SELECT count(*) FROM (`+q.text(false)+` AND $2 <> '' GROUP BY s.member, s.unit) x), (SELECT count(*) FROM (`+q.text(true)+` GROUP BY s.member, s.unit) y)`,
		q.args, &found, &fresh)
}

// byKeys returns members of a tree by their keys.
func byKeys(ctx context.Context, tx *db.Tx, m Meeting, keys []string) (map[string]attendance.Invitee, error) {
	type found struct {
		key string
		attendance.Invitee
	}
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (f found, err error) {
		var exempt int
		err = r.Scan(&f.key, &f.Member, &f.Unit, &exempt)
		f.Exempt = exempt != 0
		return f, err
	}, `SELECT m.key, m.id, s.unit, (SELECT count(*) FROM exemption e WHERE e.member = m.id AND e.ended = 0 AND e.from_day <= $2)
		FROM member m JOIN membership s ON s.member = m.id AND s.ended = 0 JOIN place p ON p.tree = $1 AND p.unit = s.unit WHERE m.key IN`, keys, m.Tree, vn.DayOf(tx.Now))
	out := make(map[string]attendance.Invitee, len(all))
	for _, f := range all {
		out[f.key] = f.Invitee
	}
	return out, err
}

// onRoll returns which of members are on the roll of a conference.
func onRoll(ctx context.Context, tx *db.Tx, id string, members []int64) (map[int64]bool, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (n int64, err error) { return n, r.Scan(&n) }, `SELECT member FROM attendance WHERE occasion = $1 AND member IN`, members, id)
	on := make(map[int64]bool, len(all))
	for _, n := range all {
		on[n] = true
	}
	return on, err
}

func insertGuest(ctx context.Context, tx *db.Tx, by auth.Actor, id string, g Guest) (int64, error) {
	n := tx.NewID()
	if err := tx.Exec(ctx, `INSERT INTO invitation_guest (number, conference, email, phone, entered_name, entered_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		n, id, g.Email, g.Phone, by.Name, tx.Now); err != nil {
		return 0, err
	}
	return n, tx.Exec(ctx, `INSERT INTO attendance_guest (occasion, id, number, name, fold, org, site, seat, calls, checked_out, fact, at) VALUES ($1, $2, $3, $4, $5, $6, $7, -1, 0, 0, '', $8)`,
		id, strconv.FormatInt(n, 10), n, g.Name, vn.Fold(g.Name), g.Org, g.Site, tx.Now)
}

// sameGuests returns the guests of a conference as name and organisation, folded.
func sameGuests(ctx context.Context, tx *db.Tx, id string) (map[string]bool, error) {
	all := map[string]bool{}
	return all, db.Each(ctx, tx, `SELECT fold, org FROM attendance_guest WHERE occasion = $1 AND number > 0`, []any{id}, func(r db.Scanner) error {
		var fold, org string
		err := r.Scan(&fold, &org)
		all[fold+"\n"+vn.Fold(org)] = true
		return err
	})
}

// unanswered returns members on the roll without an answer, after one, with the
// account they sign in by, "" if they have none, and their home.
func unanswered(ctx context.Context, tx *db.Tx, id string, after int64, limit int) ([]silent, error) {
	return db.All(ctx, tx, func(r db.Scanner) (s silent, err error) { return s, r.Scan(&s.member, &s.unit, &s.account) }, `
		SELECT a.member, a.unit, coalesce((SELECT min(c.id) FROM account c WHERE c.member = a.member AND c.disabled_at IS NULL), '')
		FROM attendance a WHERE a.occasion = $1 AND a.member > $2 AND a.state = 'invited'
			AND NOT EXISTS (SELECT 1 FROM invitation_answer x WHERE x.conference = $1 AND x.member = a.member AND x.guest = 0 AND x.stands = 1)
		ORDER BY a.member LIMIT $3`, id, after, limit)
}

// treeOf returns the tree of a conference.
func treeOf(ctx context.Context, tx *db.Tx, id string) (tree string, err error) {
	err = tx.One(ctx, `SELECT tree FROM conference WHERE id = $1`, []any{id}, &tree)
	if err != nil {
		err = fault.Wrap(fault.NotFound, err, "error.not_found")
	}
	return tree, err
}
