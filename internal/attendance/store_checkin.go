package attendance

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// load reads what stands for the facts of a batch: those of the same ids, the
// people they name, and the check-ins of these that count.
func (b *batch) load(ctx context.Context, tx *db.Tx, facts []Fact) (err error) {
	b.id = tx.NewID()
	b.known, b.people = map[string]*kept{}, map[string]*person{}
	var ids, keys []string
	for _, f := range facts {
		if f.sound() {
			ids, keys = append(ids, f.ID), append(keys, f.Member)
		}
	}
	if err := b.loadFacts(ctx, tx, distinct(ids)); err != nil {
		return err
	}
	if err := b.loadPeople(ctx, tx, distinct(keys)); err != nil {
		return err
	}
	ids = ids[:0]
	for _, p := range b.people {
		if p.fact != "" && b.known[p.fact] == nil {
			ids = append(ids, p.fact)
		}
	}
	if err := b.loadFacts(ctx, tx, distinct(ids)); err != nil {
		return err
	}
	for _, p := range b.people {
		p.first = b.known[p.fact]
	}
	return nil
}

func distinct(all []string) []string {
	had := make(map[string]bool, len(all))
	out := all[:0]
	for _, s := range all {
		if !had[s] {
			had[s] = true
			out = append(out, s)
		}
	}
	return out
}

const keptColumns = `f.id, f.member, m.key, f.unit, f.extra, f.site, f.state, f.device, f.seq, f.at_ms, f.offset_ms, f.source, f.standing, f.late, f.batch,
	f.actor, f.actor_name, f.at`

func scanKept(r db.Scanner) (*kept, error) {
	k := &kept{}
	var ms int64
	var extra, late int
	err := r.Scan(&k.ID, &k.member, &k.Member, &k.unit, &extra, &k.site, &k.State, &k.Device, &k.Seq, &ms, &k.Offset, &k.Source, &k.standing, &late, &k.batch,
		&k.actor, &k.actorName, db.At(&k.at))
	k.At, k.extra, k.late, k.was = ms-k.Offset, extra != 0, late != 0, k.standing
	return k, err
}

// inParts is db.AllIn for the keys of a batch, some at a time: SQLite's driver takes
// a time for the arguments of a statement that grows with their square.
func inParts[T any](ctx context.Context, tx *db.Tx, scan func(db.Scanner) (T, error), q string, keys []string, args ...any) ([]T, error) {
	const part = 20
	var all []T
	for len(keys) > 0 {
		n := min(part, len(keys))
		some, err := db.AllIn(ctx, tx, scan, q, keys[:n], args...)
		if err != nil {
			return nil, err
		}
		all, keys = append(all, some...), keys[n:]
	}
	return all, nil
}

func (b *batch) loadFacts(ctx context.Context, tx *db.Tx, ids []string) error {
	all, err := inParts(ctx, tx, scanKept, `SELECT `+keptColumns+` FROM attendance_fact f JOIN member m ON m.id = f.member WHERE f.occasion = $1 AND f.id IN`,
		ids, b.occasion.ID)
	for _, k := range all {
		b.known[k.ID] = k
	}
	return err
}

// loadPeople reads members by their keys, with their rows on the roll; whoever is
// not on it gets the home of today, if that is in the occasion's tree.
func (b *batch) loadPeople(ctx context.Context, tx *db.Tx, keys []string) error {
	type row struct {
		key string
		*person
	}
	all, err := inParts(ctx, tx, func(r db.Scanner) (v row, err error) {
		v.person = &person{}
		var extra int
		err = r.Scan(&v.key, &v.member, &v.unit, &v.site, &v.state, &v.version, &v.fact, &extra)
		v.onRoll, v.extra = v.version > 0, extra != 0
		return v, err
	}, `SELECT m.key, m.id, coalesce(a.unit, 0), coalesce(a.site, 0), coalesce(a.state, ''), coalesce(a.version, 0), coalesce(a.fact, ''), coalesce(a.extra, 0)
		FROM member m LEFT JOIN attendance a ON a.occasion = $1 AND a.member = m.id WHERE m.key IN`, keys, b.occasion.ID)
	if err != nil {
		return err
	}
	for _, v := range all {
		if !v.onRoll {
			home, err := homeIn(ctx, tx, b.occasion.Tree, v.member)
			if err != nil {
				return err
			}
			if home == 0 {
				continue // of another tree, or of none: nobody here
			}
			v.unit, v.extra = home, true
		}
		b.people[v.key] = v.person
	}
	return nil
}

