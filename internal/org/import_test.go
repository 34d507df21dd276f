package org

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/epoch"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
)

// orchard is a tree of a root, two units and one closed, with a member in each of
// the two.
func orchard(t testing.TB) (*db.DB, auth.Actor) {
	t.Helper()
	d, by := dbtest.Open(t), auth.System("t")
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		if _, err := Plant(ctx, tx, by, "t", "Cây", NewUnit{Key: "goc", Name: "Gốc", Kind: "khối", From: "2020-01-01"}); err != nil {
			return err
		}
		for _, k := range []string{"a", "b", "c"} {
			if _, err := Create(ctx, tx, by, "goc", NewUnit{Key: k, Name: "Đơn vị " + k, Kind: "cơ sở", From: "2020-01-01"}); err != nil {
				return err
			}
		}
		closed, err := Get(ctx, tx, by, "c")
		if err != nil {
			return err
		}
		keeper, err := Get(ctx, tx, by, "b")
		if err != nil {
			return err
		}
		if _, err := EndUnit(ctx, tx, "t", closed, keeper, "2020-06-01"); err != nil {
			return err
		}
		for _, k := range []string{"a", "b"} {
			if _, err := Admit(ctx, tx, by, k, NewMember{Key: "m-" + k, Name: "Người " + k, From: "2020-01-01"}); err != nil {
				return err
			}
		}
		_, err = Plant(ctx, tx, auth.System("khac"), "khac", "Cây khác", NewUnit{Key: "xa", Name: "Xa", Kind: "khối", From: "2020-01-01"})
		return err
	})
	return d, by
}

// at is an administrator or another of unit a.
func at(t testing.TB, d *db.DB, key string, role auth.Role) auth.Actor {
	t.Helper()
	by := auth.Actor{Login: key, Name: key, Tree: "t", UnitKey: key, Roles: []auth.Role{role}}
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		u, err := Get(ctx, tx, auth.System("t"), key)
		by.Unit, by.Path = u.ID, u.Path
		return err
	})
	return by
}

const (
	unitHead   = "Mã đơn vị;Tên đơn vị;Tên gọn;Loại đơn vị;Mã đơn vị cấp trên;Từ ngày;Điện thoại;Quyết định\n"
	memberHead = "Mã đoàn viên;Họ tên;Mã đơn vị;Ngày vào;Chức vụ;Bậc chức vụ;Điện thoại;Email;Miễn từ ngày;Văn bản miễn\n"
)

type verb func(ctx context.Context, tx *db.Tx, by auth.Actor, t intake.Table, dry bool) (intake.Outcome, error)

func run(t testing.TB, d *db.DB, by auth.Actor, l intake.Layout, f verb, text string, dry bool) (intake.Outcome, error) {
	t.Helper()
	table, err := intake.Read([]byte(text), l)
	if err != nil {
		t.Fatal(fault.Of(err).Fields)
	}
	var got intake.Outcome
	err = d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		got, err = f(ctx, tx, by, table, dry)
		return err
	})
	return got, err
}

// told is what an import says of itself.
func told(im intake.Outcome) string {
	s := fmt.Sprintf("%d %d %d", im.New, im.Changed, im.Same)
	for _, b := range im.Bad {
		s += fmt.Sprintf("\n%d %s %s %v", b.Line, b.Column, strings.TrimPrefix(b.Key, "org."), b.Args)
	}
	return s
}

// census counts every row that an import could have written.
func census(t testing.TB, d *db.DB) string {
	t.Helper()
	var s string
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		s = ""
		for _, table := range strings.Fields("unit unit_name unit_kind unit_edge place reform lineage member membership exemption office audit") {
			var n int
			if err := tx.One(ctx, `SELECT count(*) FROM `+table, nil, &n); err != nil {
				return err
			}
			s += fmt.Sprintf("%s %d, ", table, n)
		}
		var changed int
		err := tx.One(ctx, `SELECT changed FROM tree WHERE key = 't'`, nil, &changed)
		s += fmt.Sprint("changed ", changed)
		return err
	})
	return s
}

