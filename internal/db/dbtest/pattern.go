package dbtest

import (
	"context"
	"database/sql"
	"os"
	"testing"

	"nhipcau/internal/db"
)

// Server is the address of the PostgreSQL server the tests run on; "" if they run
// on SQLite.
func Server() string { return os.Getenv("NHIPCAU_TEST_POSTGRES") }

// A Pattern is a database on a PostgreSQL server that is filled once and copied for
// each test: some stories take longer to tell than all that a test asks of them. (In
// SQLite it is a file, which whoever made it copies.)
type Pattern struct{ server, name string }

// NewPattern has fill write to an empty, migrated database of a server. fill closes
// what it opens of it. Drop takes the pattern away.
func NewPattern(ctx context.Context, server string, fill func(url string) error) (Pattern, error) {
	p := Pattern{server, "nhipcau_pattern_" + db.NewKey()}
	template, err := prepared(server)
	if err != nil {
		return p, err
	}
	url, err := replaced(server, p.name)
	if err != nil {
		return p, err
	}
	if err := p.ask(ctx, `CREATE DATABASE `+p.name+` TEMPLATE `+template); err != nil {
		return p, err
	}
	return p, fill(url)
}

// Copy returns the address of a copy of the test's own, which goes when it ends.
func (p Pattern) Copy(t testing.TB) string {
	t.Helper()
	return made(t, p.server, p.name)
}

// Drop takes the pattern away; its copies stay.
func (p Pattern) Drop() error {
	return p.ask(context.Background(), `DROP DATABASE IF EXISTS `+p.name+` WITH (FORCE)`)
}

func (p Pattern) ask(ctx context.Context, statement string) error {
	admin, err := sql.Open("pgx", p.server)
	if err != nil {
		return err
	}
	defer admin.Close()
	_, err = admin.ExecContext(ctx, statement)
	return err
}
