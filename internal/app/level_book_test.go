package app_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// twoLevels is a bloc of three units of which the first has two cells; the second cell
// and the second unit have returned two figures each, and the third unit nothing.
func twoLevels(t *testing.T) (p *player, period string) {
	t.Helper()
	h := app.NewTestHouse(t)
	if err := h.Found(3); err != nil {
		t.Fatal(err)
	}
	p = &player{t: t, h: h}
	p.reset()
	p.must(t, p.as("quantri"), 200)
	for _, name := range []string{"Chi đoàn Một", "Chi đoàn Hai"} {
		p.must(t, p.post("/units/tccs-01/children", []string{"name=" + name, "kind=Chi đoàn", "from=12/10/2020"}), 200)
	}
	cell := regexp.MustCompile(`/units/([a-z0-9-]+)`).FindStringSubmatch(p.at)[1]
	if cell == "tccs-01" {
		p.must(t, p.get("/units/tccs-01"), 200)
		cell = regexp.MustCompile(`(?s)href="/units/([a-z0-9-]+)"[^>]*>\s*Chi đoàn Hai`).FindStringSubmatch(p.raw)[1]
	}
	_, period = h.Ask(t, 2)
	p.must(t, p.as("vanthu"), 200)
	for unit, n := range map[string]int{cell: 1200, "tccs-02": 34} {
		p.must(t, p.post("/periods/"+period+"/returns/"+unit, []string{"seen=0", fmt.Sprint("figures.item_1=", n), fmt.Sprint("figures.item_2=", 2*n)}), 200)
	}
	return p, period
}

// TestOfficeOpensATableOfALevel opens the table of a level with LibreOffice: its rows
// come to the sums in it, and those to what the page says.
func TestOfficeOpensATableOfALevel(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	p, period := twoLevels(t)
	p.must(t, p.get("/periods/"+period+"/summary/doan-khoi/tables"), 200)
	for _, s := range []string{"Dưới 2 cấp", "như Chi đoàn", "figures.xlsx?level=2"} {
		if !strings.Contains(p.raw, s) {
			t.Errorf("no %q on the page\n%s", s, p.body)
		}
	}
	p.must(t, p.get("/periods/"+period+"/summary/doan-khoi/figures.xlsx?level=2"), 200)
	rows := o.table("level.xlsx", []byte(p.raw))
	var said []string
	for _, r := range rows[2:] {
		said = append(said, strings.Join(r, "|"))
	}
	head := "TT|Đơn vị|Trực thuộc|Phải báo cáo|Đã báo cáo|Mục 1 (người)|Mục 2 (người)"
	want := []string{head, "Chi đoàn Một|", "Chi đoàn Hai|", "|Cộng ", "2|", "3|", "|Tổng cộng||4|2|1,234|2,468"}
	if len(said) != 7 || said[0] != head || said[6] != want[6] {
		t.Fatalf("got %q", said)
	}
	sum := map[int]int{}
	for _, r := range rows[3 : len(rows)-1] {
		for col := 3; col < 7 && r[0] != ""; col++ {
			n, err := strconv.Atoi(strings.NewReplacer(",", "", ".", "").Replace(r[col]))
			if err != nil && r[col] != "" {
				t.Fatal(err)
			}
			sum[col] += n
		}
	}
	if got := fmt.Sprint(sum); got != fmt.Sprint(map[int]int{3: 4, 4: 2, 5: 1234, 6: 2468}) {
		t.Errorf("the rows come to %s: %q", got, said)
	}
	p.must(t, p.get("/periods/"+period+"/units/doan-khoi"), 200)
	for _, s := range []string{"1.234", "2.468", "/summary/doan-khoi/tables"} {
		if !strings.Contains(p.raw, s) {
			t.Errorf("no %q on the page of the period", s)
		}
	}
}

// A level that is not there is not found, and neither is somebody else's unit.
func TestTableOfALevelOfNothing(t *testing.T) {
	t.Parallel()
	p, period := twoLevels(t)
	for path, status := range map[string]int{
		"/periods/" + period + "/summary/doan-khoi/figures.xlsx?level=7":  404,
		"/periods/" + period + "/summary/doan-khoi/figures.xlsx?level=-1": 404,
		"/periods/" + period + "/summary/doan-khoi/figures.xlsx?level=x":  200,
		"/periods/" + period + "/summary/nobody/tables":                   404,
	} {
		if p.must(t, p.get(path), status); t.Failed() {
			t.Fatal(path)
		}
	}
	p.must(t, p.as("donvi02"), 200)
	p.must(t, p.get("/periods/"+period+"/summary/doan-khoi/tables"), 404)
	p.must(t, p.get("/periods/"+period+"/summary/tccs-02/tables"), 200)
}
