package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/vn"
)

// A nation is a tree of provinces, communes and cells, with members in the cells,
// whose names have the frequencies of real ones.
type nation struct {
	db                         *db.DB
	provinces, communes, cells int // communes of each province, cells of each commune
	members                    int // of each cell
}

const (
	nationTree = "doan"
	fewNames   = 50_000
	atOnce     = 200_000
)

// nationOf fills d with about n members, by few statements.
func nationOf(b testing.TB, d *db.DB, n int) nation {
	b.Helper()
	x := nation{db: d, provinces: 34, cells: 88, members: 18}
	x.communes = max(1, n/(x.provinces*x.cells*x.members))
	do := func(q string, args ...any) {
		b.Helper()
		dbtest.Write(b, d, func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, q, args...) })
	}
	do(`INSERT INTO tree (key, name, changed, cut) VALUES ($1, $1, 1, 0)`, nationTree)
	do(`CREATE TABLE made (id BIGINT PRIMARY KEY, name TEXT NOT NULL, fold TEXT NOT NULL, sort BYTEA NOT NULL)`)
	r := rand.New(rand.NewPCG(1, 2))
	dbtest.Write(b, d, func(ctx context.Context, tx *db.Tx) error {
		return db.InsertMany(ctx, tx, `INSERT INTO made (id, name, fold, sort) VALUES`, fewNames, func(i int) []any {
			name := Name(r)
			return []any{i, name, vn.Fold(name), vn.NameKey(name)}
		})
	})
	communes := x.provinces * x.communes
	cells := communes * x.cells
	x.level(b, "tỉnh", 2, x.provinces, `1`, `'/00001/' || substr(CAST(100001 + g.i AS TEXT), 2) || '/'`, 1)
	x.level(b, "xã", 1000, communes, fmt.Sprintf(`2 + g.i / %d`, x.communes),
		fmt.Sprintf(`'/00001/' || substr(CAST(100001 + g.i / %[1]d AS TEXT), 2) || '/' || substr(CAST(100001 + g.i %% %[1]d AS TEXT), 2) || '/'`, x.communes), 2)
	x.level(b, "thôn", 100_000, cells, fmt.Sprintf(`1000 + g.i / %d`, x.cells),
		fmt.Sprintf(`'/00001/' || substr(CAST(100001 + g.i / %[1]d AS TEXT), 2) || '/' || substr(CAST(100001 + g.i / %[2]d %% %[3]d AS TEXT), 2) || '/' || substr(CAST(100001 + g.i %% %[2]d AS TEXT), 2) || '/'`,
			x.communes*x.cells, x.cells, x.communes), 3)
	x.level(b, "toàn quốc", 1, 1, `0`, `'/00001/'`, 0)
	total := cells * x.members
	for from := 0; from < total; from += atOnce {
		some := min(atOnce, total-from)
		do(numbers(some) + fmt.Sprintf(`INSERT INTO member (id, key, name, fold, sort, phone, email, sample, created_at, version)
			SELECT 1000000 + g.i, 'm-' || CAST(g.i AS TEXT), k.name, k.fold, k.sort, '0905 123456', '', 0, 0, 1
			FROM (SELECT i + %d AS i FROM numbers) g JOIN made k ON k.id = (g.i * 7919 + g.i / %d * 31) %% %d`, from, fewNames, fewNames))
		do(numbers(some) + fmt.Sprintf(`INSERT INTO membership (id, member, unit, from_day, to_day, recorded_at, ended)
			SELECT 20000000 + g.i, 1000000 + g.i, 100000 + g.i / %d, '2020-01-01', '', 0, 0 FROM (SELECT i + %d AS i FROM numbers) g`, x.members, from))
	}
	return x
}

// numbers begins a statement with the table numbers of n rows.
func numbers(n int) string {
	return fmt.Sprintf(`WITH RECURSIVE numbers (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < %d) `, n-1)
}

func (x nation) level(b testing.TB, what string, first, n int, parent, path string, depth int) {
	b.Helper()
	g := fmt.Sprintf(` FROM (SELECT i, i + %d AS id FROM numbers) g `, first)
	for _, q := range []string{
		`INSERT INTO unit (id, key, phone, sample, created_at, version) SELECT g.id, 'u-' || CAST(g.id AS TEXT), '', 0, 0, 1` + g,
		`INSERT INTO unit_name (unit, from_day, to_day, name, short, fold, sort)
			SELECT g.id, '2020-01-01', '', '` + what + ` ' || k.name, k.name, '` + vn.Fold(what) + ` ' || k.fold, k.sort` + g +
			fmt.Sprintf(`JOIN made k ON k.id = g.i * 17 %% %d`, fewNames),
		`INSERT INTO unit_kind (unit, from_day, to_day, kind) SELECT g.id, '2020-01-01', '', '` + what + `'` + g,
		`INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) SELECT '` + nationTree + `', g.id, ` + parent + `, '2020-01-01', ''` + g,
		`INSERT INTO place (tree, unit, path, depth) SELECT '` + nationTree + `', g.id, ` + path + fmt.Sprintf(`, %d`, depth) + g,
	} {
		dbtest.Write(b, x.db, func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, numbers(n)+q) })
	}
}

// reader returns who reads at a path: the administrator of the unit there.
func (x nation) reader(path string) auth.Actor {
	return auth.Actor{Login: "a", Tree: nationTree, Path: path, Roles: []auth.Role{auth.Administrator}}
}
