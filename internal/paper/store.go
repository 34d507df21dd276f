package paper

import (
	"context"
	"encoding/json"
	"fmt"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
)

// A person sees the papers of their unit and of the units under it. Every query
// that reads papers for a person starts from seen: $1 is the tree, $2 and $3 are
// the range of the person's subtree.
const (
	columns = `p.id, p.unit, u.key, n.name, p.kind, p.code, p.series, p.number, p.symbol, p.day, p.title, p.signer, p.office,
		p.head, p.content, p.source_kind, p.source, p.issued_name, p.issued_at, coalesce(p.file, ''), p.sha256, p.withdrawn_at, p.withdrawn_by, p.reason`
	from = `
		FROM paper p
		JOIN unit u ON u.id = p.unit
		JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		JOIN place pl ON pl.tree = p.tree AND pl.unit = p.unit`
	seen = `SELECT ` + columns + from + ` WHERE p.tree = $1 AND pl.path >= $2 AND pl.path < $3`
)

func scan(r db.Scanner) (p Paper, err error) {
	var kind Kind
	var title, head, content string
	err = r.Scan(&p.ID, &p.Unit, &p.UnitKey, &p.UnitName, &kind, &p.Code, &p.Series, &p.Number, &p.Symbol, &p.Day, &title, &p.Signer, &p.Office,
		&head, &content, &p.Source.Kind, &p.Source.ID, &p.IssuedName, db.At(&p.IssuedAt), &p.File, &p.SHA256, db.At(&p.WithdrawnAt), &p.WithdrawnBy, &p.Reason)
	if err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(head), &p.Head); err != nil {
		return p, fmt.Errorf("letterhead of paper %s: %w", p.ID, err)
	}
	if err := json.Unmarshal([]byte(content), &p.Content); err != nil {
		return p, fmt.Errorf("content of paper %s: %w", p.ID, err)
	}
	p.Kind, p.About = kind, title
	return p, nil
}

// Get returns a paper that by may see.
func Get(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Paper, error) {
	return db.First(db.All(ctx, tx, scan, seen+` AND p.id = $4`, by.Tree, by.Path, by.End(), id))
}

// find returns a paper, whoever asks: for the house's own use.
func find(ctx context.Context, tx *db.Tx, id string) (Paper, error) {
	return db.First(db.All(ctx, tx, scan, `SELECT `+columns+from+` WHERE p.id = $1`, id))
}

// OfSource returns the standing papers of a kind made from a record, the newest
// first, that by may see.
func OfSource(ctx context.Context, tx *db.Tx, by auth.Actor, kind Kind, source tally.Source) ([]Paper, error) {
	return db.All(ctx, tx, scan, seen+` AND p.source_kind = $4 AND p.source = $5 AND p.kind = $6 AND p.withdrawn_at IS NULL
		ORDER BY p.issued_at DESC, p.number DESC`, by.Tree, by.Path, by.End(), source.Kind, source.ID, kind)
}

// A Filter narrows the register; the zero one takes everything of a unit.
type Filter struct {
	Unit int64
	Kind Kind
	Year string // of the day, "2026"
}

// List returns the papers of a unit that by may see, the newest first, at most
// limit after offset.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, f Filter, offset, limit int) ([]Paper, error) {
	q, args := seen+` AND p.unit = $4`, []any{by.Tree, by.Path, by.End(), f.Unit}
	and := func(cond string, v any) {
		args = append(args, v)
		q += " AND " + fmt.Sprintf(cond, db.Arg(len(args)))
	}
	if f.Kind != "" {
		and("p.kind = %s", f.Kind)
	}
	if f.Year != "" {
		and("p.day >= %s", f.Year+"-01-01")
		and("p.day <= %s", f.Year+"-12-31")
	}
	args = append(args, limit, offset)
	return db.All(ctx, tx, scan, q+` ORDER BY p.day DESC, p.issued_at DESC, p.code, p.number DESC LIMIT `+db.Arg(len(args)-1)+` OFFSET `+db.Arg(len(args)), args...)
}

// Years returns the years a unit has issued papers in, the latest first. The
// caller has seen the unit.
func Years(ctx context.Context, tx *db.Tx, unit int64) ([]string, error) {
	return db.All(ctx, tx, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) },
		`SELECT DISTINCT substr(day, 1, 4) AS y FROM paper WHERE unit = $1 ORDER BY y DESC`, unit)
}

// nextNumber returns the number after the last one of p's type in its series.
// The caller holds the lock of the unit's papers.
func nextNumber(ctx context.Context, tx *db.Tx, p Paper) (n int64, err error) {
	err = tx.One(ctx, `SELECT coalesce(max(number), 0) + 1 FROM paper WHERE unit = $1 AND code = $2 AND series = $3`, []any{p.Unit, p.Code, p.Series}, &n)
	return n, err
}

func insert(ctx context.Context, tx *db.Tx, by auth.Actor, p Paper) error {
	head, err := json.Marshal(p.Head)
	if err != nil {
		return err
	}
	content, err := json.Marshal(p.Content)
	if err != nil {
		return err
	}
	return tx.Exec(ctx, `
		INSERT INTO paper (id, tree, unit, kind, code, series, number, symbol, day, title, signer, office, head, content,
			source_kind, source, issued_by, issued_name, issued_at, file, sha256, withdrawn_at, withdrawn_by, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, NULL, '', NULL, '', '')`,
		p.ID, by.Tree, p.Unit, p.Kind, p.Code, p.Series, p.Number, p.Symbol, p.Day, p.About, p.Signer, p.Office, string(head), string(content),
		p.Source.Kind, p.Source.ID, by.Login, by.Name, tx.Now)
}

// attach names the bytes of a paper, unless it has some already.
func attach(ctx context.Context, tx *db.Tx, id, file, sum string) error {
	return tx.Exec(ctx, `UPDATE paper SET file = $1, sha256 = $2 WHERE id = $3 AND file IS NULL`, file, sum, id)
}

func withdraw(ctx context.Context, tx *db.Tx, by auth.Actor, id, reason string) error {
	n, err := tx.ExecN(ctx, `UPDATE paper SET withdrawn_at = $1, withdrawn_by = $2, reason = $3 WHERE id = $4 AND withdrawn_at IS NULL`, tx.Now, by.Name, reason, id)
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "paper.error.withdrawn")
	}
	return err
}

// LetterheadOf returns what a unit has set for its papers, nothing of it filled
// in. The caller has seen the unit.
func LetterheadOf(ctx context.Context, tx *db.Tx, unit int64) (l Letterhead, err error) {
	err = tx.One(ctx, `SELECT family, upper_line, own_line, place, symbol, body, version FROM letterhead WHERE unit = $1`, []any{unit},
		&l.Family, &l.Upper, &l.Own, &l.Place, &l.Symbol, &l.Body, &l.Version)
	if fault.Is(err, fault.NotFound) {
		return Letterhead{}, nil
	}
	return l, err
}

func saveLetterhead(ctx context.Context, tx *db.Tx, unit, version int64, l Letterhead) error {
	q := `UPDATE letterhead SET family = $2, upper_line = $3, own_line = $4, place = $5, symbol = $6, body = $7, version = version + 1 WHERE unit = $1 AND version = $8`
	if version == 0 {
		q = `INSERT INTO letterhead (unit, family, upper_line, own_line, place, symbol, body, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8 + 1)
			ON CONFLICT (unit) DO NOTHING`
	}
	return db.Changed(tx.ExecN(ctx, q, unit, l.Family, l.Upper, l.Own, l.Place, l.Symbol, l.Body, version))
}
