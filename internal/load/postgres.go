package load

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"nhipcau/internal/db"
)

// postgresBulk fills a PostgreSQL database by COPY over one connection.
type postgresBulk struct {
	ctx  context.Context
	conn *pgx.Conn
	late []made // to be made again
}

// A made is what was dropped and the statement that makes it again.
type made struct{ name, drop, make string }

func loadPostgres(ctx context.Context, url string) (bulk, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("reading the database's address: %w", err)
	}
	config.RuntimeParams["application_name"] = "nhipcau"
	config.RuntimeParams["synchronous_commit"] = "off"
	config.RuntimeParams["maintenance_work_mem"] = "256MB"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return &postgresBulk{ctx: ctx, conn: conn}, nil
}

func (b *postgresBulk) exec(q string) error {
	_, err := b.conn.Exec(b.ctx, q)
	return err
}

const (
	secondIndexes = `SELECT i.indexname, 'DROP INDEX ' || quote_ident(i.indexname), i.indexdef FROM pg_indexes i
		WHERE i.schemaname = current_schema() AND NOT EXISTS (
			SELECT 1 FROM pg_constraint c JOIN pg_class x ON x.oid = c.conindid WHERE x.relname = i.indexname AND c.contype IN ('p', 'u'))
		ORDER BY i.indexname`
	foreignKeys = `SELECT c.conname, format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname),
			format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid))
		FROM pg_constraint c WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace ORDER BY c.conrelid::regclass::text, c.conname`
)

func (b *postgresBulk) begin() error {
	if err := b.exec(`CREATE TABLE ` + db.HalfMade + ` (n BIGINT)`); err != nil {
		return err
	}
	for _, q := range []string{secondIndexes, foreignKeys} {
		rows, err := b.conn.Query(b.ctx, q)
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (m made, err error) { return m, r.Scan(&m.name, &m.drop, &m.make) })
		if err != nil {
			return err
		}
		b.late = append(b.late, all...)
	}
	for _, m := range b.late {
		if err := b.exec(m.drop); err != nil {
			return err
		}
	}
	return nil
}

func (b *postgresBulk) reserve(blocks int64) (first int64, err error) {
	err = b.conn.QueryRow(b.ctx, `SELECT nextval('house_id')`).Scan(&first)
	if err != nil {
		return 0, err
	}
	var last int64
	err = b.conn.QueryRow(b.ctx, `SELECT setval('house_id', $1::bigint)`, first+blocks-1).Scan(&last)
	return first, err
}

func (b *postgresBulk) vacant(table string) (vacant bool, err error) {
	err = b.conn.QueryRow(b.ctx, `SELECT NOT EXISTS (SELECT 1 FROM `+pgx.Identifier{table}.Sanitize()+`)`).Scan(&vacant)
	return vacant, err
}

func (b *postgresBulk) table(name string, columns []string, next func() []any) error {
	_, err := b.conn.CopyFrom(b.ctx, pgx.Identifier{name}, columns, pgx.CopyFromFunc(func() ([]any, error) { return next(), nil }))
	return err
}

func (b *postgresBulk) finish(said func(string)) error {
	for _, m := range b.late {
		said(m.name)
		if err := b.exec(m.make); err != nil {
			return err
		}
	}
	said("analyze")
	return b.exec(`ANALYZE`)
}

func (b *postgresBulk) close() error { return b.conn.Close(context.WithoutCancel(b.ctx)) }
