package reflection

import (
	"context"
	"encoding/json"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/vn"
)

// draftOf returns the draft of somebody's paper, with version 0 if there is none.
func draftOf(ctx context.Context, tx *db.Tx, id string, member int64) (d Paper, err error) {
	var answers string
	err = tx.One(ctx, `SELECT answers, file, file_text, actor_name, at, version FROM reflection_draft WHERE conference = $1 AND member = $2`, []any{id, member},
		&answers, &d.File.ID, &d.FileText, &d.ActorName, db.At(&d.At), &d.Version)
	if fault.Is(err, fault.NotFound) {
		return Paper{}, nil
	}
	if err != nil {
		return d, err
	}
	return d, d.fill(ctx, tx, answers)
}

func (p *Paper) fill(ctx context.Context, tx *db.Tx, answers string) (err error) {
	if err := json.Unmarshal([]byte(answers), &p.Answers); err != nil {
		return err
	}
	if p.File.ID != "" {
		p.File, err = file.Get(ctx, tx, p.File.ID)
	}
	return err
}

func putDraft(ctx context.Context, tx *db.Tx, by auth.Actor, id string, member int64, d Paper) error {
	return db.Changed(tx.ExecN(ctx, `INSERT INTO reflection_draft (conference, member, answers, file, file_text, actor_name, at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
		ON CONFLICT (conference, member) DO UPDATE SET answers = excluded.answers, file = excluded.file, file_text = excluded.file_text,
			actor_name = excluded.actor_name, at = excluded.at, version = reflection_draft.version + 1
		WHERE reflection_draft.version = $8`,
		id, member, texts(d.Answers), d.File.ID, d.FileText, by.Name, tx.Now, d.Version))
}

func dropDraft(ctx context.Context, tx *db.Tx, id string, member int64) error {
	return tx.Exec(ctx, `DELETE FROM reflection_draft WHERE conference = $1 AND member = $2`, id, member)
}

