package org

import (
	"context"
	"maps"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/find"
	"nhipcau/internal/intake"
	"nhipcau/internal/vn"
)

// unitsByKey returns the units that cells of columns name, by key, wherever they
// stand: a code is given once in the whole house.
func unitsByKey(ctx context.Context, tx *db.Tx, by auth.Actor, rows []intake.Row, columns ...string) (map[string]standingUnit, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (u standingUnit, err error) {
		return u, r.Scan(&u.ID, &u.Key, &u.Phone, &u.Version, &u.Name, &u.Short, &u.nameFrom, &u.Kind,
			&u.Path, &u.Depth, &u.Closed, &u.Parent, &u.parent, &u.first)
	}, `SELECT u.id, u.key, u.phone, u.version, coalesce(n.name, ''), coalesce(n.short, ''), coalesce(n.from_day, ''), coalesce(k.kind, ''),
			coalesce(p.path, ''), coalesce(p.depth, 0), coalesce(e.to_day, ''), coalesce(e.parent, 0), coalesce(above.key, ''),
			coalesce((SELECT min(x.from_day) FROM unit_edge x WHERE x.tree = $1 AND x.unit = u.id), '')
		FROM unit u
		LEFT JOIN unit_name n ON n.unit = u.id AND n.from_day = (SELECT max(x.from_day) FROM unit_name x WHERE x.unit = u.id)
		LEFT JOIN unit_kind k ON k.unit = u.id AND k.from_day = (SELECT max(x.from_day) FROM unit_kind x WHERE x.unit = u.id)
		LEFT JOIN place p ON p.tree = $1 AND p.unit = u.id
		LEFT JOIN unit_edge e ON e.tree = $1 AND e.unit = u.id AND e.from_day = (SELECT max(x.from_day) FROM unit_edge x WHERE x.tree = $1 AND x.unit = u.id)
		LEFT JOIN unit above ON above.id = e.parent
		WHERE u.key IN`, cellsOf(rows, columns...), by.Tree)
	have := make(map[string]standingUnit, len(all))
	for _, u := range all {
		u.seen = u.Path != "" && by.Covers(u.Path)
		have[u.Key] = u
	}
	return have, err
}

// cellsOf returns what stands in columns, each once and in order.
func cellsOf(rows []intake.Row, columns ...string) []string {
	all := map[string]bool{}
	for _, r := range rows {
		for _, c := range columns {
			all[r.Get(c)] = true
		}
	}
	delete(all, "")
	return slices.Sorted(maps.Keys(all))
}

// placesUnder returns how many places each of parents has given out.
func placesUnder(ctx context.Context, tx *db.Tx, tree string, parents []Unit) (map[int64]int64, error) {
	taken := map[int64]int64{}
	for _, p := range parents {
		if _, asked := taken[p.ID]; asked {
			continue
		}
		n, err := lastStep(ctx, tx, tree, p)
		if err != nil {
			return nil, err
		}
		taken[p.ID] = n
	}
	return taken, nil
}

func setPhone(ctx context.Context, tx *db.Tx, unit int64, phone string) error {
	return tx.Exec(ctx, `UPDATE unit SET phone = $1 WHERE id = $2`, phone, unit)
}

// insertUnits adds units to by's tree. Units of one day and one decision are one
// change of the tree.
func insertUnits(ctx context.Context, tx *db.Tx, by auth.Actor, all []*unitRow) error {
	type deed struct {
		day      vn.Day
		decision string
	}
	reforms := map[deed]string{}
	var deeds []deed
	for _, n := range all {
		d := deed{n.form.From, n.form.Decision}
		if reforms[d] == "" {
			reforms[d] = db.NewKey()
			deeds = append(deeds, d)
		}
	}
	for _, t := range []struct {
		head string
		n    int
		row  func(i int) []any
	}{
		{`INSERT INTO unit (id, key, phone, sample, created_at, version) VALUES`, len(all), func(i int) []any {
			u := all[i].unit
			return []any{u.ID, u.Key, u.Phone, 0, tx.Now, 1}
		}},
		{`INSERT INTO unit_name (unit, from_day, to_day, name, short, fold, sort) VALUES`, len(all), func(i int) []any {
			u := all[i].unit
			return []any{u.ID, all[i].form.From, "", u.Name, u.Short, vn.Fold(u.Name + " " + u.Short), vn.SortKey(u.Name)}
		}},
		{`INSERT INTO unit_kind (unit, from_day, to_day, kind) VALUES`, len(all), func(i int) []any {
			return []any{all[i].unit.ID, all[i].form.From, "", all[i].unit.Kind}
		}},
		{`INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) VALUES`, len(all), func(i int) []any {
			return []any{by.Tree, all[i].unit.ID, all[i].unit.Parent, all[i].form.From, ""}
		}},
		{`INSERT INTO place (tree, unit, path, depth) VALUES`, len(all), func(i int) []any {
			return []any{by.Tree, all[i].unit.ID, all[i].unit.Path, all[i].unit.Depth}
		}},
		{`INSERT INTO reform (id, tree, kind, day, decision, reason, actor, actor_name, at, applied_at) VALUES`, len(deeds), func(i int) []any {
			return []any{reforms[deeds[i]], by.Tree, "create", deeds[i].day, deeds[i].decision, "", by.Login, by.Name, tx.Now, tx.Now}
		}},
		{`INSERT INTO lineage (reform, old_unit, new_unit, num, den, keeper, assumed) VALUES`, len(all), func(i int) []any {
			n := all[i]
			return []any{reforms[deed{n.form.From, n.form.Decision}], n.unit.ID, n.unit.ID, 1, 1, 1, 0}
		}},
	} {
		if err := db.InsertMany(ctx, tx, t.head, t.n, t.row); err != nil {
			return err
		}
	}
	words := make([]find.Worded, len(all))
	for i, u := range all {
		words[i] = find.Worded{ID: u.unit.ID, Text: vn.Fold(u.unit.Name + " " + u.unit.Short), Marks: placeMarks(by.Tree, u.unit.Path)}
	}
	if err := find.AddWords(ctx, tx, find.UnitNames, words); err != nil {
		return err
	}
	return touch(ctx, tx, by.Tree)
}

