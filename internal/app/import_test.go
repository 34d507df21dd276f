package app_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"nhipcau/internal/app"
)

// TestTemplatesAreTaken downloads every template, sends it back empty and, for
// units, filled in by a spreadsheet.
func TestTemplatesAreTaken(t *testing.T) {
	t.Parallel()
	p := &player{t: t, h: app.NewTestHouse(t)}
	p.reset()
	p.must(t, p.h.Found(2), 0)
	for _, c := range []struct{ login, kind string }{{"quantri", "units"}, {"vanthu", "members"}} {
		for _, ending := range []string{"xlsx", "csv"} {
			for _, lang := range []string{"vi", "en"} {
				if err := p.as(c.login); err != nil {
					t.Fatal(err)
				}
				p.must(t, p.post("/language", []string{"lang=" + lang, "return=/imports"}), 200)
				p.must(t, p.get("/imports/templates/"+c.kind+"."+ending), 200)
				name := "mau." + ending
				p.files[name] = []byte(p.raw)
				p.must(t, p.post("/imports", []string{"kind=" + c.kind, "file=@" + name}), 422)
				if want := map[string]string{"vi": "Tệp chưa có dòng nào", "en": "has no row under its header"}[lang]; !strings.Contains(p.body, want) {
					t.Errorf("%s.%s in %s: %s", c.kind, ending, lang, p.body)
				}
			}
		}
	}
	p.must(t, p.as("quantri"), 0)
	p.must(t, p.get("/imports/templates/units.xlsx"), 200)
	x, err := excelize.OpenReader(strings.NewReader(p.raw))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	for i, row := range [][]any{{"0071", "Tổ 71", nil, "tổ", "tccs-01", 43916}, {"0072", "Tổ 72", "T72", "tổ", "0071", "26/3/2020"}} {
		if err := x.SetSheetRow(x.GetSheetName(0), fmt.Sprintf("A%d", i+2), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := x.Write(&b); err != nil {
		t.Fatal(err)
	}
	p.files["units.xlsx"] = b.Bytes()
	p.must(t, p.post("/imports", []string{"kind=units", "file=@units.xlsx"}), 200)
	p.must(t, p.post(p.at+"/application", nil), 200)
	p.must(t, p.get("/units/0072"), 200)
	if !strings.Contains(p.body, "Tổ 72") || !strings.Contains(p.body, "26/3/2020") {
		t.Error(p.body)
	}
}

func (p *player) must(t *testing.T, err error, status int) {
	t.Helper()
	if err != nil || status != 0 && p.status != status {
		t.Fatalf("at %s: status %d, want %d, %v\n%s", p.at, p.status, status, err, p.body)
	}
}
