package org

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// unitsAfter returns the units at and under top that by may see, closed ones too:
// in tree order, at most limit after a path; or those whose name holds every word
// of query, in the order they were entered, at most limit after a unit.
func unitsAfter(ctx context.Context, tx *db.Tx, by auth.Actor, top, query string, after Unit, limit int) ([]Unit, error) {
	words := asked(query)
	if len(words) == 0 && query != "" || !by.Covers(top) {
		return nil, nil
	}
	if query == "" {
		return db.All(ctx, tx, scan, units+` AND p.path >= $3 AND p.path < $4 AND p.path > $5 ORDER BY p.path LIMIT $6`,
			by.Tree, today(tx), top, auth.After(top), after.Path, limit)
	}
	ids, err := unitIDs(ctx, tx, stretch{by.Tree, top, auth.After(top)}, unitSearch{words: words}, after.ID, limit)
	if err != nil {
		return nil, err
	}
	all, err := unitsByID(ctx, tx, by.Tree, ids)
	slices.SortFunc(all, func(a, b Unit) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}

// parentKeys returns the keys of the units above some that by may see, by id.
func parentKeys(ctx context.Context, tx *db.Tx, by auth.Actor, units []Unit) (map[int64]string, error) {
	keys := map[int64]string{}
	args := []any{by.Tree, by.Path, by.End()}
	var list []string
	for _, u := range units {
		if _, ok := keys[u.Parent]; ok || u.Parent == 0 {
			continue
		}
		keys[u.Parent] = ""
		args = append(args, u.Parent)
		list = append(list, db.Arg(len(args)))
	}
	if len(list) == 0 {
		return keys, nil
	}
	return keys, db.Each(ctx, tx, `SELECT u.id, u.key FROM unit u JOIN place p ON p.tree = $1 AND p.unit = u.id
		WHERE p.path >= $2 AND p.path < $3 AND u.id IN (`+strings.Join(list, ", ")+`)`, args, func(r db.Scanner) error {
		var id int64
		var key string
		err := r.Scan(&id, &key)
		keys[id] = key
		return err
	})
}

// membersAfter returns the members of a stretch that by may see whose name holds
// every word of query: in the order they were entered, at most limit after an id.
func membersAfter(ctx context.Context, tx *db.Tx, by auth.Actor, in stretch, query string, after int64, limit int) ([]Member, error) {
	words := asked(query)
	if len(words) == 0 && query != "" || !by.Covers(in.from) {
		return nil, nil
	}
	ids, err := memberIDs(ctx, tx, in, words, false, after, limit)
	if err != nil {
		return nil, err
	}
	all, err := membersByID(ctx, tx, by.Tree, ids)
	slices.SortFunc(all, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	return all, err
}
