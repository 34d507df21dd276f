package tally

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"nhipcau/internal/db"
)

// A Recount returns, by unit, what the records say a sheet should hold. A lane
// that it leaves out counts as zero.
type Recount func(ctx context.Context, tx *db.Tx, s Sheet) (map[int64]Delta, error)

// Together adds up what several packages recount for one kind of sheet.
func Together(parts ...Recount) Recount {
	return func(ctx context.Context, tx *db.Tx, s Sheet) (map[int64]Delta, error) {
		all := map[int64]Delta{}
		for _, recount := range parts {
			some, err := recount(ctx, tx, s)
			if err != nil {
				return nil, err
			}
			for unit, d := range some {
				all[unit] = all[unit].Plus(d)
			}
		}
		return all, nil
	}
}

// A Report is what a proof found.
type Report struct {
	Sheets     int      `json:"sheets"`
	Posts      int      `json:"posts"`
	Nodes      int      `json:"nodes"`
	Mismatches int      `json:"mismatches"`
	Details    []string `json:"details,omitempty"` // the first hundred, one line each
}

const maxDetails = 100

func (r *Report) wrong(format string, args ...any) {
	r.Mismatches++
	if len(r.Details) < maxDetails {
		r.Details = append(r.Details, fmt.Sprintf(format, args...))
	}
}

// Prove checks every sheet over one state of the database: that nothing waits
// to be folded, that each total is the unit's own figures and the totals
// directly under it, and that both are what the posts add up to. With recounts,
// by name of a sheet's kind, it also counts the source records again and
// compares the posts with them; a kind without one is a mismatch. With nil it
// does not. An error means that it could not look, not that something is wrong.
func Prove(ctx context.Context, d *db.DB, recounts map[string]Recount) (Report, error) {
	var r Report
	var before map[int64]bool
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		before, err = waiting(ctx, tx)
		return err
	}); err != nil {
		return r, err
	}
	if err := d.Drain(ctx); err != nil {
		return r, err
	}
	err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		r = Report{}
		return r.prove(ctx, tx, before, recounts)
	})
	return r, err
}

// prove looks at every sheet. A post that waits now and waited before the drain
// was never folded; one that came since is on its way.
func (r *Report) prove(ctx context.Context, tx *db.Tx, before map[int64]bool, recounts map[string]Recount) error {
	now, err := waiting(ctx, tx)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(now)) {
		if before[id] {
			r.wrong("post %d was never added to the totals", id)
		}
	}
	all, err := sheets(ctx, tx)
	if err != nil {
		return err
	}
	for _, s := range all {
		r.Sheets++
		p := proof{Report: r, name: fmt.Sprintf("sheet %d (%s %s)", s.ID, s.Kind, s.Source), posted: map[int64]*Vec{}}
		if err := p.prove(ctx, tx, s, now, recounts); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return r.strays(ctx, tx)
}

// strays finds posts and nodes of no sheet.
func (r *Report) strays(ctx context.Context, tx *db.Tx) error {
	var posts, nodes int
	err := tx.One(ctx, `SELECT (SELECT count(*) FROM tally_post), (SELECT count(*) FROM tally_node)`, nil, &posts, &nodes)
	if err != nil {
		return err
	}
	if posts != r.Posts || nodes != r.Nodes {
		r.wrong("%d posts and %d nodes belong to no sheet", posts-r.Posts, nodes-r.Nodes)
	}
	return nil
}

// A proof is the proof of one sheet.
type proof struct {
	*Report
	name   string
	count  *count         // of the posts that should be in the nodes
	posted map[int64]*Vec // by unit, of all posts
}

func (p *proof) prove(ctx context.Context, tx *db.Tx, s Sheet, waiting map[int64]bool, recounts map[string]Recount) error {
	c, err := s.count(ctx, tx)
	if err != nil {
		p.wrong("%s: its tree cannot be read: %v", p.name, err)
		return nil
	}
	p.count = c
	if err := p.readPosts(ctx, tx, waiting); err != nil {
		return err
	}
	if err := c.roll(); err != nil {
		p.wrong("%s: %v", p.name, err)
	}
	if err := p.checkNodes(ctx, tx); err != nil {
		return err
	}
	if err := p.checkSeals(ctx, tx, s); err != nil {
		return err
	}
	kept, err := keepers(ctx, tx, s.ID)
	if err != nil {
		return err
	}
	if err := p.checkOpening(ctx, tx, s, kept); err != nil {
		return err
	}
	if recounts == nil || s.Next != 0 { // the records went on to the next part; this one is proved by its seal
		return nil
	}
	recount, ok := recounts[s.Kind]
	if !ok {
		p.wrong("%s: no recount from the records of its kind", p.name)
		return nil
	}
	records, err := recount(ctx, tx, s)
	if err != nil {
		return err
	}
	for unit, keeper := range kept {
		if d, ok := records[unit]; ok {
			records[keeper] = records[keeper].Plus(d)
			delete(records, unit)
		}
	}
	p.compare(records)
	return nil
}

