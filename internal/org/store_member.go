package org

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/find"
	"nhipcau/internal/vn"
)

// A member with the membership that lasts. $1 is the tree, $2 today. Every
// query that reads members for a person starts from seenMembers: $3 and $4 are
// the range of the person's subtree.
const (
	memberColumns = `m.id, m.key, m.name, m.phone, m.email, s.unit, u.key, n.name, s.from_day, m.sample, m.version,
		coalesce((SELECT o.title FROM office o WHERE o.member = m.id AND o.unit = s.unit AND o.from_day <= $2 AND (o.to_day = '' OR o.to_day > $2)
			ORDER BY o.rank, o.from_day LIMIT 1), ''),
		(SELECT count(*) FROM exemption x WHERE x.member = m.id AND x.ended = 0 AND x.from_day <= $2)`
	members = `SELECT ` + memberColumns + `
		FROM membership s
		JOIN member m ON m.id = s.member
		JOIN unit u ON u.id = s.unit
		JOIN unit_name n ON n.unit = u.id AND n.to_day = ''
		JOIN place p ON p.tree = $1 AND p.unit = s.unit
		WHERE s.ended = 0`
	seenMembers = members + ` AND p.path >= $3 AND p.path < $4`
)

func scanMember(r db.Scanner) (Member, error) { return scanMemberAnd(r) }

// scanMemberAnd reads a member, and columns that follow.
func scanMemberAnd(r db.Scanner, more ...any) (m Member, err error) {
	var sample, exempt int
	err = r.Scan(append([]any{&m.ID, &m.Key, &m.Name, &m.Phone, &m.Email, &m.Unit, &m.UnitKey, &m.UnitName, &m.Since, &sample, &m.Version, &m.Office, &exempt}, more...)...)
	m.Sample, m.Exempt = sample != 0, exempt != 0
	return m, err
}

// GetMember returns the member with key that by may see.
func GetMember(ctx context.Context, tx *db.Tx, by auth.Actor, key string) (Member, error) {
	all, err := db.All(ctx, tx, scanMember, seenMembers+` AND m.key = $5`, by.Tree, today(tx), by.Path, by.End(), key)
	return db.First(all, err)
}

// MemberByID returns the member with id, whoever asks: for the house's own use.
func MemberByID(ctx context.Context, tx *db.Tx, tree string, id int64) (Member, error) {
	all, err := db.All(ctx, tx, scanMember, members+` AND m.id = $3`, tree, today(tx), id)
	return db.First(all, err)
}

// OfficeOf returns the office in which by acts: the highest they hold in their
// unit today, "" if they hold none or are on no list.
func OfficeOf(ctx context.Context, tx *db.Tx, by auth.Actor) (string, error) {
	if by.Member == 0 {
		return "", nil
	}
	m, err := MemberByID(ctx, tx, by.Tree, by.Member)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return m.Office, err
}

// Roster returns the members of one unit that by may see, in Vietnamese name
// order, at most limit after offset.
func Roster(ctx context.Context, tx *db.Tx, by auth.Actor, unit int64, offset, limit int) ([]Member, error) {
	return db.All(ctx, tx, scanMember, seenMembers+` AND s.unit = $5 ORDER BY m.sort, m.id LIMIT $6 OFFSET $7`,
		by.Tree, today(tx), by.Path, by.End(), unit, limit, offset)
}

// Officers returns the members who hold office in a unit today, the head first.
func Officers(ctx context.Context, tx *db.Tx, by auth.Actor, unit int64) ([]Member, error) {
	return db.All(ctx, tx, scanMember, `SELECT `+memberColumns+`
		FROM (SELECT o.member, min(o.rank) AS rank FROM office o WHERE o.unit = $5 AND o.from_day <= $2 AND (o.to_day = '' OR o.to_day > $2) GROUP BY o.member) h
		CROSS JOIN member m CROSS JOIN membership s CROSS JOIN place p CROSS JOIN unit u CROSS JOIN unit_name n
		WHERE m.id = h.member AND u.id = s.unit AND `+memberAmong+` ORDER BY h.rank, m.sort, m.id`,
		by.Tree, today(tx), by.Path, by.End(), unit)
}

// memberAmong narrows members, their memberships, places and units' names to those
// that a person sees: $1 is the tree, $3 and $4 the range of the person's subtree.
const memberAmong = `s.member = m.id AND s.ended = 0 AND p.tree = $1 AND p.unit = s.unit AND p.path >= $3 AND p.path < $4
	AND n.unit = s.unit AND n.to_day = ''`

