package filing

import (
	"context"

	"nhipcau/internal/db"
	"nhipcau/internal/tally"
)

// ReturnsOf returns all returns of some units in a period, by unit, the newest first.
func ReturnsOf(ctx context.Context, tx *db.Tx, period string, units []int64) (map[int64][]Return, error) {
	all := map[int64][]Return{}
	for in, args := range db.In(units, period) {
		if err := db.Each(ctx, tx, `SELECT unit, n, figures, reason, actor_name, at FROM form_return WHERE period = $1 AND unit `+in+` ORDER BY unit, n DESC`, args, func(s db.Scanner) error {
			var r Return
			var figures []byte
			if err := s.Scan(&r.Unit, &r.N, &figures, &r.Reason, &r.ActorName, db.At(&r.At)); err != nil {
				return err
			}
			v, err := tally.Unpack(figures)
			r.vec = v
			all[r.Unit] = append(all[r.Unit], r)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// A Past is what a unit returned in a period before.
type Past struct {
	Round  Round
	Return Return
}

// Before returns what a unit returned in the periods of the same form before one, the
// latest first, at most limit periods back; periods without a return are left out.
func (r *Round) Before(ctx context.Context, tx *db.Tx, unit int64, limit int) (all []Past, err error) {
	periods, err := Periods(ctx, tx, r.Form.ID, r.Period.N, limit)
	if err != nil {
		return nil, err
	}
	for _, p := range periods {
		_, x, err := newest(ctx, tx, p.ID, unit)
		if err != nil {
			return nil, err
		}
		if !x.Stands() {
			continue
		}
		round, err := roundOf(ctx, tx, p.ID, p.State, p.Version)
		if err != nil {
			return nil, err
		}
		all = append(all, Past{round, x})
	}
	return all, nil
}

// Siblings returns what the units beside one, under the same unit and of the same
// kind, have returned in the round: at most limit of them, in the order of the tree.
func (r *Round) Siblings(ctx context.Context, tx *db.Tx, unit int64, limit int) ([]Return, error) {
	at, ok := r.epoch.Index(unit)
	if !ok || at == r.root {
		return nil, nil
	}
	var beside []int64
	for child := range r.epoch.Children(r.epoch.Above(at)) {
		if own, _ := r.due(r.epoch, child); own > 0 && child != at && len(beside) < limit {
			beside = append(beside, r.epoch.Unit(child))
		}
	}
	if len(beside) == 0 {
		return nil, nil
	}
	like, err := db.AllIn(ctx, tx, func(s db.Scanner) (id int64, err error) { return id, s.Scan(&id) }, `
		SELECT k.unit FROM unit_kind k
		WHERE k.to_day = '' AND k.kind = (SELECT x.kind FROM unit_kind x WHERE x.unit = $1 AND x.from_day = (SELECT max(y.from_day) FROM unit_kind y WHERE y.unit = $1))
		AND k.unit IN`, beside, unit)
	if err != nil || len(like) == 0 {
		return nil, err
	}
	returns, err := ReturnsOf(ctx, tx, r.Period.ID, like)
	var all []Return
	for _, id := range beside {
		if some := returns[id]; len(some) > 0 && some[0].Stands() {
			all = append(all, some[0])
		}
	}
	return all, err
}

// Of returns what x says of the item with a key as round r asks for it; false if that
// is empty, or r does not ask for it.
func (r *Round) Of(x Return, key string) (int64, bool) {
	n := r.place[key]
	if n == 0 {
		return 0, false
	}
	return x.Figure(n)
}

// AllTexts returns the narrative of all returns of a unit in a round, by their number.
// The caller has found both through their seen.
func AllTexts(ctx context.Context, tx *db.Tx, r Round, unit int64) (map[int64]Texts, error) {
	all, err := TextsOfMany(ctx, tx, r, []int64{unit})
	return all[unit], err
}

// TextsOfMany returns the narrative of all returns of some units in a round, by unit
// and number of the return.
func TextsOfMany(ctx context.Context, tx *db.Tx, r Round, units []int64) (map[int64]map[int64]Texts, error) {
	all := map[int64]map[int64]Texts{}
	if !r.texts {
		return all, nil
	}
	for in, args := range db.In(units, r.Period.ID) {
		if err := db.Each(ctx, tx, `SELECT unit, n, item, text FROM form_text WHERE period = $1 AND unit `+in, args, func(s db.Scanner) error {
			var unit, n int64
			var item, text string
			err := s.Scan(&unit, &n, &item, &text)
			if all[unit] == nil {
				all[unit] = map[int64]Texts{}
			}
			if all[unit][n] == nil {
				all[unit][n] = Texts{}
			}
			all[unit][n][item] = text
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// MarksOf returns the last post of the house that was seen when some units returned in
// a round, by unit and number of the return; none where the form asks nothing of the
// house.
func MarksOf(ctx context.Context, tx *db.Tx, r Round, units []int64) (map[int64]map[int64]int64, error) {
	all := map[int64]map[int64]int64{}
	if !r.house {
		return all, nil
	}
	for in, args := range db.In(units, r.Period.ID) {
		if err := db.Each(ctx, tx, `SELECT unit, n, post FROM form_mark WHERE period = $1 AND unit `+in, args, func(s db.Scanner) error {
			var unit, n, post int64
			err := s.Scan(&unit, &n, &post)
			if all[unit] == nil {
				all[unit] = map[int64]int64{}
			}
			all[unit][n] = post
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// RoundOf returns the round of a period, whoever asks.
func RoundOf(ctx context.Context, tx *db.Tx, period string) (Round, error) {
	p, err := readPeriod(ctx, tx, period)
	if err != nil {
		return Round{}, err
	}
	return roundOf(ctx, tx, period, p.State, p.Version)
}

// Field names the field of an item on pages and in faults.
func Field(key string) string { return field(key) }
