package attendance

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/pass"
)

// load reads what stands for the facts of a batch, which are clean: those of the same
// ids and those taken back, the people they name, and the check-ins of these that
// count. Codes become the keys and numbers they stand for. Facts that are kept
// already, and wait, are themselves.
func (b *batch) load(ctx context.Context, tx *db.Tx, facts []Fact, waits []*kept) (err error) {
	if err := b.decode(ctx, tx, facts); err != nil {
		return err
	}
	for _, k := range waits {
		b.known[k.ID] = k
	}
	var ids, keys []string
	var n needs
	for i := range facts {
		f := &facts[i]
		if !f.sound() {
			continue
		}
		if ids = append(ids, f.ID); f.Member != "" {
			keys = append(keys, f.Member)
		}
		if !f.plain() {
			n.note(f, &ids)
		}
	}
	if err := b.loadFacts(ctx, tx, distinct(ids)); err != nil {
		return err
	}
	if err := loadPeople(ctx, tx, b, `m.key`, distinct(keys)); err != nil {
		return err
	}
	if b.occasion.orphans {
		if err := b.loadOrphans(ctx, tx, distinct(ids)); err != nil {
			return err
		}
	}
	if n.any || len(b.orphans) > 0 {
		if err := b.loadMore(ctx, tx, facts, n); err != nil {
			return err
		}
	}
	ids = ids[:0]
	var worked []int64
	for _, p := range b.people {
		if p.fact != "" && b.known[p.fact] == nil {
			ids = append(ids, p.fact)
		}
		if p.worked {
			worked = append(worked, p.member)
		}
	}
	if err := b.loadFacts(ctx, tx, distinct(ids)); err != nil {
		return err
	}
	for _, p := range b.people {
		p.first = b.known[p.fact]
	}
	if len(worked) == 0 {
		return nil
	}
	return b.loadWorked(ctx, tx, worked)
}

// needs are what the facts of a batch need that nearly none does.
type needs struct {
	any, calls, heads bool
	guests            []string
}

func (n *needs) note(f *Fact, ids *[]string) {
	n.any = true
	n.calls = n.calls || f.Call > 1
	n.heads = n.heads || f.State == Heads
	if f.Ref != "" {
		*ids = append(*ids, f.Ref)
	}
	if f.Guest.ID != "" {
		n.guests = append(n.guests, f.Guest.ID)
	}
}

// decode reads the codes of facts. What is none stays, and names nobody.
func (b *batch) decode(ctx context.Context, tx *db.Tx, facts []Fact) error {
	var coder *pass.Coder
	members := map[int64][]*Fact{}
	for i := range facts {
		f := &facts[i]
		if f.Code == "" || !f.sound() {
			continue
		}
		if coder == nil {
			c, err := pass.NewCoder(ctx, tx, b.occasion.ID)
			if err != nil {
				return err
			}
			coder = &c
		}
		switch member, guest := coder.Read(f.Code); {
		case member > 0:
			members[member] = append(members[member], f)
		case guest > 0 && !f.State.mark():
			f.Code, f.Guest = "", Visitor{ID: strconv.FormatInt(guest, 10)}
		}
	}
	if len(members) == 0 {
		return nil
	}
	if err := loadPeople(ctx, tx, b, `m.id`, slices.Sorted(maps.Keys(members))); err != nil {
		return err
	}
	for id, all := range members {
		for _, f := range all {
			if p := b.members[id]; p != nil {
				f.Code, f.Member = "", p.key
			}
		}
	}
	return nil
}

