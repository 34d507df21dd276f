package org

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/vn"
)

// UnitLayout is the table of units.
func UnitLayout() intake.Layout {
	return intake.Layout{Name: "don-vi", Sheet: "Đơn vị", Columns: []intake.Column{
		{Key: "code", Names: []string{"Mã đơn vị", "Unit code", "Mã"}, Form: intake.Code, Needed: true, Example: "tccs-01", Note: "org.import.note.code"},
		{Key: "name", Names: []string{"Tên đơn vị", "Unit name", "Tên"}, Needed: true, Example: "Chi đoàn cơ sở 1", Note: "org.import.note.name"},
		{Key: "short", Names: []string{"Tên gọn", "Short name", "Tên viết tắt"}, Example: "CĐ 1", Note: "org.import.note.short"},
		{Key: "kind", Names: []string{"Loại đơn vị", "Kind", "Loại"}, Needed: true, Example: "chi đoàn cơ sở", Note: "org.import.note.kind"},
		{Key: "parent", Names: []string{"Mã đơn vị cấp trên", "Parent code", "Mã cấp trên", "Đơn vị cấp trên"}, Form: intake.Code, Example: "doan-khoi", Note: "org.import.note.parent"},
		{Key: "from", Names: []string{"Từ ngày", "From", "Ngày thành lập"}, Form: intake.Day, Example: "26/3/2020", Note: "org.import.note.from"},
		{Key: "phone", Names: []string{"Điện thoại", "Telephone", "Phone"}, Example: "0236 3888 888", Note: "org.import.note.phone"},
		{Key: "decision", Names: []string{"Quyết định", "Decision"}, Example: "12-QĐ/ĐK ngày 20/3/2020", Note: "org.import.note.decision"},
	}}
}

// maxDepth is how deep a tree grows by an import.
const maxDepth = 30

// A standingUnit is what an import knows of a unit that is there.
type standingUnit struct {
	Unit
	parent   string // key of the unit above
	nameFrom vn.Day // since when it bears its name
	first    vn.Day // since when it stands
	seen     bool   // by the one who imports
}

// A unitRow is a row of a file on its way into the tree.
type unitRow struct {
	row    intake.Row
	form   NewUnit
	parent string
	unit   Unit
}

// A unitImport works a table of units out against what stands.
type unitImport struct {
	intake.Outcome
	by      auth.Actor
	day     vn.Day
	have    map[string]standingUnit
	broken  map[string]bool // codes of rows of which something is wrong
	lines   map[string]int  // by code
	fresh   []*unitRow
	byCode  map[string]*unitRow
	renamed []*unitRow
	called  []*unitRow // whose telephone number changed, and nothing else
}

// ImportUnits adds and renames units by a table, all of it or, where a row is
// bad or dry is true, nothing. Rows may come in any order. A row that says what
// is already so changes nothing; one that would move a unit or make it another
// kind is bad, for that takes a decision of its own.
func ImportUnits(ctx context.Context, tx *db.Tx, by auth.Actor, t intake.Table, dry bool) (intake.Outcome, error) {
	if err := mayKeep(by); err != nil {
		return intake.Outcome{}, err
	}
	if !dry {
		if err := tx.Lock(ctx, "imports of units"); err != nil {
			return intake.Outcome{}, err
		}
	}
	have, err := unitsByKey(ctx, tx, by, t.Rows, "code", "parent")
	if err != nil {
		return intake.Outcome{}, err
	}
	im := &unitImport{by: by, day: today(tx), have: have, lines: map[string]int{}, broken: map[string]bool{}, byCode: map[string]*unitRow{}}
	im.Bad = slices.Clone(t.Bad)
	for _, r := range t.Broken {
		im.broken[r.Get("code")] = true
	}
	for _, r := range t.Rows {
		im.read(r)
	}
	im.hang()
	intake.SortBad(im.Bad)
	im.New, im.Changed = len(im.fresh), len(im.renamed)+len(im.called)
	if dry || len(im.Bad) > 0 {
		return im.Outcome, nil
	}
	return im.Outcome, im.apply(ctx, tx)
}

