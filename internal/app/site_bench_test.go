package app_test

import (
	"testing"

	"nhipcau/internal/app"
)

// BenchmarkSites measures the list of the sites of a conference that 31,000 rooms
// join, as the host looks at it.
func BenchmarkSites(b *testing.B) {
	const units = 31_000
	h := app.NewTestHouse(b)
	if err := h.Found(3); err != nil {
		b.Fatal(err)
	}
	g := h.Gather(b, units, func(int) int { return 0 })
	sites := g.Join(b)
	client := signedIn(b, h, "bikhu")
	for _, x := range []struct{ name, path string }{
		{"first", ""},
		{"last", "?after=30900"},
		{"search", "?q=thon+30999"},
		{"nothing", "?q=khong+co"},
		{"state", "?state=joined"},
		{"unchecked", "?unchecked=1"},
		{"under", "?under=q-000000"},
	} {
		b.Run("page/"+x.name, func(b *testing.B) {
			for b.Loop() {
				get(b, client, h.URL+"/conferences/"+g.ID+"/sites"+x.path)
			}
		})
	}
	b.ReportMetric(float64(sites), "sites")
}
