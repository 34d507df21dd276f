package nation

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/load"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Made says what was made, for whoever looks at it or measures on it.
type Made struct {
	Scale      Scale    `json:"scale"`
	Tree       string   `json:"tree"`
	Root       string   `json:"root"`
	Units      int      `json:"units"`
	Leaves     int      `json:"leaves"`
	Members    int      `json:"members"`
	Form       string   `json:"form"`
	Periods    []string `json:"periods"`
	Conference string   `json:"conference"`
	People     int      `json:"people"`
	Sites      int      `json:"sites"`
	Provinces  []string `json:"provinces"`
	Communes   []string `json:"communes"`
	Cells      []string `json:"cells"`
	Odd        Odd      `json:"odd"`
}

// Odd are the keys of units in which something is not as usual, for tests.
type Odd struct {
	Falls     string `json:"falls"`               // a unit of three, one of whom left
	Headless  string `json:"headless"`            // has no secretary
	Namesakes string `json:"namesakes"`           // two members of one name
	Restless  string `json:"restless"`            // whose first member was in two other units within a year
	Dissolved string `json:"dissolved,omitempty"` // closed, with units under it
}

// A writer writes a plan.
type writer struct {
	*plan
	*load.Loader
	units0, members0, marks, sheets, posts int64 // first ids
	form, conference                       string
	months                                 []month
	epoch                                  int64
}

// Fill makes an organisation in an empty database.
func Fill(l *load.Loader, o Options) (Made, error) {
	p := treeOf(o)
	w := &writer{plan: p, Loader: l}
	for _, n := range []struct {
		first *int64
		n     int
	}{{&w.units0, len(p.units)}, {&w.members0, p.members}, {&w.marks, p.members + 16}, {&w.sheets, months + 1}, {&w.posts, months * len(p.leaves)}} {
		first, err := l.IDs(int64(n.n))
		if err != nil {
			return Made{}, err
		}
		*n.first = first
	}
	r := rand.New(rand.NewPCG(o.Seed, 4))
	w.form, w.conference = key(r), key(r)
	w.months = p.months(w.form)
	for i := range w.months {
		w.months[i].sheet = w.sheets + int64(i)
	}
	for _, f := range []func() error{w.tree, w.people, w.formAndPeriods, w.returns, w.gathering} {
		if err := f(); err != nil {
			return Made{}, err
		}
	}
	return w.made(), nil
}

// key is like db.NewKey, by a given source of chance.
func key(r *rand.Rand) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, 12)
	for i := range b {
		b[i] = letters[r.IntN(len(letters))]
	}
	return string(b)
}

func (w *writer) made() Made {
	m := Made{
		Scale: w.Scale, Tree: Tree, Root: w.units[0].key, Units: len(w.units), Leaves: len(w.leaves), Members: w.members,
		Form: w.form, Conference: w.conference, People: w.invited, Sites: w.counts.sites,
		Odd: Odd{Falls: w.keyAt(w.odd.falls), Headless: w.keyAt(w.odd.headless), Namesakes: w.keyAt(w.odd.namesakes), Restless: w.keyAt(w.odd.restless), Dissolved: w.keyAt(w.odd.dissolved)},
	}
	for _, x := range w.months {
		m.Periods = append(m.Periods, x.id)
	}
	const few = 3
	for i := range w.units {
		switch u := &w.units[i]; {
		case u.level == province && len(m.Provinces) < few:
			m.Provinces = append(m.Provinces, u.key)
		case u.level == commune && len(m.Communes) < few:
			m.Communes = append(m.Communes, u.key)
		}
	}
	for i := range few {
		m.Cells = append(m.Cells, w.keyAt(w.leaves[(2*i+1)*len(w.leaves)/(2*few)]))
	}
	return m
}

func (w *writer) keyAt(at int32) string {
	if at < 0 {
		return ""
	}
	return w.units[at].key
}

func (w *writer) id(at int32) int64 { return w.units0 + int64(at) }

type add = func(values ...any) bool

// each fills a table by one row for every unit.
func (w *writer) each(table string, columns []string, row func(at int32, u *unit, add add) bool) error {
	return w.Table(table, columns, func(add add) error {
		for i := range w.units {
			if !row(int32(i), &w.units[i], add) {
				break
			}
		}
		return nil
	})
}

// until is the day a unit ended, "" while it stands.
func (w *writer) until(at int32) string {
	if at == w.odd.dissolved {
		return dissolved
	}
	return ""
}

