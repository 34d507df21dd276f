package reform

import (
	"context"
	"slices"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// alone makes this transaction the only one that writes what a reform of many
// units touches: others wait, and do not clash with it.
func alone(ctx context.Context, tx *db.Tx) error {
	if err := tx.Alone(ctx, "unit_edge", "tally_post", "tally_sheet", "membership", "account_grant"); err != nil {
		return err
	}
	return org.LockLists(ctx, tx)
}

func insertMany(ctx context.Context, tx *db.Tx, by auth.Actor, id string, t Table) error {
	if err := tx.Exec(ctx, `INSERT INTO reform (id, tree, kind, day, decision, reason, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id, by.Tree, Many, t.Day, t.Decision, t.Reason, by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `INSERT INTO reform_plan (reform, unit, target, path, seq, state, problem, why) VALUES ($1, $2, $2, '', 0, 'draft', '', '')`, id, by.Unit); err != nil {
		return err
	}
	l := t.Lines
	return db.InsertMany(ctx, tx, `INSERT INTO reform_line (reform, n, act, unit, target, name, short, kind, num, den, keeper) VALUES`, len(l), func(i int) []any {
		n := l[i].N
		if n <= 0 {
			n = i + 1
		}
		return []any{id, n, l[i].Act, l[i].Unit, l[i].Target, l[i].Name, l[i].Short, l[i].Kind, l[i].Num, l[i].Den, l[i].Keeper}
	})
}

func scanLine(s db.Scanner) (l Line, err error) {
	var keeper int
	err = s.Scan(&l.N, &l.Act, &l.Unit, &l.Target, &l.Name, &l.Short, &l.Kind, &l.Num, &l.Den, &keeper)
	l.Keeper = keeper != 0
	return l, err
}

const lines = `SELECT n, act, unit, target, name, short, kind, num, den, keeper FROM reform_line WHERE reform = $1`

func linesOf(ctx context.Context, tx *db.Tx, reform string) ([]Line, error) {
	return db.All(ctx, tx, scanLine, lines+` ORDER BY n`, reform)
}

// LinesAfter returns lines of a reform's table, at most limit after one. The caller
// has seen the reform.
func LinesAfter(ctx context.Context, tx *db.Tx, reform string, after, limit int) ([]Line, error) {
	return db.All(ctx, tx, scanLine, lines+` AND n > $2 ORDER BY n LIMIT $3`, reform, after, limit)
}

func countLines(ctx context.Context, tx *db.Tx, reform string) (map[Act]int, error) {
	all := map[Act]int{}
	return all, db.Each(ctx, tx, `SELECT act, count(*) FROM reform_line WHERE reform = $1 GROUP BY act`, []any{reform}, func(s db.Scanner) error {
		var a Act
		var n int
		err := s.Scan(&a, &n)
		all[a] = n
		return err
	})
}

func setPlanned(ctx context.Context, tx *db.Tx, id string) error {
	if err := tx.Exec(ctx, `UPDATE reform SET undone_at = NULL, applied_at = NULL WHERE id = $1`, id); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE reform_plan SET state = 'planned', problem = '', why = '', seq = 0, at = NULL WHERE reform = $1`, id)
}

// remove takes a sketch away.
func remove(ctx context.Context, tx *db.Tx, id string) error {
	for _, q := range []string{`DELETE FROM reform_line WHERE reform = $1`, `DELETE FROM reform_plan WHERE reform = $1`, `DELETE FROM reform WHERE id = $1`} {
		if err := tx.Exec(ctx, q, id); err != nil {
			return err
		}
	}
	return nil
}

func scanPair(s db.Scanner) (p [2]int64, err error) { return p, s.Scan(&p[0], &p[1]) }

// countMembers counts who is on the lists of units, and who of them joined later
// than a day.
func countMembers(ctx context.Context, tx *db.Tx, units []int64, day vn.Day) (n int64, late int, err error) {
	err = db.AmongIDs(units, []any{day}, func(in string, args []any) error {
		var some int64
		var after int
		err := tx.One(ctx, `SELECT count(*), coalesce(sum(CASE WHEN from_day > $1 THEN 1 ELSE 0 END), 0) FROM membership WHERE ended = 0 AND unit `+in+``, args, &some, &after)
		n, late = n+some, late+after
		return err
	})
	return n, late, err
}

// grantsAt counts the logins that are trusted with something in units themselves,
// by unit.
func grantsAt(ctx context.Context, tx *db.Tx, tree string, units []int64) (map[int64]int64, error) {
	all := map[int64]int64{}
	return all, db.AmongIDs(units, []any{tree}, func(in string, args []any) error {
		some, err := db.All(ctx, tx, scanPair, `SELECT unit, count(DISTINCT account) FROM account_grant WHERE tree = $1 AND revoked_at IS NULL AND unit `+in+` GROUP BY unit`, args...)
		for _, p := range some {
			all[p[0]] = p[1]
		}
		return err
	})
}

// countWork counts what units still owe, and the conferences they have open.
func countWork(ctx context.Context, tx *db.Tx, units []int64) (owed, conferences int64, err error) {
	err = db.AmongIDs(units, nil, func(in string, args []any) error {
		var o, c int64
		err := tx.One(ctx, `SELECT (SELECT count(*) FROM obligation WHERE done_at IS NULL AND ended_at IS NULL AND keeper `+in+`),
			(SELECT count(*) FROM conference WHERE state IN ('draft', 'convened') AND unit `+in+`)`, args, &o, &c)
		owed, conferences = owed+o, conferences+c
		return err
	})
	return owed, conferences, err
}

// A listed is a membership that ends.
type listed struct{ id, member, unit int64 }

// markKeepers lets people be found where the units stand whose lists they joined.
func markKeepers(ctx context.Context, tx *db.Tx, tree string, all []listed, keeper map[int64]int64) error {
	var units []int64
	for _, l := range all {
		units = append(units, keeper[l.unit])
	}
	slices.Sort(units)
	var placed []org.Placed
	if err := db.AmongIDs(slices.Compact(units), []any{tree}, func(in string, args []any) error {
		some, err := db.All(ctx, tx, func(s db.Scanner) (p org.Placed, err error) { return p, s.Scan(&p.Unit, &p.Path) }, `SELECT unit, path FROM place WHERE tree = $1 AND unit `+in, args...)
		placed = append(placed, some...)
		return err
	}); err != nil {
		return err
	}
	return org.MarkPlaced(ctx, tx, tree, placed)
}

// changeLists puts the people of units that end on the lists of their keepers.
func changeLists(ctx context.Context, tx *db.Tx, r Reform, units []int64, keeper map[int64]int64) error {
	mark := tx.NewID()
	var all []listed
	if err := db.AmongIDs(units, nil, func(in string, args []any) error {
		some, err := db.All(ctx, tx, func(s db.Scanner) (l listed, err error) { return l, s.Scan(&l.id, &l.member, &l.unit) },
			`SELECT id, member, unit FROM membership WHERE ended = 0 AND unit `+in+` ORDER BY id`, args...)
		all = append(all, some...)
		return err
	}); err != nil {
		return err
	}
	if err := db.AmongIDs(units, []any{r.Day, mark, tx.Now}, func(in string, args []any) error {
		return tx.Exec(ctx, `UPDATE membership SET to_day = $1, ended = $2, ended_at = $3 WHERE ended = 0 AND unit `+in+``, args...)
	}); err != nil {
		return err
	}
	ids := make([]int64, len(all))
	for i := range ids {
		ids[i] = tx.NewID()
	}
	if err := db.InsertMany(ctx, tx, `INSERT INTO membership (id, member, unit, from_day, to_day, recorded_at, ended) VALUES`, len(all), func(i int) []any {
		return []any{ids[i], all[i].member, keeper[all[i].unit], r.Day, "", tx.Now, 0}
	}); err != nil {
		return err
	}
	if err := markKeepers(ctx, tx, r.Tree, all, keeper); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO reform_list (reform, member, before, after) VALUES`, len(all), func(i int) []any {
		return []any{r.ID, all[i].member, all[i].id, ids[i]}
	})
}

// Who ended by a reform, $1, and who keeps what was theirs.
const ended = `(SELECT l.old_unit AS unit, l.new_unit AS keeper FROM lineage l JOIN reform_step s ON s.reform = l.reform AND s.unit = l.old_unit AND s.act = 'end'
	WHERE l.reform = $1 AND l.keeper = 1)`

// takeWork lets keepers answer for what units that ended owed, and host what they
// hosted, and notes how it was.
func takeWork(ctx context.Context, tx *db.Tx, reform string) error {
	keeper := func(table, column string) string {
		return `(SELECT x.keeper FROM ` + ended + ` x WHERE x.unit = ` + table + `.` + column + `)`
	}
	in := ` IN (SELECT x.unit FROM ` + ended + ` x)`
	for _, q := range []string{
		`INSERT INTO reform_work (reform, what, id, step, unit, keeper) SELECT $1, 'duty', o.rollout, o.step, o.unit, o.keeper FROM obligation o WHERE o.keeper` + in,
		`UPDATE obligation SET keeper = ` + keeper(`obligation`, `keeper`) + ` WHERE keeper` + in,
		`INSERT INTO reform_work (reform, what, id, step, unit, keeper) SELECT $1, 'host', r.id, '', r.unit, 0 FROM rollout r WHERE r.unit` + in,
		`UPDATE rollout SET unit = ` + keeper(`rollout`, `unit`) + ` WHERE unit` + in,
		`INSERT INTO reform_work (reform, what, id, step, unit, keeper) SELECT $1, 'scope', r.id, '', r.scope, 0 FROM rollout r WHERE r.scope` + in + ` AND r.state IN ('open', 'approved', 'draft', 'submitted')`,
		`UPDATE rollout SET scope = ` + keeper(`rollout`, `scope`) + ` WHERE scope` + in + ` AND state IN ('open', 'approved', 'draft', 'submitted')`,
		`INSERT INTO reform_work (reform, what, id, step, unit, keeper) SELECT $1, 'form', f.id, '', f.unit, 0 FROM form f WHERE f.unit` + in,
		`UPDATE form SET unit = ` + keeper(`form`, `unit`) + ` WHERE unit` + in,
		`INSERT INTO reform_work (reform, what, id, step, unit, keeper) SELECT $1, 'stated', f.id, '', f.unit, 0 FROM statement_form f WHERE f.unit` + in,
		`UPDATE statement_form SET unit = ` + keeper(`statement_form`, `unit`) + ` WHERE unit` + in,
		`INSERT INTO reform_work (reform, what, id, step, unit, keeper) SELECT $1, 'conference', c.id, '', c.unit, 0 FROM conference c WHERE ` + toBeDone + ` AND c.unit` + in,
		`UPDATE conference SET unit = ` + keeper(`conference`, `unit`) + ` WHERE id IN (SELECT w.id FROM reform_work w WHERE w.reform = $1 AND w.what = 'conference')`,
		`UPDATE occasion SET host = (SELECT c.unit FROM conference AS c WHERE c.id = occasion.id) WHERE id IN (SELECT w.id FROM reform_work w WHERE w.reform = $1 AND w.what = 'conference')`,
		levelsOfHosts,
		`INSERT INTO reform_work (reform, what, id, step, unit, keeper) SELECT $1, 'bank', b.id, '', b.unit, 0 FROM quiz_bank b WHERE b.unit` + in,
		`UPDATE quiz_bank SET unit = ` + keeper(`quiz_bank`, `unit`) + ` WHERE unit` + in,
	} {
		if err := tx.Exec(ctx, q, reform); err != nil {
			return err
		}
	}
	return setScopes(ctx, tx)
}

// toBeDone says of a conference c that its host has work with it: it is not over, or
// papers, tests or minutes of it are not.
const toBeDone = `(c.state IN ('draft', 'convened') OR c.state IN ('closed', 'closing', 'reopening') AND (
	EXISTS (SELECT 1 FROM reflection r WHERE r.conference = c.id AND r.state <> 'closed')
	OR EXISTS (SELECT 1 FROM quiz q WHERE q.kind = 'conference' AND q.subject = c.id AND q.state <> 'closed')
	OR EXISTS (SELECT 1 FROM minutes m WHERE m.conference = c.id AND (SELECT count(*) FROM minutes_signature g WHERE g.conference = m.conference AND g.n = m.n) < 2)))`

// levelsOfHosts lets the levels of a conference stand at who hosts it now.
const levelsOfHosts = `UPDATE conference_level SET unit = (SELECT c.unit FROM conference AS c WHERE c.id = conference_level.conference)
	WHERE conference IN (SELECT w.id FROM reform_work w WHERE w.reform = $1 AND w.what = 'conference')`

// setScopes writes the paths of rollouts' scopes as they are.
func setScopes(ctx context.Context, tx *db.Tx) error {
	return tx.Exec(ctx, `UPDATE rollout SET scope_path = (SELECT p.path FROM place p WHERE p.tree = rollout.tree AND p.unit = rollout.scope)
		WHERE scope_path <> (SELECT p.path FROM place p WHERE p.tree = rollout.tree AND p.unit = rollout.scope)`)
}

// noteOutside notes what is still owed by a rollout and answered for by units that
// do not stand at or under a path.
func noteOutside(ctx context.Context, tx *db.Tx, reform, rollout, tree, path string) error {
	return tx.Exec(ctx, `INSERT INTO reform_work (reform, what, id, step, unit, keeper) SELECT $1, 'released', o.rollout, o.step, o.unit, o.keeper FROM obligation o
		WHERE o.rollout = $2 AND o.done_at IS NULL AND o.ended_at IS NULL AND o.keeper IN (SELECT unit FROM place WHERE tree = $3 AND (path < $4 OR path >= $5))`,
		reform, rollout, tree, path, auth.After(path))
}

// giveBack undoes changeLists and takeWork, what was released and what reaches
// whom.
func giveBack(ctx context.Context, tx *db.Tx, r Reform) error {
	was := func(what, table string) string {
		return `(SELECT w.unit FROM reform_work w WHERE w.reform = $1 AND w.what = '` + what + `' AND w.id = ` + table + `.id)`
	}
	noted := func(what string) string {
		return ` IN (SELECT w.id FROM reform_work w WHERE w.reform = $1 AND w.what = '` + what + `')`
	}
	for _, q := range []string{
		`DELETE FROM membership WHERE id IN (SELECT l.after FROM reform_list l WHERE l.reform = $1)`,
		`UPDATE membership SET to_day = '', ended = 0, ended_at = NULL WHERE id IN (SELECT l.before FROM reform_list l WHERE l.reform = $1)`,
		`DELETE FROM reform_list WHERE reform = $1`,
		`UPDATE obligation SET keeper = (SELECT w.keeper FROM reform_work w
			WHERE w.reform = $1 AND w.what = 'duty' AND w.id = obligation.rollout AND w.step = obligation.step AND w.unit = obligation.unit)
			WHERE (rollout, step, unit) IN (SELECT w.id, w.step, w.unit FROM reform_work w WHERE w.reform = $1 AND w.what = 'duty')`,
		`UPDATE obligation SET ended_at = NULL WHERE ended_at IS NOT NULL
			AND (rollout, step, unit) IN (SELECT w.id, w.step, w.unit FROM reform_work w WHERE w.reform = $1 AND w.what = 'released')
			AND rollout IN (SELECT r.id FROM rollout r WHERE r.state IN ('open', 'approved'))`,
		`UPDATE rollout SET unit = ` + was("host", "rollout") + ` WHERE id` + noted("host"),
		`UPDATE rollout SET scope = ` + was("scope", "rollout") + ` WHERE id` + noted("scope"),
		`UPDATE form SET unit = ` + was("form", "form") + ` WHERE id` + noted("form"),
		`UPDATE statement_form SET unit = ` + was("stated", "statement_form") + ` WHERE id` + noted("stated"),
		`UPDATE conference SET unit = ` + was("conference", "conference") + ` WHERE id` + noted("conference"),
		`UPDATE occasion SET host = ` + was("conference", "occasion") + ` WHERE id` + noted("conference"),
		levelsOfHosts,
		`UPDATE quiz_bank SET unit = ` + was("bank", "quiz_bank") + ` WHERE id` + noted("bank"),
		`DELETE FROM reform_work WHERE reform = $1`,
		`DELETE FROM directive_reach WHERE (directive, path) IN (SELECT x.directive, substr(x.path, 2) FROM reform_reach x WHERE x.reform = $1 AND substr(x.path, 1, 1) = '+')`,
		`INSERT INTO directive_reach (directive, tree, path, at) SELECT x.directive, f.tree, x.path, x.at FROM reform_reach x JOIN reform f ON f.id = x.reform
			WHERE x.reform = $1 AND substr(x.path, 1, 1) <> '+' ON CONFLICT (directive, tree, path) DO NOTHING`,
		`DELETE FROM reform_reach WHERE reform = $1`,
	} {
		if err := tx.Exec(ctx, q, r.ID); err != nil {
			return err
		}
	}
	return setScopes(ctx, tx)
}

// builtOn returns the key of what says that something was built on a reform, "" if
// nothing was.
func builtOn(ctx context.Context, tx *db.Tx, r Reform) (string, error) {
	born := ` IN (SELECT s.unit FROM reform_step s WHERE s.reform = $1 AND s.act = 'create')`
	for _, c := range []struct {
		key, q string
		args   []any
	}{
		{"reform.error.later", `SELECT count(*) FROM reform f JOIN reform_plan p ON p.reform = f.id WHERE f.tree = $1 AND p.state = 'applied' AND p.seq > $2`, []any{r.Tree, r.seq}},
		{"reform.error.sheets", `SELECT count(*) FROM tally_sheet WHERE tree = $1 AND id > $2 AND id NOT IN (SELECT new FROM reform_sheet WHERE reform = $3)`, []any{r.Tree, r.seq, r.ID}},
		{"reform.error.people", `SELECT count(*) FROM membership m WHERE m.unit` + born + ` AND m.id NOT IN (SELECT l.after FROM reform_list l WHERE l.reform = $1)`, []any{r.ID}},
		{"reform.error.people", `SELECT count(*) FROM membership m WHERE m.ended <> 0 AND m.id IN (SELECT l.after FROM reform_list l WHERE l.reform = $1)`, []any{r.ID}},
		{"reform.error.grants", `SELECT count(*) FROM account_grant g WHERE g.revoked_at IS NULL AND g.granted_by <> $1 AND g.unit` + born, []any{r.ID}},
		{"reform.error.units", `SELECT count(*) FROM unit_edge e WHERE e.parent` + born + ` AND e.unit NOT IN (SELECT s.unit FROM reform_step s WHERE s.reform = $1)`, []any{r.ID}},
		{"reform.error.work", `SELECT (SELECT count(*) FROM rollout x WHERE x.unit` + born + `) + (SELECT count(*) FROM rollout x WHERE x.scope` + born + `)
			+ (SELECT count(*) FROM conference x WHERE x.unit` + born + ` AND x.id NOT IN (SELECT w.id FROM reform_work w WHERE w.reform = $1))
			+ (SELECT count(*) FROM conference_unit x WHERE x.unit` + born + `) + (SELECT count(*) FROM statement_asked x WHERE x.unit` + born + `)
			+ (SELECT count(*) FROM site x WHERE x.unit` + born + `) + (SELECT count(*) FROM reform_plan x WHERE x.unit` + born + `)
			- (SELECT count(*) FROM reform_work w WHERE w.reform = $1 AND w.what IN ('host', 'scope')
				AND EXISTS (SELECT 1 FROM lineage l WHERE l.reform = $1 AND l.old_unit = w.unit AND l.keeper = 1 AND l.new_unit` + born + `))`, []any{r.ID}},
		{"reform.error.reached", `SELECT count(*) FROM directive_reach x WHERE x.tree = $2 AND x.at >= $3 AND EXISTS (
			SELECT 1 FROM reform_step s JOIN place p ON p.tree = $2 AND p.unit = s.unit
			WHERE s.reform = $1 AND s.act <> 'rename' AND x.path >= p.path AND x.path < substr(p.path, 1, length(p.path) - 1) || '0')`, []any{r.ID, r.Tree, r.Applied}},
		{"tally.error.built_on", `SELECT count(*) FROM audit a WHERE a.at >= $2 AND a.unit` + born, []any{r.ID, r.Applied}},
	} {
		var n int
		if err := tx.One(ctx, c.q, c.args, &n); err != nil || n > 0 {
			return c.key, err
		}
	}
	return "", nil
}

func dropSheets(ctx context.Context, tx *db.Tx, reform string) error {
	return tx.Exec(ctx, `DELETE FROM reform_sheet WHERE reform = $1`, reform)
}

// grantsBy returns the units whose logins were handed over by a reform.
func grantsBy(ctx context.Context, tx *db.Tx, tree, reform string) ([]int64, error) {
	return db.All(ctx, tx, func(s db.Scanner) (u int64, err error) { return u, s.Scan(&u) }, `
		SELECT DISTINCT g.unit FROM account_grant g JOIN reform_step s ON s.unit = g.unit AND s.reform = $2 AND s.act = 'end'
		WHERE g.tree = $1 ORDER BY g.unit`, tree, reform)
}

// A movedPath is where a unit stood, stands now, and who stands for it.
type movedPath struct{ from, to, heir string }

// movedPaths returns the units that moved or ended, by where they stood.
func movedPaths(ctx context.Context, tx *db.Tx, r Reform) ([]movedPath, error) {
	all, err := db.All(ctx, tx, func(s db.Scanner) (m movedPath, err error) { return m, s.Scan(&m.from, &m.to, &m.heir) }, `
		SELECT s.old_path, p.path, coalesce((SELECT kp.path FROM `+ended+` x JOIN place kp ON kp.tree = $2 AND kp.unit = x.keeper WHERE s.act = 'end' AND x.unit = s.unit), p.path)
		FROM reform_step s JOIN place p ON p.tree = $2 AND p.unit = s.unit
		WHERE s.reform = $1 AND s.act IN ('move', 'end')`, r.ID, r.Tree)
	slices.SortFunc(all, func(a, b movedPath) int { return strings.Compare(a.from, b.from) })
	return all, err
}

// A reached is a subtree that a directive has been sent down to.
type reached struct {
	directive, path string
	at              int64
}

func reaches(ctx context.Context, tx *db.Tx, tree string) ([]reached, error) {
	return db.All(ctx, tx, func(s db.Scanner) (x reached, err error) { return x, s.Scan(&x.directive, &x.path, &x.at) },
		`SELECT directive, path, at FROM directive_reach WHERE tree = $1 ORDER BY directive, path`, tree)
}

// replaceReach takes what reached paths that are no more and adds what reaches the
// new ones, and notes both: a path that was added bears a +.
func replaceReach(ctx context.Context, tx *db.Tx, r Reform, gone, fresh []reached) error {
	for _, g := range gone {
		if err := tx.Exec(ctx, `DELETE FROM directive_reach WHERE directive = $1 AND tree = $2 AND path = $3`, g.directive, r.Tree, g.path); err != nil {
			return err
		}
		if err := tx.Exec(ctx, `INSERT INTO reform_reach (reform, directive, path, at) VALUES ($1, $2, $3, $4)`, r.ID, g.directive, g.path, g.at); err != nil {
			return err
		}
	}
	for _, f := range fresh {
		n, err := tx.ExecN(ctx, `INSERT INTO directive_reach (directive, tree, path, at) VALUES ($1, $2, $3, $4) ON CONFLICT (directive, tree, path) DO NOTHING`, f.directive, r.Tree, f.path, f.at)
		if err != nil || n == 0 {
			if err != nil {
				return err
			}
			continue
		}
		if err := tx.Exec(ctx, `INSERT INTO reform_reach (reform, directive, path, at) VALUES ($1, $2, $3, $4)`, r.ID, f.directive, "+"+f.path, f.at); err != nil {
			return err
		}
	}
	return nil
}