// loadMore reads what facts need that are more than check-ins at the first roll call,
// and notes of whom more than these must be known.
func (b *batch) loadMore(ctx context.Context, tx *db.Tx, facts []Fact, n needs) error {
	refs := map[string]bool{}
	for i := range facts {
		if facts[i].Ref != "" {
			refs[facts[i].Ref] = true
		}
	}
	var ids []int64
	for _, k := range b.known {
		if !refs[k.ID] {
			continue
		}
		if k.member > 0 && b.members[k.member] == nil {
			ids = append(ids, k.member)
		}
		if k.Guest.ID != "" {
			n.guests = append(n.guests, k.Guest.ID)
		}
		n.heads = n.heads || k.State == Heads
	}
	slices.Sort(ids)
	if err := loadPeople(ctx, tx, b, `m.id`, slices.Compact(ids)); err != nil {
		return err
	}
	for i := range facts {
		f := &facts[i]
		if p := b.people[f.Member]; p != nil && (!f.plain() || refs[f.ID] || b.orphans[f.ID] != nil) {
			p.worked = true
		}
	}
	for id := range refs {
		if k := b.known[id]; k != nil && b.members[k.member] != nil {
			b.members[k.member].worked = true
		}
	}
	if err := b.loadGuests(ctx, tx, distinct(n.guests)); err != nil {
		return err
	}
	if n.calls {
		all, err := Calls(ctx, tx, b.occasion.ID)
		if err != nil {
			return err
		}
		b.calls = map[int64]bool{}
		for _, c := range all {
			b.calls[c.N] = true
		}
	}
	if !n.heads {
		return nil
	}
	return b.loadHeads(ctx, tx)
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

const keptColumns = `f.id, f.member, coalesce(m.key, ''), f.unit, f.extra, f.site, f.state, f.device, f.seq, f.at_ms, f.offset_ms, f.source, f.standing, f.late, f.batch,
	f.actor, f.actor_name, f.at, f.call, f.n, f.reason, f.ref, f.guest, f.guest_name, f.guest_org`

const keptFacts = `SELECT ` + keptColumns + ` FROM attendance_fact f LEFT JOIN member m ON m.id = f.member WHERE f.occasion = $1`

func scanKept(r db.Scanner) (*kept, error) {
	k := &kept{}
	var ms int64
	var extra, late int
	err := r.Scan(&k.ID, &k.member, &k.Member, &k.unit, &extra, &k.site, &k.State, &k.Device, &k.Seq, &ms, &k.Offset, &k.Source, &k.standing, &late, &k.batch,
		&k.actor, &k.actorName, db.At(&k.at), &k.Call, &k.N, &k.Reason, &k.Ref, &k.Guest.ID, &k.Guest.Name, &k.Guest.Org)
	if k.State == Void {
		k.Member = "" // it is kept with whom it is about
	}
	k.At, k.extra, k.late, k.was = ms-k.Offset, extra != 0, late != 0, k.standing
	return k, err
}

// inParts is db.AllIn for the keys of a batch, some at a time: SQLite's driver takes
// a time for the arguments of a statement that grows with their square.
func inParts[T, K any](ctx context.Context, tx *db.Tx, scan func(db.Scanner) (T, error), q string, keys []K, args ...any) ([]T, error) {
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
	all, err := inParts(ctx, tx, scanKept, keptFacts+` AND f.id IN`, ids, b.occasion.ID)
	b.remember(all)
	return err
}

// remember adds facts to those known, which stay what they are.
func (b *batch) remember(all []*kept) {
	for _, k := range all {
		if b.known[k.ID] == nil {
			b.known[k.ID] = k
		}
	}
}

// loadOrphans reads facts that take back one of some that had not come.
func (b *batch) loadOrphans(ctx context.Context, tx *db.Tx, ids []string) error {
	all, err := inParts(ctx, tx, scanKept, keptFacts+` AND f.standing = 7 AND f.ref IN`, ids, b.occasion.ID)
	if err != nil || len(all) == 0 {
		return err
	}
	b.remember(all)
	b.orphans = map[string][]*kept{}
	for _, k := range all {
		k = b.known[k.ID]
		b.orphans[k.Ref] = append(b.orphans[k.Ref], k)
	}
	return nil
}

// loadPeople reads members by their keys or ids, with their rows on the roll; whoever
// is not on it gets the home of today, if that is in the occasion's tree.
func loadPeople[K any](ctx context.Context, tx *db.Tx, b *batch, by string, keys []K) error {
	all, err := inParts(ctx, tx, func(r db.Scanner) (*person, error) {
		p := &person{}
		var flags int
		err := r.Scan(&p.key, &p.member, &p.unit, &p.site, &p.version, &p.fact, &flags, &p.seat)
		p.onRoll, p.extra, p.worked, p.began, p.had = p.version > 0, flags&1 != 0, flags&2 != 0, flags&4 != 0, p.fact != ""
		return p, err
	}, `SELECT m.key, m.id, coalesce(a.unit, 0), coalesce(a.site, 0), coalesce(a.version, 0), coalesce(a.fact, ''),
			coalesce(a.extra + 2 * a.worked + 4 * a.began, 0), coalesce(a.seat, -1)
		FROM member m LEFT JOIN attendance a ON a.occasion = $1 AND a.member = m.id WHERE `+by+` IN`, keys, b.occasion.ID)
	if err != nil {
		return err
	}
	for _, p := range all {
		if !p.onRoll {
			home, err := homeIn(ctx, tx, b.occasion.Tree, p.member)
			if err != nil {
				return err
			}
			if home == 0 {
				continue // of another tree, or of none: nobody here
			}
			p.unit, p.extra, p.worked, p.seat = home, true, true, 0
		}
		if b.members[p.member] == nil {
			b.people[p.key], b.members[p.member] = p, p
		}
	}
	return nil
}

// loadWorked reads all facts of people, and how they were marked by hand.
func (b *batch) loadWorked(ctx context.Context, tx *db.Tx, members []int64) error {
	slices.Sort(members)
	all, err := inParts(ctx, tx, scanKept, keptFacts+` AND f.standing <> 1 AND f.state <> 'void' AND f.member IN`, members, b.occasion.ID)
	if err != nil {
		return err
	}
	b.remember(all)
	for _, k := range b.known {
		if p := b.members[k.member]; p != nil && p.worked && k.State != Void {
			p.facts = append(p.facts, k)
		}
	}
	return b.loadHands(ctx, tx, members)
}

// loadHands reads how people were marked by hand.
func (b *batch) loadHands(ctx context.Context, tx *db.Tx, members []int64) error {
	type mark struct {
		member, call int64
		hand
	}
	hands, err := inParts(ctx, tx, func(r db.Scanner) (m mark, err error) {
		var over int
		err = r.Scan(&m.member, &m.call, &m.state, &m.reason, &over)
		m.over = over != 0
		return m, err
	}, `SELECT member, call, state_to, reason, over FROM attendance_change c WHERE occasion = $1
		AND id = (SELECT max(x.id) FROM attendance_change x WHERE x.occasion = c.occasion AND x.member = c.member AND x.call = c.call) AND member IN`, members, b.occasion.ID)
	for _, h := range hands {
		p := b.members[h.member]
		if p.hands == nil {
			p.hands = map[int64]hand{}
		}
		p.hands[h.call] = h.hand
	}
	return err
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
	if err := b.savePeople(ctx, tx); err != nil {
		return err
	}
	for _, k := range b.restanding() {
		if err := tx.Exec(ctx, `UPDATE attendance_fact SET standing = $1, member = $2, unit = $3, extra = $4 WHERE occasion = $5 AND id = $6`,
			k.standing, k.member, k.unit, k.extra, b.occasion.ID, k.ID); err != nil {
			return err
		}
	}
	if err := b.saveGuests(ctx, tx); err != nil {
		return err
	}
	if len(b.used) > 0 {
		if err := useCalls(ctx, tx, b.occasion.ID, slices.Sorted(maps.Keys(b.used))); err != nil {
			return err
		}
	}
	return insertAside(ctx, tx, b.by, b.occasion.ID, b.site, b.aside)
}

// savePeople writes the rows of people as they are now.
func (b *batch) savePeople(ctx context.Context, tx *db.Tx) error {
	var stay, move, worked []*person
	people := 0
	for _, p := range b.order {
		switch {
		case !p.worked && p.moved:
			move = append(move, p)
		case !p.worked:
			stay = append(stay, p)
		case p.stays():
			if worked = append(worked, p); !p.onRoll {
				people++
			}
		case p.onRoll: // was not invited, and has not checked in after all
			people--
			if err := tx.Exec(ctx, `DELETE FROM attendance WHERE occasion = $1 AND member = $2`, b.occasion.ID, p.member); err != nil {
				return err
			}
		}
	}
	if err := b.upsert(ctx, tx, stay, ``); err != nil {
		return err
	}
	if err := b.upsert(ctx, tx, move, `, site = excluded.site, seat = excluded.seat`); err != nil {
		return err
	}
	if err := b.upsertWorked(ctx, tx, worked); err != nil || people == 0 {
		return err
	}
	return addPeople(ctx, tx, b.occasion.ID, people)
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
	var plain, other []*kept
	for _, k := range b.added {
		if k.plain() {
			plain = append(plain, k)
		} else {
			other = append(other, k)
		}
	}
	shared := []any{b.occasion.ID, b.site, b.late, b.id, b.by.Login, b.by.Name, tx.Now}
	args := func(to []any, k *kept) []any {
		return append(to, k.ID, k.member, k.unit, k.extra, string(k.State), k.Device, k.Seq, k.when(), k.Offset, k.Source, int64(k.standing))
	}
	const head = `INSERT INTO attendance_fact (occasion, site, late, batch, actor, actor_name, at, id, member, unit, extra, state, device, seq, at_ms, offset_ms, source, standing`
	row := func(width int) func(q *strings.Builder, n int) {
		return func(q *strings.Builder, n int) {
			q.WriteString(`($1, $2, $3, $4, $5, $6, $7, `)
			places(q, n, width)
			q.WriteString(`)`)
		}
	}
	if err := rowsOf(ctx, tx, plain, head+`) VALUES `, ``, shared, row(11), args); err != nil {
		return err
	}
	return rowsOf(ctx, tx, other, head+`, call, n, reason, ref, guest, guest_name, guest_org) VALUES `, ``, shared, row(18), func(to []any, k *kept) []any {
		return append(args(to, k), k.Call, k.N, k.Reason, k.Ref, k.Guest.ID, k.Guest.Name, k.Guest.Org)
	})
}

// upsert writes the rows of people on the roll who have checked in at the first roll
// call, and of whom there is nothing else.
func (b *batch) upsert(ctx context.Context, tx *db.Tx, all []*person, set string) error {
	return rowsOf(ctx, tx, all, `INSERT INTO attendance (occasion, reason, calls, actor, actor_name, at, version, member, unit, site, seat, state, fact) VALUES `,
		` ON CONFLICT (occasion, member) DO UPDATE SET state = excluded.state, reason = '', calls = 1, fact = excluded.fact, actor = excluded.actor,
			actor_name = excluded.actor_name, at = excluded.at, version = attendance.version + 1`+set,
		[]any{b.occasion.ID, b.by.Login, b.by.Name, tx.Now},
		func(q *strings.Builder, n int) {
			q.WriteString(`($1, '', 1, $2, $3, $4, 1, `)
			places(q, n, 6)
			q.WriteString(`)`)
		}, func(to []any, p *person) []any {
			return append(to, p.member, p.unit, p.site, p.seat, string(p.state), p.fact)
		})
}

// upsertWorked writes the rows of other people; who was not on the roll comes onto it.
func (b *batch) upsertWorked(ctx context.Context, tx *db.Tx, all []*person) error {
	return rowsOf(ctx, tx, all, `INSERT INTO attendance (occasion, actor, actor_name, at, version, worked, member, unit, site, seat, state, reason, fact, extra, calls, checked_out) VALUES `,
		` ON CONFLICT (occasion, member) DO UPDATE SET site = excluded.site, seat = excluded.seat, state = excluded.state, reason = excluded.reason, fact = excluded.fact,
			calls = excluded.calls, checked_out = excluded.checked_out, worked = 1, actor = excluded.actor, actor_name = excluded.actor_name, at = excluded.at,
			version = attendance.version + 1`,
		[]any{b.occasion.ID, b.by.Login, b.by.Name, tx.Now},
		func(q *strings.Builder, n int) {
			q.WriteString(`($1, $2, $3, $4, 1, 1, `)
			places(q, n, 10)
			q.WriteString(`)`)
		}, func(to []any, p *person) []any {
			return append(to, p.member, p.unit, p.site, p.seat, string(p.state), p.reason, p.fact, p.extra, p.calls, p.out)
		})
}

func addPeople(ctx context.Context, tx *db.Tx, occasion string, n int) error {
	return tx.Exec(ctx, `UPDATE occasion SET people = people + $1 WHERE id = $2`, n, occasion)
}

// waitingFacts returns facts that came while the roll was closed, those of a site
// together.
func waitingFacts(ctx context.Context, tx *db.Tx, occasion string, limit int) ([]*kept, error) {
	return db.All(ctx, tx, scanKept, keptFacts+` AND f.standing = 3 ORDER BY f.site, f.id LIMIT $2`, occasion, limit)
}

// moveFacts puts facts into another batch, in which they count.
func moveFacts(ctx context.Context, tx *db.Tx, occasion string, batch int64, all []*kept) error {
	for _, k := range all {
		if err := tx.Exec(ctx, `UPDATE attendance_fact SET standing = $1, batch = $2, member = $3, unit = $4, extra = $5 WHERE occasion = $6 AND id = $7`,
			k.standing, batch, k.member, k.unit, k.extra, occasion, k.ID); err != nil {
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
	for some := range slices.Chunk(people, 50) {
		ids := make([]int64, len(some))
		for i, p := range some {
			ids[i] = p.Member
		}
		on := map[int64]bool{}
		for in, args := range db.In(ids, occasion) {
			if err := db.Each(ctx, tx, `SELECT member, site, fact FROM attendance WHERE occasion = $1 AND member `+in, args, func(r db.Scanner) error {
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
		}
		for _, p := range some {
			if !on[p.Member] {
				add = append(add, p)
			}
		}
	}
	for _, m := range move {
		if err := tx.Exec(ctx, `UPDATE attendance SET site = $1 WHERE occasion = $2 AND member = $3`, site, occasion, m); err != nil {
			return 0, 0, err
		}
	}
	if err := rowsOf(ctx, tx, add, `INSERT INTO attendance (occasion, site, reason, actor, actor_name, at, version, member, unit, state, began) VALUES `, ``,
		[]any{occasion, site, by.Login, by.Name, tx.Now}, func(q *strings.Builder, n int) {
			q.WriteString(`($1, $2, '', $3, $4, $5, 1, `)
			places(q, n, 4)
			q.WriteString(`)`)
		}, func(to []any, p Invitee) []any {
			s := Invited
			if p.Exempt {
				s = Exempt
			}
			return append(to, p.Member, p.Unit, string(s), p.Exempt)
		}); err != nil {
		return 0, 0, err
	}
	return len(add), len(move), addPeople(ctx, tx, occasion, len(add))
}
