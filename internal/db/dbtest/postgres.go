package dbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"nhipcau/internal/db"
)

// inVietnamese creates a database whose order is not that of bytes.
const inVietnamese = ` TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8' LOCALE_PROVIDER icu ICU_LOCALE 'vi'`

// postgres creates a database on server and returns its address.
func postgres(t testing.TB, server string) string {
	t.Helper()
	template, err := prepared(server)
	if err != nil {
		t.Fatal(err)
	}
	return made(t, server, template)
}

// made creates a database on server as a copy of template, drops it when the test
// ends, and returns its address.
func made(t testing.TB, server, template string) string {
	t.Helper()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close() })
	name := "nhipcau_test_" + db.NewKey()
	if _, err := admin.ExecContext(t.Context(), `CREATE DATABASE `+name+` TEMPLATE `+template); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if _, err := admin.ExecContext(ctx, `DROP DATABASE `+name+` WITH (FORCE)`); err != nil {
			t.Error(err)
		}
	})
	return at(t, server, name)
}

var templates sync.Map // server to what makes its template once

// prepared returns the name of the migrated database on server that the others
// are copied from. It is named after the schema and stays for the next run.
func prepared(server string) (string, error) {
	once, _ := templates.LoadOrStore(server, sync.OnceValues(func() (string, error) { return prepare(server) }))
	return once.(func() (string, error))()
}

func prepare(server string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	schema, err := digest()
	if err != nil {
		return "", err
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return "", err
	}
	defer admin.Close()
	admin.SetMaxOpenConns(1) // the lock is the connection's
	if _, err := admin.ExecContext(ctx, `SELECT pg_advisory_lock(hashtext('nhipcau test template'))`); err != nil {
		return "", err
	}
	name := "nhipcau_template_" + schema
	var n int
	if err := admin.QueryRowContext(ctx, `SELECT count(*) FROM pg_database WHERE datname = $1`, name).Scan(&n); err != nil || n > 0 {
		return name, err
	}
	return name, create(ctx, admin, server, name)
}

// create makes the template under another name first: a run that was killed
// leaves nothing half made behind.
func create(ctx context.Context, admin *sql.DB, server, name string) error {
	draft := name + "_draft"
	for _, q := range []string{`DROP DATABASE IF EXISTS ` + draft, `CREATE DATABASE ` + draft + inVietnamese} {
		if _, err := admin.ExecContext(ctx, q); err != nil {
			return err
		}
	}
	address, err := replaced(server, draft)
	if err != nil {
		return err
	}
	if err := migrate(ctx, address); err != nil {
		return err
	}
	_, err = admin.ExecContext(ctx, `ALTER DATABASE `+draft+` RENAME TO `+name)
	return err
}

// digest names the schema: two checkouts with other migrations share a server.
func digest() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(db.Migrations, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(db.Migrations, path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	return fmt.Sprintf("%x", h.Sum(nil))[:16], err
}

func at(t testing.TB, server, name string) string {
	t.Helper()
	address, err := replaced(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

func replaced(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(u.Scheme, "postgres") {
		return "", fmt.Errorf("%s is not the address of a PostgreSQL server", u.Redacted())
	}
	u.Path = "/" + name
	return u.String(), nil
}
