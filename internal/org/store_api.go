package org

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// unitsAfter returns the units at and under top that by may see, closed ones too,
// whose name holds every word of query: in tree order, at most limit after a path.
func unitsAfter(ctx context.Context, tx *db.Tx, by auth.Actor, top, query, after string, limit int) ([]Unit, error) {
	q, args := words(seen+` AND p.path >= $5 AND p.path < $6 AND p.path > $7`, "n.fold", query,
		by.Tree, today(tx), by.Path, by.End(), top, auth.After(top), after)
	return db.All(ctx, tx, scan, q+` ORDER BY p.path LIMIT `+db.Arg(len(args)+1), append(args, limit)...)
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

// membersAfter returns the members of units with a path from one to before
// another that by may see, whose name holds every word of query: in the order they
// were entered, at most limit after an id.
func membersAfter(ctx context.Context, tx *db.Tx, by auth.Actor, from, to, query string, after int64, limit int) ([]Member, error) {
	q, args := words(seenMembers+` AND p.path >= $5 AND p.path < $6 AND m.id > $7`, "m.fold", query,
		by.Tree, today(tx), by.Path, by.End(), from, to, after)
	return db.All(ctx, tx, scanMember, q+` ORDER BY m.id LIMIT `+db.Arg(len(args)+1), append(args, limit)...)
}
