package filing

import (
	"context"
	"maps"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/form"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// unitByKey returns the unit with key that stands in by's subtree, as org.Get
// finds it, without all that is known of it.
func unitByKey(ctx context.Context, tx *db.Tx, by auth.Actor, key string) (id int64, err error) {
	err = tx.One(ctx, `SELECT u.id FROM unit u JOIN place p ON p.tree = $1 AND p.unit = u.id WHERE u.key = $2 AND p.path >= $3 AND p.path < $4`,
		[]any{by.Tree, key, by.Path, by.End()}, &id)
	return id, err
}

// newest returns how a period stands and the newest return of a unit in it, whose
// N is 0 if there is none.
func newest(ctx context.Context, tx *db.Tx, period string, unit int64) (state form.Stage, r Return, err error) {
	r.Unit = unit
	var figures []byte
	err = tx.One(ctx, `SELECT p.state, coalesce(r.n, 0), r.figures, coalesce(r.reason, ''), coalesce(r.actor_name, ''), r.at
		FROM form_period p
		LEFT JOIN form_return r ON r.period = p.id AND r.unit = $2 AND r.n = (SELECT max(x.n) FROM form_return x WHERE x.period = $1 AND x.unit = $2)
		WHERE p.id = $1`, []any{period, unit}, &state, &r.N, &figures, &r.Reason, &r.ActorName, db.At(&r.At))
	if err != nil {
		return state, r, err
	}
	r.vec, err = tally.Unpack(figures)
	return state, r, err
}

func insertReturn(ctx context.Context, tx *db.Tx, by auth.Actor, period string, r Return) error {
	return tx.Exec(ctx, `INSERT INTO form_return (period, unit, n, figures, reason, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		period, r.Unit, r.N, r.vec.Pack(), r.Reason, by.Login, by.Name, r.At)
}

// TextsOf returns the narrative of a return by the key of the item. The caller has
// found it through its seen.
func TextsOf(ctx context.Context, tx *db.Tx, period string, r Return) (Texts, error) {
	type text struct{ item, text string }
	all, err := db.All(ctx, tx, func(s db.Scanner) (t text, err error) { return t, s.Scan(&t.item, &t.text) },
		`SELECT item, text FROM form_text WHERE period = $1 AND unit = $2 AND n = $3`, period, r.Unit, r.N)
	texts := make(Texts, len(all))
	for _, t := range all {
		texts[t.item] = t.text
	}
	return texts, err
}

func insertTexts(ctx context.Context, tx *db.Tx, period string, r Return, texts Texts) error {
	keys := slices.Sorted(maps.Keys(texts))
	return db.InsertMany(ctx, tx, `INSERT INTO form_text (period, unit, n, item, text) VALUES`, len(keys), func(i int) []any {
		return []any{period, r.Unit, r.N, keys[i], texts[keys[i]]}
	})
}

// History returns all returns of a unit in a period, the newest first. The caller
// has found both through their seen.
func History(ctx context.Context, tx *db.Tx, period string, unit int64) ([]Return, error) {
	return db.All(ctx, tx, func(s db.Scanner) (r Return, err error) {
		var figures []byte
		if err := s.Scan(&r.N, &figures, &r.Reason, &r.ActorName, db.At(&r.At)); err != nil {
			return r, err
		}
		r.Unit = unit
		r.vec, err = tally.Unpack(figures)
		return r, err
	}, `SELECT n, figures, reason, actor_name, at FROM form_return WHERE period = $1 AND unit = $2 ORDER BY n DESC`, period, unit)
}

// newestOf returns what the newest return of each unit in a period says.
func newestOf(ctx context.Context, tx *db.Tx, period string) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	return all, db.Each(ctx, tx, `SELECT unit, figures FROM form_return WHERE period = $1 ORDER BY unit, n`, []any{period}, func(r db.Scanner) error {
		var unit int64
		var figures []byte
		if err := r.Scan(&unit, &figures); err != nil {
			return err
		}
		v, err := tally.Unpack(figures)
		all[unit] = v.Delta()
		return err
	})
}

// An Owed is a period in which a unit has to return figures.
type Owed struct {
	Period Period
	Title  string // of the form
	Owner  string // name of the unit that asks
}

// Owing returns the open periods that ask by's own unit, to which it has not
// returned, the soonest first. It reads the forms of the units above by's and no
// others.
func Owing(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Owed, error) {
	const most = 100
	up, args := above("pl.path", by, 3)
	args = append([]any{by.Tree, by.Unit}, args...)
	all, err := db.All(ctx, tx, func(s db.Scanner) (o Owed, err error) {
		p := &o.Period
		return o, s.Scan(&p.ID, &p.Form, &p.Edition, &p.N, &p.Name, &p.From, &p.To, &p.LastDay, &p.State, &p.Sheet, &p.EnteredName, db.At(&p.EnteredAt), &p.Version, &o.Title, &o.Owner)
	}, `SELECT `+periodColumns+`, f.title, n.name
		FROM place pl
		JOIN form f ON f.unit = pl.unit
		JOIN form_period p ON p.form = f.id
		JOIN unit_name n ON n.unit = f.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = f.unit)
		LEFT JOIN form_return r ON r.period = p.id AND r.unit = $2 AND r.n = (SELECT max(x.n) FROM form_return x WHERE x.period = p.id AND x.unit = $2)
		WHERE pl.tree = $1 AND `+up+` AND f.tree = $1 AND f.state = 'open' AND p.state = 'open' AND (r.n IS NULL OR length(r.figures) <= 1)
		ORDER BY p.last_day, p.id LIMIT `+db.Arg(len(args)+1), append(args, most)...)
	if err != nil {
		return nil, err
	}
	owed := all[:0]
	for _, o := range all {
		r, err := roundOf(ctx, tx, o.Period.ID, o.Period.State, o.Period.Version)
		if err != nil {
			return nil, err
		}
		if _, asked := r.asks(by.Unit); asked {
			owed = append(owed, o)
		}
	}
	return owed, nil
}

// A called unit is its key and the name it has today.
type called struct {
	id        int64
	key, name string
}

// namesOf returns what some units are called, of those that by may see.
func namesOf(ctx context.Context, tx *db.Tx, by auth.Actor, units []int64) (map[int64]called, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (c called, err error) { return c, r.Scan(&c.id, &c.key, &c.name) }, `
		SELECT u.id, u.key, n.name
		FROM unit u
		JOIN place p ON p.tree = $1 AND p.unit = u.id
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (
			SELECT coalesce(max(CASE WHEN x.from_day <= $4 THEN x.from_day END), min(x.from_day)) FROM unit_name x WHERE x.unit = u.id)
		WHERE p.path >= $2 AND p.path < $3 AND u.id IN`, units, by.Tree, by.Path, by.End(), vn.DayOf(tx.Now))
	names := make(map[int64]called, len(all))
	for _, c := range all {
		names[c.id] = c
	}
	return names, err
}