func insertVersion(ctx context.Context, tx *db.Tx, by auth.Actor, id string, member int64, p Paper) error {
	return tx.Exec(ctx, `INSERT INTO reflection_version (conference, member, n, answers, file, file_text, whole, other, late, actor, actor_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		id, member, p.N, texts(p.Answers), p.File.ID, p.FileText, p.Whole, p.Other, p.Late, by.Login, by.Name, tx.Now)
}

// version returns a version of somebody's paper.
func version(ctx context.Context, tx *db.Tx, id string, member, n int64) (p Paper, err error) {
	var answers string
	var whole, other, late int
	if err := tx.One(ctx, `SELECT n, answers, file, file_text, whole, other, late, actor_name, at FROM reflection_version WHERE conference = $1 AND member = $2 AND n = $3`,
		[]any{id, member, n}, &p.N, &answers, &p.File.ID, &p.FileText, &whole, &other, &late, &p.ActorName, db.At(&p.At)); err != nil {
		return p, err
	}
	p.Whole, p.Other, p.Late = whole != 0, other != 0, late != 0
	return p, p.fill(ctx, tx, answers)
}

func insertEvent(ctx context.Context, tx *db.Tx, by auth.Actor, id string, p Person, what, note string) error {
	return tx.Exec(ctx, `INSERT INTO reflection_event (conference, member, id, kind, n, grade, note, actor, actor_name, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, id, p.Member, tx.NewID(), what, p.N, p.Grade, note, by.Login, by.Name, tx.Now)
}

func events(ctx context.Context, tx *db.Tx, id string, member int64) ([]Event, error) {
	return db.All(ctx, tx, func(r db.Scanner) (e Event, err error) {
		return e, r.Scan(&e.Kind, &e.N, &e.Grade, &e.Note, &e.ActorName, db.At(&e.At))
	}, `SELECT kind, n, grade, note, actor_name, at FROM reflection_event WHERE conference = $1 AND member = $2 ORDER BY id`, id, member)
}

// signature puts the signature of the paper that stands in the place of what was there.
func putSignature(ctx context.Context, tx *db.Tx, id string, member int64, sig signature) error {
	if err := dropSignature(ctx, tx, id, member); err != nil || sig == nil {
		return err
	}
	if err := tx.Exec(ctx, `INSERT INTO reflection_signature (conference, member, hashes) VALUES ($1, $2, $3)`, id, member, sig.pack()); err != nil {
		return err
	}
	bands := sig.bands()
	return db.InsertMany(ctx, tx, `INSERT INTO reflection_band (conference, hash, member) VALUES`, len(bands), func(i int) []any {
		return []any{id, bands[i], member}
	})
}

func signatureOf(ctx context.Context, tx *db.Tx, id string, member int64) (signature, error) {
	var b []byte
	err := tx.One(ctx, `SELECT hashes FROM reflection_signature WHERE conference = $1 AND member = $2`, []any{id, member}, &b)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	return unpack(b), err
}

func dropSignature(ctx context.Context, tx *db.Tx, id string, member int64) error {
	had, err := signatureOf(ctx, tx, id, member)
	if err != nil || had == nil {
		return err
	}
	for in, args := range db.In(had.bands(), id, member) {
		if err := tx.Exec(ctx, `DELETE FROM reflection_band WHERE conference = $1 AND member = $2 AND hash `+in, args...); err != nil {
			return err
		}
	}
	return tx.Exec(ctx, `DELETE FROM reflection_signature WHERE conference = $1 AND member = $2`, id, member)
}

// mostAlike is how many papers with a band in common are looked at, by band.
const mostAlike = 60

// near returns the signatures of papers that have a band in common with sig.
func near(ctx context.Context, tx *db.Tx, id string, member int64, sig signature) (map[int64]signature, error) {
	seen := map[int64]bool{}
	var ids []int64
	for _, band := range sig.bands() {
		some, err := db.All(ctx, tx, func(r db.Scanner) (m int64, err error) { return m, r.Scan(&m) },
			`SELECT member FROM reflection_band WHERE conference = $1 AND hash = $2 AND member <> $3 LIMIT $4`, id, band, member, mostAlike)
		if err != nil {
			return nil, err
		}
		for _, m := range some {
			if !seen[m] {
				seen[m] = true
				ids = append(ids, m)
			}
		}
	}
	all := map[int64]signature{}
	return all, db.AmongIDs(ids, []any{id}, func(in string, args []any) error {
		return db.Each(ctx, tx, `SELECT member, hashes FROM reflection_signature WHERE conference = $1 AND member `+in, args, func(r db.Scanner) error {
			var m int64
			var b []byte
			err := r.Scan(&m, &b)
			all[m] = unpack(b)
			return err
		})
	})
}

// given returns what everybody may write alike: the questions, the titles of the
// conference and its topics, and those of the directives it is about.
func given(ctx context.Context, tx *db.Tx, id string) ([]string, error) {
	return db.All(ctx, tx, func(r db.Scanner) (t string, err error) { return t, r.Scan(&t) }, `
		SELECT text FROM reflection_question WHERE conference = $1
		UNION SELECT title FROM conference WHERE id = $1
		UNION SELECT title FROM conference_topic WHERE conference = $1
		UNION SELECT d.subject FROM conference c JOIN rollout_directive x ON x.rollout = c.rollout JOIN directive d ON d.id = x.directive WHERE c.id = $1
		ORDER BY 1`, id)
}

// nameOf returns the key, name and version of the paper of somebody on the list.
func nameOf(ctx context.Context, tx *db.Tx, set Set, member int64) (a Alike, n int64, err error) {
	err = tx.One(ctx, `SELECT m.key, m.name, x.short, coalesce(p.path, ''), s.n FROM reflection_person s JOIN member m ON m.id = s.member
		LEFT JOIN place p ON p.tree = $3 AND p.unit = s.unit
		JOIN unit_name x ON x.unit = s.unit AND x.from_day = (SELECT max(y.from_day) FROM unit_name y WHERE y.unit = s.unit)
		WHERE s.conference = $1 AND s.member = $2`, []any{set.Conference, member, set.tree}, &a.MemberKey, &a.Name, &a.UnitName, &a.path, &n)
	return a, n, err
}

// An Owed is a paper that somebody has to hand in.
type Owed struct {
	Conference string
	Title      string
	LastDay    vn.Day
	Returned   bool
}

// Owing returns the papers that by has to hand in, the soonest first.
func Owing(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Owed, error) {
	const most = 20
	return db.All(ctx, tx, func(r db.Scanner) (o Owed, err error) {
		var returned int
		err = r.Scan(&o.Conference, &o.Title, &o.LastDay, &returned)
		o.Returned = returned != 0
		return o, err
	}, `SELECT s.conference, c.title, q.last_day, CASE WHEN s.state = 'returned' THEN 1 ELSE 0 END
		FROM reflection_person s JOIN reflection q ON q.conference = s.conference JOIN conference c ON c.id = s.conference
		WHERE s.member = $1 AND q.state = 'open' AND c.tree = $2 AND (s.state = 'returned' OR s.due = 1 AND s.state = '')
		ORDER BY q.last_day, s.conference LIMIT $3`, by.Member, by.Tree, most)
}
