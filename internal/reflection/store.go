package reflection

import (
	"context"
	"encoding/json"
	"math"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/tally"
)

// Whoever sees a conference sees that it asks for papers. A draft of the questions is
// for its host's clerks and secretaries.

// Find returns the set of a conference that by may see; NotFound if there is none, or
// none yet for by.
func Find(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Set, error) {
	if _, err := conference.Get(ctx, tx, by, id); err != nil {
		return Set{}, err
	}
	s, err := readSet(ctx, tx, id)
	if err == nil && s.State == Draft && mayAsk(by, s.Unit) != nil {
		err = notFound()
	}
	return s, err
}

func notFound() error { return fault.New(fault.NotFound, "error.not_found") }

// readSet returns the set of a conference, whoever asks.
func readSet(ctx context.Context, tx *db.Tx, id string) (s Set, err error) {
	if err := tx.One(ctx, `SELECT s.conference, c.title, c.unit, u.key, s.asks, s.takes, s.least, s.most, s.last_day, s.rule, s.pass_mark, s.graders, s.state,
			s.sheet, s.version, c.tree, p.path
		FROM reflection s JOIN conference c ON c.id = s.conference JOIN unit u ON u.id = c.unit JOIN place p ON p.tree = c.tree AND p.unit = c.unit
		WHERE s.conference = $1`, []any{id}, &s.Conference, &s.Title, &s.Unit, &s.UnitKey, &s.Asks, &s.Takes, &s.Least, &s.Most, &s.LastDay, &s.Rule,
		&s.PassMark, &s.Graders, &s.State, &s.Sheet, &s.Version, &s.tree, &s.path); err != nil {
		return s, err
	}
	s.Questions, err = db.All(ctx, tx, func(r db.Scanner) (q string, err error) { return q, r.Scan(&q) },
		`SELECT text FROM reflection_question WHERE conference = $1 ORDER BY n`, id)
	return s, err
}

func insertSet(ctx context.Context, tx *db.Tx, by auth.Actor, s Set) error {
	n, err := tx.ExecN(ctx, `INSERT INTO reflection (conference, asks, takes, least, most, last_day, rule, pass_mark, graders, state, sheet,
			entered_by, entered_name, entered_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'draft', 0, $10, $11, $12, 1) ON CONFLICT (conference) DO NOTHING`,
		s.Conference, s.Asks, s.Takes, s.Least, s.Most, s.LastDay, s.Rule, s.PassMark, s.Graders, by.Login, by.Name, tx.Now)
	if err := db.Changed(n, err); err != nil {
		return err
	}
	return insertQuestions(ctx, tx, s)
}

func insertQuestions(ctx context.Context, tx *db.Tx, s Set) error {
	return db.InsertMany(ctx, tx, `INSERT INTO reflection_question (conference, n, text) VALUES`, len(s.Questions), func(i int) []any {
		return []any{s.Conference, i + 1, s.Questions[i]}
	})
}

