package load

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"os"
	"strings"

	"nhipcau/internal/db"
)

// liteBulk fills a SQLite file over its only connection, without a journal.
type liteBulk struct {
	ctx   context.Context
	pool  *sql.DB
	conn  *sql.Conn
	late  []made   // to be made again: indexes and triggers
	words []string // tables of words, to be filled from those they are of
}

// A cache of 128 MiB is also what the making of an index sorts in.
const liteLoading = "&_pragma=busy_timeout(0)&_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(DELETE)&_pragma=synchronous(OFF)" +
	"&_pragma=cache_size(-131072)&_pragma=foreign_keys(OFF)"

func loadSQLite(ctx context.Context, url string) (bulk, error) {
	join := "?"
	if strings.Contains(url, "?") {
		join = "&"
	}
	pool, err := sql.Open("sqlite", url+join+liteLoading[1:]) // the driver that db registers
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return &liteBulk{ctx: ctx, pool: pool, conn: conn}, nil
}

func (b *liteBulk) exec(q string) error {
	_, err := b.conn.ExecContext(b.ctx, q)
	return err
}

// begin marks the file while there still is a journal.
func (b *liteBulk) begin() error {
	if err := b.exec(`CREATE TABLE ` + db.HalfMade + ` (n BIGINT)`); err != nil {
		return err
	}
	var err error
	if b.late, err = b.read(`SELECT name, type, sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, rowid`); err != nil {
		return err
	}
	words, err := b.read(`SELECT name, type, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%fts5%' ORDER BY rowid`)
	if err != nil {
		return err
	}
	for _, w := range words {
		b.words = append(b.words, w.name)
	}
	for _, m := range b.late {
		if err := b.exec(m.drop); err != nil {
			return err
		}
	}
	return b.exec(`PRAGMA journal_mode = OFF`)
}

// read returns what a query names, its sort and the statement that makes it.
func (b *liteBulk) read(q string) ([]made, error) {
	rows, err := b.conn.QueryContext(b.ctx, q)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []made
	for rows.Next() {
		var m made
		var sort string
		if err := rows.Scan(&m.name, &sort, &m.make); err != nil {
			return nil, err
		}
		m.drop = `DROP ` + sort + ` ` + quoted(m.name)
		all = append(all, m)
	}
	return all, rows.Err()
}

func quoted(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func (b *liteBulk) reserve(blocks int64) (first int64, err error) {
	err = b.conn.QueryRowContext(b.ctx, `UPDATE house_id SET n = n + $1 RETURNING n - $1 + 1`, blocks).Scan(&first)
	return first, err
}

func (b *liteBulk) vacant(table string) (vacant bool, err error) {
	err = b.conn.QueryRowContext(b.ctx, `SELECT NOT EXISTS (SELECT 1 FROM `+quoted(table)+`)`).Scan(&vacant)
	return vacant, err
}

// table adds the rows in one transaction. database/sql would take longer for its
// part of a row than SQLite for the whole.
func (b *liteBulk) table(name string, columns []string, next func() []any) error {
	if err := b.exec(`BEGIN IMMEDIATE`); err != nil {
		return err
	}
	q := `INSERT INTO ` + quoted(name) + ` (` + strings.Join(columns, ", ") + `) VALUES (?` + strings.Repeat(", ?", len(columns)-1) + `)`
	err := b.conn.Raw(func(c any) error {
		conn, ok := c.(driver.ConnPrepareContext)
		if !ok {
			return driver.ErrSkip
		}
		s, err := conn.PrepareContext(b.ctx, q)
		if err != nil {
			return err
		}
		stmt, ok := s.(driver.StmtExecContext)
		if !ok {
			return errors.Join(driver.ErrSkip, s.Close())
		}
		args := make([]driver.NamedValue, len(columns))
		for i := range args {
			args[i].Ordinal = i + 1
		}
		// A context that can end would cost a goroutine for every row.
		ctx := context.WithoutCancel(b.ctx)
		for n := 0; ; n++ {
			row := next()
			if row == nil {
				return s.Close()
			}
			for i, v := range row {
				args[i].Value = v
			}
			if _, err := stmt.ExecContext(ctx, args); err != nil {
				return errors.Join(err, s.Close())
			}
			if n%chunkRows == 0 && b.ctx.Err() != nil {
				return errors.Join(b.ctx.Err(), s.Close())
			}
		}
	})
	if err != nil {
		return err
	}
	return b.exec(`COMMIT`)
}

// finish makes the indexes, the words and the triggers, and lets the planner know
// the tables, of which it looks at a part.
func (b *liteBulk) finish(said func(string)) error {
	for _, name := range b.words {
		said(name)
		if err := b.exec(`INSERT INTO ` + quoted(name) + ` (` + quoted(name) + `) VALUES ('rebuild')`); err != nil {
			return err
		}
	}
	for _, m := range b.late {
		said(m.name)
		if err := b.exec(m.make); err != nil {
			return err
		}
	}
	said("analyze")
	if err := b.exec(`PRAGMA analysis_limit = 1000`); err != nil {
		return err
	}
	if err := b.exec(`ANALYZE`); err != nil {
		return err
	}
	return b.sync()
}

// close leaves the file as it is.
func (b *liteBulk) close() error { return errors.Join(b.conn.Close(), b.pool.Close()) }

// sync has the disk take the file: nothing made sure of that while it was filled.
func (b *liteBulk) sync() error {
	var path string
	if err := b.conn.QueryRowContext(b.ctx, `SELECT file FROM pragma_database_list WHERE name = 'main'`).Scan(&path); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
