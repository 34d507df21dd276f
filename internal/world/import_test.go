package world

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/imports"
	"nhipcau/internal/intake"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
)

// offer sends a file, which must be readable.
func (s *story) offer(t *testing.T, by auth.Actor, k imports.Kind, target, text string) imports.Import {
	t.Helper()
	im, err := imports.Make(t.Context(), s.DB, by, imports.Offer{Kind: k, Target: target, Name: "C:\\Tệp\\bảng.csv", Body: []byte(text)})
	if err != nil {
		t.Fatal(err, fault.Of(err).Fields)
	}
	return im
}

// now is what by sees of an import, with what is wrong on its first page.
func (s *story) now(t *testing.T, by auth.Actor, id string) (im imports.Import, wrongs []intake.Bad) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if im, err = imports.Get(ctx, tx, by, id); err != nil {
			return err
		}
		wrongs, err = imports.Wrongs(ctx, tx, im, 0)
		return err
	})
	return im, wrongs
}

func stood(im imports.Import) string {
	return fmt.Sprintf("%s %d %d %d %d", im.State, im.Outcome.New, im.Outcome.Changed, im.Outcome.Same, im.Bad)
}

// TestImportedRoll marks a roll by a list, closes it, and proves the figures.
func TestImportedRoll(t *testing.T) {
	s := house(t, 2)
	c, by := s.convened(t, 1), s.clerk(1)
	var roll []presence.Row
	s.see(t, func(ctx context.Context, tx *db.Tx) (err error) {
		roll, err = presence.Roll(ctx, tx, c.ID)
		return err
	})
	text, marked, same := "STT;Mã đoàn viên;Họ và tên;Điểm danh;Lý do\n", 0, 0
	for i, r := range roll {
		state := []string{"x;", "Có mặt;", "trực tuyến;", "Vắng có lý do;Công tác", "v;"}[i%5]
		if r.State == attendance.Exempt {
			state = "Miễn;"
			same++
		} else {
			marked++
		}
		text += fmt.Sprintf("%d;%s;%s;%s\n", i+1, r.MemberKey, strings.ToUpper(r.Name), state)
	}
	bad := s.offer(t, by, imports.Attendance, c.ID, text+"99;khong-co;;x;\n"+
		fmt.Sprintf("100;%s;;x;\n101;%s;;p;\n", roll[0].MemberKey, s.bloc.units[1].members[0].Key)+"Tổng số;;;;\n")
	if _, wrongs := s.now(t, by, bad.ID); len(wrongs) != 4 || bad.Bad != 4 {
		t.Errorf("%d bad, %v", bad.Bad, wrongs)
	}
	if err := imports.Confirm(t.Context(), s.DB, by, bad.ID); kindOf(err) != "conflict" {
		t.Errorf("what is bad is confirmed: %v", err)
	}
	im := s.offer(t, by, imports.Attendance, c.ID, text)
	if want := fmt.Sprintf("checked %d 0 %d 0", marked, same); stood(im) != want {
		t.Fatalf("%s, want %s", stood(im), want)
	}
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			if err := imports.Confirm(t.Context(), s.DB, by, im.ID); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if im, _ := s.now(t, by, im.ID); stood(im) != fmt.Sprintf("applied %d 0 %d 0", marked, same) {
		t.Errorf("confirmed three times at once it is %s", stood(im))
	}
	if im := s.offer(t, by, imports.Attendance, c.ID, text); stood(im) != fmt.Sprintf("checked 0 0 %d 0", len(roll)) {
		t.Errorf("again: %s", stood(im))
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return conference.Close(ctx, tx, s.heads[0], c.ID, c.Version)
	})
	if _, err := imports.Make(t.Context(), s.DB, by, imports.Offer{Kind: imports.Attendance, Target: c.ID, Body: []byte(text)}); kindOf(err) != "conflict" {
		t.Errorf("a closed roll takes a list: %v", err)
	}
	s.proven(t, "an imported roll")
}

