package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
)

// liteBulk fills a SQLite file over its only connection, by statements that the
// driver keeps and without a journal.
type liteBulk struct {
	ctx     context.Context
	pool    *sql.DB
	conn    *sql.Conn
	indexes []string // to be made again
}

// A cache of 256 MiB is also what the making of an index sorts in.
const liteLoading = "&_pragma=busy_timeout(0)&_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(DELETE)&_pragma=synchronous(OFF)" +
	"&_pragma=cache_size(-262144)&_pragma=foreign_keys(OFF)"

func loadSQLite(ctx context.Context, url string) (bulk, error) {
	join := "?"
	if strings.Contains(url, "?") {
		join = "&"
	}
	pool, err := openLite(ctx, url+join+liteLoading[1:], 1)
	if err != nil {
		return nil, err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(faultOf(err), pool.Close())
	}
	return &liteBulk{ctx: ctx, pool: pool, conn: conn}, nil
}

func (b *liteBulk) exec(q string) error {
	_, err := b.conn.ExecContext(b.ctx, q)
	return err
}

// begin marks the file while there still is a journal.
func (b *liteBulk) begin() error {
	if err := b.exec(`CREATE TABLE ` + halfMade + ` (n BIGINT)`); err != nil {
		return err
	}
	rows, err := b.conn.QueryContext(b.ctx, `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY rowid`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return err
		}
		names, b.indexes = append(names, name), append(b.indexes, text)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return err
	}
	for _, name := range names {
		if err := b.exec(`DROP INDEX ` + quoted(name)); err != nil {
			return err
		}
	}
	return b.exec(`PRAGMA journal_mode = OFF`)
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
		kept, ok := c.(*keptConn)
		if !ok {
			return errors.New("db: not a connection of this package")
		}
		s, err := kept.PrepareContext(b.ctx, q)
		if err != nil {
			return err
		}
		stmt, ok := s.(keptStmt)
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

// finish makes the indexes and lets the planner know the tables, of which it
// looks at a part.
func (b *liteBulk) finish(said func(string)) error {
	for _, q := range b.indexes {
		said(nameOf(q))
		if err := b.exec(q); err != nil {
			return err
		}
	}
	said("analyze")
	if err := b.exec(`PRAGMA analysis_limit = 1000`); err != nil {
		return err
	}
	return b.exec(`ANALYZE`)
}

// nameOf returns the name in the text of an index.
func nameOf(q string) string {
	before, _, _ := strings.Cut(q, " ON ")
	return before[strings.LastIndexByte(before, ' ')+1:]
}

// close gives the file to the disk: nothing was while it was filled.
func (b *liteBulk) close() error {
	err := b.exec(`PRAGMA synchronous = FULL`)
	return errors.Join(err, b.conn.Close(), b.pool.Close())
}