// tree writes the units as one reform made them, and the epoch of their tree.
func (w *writer) tree() error {
	if err := w.Table("tree", []string{"key", "name", "changed", "cut"}, func(add add) error {
		add(Tree, "Đảng", int64(1), int64(1))
		return nil
	}); err != nil {
		return err
	}
	if err := w.each("unit", []string{"id", "key", "phone", "sample", "created_at", "version"}, func(at int32, u *unit, add add) bool {
		return add(w.id(at), u.key, "", int64(1), made, int64(1))
	}); err != nil {
		return err
	}
	if err := w.each("unit_name", []string{"unit", "from_day", "to_day", "name", "short", "fold", "sort"}, func(at int32, u *unit, add add) bool {
		return add(w.id(at), founded, w.until(at), u.name, u.short, vn.Fold(u.name+" "+u.short), vn.SortKey(u.name))
	}); err != nil {
		return err
	}
	if err := w.each("unit_kind", []string{"unit", "from_day", "to_day", "kind"}, func(at int32, u *unit, add add) bool {
		return add(w.id(at), founded, w.until(at), u.kind)
	}); err != nil {
		return err
	}
	if err := w.each("unit_edge", []string{"tree", "unit", "parent", "from_day", "to_day"}, func(at int32, u *unit, add add) bool {
		return add(Tree, w.id(at), w.above(at), founded, w.until(at))
	}); err != nil {
		return err
	}
	if err := w.places(); err != nil {
		return err
	}
	reform := key(rand.New(rand.NewPCG(w.Seed, 5)))
	if err := w.Table("reform", []string{"id", "tree", "kind", "day", "decision", "reason", "actor", "actor_name", "at", "applied_at"}, func(add add) error {
		add(reform, Tree, "create", founded, "", actorName, "", actorName, made, made)
		return nil
	}); err != nil {
		return err
	}
	if err := w.each("lineage", []string{"reform", "old_unit", "new_unit", "num", "den", "keeper", "assumed"}, func(at int32, _ *unit, add add) bool {
		return add(reform, w.id(at), w.id(at), int64(1), int64(1), int64(1), int64(0))
	}); err != nil {
		return err
	}
	ids, depths := make([]int64, len(w.units)), make([]int, len(w.units))
	for i := range w.units {
		ids[i], depths[i] = w.id(int32(i)), int(w.units[i].depth)
	}
	blob, err := epoch.Pack(ids, depths)
	if err != nil {
		return err
	}
	// The id names this very tree and no other, as one chosen by chance does.
	sum := sha256.Sum256(blob)
	w.epoch = int64(binary.BigEndian.Uint64(sum[:])>>1 | 1)
	return w.Table("epoch", []string{"id", "tree", "version", "from_day", "cut_at", "units", "blob"}, func(add add) error {
		add(w.epoch, Tree, int64(1), epochDay, made, int64(len(ids)), blob)
		return nil
	})
}

// above returns the id of the unit above, 0 for the root.
func (w *writer) above(at int32) int64 {
	if up := w.units[at].up; up >= 0 {
		return w.id(up)
	}
	return 0
}

func (w *writer) places() error {
	steps := make([]int, len(w.units)) // given out under each
	paths := make([]string, len(w.units))
	return w.each("place", []string{"tree", "unit", "path", "depth"}, func(at int32, u *unit, add add) bool {
		above, step := "/", 1
		if u.up >= 0 {
			steps[u.up]++
			above, step = paths[u.up], steps[u.up]
		}
		path := fmt.Sprintf("%s%05d/", above, step)
		if w.inner[at] >= 0 {
			paths[at] = path
		}
		return add(Tree, w.id(at), path, int64(u.depth))
	})
}