// wrongCells returns what a form's check says of a row; columns are named where
// they differ from the form's fields.
func wrongCells(r intake.Row, err error, columns map[string]string) []intake.Bad {
	fields := fault.Of(err).Fields
	var all []intake.Bad
	for _, f := range slices.Sorted(maps.Keys(fields)) {
		all = append(all, r.Wrong(cmp.Or(columns[f], f), fields[f].Key, fields[f].Args...))
	}
	return all
}

func (im *unitImport) bad(r intake.Row, column, key string, args ...any) {
	im.Bad = append(im.Bad, r.Wrong(column, key, args...))
}

// read checks a row by itself and against the unit that bears its code.
func (im *unitImport) read(r intake.Row) {
	n := &unitRow{row: r, parent: r.Get("parent"), form: NewUnit{
		Key: r.Get("code"), Name: r.Get("name"), Short: r.Get("short"), Kind: r.Get("kind"), Phone: r.Get("phone"),
		From: vn.Day(r.Get("from")), Decision: r.Get("decision"),
	}}
	if line, twice := im.lines[n.form.Key]; twice {
		im.bad(r, "code", "org.import.twice", n.form.Key, line)
		return
	}
	im.lines[n.form.Key] = r.Line
	old, stands := im.have[n.form.Key]
	if n.form.From == "" {
		n.form.From = im.day
	}
	if err := n.form.check(); err != nil {
		im.Bad = append(im.Bad, wrongCells(r, err, map[string]string{"key": "code"})...)
		im.broken[n.form.Key] = true
		return
	}
	switch {
	case !stands && n.parent == "":
		im.bad(r, "parent", "org.import.no_parent")
		im.broken[n.form.Key] = true
	case !stands:
		im.fresh = append(im.fresh, n)
		im.byCode[n.form.Key] = n
	case !old.seen:
		im.bad(r, "code", "org.import.taken", n.form.Key)
	case old.Closed != "":
		im.bad(r, "code", "org.import.closed", n.form.Key, old.Closed.String())
	default:
		im.compare(n, old)
	}
}

// compare looks what a row would change of a unit that stands.
func (im *unitImport) compare(n *unitRow, old standingUnit) {
	n.unit = old.Unit
	given := vn.Day(n.row.Get("from"))
	short := n.row.Get("short")
	switch named := n.form.Name != old.Name || short != "" && short != old.Short; {
	case n.parent != "" && n.parent != old.parent || n.parent == "" && old.Parent != 0:
		im.bad(n.row, "parent", "org.import.moved", old.parent)
	case n.form.Kind != old.Kind:
		im.bad(n.row, "kind", "org.import.kind", old.Kind)
	case named && !old.nameFrom.Before(n.form.From):
		im.bad(n.row, "name", "org.import.renamed", old.Name, old.nameFrom.String())
	case named:
		if n.form.Phone == "" {
			n.form.Phone = old.Phone
		}
		im.renamed = append(im.renamed, n)
	case given != "" && given != old.nameFrom && given != old.first:
		im.bad(n.row, "from", "org.import.from", old.first.String())
	case n.form.Phone != "" && n.form.Phone != old.Phone:
		im.called = append(im.called, n)
	default:
		im.Same++
	}
}

// hang puts the new units under their parents, parents first and in the order of
// the file, and finds those that hang in a circle or nowhere.
func (im *unitImport) hang() {
	under := map[string][]*unitRow{}
	var ready []*unitRow
	for _, n := range im.fresh {
		p, stands := im.have[n.parent]
		_, inFile := im.byCode[n.parent]
		switch {
		case stands && !p.seen:
			im.bad(n.row, "parent", "org.import.outside", n.parent)
		case stands && p.Closed != "":
			im.bad(n.row, "parent", "org.import.parent_closed", n.parent, p.Closed.String())
		case stands:
			n.unit.Depth = p.Depth + 1
			ready = append(ready, n)
		case inFile:
			under[n.parent] = append(under[n.parent], n)
		case !im.broken[n.parent]:
			im.bad(n.row, "parent", "org.import.unknown_parent", n.parent)
		}
	}
	placed := map[*unitRow]bool{}
	var order []*unitRow
	for i := 0; i < len(ready); i++ {
		n := ready[i]
		placed[n] = true
		if n.unit.Depth > maxDepth {
			im.bad(n.row, "parent", "org.import.deep", maxDepth)
			continue
		}
		order = append(order, n)
		for _, c := range under[n.form.Key] {
			c.unit.Depth = n.unit.Depth + 1
			ready = append(ready, c)
		}
	}
	im.circles(placed)
	im.fresh = order
}