// membersByKey returns the members that the column code names, by key, wherever
// they are: with the membership that lasts in by's tree, if any.
func membersByKey(ctx context.Context, tx *db.Tx, by auth.Actor, rows []intake.Row) (map[string]listedMember, error) {
	all, err := db.AllIn(ctx, tx, func(r db.Scanner) (m listedMember, err error) {
		var exempt int
		err = r.Scan(&m.ID, &m.Key, &m.Name, &m.Phone, &m.Email, &m.Version, &m.Unit, &m.UnitName, &m.Since, &m.path, &m.first, &m.Office, &m.titles, &exempt)
		m.Exempt = exempt != 0
		return m, err
	}, `SELECT m.id, m.key, m.name, m.phone, m.email, m.version, coalesce(s.unit, 0), coalesce(n.name, ''), coalesce(s.from_day, ''), coalesce(p.path, ''),
			coalesce((SELECT min(x.from_day) FROM membership x WHERE x.member = m.id), ''),
			coalesce((SELECT o.title FROM office o WHERE o.member = m.id AND o.unit = s.unit AND (o.to_day = '' OR o.to_day > $2)
				ORDER BY o.rank, o.from_day LIMIT 1), ''),
			(SELECT count(*) FROM office o WHERE o.member = m.id AND o.unit = s.unit AND (o.to_day = '' OR o.to_day > $2)),
			(SELECT count(*) FROM exemption x WHERE x.member = m.id AND x.ended = 0)
		FROM member m
		LEFT JOIN membership s ON s.member = m.id AND s.ended = 0
		LEFT JOIN unit_name n ON n.unit = s.unit AND n.to_day = ''
		LEFT JOIN place p ON p.tree = $1 AND p.unit = s.unit
		WHERE m.key IN`, cellsOf(rows, "code"), by.Tree, today(tx))
	have := make(map[string]listedMember, len(all))
	for _, m := range all {
		have[m.Key] = m
	}
	return have, err
}

func insertMembers(ctx context.Context, tx *db.Tx, all []*memberRow) error {
	if err := db.InsertMany(ctx, tx, `INSERT INTO member (id, key, name, fold, sort, phone, email, sample, created_at, version) VALUES`, len(all), func(i int) []any {
		m := all[i].form
		return []any{all[i].id, m.Key, m.Name, vn.Fold(m.Name), vn.NameKey(m.Name), m.Phone, m.Email, 0, tx.Now, 1}
	}); err != nil {
		return err
	}
	units := map[int64]bool{}
	for _, m := range all {
		units[m.unit.ID] = true
	}
	marks, err := marksOf(ctx, tx, slices.Sorted(maps.Keys(units)))
	if err != nil {
		return err
	}
	words := make([]find.Worded, len(all))
	for i, m := range all {
		words[i] = find.Worded{ID: m.id, Text: vn.Fold(m.form.Name), Marks: marks[m.unit.ID]}
	}
	if err := find.AddWords(ctx, tx, find.MemberNames, words); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `INSERT INTO membership (id, member, unit, from_day, to_day, recorded_at, ended) VALUES`, len(all), func(i int) []any {
		return []any{tx.NewID(), all[i].id, all[i].unit.ID, all[i].form.From, "", tx.Now, 0}
	})
}

func insertOffices(ctx context.Context, tx *db.Tx, all []*memberRow) error {
	return db.InsertMany(ctx, tx, `INSERT INTO office (id, unit, member, term, title, rank, from_day, to_day) VALUES`, len(all), func(i int) []any {
		m := all[i]
		return []any{db.NewKey(), m.unit.ID, m.id, nil, m.office.Title, m.office.Rank, m.office.From, ""}
	})
}

func insertExemptions(ctx context.Context, tx *db.Tx, all []*memberRow) error {
	return db.InsertMany(ctx, tx, `INSERT INTO exemption (id, member, from_day, to_day, paper, recorded_at, ended) VALUES`, len(all), func(i int) []any {
		return []any{tx.NewID(), all[i].id, all[i].exempt, "", all[i].paper, tx.Now, 0}
	})
}
