package nation

import (
	"context"
	"math/rand/v2"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/country"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/load"
	"nhipcau/internal/org"
	"nhipcau/internal/reform"
	"nhipcau/internal/tally"
)

// A land is the real tree of before 1 July 2025, communes at its ends, with a
// figure of each counted on one sheet.
type land struct {
	*testing.T
	d     *db.DB
	by    auth.Actor
	sheet tally.Sheet
	sum   int64
	had   map[string]int64 // by key of the commune or island
	id    string           // of the reform
}

var census = tally.NewKind("census", "people")

func plantLand(t *testing.T) *land {
	d := dbtest.Open(t)
	address := dbtest.Address(t, d)
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	o := Options{Scale: TheCountry, Before: true, Seed: 1}
	f := frameOf(rand.New(rand.NewPCG(1, 1)), o)
	if err := load.Into(t.Context(), address, func(string, int) {}, func(l *load.Loader) (err error) {
		w := &writer{plan: &plan{Options: o, units: f.units, inner: make([]int32, len(f.units))}, Loader: l}
		w.plan.odd.dissolved = -1
		if w.units0, err = l.IDs(int64(len(f.units))); err != nil {
			return err
		}
		if w.sheets, err = l.IDs(1); err != nil {
			return err
		}
		return w.tree()
	}); err != nil {
		t.Fatal(err)
	}
	l := &land{T: t, d: dbtest.Again(t, d), had: map[string]int64{}}
	tally.Attach(l.d)
	if err := l.d.Loaded(t.Context()); err != nil {
		t.Fatal(err)
	}
	l.do(func(ctx context.Context, tx *db.Tx) error {
		if err := org.Reindex(ctx, tx); err != nil {
			return err
		}
		l.by = auth.System(Tree)
		top, err := org.Children(ctx, tx, l.by, 0, "", 1)
		if err != nil {
			return err
		}
		l.by.Unit, l.by.Path = top[0].ID, top[0].Path
		l.sheet, err = tally.Open(ctx, tx, l.by, census, "one", Tree, top[0].ID)
		return err
	})
	l.count()
	return l
}

func (l *land) do(f func(ctx context.Context, tx *db.Tx) error) {
	l.Helper()
	dbtest.Write(l, l.d, f)
}