// TestImportUnits works tables of units out against the orchard.
func TestImportUnits(t *testing.T) {
	d, by := orchard(t)
	a := at(t, d, "a", auth.Administrator)
	for _, c := range []struct {
		name string
		by   auth.Actor
		rows string
		want string
	}{
		{"children before parents", by, "a2;A2;;tổ;a1\na1;A1;;tổ;a\n", "2 0 0"},
		{"all the file says is so", by, "goc;Gốc;;khối;\na;Đơn vị a;;cơ sở;goc;01/01/2020\n", "0 0 2"},
		{"a name from a later day", by, "a;Đơn vị A;;cơ sở;goc;01/3/2020\n", "0 1 0"},
		{"a name from the same day", by, "a;Đơn vị A;;cơ sở;goc;01/01/2020\n", "0 0 0\n2 Tên đơn vị import.renamed [Đơn vị a 01/01/2020]"},
		{"another day", by, "a;Đơn vị a;;cơ sở;goc;02/01/2020\n", "0 0 0\n2 Từ ngày import.from [01/01/2020]"},
		{"a telephone number", by, "a;Đơn vị a;;cơ sở;goc;;0236\n", "0 1 0"},
		{"another parent, another kind", by, "a;Đơn vị a;;cơ sở;b\nb;Đơn vị b;;tổ;goc\n", "0 0 0\n2 Mã đơn vị cấp trên import.moved [goc]\n3 Loại đơn vị import.kind [cơ sở]"},
		{"without parent", by, "x;X;;tổ;\ny;Y;;tổ;x\na;Đơn vị a;;cơ sở;\n", "0 0 0\n2 Mã đơn vị cấp trên import.no_parent []\n4 Mã đơn vị cấp trên import.moved [goc]"},
		{"an unknown parent", by, "x;X;;tổ;khong-co\ny;Y;;tổ;x\n", "0 0 0\n2 Mã đơn vị cấp trên import.unknown_parent [khong-co]"},
		{"a parent that is itself bad", by, "x;;;tổ;a\ny;Y;;tổ;x\n", "0 0 0\n2 Tên đơn vị intake.bad.needed []"},
		{
			"a circle", by, "x;X;;tổ;z\ny;Y;;tổ;x\nz;Z;;tổ;y\nw;W;;tổ;z\ns;S;;tổ;s\n",
			"0 0 0\n2 Mã đơn vị cấp trên import.circle [x → z → y → x]\n3 Mã đơn vị cấp trên import.circle [x → z → y → x]\n" +
				"4 Mã đơn vị cấp trên import.circle [x → z → y → x]\n6 Mã đơn vị cấp trên import.circle [s → s]",
		},
		{"a code twice, in other letters too", by, "x-1;X;;tổ;a\nX-1;Y;;tổ;a\n", "1 0 0\n3 Mã đơn vị import.twice [x-1 2]"},
		{"a code of another tree", by, "xa;X;;tổ;a\n", "0 0 0\n2 Mã đơn vị import.taken [xa]"},
		{"a parent of another tree", by, "x;X;;tổ;xa\n", "0 0 0\n2 Mã đơn vị cấp trên import.outside [xa]"},
		{"what is closed", by, "c;Đơn vị c;;cơ sở;goc\nx;X;;tổ;c\n", "0 0 0\n2 Mã đơn vị import.closed [c 01/6/2020]\n3 Mã đơn vị cấp trên import.parent_closed [c 01/6/2020]"},
		{"a code that is none", by, "đv 1;X;;tổ;a\n", "0 0 0\n2 Mã đơn vị error.key []"},
		{"zeros before a code", by, "007;X;;tổ;a\n7;Y;;tổ;007\n", "2 0 0"},
		{"too long", by, "x;" + strings.Repeat("a", 301) + ";;" + strings.Repeat("b", 121) + ";a\n", "0 0 0\n2 Loại đơn vị error.long [120]\n2 Tên đơn vị error.long [300]\n2 Tên gọn error.long [300]"},
		{"too deep", by, deep(maxDepth + 1), fmt.Sprintf("%d 0 0\n%d Mã đơn vị cấp trên import.deep [%d]", maxDepth, maxDepth+2, maxDepth)},
		{"under one's own", a, "x;X;;tổ;a\n", "1 0 0"},
		{"beside one's own", a, "x;X;;tổ;goc\ny;Y;;tổ;b\nb;Đơn vị b;;cơ sở;goc\n", "0 0 0\n2 Mã đơn vị cấp trên import.outside [goc]\n3 Mã đơn vị cấp trên import.outside [b]\n4 Mã đơn vị import.taken [b]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := census(t, d)
			got, err := run(t, d, c.by, UnitLayout(), ImportUnits, unitHead+c.rows, true)
			if err != nil || told(got) != c.want {
				t.Errorf("got\n%s, %v\nwant\n%s", told(got), err, c.want)
			}
			if len(got.Bad) > 0 {
				if _, err := run(t, d, c.by, UnitLayout(), ImportUnits, unitHead+c.rows, false); err != nil {
					t.Error(err)
				}
			}
			if after := census(t, d); after != before {
				t.Errorf("it wrote: %s\nwas %s", after, before)
			}
		})
	}
}

