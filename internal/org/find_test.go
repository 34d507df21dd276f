package org

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/vn"
)

// TestFoundByWords has people and units come, change their names and move, and
// after each deed compares what the index finds with what reading finds.
func TestFoundByWords(t *testing.T) {
	d, by := orchard(t)
	r := rand.New(rand.NewPCG(7, 8))
	names := []string{"Nguyễn Văn An", "Nguyễn Thị Ánh", "Trần Văn Hùng", "Lê Thị Thuý", "Lê Thủy", "Nguyễn An Vũ"}
	queries := [][]string{{"n"}, {"nguyen"}, {"an"}, {"an", "nguyen"}, {"ngu", "v"}, {"thi", "le"}, {"thuy"}, {"to"}, {"to", "an"}, {"xyz"}, {"doi", "ten"}, {"don"}}
	units, people := []string{"goc", "a", "b"}, []string{"m-a", "m-b"}
	any := func(all []string) string { return all[r.IntN(len(all))] }
	day := 1
	deeds := []func(ctx context.Context, tx *db.Tx) error{
		func(ctx context.Context, tx *db.Tx) error {
			k := fmt.Sprint("u", len(units))
			_, err := Create(ctx, tx, by, any(units), NewUnit{Key: k, Name: "Tổ " + any(names), Kind: "tổ", From: "2020-01-01"})
			units = append(units, k)
			return err
		},
		func(ctx context.Context, tx *db.Tx) error {
			m, err := Admit(ctx, tx, by, any(units), NewMember{Name: any(names), From: "2020-01-01"})
			people = append(people, m.Key)
			return err
		},
		func(ctx context.Context, tx *db.Tx) error {
			m, err := GetMember(ctx, tx, by, any(people))
			if err != nil {
				return err
			}
			return Amend(ctx, tx, by, m.Key, m.Version, NewMember{Name: any(names)})
		},
		func(ctx context.Context, tx *db.Tx) error {
			day++
			m, err := GetMember(ctx, tx, by, any(people))
			if err != nil {
				return err
			}
			to := any(units)
			if to == m.UnitKey {
				return nil
			}
			return Transfer(ctx, tx, by, m.Key, to, m.Since.AddDays(1))
		},
		func(ctx context.Context, tx *db.Tx) error {
			u, err := Get(ctx, tx, by, any(units))
			if err != nil {
				return err
			}
			day++
			return Rename(ctx, tx, by, u.Key, u.Version, NewUnit{Name: "Đổi tên " + any(names), From: later(day)}, "")
		},
		func(ctx context.Context, tx *db.Tx) error {
			u, err := Get(ctx, tx, by, any(units[1:]))
			if err != nil {
				return err
			}
			parent, err := Get(ctx, tx, by, any(units))
			if err != nil || by.Covers(parent.Path) && auth.After(u.Path) > parent.Path && parent.Path >= u.Path {
				return err
			}
			day++
			_, _, err = Move(ctx, tx, u, parent, later(day))
			return err
		},
	}
	for i := range 150 {
		dbtest.Write(t, d, deeds[r.IntN(len(deeds))])
		if i == 100 {
			dbtest.Write(t, d, Reindex)
		}
		words, whole := queries[r.IntN(len(queries))], r.IntN(2) == 0
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			u, err := Get(ctx, tx, by, any(units))
			if err != nil {
				return err
			}
			in := stretch{"t", u.Path, auth.After(u.Path)}
			read, err := readMembers(ctx, tx, in, words, whole, 0, 1000)
			if err != nil {
				return err
			}
			searched, err := searchMembers(ctx, tx, in, words, whole, 0, 1000)
			if err != nil {
				return err
			}
			if !slices.Equal(read, searched) {
				t.Errorf("%d: people with %q (whole: %t) in %s: the index finds %v, reading %v", i, words, whole, u.Path, searched, read)
			}
			s := unitSearch{words, whole, r.IntN(2) == 0}
			if read, err = readUnits(ctx, tx, in, s, 0, 1000); err != nil {
				return err
			}
			if searched, err = searchUnits(ctx, tx, in, s, 0, 1000); err != nil {
				return err
			}
			if !slices.Equal(read, searched) {
				t.Errorf("%d: units with %v in %s: the index finds %v, reading %v", i, s, u.Path, searched, read)
			}
			return nil
		})
	}
}

// TestWholeWordsFirst has more people than are asked for.
func TestWholeWordsFirst(t *testing.T) {
	d, by := orchard(t)
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		for _, name := range []string{"Lê Anh", "Lê Ảnh", "Lê Văn Ăn", "Lê An"} {
			if _, err := Admit(ctx, tx, by, "a", NewMember{Name: name, From: "2020-01-01"}); err != nil {
				return err
			}
		}
		return nil
	})
	for limit, want := range map[int]string{1: "Lê Văn Ăn;", 2: "Lê An;Lê Văn Ăn;", 3: "Lê An;Lê Anh;Lê Văn Ăn;"} {
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			all, err := FindMembers(ctx, tx, by, "an lê", limit)
			got := ""
			for _, m := range all {
				got += m.Name + ";"
			}
			if got != want {
				t.Errorf("the first %d are %s, want %s", limit, got, want)
			}
			return err
		})
	}
}

// later is a day of its own for each change.
func later(n int) vn.Day { return vn.Day("2020-01-01").AddDays(n) }