func updateSet(ctx context.Context, tx *db.Tx, s Set, version int64) error {
	if err := db.Changed(tx.ExecN(ctx, `UPDATE reflection SET asks = $1, takes = $2, least = $3, most = $4, last_day = $5, rule = $6, pass_mark = $7, graders = $8,
			version = version + 1 WHERE conference = $9 AND version = $10`,
		s.Asks, s.Takes, s.Least, s.Most, s.LastDay, s.Rule, s.PassMark, s.Graders, s.Conference, version)); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM reflection_question WHERE conference = $1`, s.Conference); err != nil {
		return err
	}
	return insertQuestions(ctx, tx, s)
}

func setState(ctx context.Context, tx *db.Tx, id string, version int64, to Stage, sheet int64) error {
	return db.Changed(tx.ExecN(ctx, `UPDATE reflection SET state = $1, sheet = $2, version = version + 1 WHERE conference = $3 AND version = $4`, to, sheet, id, version))
}

// personAfter returns the last of the next people on the roll of a conference after
// one, so many of them; the greatest number if there are no more.
func personAfter(ctx context.Context, tx *db.Tx, id string, after int64, size int) (int64, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (m int64, err error) { return m, r.Scan(&m) },
		`SELECT member FROM attendance WHERE occasion = $1 AND member > $2 ORDER BY member LIMIT 1 OFFSET $3`, id, after, size-1)
	if err != nil || len(all) == 0 {
		return math.MaxInt64, err
	}
	return all[0], nil
}

// syncPeople brings people of a set up to the roll; who has handed in stays, due or
// not.
func syncPeople(ctx context.Context, tx *db.Tx, s Set, after, to int64) error {
	due := `a.state IN ('present', 'online')`
	if s.Asks == "invited" {
		due = `a.state <> 'exempt' AND a.extra = 0`
	}
	if err := tx.Exec(ctx, `UPDATE reflection_person SET due = 0 WHERE conference = $1 AND due = 1 AND member > $2 AND member <= $3
		AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.occasion = $1 AND a.member = reflection_person.member AND `+due+`)`, s.Conference, after, to); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO reflection_person (conference, member, unit, due, state, late, grade, passed, n, version)
		SELECT a.occasion, a.member, a.unit, 1, '', 0, -1, 0, 0, 1 FROM attendance a WHERE a.occasion = $1 AND a.member > $2 AND a.member <= $3 AND `+due+`
		ON CONFLICT (conference, member) DO UPDATE SET due = 1`, s.Conference, after, to)
}

// passByMark says anew of the papers that were graded whether they have passed.
func passByMark(ctx context.Context, tx *db.Tx, s Set, after, to int64) error {
	return tx.Exec(ctx, `UPDATE reflection_person SET passed = CASE WHEN grade >= $1 THEN 1 ELSE 0 END, version = version + 1
		WHERE conference = $2 AND member > $3 AND member <= $4 AND grade >= 0 AND passed <> CASE WHEN grade >= $1 THEN 1 ELSE 0 END`, s.PassMark, s.Conference, after, to)
}

// counted returns what people of a set add up to, by unit: those after one and up to
// another.
func counted(ctx context.Context, tx *db.Tx, id string, after, to int64) (map[int64]tally.Delta, error) {
	all := map[int64]tally.Delta{}
	lanes := []string{"due", "handed_in", "due_handed_in", "on_time", "late", "returned", "accepted", "graded", "passed"}
	return all, db.Each(ctx, tx, `SELECT unit, sum(due), sum(CASE WHEN state <> '' THEN 1 ELSE 0 END), sum(CASE WHEN state <> '' THEN due ELSE 0 END),
			sum(CASE WHEN state <> '' THEN 1 - late ELSE 0 END), sum(CASE WHEN state <> '' THEN late ELSE 0 END),
			sum(CASE WHEN state = 'returned' THEN 1 ELSE 0 END), sum(CASE WHEN state = 'accepted' THEN 1 ELSE 0 END),
			sum(CASE WHEN state <> '' AND grade >= 0 THEN 1 ELSE 0 END), sum(CASE WHEN state <> '' THEN passed ELSE 0 END)
		FROM reflection_person WHERE conference = $1 AND member > $2 AND member <= $3 GROUP BY unit`, []any{id, after, to}, func(r db.Scanner) error {
		var unit int64
		figures := make([]int64, len(lanes))
		into := []any{&unit}
		for i := range figures {
			into = append(into, &figures[i])
		}
		err := r.Scan(into...)
		d := tally.Delta{}
		for i, x := range figures {
			d[kind.Lane(lanes[i])] = x
		}
		all[unit] = d
		return err
	})
}

const personColumns = `m.id, m.key, m.name, a.unit, u.key, n.short, p.path`

const standColumns = `coalesce(s.due, 0), coalesce(s.state, ''), coalesce(s.late, 0), coalesce(s.grade, -1), coalesce(s.passed, 0), coalesce(s.n, 0), s.handed_at, coalesce(s.version, 0)`

func scanPerson(r db.Scanner) (p Person, err error) {
	var due, late, passed int
	err = r.Scan(&p.Member, &p.MemberKey, &p.Name, &p.Unit, &p.UnitKey, &p.UnitName, &p.path, &due, &p.State, &late, &p.Grade, &passed, &p.N, db.At(&p.HandedAt), &p.Version)
	p.Due, p.Late, p.Passed = due != 0, late != 0, passed != 0
	return p, err
}

