package filing

import (
	"context"
	"sync"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// timed gives a round its last days, as they stand under a key.
func (r *Round) timed(ctx context.Context, tx *db.Tx, key int64) error {
	d, ok := timetables.get(r.Period.ID, key)
	if !ok {
		var err error
		if d, err = r.readDues(ctx, tx, key); err != nil {
			return err
		}
		timetables.put(r.Period.ID, d)
	}
	r.dues, r.Period.LastDay = d, d.last
	return nil
}

func (r *Round) readDues(ctx context.Context, tx *db.Tx, key int64) (*dues, error) {
	d := &dues{key: key}
	if err := tx.One(ctx, `SELECT last_day FROM form_period WHERE id = $1`, []any{r.Period.ID}, &d.last); err != nil {
		return nil, err
	}
	if key == 0 { // as it was opened, without levels
		return d, nil
	}
	var err error
	if d.levels, err = levelsOf(ctx, tx, r.Period.ID); err != nil {
		return nil, err
	}
	names := kindsOf(d.levels)
	for _, l := range d.levels {
		d.number = append(d.number, names[l.Kind])
	}
	if len(names) > 0 {
		if d.kinds, err = r.kinds(ctx, tx, names); err != nil {
			return nil, err
		}
	}
	all, err := Exceptions(ctx, tx, r.Period.ID)
	if err != nil {
		return nil, err
	}
	for i := len(all) - 1; i >= 0; i-- { // the newest of one width is the last
		x := all[i]
		at, ok := r.epoch.Index(x.Unit)
		if !ok || x.EndedName != "" {
			continue
		}
		end := at + 1
		if x.Whole {
			end = r.epoch.End(at)
		}
		d.except = append(d.except, exempt{at, end, x.Last})
	}
	return d, nil
}

// kinds returns of which kind the units of a round were when its period was
// opened, by their places from the root.
func (r *Round) kinds(ctx context.Context, tx *db.Tx, names map[string]uint8) ([]uint8, error) {
	all := make([]uint8, r.epoch.End(r.root)-r.root)
	for name, number := range names {
		if err := db.Each(ctx, tx, `SELECT unit FROM unit_kind WHERE kind = $1 AND from_day <= $2 AND (to_day = '' OR to_day > $2)`,
			[]any{name, vn.DayOf(r.Period.EnteredAt)}, func(s db.Scanner) error {
				var unit int64
				err := s.Scan(&unit)
				if at, ok := r.epoch.Index(unit); ok && r.epoch.Under(at, r.root) {
					all[at-r.root] = number
				}
				return err
			}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func levelsOf(ctx context.Context, tx *db.Tx, period string) ([]Level, error) {
	return db.All(ctx, tx, func(s db.Scanner) (l Level, err error) { return l, s.Scan(&l.N, &l.Depth, &l.Kind, &l.Last) },
		`SELECT n, depth, kind, last_day FROM form_due WHERE period = $1 ORDER BY n`, period)
}

// insertLevels writes the levels of a period that has just been opened.
func insertLevels(ctx context.Context, tx *db.Tx, p Period) error {
	if len(p.Levels) == 0 {
		return nil
	}
	if err := db.InsertMany(ctx, tx, `INSERT INTO form_due (period, n, depth, kind, last_day) VALUES`, len(p.Levels), func(i int) []any {
		l := p.Levels[i]
		return []any{p.ID, l.N, l.Depth, l.Kind, l.Last}
	}); err != nil {
		return err
	}
	return turn(ctx, tx, p.ID)
}

// turn gives the last days of a period another key, after they were changed. A key
// is used once, so what memory holds under one is right even if this transaction
// comes to nothing.
func turn(ctx context.Context, tx *db.Tx, period string) error {
	return tx.Exec(ctx, `UPDATE form_period SET dues = $1 WHERE id = $2`, tx.NewID(), period)
}

// Moves returns how last days of a period were moved, the newest first. The caller
// has found the period through seen.
func Moves(ctx context.Context, tx *db.Tx, period string) ([]Move, error) {
	return db.All(ctx, tx, func(s db.Scanner) (m Move, err error) {
		return m, s.Scan(&m.N, &m.Level, &m.Was, &m.Last, &m.Reason, &m.ActorName, db.At(&m.At))
	}, `SELECT n, level, was, last_day, reason, actor_name, at FROM form_move WHERE period = $1 ORDER BY n DESC`, period)
}

func insertMove(ctx context.Context, tx *db.Tx, by auth.Actor, period string, m Move) error {
	if err := tx.Exec(ctx, `INSERT INTO form_move (period, n, level, was, last_day, reason, actor, actor_name, at)
		VALUES ($1, (SELECT coalesce(max(n), 0) + 1 FROM form_move WHERE period = $1), $2, $3, $4, $5, $6, $7, $8)`,
		period, m.Level, m.Was, m.Last, m.Reason, by.Login, by.Name, tx.Now); err != nil {
		return err
	}
	set, args := `UPDATE form_period SET last_day = $1 WHERE id = $2`, []any{m.Last, period}
	if m.Level > 0 {
		set, args = `UPDATE form_due SET last_day = $1 WHERE period = $2 AND n = $3`, append(args, m.Level)
	}
	if err := tx.Exec(ctx, set, args...); err != nil {
		return err
	}
	return turn(ctx, tx, period)
}

// Exceptions returns the exceptions of a period, those that were ended too, the
// newest first. The caller has found the period through seen.
func Exceptions(ctx context.Context, tx *db.Tx, period string) ([]Exception, error) {
	return db.All(ctx, tx, func(s db.Scanner) (x Exception, err error) {
		var whole int
		err = s.Scan(&x.N, &x.Unit, &x.UnitKey, &x.UnitName, &whole, &x.Last, &x.Reason, &x.ActorName, db.At(&x.At), &x.EndedName, db.At(&x.EndedAt))
		x.Whole = whole != 0
		return x, err
	}, `SELECT x.n, x.unit, u.key, m.name, x.whole, x.last_day, x.reason, x.actor_name, x.at, x.ended_name, x.ended_at
		FROM form_exception x JOIN unit u ON u.id = x.unit
		JOIN unit_name m ON m.unit = x.unit AND m.from_day = (SELECT max(y.from_day) FROM unit_name y WHERE y.unit = x.unit)
		WHERE x.period = $1 ORDER BY x.n DESC`, period)
}

func insertException(ctx context.Context, tx *db.Tx, by auth.Actor, period string, x Exception) (n int64, err error) {
	if err := tx.One(ctx, `SELECT coalesce(max(n), 0) + 1 FROM form_exception WHERE period = $1`, []any{period}, &n); err != nil {
		return 0, err
	}
	if err := tx.Exec(ctx, `INSERT INTO form_exception (period, n, unit, whole, last_day, reason, actor, actor_name, at, ended_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')`, period, n, x.Unit, x.Whole, x.Last, x.Reason, by.Login, by.Name, tx.Now); err != nil {
		return 0, err
	}
	return n, turn(ctx, tx, period)
}

func endException(ctx context.Context, tx *db.Tx, by auth.Actor, period string, n int64) error {
	var ended string
	if err := tx.One(ctx, `SELECT ended_name FROM form_exception WHERE period = $1 AND n = $2`, []any{period, n}, &ended); err != nil {
		return err
	}
	if ended != "" {
		return fault.New(fault.Conflict, "filing.error.ended")
	}
	if err := tx.Exec(ctx, `UPDATE form_exception SET ended_name = $1, ended_at = $2 WHERE period = $3 AND n = $4`, by.Name, tx.Now, period, n); err != nil {
		return err
	}
	return turn(ctx, tx, period)
}

const maxTimetables = 64

// A timetable shelf holds the last days of periods, the newest key of each.
type timetableShelf struct {
	mu   sync.RWMutex
	byID map[string]*dues
}

var timetables = timetableShelf{byID: map[string]*dues{}}

func (s *timetableShelf) get(period string, key int64) (*dues, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, ok := s.byID[period]
	return d, ok && d.key == key
}

func (s *timetableShelf) put(period string, d *dues) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.byID) >= maxTimetables {
		for id := range s.byID { // any: the ones in use come back at once
			delete(s.byID, id)
			break
		}
	}
	s.byID[period] = d
}
