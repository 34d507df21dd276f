package follow

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Contact is whom to call in a unit.
type Contact struct{ UnitPhone, Head, HeadPhone string }

type creditRow struct {
	member, unit int64
	counted      string
}

func creditsOf(ctx context.Context, tx *db.Tx, rollout, occasion string, limit int) ([]creditRow, error) {
	return db.All(ctx, tx, func(s db.Scanner) (c creditRow, err error) { return c, s.Scan(&c.member, &c.unit, &c.counted) },
		`SELECT member, unit, counted FROM credit WHERE rollout = $1 AND occasion = $2 ORDER BY member LIMIT $3`, rollout, occasion, limit)
}

func countCredits(ctx context.Context, tx *db.Tx, rollout string, unit int64) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM credit WHERE rollout = $1 AND unit = $2 AND counted = 'due'`, []any{rollout, unit}, &n)
	return n, err
}

// Credited returns which members have been counted in a rollout, of those of
// one unit: a make-up session is for the others.
func Credited(ctx context.Context, tx *db.Tx, rollout string, unit int64) (map[int64]bool, error) {
	list, err := db.All(ctx, tx, func(s db.Scanner) (m int64, err error) { return m, s.Scan(&m) },
		`SELECT member FROM credit WHERE rollout = $1 AND member IN (SELECT member FROM membership WHERE unit = $2)`, rollout, unit)
	all := map[int64]bool{}
	for _, m := range list {
		all[m] = true
	}
	return all, err
}

func insertCredit(ctx context.Context, tx *db.Tx, rollout string, member, unit int64, occasion, counted string) (added bool, err error) {
	n, err := tx.ExecN(ctx, `INSERT INTO credit (rollout, member, unit, occasion, counted, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (rollout, member) DO NOTHING`, rollout, member, unit, occasion, counted, tx.Now)
	return n == 1, err
}

func moveCredit(ctx context.Context, tx *db.Tx, rollout string, member int64, occasion string) error {
	return tx.Exec(ctx, `UPDATE credit SET occasion = $1 WHERE rollout = $2 AND member = $3`, occasion, rollout, member)
}

func deleteCredit(ctx context.Context, tx *db.Tx, rollout string, member int64) error {
	return tx.Exec(ctx, `DELETE FROM credit WHERE rollout = $1 AND member = $2`, rollout, member)
}

// declarationOf returns the declaration that stands for a unit; ID is "" if
// there is none.
func declarationOf(ctx context.Context, tx *db.Tx, rollout string, unit int64) (Declaration, error) {
	all, err := db.All(ctx, tx, func(s db.Scanner) (d Declaration, err error) {
		return d, s.Scan(&d.ID, &d.Unit, &d.HeldDay, &d.Attended, &d.Persons, &d.Trimmed, &d.Signer, &d.Paper, &d.File, &d.ActorName)
	}, `SELECT id, unit, held_day, attended, persons, trimmed, signer, paper, coalesce(file, ''), actor_name
		FROM declaration WHERE rollout = $1 AND unit = $2 AND withdrawn_at IS NULL`, rollout, unit)
	if err != nil || len(all) == 0 {
		return Declaration{}, err
	}
	return all[0], nil
}

func insertDeclaration(ctx context.Context, tx *db.Tx, by auth.Actor, rollout string, d Declaration, paper any) error {
	return tx.Exec(ctx, `
		INSERT INTO declaration (id, rollout, unit, held_day, attended, persons, trimmed, signer, paper, file, actor, actor_name, at, withdrawn_why)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, $9, $10, $11, $12, '')`,
		d.ID, rollout, d.Unit, d.HeldDay, d.Attended, d.Persons, d.Signer, d.Paper, paper, by.Login, by.Name, tx.Now)
}

func setTrimmed(ctx context.Context, tx *db.Tx, id string, trimmed int64) error {
	return tx.Exec(ctx, `UPDATE declaration SET trimmed = $1 WHERE id = $2`, trimmed, id)
}

func endDeclaration(ctx context.Context, tx *db.Tx, id, why string) error {
	return tx.Exec(ctx, `UPDATE declaration SET withdrawn_at = $1, withdrawn_why = $2 WHERE id = $3`, tx.Now, why, id)
}

// insertReminders notes that units are reminded today, and returns those that nobody
// had reminded before.
func insertReminders(ctx context.Context, tx *db.Tx, who, rollout string, units []int64) ([]int64, error) {
	before, err := remindedToday(ctx, tx, rollout, units)
	if err != nil {
		return nil, err
	}
	var fresh []int64
	for _, u := range units {
		if _, ok := before[u]; !ok {
			fresh = append(fresh, u)
		}
	}
	return fresh, db.InsertMany(ctx, tx, `INSERT INTO reminder (rollout, unit, day, actor_name, at) VALUES`, len(fresh), func(i int) []any {
		return []any{rollout, fresh[i], vn.DayOf(tx.Now), who, tx.Now}
	})
}

// remindedToday returns who reminded which of some units today.
func remindedToday(ctx context.Context, tx *db.Tx, rollout string, units []int64) (map[int64]string, error) {
	all := map[int64]string{}
	for in, args := range db.In(units, rollout, vn.DayOf(tx.Now)) {
		if err := db.Each(ctx, tx, `SELECT unit, actor_name FROM reminder WHERE rollout = $1 AND day = $2 AND unit `+in, args, func(s db.Scanner) error {
			var unit int64
			var who string
			err := s.Scan(&unit, &who)
			all[unit] = who
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// contacts returns whom to call in those of some units that by may see.
func contacts(ctx context.Context, tx *db.Tx, by auth.Actor, units []int64) (map[int64]Contact, error) {
	all := map[int64]Contact{}
	for in, args := range db.In(units, by.Tree, by.Path, by.End()) {
		if err := db.Each(ctx, tx, `SELECT u.id, u.phone, coalesce(m.name, ''), coalesce(m.phone, '')
			FROM unit u
			JOIN place p ON p.tree = $1 AND p.unit = u.id
			LEFT JOIN office f ON f.unit = u.id AND f.rank = 1 AND f.to_day = ''
			LEFT JOIN member m ON m.id = f.member
			WHERE p.path >= $2 AND p.path < $3 AND u.id `+in+` ORDER BY p.path, m.id`, args, func(s db.Scanner) error {
			var unit int64
			var c Contact
			err := s.Scan(&unit, &c.UnitPhone, &c.Head, &c.HeadPhone)
			all[unit] = c
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// CreditedBy returns the members an occasion is credited with at a unit, as due
// or as extra: the rows behind a figure of persons.
func CreditedBy(ctx context.Context, tx *db.Tx, rollout, occasion string, unit int64, due bool) (map[int64]bool, error) {
	counted := asExtra
	if due {
		counted = asDue
	}
	list, err := db.All(ctx, tx, func(s db.Scanner) (m int64, err error) { return m, s.Scan(&m) },
		`SELECT member FROM credit WHERE rollout = $1 AND occasion = $2 AND unit = $3 AND counted = $4`, rollout, occasion, unit, counted)
	all := map[int64]bool{}
	for _, m := range list {
		all[m] = true
	}
	return all, err
}

// Recount returns, by unit, what the records of this package say a rollout's
// sheet should hold: who is credited, and what was declared.
func Recount(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	for _, q := range []string{
		`SELECT unit, CASE WHEN counted = 'due' THEN 'persons' ELSE 'persons_extra' END, count(*) FROM credit WHERE rollout = $1 GROUP BY unit, counted`,
		`SELECT unit, 'declared_attended', attended FROM declaration WHERE rollout = $1 AND withdrawn_at IS NULL`,
		`SELECT unit, 'declared_persons', persons - trimmed FROM declaration WHERE rollout = $1 AND withdrawn_at IS NULL`,
	} {
		if err := db.Each(ctx, tx, q, []any{s.Source}, func(row db.Scanner) error {
			var unit, n int64
			var name string
			if err := row.Scan(&unit, &name, &n); err != nil {
				return err
			}
			all[unit] = all[unit].Plus(tally.Delta{lane(name): n})
			return nil
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}