func homeIn(ctx context.Context, tx *db.Tx, tree string, member int64) (int64, error) {
	all, err := db.All(ctx, tx, func(r db.Scanner) (u int64, err error) { return u, r.Scan(&u) },
		`SELECT s.unit FROM membership s JOIN place p ON p.tree = $1 AND p.unit = s.unit WHERE s.member = $2 AND s.ended = 0`, tree, member)
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[0], nil
}

// save writes what a batch has worked out.
func (b *batch) save(ctx context.Context, tx *db.Tx) error {
	if err := b.insertFacts(ctx, tx); err != nil {
		return err
	}
	var stay, move []*person
	extra := 0
	for _, p := range b.order {
		if !p.onRoll {
			extra++
		}
		if p.moved || !p.onRoll {
			move = append(move, p)
		} else {
			stay = append(stay, p)
		}
	}
	if err := b.upsert(ctx, tx, stay, ``); err != nil {
		return err
	}
	if err := b.upsert(ctx, tx, move, `, site = excluded.site`); err != nil {
		return err
	}
	for _, k := range b.behind {
		if err := tx.Exec(ctx, `UPDATE attendance_fact SET standing = $1 WHERE occasion = $2 AND id = $3`, k.standing, b.occasion.ID, k.ID); err != nil {
			return err
		}
	}
	for _, a := range b.aside {
		if err := tx.Exec(ctx, `INSERT INTO attendance_aside (occasion, id, body, site, why, actor, actor_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
			ON CONFLICT (occasion, site, id, body) DO NOTHING`, b.occasion.ID, a.id, a.body, b.site, a.why, b.by.Login, b.by.Name, tx.Now); err != nil {
			return err
		}
	}
	if extra == 0 {
		return nil
	}
	return addPeople(ctx, tx, b.occasion.ID, extra)
}

// few are the lengths of lists of rows that are written at once, so that their
// statements are few, stay prepared, and have about a hundred arguments.
var few = []int{8, 4, 1}

// rowsOf writes rows in parts of few sizes: the statement begins with head, each
// row is the text of row with its own parameters from n on, and shared ones before.
func rowsOf[T any](ctx context.Context, tx *db.Tx, all []T, head, tail string, shared []any, row func(b *strings.Builder, n int), args func(to []any, x T) []any) error {
	for len(all) > 0 {
		size := 1
		for _, s := range few {
			if len(all) >= s {
				size = s
				break
			}
		}
		var q strings.Builder
		q.WriteString(head)
		list := append([]any{}, shared...)
		for i, x := range all[:size] {
			if i > 0 {
				q.WriteString(`, `)
			}
			row(&q, len(list)+1)
			list = args(list, x)
		}
		q.WriteString(tail)
		if err := tx.Exec(ctx, q.String(), list...); err != nil {
			return err
		}
		all = all[size:]
	}
	return nil
}

// places writes "$n, $n+1, …", so many.
func places(b *strings.Builder, n, count int) {
	for i := range count {
		if i > 0 {
			b.WriteString(`, `)
		}
		b.WriteString(db.Arg(n + i))
	}
}

func (b *batch) insertFacts(ctx context.Context, tx *db.Tx) error {
	return rowsOf(ctx, tx, b.added, `INSERT INTO attendance_fact (occasion, site, late, batch, actor, actor_name, at,
		id, member, unit, extra, state, device, seq, at_ms, offset_ms, source, standing) VALUES `, ``,
		[]any{b.occasion.ID, b.site, b.late, b.id, b.by.Login, b.by.Name, tx.Now},
		func(q *strings.Builder, n int) {
			q.WriteString(`($1, $2, $3, $4, $5, $6, $7, `)
			places(q, n, 11)
			q.WriteString(`)`)
		}, func(to []any, k *kept) []any {
			return append(to, k.ID, k.member, k.unit, k.extra, string(k.State), k.Device, k.Seq, k.when(), k.Offset, k.Source, int64(k.standing))
		})
}

