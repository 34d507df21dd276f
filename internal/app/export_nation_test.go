package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/directive"
	"nhipcau/internal/file"
	"nhipcau/internal/notify"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
	"nhipcau/internal/world"
)

// NationTree is the tree of a test bed of the size of a nation.
const NationTree = "nuoc"

// Nation is a tree of five levels with as many provinces as asked, written straight
// into its tables: under a province stand 20 units, under each of those 20, and under
// each of those 21 cells. 34 provinces are 299,915 units.
type Nation struct {
	*TestHouse
	Units []NationUnit // in tree order
	ids   []int64
}

// A NationUnit is one unit of a nation.
type NationUnit struct {
	ID, Parent int64
	Key, Path  string
	Depth      int
}

// fanOut is how many units stand under one of each level below the provinces.
var fanOut = [...]int{20, 20, 21}

// NewNation makes a nation, and twenty members in each of so many of its cells.
func NewNation(t testing.TB, provinces, peopled int) *Nation {
	n := &Nation{TestHouse: NewTestHouse(t)}
	n.grow(0, "n", "/00001/", 0, provinces)
	n.plant()
	n.people(peopled)
	n.logins()
	return n
}

// id returns the next id of the house.
func (n *Nation) id() int64 {
	if len(n.ids) == 0 {
		dbtest.Write(n.t, n.h.db, func(ctx context.Context, tx *db.Tx) error {
			n.ids = n.ids[:0]
			for range 100_000 {
				n.ids = append(n.ids, tx.NewID())
			}
			return nil
		})
	}
	id := n.ids[0]
	n.ids = n.ids[1:]
	return id
}

func (n *Nation) grow(parent int64, key, path string, depth, provinces int) {
	u := NationUnit{ID: n.id(), Parent: parent, Key: key, Path: path, Depth: depth}
	n.Units = append(n.Units, u)
	under := provinces
	if depth > 0 {
		if depth > len(fanOut) {
			return
		}
		under = fanOut[depth-1]
	}
	for i := range under {
		n.grow(u.ID, fmt.Sprintf("%s-%d", key, i+1), fmt.Sprintf("%s%05d/", path, i+1), depth+1, 0)
	}
}

// many writes rows in deeds of 5,000.
func many[T any](n *Nation, all []T, head string, row func(T) []any) {
	for some := range slices.Chunk(all, 5000) {
		dbtest.Write(n.t, n.h.db, func(ctx context.Context, tx *db.Tx) error {
			return db.InsertMany(ctx, tx, head, len(some), func(i int) []any { return row(some[i]) })
		})
	}
}

var ranks = [...]string{"Trung ương", "Tỉnh đoàn", "Đoàn cấp xã", "Đoàn cơ sở", "Chi đoàn"}

func (n *Nation) plant() {
	dbtest.Write(n.t, n.h.db, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `INSERT INTO tree (key, name, changed, cut) VALUES ($1, 'Đoàn', 1, 0)`, NationTree)
	})
	many(n, n.Units, `INSERT INTO unit (id, key, phone, sample, created_at, version) VALUES`, func(u NationUnit) []any { return []any{u.ID, u.Key, "", 0, 1577836800, 1} })
	many(n, n.Units, `INSERT INTO unit_name (unit, from_day, to_day, name, short, fold, sort) VALUES`, func(u NationUnit) []any {
		name := ranks[u.Depth] + " số " + strings.TrimPrefix(u.Key[1:], "-")
		return []any{u.ID, "2019-01-01", "", name, name, vn.Fold(name), vn.NameKey(name)}
	})
	many(n, n.Units, `INSERT INTO unit_kind (unit, from_day, to_day, kind) VALUES`, func(u NationUnit) []any { return []any{u.ID, "2019-01-01", "", ranks[u.Depth]} })
	many(n, n.Units, `INSERT INTO unit_edge (tree, unit, parent, from_day, to_day) VALUES`, func(u NationUnit) []any { return []any{NationTree, u.ID, u.Parent, "2019-01-01", ""} })
	many(n, n.Units, `INSERT INTO place (tree, unit, path, depth) VALUES`, func(u NationUnit) []any { return []any{NationTree, u.ID, u.Path, u.Depth} })
}