// CountMembers returns how many members each of some units has on its own list today;
// one that has none is not in it.
func CountMembers(ctx context.Context, tx *db.Tx, units []int64) (map[int64]int64, error) {
	all := map[int64]int64{}
	for in, args := range db.In(units) {
		if err := db.Each(ctx, tx, `SELECT unit, count(*) FROM membership WHERE ended = 0 AND unit `+in+` GROUP BY unit`, args, func(r db.Scanner) error {
			var unit, n int64
			err := r.Scan(&unit, &n)
			all[unit] = n
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// countUnder returns how many units stand at and under a path, and how many members
// they have today; members is -1 where units are too many to count theirs.
func countUnder(ctx context.Context, tx *db.Tx, tree, path string) (units, members int64, err error) {
	const most = 2000
	if err := tx.One(ctx, `SELECT count(*) FROM place WHERE tree = $1 AND path >= $2 AND path < $3`, []any{tree, path, auth.After(path)}, &units); err != nil || units > most {
		return units, -1, err
	}
	err = tx.One(ctx, `SELECT count(*) FROM place p CROSS JOIN membership s
		WHERE p.tree = $1 AND p.path >= $2 AND p.path < $3 AND s.unit = p.unit AND s.ended = 0`, []any{tree, path, auth.After(path)}, &members)
	return units, members, err
}

// ListedUnder returns how many members each unit at and under a path has on its list on
// a day, as known today; one that has none is not in it.
func ListedUnder(ctx context.Context, tx *db.Tx, tree, path string, day vn.Day) (map[int64]int64, error) {
	all := map[int64]int64{}
	return all, db.Each(ctx, tx, `SELECT p.unit, count(*) FROM place p CROSS JOIN membership s
		WHERE p.tree = $1 AND p.path >= $2 AND p.path < $3 AND s.unit = p.unit AND s.from_day <= $4 AND (s.to_day = '' OR s.to_day > $4)
		GROUP BY p.unit`, []any{tree, path, auth.After(path), day}, func(r db.Scanner) error {
		var unit, n int64
		err := r.Scan(&unit, &n)
		all[unit] = n
		return err
	})
}

// A Frozen count is what was known at one deed about one day: memberships
// recorded later, however they are dated, do not enter it.
type Frozen struct {
	Day  vn.Day
	Mark int64 // id taken from db.Tx.NewID by the deed that froze it
}

// LockLists lets one transaction at a time change who is on a list, or freeze
// that by a mark: so marks stand in the order of the commits. Call it before the
// first id is taken.
func LockLists(ctx context.Context, tx *db.Tx) error { return tx.Lock(ctx, "lists of members") }

// $1 is the day, $2 the mark.
const (
	due = `s.from_day <= $1 AND s.id < $2 AND (s.to_day = '' OR s.to_day > $1 OR s.ended > $2)`
	// exempt is whether the member of s was exempt.
	exempt = `EXISTS (SELECT 1 FROM exemption x WHERE x.member = s.member AND x.from_day <= $1 AND x.id < $2
		AND (x.to_day = '' OR x.to_day > $1 OR x.ended > $2))`
)

// A Count is how many members of a unit were on its list in a frozen count, and how
// many of them were exempt.
type Count struct{ Listed, Exempt int64 }

// CountDueOf returns how many members of each of units were on its list, and how
// many of them were exempt; one whose list was empty is not in it.
func CountDueOf(ctx context.Context, tx *db.Tx, units []int64, f Frozen) (map[int64]Count, error) {
	all := make(map[int64]Count, len(units))
	for in, args := range db.In(units, f.Day, f.Mark) {
		if err := db.Each(ctx, tx, `SELECT s.unit, count(*), coalesce(sum(CASE WHEN `+exempt+` THEN 1 ELSE 0 END), 0) FROM membership s
			WHERE `+due+` AND s.unit `+in+` GROUP BY s.unit`, args, func(r db.Scanner) error {
			var unit int64
			var c Count
			err := r.Scan(&unit, &c.Listed, &c.Exempt)
			all[unit] = c
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Standing is where a member stood in a frozen count.
type Standing struct {
	Unit   int64 // 0 if on no list
	Exempt bool
}

// DueOf returns where a member stood.
func DueOf(ctx context.Context, tx *db.Tx, member int64, f Frozen) (Standing, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (s Standing, err error) {
		var x int
		err = r.Scan(&s.Unit, &x)
		s.Exempt = x != 0
		return s, err
	}, `SELECT s.unit, CASE WHEN `+exempt+` THEN 1 ELSE 0 END FROM membership s WHERE s.member = $3 AND `+due+` ORDER BY s.id DESC LIMIT 1`,
		f.Day, f.Mark, member)
	if err != nil || len(all) == 0 {
		return Standing{}, err
	}
	return all[0], nil
}

// HomeOf returns the unit whose list a member is on today, 0 if none.
func HomeOf(ctx context.Context, tx *db.Tx, member int64) (int64, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (u int64, err error) { return u, r.Scan(&u) },
		`SELECT unit FROM membership WHERE member = $1 AND ended = 0`, member)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0], nil
}

func insertMember(ctx context.Context, tx *db.Tx, m Member) error {
	if err := tx.Exec(ctx, `
		INSERT INTO member (id, key, name, fold, sort, phone, email, sample, created_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`,
		m.ID, m.Key, m.Name, vn.Fold(m.Name), vn.NameKey(m.Name), m.Phone, m.Email, m.Sample, tx.Now); err != nil {
		return err
	}
	return find.AddWords(ctx, tx, find.MemberNames, []find.Worded{{ID: m.ID, Text: vn.Fold(m.Name)}})
}

func updateMember(ctx context.Context, tx *db.Tx, id, version int64, n NewMember) error {
	if err := db.Changed(tx.ExecN(ctx, `
		UPDATE member SET name = $1, fold = $2, sort = $3, phone = $4, email = $5, version = version + 1
		WHERE id = $6 AND version = $7`,
		n.Name, vn.Fold(n.Name), vn.NameKey(n.Name), n.Phone, n.Email, id, version)); err != nil {
		return err
	}
	return find.AddWords(ctx, tx, find.MemberNames, []find.Worded{{ID: id, Text: vn.Fold(n.Name)}})
}

func insertMembership(ctx context.Context, tx *db.Tx, member, unit int64, from vn.Day) error {
	if err := tx.Exec(ctx, `INSERT INTO membership (id, member, unit, from_day, to_day, recorded_at, ended) VALUES ($1, $2, $3, $4, '', $5, 0)`,
		tx.NewID(), member, unit, from, tx.Now); err != nil {
		return err
	}
	return markMember(ctx, tx, unit, member)
}

func endMembership(ctx context.Context, tx *db.Tx, member int64, day vn.Day) error {
	return tx.Exec(ctx, `UPDATE membership SET to_day = $1, ended = $2, ended_at = $3 WHERE member = $4 AND ended = 0`,
		day, tx.NewID(), tx.Now, member)
}

func insertExemption(ctx context.Context, tx *db.Tx, member int64, day vn.Day, paper string) error {
	return tx.Exec(ctx, `INSERT INTO exemption (id, member, from_day, to_day, paper, recorded_at, ended) VALUES ($1, $2, $3, '', $4, $5, 0)`,
		tx.NewID(), member, day, paper, tx.Now)
}

func insertOffice(ctx context.Context, tx *db.Tx, unit, member int64, a Appointment) error {
	var term any
	if a.Term != "" {
		term = a.Term
	}
	return tx.Exec(ctx, `INSERT INTO office (id, unit, member, term, title, rank, from_day, to_day) VALUES ($1, $2, $3, $4, $5, $6, $7, '')`,
		db.NewKey(), unit, member, term, a.Title, a.Rank, a.From)
}

func insertTerm(ctx context.Context, tx *db.Tx, unit int64, name string, from, to vn.Day) error {
	return tx.Exec(ctx, `INSERT INTO term (id, unit, name, from_day, to_day) VALUES ($1, $2, $3, $4, $5)`, db.NewKey(), unit, name, from, to)
}

// Terms returns the terms of a unit's committee, the latest first. The caller
// has seen the unit.
func Terms(ctx context.Context, tx *db.Tx, u Unit) ([]Term, error) {
	return db.All(ctx, tx, func(r db.Scanner) (t Term, err error) { return t, r.Scan(&t.ID, &t.Name, &t.From, &t.To) },
		`SELECT id, name, from_day, to_day FROM term WHERE unit = $1 ORDER BY from_day DESC, id`, u.ID)
}