func (p *proof) readPosts(ctx context.Context, tx *db.Tx, waiting map[int64]bool) error {
	return db.Each(ctx, tx, `SELECT id, unit, vector FROM tally_post WHERE sheet = $1 ORDER BY id`, []any{p.count.sheet.ID}, func(r db.Scanner) error {
		var id, unit int64
		var b []byte
		if err := r.Scan(&id, &unit, &b); err != nil {
			return err
		}
		p.Posts++
		v, err := unpack(b)
		if err == nil {
			err = p.take(id, unit, v, waiting)
		}
		if err != nil {
			p.wrong("%s post %d unit %d: %v", p.name, id, unit, err)
		}
		return nil
	})
}

func (p *proof) take(id, unit int64, v Vec, waiting map[int64]bool) error {
	if p.posted[unit] == nil {
		p.posted[unit] = &Vec{}
	}
	if err := p.posted[unit].addVec(v); err != nil || waiting[id] {
		return err
	}
	return p.count.add(unit, v)
}

// checkNodes compares the nodes with the posts and with each other.
func (p *proof) checkNodes(ctx context.Context, tx *db.Tx) error {
	nodes, err := p.readNodes(ctx, tx)
	if err != nil {
		return err
	}
	c, under := p.count, map[int64]*Vec{}
	for _, i := range slices.Sorted(maps.Keys(nodes)) {
		n := nodes[i]
		want := c.nodes[i]
		if want == nil {
			p.wrong("%s unit %d: a node without posts", p.name, n.Unit)
			want = &Node{}
		} else if n.parent != want.parent {
			p.wrong("%s unit %d: its node stands under %d, not under %d", p.name, n.Unit, n.parent, want.parent)
		}
		p.same(n.Unit, "own figures", n.Own, want.Own, "its posts")
		p.same(n.Unit, "total", n.Total, want.Total, "the posts under it")
		if i == c.root {
			continue
		}
		if under[c.epoch.Parent(i)] == nil {
			under[c.epoch.Parent(i)] = &Vec{}
		}
		if err := under[c.epoch.Parent(i)].addVec(n.Total); err != nil {
			p.wrong("%s unit %d: %v", p.name, n.Unit, err)
		}
	}
	for _, i := range c.places() {
		n, ok := nodes[i]
		if !ok {
			p.wrong("%s unit %d: posts, but no node", p.name, c.epoch.Unit(i))
			continue
		}
		sum := n.Own.clone()
		if u := under[n.Unit]; u != nil {
			if err := sum.addVec(*u); err != nil {
				p.wrong("%s unit %d: %v", p.name, n.Unit, err)
			}
		}
		p.same(n.Unit, "total", n.Total, sum, "own figures and the totals under it")
	}
	return nil
}

// readNodes returns the nodes by place, and says which cannot be read or stand
// nowhere on the sheet.
func (p *proof) readNodes(ctx context.Context, tx *db.Tx) (map[int]Node, error) {
	nodes := map[int]Node{}
	return nodes, db.Each(ctx, tx, `SELECT `+nodeColumns+` FROM tally_node WHERE sheet = $1`, []any{p.count.sheet.ID}, func(r db.Scanner) error {
		p.Nodes++
		n, err := scanNode(r)
		if err != nil && n.Unit == 0 {
			return err
		}
		i, ok := p.count.place(n.Unit)
		_, twice := nodes[i]
		switch {
		case err != nil:
			p.wrong("%s unit %d: %v", p.name, n.Unit, err)
		case !ok:
			p.wrong("%s unit %d: a node of a unit that is not on it", p.name, n.Unit)
		case twice:
			p.wrong("%s unit %d: two nodes", p.name, n.Unit)
		default:
			nodes[i] = n
		}
		return nil
	})
}

// same says where got and want differ: one line per unit, on the first lane.
func (p *proof) same(unit int64, what string, got, want Vec, from string) {
	if got.Equal(want) {
		return
	}
	for l := range lanes {
		if l := Lane(l); got.Get(l) != want.Get(l) || got.Has(l) != want.Has(l) {
			p.wrong("%s unit %d lane %d: %s %s, %s add up to %s", p.name, unit, l, what, got.text(l), from, want.text(l))
			return
		}
	}
}

// text writes a figure for a line of a proof.
func (v Vec) text(l Lane) string {
	if !v.Has(l) {
		return "none"
	}
	return fmt.Sprint(v.Get(l))
}

// compare says where the posts differ from the records.
func (p *proof) compare(records map[int64]Delta) {
	units := map[int64]bool{}
	for u := range p.posted {
		units[u] = true
	}
	for u := range records {
		units[u] = true
	}
	for _, u := range slices.Sorted(maps.Keys(units)) {
		var posted Vec
		if v := p.posted[u]; v != nil {
			posted = *v
		}
		recorded, err := vecOf(records[u])
		if err != nil {
			p.wrong("%s unit %d: %v", p.name, u, err)
			continue
		}
		for l := range max(len(posted.value), len(recorded.value)) {
			if got, want := posted.Get(Lane(l)), recorded.Get(Lane(l)); got != want {
				p.wrong("%s unit %d lane %d: posts add up to %d, records to %d", p.name, u, l, got, want)
			}
		}
	}
}
