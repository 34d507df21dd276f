package overview_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/feeding"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/overview"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "doan"

// house is a bloc of four units in April 2025, with a form and its periods.
type house struct {
	db      *db.DB
	units   map[string]org.Unit
	periods []filing.Period // of three months
	form    form.Form
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	now := vn.Day("2025-04-10").Start().Add(8 * time.Hour)
	h.db.SetClock(func() time.Time { return now })
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: "đoàn", From: "2020-01-02"}
		}
		if h.units["khoi"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đoàn", n("khoi")); err != nil {
			return err
		}
		for _, key := range []string{"mot", "hai", "ba", "bon"} {
			if h.units[key], err = org.Create(ctx, tx, auth.System(tree), "khoi", n(key)); err != nil {
				return err
			}
		}
		h.form, err = form.Make(ctx, tx, h.clerk("khoi"), form.Form{Title: "Số liệu", Asks: form.Leaf, Items: []form.Item{
			{Key: "members", Label: "Đoàn viên", Word: "người", High: 1000},
			{Key: "classes", Label: "Lớp", Word: "lớp", High: 50},
			{Key: "most", Label: "Đông nhất", Word: "người", Over: form.Max, High: 100},
			{Key: "rate", Label: "Lớp trên đoàn viên", Kind: form.Formula, Decimals: 2, Formula: "share(classes; members)"},
			{Key: "all_year", Label: "Lớp từ đầu năm", Kind: form.Formula, Formula: "year(classes)"},
			{Key: "more", Label: "Lớp tăng", Kind: form.Formula, Formula: "classes - prev(classes)"},
		}})
		if err != nil {
			return err
		}
		if err := form.Open(ctx, tx, h.clerk("khoi"), h.form.ID, h.form.Version); err != nil {
			return err
		}
		for m := 1; m <= 3; m++ {
			p, err := filing.OpenPeriod(ctx, tx, h.clerk("khoi"), h.form.ID, filing.Period{
				Name: fmt.Sprint("Tháng ", m), From: vn.MakeDay(2025, m, 1), To: vn.MakeDay(2025, m+1, 1), LastDay: vn.MakeDay(2025, m+1, 5),
			})
			if err != nil {
				return err
			}
			h.periods = append(h.periods, p)
		}
		return nil
	})
	h.submit(t, 0, "mot", filing.Figures{"members": 100, "classes": 4, "most": 9})
	h.submit(t, 0, "hai", filing.Figures{"members": 50, "classes": 2})
	h.submit(t, 0, "ba", filing.Figures{"classes": 0})
	h.submit(t, 1, "mot", filing.Figures{"members": 110, "classes": 6})
	h.submit(t, 1, "hai", filing.Figures{"members": 40, "classes": 0})
	h.submit(t, 1, "ba", filing.Figures{"members": 30})
	return h
}

func (h *house) clerk(unit string) auth.Actor {
	u := h.units[unit]
	return auth.Actor{Login: unit, Name: unit, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{auth.Clerk}}
}

func (h *house) submit(t testing.TB, n int, unit string, f filing.Figures) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		_, err := filing.Submit(ctx, tx, h.clerk(unit), h.periods[n].ID, unit, 0, f, "")
		return err
	})
}

func (h *house) screen(t testing.TB, by, unit string) (s overview.Screen, err error) {
	t.Helper()
	err = h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		s, err = overview.Get(ctx, tx, h.clerk(by), feeding.Feeds(), unit, "")
		return err
	})
	return s, err
}

func (h *house) compare(t testing.TB, by, unit, item string, way overview.Way) (c overview.Comparison, err error) {
	t.Helper()
	err = h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = overview.Compare(ctx, tx, h.clerk(by), unit, h.periods[1].ID, item, way)
		return err
	})
	return c, err
}

func TestTrendsSayWhatTheBooksSay(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, unit := range []string{"khoi", "mot", "ba", "bon"} {
		s, err := h.screen(t, "khoi", unit)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Series.Points {
			dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
				r, err := filing.GetRound(ctx, tx, h.clerk("khoi"), p.Round.Period.ID)
				if err != nil {
					return err
				}
				b, err := r.Open(ctx, tx, h.clerk("khoi"), nil, filing.Whose{Unit: h.units[unit], All: true})
				for _, it := range h.form.Items {
					want, got := b.Now(it.Key), p.Value(it.Key)
					if it.Key == "most" && unit == "khoi" {
						if got.Is() {
							t.Errorf("the greatest of several units was added up: %v", got.X)
						}
						continue
					}
					if got.Is() != want.Is() || got.Is() && got.X.Cmp(want.X) != 0 {
						t.Errorf("%s, %s, %s: got %v, the book has %v", unit, r.Period.Name, it.Key, got.X, want.X)
					}
				}
				return err
			})
		}
	}
}

