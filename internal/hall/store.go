package hall

import (
	"context"
	"strconv"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// mostHands is how many raised hands are shown and called from.
const mostHands = 200

// unitTopic names the sites of a unit for those who look on.
func unitTopic(id string, unit int64) string {
	return "conference.unit/" + id + ":" + strconv.FormatInt(unit, 10)
}

func placeOf(ctx context.Context, tx *db.Tx, id string) (tree, path string, err error) {
	err = tx.One(ctx, `SELECT c.tree, p.path FROM conference c JOIN place p ON p.tree = c.tree AND p.unit = c.unit WHERE c.id = $1`, []any{id}, &tree, &path)
	return tree, path, err
}

// topicsOf returns the topics of a conference in the order of the programme.
func topicsOf(ctx context.Context, tx *db.Tx, id string) ([]Topic, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (t Topic, err error) {
		return t, r.Scan(&t.Key, &t.Start, &t.End, &t.Title, &t.Speaker, &t.SpeakerTitle)
	}, `SELECT id, start_time, end_time, title, speaker, speaker_title FROM conference_topic WHERE conference = $1 ORDER BY n`, id)
	if err != nil {
		return nil, err
	}
	at := map[string]*Topic{}
	for i := range all {
		at[all[i].Key] = &all[i]
	}
	return all, db.Each(ctx, tx, `SELECT topic, kind, at FROM hall_topic_event WHERE conference = $1 ORDER BY n`, []any{id}, func(r db.Scanner) error {
		var key, kind string
		var when time.Time
		err := r.Scan(&key, &kind, db.At(&when))
		if t := at[key]; t != nil && kind == "start" {
			t.Started, t.Ended = when, time.Time{}
		} else if t != nil {
			t.Ended = when
		}
		return err
	})
}

func insertTopicEvent(ctx context.Context, tx *db.Tx, by auth.Actor, id, topic, kind string) error {
	return tx.Exec(ctx, `INSERT INTO hall_topic_event (conference, n, topic, kind, actor, actor_name, at)
		SELECT $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5, $6 FROM hall_topic_event WHERE conference = $1`, id, topic, kind, by.Login, by.Name, tx.Now)
}

const hands = `SELECT h.n, h.site, s.name, h.state, h.raised_at, h.called_at FROM hall_hand h JOIN site s ON s.conference = h.conference AND s.n = h.site
	WHERE h.conference = $1 AND h.state <> 'lowered'`

func scanHand(r db.Scanner) (h Hand, err error) {
	return h, r.Scan(&h.N, &h.Site, &h.Name, &h.State, db.At(&h.Raised), db.At(&h.Called))
}

// handsOf returns the hands that are up, the first raised first.
func handsOf(ctx context.Context, tx *db.Tx, id string, limit int) ([]Hand, error) {
	return db.All(ctx, tx, scanHand, hands+` ORDER BY h.n LIMIT $2`, id, limit)
}

// handOf returns the hand of a site that is up, the zero Hand if none is.
func handOf(ctx context.Context, tx *db.Tx, id string, site int64) (Hand, error) {
	all, err := db.All(ctx, tx, scanHand, hands+` AND h.site = $2`, id, site)
	if err != nil || len(all) == 0 {
		return Hand{}, err
	}
	return all[0], nil
}

