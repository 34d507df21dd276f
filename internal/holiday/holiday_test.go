package holiday_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/holiday"
	"nhipcau/internal/vn"
)

// naive reckons the day of the week by counting days from Monday 1 January 1900, with
// the months written out.
func naive(year, month, day int) (weekday int) {
	lengths := []int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	n := day - 1
	for y := 1900; y < year; y++ {
		n += 365
		if y%4 == 0 && y%100 != 0 || y%400 == 0 {
			n++
		}
	}
	for m := 1; m < month; m++ {
		n += lengths[m-1]
		if m == 2 && (year%4 == 0 && year%100 != 0 || year%400 == 0) {
			n++
		}
	}
	return n % 7 // 0 is Monday
}

func works(c holiday.Calendar, d vn.Day) bool {
	t := d.Start().In(vn.Zone)
	free := naive(t.Year(), int(t.Month()), t.Day()) >= 5
	switch c[d] {
	case holiday.Off:
		free = true
	case holiday.Work:
		free = false
	}
	return !free
}

// TestWorkingDays compares any calendar with one that counts days by hand.
func TestWorkingDays(t *testing.T) {
	r := rand.New(rand.NewPCG(35, 1))
	for range 400 {
		from := vn.MakeDay(1901+r.IntN(198), 1+r.IntN(12), 1+r.IntN(28))
		c := holiday.Calendar{}
		for range r.IntN(30) {
			c[from.AddDays(r.IntN(70)-5)] = holiday.Kinds[r.IntN(2)]
		}
		want := from
		for n := 0; n < 60 && !works(c, want); n++ {
			want = from.AddDays(n)
		}
		if got := c.OnOrAfter(from); got != want {
			t.Fatalf("the first working day from %s by %v is %s, not %s", from, c, want, got)
		}
	}
	never := holiday.Calendar{}
	for n := range 100 {
		never[vn.Day("2026-01-01").AddDays(n)] = holiday.Off
	}
	if got := never.OnOrAfter("2026-01-01"); got != "2026-01-01" {
		t.Errorf("with no working day at all a day becomes %s", got)
	}
}

// TestShipped: what comes with the house moves deadlines as offices did.
func TestShipped(t *testing.T) {
	d := dbtest.Open(t)
	for day, want := range map[vn.Day]vn.Day{
		"2020-01-24": "2020-01-30", "2020-04-02": "2020-04-03", "2020-04-30": "2020-05-04",
		"2021-02-10": "2021-02-17", "2021-05-01": "2021-05-04", "2022-01-01": "2022-01-04",
		"2022-04-30": "2022-05-04", "2023-04-29": "2023-05-04", "2023-09-01": "2023-09-05",
		"2024-04-27": "2024-05-02", "2024-05-04": "2024-05-04", "2024-08-31": "2024-09-04",
		"2025-01-25": "2025-02-03", "2025-04-26": "2025-04-26", "2025-05-01": "2025-05-05",
		"2026-02-14": "2026-02-23", "2026-04-25": "2026-04-28", "2026-09-01": "2026-09-03",
		"2026-11-21": "2026-11-23", "2026-11-20": "2026-11-20",
	} {
		dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
			c, err := holiday.Around(ctx, tx, day)
			if got := c.OnOrAfter(day); got != want {
				t.Errorf("%s becomes %s, want %s", day, got, want)
			}
			return err
		})
	}
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		for year, want := range map[string][]string{"2020": nil, "2025": nil, "2026": nil, "2027": {"holiday.missing.tet", "holiday.missing.national"}} {
			all, err := holiday.Of(ctx, tx, vn.Day(year+"-01-01"), vn.Day(year+"-12-31"))
			if err != nil {
				return err
			}
			if got := holiday.Missing(all); !slices.Equal(got, want) {
				t.Errorf("of %s is missing %v, want %v", year, got, want)
			}
		}
		return nil
	})
}

// TestKeeping: an administrator at the top writes and removes days, and nobody else.
func TestKeeping(t *testing.T) {
	d := dbtest.Open(t)
	keeper := auth.Actor{Login: "k", Name: "Quản trị", Tree: "doan", Path: "/1/", Roles: []auth.Role{auth.Administrator}}
	under := keeper
	under.Path = "/1/2/"
	clerk := keeper
	clerk.Roles = []auth.Role{auth.Clerk}
	good := holiday.Day{Day: "2027-02-05", Kind: holiday.Off, Name: " Tết  Nguyên đán", Source: "Thông báo"}
	try := func(by auth.Actor, x holiday.Day) (err error) {
		_ = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { err = holiday.Set(ctx, tx, by, x); return err })
		return err
	}
	for _, by := range []auth.Actor{under, clerk} {
		if err := try(by, good); !fault.Is(err, fault.Denied) {
			t.Errorf("%s at %s sets a day: %v", by.Roles, by.Path, err)
		}
	}
	for field, bad := range map[string]holiday.Day{
		"day": {Day: "2027-02-30", Kind: holiday.Off, Name: "x", Source: "x"}, "kind": {Day: "2027-02-05", Kind: "half", Name: "x", Source: "x"},
		"name": {Day: "2027-02-05", Kind: holiday.Off, Source: "x"}, "source": {Day: "2027-02-05", Kind: holiday.Off, Name: "x"},
	} {
		if err := try(keeper, bad); fault.Of(err).Fields[field].Key == "" {
			t.Errorf("a day without a good %s: %v", field, err)
		}
	}
	if err := try(keeper, holiday.Day{Day: "2027-02-05", Kind: holiday.Work, Name: "x", Source: "x"}); fault.Of(err).Fields["day"].Key != "holiday.error.weekday" {
		t.Errorf("a Friday worked in exchange: %v", err)
	}
	for range 2 {
		if err := try(keeper, good); err != nil {
			t.Fatal(err)
		}
	}
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		all, err := holiday.Of(ctx, tx, "2027-02-01", "2027-02-28")
		if err != nil || len(all) != 1 || all[0].Name != "Tết Nguyên đán" || all[0].Actor != "Quản trị" {
			t.Errorf("kept are %+v, %v", all, err)
		}
		if err := holiday.Remove(ctx, tx, keeper, "2027-02-06"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a day about which nothing is said is removed: %v", err)
		}
		return holiday.Remove(ctx, tx, keeper, "2027-02-05")
	})
}
