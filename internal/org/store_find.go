package org

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/find"
	"nhipcau/internal/vn"
)

// A part of the tree up to these sizes is read through; a larger one is asked for
// by the index of words, which knows no places.
const (
	fewUnits   = 1_000
	fewMembers = 4_000
)

// A stretch is a range of paths of a tree.
type stretch struct{ tree, from, to string }

func reach(by auth.Actor) stretch { return stretch{by.Tree, by.Path, by.End()} }

// small reports whether a stretch is better read through than searched for.
func small(ctx context.Context, tx *db.Tx, in stretch) (bool, error) {
	var units, members int
	if err := tx.One(ctx, `SELECT count(*) FROM (SELECT 1 FROM place p WHERE p.tree = $1 AND p.path >= $2 AND p.path < $3 LIMIT $4) x`,
		[]any{in.tree, in.from, in.to, fewUnits}, &units); err != nil || units == fewUnits {
		return false, err
	}
	err := tx.One(ctx, `SELECT count(*) FROM (SELECT 1 FROM place p CROSS JOIN membership s
		WHERE p.tree = $1 AND p.path >= $2 AND p.path < $3 AND s.unit = p.unit LIMIT $4) x`, []any{in.tree, in.from, in.to, fewMembers}, &members)
	return members < fewMembers, err
}

func scanID(r db.Scanner) (id int64, err error) { return id, r.Scan(&id) }

// asked returns the words of a query; nobody types more than ten.
func asked(query string) []string {
	words := find.Words(vn.Fold(query))
	return words[:min(len(words), 10)]
}

// FindMembers returns the members by may see whose name holds a word that begins
// with each of query's, in name order, at most limit; where there are more, those
// first whose words they are. A query without words finds nobody.
func FindMembers(ctx context.Context, tx *db.Tx, by auth.Actor, query string, limit int) ([]Member, error) {
	words := asked(query)
	if len(words) == 0 {
		return nil, nil
	}
	ids, err := best(limit, func(whole bool) ([]int64, error) { return memberIDs(ctx, tx, reach(by), words, whole, 0, limit) })
	if err != nil {
		return nil, err
	}
	return membersByID(ctx, tx, by.Tree, ids)
}

// best returns at most limit of what find finds, first by whole words.
func best(limit int, find func(whole bool) ([]int64, error)) ([]int64, error) {
	ids, err := find(true)
	if err != nil || len(ids) >= limit {
		return ids, err
	}
	more, err := find(false)
	for _, id := range more {
		if _, ok := slices.BinarySearch(ids, id); !ok && len(ids) < limit {
			ids = append(ids, id)
		}
	}
	return ids, err
}

