package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"time"
)

// A shape is what a write of the program comes down to in bare rows.
type shape struct {
	name  string
	rows  int // at once
	group int // writes in one commit
	lines []line
}

// A line is a statement of a shape: rows of a table, each by a number of its own.
type line struct {
	table   string
	columns string
	key     string
	row     func(n int64, r *rand.Rand) []any
	update  string // instead: of the rows that are there, by number $1
}

var vector = []byte(strings.Repeat("\x01\x7f\x02\x55", 30)) // as 50 figures pack

// A return is a row of figures, a post, and who did it.
var rawReturn = shape{name: "bare rows", rows: 1, group: 64, lines: []line{
	{
		"raw_return", "period TEXT, unit BIGINT, n BIGINT, figures BYTEA, reason TEXT, actor TEXT, actor_name TEXT, at BIGINT", "period, unit, n",
		func(n int64, r *rand.Rand) []any {
			return []any{"m00000000012", r.Int64N(1 << 40), n, vector, "", "acc000000001", "Văn thư", n}
		}, "",
	},
	{
		"raw_post", "sheet BIGINT, id BIGINT, unit BIGINT, vector BYTEA, source_kind TEXT, source_id TEXT, actor TEXT, actor_name TEXT, reason TEXT, at BIGINT", "sheet, id",
		func(n int64, r *rand.Rand) []any {
			return []any{12, n, r.Int64N(1 << 40), vector, "return", "m00000000012:123456:1", "acc000000001", "Văn thư", "", n}
		}, "",
	},
	{
		"raw_audit", "id BIGINT, at BIGINT, actor TEXT, actor_name TEXT, unit BIGINT, action TEXT, object TEXT, detail TEXT", "id",
		func(n int64, r *rand.Rand) []any {
			return []any{n, n, "acc000000001", "Văn thư", r.Int64N(1 << 40), "returned", "periods/m00000000012", ""}
		}, "",
	},
}}

// A check-in is a fact and a change of a row of the roll.
var rawCheckin = shape{name: "bare rows", rows: 60, group: 4, lines: []line{
	{
		"raw_fact", "occasion TEXT, id TEXT, member BIGINT, site BIGINT, state TEXT, device TEXT, seq BIGINT, at_ms BIGINT, offset_ms BIGINT, standing BIGINT, actor TEXT, actor_name TEXT, at BIGINT", "occasion, id",
		func(n int64, r *rand.Rand) []any {
			return []any{"c00000000001", uuidOf(n, r), n, 7, "present", "device-0001", n, n, 0, 1, "acc000000001", "Văn thư", n}
		}, "",
	},
	{
		"raw_roll", "occasion TEXT, member BIGINT, unit BIGINT, site BIGINT, state TEXT, actor TEXT, actor_name TEXT, at BIGINT, version BIGINT", "occasion, member",
		func(n int64, r *rand.Rand) []any {
			return []any{"c00000000001", n, r.Int64N(1 << 40), 7, "invited", "", "", n, 1}
		}, `UPDATE raw_roll SET state = 'present', at = 1, version = version + 1 WHERE occasion = 'c00000000001' AND member = $1`,
	},
}}

const rolled = 200_000 // rows of the roll that are changed at random

// raw returns how many rows of each line of s the driver writes in a second, with
// the durability of the product, in a scratch database of its engine.
func (b *bench) raw(ctx context.Context, s shape, length time.Duration) (float64, error) {
	db, err := b.scratch()
	if err != nil {
		return 0, err
	}
	defer db.Close()
	for _, l := range s.lines {
		make := fmt.Sprintf(`CREATE TABLE %s (%s, PRIMARY KEY (%s)) WITHOUT ROWID`, l.table, l.columns, l.key)
		if b.Database != "" {
			make = strings.TrimSuffix(make, " WITHOUT ROWID")
		}
		for _, q := range []string{`DROP TABLE IF EXISTS ` + l.table, make} {
			if _, err := db.ExecContext(ctx, q); err != nil {
				return 0, err
			}
		}
	}
	w := &rawWriter{db: db, shape: s, r: rand.New(rand.NewPCG(1, 2)), many: 1}
	if b.Database != "" {
		w.many = 60 // a round trip each
	}
	if err := w.roll(ctx); err != nil {
		return 0, err
	}
	began, done := time.Now(), 0
	for time.Since(began) < length {
		n, err := w.commit(ctx)
		if err != nil {
			return 0, err
		}
		done += n
	}
	rate := float64(done) / time.Since(began).Seconds()
	for _, l := range s.lines {
		if _, err := db.ExecContext(ctx, `DROP TABLE `+l.table); err != nil {
			return 0, err
		}
	}
	return rate, nil
}

func (b *bench) scratch() (*sql.DB, error) {
	if b.Database != "" {
		return sql.Open("pgx", b.Database)
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(b.dir, "scratch.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate")
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

type rawWriter struct {
	shape
	db   *sql.DB
	r    *rand.Rand
	n    int64
	many int // rows of one statement
}

// roll fills the tables whose rows are changed.
func (w *rawWriter) roll(ctx context.Context) error {
	for _, l := range w.lines {
		if l.update == "" {
			continue
		}
		t, err := w.db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if err := w.insert(ctx, t, l, 1, rolled); err != nil {
			return errors.Join(err, t.Rollback())
		}
		if err := t.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// commit writes one group and returns how many rows of each line that was.
func (w *rawWriter) commit(ctx context.Context) (int, error) {
	t, err := w.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	n := w.rows * w.group
	for _, l := range w.lines {
		if l.update == "" {
			err = w.insert(ctx, t, l, w.n+1, n)
		} else {
			err = w.change(ctx, t, l, n)
		}
		if err != nil {
			return 0, errors.Join(err, t.Rollback())
		}
	}
	w.n += int64(n)
	return n, t.Commit()
}

func (w *rawWriter) insert(ctx context.Context, t *sql.Tx, l line, from int64, n int) error {
	width := strings.Count(l.columns, ",") + 1
	var q strings.Builder
	q.WriteString(`INSERT INTO ` + l.table + ` VALUES `)
	many := w.many
	for n%many != 0 {
		many--
	}
	for i := range many {
		if i > 0 {
			q.WriteByte(',')
		}
		q.WriteByte('(')
		for c := range width {
			if c > 0 {
				q.WriteByte(',')
			}
			fmt.Fprintf(&q, "$%d", i*width+c+1)
		}
		q.WriteByte(')')
	}
	s, err := t.PrepareContext(ctx, q.String())
	if err != nil {
		return err
	}
	defer s.Close()
	for i := 0; i < n; i += many {
		var args []any
		for j := range many {
			args = append(args, l.row(from+int64(i+j), w.r)...)
		}
		if _, err := s.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}

func (w *rawWriter) change(ctx context.Context, t *sql.Tx, l line, n int) error {
	s, err := t.PrepareContext(ctx, l.update)
	if err != nil {
		return err
	}
	defer s.Close()
	for range n {
		if _, err := s.ExecContext(ctx, 1+w.r.Int64N(rolled)); err != nil {
			return err
		}
	}
	return nil
}
