package org

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
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

// FindMembers returns the members by may see whose name holds a word that begins
// with each of query's, in name order, at most limit; where there are more, those
// first whose words they are. A query without words finds nobody.
func FindMembers(ctx context.Context, tx *db.Tx, by auth.Actor, query string, limit int) ([]Member, error) {
	words := db.Words(vn.Fold(query))
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
	f := db.Found{From: `member f`, Where: `f.id > $5`, Key: `f.id`, Args: []any{after}} // all
	if len(words) > 0 {
		if f, err = tx.Find(ctx, db.MemberNames, words, whole, after, 5); err != nil {
			return nil, err
		}
	}
	return db.All(ctx, tx, scanID, `SELECT `+f.Key+` FROM `+f.From+` CROSS JOIN membership s CROSS JOIN place p CROSS JOIN unit_name n
		WHERE `+f.Where+` AND s.member = `+f.Key+` AND s.ended = 0 AND p.tree = $1 AND p.unit = s.unit AND p.path >= $2 AND p.path < $3
		AND n.unit = s.unit AND n.to_day = ''
		ORDER BY `+f.Key+` LIMIT $4`, append([]any{in.tree, in.from, in.to, limit}, f.Args...)...)
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
			if err == nil && db.Holds(fold, words, whole) {
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
	words := db.Words(vn.Fold(query))
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
	also := ""
	if s.standing {
		also = stands
	}
	if n < fewUnits {
		var ids []int64
		err := db.Each(ctx, tx, `SELECT p.unit, n.fold FROM place p CROSS JOIN unit_name n
			WHERE p.tree = $1 AND p.path >= $3 AND p.path < $4 AND p.unit > $5 AND `+nameToday+also,
			[]any{in.tree, today(tx), in.from, in.to, after}, func(r db.Scanner) error {
				var id int64
				var fold string
				err := r.Scan(&id, &fold)
				if err == nil && db.Holds(fold, s.words, s.whole) {
					ids = append(ids, id)
				}
				return err
			})
		slices.Sort(ids)
		return ids[:min(len(ids), limit)], err
	}
	f, err := tx.Find(ctx, db.UnitNames, s.words, s.whole, after, 6)
	if err != nil {
		return nil, err
	}
	return db.All(ctx, tx, scanID, `SELECT p.unit FROM `+f.From+` CROSS JOIN place p CROSS JOIN unit_name n
		WHERE `+f.Where+` AND p.tree = $1 AND p.unit = `+f.Key+` AND p.path >= $3 AND p.path < $4 AND `+nameToday+` AND n.from_day = `+f.Day+also+`
		ORDER BY `+f.Key+` LIMIT $5`, append([]any{in.tree, today(tx), in.from, in.to, limit}, f.Args...)...)
}

// unitsByID returns units in no order.
func unitsByID(ctx context.Context, tx *db.Tx, tree string, ids []int64) ([]Unit, error) {
	return db.AllIn(ctx, tx, scan, units+` AND p.unit IN`, texts(ids), tree, today(tx))
}
