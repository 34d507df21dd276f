package opinion

import (
	"context"
	"encoding/json"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/prose"
)

func packed(a prose.Anchor) string {
	b, _ := json.Marshal(a) // texts and numbers always can be
	return string(b)
}

const comments = `SELECT c.id, c.unit, c.account, c.name, c.anchor, c.text, c.suggest, c.point, c.at FROM opinion_comment c WHERE c.consultation = $1 AND c.withdrawn = 0`

func scanComment(r db.Scanner) (c Comment, err error) {
	var anchor []byte
	if err = r.Scan(&c.ID, &c.Unit, &c.Account, &c.Name, &anchor, &c.Text, &c.Suggest, &c.Point, db.At(&c.At)); err != nil {
		return c, err
	}
	return c, json.Unmarshal(anchor, &c.Anchor)
}

// MaxShown is how many comments or points of one unit a page shows.
const MaxShown = 1000

// Comments returns the comments of a unit's people that stand, the oldest first. The
// caller acts for the unit or covers it.
func Comments(ctx context.Context, tx *db.Tx, id string, unit int64) ([]Comment, error) {
	return db.All(ctx, tx, scanComment, comments+` AND c.unit = $2 ORDER BY c.id LIMIT $3`, id, unit, MaxShown)
}

func commentOf(ctx context.Context, tx *db.Tx, id string, unit, comment int64) (Comment, error) {
	return db.First(db.All(ctx, tx, scanComment, comments+` AND c.unit = $2 AND c.id = $3`, id, unit, comment))
}

func insertComment(ctx context.Context, tx *db.Tx, by auth.Actor, id string, c Comment) error {
	return tx.Exec(ctx, `INSERT INTO opinion_comment (id, consultation, unit, member, account, name, anchor, text, suggest, point, withdrawn, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0, $10)`, tx.NewID(), id, by.Unit, by.Member, by.Login, by.Name, packed(c.Anchor), c.Text, c.Suggest, tx.Now)
}

func withdrawComment(ctx context.Context, tx *db.Tx, by auth.Actor, id string, comment int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE opinion_comment SET withdrawn = 1 WHERE id = $1 AND consultation = $2 AND account = $3 AND point = 0 AND withdrawn = 0`,
		comment, id, by.Login))
}

func setPicked(ctx context.Context, tx *db.Tx, comment, point int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE opinion_comment SET point = $1 WHERE id = $2 AND point = 0 AND withdrawn = 0`, point, comment))
}

const points = `SELECT p.id, p.unit, u.key, n.short, p.source, p.member, p.name, p.conference, p.place, p.anchor, p.text, p.suggest, p.stands, p.upper, p.answer, p.why,
		p.saved, p.answered_name, p.answered_at, p.version
	FROM opinion_point p JOIN unit u ON u.id = p.unit JOIN unit_name n ON n.unit = p.unit AND ` + newestName

func scanPoint(r db.Scanner) (p Point, err error) {
	var anchor []byte
	var stands int
	if err = r.Scan(&p.ID, &p.Unit, &p.UnitKey, &p.UnitName, &p.Source, &p.Member, &p.Name, &p.Conference, &p.Place, &anchor, &p.Text, &p.Suggest, &stands, &p.Upper,
		&p.Answer, &p.Why, &p.Saved, &p.AnsweredName, db.At(&p.AnsweredAt), &p.Version); err != nil {
		return p, err
	}
	p.Stands = stands != 0
	return p, json.Unmarshal(anchor, &p.Anchor)
}

func pointOf(ctx context.Context, tx *db.Tx, id string, point int64) (Point, error) {
	return db.First(db.All(ctx, tx, scanPoint, points+` WHERE p.consultation = $1 AND p.id = $2`, id, point))
}

// PointsOf returns the points of a unit's own opinion in the order of the text.
func PointsOf(ctx context.Context, tx *db.Tx, id string, unit int64) ([]Point, error) {
	return db.All(ctx, tx, scanPoint, points+` WHERE p.consultation = $1 AND p.unit = $2 AND p.source = 'unit' ORDER BY p.place, p.id`, id, unit)
}

// sentTo returns a point that a unit has sent to another.
func sentTo(ctx context.Context, tx *db.Tx, id string, to, point int64) (Point, error) {
	return db.First(db.All(ctx, tx, scanPoint, points+` JOIN opinion_unit o ON o.consultation = p.consultation AND o.unit = p.unit
		WHERE p.consultation = $1 AND p.id = $2 AND p.source = 'unit' AND o.above = $3 AND o.state = 'sent'`, id, point, to))
}

// Received returns the points that units have sent to one, in the order of the text.
func Received(ctx context.Context, tx *db.Tx, id string, to int64) ([]Point, error) {
	return db.All(ctx, tx, scanPoint, points+` JOIN opinion_unit o ON o.consultation = p.consultation AND o.unit = p.unit
		WHERE p.consultation = $1 AND p.source = 'unit' AND o.above = $2 AND o.state = 'sent' ORDER BY p.place, p.id LIMIT $3`, id, to, MaxShown)
}

