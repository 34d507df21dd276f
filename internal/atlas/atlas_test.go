package atlas_test

import (
	"context"
	"math/big"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/atlas"
	"nhipcau/internal/auth"
	"nhipcau/internal/country"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "dang"

// nation is the 34 provinces and one bloc under a top, each province with a commune
// that is asked; a stranger stands beside the top.
type nation struct {
	db     *db.DB
	clock  atomic.Int64
	units  map[string]org.Unit
	period filing.Period
}

func (n *nation) clerk(unit string) auth.Actor {
	u := n.units[unit]
	return auth.Actor{Login: "ai-" + unit, Name: "Văn thư", Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: []auth.Role{auth.Clerk}}
}

var asked = form.Form{Title: "Số liệu tháng", Asks: form.Leaf, Items: []form.Item{
	{Key: "members", Label: "Đảng viên", Word: "người", High: 1_000_000},
	{Key: "learned", Label: "Đã học", Word: "người", High: 1_000_000},
	{Key: "classes", Label: "Lớp học", Word: "lớp", High: 1000},
	{Key: "most", Label: "Lớp đông nhất", Word: "người", Over: form.Max, High: 1000},
	{Key: "rate", Label: "Tỷ lệ học", Kind: form.Formula, Formula: "learned / members * 100", Decimals: 1},
	{Key: "words", Label: "Nhận xét", Kind: form.Text},
}}

func build(t *testing.T) *nation {
	t.Helper()
	n := &nation{units: map[string]org.Unit{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		n.db = dbtest.Open(t)
	} else {
		n.db = dbtest.OpenSQLite(t)
	}
	tally.Attach(n.db)
	n.clock.Store(vn.Day("2025-07-25").Start().Add(8 * time.Hour).Unix())
	n.db.SetClock(func() time.Time { return time.Unix(n.clock.Load(), 0).UTC() })
	dbtest.Write(t, n.db, func(ctx context.Context, tx *db.Tx) (err error) {
		of := func(key, name string) org.NewUnit {
			return org.NewUnit{Key: key, Name: name, Kind: "đảng bộ", From: "2025-07-01"}
		}
		if n.units["goc"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đảng", of("goc", "Gốc")); err != nil {
			return err
		}
		at := [][3]string{{"goc", "tw", "Trung ương"}, {"goc", "khac", "Đơn vị khác"}, {"tw", "cp", "Đảng bộ Chính phủ"}}
		for _, p := range country.Provinces() {
			at = append(at, [3]string{"tw", "t-" + p.Code, "Đảng bộ tỉnh " + p.Name}, [3]string{"t-" + p.Code, "x-" + p.Code, "Đảng bộ xã Một"})
		}
		for _, x := range at {
			if x[1] == "t-79" {
				x[2] = "Đảng bộ thành phố Hồ Chí Minh"
			}
			if n.units[x[1]], err = org.Create(ctx, tx, auth.System(tree), x[0], of(x[1], x[2])); err != nil {
				return err
			}
		}
		f, err := form.Make(ctx, tx, n.clerk("tw"), asked)
		if err != nil {
			return err
		}
		if err := form.Open(ctx, tx, n.clerk("tw"), f.ID, f.Version); err != nil {
			return err
		}
		n.period, err = filing.OpenPeriod(ctx, tx, n.clerk("tw"), f.ID, filing.Period{Name: "Tháng 7/2025", From: "2025-07-01", To: "2025-08-01", LastDay: "2025-08-05"})
		return err
	})
	dbtest.Write(t, n.db, func(ctx context.Context, tx *db.Tx) error {
		for i, p := range country.Provinces() {
			if err := n.file(ctx, tx, i, p.Code); err != nil {
				return err
			}
		}
		return nil
	})
	return n
}

// file returns what the commune of the i-th province has: Hà Nội nothing; Cao Bằng
// leaves members and classes blank; Tuyên Quang has zeros, and Điện Biên has nothing
// to report.
func (n *nation) file(ctx context.Context, tx *db.Tx, i int, code string) error {
	f := filing.Figures{"members": int64(1000 * (i + 1)), "learned": int64(250 * (i + 1)), "classes": int64(i)}
	switch code {
	case "01":
		return nil
	case "04":
		f = filing.Figures{"learned": 3}
	case "08":
		f = filing.Figures{"members": 0, "learned": 0, "classes": 0}
	case "11":
		_, err := filing.Nothing(ctx, tx, n.clerk("tw"), n.period.ID, "x-11", 0, "")
		return err
	}
	_, err := filing.Submit(ctx, tx, n.clerk("tw"), n.period.ID, "x-"+code, 0, f, "")
	return err
}

func (n *nation) of(t *testing.T, by, unit, item, per string) (m atlas.Map, err error) {
	t.Helper()
	err = n.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		r, err := filing.GetRound(ctx, tx, n.clerk(by), n.period.ID)
		if err == nil {
			m, err = atlas.OfPeriod(ctx, tx, n.clerk(by), unit, r, item, per, 0, 200)
		}
		return err
	})
	return m, err
}

