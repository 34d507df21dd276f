package notify_test

import (
	"context"
	"sync"
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

// TestTake: each notice is taken once, by however many take at a time, and what
// is written meanwhile is taken later.
func TestTake(t *testing.T) {
	d := dbtest.Open(t)
	var who account.Account
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		house := auth.System("doan")
		if _, err := org.Plant(ctx, tx, house, "doan", "Đoàn", org.NewUnit{Key: "khoi", Name: "Khối", Kind: "đoàn", From: "2020-01-02"}); err != nil {
			return err
		}
		var err error
		who, err = account.Create(ctx, tx, house, account.New{Login: "thu1", Name: "Thư", Unit: "khoi", Roles: []auth.Role{auth.Secretary}})
		return err
	})
	const senders, each = 4, 25
	var mu sync.Mutex
	taken := map[string]int{}
	take := func() int {
		var all []notify.Notice
		if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = notify.Take(ctx, tx, 7)
			return err
		}); err != nil {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		for _, n := range all {
			taken[n.ID]++
		}
		return len(all)
	}
	var wg sync.WaitGroup
	for range senders {
		wg.Go(func() {
			for range each {
				if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
					return notify.Send(ctx, tx, notify.Notice{Account: who.ID, Key: "k"})
				}); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range each / 5 {
				take()
			}
		})
	}
	wg.Wait()
	for take() > 0 {
	}
	for id, n := range taken {
		if n != 1 {
			t.Errorf("%s was taken %d times", id, n)
		}
	}
	if len(taken) != senders*each {
		t.Errorf("%d were taken of %d", len(taken), senders*each)
	}
}
