package nation_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
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
	if err := db.Load(t.Context(), address, func(string, int) {}, func(l *db.Loader) (err error) {
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
	{"tree", "key"}, {"unit", "id"}, {"unit_name", "unit, from_day"}, {"unit_kind", "unit, from_day"}, {"unit_edge", "unit, from_day"}, {"place", "unit"},
	{"epoch", "id"}, {"reform", "id"}, {"lineage", "old_unit"}, {"member", "id"}, {"membership", "id"}, {"office", "id"},
	{"form", "id"}, {"form_item", "n"}, {"form_period", "n"}, {"form_return", "period, unit, n"}, {"tally_sheet", "id"}, {"tally_post", "id"}, {"tally_node", "sheet, parent, unit"},
	{"conference", "id"}, {"conference_event", "id"}, {"occasion", "id"}, {"site", "n"}, {"attendance", "member"},
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
