package notify_test

import (
	"context"
	"testing"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
)

// TestNotices: those in the unit with the role are told, each reads their own.
func TestNotices(t *testing.T) {
	d := dbtest.Open(t)
	house := auth.System("doan")
	people := map[string]auth.Actor{}
	var unit org.Unit
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		if unit, err = org.Plant(ctx, tx, house, "doan", "Đoàn", org.NewUnit{Key: "khoi", Name: "Khối", Kind: "đoàn", From: "2020-01-02"}); err != nil {
			return err
		}
		for login, role := range map[string]auth.Role{"thu": auth.Secretary, "van": auth.Clerk, "vien": auth.Member} {
			a, err := account.Create(ctx, tx, house, account.New{Login: login + "1", Name: login, Unit: "khoi", Roles: []auth.Role{role}})
			if err != nil {
				return err
			}
			people[login] = auth.Actor{Login: a.ID}
		}
		return nil
	})
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		n, err := notify.ToUnit(ctx, tx, unit.ID, []auth.Role{auth.Secretary, auth.Clerk}, "plan.notice.submitted", []string{"Chương trình"}, "/plans/1")
		if n != 2 {
			t.Errorf("told %d people, want the secretary and the clerk", n)
		}
		return err
	})
	unread := func(who string) (n int) {
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = notify.Unread(ctx, tx, people[who])
			return err
		})
		return n
	}
	if unread("thu") != 1 || unread("van") != 1 || unread("vien") != 0 {
		t.Errorf("unread: %d, %d, %d; want 1, 1, 0", unread("thu"), unread("van"), unread("vien"))
	}
	var mine []notify.Notice
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) (err error) {
		mine, err = notify.List(ctx, tx, people["thu"], 0, 10)
		return err
	})
	if len(mine) != 1 || mine[0].Key != "plan.notice.submitted" || len(mine[0].Args) != 1 || mine[0].Link != "/plans/1" || !mine[0].ReadAt.IsZero() {
		t.Fatalf("her notices are %+v", mine)
	}
	read := func(who string) error {
		return d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { return notify.MarkRead(ctx, tx, people[who], mine[0].ID) })
	}
	if err := read("van"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another's notice: %v, want NotFound", err)
	}
	if err := read("thu"); err != nil || unread("thu") != 0 || unread("van") != 1 {
		t.Errorf("reading one: %v, unread %d and %d", err, unread("thu"), unread("van"))
	}
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return notify.MarkAllRead(ctx, tx, people["van"]) })
	if unread("van") != 0 {
		t.Error("all are marked as read, and some are not")
	}
}
