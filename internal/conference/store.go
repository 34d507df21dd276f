package conference

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A person sees the conferences of their subtree and those they or their unit
// are invited to, of which their unit hosts a site, or whose plan of levels asks
// their unit or one under it to hold one. Every query that reads conferences for a person starts from
// seen: $1 is the tree, $2 and $3 the range of the subtree, $4 the person's
// member record.
const (
	columns = `c.id, c.unit, u.key, n.name, c.rollout, coalesce(r.title, ''), c.title, c.kind, c.mode, c.day, c.start_time, c.end_time,
		c.place, c.chair, c.state, c.sheet, c.sample, c.entered_at, c.version, c.parent, coalesce(pc.title, ''), c.level`
	conferences = `SELECT ` + columns + `
		FROM conference c
		JOIN unit u ON u.id = c.unit
		JOIN unit_name n ON n.unit = c.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = c.unit)
		JOIN place pl ON pl.tree = c.tree AND pl.unit = c.unit
		LEFT JOIN rollout r ON r.id = c.rollout
		LEFT JOIN conference pc ON pc.id = c.parent`
	seen = conferences + `
		WHERE c.tree = $1 AND (pl.path >= $2 AND pl.path < $3
			OR c.state <> 'draft' AND (EXISTS (
				SELECT 1 FROM conference_unit i JOIN place ip ON ip.tree = c.tree AND ip.unit = i.unit
				WHERE i.conference = c.id AND (ip.path >= $2 AND ip.path < $3 OR substr($2, 1, length(ip.path)) = ip.path))
			OR EXISTS (SELECT 1 FROM place sp JOIN site s ON s.unit = sp.unit WHERE sp.tree = c.tree AND sp.path = $2 AND s.conference = c.id)
			OR substr($2, 1, length(pl.path)) = pl.path AND EXISTS (SELECT 1 FROM conference_level l JOIN place lp ON lp.tree = c.tree AND lp.path = $2
				WHERE l.conference = c.id AND l.sheet <> 0 AND lp.depth - pl.depth <= l.deepest)
			OR EXISTS (SELECT 1 FROM attendance a WHERE a.occasion = c.id AND a.member = $4)))`
)

func scan(s db.Scanner) (c Conference, err error) {
	var sample int
	err = s.Scan(&c.ID, &c.Unit, &c.UnitKey, &c.UnitName, &c.Rollout, &c.RolloutTitle, &c.Title, &c.Sort, &c.Mode, &c.Day, &c.Start, &c.End,
		&c.Place, &c.Chair, &c.State, &c.Sheet, &sample, db.At(&c.EnteredAt), &c.Version, &c.Parent, &c.ParentTitle, &c.Level)
	c.Sample = sample != 0
	return c, err
}

// Get returns a conference that by may see, with its topics.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Conference, error) {
	all, err := db.All(ctx, tx, scan, seen+` AND c.id = $5`, by.Tree, by.Path, by.End(), by.Member, id)
	if err == nil && len(all) == 0 {
		err = fault.New(fault.NotFound, "error.not_found")
	}
	if err != nil {
		return Conference{}, err
	}
	c := all[0]
	c.Topics, err = Topics(ctx, tx, id)
	return c, err
}

// A Filter narrows a list; the zero one takes everything.
type Filter struct {
	Rollout string
	Query   string
}

// List returns the conferences by may see, the latest first, at most limit
// after offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, f Filter, offset, limit int) ([]Conference, error) {
	match, args := db.Match("c.fold", vn.Fold(f.Query), 6)
	args = append([]any{by.Tree, by.Path, by.End(), by.Member, f.Rollout}, args...)
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, seen+` AND ($5 = '' OR c.rollout = $5) AND `+match+` ORDER BY c.day DESC, c.entered_at DESC, c.id
		LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// Work returns the conferences of by's own unit that still have to be closed,
// the soonest first.
func Work(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Conference, error) {
	return db.All(ctx, tx, scan, conferences+` WHERE c.tree = $1 AND c.unit = $2 AND c.state IN ('draft', 'convened') ORDER BY c.day, c.id`, by.Tree, by.Unit)
}

func countedFor(ctx context.Context, tx *db.Tx, rollout string) ([]Conference, error) {
	return db.All(ctx, tx, scan, conferences+` WHERE c.rollout = $1 AND c.state IN ('closing', 'closed', 'reopening') ORDER BY c.id`, rollout)
}

// find returns a conference for the house's own work.
func find(ctx context.Context, tx *db.Tx, id string) (Conference, error) {
	return db.First(db.All(ctx, tx, scan, conferences+` WHERE c.id = $1`, id))
}

// closedOf returns one closed conference of a unit in a rollout, "" if
// there is none.
func closedOf(ctx context.Context, tx *db.Tx, rollout string, unit int64) (id string, err error) {
	err = tx.One(ctx, `SELECT coalesce(min(id), '') FROM conference WHERE rollout = $1 AND unit = $2 AND state = 'closed'`, []any{rollout, unit}, &id)
	return id, err
}

// InvitedUnits returns the units invited to a conference, in tree order; none if
// it is for the host's own members.
func InvitedUnits(ctx context.Context, tx *db.Tx, c Conference) ([]org.Unit, error) {
	return db.All(ctx, tx, func(s db.Scanner) (u org.Unit, err error) { return u, s.Scan(&u.ID, &u.Key, &u.Name) }, `
		SELECT u.id, u.key, n.name FROM conference_unit i
		JOIN conference c ON c.id = i.conference
		JOIN unit u ON u.id = i.unit
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		JOIN place p ON p.tree = c.tree AND p.unit = u.id
		WHERE i.conference = $1 ORDER BY p.path`, c.ID)
}

// Events returns what has happened to a conference, oldest first. The caller
// has found it through seen.
func Events(ctx context.Context, tx *db.Tx, c Conference) ([]Event, error) {
	return db.All(ctx, tx, func(s db.Scanner) (e Event, err error) {
		return e, s.Scan(&e.Kind, &e.Actor, &e.Reason, db.At(&e.At))
	}, `SELECT kind, actor_name, reason, at FROM conference_event WHERE conference = $1 ORDER BY seq`, c.ID)
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, id string, f Form) error {
	return tx.Exec(ctx, `
		INSERT INTO conference (id, tree, unit, rollout, title, fold, kind, mode, day, start_time, end_time, place, chair, state, sheet, sample,
			entered_by, entered_name, entered_at, version, parent, level, level_unit)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'draft', 0, $14, $15, $16, $17, 1, $18, $19, $3)`,
		id, by.Tree, by.Unit, f.Rollout, f.Title, vn.Fold(f.Title), f.Sort, f.Mode, f.Day, f.Start, f.End, f.Place, f.Chair, f.Sample,
		by.Login, by.Name, tx.Now, f.Parent, f.Level)
}

func update(ctx context.Context, tx *db.Tx, id string, version int64, f Form) error {
	return db.Changed(tx.ExecN(ctx, `
		UPDATE conference SET title = $1, fold = $2, kind = $3, mode = $4, day = $5, start_time = $6, end_time = $7, place = $8, chair = $9,
			version = version + 1
		WHERE id = $10 AND version = $11`,
		f.Title, vn.Fold(f.Title), f.Sort, f.Mode, f.Day, f.Start, f.End, f.Place, f.Chair, id, version))
}

func setState(ctx context.Context, tx *db.Tx, id string, version int64, s State, sheet int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE conference SET state = $1, sheet = $2, version = version + 1 WHERE id = $3 AND version = $4`, s, sheet, id, version))
}

