package attendance

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// What of check-ins is more than members who are there: roll calls, guests who are
// persons, counts of heads, and what is set aside.

func calls(ctx context.Context, tx *db.Tx, occasion string) ([]Call, error) {
	return db.All(ctx, tx, func(r db.Scanner) (c Call, err error) {
		var used int
		err = r.Scan(&c.N, &c.Name, &c.At, &used)
		c.Used = used != 0
		return c, err
	}, `SELECT n, name, at_time, used FROM occasion_call WHERE occasion = $1 ORDER BY n`, occasion)
}

func replaceCalls(ctx context.Context, tx *db.Tx, occasion string, r Rule, all []Call) error {
	if err := tx.Exec(ctx, `DELETE FROM occasion_call WHERE occasion = $1`, occasion); err != nil {
		return err
	}
	for _, c := range all {
		if err := tx.Exec(ctx, `INSERT INTO occasion_call (occasion, n, name, at_time, used) VALUES ($1, $2, $3, $4, $5)`, occasion, c.N, c.Name, c.At, c.Used); err != nil {
			return err
		}
	}
	return tx.Exec(ctx, `UPDATE occasion SET need = $1, checkout = $2, version = version + 1 WHERE id = $3`, r.Need, r.Checkout, occasion)
}

// useCalls notes that roll calls are named by a fact or a mark.
func useCalls(ctx context.Context, tx *db.Tx, occasion string, numbers []int64) error {
	for _, n := range numbers {
		if err := tx.Exec(ctx, `UPDATE occasion_call SET used = 1 WHERE occasion = $1 AND n = $2 AND used = 0`, occasion, n); err != nil {
			return err
		}
	}
	return nil
}

// loadGuests reads guests by their ids, with all their facts. One who is not known is
// new; without an invitation that is no hindrance.
func (b *batch) loadGuests(ctx context.Context, tx *db.Tx, ids []string) error {
	all, err := inParts(ctx, tx, func(r db.Scanner) (*visitor, error) {
		g := &visitor{known: true}
		return g, r.Scan(&g.ID, &g.number, &g.Name, &g.Org, &g.site, &g.seat, &g.calls, &g.fact)
	}, `SELECT id, number, name, org, site, seat, calls, fact FROM attendance_guest WHERE occasion = $1 AND id IN`, ids, b.occasion.ID)
	if err != nil {
		return err
	}
	for _, g := range all {
		b.guests[g.ID] = g
	}
	for _, id := range ids {
		if b.guests[id] == nil {
			b.guests[id] = &visitor{Visitor: Visitor{ID: id}}
		}
	}
	facts, err := inParts(ctx, tx, scanKept, keptFacts+` AND f.member = 0 AND f.guest IN`, ids, b.occasion.ID)
	b.remember(facts)
	for _, k := range facts {
		g := b.guests[k.Guest.ID]
		g.facts = append(g.facts, b.known[k.ID])
	}
	return err
}