// deep is a chain of n units under the root.
func deep(n int) string {
	s, above := "", "goc"
	for i := range n {
		key := fmt.Sprint("s", i)
		s += key + ";S;;tổ;" + above + "\n"
		above = key
	}
	return s
}

// TestImportedUnitsStand: what was imported is a tree like any other, and the
// same file again changes nothing.
func TestImportedUnitsStand(t *testing.T) {
	d, by := orchard(t)
	rows := unitHead + "a2;A2;Hai;tổ;a1;26/3/2020;0236;12-QĐ\na1;A1;;tổ;a;26/3/2020;;12-QĐ\na3;A3;;tổ;a;26/3/2020;;12-QĐ\nb;Đơn vị B;;cơ sở;goc;01/3/2020;;\n"
	got, err := run(t, d, by, UnitLayout(), ImportUnits, rows, false)
	if err != nil || told(got) != "3 1 0" {
		t.Fatal(told(got), err)
	}
	before := census(t, d)
	if got, err = run(t, d, by, UnitLayout(), ImportUnits, rows, false); err != nil || told(got) != "0 0 4" {
		t.Errorf("again: %s, %v", told(got), err)
	}
	if after := census(t, d); after != before {
		t.Errorf("again it wrote: %s\nwas %s", after, before)
	}
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		all, err := Subtree(ctx, tx, by, "/", "", 100)
		if err != nil {
			return err
		}
		var s string
		for _, u := range all {
			s += fmt.Sprintf("%s %s %s %s %d %s\n", u.Key, u.Name, u.Short, u.Path, u.Depth, u.Phone)
		}
		want := "goc Gốc Gốc /00001/ 0 \na Đơn vị a Đơn vị a /00001/00001/ 1 \na1 A1 A1 /00001/00001/00001/ 2 \na2 A2 Hai /00001/00001/00001/00001/ 3 0236\n" +
			"a3 A3 A3 /00001/00001/00002/ 2 \nb Đơn vị B Đơn vị B /00001/00002/ 1 \n"
		if s != want {
			t.Errorf("got\n%s\nwant\n%s", s, want)
		}
		e, err := epoch.For(ctx, tx, "t")
		if err == nil && e.Len() != len(all) {
			t.Errorf("the epoch has %d units of %d", e.Len(), len(all))
		}
		if err != nil {
			return err
		}
		u, err := Get(ctx, tx, by, "a2")
		if err != nil {
			return err
		}
		reforms, err := Reforms(ctx, tx, by, u)
		if err == nil && (len(reforms) != 1 || reforms[0] != Reform{"create", "2020-03-26", "12-QĐ", "", by.Name}) {
			t.Error(reforms)
		}
		_, err = Create(ctx, tx, by, "a", NewUnit{Key: "a4", Name: "A4", Kind: "tổ", From: "2020-03-26"})
		return err
	})
}