// upsert writes the rows of people as they are now; who was not on the roll comes
// onto it.
func (b *batch) upsert(ctx context.Context, tx *db.Tx, all []*person, set string) error {
	return rowsOf(ctx, tx, all, `INSERT INTO attendance (occasion, reason, actor, actor_name, at, version, member, unit, site, state, fact, extra) VALUES `,
		` ON CONFLICT (occasion, member) DO UPDATE SET state = excluded.state, reason = '', fact = excluded.fact, actor = excluded.actor,
			actor_name = excluded.actor_name, at = excluded.at, version = attendance.version + 1`+set,
		[]any{b.occasion.ID, b.by.Login, b.by.Name, tx.Now},
		func(q *strings.Builder, n int) {
			q.WriteString(`($1, '', $2, $3, $4, 1, `)
			places(q, n, 6)
			q.WriteString(`)`)
		}, func(to []any, p *person) []any {
			return append(to, p.member, p.unit, p.site, string(p.state), p.fact, p.extra)
		})
}

func addPeople(ctx context.Context, tx *db.Tx, occasion string, n int) error {
	return tx.Exec(ctx, `UPDATE occasion SET people = people + $1 WHERE id = $2`, n, occasion)
}

// waitingFacts returns facts that came while the roll was closed, those of a site
// together.
func waitingFacts(ctx context.Context, tx *db.Tx, occasion string, limit int) ([]*kept, error) {
	return db.All(ctx, tx, scanKept, `SELECT `+keptColumns+` FROM attendance_fact f JOIN member m ON m.id = f.member
		WHERE f.occasion = $1 AND f.standing = 3 ORDER BY f.site, f.id LIMIT $2`, occasion, limit)
}

// moveFacts puts facts into another batch, in which they count.
func moveFacts(ctx context.Context, tx *db.Tx, occasion string, batch int64, all []*kept) error {
	for _, k := range all {
		if err := tx.Exec(ctx, `UPDATE attendance_fact SET standing = $1, batch = $2, unit = $3, extra = $4 WHERE occasion = $5 AND id = $6`,
			k.standing, batch, k.unit, k.extra, occasion, k.ID); err != nil {
			return err
		}
	}
	return nil
}

// An Invitee is a member who is to be on a roll, at a home unit.
type Invitee struct {
	Member, Unit int64
	Exempt       bool
}

// PutAt puts people on the roll of an open occasion at a site. Those on it move there
// unless they have checked in. It returns how many are new, and how many have moved.
func PutAt(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, site int64, people []Invitee) (fresh, moved int, err error) {
	if _, err := open(ctx, tx, occasion); err != nil {
		return 0, 0, err
	}
	var add []Invitee
	var move []int64
	for rest := people; len(rest) > 0; {
		n := min(listed, len(rest))
		ids := make([]int64, n)
		for i, p := range rest[:n] {
			ids[i] = p.Member
		}
		in, args := among(ids, occasion)
		on := map[int64]bool{}
		if err := db.Each(ctx, tx, `SELECT member, site, fact FROM attendance WHERE occasion = $1 AND member IN `+in, args, func(r db.Scanner) error {
			var member, at int64
			var fact string
			err := r.Scan(&member, &at, &fact)
			if on[member] = true; at != site && fact == "" {
				move = append(move, member)
			}
			return err
		}); err != nil {
			return 0, 0, err
		}
		for _, p := range rest[:n] {
			if !on[p.Member] {
				add = append(add, p)
			}
		}
		rest = rest[n:]
	}
	for _, m := range move {
		if err := tx.Exec(ctx, `UPDATE attendance SET site = $1 WHERE occasion = $2 AND member = $3`, site, occasion, m); err != nil {
			return 0, 0, err
		}
	}
	if err := rowsOf(ctx, tx, add, `INSERT INTO attendance (occasion, site, reason, actor, actor_name, at, version, member, unit, state) VALUES `, ``,
		[]any{occasion, site, by.Login, by.Name, tx.Now}, func(q *strings.Builder, n int) {
			q.WriteString(`($1, $2, '', $3, $4, $5, 1, `)
			places(q, n, 3)
			q.WriteString(`)`)
		}, func(to []any, p Invitee) []any {
			s := Invited
			if p.Exempt {
				s = Exempt
			}
			return append(to, p.Member, p.Unit, string(s))
		}); err != nil {
		return 0, 0, err
	}
	return len(add), len(move), addPeople(ctx, tx, occasion, len(add))
}
