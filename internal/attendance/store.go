package attendance

import (
	"context"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
)

func insertOccasion(ctx context.Context, tx *db.Tx, o Occasion) error {
	return tx.Exec(ctx, `INSERT INTO occasion (id, tree, subject, host, version) VALUES ($1, $2, $3, $4, 1)`, o.ID, o.Tree, o.Subject, o.Host)
}

// Get returns an occasion. The caller has seen the thing it belongs to.
func Get(ctx context.Context, tx *db.Tx, id string) (o Occasion, err error) {
	var checkout, orphans int
	err = tx.One(ctx, `SELECT id, tree, subject, host, closed_at, people, need, checkout, version,
			CASE WHEN EXISTS (SELECT 1 FROM attendance_fact f WHERE f.occasion = $1 AND f.standing = 7) THEN 1 ELSE 0 END
		FROM occasion WHERE id = $1`, []any{id},
		&o.ID, &o.Tree, &o.Subject, &o.Host, db.At(&o.ClosedAt), &o.People, &o.Need, &checkout, &o.Version, &orphans)
	o.Checkout, o.orphans = checkout != 0, orphans != 0
	return o, err
}

// Guests returns the groups of guests of an occasion.
func Guests(ctx context.Context, tx *db.Tx, occasion string) ([]Guest, error) {
	return db.All(ctx, tx, func(r db.Scanner) (g Guest, err error) { return g, r.Scan(&g.Label, &g.Number) },
		`SELECT label, number FROM guest WHERE occasion = $1 ORDER BY n`, occasion)
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, m org.Member, s State) (added bool, err error) {
	n, err := tx.ExecN(ctx, `
		INSERT INTO attendance (occasion, member, unit, state, began, reason, actor, actor_name, at, version)
		VALUES ($1, $2, $3, $4, $5, '', $6, $7, $8, 1) ON CONFLICT (occasion, member) DO NOTHING`,
		occasion, m.ID, m.Unit, s, s == Exempt, by.Login, by.Name, tx.Now)
	return n == 1, err
}

// loadMarked reads people who are marked by hand, with all that bears on them.
func (b *batch) loadMarked(ctx context.Context, tx *db.Tx, marks []Mark) error {
	ids := make([]int64, len(marks))
	b.calls = map[int64]bool{1: true}
	for i, m := range marks {
		if ids[i] = m.Member; m.Call > 1 {
			b.name(m.Call)
		}
	}
	if len(b.used) > 0 {
		all, err := calls(ctx, tx, b.occasion.ID)
		if err != nil {
			return err
		}
		for _, c := range all {
			b.calls[c.N] = true
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if err := loadPeople(ctx, tx, b, `m.id`, ids); err != nil {
		return err
	}
	var first []string
	for _, p := range b.people {
		if p.worked = true; p.fact != "" {
			first = append(first, p.fact)
		}
	}
	if err := b.loadFacts(ctx, tx, first); err != nil {
		return err
	}
	if err := b.loadWorked(ctx, tx, ids); err != nil {
		return err
	}
	for _, p := range b.people {
		p.work()
	}
	return nil
}

func insertChanges(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, all []change) error {
	return db.InsertMany(ctx, tx, `INSERT INTO attendance_change (id, occasion, member, call, over, state_from, state_to, reason, actor, actor_name, at) VALUES`,
		len(all), func(i int) []any {
			c := all[i]
			return []any{tx.NewID(), occasion, c.member, c.call, c.over, c.was, c.state, c.reason, by.Login, by.Name, tx.Now}
		})
}

func replaceGuests(ctx context.Context, tx *db.Tx, occasion string, guests []Guest) error {
	if err := tx.Exec(ctx, `DELETE FROM guest WHERE occasion = $1`, occasion); err != nil {
		return err
	}
	for i, g := range guests {
		if err := tx.Exec(ctx, `INSERT INTO guest (occasion, n, label, number) VALUES ($1, $2, $3, $4)`, occasion, i+1, g.Label, g.Number); err != nil {
			return err
		}
	}
	return nil
}

func setClosed(ctx context.Context, tx *db.Tx, occasion string, at any) error {
	return tx.Exec(ctx, `UPDATE occasion SET closed_at = $1, version = version + 1 WHERE id = $2`, at, occasion)
}
