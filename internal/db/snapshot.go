package db

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// The engines, as Engine names them.
const (
	SQLite     = "sqlite"
	PostgreSQL = "postgres"
)

// Engine returns which engine serves the database at url.
func Engine(url string) string {
	if strings.HasPrefix(url, "postgres://") || strings.HasPrefix(url, "postgresql://") {
		return PostgreSQL
	}
	return SQLite
}

// Snapshot writes one state of the database to the file at path, which is there
// and empty, and then calls f in a transaction that reads this very state.
// Whoever writes meanwhile is not held up. In SQLite the file is a database; in
// PostgreSQL it is what pg_dump writes in its own format, and pg_dump must be
// there and not older than the server. What a failure leaves in the file is of no
// use.
func (d *DB) Snapshot(ctx context.Context, path string, f Work) error {
	ctx, err := d.enter(ctx)
	if err != nil {
		return err
	}
	return d.engine.snapshot(ctx, path, f)
}

// Vacant returns nil if there is nothing yet in the database at url, and
// otherwise a sentence that says what is in the way.
func Vacant(ctx context.Context, url string) error {
	if Engine(url) == PostgreSQL {
		return postgresVacant(ctx, url)
	}
	path := litePath(url)
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("%s is there already", path))
	}
	return nil
}

// Restore makes the vacant database at url what Snapshot has written to the file
// at from, wholly or not at all. In SQLite the file itself becomes the database
// and is gone from where it was; both lie on one disk.
func Restore(ctx context.Context, url, from string) error {
	if err := Vacant(ctx, url); err != nil {
		return err
	}
	if Engine(url) == PostgreSQL {
		return postgresRestore(ctx, url, from)
	}
	return os.Rename(from, litePath(url))
}

// Version returns the number of the newest migration the database has had.
func Version(ctx context.Context, tx *Tx) (n int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version`, nil, &n)
	return n, err
}

// Newest returns the number of the newest migration the program knows.
func Newest() (int64, error) { return newest() }

// Count returns the number of rows of every table.
func Count(ctx context.Context, tx *Tx) (map[string]int64, error) {
	names, err := All(ctx, tx, func(row Scanner) (s string, err error) { return s, row.Scan(&s) }, tx.dialect.tables())
	if err != nil {
		return nil, err
	}
	all := map[string]int64{}
	for _, name := range names {
		var n int64
		if err := tx.One(ctx, `SELECT count(*) FROM `+pgx.Identifier{name}.Sanitize(), nil, &n); err != nil {
			return nil, err
		}
		all[name] = n
	}
	return all, nil
}

var uriEscaper = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23")

// FileURL returns the url of the SQLite database in the file at path, whatever
// signs its name has.
func FileURL(path string) string { return "file:" + uriEscaper.Replace(path) }

// litePath returns the file of the SQLite database at address.
func litePath(address string) string {
	path, _, _ := strings.Cut(strings.TrimPrefix(address, "file:"), "?")
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}

func (liteDialect) tables() string {
	return `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'`
}

func (postgresDialect) tables() string {
	return `SELECT tablename FROM pg_tables WHERE schemaname = current_schema()`
}

// snapshot copies what is committed into a file of its own, over a connection of
// its own, and f reads that file. VACUUM INTO reads in one transaction, so the
// writer goes on; it also leaves out free pages.
func (l *lite) snapshot(ctx context.Context, path string, f Work) error {
	from, err := openLite(ctx, l.writeDSN, 1)
	if err != nil {
		return err
	}
	defer from.Close()
	if _, err := from.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return fmt.Errorf("copying the database: %w", faultOf(err))
	}
	copied, err := openLite(ctx, FileURL(path)+"?mode=ro&immutable=1", 1)
	if err != nil {
		return err
	}
	defer copied.Close()
	t, err := copied.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("reading the copy: %w", faultOf(err))
	}
	defer t.Rollback()
	tx := &Tx{Now: l.Now(), q: t, dialect: liteDialect{}}
	return tx.run(ctx, f)
}

