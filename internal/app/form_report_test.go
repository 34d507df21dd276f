package app_test

import (
	"fmt"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// A clerk takes a ready form over, builds on it, issues it, and asks; a unit returns
// figures, parts and texts; the report says what follows, on the page and to programs;
// an edition later the next period asks more.
func TestFormFromReadyToReport(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Found(3); err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, h: h}
	p.reset()
	deed := func(err error, want int, has ...string) {
		t.Helper()
		if err != nil || p.status != want {
			t.Fatalf("%v, status %d\n%s", err, p.status, p.body)
		}
		for _, s := range has {
			if !strings.Contains(p.body, s) {
				t.Errorf("%q is not on the page\n%s", s, p.body)
			}
		}
	}
	deed(p.as("vanthu"), 200)
	deed(p.get("/forms/new"), 200, "Báo cáo kết quả học tập", "Báo cáo tháng", "Báo cáo năm")
	deed(p.post("/ready-forms/study", []string{"version=0"}), 200, "Xem trước", "Thành viên đã học – Nữ")
	form := strings.Split(p.at, "/")[2]
	at := "/forms/" + form
	deed(p.post(at+"/items", []string{"version=1", "label=Tỷ lệ nữ", "kind=formula", "word=%", "section=Người đã học", "decimals=1", "formula=share(members_female; nobody)"}), 422, "không có mục mã “nobody”")
	deed(p.post(at+"/items", []string{"version=1", "label=Tỷ lệ nữ", "kind=formula", "word=%", "section=Người đã học", "decimals=1", "key=female_rate", "formula=share(members_female; members)"}), 200, "Tỷ lệ nữ")
	deed(p.post(at+"/arrangement", []string{"version=2", "item=female_rate", "do=up"}), 200)
	deed(p.post(at+"/arrangement", []string{"version=3", "item=members", "do=drop"}), 422, "không có mục mã “members”")
	deed(p.post(at+"/opening", []string{"version=3"}), 200)
	deed(p.post(at+"/periods", []string{"name=Đợt 1", "from=1/10/2020", "to=31/10/2020", "last=5/11/2020"}), 200)
	period := strings.Split(p.at, "/")[2]
	returns := "/periods/" + period + "/returns/tccs-01"

	deed(p.as("donvi01"), 200)
	fields := []string{"seen=0", "figures.documents=1", "figures.conferences=2", "figures.attended=200", "figures.members_due=96", "figures.members=90", "figures.members_female=95", "figures.good=Học kỹ.", "figures.commitments=80"}
	deed(p.post(returns, fields), 422, "Nhiều hơn “Thành viên đã học”")
	fields[6] = "figures.members_female=30"
	deed(p.post(returns, fields), 200, "93,75", "90/96", "33,3", "30/90", "Học kỹ.")
	deed(p.as("vanthu"), 200)
	deed(p.get("/periods/"+period+"/report/doan-khoi"), 200, "93,75", "Cộng từ 1/3 báo cáo")
	bloc := program{t, h, h.Token(t, "vanthu")}
	a := bloc.get("/periods/" + period + "/report/doan-khoi")
	for _, s := range []string{`"value":"93.75"`, `"exact":"375/4"`, `"num":"90"`, `"den":"96"`} {
		if !strings.Contains(strings.ReplaceAll(a.body, " ", ""), s) {
			t.Errorf("%s is not in %s", s, a.body)
		}
	}

	deed(p.post(at+"/edition", []string{"version=4"}), 200, "Phiên bản 2, bản thảo")
	deed(p.post(at+"/items", []string{"version=5", "label=Điểm cầu xã", "kind=figure", "word=điểm cầu", "section=Tổ chức học tập"}), 200)
	deed(p.post(at+"/edition/issue", []string{"version=6"}), 200, "Phiên bản 2")
	deed(p.post(at+"/periods", []string{"name=Đợt 2", "from=1/11/2020", "to=30/11/2020", "last=5/12/2020"}), 200, "Điểm cầu xã")
	next := strings.Split(p.at, "/")[2]
	deed(p.get("/periods/"+next+"/report/tccs-01"), 200, "Luỹ kế từ đầu năm")
	deed(p.get("/periods/"+period+"/units/doan-khoi"), 200)
	if strings.Contains(p.body, "Điểm cầu xã") {
		t.Error("the former period asks what the new edition asks")
	}
}

// A report page of 50 figures with their year is light.
func TestReportPageIsLight(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Found(2); err != nil {
		t.Fatal(err)
	}
	form, period := h.Ask(t, 50)
	p := &player{t: t, h: h}
	p.reset()
	fields := []string{"seen=0"}
	for n := range 50 {
		fields = append(fields, fmt.Sprintf("figures.item_%d=%d", n+1, 1000+n))
	}
	if err := p.as("vanthu"); err != nil {
		t.Fatal(err)
	}
	if err := p.post("/forms/"+form+"/periods", []string{"name=Tháng 11", "from=1/11/2020", "to=30/11/2020", "last=5/12/2020"}); err != nil || p.status != 200 {
		t.Fatal(err, p.status)
	}
	next := strings.Split(p.at, "/")[2]
	for _, id := range []string{period, next} {
		if err := p.post("/periods/"+id+"/returns/tccs-01", fields); err != nil || p.status != 200 {
			t.Fatal(err, p.status, p.body)
		}
	}
	for _, path := range []string{"/periods/" + next + "/report/doan-khoi", "/periods/" + next + "/returns/tccs-01"} {
		if err := p.get(path); err != nil || p.status != 200 || len(p.body) > 150_000 || !strings.Contains(p.body, "2.049") && !strings.Contains(p.body, "1.049") {
			t.Errorf("%s: %v, status %d, %d bytes", path, err, p.status, len(p.body))
		}
	}
}
