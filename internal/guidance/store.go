package guidance

import (
	"context"
	"strings"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/vn"
)

// A person sees guidance that units of their subtree have written, and that of the
// units above theirs, which is no draft. Every query that reads guidance for a person
// starts from seen: $1 is the tree, $2 and $3 the range of the subtree.
const (
	columns = `g.id, g.unit, u.key, n.name, pl.path, g.month, g.title, g.body, g.to_kind, g.to_depth, g.last_day, g.state, g.edition, g.reason, g.day,
		g.sheet, g.entered_name, g.entered_at, g.version`
	reading = `SELECT ` + columns + `
		FROM guidance g
		JOIN unit u ON u.id = g.unit
		JOIN unit_name n ON n.unit = g.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = g.unit)
		JOIN place pl ON pl.tree = g.tree AND pl.unit = g.unit`
	seen = reading + `
		WHERE g.tree = $1 AND (pl.path >= $2 AND pl.path < $3 OR g.state <> 'draft' AND substr($2, 1, length(pl.path)) = pl.path)`
)

func scan(s db.Scanner) (g Guidance, err error) {
	return g, s.Scan(&g.ID, &g.Unit, &g.UnitKey, &g.UnitName, &g.UnitPath, &g.Month, &g.Title, &g.Body, &g.Kind, &g.Depth, &g.LastDay, &g.State,
		&g.Edition, &g.Reason, &g.Day, &g.Sheet, &g.EnteredName, db.At(&g.EnteredAt), &g.Version)
}

// Get returns guidance that by may see, with its points and links.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Guidance, error) {
	return whole(ctx, tx, seen+` AND g.id = $4`, by.Tree, by.Path, by.End(), id)
}

// find returns guidance with its points and links, whoever asks.
func find(ctx context.Context, tx *db.Tx, id string) (Guidance, error) {
	return whole(ctx, tx, reading+` WHERE g.id = $1`, id)
}

func whole(ctx context.Context, tx *db.Tx, q string, args ...any) (Guidance, error) {
	g, err := db.First(db.All(ctx, tx, scan, q, args...))
	if err != nil {
		return g, err
	}
	if g.Points, err = db.All(ctx, tx, func(s db.Scanner) (p Point, err error) { return p, s.Scan(&p.Text, &p.Word) },
		`SELECT text, word FROM guidance_point WHERE guidance = $1 ORDER BY n`, g.ID); err != nil {
		return g, err
	}
	g.Links, err = db.All(ctx, tx, func(s db.Scanner) (l Link, err error) { return l, s.Scan(&l.Kind, &l.Ref) },
		`SELECT kind, ref FROM guidance_link WHERE guidance = $1 ORDER BY kind DESC, ref`, g.ID)
	return g, err
}