func replaceParts(ctx context.Context, tx *db.Tx, id string, f Form, units []org.Unit) error {
	if err := replaceTopics(ctx, tx, id, f.Topics); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM conference_unit WHERE conference = $1`, id); err != nil {
		return err
	}
	for _, u := range units {
		if err := tx.Exec(ctx, `INSERT INTO conference_unit (conference, unit) VALUES ($1, $2) ON CONFLICT (conference, unit) DO NOTHING`, id, u.ID); err != nil {
			return err
		}
	}
	return nil
}

func insertEvent(ctx context.Context, tx *db.Tx, by auth.Actor, id, kind, reason string) error {
	return tx.Exec(ctx, `INSERT INTO conference_event (id, conference, kind, actor, actor_name, reason, at, seq) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		db.NewKey(), id, kind, by.Login, by.Name, reason, tx.Now, tx.NewID())
}

// OpenOf counts the conferences of a unit that have neither been closed nor
// cancelled.
func OpenOf(ctx context.Context, tx *db.Tx, unit int64) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM conference WHERE unit = $1 AND state IN ('draft', 'convened')`, []any{unit}, &n)
	return n, err
}

func insertCount(ctx context.Context, tx *db.Tx, by auth.Actor, id, reason string) error {
	return tx.Exec(ctx, `INSERT INTO conference_count (conference, after, done, reason, actor, actor_name) VALUES ($1, 0, 0, $2, $3, $4)`, id, reason, by.Login, by.Name)
}

func countingOf(ctx context.Context, tx *db.Tx, id string) (n counting, err error) {
	err = tx.One(ctx, `SELECT after, done, reason, actor, actor_name FROM conference_count WHERE conference = $1`, []any{id},
		&n.After, &n.Done, &n.Reason, &n.Actor.Login, &n.Actor.Name)
	return n, err
}

func setCount(ctx context.Context, tx *db.Tx, id string, n counting) error {
	return tx.Exec(ctx, `UPDATE conference_count SET after = $1, done = $2 WHERE conference = $3`, n.After, n.Done, id)
}

// endCount ends a closing or reopening.
func endCount(ctx context.Context, tx *db.Tx, c Conference, s State) error {
	if err := tx.Exec(ctx, `DELETE FROM conference_count WHERE conference = $1`, c.ID); err != nil {
		return err
	}
	return setState(ctx, tx, c.ID, c.Version, s, c.Sheet)
}

// Sites returns how many sites a conference has, and how many have joined it. The
// caller has found it through who asks.
func Sites(ctx context.Context, tx *db.Tx, id string) (all, joined int64, err error) {
	err = db.Each(ctx, tx, `SELECT state, count(*) FROM site WHERE conference = $1 GROUP BY state`, []any{id}, func(r db.Scanner) error {
		var s string
		var n int64
		err := r.Scan(&s, &n)
		if all += n; s == "joined" || s == "closed" {
			joined += n
		}
		return err
	})
	return all, joined, err
}

// siteHosts returns the units that host sites of a conference, by number.
func siteHosts(ctx context.Context, tx *db.Tx, id string, numbers []int64) (map[int64]int64, error) {
	all := map[int64]int64{}
	for in, args := range db.In(numbers, id) {
		if err := db.Each(ctx, tx, `SELECT n, unit FROM site WHERE conference = $1 AND n `+in, args, func(r db.Scanner) error {
			var n, unit int64
			err := r.Scan(&n, &unit)
			all[n] = unit
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}
