package device

import (
	"context"

	"nhipcau/internal/attendance"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// A list is what a device at a site is told, as it is read: what is made of it is made
// outside of the transaction.
type list struct {
	Title, Start, End, Place string
	Day                      vn.Day
	State                    string // of the conference
	SiteState                string
	SiteName, Host           string
	Topics                   []string
	People                   []listed
	Units                    map[int64]string
	Guests                   []guest
	Calls                    []attendance.Call
	Rule                     attendance.Rule
	Listed                   bool
}

// A listed person is on the roll at the site.
type listed struct {
	Member, Unit      int64
	Key, Name, Office string
	State             string
	Calls             int64
	Out               bool
}

// A guest is a person who was invited to the site, or has come there.
type guest struct {
	ID, Name, Org string
	Number        int64 // of the invitation, 0 for none
	Calls         int64
	Out           bool
}

// readHead reads what stands above the list of a site.
func readHead(ctx context.Context, tx *db.Tx, conference string, site int64) (l list, err error) {
	err = tx.One(ctx, `SELECT c.title, c.start_time, c.end_time, c.place, c.day, c.state, s.state, s.name,
			(SELECT n.short FROM unit_name n WHERE n.unit = s.unit ORDER BY n.from_day DESC LIMIT 1)
		FROM conference c JOIN site s ON s.conference = c.id WHERE c.id = $1 AND s.n = $2`, []any{conference, site},
		&l.Title, &l.Start, &l.End, &l.Place, &l.Day, &l.State, &l.SiteState, &l.SiteName, &l.Host)
	if err != nil {
		return l, err
	}
	if l.Calls, err = attendance.Calls(ctx, tx, conference); err != nil {
		return l, err
	}
	if l.Listed, err = attendance.Listed(ctx, tx, conference, site); err != nil {
		return l, err
	}
	o, err := attendance.Get(ctx, tx, conference)
	if err != nil {
		return l, err
	}
	l.Rule = o.Rule
	l.Topics, err = db.All(ctx, tx, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) },
		`SELECT title FROM conference_topic WHERE conference = $1 ORDER BY n`, conference)
	return l, err
}

// readPeople reads who is on the list of a site, in one pass, and what their units are
// called.
func readPeople(ctx context.Context, tx *db.Tx, l *list, conference string, site int64) error {
	l.Units = map[int64]string{}
	err := db.Each(ctx, tx, `SELECT a.member, m.key, m.name, a.unit, a.state, a.calls, a.checked_out,
			coalesce((SELECT o.title FROM office o WHERE o.member = a.member AND o.unit = a.unit AND o.from_day <= $3 AND (o.to_day = '' OR o.to_day > $3)
				ORDER BY o.rank LIMIT 1), '')
		FROM attendance a JOIN member m ON m.id = a.member
		WHERE a.occasion = $1 AND a.site = $2 ORDER BY m.sort, m.id`, []any{conference, site, vn.DayOf(tx.Now)}, func(r db.Scanner) error {
		var p listed
		var out int
		err := r.Scan(&p.Member, &p.Key, &p.Name, &p.Unit, &p.State, &p.Calls, &out, &p.Office)
		p.Out = out != 0
		l.People = append(l.People, p)
		l.Units[p.Unit] = ""
		return err
	})
	if err != nil {
		return err
	}
	if l.Guests, err = db.All(ctx, tx, func(r db.Scanner) (g guest, err error) {
		var out int
		err = r.Scan(&g.ID, &g.Name, &g.Org, &g.Number, &g.Calls, &out)
		g.Out = out != 0
		return g, err
	}, `SELECT id, name, org, number, calls, checked_out FROM attendance_guest WHERE occasion = $1 AND site = $2 ORDER BY fold, id`, conference, site); err != nil {
		return err
	}
	units := make([]int64, 0, len(l.Units))
	for u := range l.Units {
		units = append(units, u)
	}
	type named struct {
		id   int64
		name string
	}
	names, err := db.AllIn(ctx, tx, func(r db.Scanner) (n named, err error) { return n, r.Scan(&n.id, &n.name) },
		`SELECT n.unit, n.short FROM unit_name n WHERE n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = n.unit) AND n.unit IN`, units)
	for _, n := range names {
		l.Units[n.id] = n.name
	}
	return err
}

// markOf returns two short texts on the list of a site: who is another one when people
// have come or gone or were renamed, or the conference or the site was amended; how,
// when somebody on it was marked.
func markOf(ctx context.Context, tx *db.Tx, conference string, site int64) (who, how string, err error) {
	err = tx.One(ctx, `SELECT c.version || ' ' || s.version || ' ' || o.version || ' ' || g.who || ' ' || a.who, g.how || ' ' || a.how
		FROM conference c JOIN site s ON s.conference = c.id JOIN occasion o ON o.id = c.id,
			(SELECT count(*) || ' ' || coalesce(sum(number), 0) AS who, coalesce(sum(calls), 0) || ' ' || coalesce(sum(at), 0) AS how
				FROM attendance_guest WHERE occasion = $1 AND site = $2) g,
			(SELECT count(*) || ' ' || coalesce(sum(a.member), 0) || ' ' || coalesce(sum(m.version), 0) AS who, '' || coalesce(sum(a.version), 0) AS how
				FROM attendance a JOIN member m ON m.id = a.member WHERE a.occasion = $1 AND a.site = $2) a
		WHERE c.id = $1 AND s.n = $2`, []any{conference, site}, &who, &how)
	return who, how, err
}