func insertHand(ctx context.Context, tx *db.Tx, by auth.Actor, id string, site int64) error {
	if err := tx.Lock(ctx, "hall "+id); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO hall_hand (conference, n, site, state, raised_by, raised_at, called_by)
		SELECT $1, coalesce(max(n), 0) + 1, $2, 'raised', $3, $4, '' FROM hall_hand WHERE conference = $1`, id, site, by.Name, tx.Now)
}

func lowerHand(ctx context.Context, tx *db.Tx, id string, n int64) error {
	return tx.Exec(ctx, `UPDATE hall_hand SET state = 'lowered', lowered_at = $1 WHERE conference = $2 AND n = $3`, tx.Now, id, n)
}

func callHand(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
	return tx.Exec(ctx, `UPDATE hall_hand SET state = 'called', called_at = $1, called_by = $2 WHERE conference = $3 AND n = $4`, tx.Now, by.Name, id, n)
}

func insertAnnouncement(ctx context.Context, tx *db.Tx, by auth.Actor, id string, unit int64, text string) (n int64, err error) {
	err = tx.One(ctx, `INSERT INTO hall_announcement (conference, n, unit, text, actor, actor_name, at)
		SELECT $1, coalesce(max(n), 0) + 1, $2, $3, $4, $5, $6 FROM hall_announcement WHERE conference = $1 RETURNING n`,
		[]any{id, unit, text, by.Login, by.Name, tx.Now}, &n)
	return n, err
}

const announcements = `SELECT a.n, coalesce((SELECT x.short FROM unit_name x WHERE x.unit = a.unit ORDER BY x.from_day DESC LIMIT 1), ''), a.text, a.actor_name, a.at
	FROM hall_announcement a WHERE a.conference = $1`

func scanAnnouncement(r db.Scanner) (a Announcement, err error) {
	return a, r.Scan(&a.N, &a.Unit, &a.Text, &a.Actor, db.At(&a.At))
}

// announcementsOf returns what was announced to all sites, and to those of units; the
// newest first.
func announcementsOf(ctx context.Context, tx *db.Tx, id string, units []int64, limit int) ([]Announcement, error) {
	args := []any{id, limit}
	in := `a.unit = 0`
	for _, u := range units {
		args = append(args, u)
		in += ` OR a.unit = ` + db.Arg(len(args))
	}
	return db.All(ctx, tx, scanAnnouncement, announcements+` AND (`+in+`) ORDER BY a.n DESC LIMIT $2`, args...)
}

// allAnnouncements returns what was announced to anybody, the newest first.
func allAnnouncements(ctx context.Context, tx *db.Tx, id string, limit int) ([]Announcement, error) {
	return db.All(ctx, tx, scanAnnouncement, announcements+` ORDER BY a.n DESC LIMIT $2`, id, limit)
}

// above returns a unit and those above it.
func above(ctx context.Context, tx *db.Tx, tree string, unit int64) ([]int64, error) {
	var path string
	if err := tx.One(ctx, `SELECT path FROM place WHERE tree = $1 AND unit = $2`, []any{tree, unit}, &path); err != nil {
		return nil, err
	}
	var paths []string
	for i := range path {
		if path[i] == '/' {
			paths = append(paths, path[:i+1])
		}
	}
	return db.AllIn(ctx, tx, func(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) },
		`SELECT unit FROM place WHERE tree = $1 AND path IN`, paths, tree)
}

// roomOf returns the room of a site, or of its conference where it has none.
func roomOf(ctx context.Context, tx *db.Tx, id string, site int64) (Room, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (x Room, err error) { return x, r.Scan(&x.Kind, &x.Address) },
		`SELECT kind, address FROM hall_room WHERE conference = $1 AND site IN (0, $2) AND address <> '' ORDER BY site DESC`, id, site)
	if err != nil || len(all) == 0 {
		return Room{}, err
	}
	return all[0], nil
}

func setRoom(ctx context.Context, tx *db.Tx, by auth.Actor, id string, site int64, r Room) error {
	return tx.Exec(ctx, `INSERT INTO hall_room (conference, site, kind, address, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (conference, site) DO UPDATE SET kind = excluded.kind, address = excluded.address, actor = excluded.actor, actor_name = excluded.actor_name, at = excluded.at`,
		id, site, r.Kind, r.Address, by.Login, by.Name, tx.Now)
}

// sitesOf returns how many sites a conference has, and how many have joined it.
func sitesOf(ctx context.Context, tx *db.Tx, id string) (all, joined int64, err error) {
	err = tx.One(ctx, `SELECT count(*), coalesce(sum(CASE WHEN state IN ('joined', 'closed') THEN 1 ELSE 0 END), 0) FROM site WHERE conference = $1`,
		[]any{id}, &all, &joined)
	return all, joined, err
}

// onRollAt returns the site at which a person is on the roll, 0 if at none; false if
// they are not on it.
func onRollAt(ctx context.Context, tx *db.Tx, id string, member int64) (site int64, ok bool, err error) {
	err = db.Each(ctx, tx, `SELECT site FROM attendance WHERE occasion = $1 AND member = $2`, []any{id, member}, func(r db.Scanner) error {
		ok = true
		return r.Scan(&site)
	})
	return site, ok, err
}

func dayOf(ctx context.Context, tx *db.Tx, id string) (day vn.Day, err error) {
	err = tx.One(ctx, `SELECT day FROM conference WHERE id = $1`, []any{id}, &day)
	return day, err
}

func sheetOf(ctx context.Context, tx *db.Tx, id string) (sheet int64, err error) {
	err = tx.One(ctx, `SELECT sheet FROM conference WHERE id = $1`, []any{id}, &sheet)
	return sheet, err
}