func (b *batch) saveGuests(ctx context.Context, tx *db.Tx) error {
	for _, g := range b.came {
		var err error
		switch {
		case g.number == 0 && g.fact == "":
			err = tx.Exec(ctx, `DELETE FROM attendance_guest WHERE occasion = $1 AND id = $2`, b.occasion.ID, g.ID)
		default:
			err = tx.Exec(ctx, `INSERT INTO attendance_guest (occasion, id, number, name, fold, org, site, seat, calls, checked_out, fact, at)
				VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
				ON CONFLICT (occasion, id) DO UPDATE SET name = excluded.name, fold = excluded.fold, org = excluded.org, site = excluded.site, seat = excluded.seat,
					calls = excluded.calls, checked_out = excluded.checked_out, fact = excluded.fact, at = excluded.at`,
				b.occasion.ID, g.ID, g.number, g.Name, vn.Fold(g.Name), g.Org, g.site, g.seat, g.calls, g.out, g.fact, tx.Now)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// loadHeads reads the counts of heads at the site, and whether it has a list: whether
// anybody invited is to be there.
func (b *batch) loadHeads(ctx context.Context, tx *db.Tx) error {
	all, err := db.All(ctx, tx, scanKept, keptFacts+` AND f.member = 0 AND f.guest = '' AND f.site = $2 AND f.state = 'heads'`, b.occasion.ID, b.site)
	if err != nil {
		return err
	}
	b.remember(all)
	for _, k := range all {
		b.heads = append(b.heads, b.known[k.ID])
	}
	b.listed, err = Listed(ctx, tx, b.occasion.ID, b.site)
	return err
}

// Listed reports whether a site has a list: whether anybody invited is to be there.
// Where there is none, heads may be counted.
func Listed(ctx context.Context, tx *db.Tx, occasion string, site int64) (bool, error) {
	one := func(r db.Scanner) (n int64, err error) { return n, r.Scan(&n) }
	all, err := db.All(ctx, tx, one, `SELECT member FROM attendance WHERE occasion = $1 AND site = $2 AND seat < 0 AND extra = 0 LIMIT 1`, occasion, site)
	if err == nil && len(all) == 0 {
		all, err = db.All(ctx, tx, one, `SELECT member FROM attendance WHERE occasion = $1 AND seat > 0 AND seat = $2 LIMIT 1`, occasion, site)
	}
	return len(all) > 0, err
}

func insertAside(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, site int64, all []aside) error {
	for _, a := range all {
		if err := tx.Exec(ctx, `INSERT INTO attendance_aside (occasion, id, body, site, why, actor, actor_name, at, n) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (occasion, site, id, body) DO NOTHING`, occasion, a.id, a.body, site, a.why, by.Login, by.Name, tx.Now, tx.NewID()); err != nil {
			return err
		}
	}
	return nil
}

// strays returns facts that were set aside at a site, by their numbers.
func strays(ctx context.Context, tx *db.Tx, occasion string, site int64, numbers []int64) ([]Stray, error) {
	return db.AllIn(ctx, tx, func(r db.Scanner) (a Stray, err error) {
		return a, r.Scan(&a.N, &a.ID, &a.Body, &a.Why, &a.ActorName, db.At(&a.At))
	}, `SELECT n, id, body, why, actor_name, at FROM attendance_aside WHERE occasion = $1 AND site = $2 AND n IN`, numbers, occasion, site)
}

func removeStray(ctx context.Context, tx *db.Tx, occasion string, a Stray) error {
	return tx.Exec(ctx, `DELETE FROM attendance_aside WHERE occasion = $1 AND id = $2 AND n = $3`, occasion, a.ID, a.N)
}

// versions returns the versions of the rows of a roll, of a home unit or with 0 of all,
// at most limit.
func versions(ctx context.Context, tx *db.Tx, occasion string, unit int64, limit int) ([]Mark, error) {
	where := ``
	if unit != 0 {
		where = ` AND unit = $3`
	}
	args := []any{occasion, limit}
	if unit != 0 {
		args = append(args, unit)
	}
	return db.All(ctx, tx, func(r db.Scanner) (m Mark, err error) { return m, r.Scan(&m.Member, &m.Version) },
		`SELECT member, version FROM attendance WHERE occasion = $1`+where+` ORDER BY member LIMIT $2`, args...)
}

// A Stray is a fact that was set aside, as it came.
type Stray struct {
	N                        int64 // its number
	ID, Body, Why, ActorName string
	At                       time.Time
}

// AsideAt returns what was set aside at a site, the last first.
func AsideAt(ctx context.Context, tx *db.Tx, occasion string, site int64, limit int) ([]Stray, error) {
	return db.All(ctx, tx, func(r db.Scanner) (a Stray, err error) {
		return a, r.Scan(&a.N, &a.ID, &a.Body, &a.Why, &a.ActorName, db.At(&a.At))
	}, `SELECT n, id, body, why, actor_name, at FROM attendance_aside WHERE occasion = $1 AND site = $2 ORDER BY at DESC, id LIMIT $3`, occasion, site, limit)
}
