package world

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/reform"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// enterMany enters a table as of today, and makes it.
func (s *story) enterMany(ctx context.Context, tx *db.Tx, lines []reform.Line) (reform.Reform, error) {
	for i := range lines {
		lines[i].N = i + 1
	}
	r, err := reform.EnterMany(ctx, tx, s.admin(), reform.Table{Day: vn.DayOf(tx.Now), Decision: "Nghị quyết số 202", Lines: lines})
	if err != nil {
		return r, err
	}
	return r, reform.Make(ctx, tx, s.admin(), r.ID)
}

var tableName = regexp.MustCompile(`CREATE TABLE (\w+)`)

// dump returns every row of the house, but for what a reform may leave behind: the
// audit trail, notices, epochs, the event itself, and identities of units that
// never stood.
func (s *story) dump(t *testing.T) map[string][]string {
	t.Helper()
	files, err := fs.Glob(db.Migrations, "migrations/*.sql")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		for _, f := range files {
			text, err := fs.ReadFile(db.Migrations, f)
			if err != nil {
				return err
			}
			for _, m := range tableName.FindAllStringSubmatch(string(text), -1) {
				name := m[1]
				if slices.Contains([]string{"audit", "notice", "find_word", "epoch", "reform", "reform_plan", "reform_line", "lineage", "job", "tree"}, name) { // lists of words only grow
					continue
				}
				where := map[string]string{
					"unit":          " WHERE EXISTS (SELECT 1 FROM unit_edge e WHERE e.unit = unit.id)",
					"account_grant": " WHERE revoked_at IS NULL", // who was trusted for how long stays to be read
				}[name]
				if err := db.Each(ctx, tx, `SELECT * FROM `+name+where, nil, func(r db.Scanner) error {
					names, err := r.(interface{ Columns() ([]string, error) }).Columns()
					if err != nil {
						return err
					}
					row := make([]any, len(names))
					for i := range row {
						row[i] = new(any)
					}
					if err := r.Scan(row...); err != nil {
						return err
					}
					var line strings.Builder
					for _, v := range row {
						fmt.Fprintf(&line, "%v|", *v.(*any))
					}
					all[name] = append(all[name], line.String())
					return nil
				}); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				slices.Sort(all[name])
			}
		}
		return nil
	})
	return all
}

// restored fails the test where the house differs from a dump.
func (s *story) restored(t *testing.T, want map[string][]string) {
	t.Helper()
	got := s.dump(t)
	for name := range want {
		if !slices.Equal(got[name], want[name]) {
			for _, row := range got[name] {
				if !slices.Contains(want[name], row) {
					t.Errorf("%s has %s", name, row)
				}
			}
			for _, row := range want[name] {
				if !slices.Contains(got[name], row) {
					t.Errorf("%s lacks %s", name, row)
				}
			}
		}
		delete(got, name)
	}
	for name, rows := range got {
		if len(rows) > 0 {
			t.Errorf("%s has %d rows and had none", name, len(rows))
		}
	}
}

// TestMany merges two units into a new one and splits a third, in the middle of a
// rollout: what was counted stands, who takes over sees, answers and goes on; it
// is undone as if it had never been, and made again.
func TestMany(t *testing.T) {
	s := house(t, 6)
	s.held(t, 1)
	s.held(t, 3)
	s.nextDay()
	before, was, part1 := s.totals(t), s.dump(t), s.rollout.Sheet
	lines := []reform.Line{
		{Act: reform.Create, Unit: "cd-moi", Target: s.bloc.root.Key, Name: "Chi đoàn mới", Kind: "chi đoàn cơ sở"},
		{Act: reform.Into, Unit: s.key(1), Target: "cd-moi"},
		{Act: reform.Into, Unit: s.key(2), Target: "cd-moi"},
		{Act: reform.Into, Unit: s.key(3), Target: s.key(4), Num: 1, Den: 3},
		{Act: reform.Into, Unit: s.key(3), Target: s.key(5), Num: 2, Den: 3},
		{Act: reform.MoveTo, Unit: s.key(6), Target: s.key(5)},
		{Act: reform.Rename, Unit: s.key(5), Name: "Chi đoàn Năm"},
	}
	var r reform.Reform
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = s.enterMany(ctx, tx, lines)
		return err
	})
	look := func(after string) {
		t.Helper()
		s.same(t, before, after)
		s.proven(t, after)
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			fresh, err := org.Get(ctx, tx, s.admin(), "cd-moi")
			if err != nil {
				return err
			}
			as := s.heads[0]
			as.Unit, as.UnitKey, as.Path = fresh.ID, fresh.Key, fresh.Path
			if _, err := org.Get(ctx, tx, as, s.key(1)); err != nil {
				t.Errorf("%s: the new unit does not see the one it took over from: %v", after, err)
			}
			owed, err := rollout.Owed(ctx, tx, as)
			if err != nil || len(owed) != 6 { // unit 1 has a programme and a report left, unit 2 all four
				t.Errorf("%s: the new unit owes %d things, %v; want 6", after, len(owed), err)
			}
			roster, err := org.Roster(ctx, tx, as, fresh.ID, 0, 1000)
			if want := len(s.bloc.units[0].members) + len(s.bloc.units[1].members); err != nil || len(roster) != want {
				t.Errorf("%s: it lists %d people, %v; want %d", after, len(roster), err, want)
			}
			old, err := tally.Find(ctx, tx, part1)
			if err != nil {
				return err
			}
			return s.split(ctx, t, tx, old)
		})
	}
	look("the reform")
	for range 2 {
		if err := s.undone(t, r.ID); err != nil {
			t.Fatal(err)
		}
		s.same(t, before, "undoing it")
		s.proven(t, "undoing it")
		s.restored(t, was)
		s.do(t, func(ctx context.Context, tx *db.Tx) error {
			if err := reform.Again(ctx, tx, s.admin(), r.ID); err != nil {
				return err
			}
			return reform.Make(ctx, tx, s.admin(), r.ID)
		})
		look("making it again")
	}
	s.held(t, 4)
	if err := s.undone(t, r.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("undoing what was built on: %v, want a conflict", err)
	}
}