// people writes members, memberships and offices.
func (w *writer) people() error {
	g := w.registry()
	if err := w.Table("member", []string{"id", "key", "name", "fold", "sort", "phone", "email", "sample", "created_at", "version"}, func(add add) error {
		for n := range w.members {
			m := g.person(n)
			if !add(w.members0+int64(n), m.key, m.name, m.fold, m.sort, m.phone, m.email, int64(1), made, int64(1)) {
				break
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if err := w.memberships(); err != nil {
		return err
	}
	return w.Table("office", []string{"id", "unit", "member", "term", "title", "rank", "from_day", "to_day"}, func(add add) error {
		n := 0
		w.offices(func(o office) bool {
			n++
			return add(fmt.Sprintf("o%08d", n), w.id(o.place), w.members0+int64(o.member), nil, o.title, o.rank, founded, "")
		})
		return nil
	})
}

// memberships writes that everybody is where they are from the first day, and
// what the odd members did.
func (w *writer) memberships() error {
	return w.Table("membership", []string{"id", "member", "unit", "from_day", "to_day", "recorded_at", "ended", "ended_at"}, func(add add) error {
		left := int(w.units[w.odd.falls].first + w.units[w.odd.falls].size - 1)
		restless := int(w.units[w.odd.restless].first)
		id := w.marks
		row := func(n int, unit int32, from, to string, ended int64) bool {
			var at any
			if ended != 0 {
				at = made
			}
			id++
			return add(id-1, w.members0+int64(n), w.id(unit), from, to, made, ended, at)
		}
		ends := w.marks + int64(w.members) + 8 // marks of what ended memberships come after all these
		for _, leaf := range w.leaves {
			u := &w.units[leaf]
			for n := int(u.first); n < int(u.first+u.size); n++ {
				switch n {
				case left:
					row(n, leaf, founded, movedOut, ends)
					row(n, w.odd.welcomes, movedOut, "", 0)
				case restless:
					row(n, w.odd.welcomes, founded, movedOut, ends+1)
					row(n, w.odd.headless, movedOut, movedOn, ends+2)
					row(n, leaf, movedOn, "", 0)
				default:
					if !row(n, leaf, founded, "", 0) {
						return nil
					}
				}
			}
		}
		return nil
	})
}

// formAndPeriods writes the form, its periods and their sheets.
func (w *writer) formAndPeriods() error {
	const title = "Báo cáo tháng của chi bộ"
	if err := w.Table("form", []string{"id", "tree", "unit", "title", "fold", "asks", "state", "edition", "drafting", "entered_by", "entered_name", "entered_at", "version"}, func(add add) error {
		add(w.form, Tree, w.id(0), title, vn.Fold(title), "leaf", "open", int64(1), int64(0), "", actorName, made, int64(2))
		return nil
	}); err != nil {
		return err
	}
	if err := w.Table("form_edition", []string{"form", "n", "state", "steps", "entered_by", "entered_name", "entered_at"}, func(add add) error {
		add(w.form, int64(1), "open", int64(0), "", actorName, made)
		return nil
	}); err != nil {
		return err
	}
	itemColumns := []string{"form", "edition", "n", "key", "section", "label", "word", "kind", "decimals", "over", "needed", "low", "high", "formula", "source", "of_key", "part"}
	if err := w.Table("form_item", itemColumns, func(add add) error {
		for i := range items {
			s := sections[i/10]
			add(w.form, int64(1), int64(i+1), "muc_"+strconv.Itoa(i+1), s.title, s.labels[i%10], "", "figure", int64(0), "sum", int64(0), int64(0), int64(1_000_000), "", "", "", "")
		}
		return nil
	}); err != nil {
		return err
	}
	if err := w.Table("form_period", []string{"id", "form", "edition", "n", "name", "from_day", "to_day", "last_day", "state", "sheet", "entered_by", "entered_name", "entered_at", "version"}, func(add add) error {
		for i, m := range w.months {
			state := "closed"
			if i == months-1 {
				state = "open"
			}
			add(m.id, w.form, int64(1), int64(i+1), m.name, string(m.from), string(m.to), string(m.last), state, m.sheet, "", actorName, m.from.Start().Unix(), int64(1))
		}
		return nil
	}); err != nil {
		return err
	}
	return w.Table("tally_sheet", []string{"id", "kind", "source", "tree", "epoch", "root", "opened_at", "opened_by", "part", "next", "sealed_at"}, func(add add) error {
		for _, m := range w.months {
			add(m.sheet, "form", m.id, Tree, w.epoch, w.id(0), m.from.Start().Unix(), "", int64(1), int64(0), nil)
		}
		add(w.sheets+months, "conference", w.conference, Tree, w.epoch, w.id(0), made, "", int64(1), int64(0), nil)
		return nil
	})
}

// returns writes what every leaf returned in every month, the posts it made and
// the nodes they add up to.
func (w *writer) returns() error {
	var figures [items + 1]int64
	each := func(row func(m int, leaf int32, packed []byte) bool) error {
		for m := range w.months {
			for _, leaf := range w.leaves {
				if w.figures(&figures, leaf, m) && !row(m, leaf, tally.PackAll(figures[:])) {
					return nil
				}
			}
		}
		return nil
	}
	if err := w.Table("form_return", []string{"period", "unit", "n", "figures", "reason", "actor", "actor_name", "at"}, func(add add) error {
		return each(func(m int, leaf int32, packed []byte) bool {
			return add(w.months[m].id, w.id(leaf), int64(1), packed, "", "", actorName, w.returnedAt(leaf, m, w.months[m].to))
		})
	}); err != nil {
		return err
	}
	if err := w.Table("tally_post", []string{"sheet", "id", "unit", "vector", "source_kind", "source_id", "actor", "actor_name", "reason", "signer", "paper", "at"}, func(add add) error {
		id := w.posts
		return each(func(m int, leaf int32, packed []byte) bool {
			id++
			return add(w.months[m].sheet, id-1, w.id(leaf), packed, "return", w.months[m].id+":"+strconv.FormatInt(w.id(leaf), 10)+":1",
				"", actorName, "", "", "", w.returnedAt(leaf, m, w.months[m].to))
		})
	}); err != nil {
		return err
	}
	children := w.children()
	return w.Table("tally_node", []string{"sheet", "parent", "unit", "own", "total"}, func(add add) error {
		for m := range w.months {
			on := true
			w.nodes(m, children, func(parent, at int32, own, total []byte) bool {
				above := int64(0)
				if parent >= 0 {
					above = w.id(parent)
				}
				on = add(w.months[m].sheet, above, w.id(at), own, total)
				return on
			})
			if !on {
				break
			}
		}
		return nil
	})
}

// Settled reports whether a database has a tree.
func Settled(ctx context.Context, tx *db.Tx) (bool, error) {
	var n int
	err := tx.One(ctx, `SELECT count(*) FROM tree`, nil, &n)
	return n > 0, err
}

// By is who acts for the house in what was made.
func By() auth.Actor { return auth.System(Tree) }
