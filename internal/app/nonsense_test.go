package app_test

import (
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// TestProgramsNonsense sends nonsense to every operation as several people:
// nothing may break, every refusal is a problem, and afterwards every figure is
// still proven.
func TestProgramsNonsense(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	x := asker{t: t, h: h, ids: idsOf07(t, h, h.Prepare(t))}
	long := strings.Repeat("ế", 6000)
	bodies := []string{
		`{}`, `null`, `[]`, `{"no`, `{"name":null}`, `"x"`,
		`{"name":"\u0000","from":"31/02/2020","unit":"\u0000"}`,
		`{"name":"` + long + `","from":"2020-10-01","kind":"` + long + `","key":"` + long + `"}`,
		`{"key":"tccs-07","name":"A","kind":"B","from":"2020-10-01"}`,
		`{"day":"0000-00-00","reason":"\ud800"}`,
		`{"rollout":"` + x.ids["rollouts"] + `","title":"\u0000","tasks":[{"day":"9999-99-99","wording":"x"}],"goals":[{}]}`,
		`{"rollout":"\u0000"}`,
		`{"answers":{"strengths":"\u0000` + long + `","x":"y","":""}}`,
		`{"marks":[{"member":"\u0000","state":"x","version":-9223372036854775808}],"guests":[{"label":"","number":-1}]}`,
		`{"marks":[{"member":"x","state":"present","version":1e300}]}`,
		`{"kind":"NQ","number":"59","symbol":"NQ/TW","issuer":"Bộ Chính trị","issued":"2020-08-05","subject":"x"}`,
		`{"kind":"NQ","issuer":"\u0000","issued":"2020-02-30","subject":"\u0000"}`,
	}
	for _, login := range []string{"doanvien", "donvi08", "thuky07", "donvi07", "vanthu", "bikhu", "quantri"} {
		p := program{t, h, h.Token(t, login)}
		for _, op := range h.Operations() {
			method, path, _ := strings.Cut(op, " ")
			addresses := []string{x.fill(path)}
			if strings.Contains(path, "{") {
				addresses = append(addresses, strings.NewReplacer("{sheet}", "9223372036854775808", "{id}", "%00", "{key}", "%00", "{unit}", "%27", "{lane}", "%00").Replace(path))
			}
			for _, address := range addresses {
				if method == "GET" {
					for _, q := range []string{"?limit=0", "?limit=-1", "?limit=1e9", "?after=%00", "?after=bGlzdC11bml0c3xx", "?q=%25_%00%F0%9F%98%80", "?under=%00", "?unit=%00", "?rollout=%00", "?state=%00", "?kind=%00", "?own=maybe"} {
						p.whole(op+" as "+login, p.ask(method, address+q, ""))
					}
					continue
				}
				for _, b := range bodies {
					p.whole(op+" as "+login+" with "+b[:min(len(b), 60)], p.ask(method, address, b, "If-Match: *"))
				}
			}
		}
	}
	if n, details, err := h.Prove(t.Context()); err != nil || n != 0 {
		t.Errorf("the proof finds %d mismatches, %v\n%s", n, err, strings.Join(details, "\n"))
	}
}

func (p program) whole(what string, a said) {
	p.t.Helper()
	if a.status >= 500 || a.status >= 400 && a.head.Get("Content-Type") != "application/problem+json" {
		p.t.Errorf("%s: %d %s", what, a.status, a.body)
	}
}