func TestWhatIsEmptyIsNoZero(t *testing.T) {
	t.Parallel()
	h := build(t)
	s, err := h.screen(t, "khoi", "khoi")
	if err != nil {
		t.Fatal(err)
	}
	if n := s.Series.Newest().Round.Period.Name; n != "Tháng 2" || len(s.Series.Points) != 2 {
		t.Errorf("the newest with figures is %s of %d", n, len(s.Series.Points))
	}
	if len(s.Returns) != 1 || s.Returns[0].Point.Round.Period.Name != "Tháng 3" || s.Returns[0].Point.Received() != 0 || s.Returns[0].Point.Due != 4 {
		t.Errorf("got %+v", s.Returns)
	}
	changes := map[string]string{}
	for _, x := range s.Trends() {
		changes[x.Item.Key] = "none"
		if x.Before.By != nil {
			changes[x.Item.Key] = x.Before.By.RatString()
		}
		if x.Year.By != nil {
			t.Errorf("%s is compared with a year that is not there", x.Item.Key)
		}
	}
	if want := map[string]string{"members": "30", "classes": "0", "rate": "-2/3", "all_year": "6", "more": "none"}; fmt.Sprint(changes) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", changes, want)
	}
	if s, err := h.screen(t, "khoi", "bon"); err != nil || len(s.Trends()) != 0 {
		t.Errorf("a unit without returns has trends %+v, %v", s.Trends(), err)
	}
}

func TestSumsOfNotAlikeManyReturnsAreNotCompared(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.submit(t, 1, "bon", filing.Figures{"members": 20})
	s, err := h.screen(t, "khoi", "khoi")
	if err != nil || len(s.Trends()) == 0 {
		t.Fatalf("got %+v, %v", s.Trends(), err)
	}
	for _, x := range s.Trends() {
		if x.Before.By != nil || !x.Before.Apart {
			t.Errorf("%s of four units is compared with that of three", x.Label)
		}
	}
}

func TestUnitsBesideEachOther(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, c := range []struct {
		item   string
		way    overview.Way
		want   string
		median string
	}{
		{"members", overview.Whole, "mot=110 hai=40 ba=30 | silent bon", "40"},
		{"classes", overview.Whole, "mot=6 hai=0 | silent bon | empty ba", "3"},
		{"classes", overview.Moved, "mot=2 hai=-2 | silent bon | empty ba", "0"},
		{"members", overview.Moved, "mot=10 hai=-10 | silent bon | alone ba", "0"},
		{"members", overview.Member, "| silent bon | alone ba | alone hai | alone mot", "none"},
	} {
		x, err := h.compare(t, "khoi", "khoi", c.item, c.way)
		if err != nil {
			t.Fatal(err)
		}
		got, med := "", "none"
		for _, u := range x.Ranked {
			got += u.Row.Key + "=" + u.X.RatString() + " "
		}
		for why, rows := range map[string][]filing.Row{"silent": x.Silent} {
			for _, r := range rows {
				got += "| " + why + " " + r.Key
			}
		}
		apart := map[string]bool{}
		for _, r := range x.Empty {
			apart[" | empty "+r.Key] = true
		}
		for _, r := range x.Alone {
			apart[" | alone "+r.Key] = true
		}
		for _, key := range []string{"ba", "hai", "mot"} {
			for _, why := range []string{" | empty ", " | alone "} {
				if apart[why+key] {
					got += why + key
				}
			}
		}
		if x.Median != nil {
			med = x.Median.RatString()
		}
		if got != c.want || med != c.median {
			t.Errorf("%s by %q: got %q, %s; want %q, %s", c.item, c.way, got, med, c.want, c.median)
		}
	}
}

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	h := build(t)
	if _, err := h.screen(t, "mot", "mot"); err != nil {
		t.Error(err)
	}
	for _, unit := range []string{"khoi", "hai", "nowhere"} {
		if _, err := h.screen(t, "mot", unit); !fault.Is(err, fault.NotFound) {
			t.Errorf("the screen of %s: got %v", unit, err)
		}
		if _, err := h.compare(t, "mot", unit, "members", overview.Whole); !fault.Is(err, fault.NotFound) {
			t.Errorf("what is under %s: got %v", unit, err)
		}
	}
	if _, err := h.compare(t, "khoi", "khoi", "nothing", overview.Whole); !fault.Is(err, fault.NotFound) {
		t.Errorf("an item that is none: got %v", err)
	}
}