const newestName = `n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = n.unit)`

// PersonOf returns how somebody on the roll stands: by themselves, those over their
// unit, and those of the host.
func PersonOf(ctx context.Context, tx *db.Tx, by auth.Actor, s Set, memberKey string) (Person, error) {
	p, err := db.First(db.All(ctx, tx, scanPerson, `SELECT `+personColumns+`, `+standColumns+`
		FROM member m
		JOIN attendance a ON a.occasion = $1 AND a.member = m.id
		JOIN unit u ON u.id = a.unit
		JOIN unit_name n ON n.unit = a.unit AND `+newestName+`
		JOIN place p ON p.tree = $2 AND p.unit = a.unit
		LEFT JOIN reflection_person s ON s.conference = $1 AND s.member = m.id
		WHERE m.key = $3`, s.Conference, s.tree, memberKey))
	if err == nil && !(by.Member != 0 && by.Member == p.Member) && !by.Covers(p.path) && !by.Covers(s.path) {
		err = notFound()
	}
	return p, err
}

// myKey returns the key of by's own member record.
func myKey(ctx context.Context, tx *db.Tx, by auth.Actor) (key string, err error) {
	err = tx.One(ctx, `SELECT key FROM member WHERE id = $1`, []any{by.Member}, &key)
	return key, err
}

// A Filter narrows the list of people; the zero one takes everybody.
type Filter struct {
	State string // missing, handed, returned, accepted, late
	Path  string // of the unit, with those under it
}

// People returns who is on a set's list, by id, at most limit after one. The caller has
// seen the set, the unit, and may list.
func People(ctx context.Context, tx *db.Tx, s Set, f Filter, after int64, limit int) ([]Person, error) {
	where := map[string]string{
		"missing": ` AND s.due = 1 AND s.state = ''`, "handed": ` AND s.state = 'handed'`, "returned": ` AND s.state = 'returned'`,
		"accepted": ` AND s.state = 'accepted'`, "late": ` AND s.state <> '' AND s.late = 1`,
	}[f.State]
	return db.All(ctx, tx, scanPerson, `SELECT m.id, m.key, m.name, s.unit, u.key, n.short, p.path, `+standColumns+`
		FROM reflection_person s
		JOIN member m ON m.id = s.member
		JOIN unit u ON u.id = s.unit
		JOIN unit_name n ON n.unit = s.unit AND `+newestName+`
		JOIN place p ON p.tree = $2 AND p.unit = s.unit
		WHERE s.conference = $1 AND p.path >= $3 AND p.path < $4 AND s.member > $5`+where+` ORDER BY s.member LIMIT $6`,
		s.Conference, s.tree, f.Path, auth.After(f.Path), after, limit)
}

func putPerson(ctx context.Context, tx *db.Tx, id string, p Person) error {
	if p.Version == 0 {
		return db.Changed(tx.ExecN(ctx, `INSERT INTO reflection_person (conference, member, unit, due, state, late, grade, passed, n, handed_at, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) ON CONFLICT (conference, member) DO NOTHING`,
			id, p.Member, p.Unit, p.Due, p.State, p.Late, p.Grade, p.Passed, p.N, p.HandedAt))
	}
	return db.Changed(tx.ExecN(ctx, `UPDATE reflection_person SET state = $1, late = $2, grade = $3, passed = $4, n = $5, handed_at = $6, version = version + 1
		WHERE conference = $7 AND member = $8 AND version = $9`, p.State, p.Late, p.Grade, p.Passed, p.N, p.HandedAt, id, p.Member, p.Version))
}

func texts(all []string) string {
	b, _ := json.Marshal(all) // strings always can be
	return string(b)
}

// HandedIn says in which of some conferences somebody has handed in a paper that stands.
func HandedIn(ctx context.Context, tx *db.Tx, conferences []string) (map[string]bool, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (id string, err error) { return id, r.Scan(&id) },
		`SELECT DISTINCT conference FROM reflection_person WHERE state IN ('handed', 'accepted') AND conference IN`, conferences)
	handed := make(map[string]bool, len(all))
	for _, id := range all {
		handed[id] = true
	}
	return handed, err
}
