package directive_test

import (
	"context"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
)

// TestSeen: a paper is seen in the unit that entered it and above; below once it
// has been sent down; beside never.
func TestSeen(t *testing.T) {
	d := dbtest.Open(t)
	house := auth.System("doan")
	act := func(u org.Unit) auth.Actor {
		return auth.Actor{Login: u.Key, Name: u.Name, Tree: "doan", Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{auth.Clerk}}
	}
	var top, east, west, under auth.Actor
	var paper directive.Directive
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: key, Kind: "đoàn", From: "2020-01-02"}
		}
		root, err := org.Plant(ctx, tx, house, "doan", "Đoàn", n("khoi"))
		if err != nil {
			return err
		}
		var units []org.Unit
		for _, at := range [][2]string{{"khoi", "dong"}, {"khoi", "tay"}, {"dong", "chi-doan"}} {
			u, err := org.Create(ctx, tx, house, at[0], n(at[1]))
			if err != nil {
				return err
			}
			units = append(units, u)
		}
		top, east, west, under = act(root), act(units[0]), act(units[1]), act(units[2])
		paper, err = directive.Enter(ctx, tx, east, directive.Form{
			Kind: "NQ", Number: "59", Symbol: "NQ/TW", Issuer: "Bộ Chính trị", Issued: "2020-08-05", Subject: "Về Cần Thơ",
		}, file.Blob{})
		return err
	})
	sees := func(by auth.Actor) bool {
		t.Helper()
		found := false
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			_, err := directive.Get(ctx, tx, by, paper.ID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			list, lerr := directive.List(ctx, tx, by, "59", 0, 10)
			if found = err == nil; found != (len(list) == 1) {
				t.Errorf("%s: Get says %v, List has %d", by.Name, found, len(list))
			}
			return lerr
		})
		return found
	}
	for _, c := range []struct {
		name string
		by   auth.Actor
		want bool
	}{{"clerk of the unit", east, true}, {"clerk above", top, true}, {"clerk beside", west, false}, {"clerk under it", under, false}} {
		if got := sees(c.by); got != c.want {
			t.Errorf("%s sees it: %v, want %v", c.name, got, c.want)
		}
	}
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		return directive.Reach(ctx, tx, paper.ID, "doan", east.Path)
	})
	if !sees(under) || sees(west) {
		t.Errorf("sent down to %s: under it %v, beside %v; want true, false", east.Name, sees(under), sees(west))
	}
}
