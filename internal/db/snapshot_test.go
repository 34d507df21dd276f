package db

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// TestToolEnv: the programs of PostgreSQL find in their environment what the
// address says.
func TestToolEnv(t *testing.T) {
	for url, want := range map[string][]string{
		"postgres://an:b%20%C3%AD%2Fmat@db.example:5433/nhip%20cau?sslmode=require&connect_timeout=3": {
			"PGHOST=db.example", "PGPORT=5433", "PGUSER=an", "PGPASSWORD=b í/mat", "PGDATABASE=nhip cau", "PGSSLMODE=require", "PGCONNECT_TIMEOUT=3",
		},
		"postgresql:///nhipcau?host=/run/postgresql&user=an&sslmode=disable": {"PGHOST=/run/postgresql", "PGUSER=an", "PGDATABASE=nhipcau"},
	} {
		config, err := pgx.ParseConfig(url)
		if err != nil {
			t.Fatal(err)
		}
		env := toolEnv(config)
		for _, w := range want {
			if !slices.Contains(env, w) {
				t.Errorf("%s: no %s in %s", url, w, strings.Join(env, " "))
			}
		}
	}
}
