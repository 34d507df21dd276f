package deadline

import (
	"context"
	"slices"
	"sync"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// Of returns the last days of a period under the key that its row has: over the
// tree e from a root on, with the kinds that units had on the day it was opened.
func Of(ctx context.Context, tx *db.Tx, period string, key int64, e *epoch.Epoch, root int, opened vn.Day) (*Days, error) {
	d, ok := timetables.get(period, key)
	if ok {
		return d, nil
	}
	d, err := read(ctx, tx, period, key, e, root, opened)
	if err == nil {
		timetables.put(period, d)
	}
	return d, err
}

func read(ctx context.Context, tx *db.Tx, period string, key int64, e *epoch.Epoch, root int, opened vn.Day) (*Days, error) {
	d := &Days{key: key}
	if err := tx.One(ctx, `SELECT last_day FROM form_period WHERE id = $1`, []any{period}, &d.Last); err != nil {
		return nil, err
	}
	if key == 0 { // as it was opened, without levels
		return d, nil
	}
	var err error
	if d.Levels, err = levelsOf(ctx, tx, period); err != nil {
		return nil, err
	}
	names := kindsOf(d.Levels)
	for _, l := range d.Levels {
		d.number = append(d.number, names[l.Kind])
	}
	if len(names) > 0 {
		if d.kinds, err = kinds(ctx, tx, names, e, root, opened); err != nil {
			return nil, err
		}
	}
	all, err := Exceptions(ctx, tx, period)
	if err != nil {
		return nil, err
	}
	for _, x := range slices.Backward(all) { // the newest of one width is the last
		at, ok := e.Index(x.Unit)
		if !ok || x.EndedName != "" {
			continue
		}
		end := at + 1
		if x.Whole {
			end = e.End(at)
		}
		d.except = append(d.except, exempt{at, end, x.Last})
	}
	return d, nil
}

// kinds returns of which kind units were on a day, by their places from the root.
func kinds(ctx context.Context, tx *db.Tx, names map[string]uint8, e *epoch.Epoch, root int, day vn.Day) ([]uint8, error) {
	all := make([]uint8, e.End(root)-root)
	for name, number := range names {
		if err := db.Each(ctx, tx, `SELECT unit FROM unit_kind WHERE kind = $1 AND from_day <= $2 AND (to_day = '' OR to_day > $2)`,
			[]any{name, day}, func(s db.Scanner) error {
				var unit int64
				err := s.Scan(&unit)
				if at, ok := e.Index(unit); ok && e.Under(at, root) {
					all[at-root] = number
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

// Insert writes the levels of a period that has just been opened.
func Insert(ctx context.Context, tx *db.Tx, period string, levels []Level) error {
	if len(levels) == 0 {
		return nil
	}
	if err := db.InsertMany(ctx, tx, `INSERT INTO form_due (period, n, depth, kind, last_day) VALUES`, len(levels), func(i int) []any {
		l := levels[i]
		return []any{period, l.N, l.Depth, l.Kind, l.Last}
	}); err != nil {
		return err
	}
	return turn(ctx, tx, period)
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

// AddMove moves a last day.
func AddMove(ctx context.Context, tx *db.Tx, by auth.Actor, period string, m Move) error {
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

// AddException writes an exception, and returns its number.
func AddException(ctx context.Context, tx *db.Tx, by auth.Actor, period string, x Exception) (n int64, err error) {
	if err := tx.One(ctx, `SELECT coalesce(max(n), 0) + 1 FROM form_exception WHERE period = $1`, []any{period}, &n); err != nil {
		return 0, err
	}
	if err := tx.Exec(ctx, `INSERT INTO form_exception (period, n, unit, whole, last_day, reason, actor, actor_name, at, ended_name)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')`, period, n, x.Unit, x.Whole, x.Last, x.Reason, by.Login, by.Name, tx.Now); err != nil {
		return 0, err
	}
	return n, turn(ctx, tx, period)
}

// EndException ends an exception. It is a Conflict if it has been ended, NotFound if
// there is none.
func EndException(ctx context.Context, tx *db.Tx, by auth.Actor, period string, n int64) error {
	var ended string
	if err := tx.One(ctx, `SELECT ended_name FROM form_exception WHERE period = $1 AND n = $2`, []any{period, n}, &ended); err != nil {
		return err
	}
	if ended != "" {
		return fault.New(fault.Conflict, "calendar.error.ended")
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
	byID map[string]*Days
}

var timetables = timetableShelf{byID: map[string]*Days{}}

func (s *timetableShelf) get(period string, key int64) (*Days, bool) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d, ok := s.byID[period]
	return d, ok && d.key == key
}

func (s *timetableShelf) put(period string, d *Days) {
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