// TestImportMembers works tables of members out against the orchard.
func TestImportMembers(t *testing.T) {
	d, by := orchard(t)
	clerk := at(t, d, "a", auth.Clerk)
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		if _, err := Admit(ctx, tx, by, "a", NewMember{Key: "gone", Name: "Đã đi", From: "2020-01-01"}); err != nil {
			return err
		}
		if err := EndMembership(ctx, tx, by, "gone", "2020-05-01", "chuyển đi"); err != nil {
			return err
		}
		return Appoint(ctx, tx, by, "a", "m-a", Appointment{Title: "Bí thư", Rank: 1, From: "2020-01-01"})
	})
	for _, c := range []struct {
		name string
		by   auth.Actor
		rows string
		want string
	}{
		{"new, with everything", by, "1;An;a;26/3/2020;Phó Bí thư;2;0905;a@b.vn;01/4/2020;Quyết định 5\n2;Bình;b;26/3/2020\n", "2 0 0"},
		{"all the file says is so", by, "m-a;Người a;a;01/01/2020;Bí thư\nm-b;Người b;b;01/01/2020\n", "0 0 2"},
		{"name, contact, exemption", by, "m-a;Người A;a;01/01/2020\nm-b;Người b;b;01/01/2020;;;0905\n", "0 2 0"},
		{"an office, another office", by, "m-b;Người b;b;01/01/2020;Ủy viên\nm-a;Người a;a;01/01/2020;Ủy viên\n", "0 1 0\n3 Chức vụ import.office [Bí thư]"},
		{"exempt", by, "m-b;Người b;b;01/01/2020;;;;;01/4/2020;QĐ\nm-a;Người a;a;01/01/2020;;;;;;QĐ\n", "0 1 0\n3 Miễn từ ngày import.exempt []"},
		{"in another unit", by, "m-a;Người a;b;01/01/2020\n", "0 0 0\n2 Mã đơn vị import.elsewhere [Người a Đơn vị a]"},
		{"on the list since another day", by, "m-a;Người a;a;02/01/2020\n", "0 0 0\n2 Ngày vào import.joined [01/01/2020]"},
		{"who has left", by, "gone;Đã đi;a;01/01/2020\n", "0 0 0\n2 Mã đoàn viên import.left [gone]"},
		{
			"no such unit, a closed one, one of another tree", by, "1;An;z;26/3/2020\n2;An;c;26/3/2020\n3;An;xa;26/3/2020\n",
			"0 0 0\n2 Mã đơn vị import.unknown_unit [z]\n3 Mã đơn vị import.unit_closed [c 01/6/2020]\n4 Mã đơn vị import.outside [xa]",
		},
		{
			"twice, tomorrow, a rank of none, a code of none", by, "1;An;a;26/3/2020\n1;An;a;26/3/2020\n2;An;a;03/11/2020\n3;An;a;26/3/2020;UV;10\nđ;An;a;26/3/2020\n",
			"1 0 0\n3 Mã đoàn viên import.twice [1 2]\n4 Ngày vào import.future []\n5 Bậc chức vụ import.rank [9]\n6 Mã đoàn viên error.key []",
		},
		{"a clerk's own unit", clerk, "1;An;a;26/3/2020\n", "1 0 0"},
		{"a clerk of another unit", clerk, "1;An;b;26/3/2020\nm-b;Người b;a;01/01/2020\n", "0 0 0\n2 Mã đơn vị import.outside [b]\n3 Mã đoàn viên import.member_taken [m-b]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := census(t, d)
			got, err := run(t, d, c.by, MemberLayout(), ImportMembers, memberHead+c.rows, true)
			if err != nil || told(got) != c.want {
				t.Errorf("got\n%s, %v\nwant\n%s", told(got), err, c.want)
			}
			if len(got.Bad) > 0 {
				if _, err := run(t, d, c.by, MemberLayout(), ImportMembers, memberHead+c.rows, false); err != nil {
					t.Error(err)
				}
			}
			if after := census(t, d); after != before {
				t.Errorf("it wrote: %s\nwas %s", after, before)
			}
		})
	}
}