func (n *Nation) people(cells int) {
	type person struct{ id, membership, unit int64 }
	var all []person
	for _, u := range n.Units {
		if u.Depth == len(fanOut)+1 && cells > 0 {
			cells--
			for range 20 {
				all = append(all, person{n.id(), n.id(), u.ID})
			}
		}
	}
	many(n, all, `INSERT INTO member (id, key, name, fold, sort, phone, email, sample, created_at, version) VALUES`, func(p person) []any {
		name := fmt.Sprint("Nguyễn Thị Hồng Ánh ", p.id%997)
		return []any{p.id, fmt.Sprint("m", p.id), name, vn.Fold(name), vn.NameKey(name), "", "", 0, 1577836800, 1}
	})
	many(n, all, `INSERT INTO membership (id, member, unit, from_day, to_day, recorded_at, ended) VALUES`, func(p person) []any {
		return []any{p.membership, p.id, p.unit, "2019-01-01", "", 1577836800, 0}
	})
}

// First returns the first unit of a level, 0 for the root.
func (n *Nation) First(depth int) NationUnit {
	return n.Units[slices.IndexFunc(n.Units, func(u NationUnit) bool { return u.Depth == depth })]
}

// As acts for the first unit of a level, as its secretary.
func (n *Nation) As(depth int) auth.Actor {
	u := n.First(depth)
	return auth.Actor{Login: NationLogin(depth), Name: "Bí thư", Tree: NationTree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Key, Path: u.Path, Roles: []auth.Role{auth.Secretary}}
}

// NationLogin is the login of the secretary of the first unit of a level.
func NationLogin(depth int) string { return fmt.Sprint("cap", depth) }

func (n *Nation) logins() {
	hashed, err := account.HashPassword(n.t.Context(), world.Password)
	if err != nil {
		n.t.Fatal(err)
	}
	dbtest.Write(n.t, n.h.db, func(ctx context.Context, tx *db.Tx) error {
		for depth := range ranks {
			a, err := account.Create(ctx, tx, auth.System(NationTree), account.New{Login: NationLogin(depth), Name: "Bí thư", Unit: n.First(depth).Key, Roles: []auth.Role{auth.Secretary}})
			if err != nil {
				return err
			}
			if err := account.SetPassword(ctx, tx, auth.System(NationTree), a.ID, hashed); err != nil {
				return err
			}
		}
		return nil
	})
}

// Approved enters, submits and approves a rollout to all units by levels; its job
// waits. Every level holds a conference, the cells reach their members too.
func (n *Nation) Approved() rollout.Rollout {
	by := n.As(0)
	until := func(day vn.Day) vn.Deadline { return vn.Deadline{Day: day, Wording: vn.Until} }
	today := vn.DayOf(n.h.db.Now())
	f := rollout.Form{Title: "Học tập trong cả nước", Scope: "n", Demands: []rollout.Demand{
		{Step: rollout.Reach, Level: 4, Percent: 80, Deadline: until(today.AddDays(40))},
		{Step: rollout.Report, Level: 1, Deadline: until(today.AddDays(60))},
	}}
	for level := 1; level <= 4; level++ {
		f.Demands = append(f.Demands, rollout.Demand{Step: rollout.Hold, Level: level, Deadline: until(today.AddDays(30))})
	}
	var r rollout.Rollout
	dbtest.Write(n.t, n.h.db, func(ctx context.Context, tx *db.Tx) error {
		clerk := by
		clerk.Roles = []auth.Role{auth.Clerk, auth.Secretary}
		d, err := directive.Enter(ctx, tx, clerk, directive.Form{Kind: "NQ", Number: "59", Symbol: "NQ/TW", Issuer: "Bộ Chính trị", Issued: "2020-08-05", Subject: "Về Cần Thơ"}, file.Blob{})
		if err != nil {
			return err
		}
		f.Papers = []rollout.Paper{{Directive: d.ID, Mode: rollout.Study}}
		if r, err = rollout.Enter(ctx, tx, clerk, f, ""); err != nil {
			return err
		}
		if err := rollout.Submit(ctx, tx, clerk, r.ID, r.Version); err != nil {
			return err
		}
		if err := rollout.Approve(ctx, tx, clerk, r.ID, r.Version+1); err != nil {
			return err
		}
		r, err = rollout.Get(ctx, tx, clerk, r.ID)
		return err
	})
	return r
}

// DB is the house's database.
func (n *Nation) DB() *db.DB { return n.h.db }

// Notices counts the notices of a kind that the first secretary of a level has.
func (n *Nation) Notices(depth int, key string) (count int) {
	dbtest.Read(n.t, n.h.db, func(ctx context.Context, tx *db.Tx) error {
		by, err := account.As(ctx, tx, NationLogin(depth), n.First(depth).Key)
		if err != nil {
			return err
		}
		all, err := notify.List(ctx, tx, by, 0, 100)
		for _, x := range all {
			if x.Key == key {
				count++
			}
		}
		return err
	})
	return count
}
