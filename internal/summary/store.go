package summary

import (
	"context"
	"encoding/json"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/wording"
)

// The caller has found period and unit through their seen.

// newest returns the passages of a unit's summary that stand, by key of the item.
func newest(ctx context.Context, tx *db.Tx, period string, unit int64) (map[string]Passage, error) {
	all := map[string]Passage{}
	if err := db.Each(ctx, tx, `SELECT t.item, t.n, t.text, t.figures, t.actor_name, t.at FROM summary_text t
		WHERE t.period = $1 AND t.unit = $2 AND t.n = (SELECT max(x.n) FROM summary_text x WHERE x.period = $1 AND x.unit = $2 AND x.item = t.item)`,
		[]any{period, unit}, func(r db.Scanner) error {
			var item, then string
			var p Passage
			if err := r.Scan(&item, &p.N, &p.Text, &then, &p.Name, db.At(&p.At)); err != nil {
				return err
			}
			err := json.Unmarshal([]byte(then), &p.Then)
			all[item] = p
			return err
		}); err != nil {
		return nil, err
	}
	return all, db.Each(ctx, tx, `SELECT k.item, n.name, u.key, k.text, k.actor_name, k.at FROM summary_pick k
		JOIN unit u ON u.id = k.source
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		WHERE k.period = $1 AND k.unit = $2 ORDER BY k.at, k.source`, []any{period, unit}, func(r db.Scanner) error {
		var item string
		var k Pick
		err := r.Scan(&item, &k.Unit, &k.Key, &k.Text, &k.Name, db.At(&k.At))
		p := all[item]
		p.From = append(p.From, k)
		all[item] = p
		return err
	})
}

func insertText(ctx context.Context, tx *db.Tx, by auth.Actor, period string, unit int64, item string, n int64, text string, then wording.Figures) error {
	b, err := json.Marshal(then)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO summary_text (period, unit, item, n, text, figures, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		period, unit, item, n, text, string(b), by.Login, by.Name, tx.Now)
}

func insertPick(ctx context.Context, tx *db.Tx, by auth.Actor, period string, unit int64, item string, t Told) error {
	return tx.Exec(ctx, `INSERT INTO summary_pick (period, unit, item, source, text, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		period, unit, item, t.Unit, t.Text, by.Name, tx.Now)
}

// byUnit collects texts by the unit they are of.
func byUnit(ctx context.Context, tx *db.Tx, query string, units []int64, args ...any) (map[int64]string, error) {
	type told struct {
		unit int64
		text string
	}
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (t told, err error) { return t, r.Scan(&t.unit, &t.text) }, query, units, args...)
	texts := make(map[int64]string, len(all))
	for _, t := range all {
		texts[t.unit] = t.text
	}
	return texts, err
}

// narratives returns what the returns that stand say for an item, by unit.
func narratives(ctx context.Context, tx *db.Tx, period, item string, units []int64) (map[int64]string, error) {
	return byUnit(ctx, tx, `SELECT t.unit, t.text FROM form_text t WHERE t.period = $1 AND t.item = $2
		AND t.n = (SELECT max(x.n) FROM form_return x WHERE x.period = t.period AND x.unit = t.unit) AND t.unit IN`, units, period, item)
}

// ownTexts returns what the return of a unit that stands says, by key of the item.
func ownTexts(ctx context.Context, tx *db.Tx, period string, unit int64) (map[string]string, error) {
	all := map[string]string{}
	return all, db.Each(ctx, tx, `SELECT t.item, t.text FROM form_text t WHERE t.period = $1 AND t.unit = $2
		AND t.n = (SELECT max(x.n) FROM form_return x WHERE x.period = t.period AND x.unit = t.unit)`, []any{period, unit}, func(r db.Scanner) error {
		var item, text string
		err := r.Scan(&item, &text)
		all[item] = text
		return err
	})
}

// written returns what units' own summaries say for an item, with the figures of then.
func written(ctx context.Context, tx *db.Tx, period, item string, units []int64) (map[int64]string, error) {
	type text struct {
		unit       int64
		text, then string
	}
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (t text, err error) { return t, r.Scan(&t.unit, &t.text, &t.then) },
		`SELECT t.unit, t.text, t.figures FROM summary_text t WHERE t.period = $1 AND t.item = $2
		AND t.n = (SELECT max(x.n) FROM summary_text x WHERE x.period = t.period AND x.unit = t.unit AND x.item = t.item) AND t.unit IN`, units, period, item)
	if err != nil {
		return nil, err
	}
	texts := make(map[int64]string, len(all))
	for _, t := range all {
		var then wording.Figures
		if err := json.Unmarshal([]byte(t.then), &then); err != nil {
			return nil, err
		}
		texts[t.unit] = wording.Parse(t.text).String(then)
	}
	return texts, nil
}

// Sentences returns with what the texts of a form begin, by key of the item.
func Sentences(ctx context.Context, tx *db.Tx, formID string) (map[string]string, error) {
	all := map[string]string{}
	return all, db.Each(ctx, tx, `SELECT item, text FROM summary_sentence WHERE form = $1`, []any{formID}, func(r db.Scanner) error {
		var item, text string
		err := r.Scan(&item, &text)
		all[item] = text
		return err
	})
}

func setSentence(ctx context.Context, tx *db.Tx, formID, item, text string) error {
	if text == "" {
		return tx.Exec(ctx, `DELETE FROM summary_sentence WHERE form = $1 AND item = $2`, formID, item)
	}
	return tx.Exec(ctx, `INSERT INTO summary_sentence (form, item, text) VALUES ($1, $2, $3) ON CONFLICT (form, item) DO UPDATE SET text = excluded.text`, formID, item, text)
}