// count posts a figure for each commune, and each island without communes.
func (l *land) count() {
	var at []string
	islands := map[string]bool{}
	for _, m := range country.CommuneMap() {
		if m.OldKind == "district" {
			islands[m.OldDistrict] = true
		}
	}
	for _, c := range country.LegacyCommunes() {
		at = append(at, "xa-"+c.Code)
	}
	for code := range islands {
		at = append(at, "huyen-"+code)
	}
	ids := map[string]int64{}
	dbtest.Read(l, l.d, func(ctx context.Context, tx *db.Tx) error {
		return db.Each(ctx, tx, `SELECT key, id FROM unit`, nil, func(r db.Scanner) error {
			var k string
			var id int64
			err := r.Scan(&k, &id)
			ids[k] = id
			return err
		})
	})
	for len(at) > 0 {
		some := at[:min(500, len(at))]
		at = at[len(some):]
		l.do(func(ctx context.Context, tx *db.Tx) error {
			for _, k := range some {
				n := 1000 + ids[k]%977
				l.had[k] = n
				if err := tally.Post(ctx, tx, l.by, tally.Entry{Sheet: l.sheet.ID, Unit: ids[k], Delta: tally.Delta{0: n}, Source: tally.Source{Kind: "census", ID: k}}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for _, n := range l.had {
		l.sum += n
	}
}

// make makes the reform.
func (l *land) make() {
	l.Helper()
	if l.id == "" {
		lines := July2025(func(string) bool { return true })
		l.do(func(ctx context.Context, tx *db.Tx) error {
			r, err := reform.EnterMany(ctx, tx, l.by, reform.Table{Day: "2025-07-01", Decision: "Nghị quyết số 202/2025/QH15", Lines: lines})
			l.id = r.ID
			return err
		})
	} else {
		l.do(func(ctx context.Context, tx *db.Tx) error { return reform.Again(ctx, tx, l.by, l.id) })
	}
	l.do(func(ctx context.Context, tx *db.Tx) error { return reform.Make(ctx, tx, l.by, l.id) })
}

// standing returns the names of the units that stand, by name of their parent.
func (l *land) standing() map[string]map[string]bool {
	all := map[string]map[string]bool{}
	dbtest.Read(l, l.d, func(ctx context.Context, tx *db.Tx) error {
		return db.Each(ctx, tx, `SELECT pn.name, n.name FROM unit_edge e JOIN unit_name n ON n.unit = e.unit AND n.to_day = '' JOIN unit_name pn ON pn.unit = e.parent AND pn.to_day = ''
			JOIN place p ON p.tree = e.tree AND p.unit = e.unit JOIN place pp ON pp.tree = e.tree AND pp.unit = e.parent AND substr(p.path, 1, length(pp.path)) = pp.path
			WHERE e.to_day = ''`, nil, func(r db.Scanner) error {
			var above, name string
			err := r.Scan(&above, &name)
			if all[above] == nil {
				all[above] = map[string]bool{}
			}
			all[above][name] = true
			return err
		})
	})
	return all
}

// The reform of 1 July 2025 leaves the 34 provinces and 3,321 communes of the
// published list, each under its province, and the nation's total as it was; it is
// undone and made again.
func TestJuly2025(t *testing.T) {
	l := plantLand(t)
	before := l.standing()
	if len(before["Trung ương"]) != 63+len(centralBlocs) {
		t.Fatalf("%d units under the centre before, want 63 and the blocs", len(before["Trung ương"]))
	}
	for range 2 {
		l.make()
		l.published()
		l.today()
		l.do(func(ctx context.Context, tx *db.Tx) error { return reform.Undo(ctx, tx, l.by, l.id, "thử") })
		after := l.standing()
		for above, under := range before {
			if len(after[above]) != len(under) {
				t.Errorf("undone, %s has %d units under it, want %d", above, len(after[above]), len(under))
			}
			for name := range under {
				if !after[above][name] {
					t.Errorf("undone, %s does not stand under %s", name, above)
				}
			}
		}
	}
	l.make()
	l.published()
	r, err := tally.Prove(t.Context(), l.d, nil)
	if err != nil || r.Mismatches > 0 {
		t.Errorf("%d mismatches, %v: %q", r.Mismatches, err, r.Details)
	}
}

// published compares the tree with the lists of 1 July 2025.
func (l *land) published() {
	l.Helper()
	all := l.standing()
	provinces := map[string]string{}
	for _, p := range country.Provinces() {
		name := "Đảng bộ " + lower(p.Full)
		provinces[p.Code] = name
		if !all["Trung ương"][name] {
			l.Errorf("%s does not stand under the centre", name)
		}
	}
	if n := len(all["Trung ương"]) - len(centralBlocs); n != 34 {
		l.Errorf("%d provinces, want 34", n)
	}
	communes := 0
	for _, c := range country.Communes() {
		name := "Đảng bộ " + lower(c.Full)
		if !all[provinces[c.Province]][name] {
			l.Errorf("%s does not stand under %s", name, provinces[c.Province])
		}
		communes++
	}
	blocs := 4 * len(country.LegacyProvinces())
	for _, p := range provinces {
		communes -= len(all[p])
	}
	dbtest.Read(l, l.d, func(ctx context.Context, tx *db.Tx) error {
		for _, name := range []string{"phuong hoan kiem", "xa ba che", "tinh lao cai"} {
			found, err := org.Find(ctx, tx, l.by, name, 10)
			if err != nil || len(found) == 0 {
				l.Errorf("searching for %q finds %d units, %v", name, len(found), err)
			}
			for _, u := range found {
				if u.Closed != "" || u.Kind == "Đảng bộ huyện" {
					l.Errorf("searching for %q finds %s, which ended", name, u.Name)
				}
			}
		}
		return nil
	})
	if communes != -blocs {
		l.Errorf("%d units under the provinces that are neither communes of the list nor blocs", -communes-blocs)
	}
}

// today checks the view of what was counted before on today's tree.
func (l *land) today() {
	l.Helper()
	dbtest.Read(l, l.d, func(ctx context.Context, tx *db.Tx) error {
		view, err := tally.OnToday(ctx, tx, l.sheet, []tally.Lane{0})
		if err != nil {
			return err
		}
		if v, estimate := view.Total(l.by.Unit); v.Get(0) != l.sum || estimate {
			l.Errorf("the nation has %d (estimate %t), counted were %d", v.Get(0), estimate, l.sum)
		}
		if !view.Assumed {
			l.Error("no share is marked as assumed, and no paper gives those of 381 communes")
		}
		whole := map[string]int64{} // of a new commune that only took over whole ones
		mixed := map[string]bool{}
		for _, m := range country.CommuneMap() {
			switch {
			case m.OldKind == "district":
				whole[m.New] += l.had["huyen-"+m.OldDistrict]
			case m.OldKind == "commune" && m.Whole():
				whole[m.New] += l.had["xa-"+m.Old]
			default:
				mixed[m.New] = true
			}
		}
		exact := 0
		for code, want := range whole {
			u, err := org.Get(ctx, tx, l.by, "x-"+code)
			if err != nil || mixed[code] {
				continue // it stayed as it was, or is an estimate
			}
			exact++
			if v, estimate := view.Total(u.ID); v.Get(0) != want || estimate {
				l.Errorf("%s has %d (estimate %t), those it took over from had %d", u.Name, v.Get(0), estimate, want)
			}
		}
		if exact < 2000 {
			l.Errorf("only %d communes could be compared", exact)
		}
		return nil
	})
}
