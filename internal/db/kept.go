package db

import (
	"context"
	"database/sql/driver"
	"errors"

	"modernc.org/sqlite"
)

// keeper opens SQLite connections that keep their prepared statements: parsing a
// statement takes longer than running most of them. (In PostgreSQL the driver
// does this by itself; database/sql's own prepared statements would want a second
// connection while the writer holds the only one.)
type keeper struct{ driver.Connector }

func newKeeper(dsn string) (driver.Connector, error) {
	c, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return keeper{c}, nil
}

// Connect opens one connection.
func (k keeper) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := k.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	lite, ok := c.(liteConn)
	if !ok {
		return nil, errors.New("db: the SQLite driver lacks what this package needs")
	}
	return &keptConn{lite, map[string]keptStmt{}}, nil
}

type liteConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type keptStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// mostKept is how many statements one connection keeps. Lists of changing length
// would fill any number: when it is reached, all are dropped.
const mostKept = 1000

type keptConn struct {
	liteConn
	kept map[string]keptStmt
}

func (c *keptConn) stmt(ctx context.Context, q string) (keptStmt, error) {
	if s, ok := c.kept[q]; ok {
		return s, nil
	}
	if len(c.kept) >= mostKept {
		c.drop()
	}
	prepared, err := c.PrepareContext(ctx, unpeeked(bare(q)))
	if err != nil {
		return nil, err
	}
	s, ok := prepared.(keptStmt)
	if !ok {
		return nil, errors.Join(driver.ErrSkip, prepared.Close())
	}
	c.kept[q] = s
	return s, nil
}

// ExecContext runs a statement that returns no rows.
func (c *keptConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args)
}

// QueryContext runs a statement that returns rows. The same statement is not run
// again before they are closed, as Tx sees to.
func (c *keptConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.stmt(ctx, q)
	if err != nil {
		return nil, err
	}
	return s.QueryContext(ctx, args)
}

// Close closes the statements and the connection.
func (c *keptConn) Close() error {
	c.drop()
	return c.liteConn.Close()
}

func (c *keptConn) drop() {
	for q, s := range c.kept {
		s.Close()
		delete(c.kept, q)
	}
}