// TestImportedMembersAreListed: who was imported is on the list, and the same
// file again changes nothing.
func TestImportedMembersAreListed(t *testing.T) {
	d, by := orchard(t)
	rows := memberHead + "1;Lê An;a;26/3/2020;Phó Bí thư;2;0905;a@b.vn;01/4/2020;Quyết định 5\nm-a;Người A;a;01/01/2020;Bí thư;1;;;;\n2;Lê Ba;b;26/3/2020;;;;;;\n"
	if got, err := run(t, d, by, MemberLayout(), ImportMembers, rows, false); err != nil || told(got) != "2 1 0" {
		t.Fatal(told(got), err)
	}
	before := census(t, d)
	if got, err := run(t, d, by, MemberLayout(), ImportMembers, rows, false); err != nil || told(got) != "0 0 3" {
		t.Errorf("again: %s, %v", told(got), err)
	}
	if after := census(t, d); after != before {
		t.Errorf("again it wrote: %s\nwas %s", after, before)
	}
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		var s string
		for _, key := range []string{"1", "m-a", "2"} {
			m, err := GetMember(ctx, tx, by, key)
			if err != nil {
				return err
			}
			s += fmt.Sprintln(m.Key, m.Name, m.UnitKey, m.Since, m.Office, m.Phone, m.Email, m.Exempt)
		}
		if want := "1 Lê An a 26/3/2020 Phó Bí thư 0905 a@b.vn true\nm-a Người A a 01/01/2020 Bí thư   false\n2 Lê Ba b 26/3/2020    false\n"; s != want {
			t.Errorf("got\n%s\nwant\n%s", s, want)
		}
		return nil
	})
}

// TestWhoImports is the cast: units are the administrator's, lists also the
// secretary's and the clerk's.
func TestWhoImports(t *testing.T) {
	d, _ := orchard(t)
	for _, role := range append(auth.Roles, auth.Public) {
		by := at(t, d, "a", role)
		_, units := run(t, d, by, UnitLayout(), ImportUnits, unitHead+"x;X;;tổ;a\n", true)
		_, members := run(t, d, by, MemberLayout(), ImportMembers, memberHead+"1;An;a;26/3/2020\n", true)
		if got, want := units == nil, role == auth.Administrator; got != want {
			t.Errorf("%s imports units: %v, %v", role, got, units)
		}
		if got, want := members == nil, role == auth.Administrator || role == auth.Secretary || role == auth.Clerk; got != want {
			t.Errorf("%s imports members: %v, %v", role, got, members)
		}
		if units != nil && !fault.Is(units, fault.Denied) || members != nil && !fault.Is(members, fault.Denied) {
			t.Errorf("%s: %v, %v", role, units, members)
		}
	}
}

// TestImportAtOnce: of several who import one file at once, one does it and the
// others find it done.
func TestImportAtOnce(t *testing.T) {
	d, by := orchard(t)
	var units, members strings.Builder
	for i := range 300 {
		fmt.Fprintf(&units, "u%d;U;;tổ;%s\n", i, []string{"a", "b"}[i%2])
		fmt.Fprintf(&members, "n%d;N;%s;26/3/2020\n", i, []string{"a", "b"}[i%2])
	}
	for _, c := range []struct {
		layout intake.Layout
		f      verb
		text   string
	}{{UnitLayout(), ImportUnits, unitHead + units.String()}, {MemberLayout(), ImportMembers, memberHead + members.String()}} {
		got := make([]intake.Outcome, 4)
		var wg sync.WaitGroup
		for i := range got {
			wg.Go(func() {
				var err error
				if got[i], err = run(t, d, by, c.layout, c.f, c.text, false); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		sum := intake.Outcome{}
		for _, g := range got {
			sum.New, sum.Same, sum.Bad = sum.New+g.New, sum.Same+g.Same, append(sum.Bad, g.Bad...)
		}
		if sum.New != 300 || sum.Same != 900 || len(sum.Bad) > 0 {
			t.Errorf("%s: %d new, %d same, bad %v", c.layout.Name, sum.New, sum.Same, sum.Bad)
		}
	}
}