// TestImportedFigures declares what units have stated on paper.
func TestImportedFigures(t *testing.T) {
	s := house(t, 5)
	s.held(t, 4)
	by := s.bikhu
	by.Roles = []auth.Role{auth.Clerk}
	const head = "Mã đơn vị,Ngày tổ chức,Số lượt,Số người,Người ký,Văn bản\n"
	good := "tccs-01,15/10/2020,6,5,Trần B,Báo cáo 1\ntccs-02,15/10/2020,4,4,Trần C,Báo cáo 2\n"
	for _, c := range []struct{ name, rows, want string }{
		{"more than are due", "tccs-03,15/10/2020,9.999,9.999,Trần D,Báo cáo 3\n", "4 Số người rollout.error.too_many"},
		{"tomorrow", "tccs-03,21/10/2020,5,5,Trần D,Báo cáo 3\n", "4 Ngày tổ chức rollout.error.future"},
		{"fewer attendances than persons", "tccs-03,15/10/2020,4,5,Trần D,Báo cáo 3\n", "4 Số lượt rollout.error.attended"},
		{"a unit that has held", "tccs-04,15/10/2020,5,5,Trần D,Báo cáo 3\n", "4 Số người rollout.error.too_many"},
		{"oneself", "doan-khoi,15/10/2020,5,5,Trần D,Báo cáo 3\n", "4 Mã đơn vị rollout.error.may_follow"},
		{"no such unit", "tccs-99,15/10/2020,5,5,Trần D,Báo cáo 3\n", "4 Mã đơn vị imports.bad.unit"},
		{"the same unit", "tccs-01,15/10/2020,5,5,Trần D,Báo cáo 3\n", "4 Mã đơn vị imports.bad.twice"},
	} {
		im := s.offer(t, by, imports.Figures, s.rollout.ID, head+good+c.rows)
		_, wrongs := s.now(t, by, im.ID)
		if got := fmt.Sprint(len(wrongs), wrongs); len(wrongs) != 1 || fmt.Sprintln(wrongs[0].Line, wrongs[0].Column, wrongs[0].Key) != c.want+"\n" {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if n := s.own(t, 1, "declared_persons"); n != 0 {
		t.Fatalf("offers have declared %d", n)
	}
	im := s.offer(t, by, imports.Figures, s.rollout.ID, head+good)
	if err := imports.Confirm(t.Context(), s.DB, by, im.ID); err != nil {
		t.Fatal(err)
	}
	if n, m := s.own(t, 1, "declared_persons"), s.own(t, 1, "declared_attended"); n != 5 || m != 6 {
		t.Errorf("declared %d persons, %d attendances", n, m)
	}
	if im := s.offer(t, by, imports.Figures, s.rollout.ID, head+good); stood(im) != "checked 0 0 2 0" {
		t.Errorf("again: %s", stood(im))
	}
	if im := s.offer(t, by, imports.Figures, s.rollout.ID, head+strings.Replace(good, ",6,5,", ",5,5,", 1)); im.Bad != 1 {
		t.Errorf("other figures: %s", stood(im))
	}
	// Between the offer and its confirmation the unit declares by itself.
	late := s.offer(t, by, imports.Figures, s.rollout.ID, head+"tccs-03,15/10/2020,5,5,Trần D,Báo cáo 3\ntccs-05,15/10/2020,1,1,Trần E,Báo cáo 5\n")
	s.held(t, 5)
	if err := imports.Confirm(t.Context(), s.DB, by, late.ID); err != nil {
		t.Fatal(err)
	}
	if got, wrongs := s.now(t, by, late.ID); stood(got) != "checked 1 0 0 1" || len(wrongs) != 1 || wrongs[0].Line != 3 || got.Problem == "" {
		t.Errorf("what has become bad: %s, %v", stood(got), wrongs)
	}
	if n := s.own(t, 3, "declared_persons"); n != 0 {
		t.Errorf("half of it was declared: %d", n)
	}
	s.proven(t, "imported figures")
}

// TestImportInAJob lets a job write what is much, for the one who confirmed it;
// lists of an open rollout stay as they were frozen.
func TestImportInAJob(t *testing.T) {
	s := house(t, 2)
	imports.Jobs(s.Jobs)
	by := s.clerk(1)
	var text strings.Builder
	text.WriteString("Mã,Họ tên,Mã đơn vị,Ngày vào\n")
	const n = 2_100
	for i := range n {
		fmt.Fprintf(&text, "n-%d,Nguyễn Văn %d,tccs-01,15/10/2020\n", i, i)
	}
	due := s.own(t, 1, "expected")
	bad := s.offer(t, by, imports.Members, "", text.String()+"n-x,Nguyễn Văn X,tccs-02,15/10/2020\n")
	if stood(bad) != fmt.Sprintf("checked %d 0 0 1", n) {
		t.Errorf("one row of %d is bad: %s", n+1, stood(bad))
	}
	im := s.offer(t, by, imports.Members, "", text.String())
	for range 2 {
		if err := imports.Confirm(t.Context(), s.DB, by, im.ID); err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := s.now(t, by, im.ID); got.State != imports.Running {
		t.Errorf("confirmed it is %s", got.State)
	}
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.now(t, by, im.ID); stood(got) != fmt.Sprintf("applied %d 0 0 0", n) {
		t.Errorf("done it is %s", stood(got))
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		all, err := org.FindMembers(ctx, tx, by, "nguyễn văn 2099", 10)
		if err == nil && (len(all) != 1 || all[0].UnitKey != "tccs-01") {
			t.Error(all)
		}
		return err
	})
	if now := s.own(t, 1, "expected"); now != due {
		t.Errorf("the rollout expects %d, expected %d", now, due)
	}
	s.proven(t, "an import by a job")
}

// TestWhoSeesImports: an import is its maker's and those's above; only its maker
// confirms it, for the same unit.
func TestWhoSeesImports(t *testing.T) {
	s := house(t, 2)
	imports.Jobs(s.Jobs)
	by := s.clerk(1)
	by.Login = "vt1"
	im := s.offer(t, by, imports.Members, "", "Mã,Họ tên,Mã đơn vị,Ngày vào\nn1,An,tccs-01,15/10/2020\n")
	elsewhere := by
	elsewhere.Unit, elsewhere.Path = s.heads[1].Unit, s.heads[1].Path
	robbed := by
	robbed.Roles = []auth.Role{auth.Member}
	for _, c := range []struct {
		name string
		by   auth.Actor
		want string
	}{
		{"the secretary of the unit", s.heads[0], "denied"},
		{"the unit above", s.bikhu, "denied"},
		{"the unit beside", s.heads[1], "not found"},
		{"the maker for another unit", elsewhere, "denied"},
		{"the maker without the role", robbed, "denied"},
		{"the maker", by, "done"},
	} {
		if got := kindOf(imports.Confirm(t.Context(), s.DB, c.by, im.ID)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	for _, c := range []struct {
		by   auth.Actor
		kind imports.Kind
		want string
	}{
		{s.clerk(1), imports.Units, "denied"},
		{s.member(1), imports.Members, "denied"},
		{s.asKeeper(), imports.Attendance, "denied"},
		{s.asKeeper(), imports.Figures, "denied"},
		{s.clerk(1), "songs", "not found"},
		{s.bikhu, imports.Attendance, "invalid"},
		{s.bikhu, imports.Figures, "invalid"},
		{s.bikhu, imports.Units, "denied"},
		{s.asKeeper(), imports.Units, "invalid"},
	} {
		if _, err := imports.Make(t.Context(), s.DB, c.by, imports.Offer{Kind: c.kind, Body: []byte("x")}); kindOf(err) != c.want {
			t.Errorf("%s by %s: %v, want %s", c.kind, c.by.Roles, err, c.want)
		}
	}
	left := s.offer(t, by, imports.Members, "", "Mã,Họ tên,Mã đơn vị,Ngày vào\nn2,Ba,tccs-01,15/10/2020\n")
	s.Clock.Set(s.DB.Now().Add(25 * time.Hour))
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.now(t, by, left.ID); got.State != imports.Expired || len(got.Head) > 0 {
		t.Errorf("after a day it is %s with %v", got.State, got.Head)
	}
	if err := imports.Confirm(t.Context(), s.DB, by, left.ID); kindOf(err) != "conflict" {
		t.Errorf("what has run out is confirmed: %v", err)
	}
}

// TestImportThatBreaks: of a job that cannot do its work the maker is told.
func TestImportThatBreaks(t *testing.T) {
	s := house(t, 2)
	imports.Jobs(s.Jobs)
	by := s.clerk(1)
	var text strings.Builder
	text.WriteString("Mã,Họ tên,Mã đơn vị,Ngày vào\n")
	for i := range 2_001 {
		fmt.Fprintf(&text, "n-%d,Nguyễn Văn %d,tccs-01,15/10/2020\n", i, i)
	}
	im := s.offer(t, by, imports.Members, "", text.String())
	if err := imports.Confirm(t.Context(), s.DB, by, im.ID); err != nil {
		t.Fatal(err)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `UPDATE import_body SET body = $1`, []byte("Mã\x00"))
	})
	for range 10 {
		if err := s.Jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Clock.Set(s.DB.Now().Add(time.Hour))
	}
	if got, _ := s.now(t, by, im.ID); got.State != imports.Refused || got.Problem == "" {
		t.Errorf("after ten hours it is %s, %q", got.State, got.Problem)
	}
	s.proven(t, "a broken import")
}
