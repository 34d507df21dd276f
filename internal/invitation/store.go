package invitation

import (
	"context"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/pass"
	"nhipcau/internal/vn"
)

const meetings = `SELECT c.id, c.title, c.day, c.start_time, c.end_time, c.place, c.mode, c.state, c.unit, n.name, c.sheet, c.tree, hp.path
	FROM conference c
	JOIN unit_name n ON n.unit = c.unit AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = c.unit)
	JOIN place hp ON hp.tree = c.tree AND hp.unit = c.unit`

func scanMeeting(r db.Scanner) (m Meeting, err error) {
	return m, r.Scan(&m.ID, &m.Title, &m.Day, &m.Start, &m.End, &m.Place, &m.Mode, &m.State, &m.Unit, &m.Host, &m.Sheet, &m.Tree, &m.Path)
}

// meeting returns a conference of a tree, whoever asks.
func meeting(ctx context.Context, tx *db.Tx, tree, id string) (Meeting, error) {
	return db.First(db.All(ctx, tx, scanMeeting, meetings+` WHERE c.id = $1 AND c.tree = $2`, id, tree))
}

// Find returns a conference that by may see.
func Find(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Meeting, error) {
	m, err := meeting(ctx, tx, by.Tree, id)
	if err == nil && !by.Covers(m.Path) {
		_, err = conference.Get(ctx, tx, by, id)
	}
	return m, err
}

// Members on a roll with the answers that stand. $1 is the conference, $2 today.
const people = `SELECT a.member, 0, m.key, m.name,
		coalesce((SELECT o.title FROM office o WHERE o.member = a.member AND o.from_day <= $2 AND (o.to_day = '' OR o.to_day > $2) ORDER BY o.rank, o.id LIMIT 1), ''),
		a.unit, u.key, n.short, a.state, a.site, coalesce(s.name, ''), p.path, a.version,
		coalesce(x.answer, ''), coalesce(x.reason, ''), coalesce(d.name, ''), coalesce(x.way, ''), coalesce(x.actor_name, ''), x.at, coalesce(x.delegate, 0)
	FROM attendance a
	JOIN member m ON m.id = a.member
	JOIN unit u ON u.id = a.unit
	JOIN unit_name n ON n.unit = a.unit AND n.from_day = (SELECT max(y.from_day) FROM unit_name y WHERE y.unit = a.unit)
	JOIN occasion c ON c.id = a.occasion
	JOIN place p ON p.tree = c.tree AND p.unit = a.unit
	LEFT JOIN site s ON s.conference = a.occasion AND s.n = a.site
	LEFT JOIN invitation_answer x ON x.conference = a.occasion AND x.member = a.member AND x.guest = 0 AND x.stands = 1
	LEFT JOIN member d ON d.id = x.delegate
	WHERE a.occasion = $1`

// Guests of a conference with the answers that stand. $1 is the conference.
const guests = `SELECT 0, g.number, '', t.name, t.org, 0, '', '', CASE WHEN t.calls > 0 THEN 'present' ELSE 'invited' END, t.site, coalesce(s.name, ''), '', 0,
		coalesce(x.answer, ''), coalesce(x.reason, ''), '', coalesce(x.way, ''), coalesce(x.actor_name, ''), x.at, 0
	FROM invitation_guest g
	JOIN attendance_guest t ON t.occasion = g.conference AND t.id = CAST(g.number AS TEXT)
	LEFT JOIN site s ON s.conference = g.conference AND s.n = t.site
	LEFT JOIN invitation_answer x ON x.conference = g.conference AND x.member = 0 AND x.guest = g.number AND x.stands = 1
	WHERE g.conference = $1`

func scanInvited(r db.Scanner) (v Invited, err error) {
	return v, r.Scan(&v.Member, &v.Guest, &v.Key, &v.Name, &v.Office, &v.Unit, &v.UnitKey, &v.UnitName, &v.State, &v.Site, &v.SiteName, &v.path, &v.version,
		&v.Answer.Word, &v.Answer.Reason, &v.Answer.Delegate, &v.Answer.Way, &v.Answer.ActorName, db.At(&v.Answer.At), &v.Answer.delegate)
}

// invited returns somebody on the list of a conference: a member by key, or a guest.
func invited(ctx context.Context, tx *db.Tx, m Meeting, key string, guest int64) (Invited, error) {
	if key == "" {
		return ByID(ctx, tx, m, 0, guest)
	}
	return db.First(db.All(ctx, tx, scanInvited, people+` AND a.member = (SELECT id FROM member WHERE key = $3)`, m.ID, vn.DayOf(tx.Now), key))
}