// List returns guidance that by may see and that holds every word of query, that of
// the latest month first, at most limit after offset, without its points.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, query string, offset, limit int) ([]Guidance, error) {
	match, args := db.Match("g.fold", vn.Fold(query), 4)
	args = append([]any{by.Tree, by.Path, by.End()}, args...)
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, seen+` AND `+match+` ORDER BY g.month DESC, g.id DESC LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// listAfter returns guidance that by may see, the oldest first, at most limit after a
// time and an id.
func listAfter(ctx context.Context, tx *db.Tx, by auth.Actor, at int64, id string, limit int) ([]Guidance, error) {
	return db.All(ctx, tx, scan, seen+` AND (g.entered_at > $4 OR g.entered_at = $4 AND g.id > $5) ORDER BY g.entered_at, g.id LIMIT $6`,
		by.Tree, by.Path, by.End(), at, id, limit)
}

// waiting returns published guidance of the units above by's that asks by's unit, as
// it stands today, and whose last day has not passed by more than a month; what the
// unit has said is for the caller to look at. It works no tree out: every page asks.
func waiting(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Guidance, error) {
	const most = 30
	return db.All(ctx, tx, scan, reading+`
		JOIN place me ON me.tree = g.tree AND me.unit = $3
		WHERE g.tree = $1 AND g.state = 'published' AND g.unit <> $3 AND substr($2, 1, length(pl.path)) = pl.path AND g.last_day >= $4
		AND (g.to_depth = 0 OR g.to_depth = me.depth - pl.depth)
		AND (g.to_kind = '' OR g.to_kind = (SELECT k.kind FROM unit_kind k WHERE k.unit = $3 AND k.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= g.day THEN x.from_day END), min(x.from_day)) FROM unit_kind x WHERE x.unit = $3)))
		ORDER BY g.last_day, g.id LIMIT $5`, by.Tree, by.Path, by.Unit, vn.DayOf(tx.Now).AddDays(-31), most)
}

// fromAbove returns published guidance of the units above by's whose last day has not
// passed by more than a month, whomever it asks.
func fromAbove(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Guidance, error) {
	const most = 30
	return db.All(ctx, tx, scan, reading+`
		WHERE g.tree = $1 AND g.state = 'published' AND substr($2, 1, length(pl.path)) = pl.path AND g.last_day >= $3
		ORDER BY g.last_day, g.id LIMIT $4`, by.Tree, by.Path, vn.DayOf(tx.Now).AddDays(-31), most)
}

func keysOf(ctx context.Context, tx *db.Tx, units []int64) (map[int64]string, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (c Called, err error) { return c, r.Scan(&c.ID, &c.Key) }, `SELECT id, key FROM unit WHERE id IN`, units)
	keys := make(map[int64]string, len(all))
	for _, c := range all {
		keys[c.ID] = c.Key
	}
	return keys, err
}

// pointsOf returns how many points guidance has.
func pointsOf(ctx context.Context, tx *db.Tx, id string) (n int, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM guidance_point WHERE guidance = $1`, []any{id}, &n)
	return n, err
}

// linked refuses links to what by may not see.
func (g Guidance) linked(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	for _, l := range g.Links {
		var err error
		switch l.Kind {
		case Directive:
			_, err = directive.Get(ctx, tx, by, l.Ref)
		case Conference:
			_, err = conference.Get(ctx, tx, by, l.Ref)
		default:
			err = fault.New(fault.NotFound, "error.not_found")
		}
		if fault.Is(err, fault.NotFound) {
			w := fault.Wrong{}
			w.Add("links", "guidance.error.link")
			return w.Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, g Guidance) error {
	if err := tx.Exec(ctx, `
		INSERT INTO guidance (id, tree, unit, month, title, fold, body, to_kind, to_depth, last_day, state, edition, reason, day, sheet,
			entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'draft', 1, '', '', 0, $11, $12, $13, 1)`,
		g.ID, by.Tree, by.Unit, g.Month, g.Title, vn.Fold(g.Title), g.Body, g.Kind, g.Depth, g.LastDay, by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	return insertParts(ctx, tx, g)
}

func insertParts(ctx context.Context, tx *db.Tx, g Guidance) error {
	if err := db.InsertMany(ctx, tx, `INSERT INTO guidance_point (guidance, n, text, word) VALUES`, len(g.Points), func(i int) []any {
		return []any{g.ID, i + 1, g.Points[i].Text, g.Points[i].Word}
	}); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO guidance_link (guidance, kind, ref) VALUES`, len(g.Links), func(i int) []any {
		return []any{g.ID, g.Links[i].Kind, g.Links[i].Ref}
	})
}

func update(ctx context.Context, tx *db.Tx, g Guidance, version int64) error {
	if err := db.Changed(tx.ExecN(ctx, `
		UPDATE guidance SET month = $1, title = $2, fold = $3, body = $4, to_kind = $5, to_depth = $6, last_day = $7, version = version + 1
		WHERE id = $8 AND version = $9 AND state = 'draft'`,
		g.Month, g.Title, vn.Fold(g.Title), g.Body, g.Kind, g.Depth, g.LastDay, g.ID, version)); err != nil {
		return err
	}
	for _, q := range []string{`DELETE FROM guidance_point WHERE guidance = $1`, `DELETE FROM guidance_link WHERE guidance = $1`} {
		if err := tx.Exec(ctx, q, g.ID); err != nil {
			return err
		}
	}
	return insertParts(ctx, tx, g)
}

func publish(ctx context.Context, tx *db.Tx, g Guidance, version int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE guidance SET state = 'published', day = $1, sheet = $2, version = version + 1 WHERE id = $3 AND version = $4 AND state = 'draft'`,
		g.Day, g.Sheet, g.ID, version))
}

func correct(ctx context.Context, tx *db.Tx, g Guidance, version int64) error {
	if err := db.Changed(tx.ExecN(ctx, `
		UPDATE guidance SET title = $1, fold = $2, body = $3, edition = $4, version = version + 1 WHERE id = $5 AND version = $6 AND state = 'published'`,
		g.Title, vn.Fold(g.Title), g.Body, g.Edition, g.ID, version)); err != nil {
		return err
	}
	for i, p := range g.Points {
		if err := tx.Exec(ctx, `UPDATE guidance_point SET text = $1 WHERE guidance = $2 AND n = $3`, p.Text, g.ID, i+1); err != nil {
			return err
		}
	}
	return nil
}

func withdraw(ctx context.Context, tx *db.Tx, id string, version int64, reason string) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE guidance SET state = 'withdrawn', reason = $1, version = version + 1 WHERE id = $2 AND version = $3 AND state = 'published'`,
		reason, id, version))
}

// An Edition is a text that was published.
type Edition struct {
	N         int64
	Title     string
	Body      string
	Points    []string
	Reason    string
	ActorName string
	At        time.Time
}

func insertEdition(ctx context.Context, tx *db.Tx, by auth.Actor, g Guidance, reason string) error {
	points := make([]string, len(g.Points))
	for i, p := range g.Points {
		points[i] = p.Text
	}
	return tx.Exec(ctx, `INSERT INTO guidance_edition (guidance, n, title, body, points, reason, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		g.ID, g.Edition, g.Title, g.Body, strings.Join(points, "\n"), reason, by.Login, by.Name, tx.Now)
}

