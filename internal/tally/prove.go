package tally

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
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
		p := proof{Report: r, name: fmt.Sprintf("sheet %d (%s %s)", s.ID, s.Kind, s.Source)}
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

// A proof is the proof of one sheet. What it holds of a unit stands at its place
// under the sheet's root, packed where nothing is added to it any more: a sheet
// has up to 300,000 units.
type proof struct {
	*Report
	name  string
	sheet Sheet
	epoch *epoch.Epoch
	root  int

	posts [][]byte       // by place: what the posts that should be in the nodes add up to
	later map[int64]*Vec // by unit: posts that are not to be in them yet, or have no place
	sum   Vec            // for one addition after the other
	buf   []byte
}

func (p *proof) prove(ctx context.Context, tx *db.Tx, s Sheet, waiting map[int64]bool, recounts map[string]Recount) error {
	if err := p.begin(ctx, tx, s); err != nil {
		p.wrong("%s: its tree cannot be read: %v", p.name, err)
		return nil
	}
	if err := p.readPosts(ctx, tx, waiting); err != nil {
		return err
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

// begin makes room for what is counted on s.
func (p *proof) begin(ctx context.Context, tx *db.Tx, s Sheet) error {
	e, root, _, _, err := s.area(ctx, tx, s.Root)
	if err != nil {
		return err
	}
	p.sheet, p.epoch, p.root = s, e, root
	p.posts, p.later = make([][]byte, e.End(root)-root), map[int64]*Vec{}
	return nil
}

func (p *proof) readPosts(ctx context.Context, tx *db.Tx, waiting map[int64]bool) error {
	return db.Each(ctx, tx, `SELECT id, unit, vector FROM tally_post WHERE sheet = $1`, []any{p.sheet.ID}, func(r db.Scanner) error {
		var id, unit int64
		var b db.Raw
		if err := r.Scan(&id, &unit, &b); err != nil {
			return err
		}
		p.Posts++
		if err := p.take(unit, b, waiting[id]); err != nil {
			p.wrong("%s post %d unit %d: %v", p.name, id, unit, err)
		}
		return nil
	})
}

// place returns where a unit stands under the sheet's root.
func (p *proof) place(unit int64) (int, bool) {
	i, ok := p.epoch.Index(unit)
	return i - p.root, ok && p.epoch.Under(i, p.root)
}

// take adds a post to its unit's.
func (p *proof) take(unit int64, b []byte, waits bool) error {
	i, ok := p.place(unit)
	if ok && !waits {
		return p.addPost(i, b)
	}
	if p.later[unit] == nil {
		p.later[unit] = &Vec{}
	}
	if err := p.later[unit].addPacked(b); err != nil || ok {
		return err
	}
	return fmt.Errorf("tally: unit %d is not on sheet %d", unit, p.sheet.ID)
}

// addPost adds a post to those of the unit at place i. Most units have one or few.
func (p *proof) addPost(i int, b []byte) error {
	had := p.posts[i]
	p.sum.clear()
	if err := p.sum.addPacked(had); err != nil {
		return err
	}
	if err := p.sum.addPacked(b); err != nil {
		return err
	}
	p.buf = p.sum.appendPacked(p.buf[:0])
	p.posts[i] = append(had[:0], p.buf...)
	return nil
}

// checkNodes compares the nodes with the posts and with each other. A unit's own
// figures are what its posts add up to; its total is these and the totals directly
// under it; so a total is what the posts under it add up to.
func (p *proof) checkNodes(ctx context.Context, tx *db.Tx) error {
	has := p.counted()
	nodes := nodes{seen: make([]bool, len(has)), sums: make([]*Vec, len(has)), totals: make([][]byte, len(has))}
	if err := p.readNodes(ctx, tx, has, &nodes); err != nil {
		return err
	}
	for i, needed := range has {
		unit := p.epoch.Unit(p.root + i)
		if needed && !nodes.seen[i] {
			p.wrong("%s unit %d: posts, but no node", p.name, unit)
		}
		if nodes.totals[i] != nil {
			p.buf = nodes.sums[i].appendPacked(p.buf[:0])
			p.samePacked(unit, "total", nodes.totals[i], p.buf, "own figures and the totals under it")
		}
	}
	return nil
}

// counted says which places have posts on or under them.
func (p *proof) counted() []bool {
	has := make([]bool, len(p.posts))
	for i := len(has) - 1; i >= 0; i-- { // what lies under a unit comes after it
		has[i] = has[i] || p.posts[i] != nil
		if i > 0 && has[i] {
			has[p.epoch.Above(p.root+i)-p.root] = true
		}
	}
	return has
}

// nodes is what a proof holds of the nodes, by place. Sums and totals are kept of
// the units with others under them: own figures and the totals under it, and the
// total it should be.
type nodes struct {
	seen   []bool
	sums   []*Vec
	totals [][]byte
}

// sum returns the sum at a place.
func (n *nodes) sum(i int) *Vec {
	if n.sums[i] == nil {
		n.sums[i] = &Vec{}
	}
	return n.sums[i]
}

// readNodes compares each node with its unit's posts, adds its total to the sum of
// the one above, and says which stand nowhere on the sheet.
func (p *proof) readNodes(ctx context.Context, tx *db.Tx, has []bool, all *nodes) error {
	return eachNode(ctx, tx, p.sheet.ID, func(key nodeKey, own, total db.Raw) error {
		p.Nodes++
		unit := key.unit
		i, ok := p.place(unit)
		switch {
		case !ok:
			p.wrong("%s unit %d: a node of a unit that is not on it", p.name, unit)
			return nil
		case all.seen[i]:
			p.wrong("%s unit %d: two nodes", p.name, unit)
			return nil
		case !has[i]:
			p.wrong("%s unit %d: a node without posts", p.name, unit)
		}
		all.seen[i] = true
		p.samePacked(unit, "own figures", own, p.posts[i], "its posts")
		if want := p.parent(i); key.parent != want {
			p.wrong("%s unit %d: its node stands under %d, not under %d", p.name, unit, key.parent, want)
		}
		if err := p.addNode(i, own, total, all); err != nil {
			p.wrong("%s unit %d: %v", p.name, unit, err)
		}
		return nil
	})
}

// parent returns the unit above the one at place i, 0 for the sheet's root.
func (p *proof) parent(i int) int64 {
	if i == 0 {
		return 0
	}
	return p.epoch.Parent(p.root + i)
}

// addNode adds a node to the sums, and compares its total at once if nothing lies
// under it.
func (p *proof) addNode(i int, own, total []byte, all *nodes) error {
	if i > 0 {
		if err := all.sum(p.epoch.Above(p.root+i) - p.root).addPacked(total); err != nil {
			return err
		}
	}
	if p.epoch.End(p.root+i) == p.root+i+1 {
		p.samePacked(p.epoch.Unit(p.root+i), "total", total, own, "own figures and the totals under it")
		return nil
	}
	all.totals[i] = append([]byte{}, total...)
	return all.sum(i).addPacked(own)
}

// samePacked is same for packed vectors.
func (p *proof) samePacked(unit int64, what string, got, want []byte, from string) {
	if bytes.Equal(got, want) {
		return
	}
	g, err := unpack(got)
	if err != nil {
		p.wrong("%s unit %d: %s: %v", p.name, unit, what, err)
		return
	}
	w, err := unpack(want)
	if err != nil {
		p.wrong("%s unit %d: %s: %v", p.name, unit, from, err)
		return
	}
	p.same(unit, what, g, w, from)
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
	for i, b := range p.posts {
		unit := p.epoch.Unit(p.root + i)
		if b != nil {
			p.compareUnit(unit, b, records[unit])
			delete(records, unit)
			delete(p.later, unit)
		}
	}
	for unit := range p.later {
		if _, ok := records[unit]; !ok {
			records[unit] = nil
		}
	}
	for _, unit := range slices.Sorted(maps.Keys(records)) {
		p.compareUnit(unit, nil, records[unit])
	}
}

// compareUnit compares what a unit's posts in the nodes add up to, with those that
// are not in them yet, with its records.
func (p *proof) compareUnit(unit int64, b []byte, records Delta) {
	posted, err := unpack(b)
	if later := p.later[unit]; later != nil && err == nil {
		err = posted.addVec(*later)
	}
	var recorded Vec
	if err == nil {
		recorded, err = vecOf(records)
	}
	if err != nil {
		p.wrong("%s unit %d: %v", p.name, unit, err)
		return
	}
	for l := range max(len(posted.value), len(recorded.value)) {
		if got, want := posted.Get(Lane(l)), recorded.Get(Lane(l)); got != want {
			p.wrong("%s unit %d lane %d: posts add up to %d, records to %d", p.name, unit, l, got, want)
		}
	}
}