// standing returns all points that have reached the owner, in the order of the text.
func standing(ctx context.Context, tx *db.Tx, id string) ([]Point, error) {
	return db.All(ctx, tx, scanPoint, points+` WHERE p.consultation = $1 AND p.stands = 1 ORDER BY p.place, p.id`, id)
}

// A Filter narrows points; the zero one takes all.
type Filter struct {
	Unit   int64 // with those under it, by Path
	Path   string
	Answer string // "open" for those without an answer
	Source From
	Member int64
}

// Points returns points that have reached the owner, in the order of the text, at most
// limit after one of a place and an id. The caller may read them.
func Points(ctx context.Context, tx *db.Tx, c Consultation, f Filter, place, id int64, limit int) ([]Point, error) {
	if f.Path == "" {
		f.Path = "/"
	}
	return db.All(ctx, tx, scanPoint, points+` JOIN place l ON l.tree = $2 AND l.unit = p.unit AND l.path >= $3 AND l.path < $4
		WHERE p.consultation = $1 AND p.stands = 1 AND (p.place > $5 OR p.place = $5 AND p.id > $6) AND ($7 = '' OR p.source = $7)
			AND ($8 = '' OR $8 = 'open' AND p.answer = '' OR p.answer = $8) AND ($9 = 0 OR p.member = $9)
		ORDER BY p.place, p.id LIMIT $10`,
		c.ID, c.tree, f.Path, auth.After(f.Path), place, id, f.Source, f.Answer, f.Member, limit)
}

// Fates returns what became of points by id, following each into the opinions of the
// units above.
func Fates(ctx context.Context, tx *db.Tx, ids []int64) (map[int64]Point, error) {
	const most = 20 // levels of a tree
	at, out := map[int64]int64{}, map[int64]Point{}
	for _, id := range ids {
		at[id] = id
	}
	for range most {
		var wanted []int64
		seen := map[int64]bool{}
		for from, id := range at {
			if _, ok := out[from]; !ok && !seen[id] {
				seen[id] = true
				wanted = append(wanted, id)
			}
		}
		if len(wanted) == 0 {
			break
		}
		rows, err := db.AllIn(ctx, tx, scanPoint, points+` WHERE p.id IN`, wanted)
		if err != nil {
			return nil, err
		}
		byID := map[int64]Point{}
		for _, p := range rows {
			byID[p.ID] = p
		}
		for from, id := range at {
			p := byID[id]
			if p.Upper == 0 {
				out[from] = p
			} else {
				at[from] = p.Upper
			}
		}
	}
	return out, nil
}

// Unanswered returns how many points that have reached the owner have no answer.
func Unanswered(ctx context.Context, tx *db.Tx, id string) (n int64, err error) {
	err = tx.One(ctx, `SELECT count(*) FROM opinion_point WHERE consultation = $1 AND stands = 1 AND answer = ''`, []any{id}, &n)
	return n, err
}

func insertPoint(ctx context.Context, tx *db.Tx, by auth.Actor, id string, p Point) (int64, error) {
	n := tx.NewID()
	return n, tx.Exec(ctx, `INSERT INTO opinion_point (id, consultation, unit, source, member, name, conference, place, anchor, text, suggest, stands, upper,
			answer, why, saved, answered_by, answered_name, entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, '', '', 0, '', '', $13, $14, $15, 1)`,
		n, id, p.Unit, p.Source, p.Member, p.Name, p.Conference, p.Place, packed(p.Anchor), p.Text, p.Suggest, p.Stands, by.Login, by.Name, tx.Now)
}

func setWords(ctx context.Context, tx *db.Tx, point, version int64, text, suggest string) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE opinion_point SET text = $1, suggest = $2, version = version + 1 WHERE id = $3 AND version = $4`, text, suggest, point, version))
}

func setUpper(ctx context.Context, tx *db.Tx, point, upper int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE opinion_point SET upper = $1, version = version + 1 WHERE id = $2 AND upper = 0`, upper, point))
}

// removePoint takes a point away; what it was made from stands free again.
func removePoint(ctx context.Context, tx *db.Tx, id string, unit, point, version int64) error {
	if err := db.Changed(tx.ExecN(ctx, `DELETE FROM opinion_point WHERE id = $1 AND version = $2`, point, version)); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `UPDATE opinion_point SET upper = 0, version = version + 1 WHERE upper = $1`, point); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE opinion_comment SET point = 0 WHERE consultation = $1 AND unit = $2 AND point = $3`, id, unit, point)
}

// setStands says whether the points of a unit's opinion have reached the owner.
func setStands(ctx context.Context, tx *db.Tx, id string, unit int64, stands bool) error {
	return tx.Exec(ctx, `UPDATE opinion_point SET stands = $1, version = version + 1 WHERE consultation = $2 AND unit = $3 AND source = 'unit'`, stands, id, unit)
}

func setAnswer(ctx context.Context, tx *db.Tx, by auth.Actor, p Point, version int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE opinion_point SET answer = $1, why = $2, saved = $3, answered_by = $4, answered_name = $5, answered_at = $6, version = version + 1
		WHERE id = $7 AND version = $8`, p.Answer, p.Why, p.Saved, by.Login, by.Name, tx.Now, p.ID, version))
}