// Editions returns the texts that were published, the newest first. The caller has
// found the guidance through its seen.
func Editions(ctx context.Context, tx *db.Tx, id string) ([]Edition, error) {
	return db.All(ctx, tx, func(s db.Scanner) (e Edition, err error) {
		var points string
		err = s.Scan(&e.N, &e.Title, &e.Body, &points, &e.Reason, &e.ActorName, db.At(&e.At))
		e.Points = strings.Split(points, "\n")
		return e, err
	}, `SELECT n, title, body, points, reason, actor_name, at FROM guidance_edition WHERE guidance = $1 ORDER BY n DESC`, id)
}

// filesOf returns the files of guidance, by name.
func filesOf(ctx context.Context, tx *db.Tx, id string) ([]file.File, error) {
	ids, err := db.All(ctx, tx, func(s db.Scanner) (f string, err error) { return f, s.Scan(&f) },
		`SELECT f.id FROM guidance_file g JOIN file f ON f.id = g.file WHERE g.guidance = $1 ORDER BY f.name, f.id`, id)
	var all []file.File
	for _, one := range ids {
		f, err := file.Get(ctx, tx, one)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, err
}

func insertFile(ctx context.Context, tx *db.Tx, id, f string) error {
	return tx.Exec(ctx, `INSERT INTO guidance_file (guidance, file) VALUES ($1, $2)`, id, f)
}

func removeFile(ctx context.Context, tx *db.Tx, id, f string) error {
	return db.Changed(tx.ExecN(ctx, `DELETE FROM guidance_file WHERE guidance = $1 AND file = $2`, id, f))
}

// unitsOfKind returns the units of a tree that are of a kind on a day.
func unitsOfKind(ctx context.Context, tx *db.Tx, tree, kind string, day vn.Day) (map[int64]bool, error) {
	are := map[int64]bool{}
	return are, db.Each(ctx, tx, `
		SELECT k.unit FROM unit_kind k CROSS JOIN place p
		WHERE k.kind = $1 AND p.tree = $3 AND p.unit = k.unit AND k.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $2 THEN x.from_day END), min(x.from_day)) FROM unit_kind x WHERE x.unit = k.unit)`,
		[]any{kind, day, tree}, func(r db.Scanner) error {
			var unit int64
			err := r.Scan(&unit)
			are[unit] = true
			return err
		})
}
