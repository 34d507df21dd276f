// Package db opens the database and runs transactions in it: SQLite by default,
// PostgreSQL by choice. It alone knows which; every statement elsewhere is
// written once, for both, with $1 parameters.
//
// # Transactions
//
// [DB.Read] and [DB.Write] run a closure in a transaction. A closure does SQL and
// pure code only: parsing, hashing, files and network come before or after it. It
// may run more than once, so it sets what it returns afresh, and nothing it did
// counts before Write has returned nil. A caller that goes away stops waiting;
// its closure may still be committed. A statement that fails spends its
// transaction: every later one fails alike, and so does the closure, whatever it
// returns. A closure uses the context it is given, opens no other transaction of
// the same database (it is refused), and runs no statement while [Each] reads rows.
//
// In SQLite one writer takes the waiting closures together and commits them at
// once, each under a savepoint of its own: where one fails its neighbours stand.
// In PostgreSQL closures run beside each other in serializable transactions,
// again where two could not have run one after the other.
//
// # Values
//
// Arguments may be times (stored as Unix seconds, the zero time as NULL), truth
// (0 or 1) and any type made of a string, a whole number or bytes; missing bytes
// are stored as no bytes, only nil is NULL. Times are read back through [At].
// Columns: times BIGINT, days TEXT, flags SMALLINT, blobs BYTEA, ids BIGINT or
// TEXT. A TEXT column whose ranges are asked for (path >= $1 AND path < $2) or
// whose order is shown bears the mark /*C*/ after its type in the migration; it
// becomes COLLATE "C" in PostgreSQL, so that both engines order it by bytes.
//
// # Errors
//
// A broken unique or foreign key is a fault Conflict, a missing row of [Tx.One] a
// fault NotFound; a database that is read-only, full, busy or newer than the
// program is a fault Unavailable. All else is internal.
package db

import (
	"context"
	"sync"
	"time"

	"nhipcau/internal/fault"
)

// A Work is what runs in a transaction.
type Work = func(ctx context.Context, tx *Tx) error

// An engine is one of the two databases.
type engine interface {
	read(ctx context.Context, f Work) error
	write(ctx context.Context, f Work) error
	drain(ctx context.Context) error
	migrate(ctx context.Context) error
	listen(ctx context.Context) error // makes sure that notices reach the hub
	snapshot(ctx context.Context, path string, f Work) error
	queue() int // closures that wait
	close() error
}

// DB is a database. It is safe for use by many goroutines.
type DB struct {
	*core
	engine engine
}

// core is what both engines share.
type core struct {
	mu    sync.RWMutex
	clock func() time.Time
	folds []Work
	hub   hub
	meter meter

	readers int
	noSync  bool
}

// An Option changes how Open opens a database.
type Option func(*core)

// NoSync lets SQLite answer before the disk has the data: a power failure may
// lose what was acknowledged. For tests and for data that can be made again.
func NoSync() Option { return func(c *core) { c.noSync = true } }

// Open opens the database at url, "file:PATH" or "postgres://…", and makes sure
// that it answers. It does not migrate it.
func Open(ctx context.Context, url string, opts ...Option) (*DB, error) {
	c := &core{clock: time.Now, readers: 16}
	for _, o := range opts {
		o(c)
	}
	open := openSQLite
	if Engine(url) == PostgreSQL {
		open = openPostgres
	}
	e, err := open(ctx, url, c)
	if err != nil {
		return nil, err
	}
	return &DB{core: c, engine: e}, nil
}

// SetClock makes now the clock of every later transaction. For tests.
func (c *core) SetClock(now func() time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clock = now
}

// Now is the time that a transaction begun now bears: UTC, whole seconds.
func (c *core) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.clock().UTC().Truncate(time.Second)
}

// OnFold has f run for the transactions that call NeedFold: in SQLite once per
// group, before its commit; in PostgreSQL after the commit, in a transaction of
// its own that no other node's fold overlaps. Write returns after that. A fold
// that has left work calls NeedFold in its turn and is run again.
//
// A fold that fails takes its transaction with it in SQLite; in PostgreSQL the
// transaction stands by then, Write returns nil, and the next fold or Drain
// finds what is left.
func (c *core) OnFold(f Work) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.folds = append(c.folds, f)
}

// folding reports whether anything folds.
func (c *core) folding() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.folds) > 0
}

// foldOnce calls every fold once, in the order of registration.
func (c *core) foldOnce(ctx context.Context, tx *Tx) error {
	c.mu.RLock()
	folds := c.folds
	c.mu.RUnlock()
	for _, f := range folds {
		if err := f(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// inside is the context of what the house itself runs in a transaction.
func (c *core) inside() context.Context {
	return context.WithValue(context.Background(), inside{c}, true)
}

// Read runs f in a read-only transaction that sees one state of the database.
func (d *DB) Read(ctx context.Context, f Work) error {
	ctx, err := d.enter(ctx)
	if err != nil {
		return err
	}
	return d.engine.read(ctx, f)
}

// Write runs f in a transaction and commits it if f returns nil. A caller that goes
// away stops waiting; in SQLite its closure, whose context is the writer's own, is
// done all the same, in PostgreSQL the statement that runs is cancelled. A panic in
// f is returned as an internal error.
func (d *DB) Write(ctx context.Context, f Work) error {
	ctx, err := d.enter(ctx)
	if err != nil {
		return err
	}
	return d.engine.write(ctx, f)
}

// Drain runs the folds and returns when nothing is left to fold.
func (d *DB) Drain(ctx context.Context) error {
	ctx, err := d.enter(ctx)
	if err != nil {
		return err
	}
	return d.engine.drain(ctx)
}

// Close waits for the closures that run and closes the database. Whoever still
// waits, or comes later, is told that it is closed.
func (d *DB) Close() error {
	err := d.engine.close()
	d.hub.close()
	return err
}

type inside struct{ *core }

// enter refuses a transaction inside another of the same database: in SQLite it
// would wait for itself, in PostgreSQL for a free connection.
func (d *DB) enter(ctx context.Context) (context.Context, error) {
	mark := inside{d.core}
	if ctx.Value(mark) != nil {
		return nil, errNested
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return context.WithValue(ctx, mark, true), nil
}

// unavailable is an error that passes by itself or by the operator's hand;
// nothing was changed.
func unavailable(err error, key string) error { return fault.Wrap(fault.Unavailable, err, key) }