// memberIDs returns the members of a stretch whose name holds each of words, in
// the order they were entered, at most limit after an id.
func memberIDs(ctx context.Context, tx *db.Tx, in stretch, words []string, whole bool, after int64, limit int) ([]int64, error) {
	few, err := small(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	if few {
		return readMembers(ctx, tx, in, words, whole, after, limit)
	}
	return searchMembers(ctx, tx, in, words, whole, after, limit)
}

// searchMembers is memberIDs by the index of words.
func searchMembers(ctx context.Context, tx *db.Tx, in stretch, words []string, whole bool, after int64, limit int) ([]int64, error) {
	if len(words) == 0 {
		return db.All(ctx, tx, scanID, `SELECT m.id FROM member m CROSS JOIN membership s CROSS JOIN place p CROSS JOIN unit_name n WHERE `+memberIn+`
			AND m.id > $4 ORDER BY m.id LIMIT $5`, in.tree, in.from, in.to, after, limit)
	}
	var ids []int64
	err := find.Search(ctx, tx, find.MemberNames, words, whole, in.marks(), after, func(some []int64) (bool, error) {
		for part := range slices.Chunk(some, lookAt) {
			rows, err := db.AllIn(ctx, tx, scanWorded, `SELECT m.id, m.fold FROM member m CROSS JOIN membership s CROSS JOIN place p CROSS JOIN unit_name n
				WHERE `+memberIn+` AND m.id IN`, texts(part), in.tree, in.from, in.to)
			if err != nil {
				return false, err
			}
			if ids = append(ids, holding(rows, words, whole)...); len(ids) >= limit {
				return false, nil
			}
		}
		return true, nil
	})
	return ids[:min(len(ids), limit)], err
}

// lookAt is how many candidates are looked at by one statement.
const lookAt = 50

// memberIn narrows members, their memberships, places and units' names to a
// stretch, $1 to $3.
const memberIn = `s.member = m.id AND s.ended = 0 AND p.tree = $1 AND p.unit = s.unit AND p.path >= $2 AND p.path < $3
	AND n.unit = s.unit AND n.to_day = ''`

func scanWorded(r db.Scanner) (w find.Worded, err error) { return w, r.Scan(&w.ID, &w.Text) }

// holding returns the ids of those of rows that hold words, in order.
func holding(rows []find.Worded, words []string, whole bool) []int64 {
	var ids []int64
	for _, w := range rows {
		if find.Holds(w.Text, words, whole) {
			ids = append(ids, w.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// readMembers is memberIDs by reading a stretch through.
func readMembers(ctx context.Context, tx *db.Tx, in stretch, words []string, whole bool, after int64, limit int) ([]int64, error) {
	var ids []int64
	err := db.Each(ctx, tx, `SELECT m.id, m.fold FROM place p CROSS JOIN unit_name n CROSS JOIN membership s CROSS JOIN member m
		WHERE p.tree = $1 AND p.path >= $2 AND p.path < $3 AND n.unit = p.unit AND n.to_day = '' AND s.unit = p.unit AND s.ended = 0 AND m.id = s.member AND m.id > $4`,
		[]any{in.tree, in.from, in.to, after}, func(r db.Scanner) error {
			var id int64
			var fold string
			err := r.Scan(&id, &fold)
			if err == nil && find.Holds(fold, words, whole) {
				ids = append(ids, id)
			}
			return err
		})
	slices.Sort(ids)
	return ids[:min(len(ids), limit)], err
}

// membersByID returns members in the order of their names. Those who look for a
// member start from the member, whatever else a plan might start from.
func membersByID(ctx context.Context, tx *db.Tx, tree string, ids []int64) ([]Member, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (m named, err error) {
		m.Member, err = scanMemberAnd(r, &m.sort)
		return m, err
	}, `SELECT `+memberColumns+`, m.sort FROM member m CROSS JOIN membership s CROSS JOIN place p CROSS JOIN unit u CROSS JOIN unit_name n
		WHERE s.member = m.id AND s.ended = 0 AND p.tree = $1 AND p.unit = s.unit AND u.id = s.unit AND n.unit = u.id AND n.to_day = '' AND m.id IN`, texts(ids), tree, today(tx))
	slices.SortFunc(all, func(a, b named) int { return cmp.Or(bytes.Compare(a.sort, b.sort), cmp.Compare(a.ID, b.ID)) })
	out := make([]Member, len(all))
	for i, m := range all {
		out[i] = m.Member
	}
	return out, err
}

type named struct {
	Member
	sort []byte
}

func texts(ids []int64) []string {
	all := make([]string, len(ids))
	for i, id := range ids {
		all[i] = strconv.FormatInt(id, 10)
	}
	return all
}

// Find returns the standing units by may see whose name holds a word that begins
// with each of query's, in tree order, at most limit; where there are more, those
// first whose words they are. A query without words finds nothing.
func Find(ctx context.Context, tx *db.Tx, by auth.Actor, query string, limit int) ([]Unit, error) {
	words := asked(query)
	if len(words) == 0 {
		return nil, nil
	}
	ids, err := best(limit, func(whole bool) ([]int64, error) {
		return unitIDs(ctx, tx, reach(by), unitSearch{words, whole, true}, 0, limit)
	})
	if err != nil {
		return nil, err
	}
	all, err := unitsByID(ctx, tx, by.Tree, ids)
	slices.SortFunc(all, func(a, b Unit) int { return cmp.Compare(a.Path, b.Path) })
	return all, err
}

// A unitSearch is what is looked for in the names that units have today.
type unitSearch struct {
	words           []string
	whole, standing bool
}

// nameToday narrows n to the name a unit has today, $2, or its last.
const nameToday = `n.unit = p.unit AND n.from_day = (
	SELECT coalesce(max(CASE WHEN x.from_day <= $2 THEN x.from_day END), min(x.from_day)) FROM unit_name x WHERE x.unit = n.unit)`

const stands = ` AND EXISTS (SELECT 1 FROM unit_edge e WHERE e.tree = p.tree AND e.unit = p.unit AND e.to_day = '')`

// unitIDs returns the units of a stretch that a search finds, in the order they
// were entered, at most limit after an id.
func unitIDs(ctx context.Context, tx *db.Tx, in stretch, s unitSearch, after int64, limit int) ([]int64, error) {
	var n int
	if err := tx.One(ctx, `SELECT count(*) FROM (SELECT 1 FROM place p WHERE p.tree = $1 AND p.path >= $2 AND p.path < $3 LIMIT $4) x`,
		[]any{in.tree, in.from, in.to, fewUnits}, &n); err != nil {
		return nil, err
	}
	if n < fewUnits {
		return readUnits(ctx, tx, in, s, after, limit)
	}
	return searchUnits(ctx, tx, in, s, after, limit)
}

func (s unitSearch) also() string {
	if s.standing {
		return stands
	}
	return ""
}

// readUnits is unitIDs by reading a stretch through.
func readUnits(ctx context.Context, tx *db.Tx, in stretch, s unitSearch, after int64, limit int) ([]int64, error) {
	rows, err := db.All(ctx, tx, scanWorded, `SELECT p.unit, n.fold FROM place p CROSS JOIN unit_name n
		WHERE p.tree = $1 AND p.path >= $3 AND p.path < $4 AND p.unit > $5 AND `+nameToday+s.also(), in.tree, today(tx), in.from, in.to, after)
	ids := holding(rows, s.words, s.whole)
	return ids[:min(len(ids), limit)], err
}

// searchUnits is unitIDs by the index of words.
func searchUnits(ctx context.Context, tx *db.Tx, in stretch, s unitSearch, after int64, limit int) ([]int64, error) {
	var ids []int64
	err := find.Search(ctx, tx, find.UnitNames, s.words, s.whole, in.marks(), after, func(some []int64) (bool, error) {
		for part := range slices.Chunk(some, lookAt) {
			rows, err := db.AllIn(ctx, tx, scanWorded, `SELECT p.unit, n.fold FROM place p CROSS JOIN unit_name n
				WHERE p.tree = $1 AND p.path >= $3 AND p.path < $4 AND `+nameToday+s.also()+` AND p.unit IN`, texts(part), in.tree, today(tx), in.from, in.to)
			if err != nil {
				return false, err
			}
			if ids = append(ids, holding(rows, s.words, s.whole)...); len(ids) >= limit {
				return false, nil
			}
		}
		return true, nil
	})
	return ids[:min(len(ids), limit)], err
}

// unitsByID returns units in no order.
func unitsByID(ctx context.Context, tx *db.Tx, tree string, ids []int64) ([]Unit, error) {
	return db.AllIn(ctx, tx, scan, units+` AND p.unit IN`, texts(ids), tree, today(tx))
}

// placeMarks returns the marks of what stands at a path: of the units one and two
// levels under the root it belongs to. So a search in a part of a large tree does not
// look at all of it.
func placeMarks(tree, path string) []string {
	var all []string
	for i, slashes := 0, 0; i < len(path) && len(all) < 2; i++ {
		if path[i] == '/' {
			if slashes++; slashes > 2 {
				all = append(all, tree+path[:i+1])
			}
		}
	}
	return all
}

// marks returns the mark that narrows a search to a stretch best, none if it is the
// whole tree.
func (s stretch) marks() []string {
	all := placeMarks(s.tree, s.from)
	return all[max(0, len(all)-1):]
}

type markedUnit struct {
	unit  int64
	marks []string
}

func scanPlace(r db.Scanner) (m markedUnit, err error) {
	var tree, path string
	err = r.Scan(&m.unit, &tree, &path)
	m.marks = placeMarks(tree, path)
	return m, err
}

// marksOf returns the marks of units, in all trees in which they stand.
func marksOf(ctx context.Context, tx *db.Tx, units []int64) (map[int64][]string, error) {
	places, err := db.AllIn(ctx, tx, scanPlace, `SELECT unit, tree, path FROM place WHERE unit IN`, texts(units))
	return byUnit(places), err
}

func byUnit(places []markedUnit) map[int64][]string {
	marks := make(map[int64][]string, len(places))
	for _, p := range places {
		marks[p.unit] = append(marks[p.unit], p.marks...)
	}
	return marks
}

// markMember notes where the list stands that a member has joined.
func markMember(ctx context.Context, tx *db.Tx, unit, member int64) error {
	marks, err := marksOf(ctx, tx, []int64{unit})
	if err != nil {
		return err
	}
	return find.AddWords(ctx, tx, find.MemberNames, []find.Worded{{ID: member, Marks: marks[unit]}})
}

// markMoved notes where everything at and under a path stands by now.
func markMoved(ctx context.Context, tx *db.Tx, tree, path string) error {
	marked := func(r db.Scanner) (w find.Worded, err error) {
		var at string
		err = r.Scan(&w.ID, &at)
		w.Marks = placeMarks(tree, at)
		return w, err
	}
	units, err := db.All(ctx, tx, marked, `SELECT unit, path FROM place WHERE tree = $1 AND path >= $2 AND path < $3`, tree, path, auth.After(path))
	if err != nil {
		return err
	}
	if err := find.AddWords(ctx, tx, find.UnitNames, units); err != nil {
		return err
	}
	members, err := db.All(ctx, tx, marked, `SELECT s.member, p.path FROM place p CROSS JOIN membership s
		WHERE p.tree = $1 AND p.path >= $2 AND p.path < $3 AND s.unit = p.unit AND s.ended = 0`, tree, path, auth.After(path))
	if err != nil {
		return err
	}
	return find.AddWords(ctx, tx, find.MemberNames, members)
}

// A Placed is a unit that stands at another place than before.
type Placed struct {
	Unit int64
	Path string
}

// manyPlaced is from how many units on the lists of all units are gone through, and
// not those of each.
const manyPlaced = 5_000

// MarkPlaced notes where units and those on their lists stand by now, so that they
// are found there.
func MarkPlaced(ctx context.Context, tx *db.Tx, tree string, all []Placed) error {
	marks := make(map[int64][]string, len(all))
	units := make([]int64, len(all))
	same := map[string][]string{} // what stands under one unit has the same marks
	for i, p := range all {
		m := placeMarks(tree, p.Path)
		if len(m) > 0 {
			last := m[len(m)-1]
			if same[last] == nil {
				same[last] = m
			}
			m = same[last]
		}
		marks[p.Unit], units[i] = m, p.Unit
	}
	if err := find.AddMarks(ctx, tx, find.UnitNames, func(add func(find.Worded) error) error {
		for _, u := range units {
			if err := add(find.Worded{ID: u, Marks: marks[u]}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	return find.AddMarks(ctx, tx, find.MemberNames, func(add func(find.Worded) error) error {
		row := func(r db.Scanner) error {
			var w find.Worded
			var unit int64
			if err := r.Scan(&w.ID, &unit); err != nil {
				return err
			}
			if w.Marks = marks[unit]; len(w.Marks) == 0 {
				return nil
			}
			return add(w)
		}
		if len(units) > manyPlaced {
			return db.Each(ctx, tx, `SELECT member, unit FROM membership WHERE ended = 0`, nil, row)
		}
		for in, args := range db.In(units) {
			if err := db.Each(ctx, tx, `SELECT member, unit FROM membership WHERE ended = 0 AND unit `+in, args, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// AddUnitNames notes the words of units' new names.
func AddUnitNames(ctx context.Context, tx *db.Tx, names map[int64]string) error {
	var all []find.Worded
	for unit, name := range names {
		all = append(all, find.Worded{ID: unit, Text: vn.Fold(name)})
	}
	return find.AddWords(ctx, tx, find.UnitNames, all)
}

// Reindex makes the words by which people and units are found anew, of their names:
// after rows were loaded otherwise than by the verbs.
func Reindex(ctx context.Context, tx *db.Tx) error {
	places, err := db.All(ctx, tx, scanPlace, `SELECT unit, tree, path FROM place`)
	if err != nil {
		return err
	}
	marks := byUnit(places)
	for _, x := range []struct {
		index        find.Index
		texts, marks string
	}{
		{find.MemberNames, `SELECT id, fold FROM member ORDER BY id`, `SELECT member, unit FROM membership WHERE ended = 0`},
		{find.UnitNames, `SELECT unit, fold FROM unit_name ORDER BY unit, from_day`, `SELECT id, id FROM unit`},
	} {
		if err := find.Reindex(ctx, tx, x.index, func(add func(find.Worded) error) error {
			return db.Each(ctx, tx, x.texts, nil, func(r db.Scanner) error {
				w, err := scanWorded(r)
				if err != nil {
					return err
				}
				return add(w)
			})
		}, func(add func(find.Worded) error) error {
			return db.Each(ctx, tx, x.marks, nil, func(r db.Scanner) error {
				var w find.Worded
				var unit int64
				if err := r.Scan(&w.ID, &unit); err != nil {
					return err
				}
				w.Marks = marks[unit]
				return add(w)
			})
		}); err != nil {
			return err
		}
	}
	return nil
}

// KindsUnder returns kinds of units under by's, of the first ones in the order of the
// tree, which come to all of its levels.
func KindsUnder(ctx context.Context, tx *db.Tx, by auth.Actor) ([]string, error) {
	const some = 500
	return db.All(ctx, tx, func(r db.Scanner) (k string, err error) { return k, r.Scan(&k) }, `
		SELECT DISTINCT k.kind FROM (SELECT unit FROM place WHERE tree = $1 AND path > $2 AND path < $3 ORDER BY path LIMIT $4) p
		CROSS JOIN unit_kind k WHERE k.unit = p.unit ORDER BY k.kind`, by.Tree, by.Path, by.End(), some)
}