// ByID returns somebody invited by number, member or guest, whoever asks.
func ByID(ctx context.Context, tx *db.Tx, m Meeting, member, guest int64) (Invited, error) {
	if member == 0 {
		return db.First(db.All(ctx, tx, scanInvited, guests+` AND g.number = $2`, m.ID, guest))
	}
	return db.First(db.All(ctx, tx, scanInvited, people+` AND a.member = $3`, m.ID, vn.DayOf(tx.Now), member))
}

// A Filter narrows a list; the zero one takes everything.
type Filter struct {
	Answer string // one of Words, or None
	Query  string
	Site   int64 // 0: all
	Unit   string
}

// None filters those who have not answered.
const None = "none"

// List returns the members invited to a conference whom by sees, in the order of their
// ids, at most limit after one.
func List(ctx context.Context, tx *db.Tx, by auth.Actor, m Meeting, f Filter, after int64, limit int) ([]Invited, error) {
	args := []any{m.ID, vn.DayOf(tx.Now), after, limit}
	where := ` AND a.member > $3`
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = replaced(condition, len(args))
		}
		where += ` AND ` + condition
	}
	if !by.Covers(m.Path) {
		add(`p.path || '' >= ? AND p.path || '' < ?`, by.Path, by.End())
	}
	if f.Site != 0 {
		add(`a.site = ?`, f.Site)
	}
	if f.Unit != "" {
		add(`a.unit = (SELECT id FROM unit WHERE key = ?)`, f.Unit)
	}
	switch {
	case f.Answer == None:
		add(`x.answer IS NULL`)
	case f.Answer != "":
		add(`x.answer = ?`, f.Answer)
	}
	match, more := db.Match("m.fold", vn.Fold(f.Query), len(args)+1)
	return db.All(ctx, tx, scanInvited, people+where+` AND `+match+` ORDER BY a.member LIMIT $4`, append(args, more...)...)
}

// Guests returns the guests of a conference, in the order of their numbers, at most
// limit after one.
func Guests(ctx context.Context, tx *db.Tx, m Meeting, f Filter, after int64, limit int) ([]Invited, error) {
	match, more := db.Match("t.fold", vn.Fold(f.Query), 6)
	return db.All(ctx, tx, scanInvited, guests+` AND g.number > $2 AND ($3 = 0 OR t.site = $3) AND ($4 = '' OR $4 = coalesce(x.answer, 'none')) AND `+match+` ORDER BY g.number LIMIT $5`,
		append([]any{m.ID, after, f.Site, f.Answer, limit}, more...)...)
}

// Counts is how many have answered what.
type Counts struct{ People, Guests, Come, Delegate, Excused int64 }

// None is how many have not answered.
func (c Counts) None() int64 {
	return max(0, c.People+c.Guests-c.Come-c.Delegate-c.Excused)
}

// CountsOf returns the answers to a conference: all of it, or those of by's units.
func CountsOf(ctx context.Context, tx *db.Tx, by auth.Actor, m Meeting) (c Counts, err error) {
	q, args := `SELECT answer, count(*) FROM invitation_answer x WHERE conference = $1 AND stands = 1 GROUP BY answer`, []any{m.ID}
	if by.Covers(m.Path) {
		err = tx.One(ctx, `SELECT people, (SELECT count(*) FROM invitation_guest WHERE conference = $1) FROM occasion WHERE id = $1`, args, &c.People, &c.Guests)
	} else {
		args = append(args, m.Tree, by.Path, by.End())
		const at = ` JOIN place p ON p.tree = $2 AND p.unit = a.unit WHERE a.occasion = $1 AND p.path || '' >= $3 AND p.path || '' < $4`
		q = `SELECT x.answer, count(*) FROM invitation_answer x JOIN attendance a ON a.occasion = $1 AND a.member = x.member` + at + ` AND x.conference = $1 AND x.stands = 1 GROUP BY x.answer`
		err = tx.One(ctx, `SELECT count(*) FROM attendance a`+at, args, &c.People)
	}
	if err != nil {
		return c, err
	}
	return c, db.Each(ctx, tx, q, args, func(r db.Scanner) error {
		var word string
		var n int64
		err := r.Scan(&word, &n)
		switch word {
		case Come:
			c.Come = n
		case Delegate:
			c.Delegate = n
		case Excused:
			c.Excused = n
		}
		return err
	})
}

// An Own is an invitation of one person.
type Own struct {
	Meeting
	Invited
}

// Mine returns the conferences by is invited to from today on, the soonest first.
func Mine(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Own, error) {
	if by.Member == 0 {
		return nil, nil
	}
	all, err := db.All(ctx, tx, scanMeeting, meetings+` WHERE c.id IN (SELECT occasion FROM attendance WHERE member = $1) AND c.tree = $2 AND c.day >= $3 AND c.state = 'convened'
		ORDER BY c.day, c.start_time, c.id LIMIT 50`, by.Member, by.Tree, vn.DayOf(tx.Now))
	if err != nil {
		return nil, err
	}
	var own []Own
	for _, m := range all {
		v, err := ByID(ctx, tx, m, by.Member, 0)
		if fault.Is(err, fault.NotFound) {
			continue // their unit has left the tree
		}
		if err != nil {
			return nil, err
		}
		own = append(own, Own{m, v})
	}
	return own, nil
}

