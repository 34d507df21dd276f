package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// postgres is the PostgreSQL engine: one primary, any number of nodes.
type postgres struct {
	*core
	config  *pgx.ConnConfig
	pool    *sql.DB
	node    string // this process, in notices
	running atomic.Int64
	folder  *folder
	herald  *herald
	turns   turns
	ear     sync.Mutex // guards hears
	hears   bool
	ctx     context.Context // ends with close
	cancel  context.CancelFunc
	tasks   sync.WaitGroup
}

const (
	foldLock    = "nhipcau fold"
	migrateLock = "nhipcau migrate"
	lockTimeout = "10000"          // ms, as long as SQLite waits
	patience    = 15 * time.Second // how long a closure is tried again
	longestWait = 200 * time.Millisecond
)

func openPostgres(ctx context.Context, url string, c *core) (engine, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("reading the database's address: %w", err)
	}
	config.RuntimeParams["application_name"] = "nhipcau"
	config.RuntimeParams["lock_timeout"] = lockTimeout
	pool, err := openPool(ctx, stdlib.OpenDB(*config), c.readers)
	if err != nil {
		return nil, err
	}
	p := &postgres{core: c, config: config, pool: pool, node: NewKey()}
	p.ctx, p.cancel = context.WithCancel(c.inside())
	if p.folder, err = newFolder(ctx, p); err != nil {
		pool.Close()
		return nil, err
	}
	p.herald = &herald{p: p, waiting: make(chan note, 4096)}
	p.tasks.Go(p.folder.work)
	p.tasks.Go(p.folder.look)
	p.tasks.Go(p.herald.work)
	return p, nil
}

type postgresDialect struct{}

func (postgresDialect) nextBlock() string  { return `SELECT nextval('house_id')` }
func (postgresDialect) lock() string       { return `SELECT pg_advisory_xact_lock($1)` }
func (postgresDialect) alone() string      { return `LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE` }
func (postgresDialect) skipLocked() string { return ` FOR UPDATE SKIP LOCKED` }
func (postgresDialect) manyArgs() int      { return 5_000 }

func (p *postgres) read(ctx context.Context, f Work) error {
	_, err := p.once(ctx, f, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	return err
}

// write tries f until it did not clash with another, tells who listens, and
// waits for the fold.
func (p *postgres) write(ctx context.Context, f Work) error {
	p.running.Add(1)
	defer p.running.Add(-1)
	end, err := p.turns.take(ctx)
	if err != nil {
		return err
	}
	tx, err := p.settle(ctx, f)
	end()
	p.count(func(s *Stats) {
		s.Works++
		if err != nil {
			s.Failed++
			return
		}
		s.Groups++
		s.Largest = 1
	})
	if err != nil {
		return err
	}
	p.hub.tell(tx.notes)
	p.herald.tell(tx.notes)
	if tx.fold {
		if err := p.folder.ask(ctx); err != nil { // it stands all the same
			p.count(func(s *Stats) { s.FoldsFailed++ })
		}
	}
	return nil
}

func (p *postgres) settle(ctx context.Context, f Work) (*Tx, error) {
	began := time.Now()
	for try := 0; ; try++ {
		tx, err := p.once(ctx, f, &sql.TxOptions{Isolation: sql.LevelSerializable})
		if err == nil || !clash(err) && (tx == nil || !clash(tx.spent)) {
			return tx, err
		}
		if time.Since(began) > patience {
			return nil, unavailable(err, "error.busy")
		}
		p.count(func(s *Stats) { s.Rerun++ })
		if err := pause(ctx, try); err != nil {
			return nil, err
		}
	}
}

// pause waits a random while that grows with each try, so that those that
// clashed do not meet again.
func pause(ctx context.Context, try int) error {
	most := min(time.Millisecond<<min(try, 10), longestWait)
	t := time.NewTimer(rand.N(most))
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// once runs f in one transaction.
func (p *postgres) once(ctx context.Context, f Work, opts *sql.TxOptions) (*Tx, error) {
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return nil, p.opening(err)
	}
	defer conn.Close()
	return p.on(ctx, conn, f, opts)
}

// on is once over a given connection. A caller that goes away cancels the
// statement that runs, not the commit.
func (p *postgres) on(ctx context.Context, conn *sql.Conn, f Work, opts *sql.TxOptions) (*Tx, error) {
	t, err := conn.BeginTx(context.WithoutCancel(ctx), opts)
	if err != nil {
		return nil, p.opening(err)
	}
	defer t.Rollback()
	tx := &Tx{Now: p.Now(), q: t, dialect: postgresDialect{}, common: &common{}}
	began := time.Now()
	err = tx.run(ctx, f)
	ended := time.Now()
	if err == nil {
		err = committedFault(t.Commit())
	}
	if !opts.ReadOnly {
		p.count(func(s *Stats) {
			s.Running += ended.Sub(began)
			s.Slowest = max(s.Slowest, ended.Sub(began))
			s.Commit += time.Since(ended)
		})
	}
	return tx, err
}

func (p *postgres) opening(err error) error {
	if p.ctx.Err() != nil {
		return errClosed
	}
	return fmt.Errorf("beginning a transaction: %w", faultOf(err))
}

func (p *postgres) alone(ctx context.Context, f Work) error { return p.folder.alone(ctx, f) }

func (p *postgres) drain(ctx context.Context) error { return p.folder.ask(ctx) }

func (p *postgres) queue() int { return int(p.running.Load()) }

func (p *postgres) close() error {
	p.herald.flush()
	p.cancel()
	p.tasks.Wait()
	p.folder.pool.Close()
	return p.pool.Close()
}

func (p *postgres) migrate(ctx context.Context) error {
	config := p.config.Copy()
	delete(config.RuntimeParams, "lock_timeout") // another node may migrate for long
	pool, err := openPool(ctx, stdlib.OpenDB(*config), 4)
	if err != nil {
		return err
	}
	defer pool.Close()
	return locked(ctx, pool, migrateLock, func(*sql.Conn) error {
		return migrate(ctx, pool, goose.DialectPostgres, postgresMigrations, `CREATE SEQUENCE IF NOT EXISTS house_id`)
	})
}

// locked calls f while this process alone holds name. The lock is the session's
// and is taken before any transaction begins: a transaction that waited for it
// would look at a state from before its turn.
func locked(ctx context.Context, pool *sql.DB, name string, f func(*sql.Conn) error) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return faultOf(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, number(name)); err != nil {
		return errors.Join(faultOf(err), discard(conn)) // it may hold the lock for all we know
	}
	err = f(conn)
	if _, failed := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, number(name)); failed != nil {
		return errors.Join(err, discard(conn))
	}
	return err
}

// discard closes the connection behind conn, and with it all that it holds.
func discard(conn *sql.Conn) error {
	if err := conn.Raw(func(any) error { return driver.ErrBadConn }); err != nil && !errors.Is(err, driver.ErrBadConn) {
		return err
	}
	return nil
}