// split checks the view on today's tree of what was counted before unit 3 was
// split one to two.
func (s *story) split(ctx context.Context, t *testing.T, tx *db.Tx, sheet tally.Sheet) error {
	kind := rollout.Kind()
	lane := kind.Lane("persons")
	all, err := tally.OnToday(ctx, tx, sheet, []tally.Lane{lane})
	if err != nil {
		return err
	}
	was, err := tally.Total(ctx, tx, sheet.ID, s.bloc.root.ID)
	if err != nil {
		return err
	}
	whole, estimate := all.Total(s.bloc.root.ID)
	if whole.Get(lane) != was.Get(lane) || estimate || was.Get(lane) == 0 {
		t.Errorf("on today's tree the bloc has %d persons (estimate %t), reported were %d", whole.Get(lane), estimate, was.Get(lane))
	}
	three, err := tally.Own(ctx, tx, sheet.ID, s.bloc.units[2].ID)
	if err != nil {
		return err
	}
	n := three.Get(lane)
	four, guess4 := all.Total(s.bloc.units[3].ID)
	five, guess5 := all.Total(s.bloc.units[4].ID)
	if four.Get(lane)+five.Get(lane) != n || !guess4 || !guess5 || four.Get(lane) != n/3 && four.Get(lane) != n/3+1 {
		t.Errorf("of %d persons units 4 and 5 have %d (%t) and %d (%t); want a third and two thirds, as estimates", n, four.Get(lane), guess4, five.Get(lane), guess5)
	}
	from, err := all.From(ctx, tx, s.bloc.units[4].ID)
	if err != nil || len(from) != 1 || from[0].Unit != s.bloc.units[2].ID || from[0].Num != 2 || from[0].Den != 3 {
		t.Errorf("unit 5 has its figures from %+v, %v; want two thirds of unit 3", from, err)
	}
	return nil
}

