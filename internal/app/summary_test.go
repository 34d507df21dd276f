package app_test

import (
	"net/http"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// A program reads what a unit's report of a period says with the figures it names,
// writes it, is told when another has been faster, and takes words over from below.
func TestProgramsWriteSummaries(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Found(2); err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, h: h}
	p.reset()
	for _, s := range []string{
		"as vanthu", "post /forms 'title=Báo cáo năm' asks=leaf 'items=* [lop] Lớp | lớp\n[luot] Lượt | lượt\n[loi] Kết quả | | text'", "take F /forms/([a-z0-9]+)/build",
		"post /forms/$F/opening version=1", "post /forms/$F/periods name=2020 from=15/12/2019 to=14/12/2020 last=20/12/2020", "take P /periods/([a-z0-9]+)",
		"post /periods/$P/returns/tccs-01 seen=0 figures.lop=3 figures.luot=142 'figures.loi=Mở {lop} lớp, {khong_co}.'", "status 200",
		"post /periods/$P/returns/tccs-02 seen=0 figures.lop=4 figures.luot=158", "status 200",
	} {
		if err := p.do(words(p.expand(strings.ReplaceAll(s, "\n", `\n`)))); err != nil {
			t.Fatalf("%s: %v\n%s", s, err, p.body)
		}
	}
	at := "/api/v1" + p.expand("/periods/$P/summary/doan-khoi")
	bloc := program{t, h, h.Token(t, "vanthu")}
	type said struct {
		Received, Due int64
		Passages      []struct {
			Item, Reads string
			N           int64
			Figures     []struct{ Name, Now, Exact, Was, Trace string }
			From        []struct{ Unit, Text string }
		}
	}
	ask := func(path, body string, want int) (x said) {
		t.Helper()
		method := http.MethodPost
		if body == "" {
			method = http.MethodGet
		}
		a := bloc.ask(method, at+path, body)
		if a.status != want {
			t.Fatalf("%s %s: status %d, want %d\n%s", path, body, a.status, want, a.body)
		}
		if want == http.StatusOK {
			a.read(t, &x)
			if len(x.Passages) != 1 || x.Passages[0].Item != "loi" {
				t.Fatalf("passages %+v", x.Passages)
			}
		}
		return x
	}
	if x := ask("", "", 200); x.Received != 2 || x.Due != 2 || x.Passages[0].N != 0 {
		t.Errorf("it begins as %+v", x)
	}
	ask("/loi", `{"text":"{khong_co} lớp"}`, 422)
	ask("/khong_co", `{"text":"x"}`, 404)
	x := ask("/loi", `{"text":"{da_nop/don_vi} đơn vị mở {lop} lớp với {trên luot:200} lượt."}`, 200).Passages[0]
	if x.N != 1 || x.Reads != "2/2 đơn vị mở 7 lớp với trên 200 lượt." || len(x.Figures) != 3 {
		t.Fatalf("it reads %+v", x)
	}
	if f := x.Figures[2]; f.Now != "trên 200" || f.Exact != "300" || !strings.HasSuffix(f.Trace, "/doan-khoi/value_2?subtree=1") {
		t.Errorf("the bound is %+v", f)
	}
	ask("/loi", `{"text":"Khác."}`, 409)
	x = ask("/loi/takes", `{"from":"tccs-01","seen":1}`, 200).Passages[0]
	if !strings.HasSuffix(x.Reads, "Đoàn số 01: Mở 3 lớp, {khong_co}.") || len(x.From) != 1 || x.From[0].Unit != "tccs-01" {
		t.Errorf("with the words of unit 01 it reads %+v", x)
	}
	ask("/loi/takes", `{"from":"tccs-02","seen":2}`, 404)
	if a := (program{t, h, h.Token(t, "donvi01")}).ask(http.MethodPost, at+"/loi", `{"text":"x"}`); a.status != 404 {
		t.Errorf("a unit beside writes it: %d", a.status)
	}
}