// snapshot has pg_dump read the state that one transaction sees, and f after it.
func (p *postgres) snapshot(ctx context.Context, path string, f Work) error {
	if err := fits(ctx, p.pool, "pg_dump"); err != nil {
		return err
	}
	return p.read(ctx, func(ctx context.Context, tx *Tx) error {
		// The transaction is idle while pg_dump works.
		if err := tx.Exec(ctx, `SET LOCAL idle_in_transaction_session_timeout = 0`); err != nil {
			return err
		}
		var id string
		if err := tx.One(ctx, `SELECT pg_export_snapshot()`, nil, &id); err != nil {
			return err
		}
		if err := tool(ctx, p.config, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--no-password",
			"--snapshot="+id, "--file="+path); err != nil {
			return err
		}
		return f(ctx, tx)
	})
}

func postgresVacant(ctx context.Context, url string) error {
	config, pool, err := plainPool(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	var n int
	if err := pool.QueryRowContext(ctx, `SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname NOT LIKE 'pg!_%' ESCAPE '!' AND n.nspname <> 'information_schema'
		AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f')`).Scan(&n); err != nil {
		return fmt.Errorf("looking into the database: %w", faultOf(err))
	}
	if n > 0 {
		return fmt.Errorf("the database %s is not empty: it has %d tables, views and sequences", config.Database, n)
	}
	return nil
}

func postgresRestore(ctx context.Context, url, from string) error {
	config, pool, err := plainPool(ctx, url)
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := fits(ctx, pool, "pg_restore"); err != nil {
		return err
	}
	return tool(ctx, config, "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
		"--no-password", "--dbname="+config.Database, from)
}

// plainPool opens the database at url for a few statements.
func plainPool(ctx context.Context, url string) (*pgx.ConnConfig, *sql.DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, nil, fmt.Errorf("reading the database's address: %w", err)
	}
	pool, err := openPool(ctx, stdlib.OpenDB(*config), 1)
	return config, pool, err
}

var toolVersion = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// fits makes sure that a program of PostgreSQL is there and is not older than
// the server.
func fits(ctx context.Context, pool *sql.DB, name string) error {
	var server int
	if err := pool.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int / 10000`).Scan(&server); err != nil {
		return fmt.Errorf("asking for the server's version: %w", faultOf(err))
	}
	said, err := exec.CommandContext(ctx, name, "--version").Output()
	if err != nil {
		return fmt.Errorf("%s of PostgreSQL %d or newer is needed and cannot be run (install postgresql-client-%d): %w", name, server, server, err)
	}
	m := toolVersion.FindSubmatch(said)
	if m == nil {
		return fmt.Errorf("%s does not say its version: %q", name, said)
	}
	if have, err := strconv.Atoi(string(m[1])); err != nil || have < server {
		return fmt.Errorf("%s is of PostgreSQL %s, the server is PostgreSQL %d; install postgresql-client-%d", name, m[1], server, server)
	}
	return nil
}

// tool runs a program of PostgreSQL against the database of config, whose
// address it finds in its environment: arguments are seen by everybody on the
// machine.
func tool(ctx context.Context, config *pgx.ConnConfig, name string, args ...string) error {
	c := exec.CommandContext(ctx, name, args...)
	c.Env = append(os.Environ(), toolEnv(config)...)
	var said bytes.Buffer
	c.Stderr = &said
	if err := c.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %w\n%s", name, err, strings.TrimSpace(said.String()))
	}
	return nil
}

// asked are the parameters of an address that the programs of PostgreSQL take
// from variables and that the driver does not keep as they were given.
var asked = map[string]string{
	"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
	"passfile": "PGPASSFILE", "service": "PGSERVICE", "servicefile": "PGSERVICEFILE", "connect_timeout": "PGCONNECT_TIMEOUT",
	"channel_binding": "PGCHANNELBINDING", "krbsrvname": "PGKRBSRVNAME", "target_session_attrs": "PGTARGETSESSIONATTRS",
}

func toolEnv(config *pgx.ConnConfig) []string {
	env := []string{
		"PGHOST=" + config.Host, "PGPORT=" + strconv.Itoa(int(config.Port)), "PGUSER=" + config.User,
		"PGDATABASE=" + config.Database, "PGAPPNAME=nhipcau", "LC_MESSAGES=C",
	}
	if config.Password != "" {
		env = append(env, "PGPASSWORD="+config.Password)
	}
	if u, err := url.Parse(config.ConnString()); err == nil {
		for k, v := range u.Query() {
			if name, ok := asked[k]; ok {
				env = append(env, name+"="+v[0])
			}
		}
	}
	return env
}
