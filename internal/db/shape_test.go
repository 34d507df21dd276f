package db_test

import (
	"context"
	"strings"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// What an index names is found by it, and not by reading all that begins alike.
func TestPlans(t *testing.T) {
	d := dbtest.OpenSQLite(t)
	for q, index := range map[string]string{
		`SELECT own FROM tally_node WHERE sheet = 1 AND unit = 2`:                                  "tally_node_unit",
		`SELECT own FROM tally_node WHERE sheet = 1 AND unit IN (2, 3, 4, 5, 6, 7, 8, 9)`:          "tally_node_unit",
		`SELECT own FROM tally_node WHERE sheet = 1 AND parent = 2 AND unit > 3 ORDER BY unit`:     "PRIMARY KEY",
		`SELECT own FROM tally_node WHERE sheet = 1`:                                               "PRIMARY KEY",
		`SELECT vector FROM tally_post WHERE sheet = 1 AND id <= 7 AND unit = 2`:                   "tally_post_unit",
		`SELECT vector FROM tally_post WHERE sheet = 1 AND id <= 7 AND unit IN (2, 3, 4, 5, 6, 7)`: "tally_post_unit",
		`SELECT vector FROM tally_post WHERE sheet = 1 AND id = 7`:                                 "PRIMARY KEY",
		`SELECT unit FROM unit_edge WHERE tree = 'a' AND parent = 2`:                               "unit_edge_parent",
		`SELECT unit FROM place WHERE tree = 'a' AND path >= '/1/' AND path < '/2/'`:               "place_path",
		`SELECT path FROM place WHERE tree = 'a' AND unit = 2`:                                     "PRIMARY KEY",
	} {
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			var id, parent, unused int
			var plan string
			err := tx.One(ctx, `EXPLAIN QUERY PLAN `+q, nil, &id, &parent, &unused, &plan)
			if !strings.Contains(plan, index) {
				t.Errorf("%s: %s, want %s", q, plan, index)
			}
			return err
		})
	}
}