// say writes some cells as "key state text num/den step".
func say(m atlas.Map, keys ...string) string {
	var all []string
	for _, k := range keys {
		for _, c := range m.Cells {
			if c.Key == "t-"+k {
				all = append(all, strings.TrimSpace(strings.Join([]string{k, string(c.State), strings.ReplaceAll(c.Text, "\u00a0", ""), c.Num, c.Den}, " ")))
			}
		}
	}
	return strings.Join(all, "; ")
}

// One nation is looked at in all ways: none of them changes it.
func TestMap(t *testing.T) {
	n := build(t)
	t.Run("period", n.testOfPeriod)
	t.Run("traces", n.testTraces)
	t.Run("rights", n.testRights)
	t.Run("page", n.testPage)
}

// A map says of each province its figure, as it is, divided or worked out; blank is
// not zero.
func (n *nation) testOfPeriod(t *testing.T) {
	for _, c := range []struct{ item, per, want string }{
		{"members", "", "01 blank; 04 blank; 08 has 0; 11 nothing; 12 has 5.000"},
		{"classes", "", "01 blank; 04 blank; 08 has 0; 11 nothing; 12 has 4"},
		{"learned", "members", "01 blank; 04 unknown; 08 unknown; 11 nothing; 12 has 25% 1.250 5.000"},
		{"classes", "members", "01 blank; 04 blank; 08 unknown; 11 nothing; 12 has 0,08 4 5.000"},
		{"rate", "", "01 blank; 04 unknown; 08 unknown; 11 nothing; 12 has 25,0"},
		{"", "", "01 has 0% 0 1; 04 has 100% 1 1; 08 has 100% 1 1; 11 has 100% 1 1; 12 has 100% 1 1"},
		{"most", "members", "01 has 0% 0 1; 04 has 100% 1 1; 08 has 100% 1 1; 11 has 100% 1 1; 12 has 100% 1 1"}, // the greatest is no sum
	} {
		m, err := n.of(t, "tw", "tw", c.item, c.per)
		if err != nil {
			t.Fatal(err)
		}
		if got := say(m, "01", "04", "08", "11", "12"); got != c.want {
			t.Errorf("%s by %s: got %q, want %q", c.item, c.per, got, c.want)
		}
		if !m.Provinces() || len(m.Cells) != 35 || len(m.Off()) != 1 || m.Off()[0].Key != "cp" {
			t.Errorf("%d cells, off: %v", len(m.Cells), m.Off())
		}
		units := 0
		for i, s := range m.Steps {
			units += s.Units
			for _, x := range m.Cells {
				if (x.State == atlas.Has) != (x.Step > 0) || x.Step > len(m.Steps) {
					t.Errorf("%s is on step %d of %d", x.Key, x.Step, len(m.Steps))
				}
				if x.Step == i+1 && i > 0 {
					for _, y := range m.Cells {
						if y.Step == i && y.X.Cmp(x.X) >= 0 {
							t.Errorf("%s of %s stands under %s of %s", y.Key, y.Text, x.Key, x.Text)
						}
					}
				}
			}
		}
		has := 0
		for _, x := range m.Cells {
			if x.State == atlas.Has {
				has++
			}
		}
		if units != has || len(m.Steps) > 5 {
			t.Errorf("%s: %d units on %d steps, %d have a figure", c.item, units, len(m.Steps), has)
		}
	}
}

// Every figure of a map is that of the trace it opens to.
func (n *nation) testTraces(t *testing.T) {
	for _, item := range []string{"members", "classes", "rate.received", "rate.in_time"} {
		m, err := n.of(t, "tw", "tw", item, "")
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Read(t, n.db, func(ctx context.Context, tx *db.Tx) error {
			for _, c := range append(m.Cells, m.Top) {
				if c.State != atlas.Has {
					continue
				}
				lane := filing.Kind().Lane(c.Lane)
				page, err := tally.Trace(ctx, tx, n.clerk("tw"), tally.Query{Sheet: m.Sheet.ID, Unit: c.Unit, Lane: lane, Subtree: true, Limit: 50})
				if err != nil {
					return err
				}
				sum := int64(0)
				for _, p := range page.Posts {
					sum += p.Moved
				}
				text := c.Num
				if text == "" {
					text = c.Text
				}
				if text != vn.Int(sum) {
					t.Errorf("%s of %s: %s on the map, %d in the trace", item, c.Key, text, sum)
				}
			}
			return nil
		})
	}
}

// A map shows what the reader may see, and units that are no provinces as others.
func (n *nation) testRights(t *testing.T) {
	for _, c := range []struct{ by, unit string }{{"t-01", "tw"}, {"t-01", "t-04"}, {"khac", "tw"}, {"khac", "khac"}, {"goc", "khac"}} {
		if m, err := n.of(t, c.by, c.unit, "", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s at %s: got %d cells, %v", c.by, c.unit, len(m.Cells), err)
		}
	}
	m, err := n.of(t, "t-12", "t-12", "members", "")
	if err != nil || m.Provinces() || len(m.Cells) != 1 || m.Cells[0].Text != "5.000" || !m.Cells[0].Leaf {
		t.Errorf("got %+v %v", m.Cells, err)
	}
	if m, err = n.of(t, "goc", "tw", "members", ""); err != nil || len(m.Cells) != 35 || m.Top.X.Cmp(big.NewRat(585000, 1)) != 0 {
		t.Errorf("got %d cells, %s in all, %v", len(m.Cells), m.Top.Text, err)
	}
}