// TestManyProblems tries what cannot be made: each says what stands in the way, and
// on which line.
func TestManyProblems(t *testing.T) {
	s := house(t, 4)
	s.nextDay()
	into := func(from, to string, num, den int64) reform.Line {
		return reform.Line{Act: reform.Into, Unit: from, Target: to, Num: num, Den: den}
	}
	deep := []reform.Line{{Act: reform.Create, Unit: "sau-0", Target: s.bloc.root.Key, Name: "0", Kind: "chi đoàn"}}
	for n := range 59 {
		up := deep[n].Unit
		deep = append(deep, reform.Line{Act: reform.Create, Unit: fmt.Sprint("sau-", n+1), Target: up, Name: fmt.Sprint(n + 1), Kind: "chi đoàn"})
	}
	for name, c := range map[string]struct {
		lines []reform.Line
		line  int
		want  string
	}{
		"too deep":                           {deep, 60, "reform.error.deep"},
		"a unit nobody knows":                {[]reform.Line{into("khong-co", s.key(1), 1, 1)}, 1, "reform.error.no_such"},
		"shares below one":                   {[]reform.Line{into(s.key(1), s.key(2), 1, 3), into(s.key(1), s.key(3), 1, 3)}, 1, "reform.error.sum"},
		"a share missing":                    {[]reform.Line{into(s.key(1), s.key(2), 1, 3), into(s.key(1), s.key(3), 0, 0)}, 1, "reform.error.some_shares"},
		"an heir that ends":                  {[]reform.Line{into(s.key(1), s.key(2), 1, 1), into(s.key(2), s.key(3), 1, 1)}, 1, "reform.error.heir_ends"},
		"a circle":                           {[]reform.Line{{Act: reform.MoveTo, Unit: s.key(1), Target: s.key(2)}, {Act: reform.MoveTo, Unit: s.key(2), Target: s.key(1)}}, 1, "org.error.under_itself"},
		"a code in use":                      {[]reform.Line{{Act: reform.Create, Unit: s.key(1), Target: s.bloc.root.Key, Name: "X", Kind: "chi đoàn"}}, 1, "reform.error.key_taken"},
		"the root":                           {[]reform.Line{into(s.bloc.root.Key, s.key(1), 1, 1)}, 1, "reform.error.own_unit"},
		"ending and moving":                  {[]reform.Line{into(s.key(1), s.key(2), 1, 1), {Act: reform.MoveTo, Unit: s.key(1), Target: s.key(3)}}, 2, "reform.error.ends_moves"},
		"two keepers":                        {[]reform.Line{{Act: reform.Into, Unit: s.key(1), Target: s.key(2), Keeper: true}, {Act: reform.Into, Unit: s.key(1), Target: s.key(3), Keeper: true}}, 2, "reform.error.keepers"},
		"two new names":                      {[]reform.Line{{Act: reform.Rename, Unit: s.key(1), Name: "Một"}, {Act: reform.Rename, Unit: s.key(1), Name: "Hai"}}, 2, "reform.error.twice"},
		"ending and named":                   {[]reform.Line{into(s.key(1), s.key(2), 1, 1), {Act: reform.Rename, Unit: s.key(1), Name: "Một"}}, 2, "reform.error.ends_moves"},
		"a foreign keeper of one that stays": {[]reform.Line{into(s.key(1), s.key(1), 1, 3), {Act: reform.Into, Unit: s.key(1), Target: s.key(2), Num: 2, Den: 3, Keeper: true}}, 2, "reform.error.keeps_own"},
		"the same parent":                    {[]reform.Line{{Act: reform.MoveTo, Unit: s.key(1), Target: s.bloc.root.Key}}, 1, "reform.error.same_parent"},
	} {
		for i := range c.lines {
			c.lines[i].N = i + 1
		}
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			p, err := reform.TryMany(ctx, tx, s.admin(), reform.Table{Day: vn.DayOf(tx.Now), Decision: "Số 1", Lines: c.lines})
			if err != nil {
				return err
			}
			if len(p.Problems) == 0 || p.Problems[0].Key != c.want || p.Problems[0].Line != c.line {
				t.Errorf("%s: %v, want %s on line %d", name, p.Problems, c.want, c.line)
			}
			return nil
		})
		if err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := s.enterMany(ctx, tx, c.lines)
			return err
		}); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s is made: %v", name, err)
		}
	}
	if err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := reform.EnterMany(ctx, tx, s.clerk(1), reform.Table{Day: vn.DayOf(tx.Now), Decision: "Số 1", Lines: []reform.Line{into(s.key(1), s.key(2), 1, 1)}})
		return err
	}); !fault.Is(err, fault.Denied) {
		t.Errorf("by a clerk: %v, want denied", err)
	}
	s.proven(t, "all of it")
}

// TestManyStays moves a unit within a rollout's scope, and one that stood under it to
// a place within: it still owes what it owed.
func TestManyStays(t *testing.T) {
	s := house(t, 4)
	s.nextDay()
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.enterMany(ctx, tx, []reform.Line{{Act: reform.MoveTo, Unit: s.key(1), Target: s.key(2)}, {Act: reform.MoveTo, Unit: s.key(3), Target: s.key(1)}})
		return err
	})
	s.nextDay()
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.enterMany(ctx, tx, []reform.Line{{Act: reform.MoveTo, Unit: s.key(1), Target: s.key(4)}, {Act: reform.MoveTo, Unit: s.key(3), Target: s.key(2)}})
		return err
	})
	s.fresh(t)
	s.proven(t, "moves within the scope")
	for _, n := range []int{1, 3} {
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			as := s.heads[n-1]
			as.Path = s.pathOf(t, n)
			owed, err := rollout.Owed(ctx, tx, as)
			if err != nil || len(owed) != 4 {
				t.Errorf("unit %d owes %d things, %v; want all four", n, len(owed), err)
			}
			return nil
		})
	}
}

