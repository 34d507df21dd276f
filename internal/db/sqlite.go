package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/pressly/goose/v3"
)

// lite is the SQLite engine: many readers, one writer.
type lite struct {
	*core
	readPool, writePool *sql.DB
	writer              *writer
	writeDSN            string
}

// Pragmas belong in the DSN: executed as statements they would hold for one
// connection of the pool alone. mmap_size (2 GiB, the most SQLite takes) more than
// doubles point reads; journal_size_limit gives the disk back what a long read made
// the journal grow. The writer's cache (144 MiB) holds what a group of deeds over a
// whole tree changes: with less, pages go to the journal twice. They are copied from
// there into the file every 128 MiB, each once, however often it was changed.
const (
	litePragmas  = "_pragma=busy_timeout(10000)&_pragma=foreign_keys(ON)&_pragma=mmap_size(2147418112)"
	liteWriting  = "&_pragma=journal_mode(WAL)&_pragma=journal_size_limit(134217728)&_pragma=cache_size(-147456)&_pragma=wal_autocheckpoint(32768)&_txlock=immediate"
	liteReading  = "&_pragma=query_only(ON)"
	liteSynced   = "&_pragma=synchronous(FULL)"
	liteUnsynced = "&_pragma=synchronous(OFF)"
)

func openSQLite(ctx context.Context, url string, c *core) (engine, error) {
	if litePath(url) == "" {
		return nil, errors.New("db: the address names no file")
	}
	join := "?"
	if strings.Contains(url, "?") {
		join = "&"
	}
	base := url + join + litePragmas
	writing := base + liteWriting + liteSynced
	if c.noSync {
		writing = base + liteWriting + liteUnsynced
	}
	writePool, err := openLite(ctx, writing, 1)
	if err != nil {
		return nil, readOnly(litePath(url), err)
	}
	readPool, err := openLite(ctx, base+liteReading, c.readers)
	if err != nil {
		writePool.Close()
		return nil, err
	}
	l := &lite{core: c, readPool: readPool, writePool: writePool, writeDSN: writing}
	l.writer = newWriter(c, writePool)
	return l, nil
}

// readOnly returns err, or that the disk of a file cannot be written if that is why it
// could not be opened. SQLite says so itself, but where a journal was left behind it now
// and then tries for ten seconds to lock what it cannot, and then speaks of a protocol.
func readOnly(path string, err error) error {
	f, made := os.CreateTemp(filepath.Dir(path), ".writable-*")
	if made == nil {
		f.Close()
		os.Remove(f.Name())
	}
	if errors.Is(made, syscall.EROFS) {
		return fmt.Errorf("opening the database: %w", unavailable(err, "error.readonly"))
	}
	return err
}

func openLite(ctx context.Context, dsn string, most int) (*sql.DB, error) {
	c, err := newKeeper(dsn)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return openPool(ctx, sql.OpenDB(c), most)
}

// openPool has a pool keep its connections, and makes sure it answers.
func openPool(ctx context.Context, pool *sql.DB, most int) (*sql.DB, error) {
	pool.SetMaxOpenConns(most)
	pool.SetMaxIdleConns(most)
	if err := pool.PingContext(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("opening the database: %w", faultOf(err))
	}
	return pool, nil
}

type liteDialect struct{}

func (liteDialect) nextBlock() string  { return `UPDATE house_id SET n = n + 1 RETURNING n` }
func (liteDialect) lock() string       { return "" }
func (liteDialect) alone() string      { return "" }
func (liteDialect) skipLocked() string { return "" }

func (liteDialect) manyArgs() int { return 1_000 }

func (l *lite) read(ctx context.Context, f Work) error {
	t, err := l.readPool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("beginning to read: %w", faultOf(err))
	}
	defer t.Rollback()
	tx := &Tx{Now: l.Now(), q: t, dialect: liteDialect{}, common: &common{}}
	return tx.run(ctx, f)
}

func (l *lite) write(ctx context.Context, f Work) error { return l.writer.write(ctx, f, false) }

// alone runs f in a group of one: nothing that others carried waits for its fold.
func (l *lite) alone(ctx context.Context, f Work) error { return l.writer.write(ctx, f, true) }

func (l *lite) drain(ctx context.Context) error {
	return l.write(ctx, func(_ context.Context, tx *Tx) error {
		tx.NeedFold()
		return nil
	})
}

func (l *lite) listen(context.Context) error { return nil }

func (l *lite) queue() int { return len(l.writer.waiting) }

func (l *lite) close() error {
	l.writer.close()
	l.readPool.Close()
	return l.writePool.Close()
}

// migrate works on a connection of its own: the writer's is the writer's.
func (l *lite) migrate(ctx context.Context) error {
	pool, err := openLite(ctx, l.writeDSN, 1)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := migrate(ctx, pool, goose.DialectSQLite3, liteMigrations, `CREATE TABLE IF NOT EXISTS house_id (n BIGINT NOT NULL)`,
		`INSERT INTO house_id (n) SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM house_id)`); err != nil {
		return err
	}
	return shape(ctx, pool)
}
