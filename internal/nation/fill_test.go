package nation_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/load"
	"nhipcau/internal/nation"
	"nhipcau/internal/tally"
)

// fill makes an organisation in a database of the test's own.
func fill(t *testing.T, d *db.DB, o nation.Options) (*db.DB, nation.Made) {
	t.Helper()
	address := dbtest.Address(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	var m nation.Made
	if err := load.Into(t.Context(), address, func(string, int) {}, func(l *load.Loader) (err error) {
		m, err = nation.Fill(l, o)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	d = dbtest.Again(t, d)
	tally.Attach(d)
	if err := d.Loaded(t.Context()); err != nil {
		t.Fatal(err)
	}
	return d, m
}

var all = []nation.Options{
	{Scale: nation.Small, Seed: 1}, {Scale: nation.Province, Seed: 1}, {Scale: nation.Province, Before: true, Seed: 1},
}

// Every figure is what was returned.
func TestFiguresProve(t *testing.T) {
	for _, o := range all {
		d, m := fill(t, dbtest.Open(t), o)
		r, err := tally.Prove(t.Context(), d, nil)
		if err != nil {
			t.Fatal(err)
		}
		if most, least := m.Leaves*12, m.Leaves*12-m.Leaves/50-3; r.Mismatches > 0 || r.Sheets != 13 || r.Posts < least || r.Posts > most {
			t.Errorf("%+v: %d sheets, %d posts, want %d to %d, %d mismatches: %q", o, r.Sheets, r.Posts, least, most, r.Mismatches, r.Details[:min(3, len(r.Details))])
		}
	}
}

// The same seed makes the same rows, whichever the engine; another seed others.
func TestSameSeedSameRows(t *testing.T) {
	for _, o := range all[:2] {
		one, _ := fill(t, dbtest.Open(t), o)
		two, _ := fill(t, dbtest.OpenSQLite(t), o)
		if a, b := content(t, one), content(t, two); a != b {
			t.Errorf("%+v: two runs differ:\n%s\n%s", o, a, b)
		}
		o.Seed++
		other, _ := fill(t, dbtest.Open(t), o)
		if content(t, one) == content(t, other) {
			t.Errorf("%+v: another seed made the same", o)
		}
	}
}

// orders are the tables that are filled and what their rows are ordered by.
var orders = [][2]string{
	{"tree", "key"},
	{"unit", "id"},
	{"unit_name", "unit, from_day"},
	{"unit_kind", "unit, from_day"},
	{"unit_edge", "unit, from_day"},
	{"place", "unit"},
	{"epoch", "id"},
	{"reform", "id"},
	{"lineage", "old_unit"},
	{"member", "id"},
	{"membership", "id"},
	{"office", "id"},
	{"form", "id"},
	{"form_edition", "n"},
	{"form_item", "n"},
	{"form_period", "n"},
	{"form_return", "period, unit, n"},
	{"tally_sheet", "id"},
	{"tally_post", "id"},
	{"tally_node", "sheet, parent, unit"},
	{"conference", "id"},
	{"conference_event", "id"},
	{"occasion", "id"},
	{"site", "n"},
	{"attendance", "member"},
}

// content is a line for each table with a hash of its rows.
func content(t *testing.T, d *db.DB) string {
	t.Helper()
	text := ""
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, o := range orders {
			h, n := sha256.New(), 0
			if err := db.Each(ctx, tx, `SELECT * FROM `+o[0]+` ORDER BY `+o[1], nil, func(r db.Scanner) error {
				columns, err := r.(interface{ Columns() ([]string, error) }).Columns()
				if err != nil {
					return err
				}
				n++
				values, into := make([]any, len(columns)), make([]any, len(columns))
				for i := range values {
					into[i] = &values[i]
				}
				err = r.Scan(into...)
				fmt.Fprintln(h, values...)
				return err
			}); err != nil {
				return err
			}
			text += fmt.Sprintf("%s %d %x\n", o[0], n, h.Sum(nil)[:6])
		}
		return nil
	})
	return text
}

// What is odd is there: see structure.
func TestOddUnits(t *testing.T) {
	d, m := fill(t, dbtest.Open(t), nation.Options{Scale: nation.Province, Seed: 7})
	ask := func(q string, args ...any) (n int64) {
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error { return tx.One(ctx, q, args, &n) })
		return n
	}
	for what, c := range map[string]struct{ got, want int64 }{
		"members left in the cell that falls": {ask(`SELECT count(*) FROM membership s JOIN unit u ON u.id = s.unit WHERE u.key = $1 AND s.ended = 0`, m.Odd.Falls), 2},
		"members who are somewhere":           {ask(`SELECT count(*) FROM membership WHERE ended = 0`), int64(m.Members)},
		"memberships that ended":              {ask(`SELECT count(*) FROM membership WHERE ended > 0 AND ended_at > 0`), 3},
		"past units of the restless":          {ask(`SELECT count(*) FROM membership a JOIN membership b ON b.member = a.member WHERE b.ended = 0 AND a.ended > 0 AND b.unit = (SELECT id FROM unit WHERE key = $1)`, m.Odd.Restless), 2},
		"secretaries of the headless":         {ask(`SELECT count(*) FROM office o JOIN unit u ON u.id = o.unit WHERE u.key = $1 AND o.rank = 1`, m.Odd.Headless), 0},
		"units without a secretary":           {int64(m.Units) - ask(`SELECT count(*) FROM office WHERE rank = 1`), 1},
		"names that stand twice": {ask(`SELECT count(*) FROM (SELECT a.name FROM member a JOIN membership s ON s.member = a.id JOIN unit u ON u.id = s.unit
			WHERE u.key = $1 GROUP BY a.name HAVING count(*) > 1) x`, m.Odd.Namesakes), 1},
		"closed units":              {ask(`SELECT count(*) FROM unit_edge WHERE to_day <> ''`), 1},
		"units under the closed":    {ask(`SELECT sign(count(*)) FROM unit_edge e JOIN unit u ON u.id = e.parent WHERE u.key = $1 AND e.to_day = ''`, m.Odd.Dissolved), 1},
		"people of the conference":  {ask(`SELECT count(*) FROM attendance WHERE state = 'invited'`), int64(m.People)},
		"sites":                     {ask(`SELECT count(*) FROM site`), int64(m.Sites)},
		"people at no site":         {ask(`SELECT count(*) FROM attendance a LEFT JOIN site s ON s.conference = a.occasion AND s.n = a.site WHERE s.n IS NULL`), 0},
		"people not of their unit":  {ask(`SELECT count(*) FROM attendance a LEFT JOIN membership s ON s.member = a.member AND s.unit = a.unit WHERE s.id IS NULL`), 0},
		"periods that are open":     {ask(`SELECT count(*) FROM form_period WHERE state = 'open'`), 1},
		"months that lack a return": {ask(`SELECT count(*) FROM (SELECT period FROM form_return GROUP BY period HAVING count(*) < $1) x`, m.Leaves), 1},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", what, c.got, c.want)
		}
	}
	if db.Engine(dbtest.Address(t, d)) == db.SQLite {
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			return db.Each(ctx, tx, `PRAGMA foreign_key_check`, nil, func(db.Scanner) error {
				t.Error("a row refers to what is not there")
				return nil
			})
		})
	}
}
