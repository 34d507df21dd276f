// Package load fills an empty database with many rows, for either engine.
package load

import (
	"context"
	"database/sql"
	"fmt"

	"nhipcau/internal/db"
)

// A Loader fills the tables of an empty, migrated database with many rows, far
// faster than db.Write, and without what makes that safe: nothing else may use the
// database meanwhile, and it is good for nothing if the loading ends early. The
// house says so: until db.Loaded is called, db.Migrate refuses it as half made.
//
// Rows come table by table, best in the order of the table's key. Secondary
// indexes and, in PostgreSQL, foreign keys are made again after the last table;
// in SQLite foreign keys are not looked at.
type Loader struct {
	ctx    context.Context
	bulk   bulk
	count  func(table string, rows int)
	tables []string
}

// bulk is how one engine takes rows.
type bulk interface {
	begin() error                        // marks the database and drops what is made again later
	reserve(blocks int64) (int64, error) // takes blocks of ids, and returns the first
	vacant(table string) (bool, error)
	table(name string, columns []string, next func() []any) error // next returns nil after the last row
	finish(said func(what string)) error
	close() error
}

// Into fills the database at url, which db.Open and db.Migrate have made, by f. said is
// told of every few thousand rows, and of what is done after the last table with
// no rows.
func Into(ctx context.Context, url string, said func(what string, rows int), f func(*Loader) error) (err error) {
	open := loadSQLite
	if db.Engine(url) == db.PostgreSQL {
		open = loadPostgres
	}
	b, err := open(ctx, url)
	if err != nil {
		return err
	}
	defer func() {
		if failed := b.close(); err == nil {
			err = failed
		}
	}()
	if err := b.begin(); err != nil {
		return fmt.Errorf("making the database ready to be filled: %w", err)
	}
	l := &Loader{ctx: ctx, bulk: b, count: said}
	if err := f(l); err != nil {
		return err
	}
	if err := b.finish(func(what string) { said(what, 0) }); err != nil {
		return fmt.Errorf("finishing the database: %w", err)
	}
	return nil
}

// IDs returns the first of n ids in a row that nothing else gets.
func (l *Loader) IDs(n int64) (int64, error) {
	block, err := l.bulk.reserve((n + blockSize - 1) / blockSize)
	return block * blockSize, err
}

const (
	chunkRows = 1024
	chunksOut = 8 // that wait to be written
)

// A chunk is rows of one table, their values one after the other.
type chunk struct {
	values []any
	rows   int
}

// Table fills an empty table. rows makes the rows, in a goroutine of its own, and
// stops when add says false. Values are strings, bytes, int64 and nil; bytes are
// not changed after they were added.
func (l *Loader) Table(name string, columns []string, rows func(add func(values ...any) bool) error) error {
	vacant, err := l.bulk.vacant(name)
	if err != nil {
		return err
	}
	if !vacant {
		return fmt.Errorf("db: the table %s has rows", name)
	}
	l.tables = append(l.tables, name)
	ctx, stop := context.WithCancel(l.ctx)
	defer stop()
	full, free := make(chan chunk, chunksOut), make(chan chunk, chunksOut+2)
	made := make(chan error, 1)
	go func() {
		defer close(full)
		made <- makeRows(ctx, len(columns), full, free, rows)
	}()
	err = l.bulk.table(name, columns, l.reader(name, len(columns), full, free))
	stop()
	for range full { // the maker may wait to hand one over
	}
	if failed := <-made; err == nil && failed != nil {
		err = failed
	}
	if err != nil {
		return fmt.Errorf("filling %s: %w", name, err)
	}
	return nil
}

// makeRows gathers what rows makes into chunks.
func makeRows(ctx context.Context, width int, full, free chan chunk, rows func(add func(values ...any) bool) error) error {
	fresh := func() chunk {
		select {
		case c := <-free:
			return chunk{values: c.values[:0]}
		default:
			return chunk{values: make([]any, 0, chunkRows*width)}
		}
	}
	c := fresh()
	hand := func() bool {
		select {
		case full <- c:
			c = fresh()
			return true
		case <-ctx.Done():
			return false
		}
	}
	bad := 0
	err := rows(func(values ...any) bool {
		if len(values) != width {
			bad = len(values)
			return false
		}
		c.values = append(c.values, values...)
		if c.rows++; c.rows < chunkRows {
			return true
		}
		return hand()
	})
	if bad > 0 {
		return fmt.Errorf("db: a row of %d values for %d columns", bad, width)
	}
	if err == nil && c.rows > 0 {
		hand()
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// reader returns what gives the rows of chunks one by one.
func (l *Loader) reader(name string, width int, full, free chan chunk) func() []any {
	var c chunk
	at := 0
	return func() []any {
		if at == c.rows {
			if c.rows > 0 {
				l.count(name, c.rows)
				select {
				case free <- c:
				default:
				}
			}
			at, c = 0, <-full
			if c.rows == 0 {
				return nil
			}
		}
		at++
		return c.values[(at-1)*width : at*width]
	}
}

// blockSize is how many ids db takes at once.
const blockSize = 1024

// Size returns how many bytes the database at url takes on the disk.
func Size(ctx context.Context, url string) (n int64, err error) {
	driver, q := "sqlite", `SELECT page_count * page_size FROM pragma_page_count, pragma_page_size`
	if db.Engine(url) == db.PostgreSQL {
		driver, q = "pgx", `SELECT pg_database_size(current_database())`
	}
	pool, err := sql.Open(driver, url)
	if err != nil {
		return 0, err
	}
	defer pool.Close()
	err = pool.QueryRowContext(ctx, q).Scan(&n)
	return n, err
}