// colleague finds who is to come in place of v: a member of the same unit.
func colleague(ctx context.Context, tx *db.Tx, m Meeting, v Invited, who string) (attendance.Invitee, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (d attendance.Invitee, err error) { return d, r.Scan(&d.Member, &d.Unit) },
		`SELECT s.member, s.unit FROM membership s JOIN member m ON m.id = s.member WHERE s.unit = $1 AND s.ended = 0 AND (m.key = $2 OR m.fold = $3) AND s.member <> $4 LIMIT 2`,
		v.Unit, who, vn.Fold(who), v.Member)
	switch {
	case err != nil:
		return attendance.Invitee{}, err
	case len(all) == 0:
		return attendance.Invitee{}, wrong("delegate", "invitation.error.delegate")
	case len(all) > 1:
		return attendance.Invitee{}, wrong("delegate", "invitation.error.delegate_two")
	}
	return all[0], nil
}

// unsettle lets no answer of a member stand.
func unsettle(ctx context.Context, tx *db.Tx, id string, member int64) error {
	return tx.Exec(ctx, `UPDATE invitation_answer SET stands = 0 WHERE conference = $1 AND member = $2 AND guest = 0 AND stands = 1`, id, member)
}

func insertAnswer(ctx context.Context, tx *db.Tx, by auth.Actor, id string, v Invited, r Reply, delegate int64, way string) error {
	if err := tx.Exec(ctx, `UPDATE invitation_answer SET stands = 0 WHERE conference = $1 AND member = $2 AND guest = $3 AND stands = 1`, id, v.Member, v.Guest); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO invitation_answer (id, conference, member, guest, answer, reason, delegate, way, actor, actor_name, at, stands)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1)`, tx.NewID(), id, v.Member, v.Guest, r.Word, r.Reason, delegate, way, by.Login, by.Name, tx.Now)
}

// History returns every answer of somebody, the latest first.
func history(ctx context.Context, tx *db.Tx, id string, v Invited) ([]Answer, error) {
	return db.All(ctx, tx, func(r db.Scanner) (a Answer, err error) {
		return a, r.Scan(&a.Word, &a.Reason, &a.Delegate, &a.Way, &a.ActorName, db.At(&a.At))
	}, `SELECT x.answer, x.reason, coalesce(d.name, ''), x.way, x.actor_name, x.at FROM invitation_answer x LEFT JOIN member d ON d.id = x.delegate
		WHERE x.conference = $1 AND x.member = $2 AND x.guest = $3 ORDER BY x.id DESC LIMIT 20`, id, v.Member, v.Guest)
}

// A candidate is a conference that a code may be of.
type candidate struct{ conference, tree string }

// candidates returns the conferences that the person a code may name is invited to,
// the latest first.
func candidates(ctx context.Context, tx *db.Tx, code string) ([]candidate, error) {
	id, err := pass.Named(ctx, tx, code)
	if err != nil || id == 0 {
		return nil, err
	}
	return db.All(ctx, tx, func(r db.Scanner) (c candidate, err error) { return c, r.Scan(&c.conference, &c.tree) },
		`SELECT c.id, c.tree FROM conference c WHERE c.id IN (SELECT occasion FROM attendance WHERE member = $1 UNION ALL SELECT conference FROM invitation_guest WHERE number = $1)
		ORDER BY c.day DESC, c.id LIMIT 500`, id)
}

func topicsOf(ctx context.Context, tx *db.Tx, id string) ([]string, error) {
	return db.All(ctx, tx, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) }, `SELECT title FROM conference_topic WHERE conference = $1 ORDER BY n`, id)
}

// Waiting returns the conferences by is invited to that have not begun, and to which
// they have not answered, the soonest first.
func Waiting(ctx context.Context, tx *db.Tx, by auth.Actor) ([]Meeting, error) {
	if by.Member == 0 {
		return nil, nil
	}
	all, err := db.All(ctx, tx, scanMeeting, meetings+` WHERE c.id IN (SELECT occasion FROM attendance WHERE member = $1 AND state = 'invited') AND c.tree = $2 AND c.day >= $3 AND c.state = 'convened'
		AND NOT EXISTS (SELECT 1 FROM invitation_answer x WHERE x.conference = c.id AND x.member = $1 AND x.guest = 0 AND x.stands = 1)
		ORDER BY c.day, c.start_time, c.id LIMIT 50`, by.Member, by.Tree, vn.DayOf(tx.Now))
	open := all[:0]
	for _, m := range all {
		if tx.Now.Before(m.Begins()) {
			open = append(open, m)
		}
	}
	return open, err
}
