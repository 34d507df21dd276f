package app_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// The number beside "my work" is how many entries that page has, on every page of
// whoever reads it.
func TestMenuCountsTheWork(t *testing.T) {
	t.Parallel()
	p := &player{t: t, h: app.NewDemoHouse(t)}
	p.reset()
	count := regexp.MustCompile(`(?s)<a href="/"[^>]*>\s*<span>[^<]*</span>\s*<b>([0-9]+)</b>`)
	most := 0
	for _, login := range []string{"vanthu", "donvi07", "quantri"} {
		p.must(t, p.as(login), 200)
		p.must(t, p.get("/"), 200)
		_, list, _ := strings.Cut(p.raw, `<ul class="work">`)
		list, _, _ = strings.Cut(list, "</ul>")
		entries := strings.Count(list, "<li>")
		most = max(most, entries)
		for _, page := range []string{"/", "/forms"} {
			p.must(t, p.get(page), 200)
			said := "0"
			if m := count.FindStringSubmatch(p.raw); m != nil {
				said = m[1]
			}
			if said != strconv.Itoa(entries) {
				t.Errorf("%s of %s says %s, the work has %d entries", page, login, said, entries)
			}
		}
	}
	if most < 2 {
		t.Error("nobody has two things to do")
	}
}