// circles names the rows that are above themselves.
func (im *unitImport) circles(placed map[*unitRow]bool) {
	done := map[*unitRow]bool{}
	for _, n := range im.fresh {
		var way []*unitRow
		at := map[*unitRow]int{}
		for n != nil && !placed[n] && !done[n] {
			if _, again := at[n]; again {
				break
			}
			at[n] = len(way)
			way = append(way, n)
			n = im.byCode[n.parent]
		}
		if i, again := at[n]; n != nil && again {
			codes := make([]string, 0, len(way)-i+1)
			for _, x := range way[i:] {
				codes = append(codes, x.form.Key)
			}
			if codes = append(codes, n.form.Key); len(codes) > 12 {
				codes = append(append(slices.Clone(codes[:6]), "…"), codes[len(codes)-5:]...)
			}
			for _, x := range way[i:] {
				im.bad(x.row, "parent", "org.import.circle", strings.Join(codes, " → "))
			}
		}
		for _, x := range way {
			done[x] = true
		}
	}
}

// apply writes what was worked out.
func (im *unitImport) apply(ctx context.Context, tx *db.Tx) error {
	for _, n := range im.renamed {
		if err := bump(ctx, tx, n.unit.ID, n.unit.Version); err != nil {
			return err
		}
		if err := replaceName(ctx, tx, n.unit.ID, n.form); err != nil {
			return err
		}
		if err := insertReform(ctx, tx, im.by, im.by.Tree, "rename", n.form.From, n.form.Decision, "", n.unit.ID); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, im.by, "org.rename", n.form.Key, n.unit.Name+" → "+n.form.Name); err != nil {
			return err
		}
	}
	for _, n := range im.called {
		if err := bump(ctx, tx, n.unit.ID, n.unit.Version); err != nil {
			return err
		}
		if err := setPhone(ctx, tx, n.unit.ID, n.form.Phone); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, im.by, "org.phone", n.form.Key, n.form.Phone); err != nil {
			return err
		}
	}
	if len(im.fresh) == 0 {
		return nil
	}
	if err := im.place(ctx, tx); err != nil {
		return err
	}
	if err := insertUnits(ctx, tx, im.by, im.fresh); err != nil {
		return err
	}
	return audit.RecordMany(ctx, tx, im.by, "org.create", len(im.fresh), func(i int) (string, string) {
		return im.fresh[i].form.Key, im.fresh[i].form.Name
	})
}

// place gives every new unit its id and its path; parents come before children.
func (im *unitImport) place(ctx context.Context, tx *db.Tx) error {
	var parents []Unit
	for _, n := range im.fresh {
		if p, stands := im.have[n.parent]; stands && (len(parents) == 0 || parents[len(parents)-1].ID != p.ID) {
			parents = append(parents, p.Unit)
		}
	}
	taken, err := placesUnder(ctx, tx, im.by.Tree, parents)
	if err != nil {
		return err
	}
	for _, n := range im.fresh {
		p := im.have[n.parent].Unit
		if up := im.byCode[n.parent]; up != nil {
			p = up.unit
		}
		taken[p.ID]++
		n.unit = Unit{
			ID: tx.NewID(), Key: n.form.Key, Name: n.form.Name, Short: n.form.Short, Kind: n.form.Kind, Phone: n.form.Phone,
			Parent: p.ID, Path: p.Path + step(taken[p.ID]) + "/", Depth: p.Depth + 1, Version: 1,
		}
	}
	return nil
}