// TestChains makes any chain of merges, splits and moves, with work between them:
// what was counted adds up to the same on the tree of its time and on today's, the
// records prove it, and undoing the whole chain leaves the house as it was.
func TestChains(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 4))
			s := house(t, 7)
			for n := range 4 {
				s.held(t, n+1)
			}
			first := s.rollout.Sheet
			before := s.totals(t)
			var dumps []map[string][]string
			var made []string
			for step := range 6 {
				s.nextDay()
				was := s.dump(t)
				var one reform.Reform
				err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
					one, err = s.enterMany(ctx, tx, s.anything(ctx, tx, r, fmt.Sprint("moi-", step)))
					return err
				})
				if fault.Is(err, fault.Conflict) {
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				dumps, made = append(dumps, was), append(made, one.ID)
				s.same(t, before, fmt.Sprint("step ", step))
				s.proven(t, fmt.Sprint("step ", step))
				s.see(t, func(ctx context.Context, tx *db.Tx) error { return s.sums(ctx, t, tx, first, before) })
			}
			if len(made) < 2 {
				t.Fatalf("only %d reforms were made", len(made))
			}
			for i := len(made) - 1; i >= 0; i-- {
				if err := s.undone(t, made[i]); err != nil {
					t.Fatal(err)
				}
				s.proven(t, "undoing")
				s.restored(t, dumps[i])
			}
		})
	}
}

// sums checks that the view on today's tree adds up to what was reported, in every
// lane and at every unit.
func (s *story) sums(ctx context.Context, t *testing.T, tx *db.Tx, sheet int64, want tally.Vec) error {
	old, err := tally.Find(ctx, tx, sheet)
	if err != nil {
		return err
	}
	var lanes []tally.Lane
	for _, l := range []string{"persons", "expected", "attended", "hold_due", "held"} {
		lanes = append(lanes, rollout.Kind().Lane(l))
	}
	all, err := tally.OnToday(ctx, tx, old, lanes)
	if err != nil {
		return err
	}
	whole, estimate := all.Total(s.bloc.root.ID)
	for _, l := range lanes {
		if whole.Get(l) != want.Get(l) || estimate {
			t.Errorf("lane %d: %d on today's tree (estimate %t), %d reported", l, whole.Get(l), estimate, want.Get(l))
		}
	}
	units, err := org.Subtree(ctx, tx, s.admin(), s.bloc.root.Path, "", 1000)
	if err != nil {
		return err
	}
	for _, u := range units {
		var sum tally.Vec
		from, err := all.From(ctx, tx, u.ID)
		if err != nil {
			return err
		}
		for _, c := range from {
			if err := sum.Add(c.Given.Delta()); err != nil {
				return err
			}
		}
		for _, under := range all.Under(u.ID, 0, 1000) {
			v, _ := all.Total(under)
			if err := sum.Add(v.Delta()); err != nil {
				return err
			}
		}
		total, _ := all.Total(u.ID)
		for _, l := range lanes {
			if sum.Get(l) != total.Get(l) {
				t.Errorf("unit %s lane %d: %d, what makes it adds up to %d", u.Key, l, total.Get(l), sum.Get(l))
			}
		}
	}
	return nil
}

// anything returns a random table over the units that stand.
func (s *story) anything(ctx context.Context, tx *db.Tx, r *rand.Rand, fresh string) []reform.Line {
	units, err := org.Subtree(ctx, tx, s.admin(), s.bloc.root.Path, "", 1000)
	if err != nil {
		return nil
	}
	units = units[1:]
	r.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	lines := []reform.Line{{Act: reform.Create, Unit: fresh, Target: s.bloc.root.Key, Name: "Chi đoàn " + fresh, Kind: "chi đoàn"}}
	for len(units) > 0 {
		switch u := units[0]; r.IntN(6) {
		case 0:
			lines = append(lines, reform.Line{Act: reform.Into, Unit: u.Key, Target: fresh})
		case 1:
			if len(units) > 2 {
				num := int64(1 + r.IntN(4))
				lines = append(lines, reform.Line{Act: reform.Into, Unit: u.Key, Target: fresh, Num: num, Den: 7},
					reform.Line{Act: reform.Into, Unit: u.Key, Target: units[1].Key, Num: 2, Den: 7},
					reform.Line{Act: reform.Into, Unit: u.Key, Target: units[2].Key, Num: 5 - num, Den: 7})
				units = units[2:]
			}
		case 2:
			lines = append(lines, reform.Line{Act: reform.MoveTo, Unit: u.Key, Target: fresh})
		}
		units = units[1:]
	}
	for i := range lines {
		lines[i].N = i + 1
	}
	return lines
}
