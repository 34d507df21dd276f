package filing

import (
	"context"
	"slices"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// near are a period and those that stand beside it in a book.
type near struct {
	all        []Period // each once, the oldest first
	year       []string // those of its year, up to it
	prev, last string   // "" for none
}

// around returns the periods of a form that a book of one of them needs.
func around(ctx context.Context, tx *db.Tx, p Period) (near, error) {
	all, err := db.All(ctx, tx, scanPeriod, `SELECT `+periodColumns+` FROM form_period p
		WHERE p.form = $1 AND p.to_day > $2 AND p.from_day <= $3 ORDER BY p.from_day, p.to_day, p.n`, p.Form, p.From.AddDays(-400), p.From)
	if err != nil {
		return near{}, err
	}
	n := near{}
	before := vn.Day("")
	for _, x := range all {
		switch {
		case x.ID == p.ID:
			n.year = append(n.year, x.ID)
			continue
		case !p.From.Before(x.To) && before <= x.To: // it is over when this one begins
			n.prev, before = x.ID, x.To
		}
		if x.belongs() == p.belongs() && !p.From.Before(x.To) {
			n.year = append(n.year, x.ID)
		}
		if x.belongs() == p.belongs()-1 && anniversary(x.From, p.From) && anniversary(x.To, p.To) {
			n.last = x.ID
		}
	}
	for _, x := range all {
		if x.ID == n.prev || x.ID == n.last || slices.Contains(n.year, x.ID) {
			n.all = append(n.all, x)
		}
	}
	return n, nil
}

// belongs is the year a period belongs to: that of its last day.
func (p Period) belongs() int { return p.To.AddDays(-1).Start().In(vn.Zone).Year() }

// anniversary reports whether a day is another's of the year before.
func anniversary(a, b vn.Day) bool { return a[4:] == b[4:] }

// readVectors reads what a unit has in each of some periods.
func readVectors(ctx context.Context, tx *db.Tx, all []*stretch, whose Whose) error {
	if whose.All {
		for _, s := range all {
			v, err := tally.Total(ctx, tx, s.round.Sheet.ID, whose.Unit.ID)
			if err != nil {
				return err
			}
			s.vec = v
		}
		return nil
	}
	byID := map[string]*stretch{}
	var ids []string
	for _, s := range all {
		byID[s.round.Period.ID] = s
		ids = append(ids, s.round.Period.ID)
	}
	type row struct {
		period  string
		figures []byte
	}
	rows, err := db.AllIn(ctx, tx, func(s db.Scanner) (r row, err error) { return r, s.Scan(&r.period, &r.figures) }, `
		SELECT r.period, r.figures FROM form_return r
		WHERE r.unit = $1 AND r.n = (SELECT max(x.n) FROM form_return x WHERE x.period = r.period AND x.unit = r.unit) AND r.period IN`, ids, whose.Unit.ID)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if byID[r.period].vec, err = tally.Unpack(r.figures); err != nil {
			return err
		}
	}
	return nil
}

// signed returns the mark of the return of a unit that stands, and when it was made;
// 0 if there is none.
func signed(ctx context.Context, tx *db.Tx, period string, unit int64) (mark int64, at time.Time, err error) {
	err = tx.One(ctx, `SELECT m.post, r.at FROM form_mark m JOIN form_return r ON r.period = m.period AND r.unit = m.unit AND r.n = m.n
		WHERE m.period = $1 AND m.unit = $2 AND m.n = (SELECT max(x.n) FROM form_return x WHERE x.period = $1 AND x.unit = $2)`,
		[]any{period, unit}, &mark, db.At(&at))
	if fault.Is(err, fault.NotFound) {
		return 0, at, nil
	}
	return mark, at, err
}

func insertMark(ctx context.Context, tx *db.Tx, period string, r Return) error {
	return tx.Exec(ctx, `INSERT INTO form_mark (period, unit, n, post) VALUES ($1, $2, $3, $4)`, period, r.Unit, r.N, tx.NewID())
}
