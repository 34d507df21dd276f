package db

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strings"
)

// SQLite has not counted how many rows share a value, and takes ten for any column.
// Where a table is kept in the order of its key, and an index begins as that key
// does, it then reads all that share the first column, a whole sheet of 300,000
// units, rather than the row that the index names. What such tables look like is
// told instead: it holds for every house, and plans do not change as one grows.
const (
	shapeRows  = 1_000_000
	shapeFirst = 100_000 // rows that share the first column of a key
	shapeNext  = 10      // and the second; from then on two, one if they are unique
)

// shape tells SQLite what its tables look like, if it does not know.
func shape(ctx context.Context, pool *sql.DB) error {
	want, err := shapes(ctx, pool)
	if err != nil {
		return fmt.Errorf("reading the schema: %w", faultOf(err))
	}
	have := map[[2]string]string{} // there may be no such table yet
	_ = eachRow(ctx, pool, `SELECT tbl, idx, stat FROM sqlite_stat1`, func(r Scanner) error {
		var table, index, stat string
		err := r.Scan(&table, &index, &stat)
		have[[2]string{table, index}] = stat
		return err
	})
	if maps.Equal(have, want) {
		return nil
	}
	t, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return faultOf(err)
	}
	defer t.Rollback()
	for _, q := range []string{`ANALYZE sqlite_schema`, `DELETE FROM sqlite_stat1`} {
		if _, err := t.ExecContext(ctx, q); err != nil {
			return faultOf(err)
		}
	}
	for key, stat := range want {
		if _, err := t.ExecContext(ctx, `INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ($1, $2, $3)`, key[0], key[1], stat); err != nil {
			return faultOf(err)
		}
	}
	return faultOf(t.Commit())
}

// shapes returns, by table and index, what is told of the tables in the order of
// their keys.
func shapes(ctx context.Context, pool *sql.DB) (map[[2]string]string, error) {
	all := map[[2]string]string{}
	return all, eachRow(ctx, pool, `
		SELECT t.name, l.name, l.origin, l."unique", count(*)
		FROM pragma_table_list t JOIN pragma_index_list(t.name) l JOIN pragma_index_info(l.name)
		WHERE t.schema = 'main' AND t.type = 'table' AND t.wr = 1 GROUP BY 1, 2, 3, 4`, func(r Scanner) error {
		var table, index, origin string
		var unique, columns int
		if err := r.Scan(&table, &index, &origin, &unique, &columns); err != nil {
			return err
		}
		if origin == "pk" {
			index = table // as the statistics call it
		}
		all[[2]string{table, index}] = stat(columns, unique == 1)
		return nil
	})
}

func stat(columns int, unique bool) string {
	b := strings.Builder{}
	fmt.Fprint(&b, shapeRows)
	for i := range columns {
		n := 2
		switch {
		case i == columns-1 && unique:
			n = 1
		case i == 0 && columns > 1:
			n = shapeFirst
		case i <= 1:
			n = shapeNext
		}
		fmt.Fprintf(&b, " %d", n)
	}
	return b.String()
}

func eachRow(ctx context.Context, pool *sql.DB, q string, f func(Scanner) error) error {
	rows, err := pool.QueryContext(ctx, q)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
