package web

import (
	"strings"
	"testing"

	"nhipcau/internal/i18n"
)

func TestTrendHasNoLineOverWhatIsNotKnown(t *testing.T) {
	dots, path := trendOf([]Point{{Y: 10, Known: true}, {Y: 20, Known: true}, {}, {Y: 0, Known: true}, {Y: 5, Known: true}})
	if want := "M5.00 24.00L62.50 5.00M177.50 43.00L235.00 33.50"; path != want {
		t.Errorf("got %s, want %s", path, want)
	}
	if len(dots) != 4 || !dots[3].Last || dots[2].Last {
		t.Errorf("got %+v", dots)
	}
}

func TestTrendOfOnePointAndOfOneValue(t *testing.T) {
	for _, c := range []struct {
		name   string
		points []Point
		path   string
	}{
		{"nothing", nil, ""},
		{"nothing known", []Point{{}, {}}, ""},
		{"one point", []Point{{Y: 7, Known: true}}, "M120.00 24.00"},
		{"always the same", []Point{{Y: 7, Known: true}, {Y: 7, Known: true}}, "M5.00 24.00L235.00 24.00"},
	} {
		if _, path := trendOf(c.points); path != c.path {
			t.Errorf("%s: got %q, want %q", c.name, path, c.path)
		}
	}
}

func TestBarsBeginAtZero(t *testing.T) {
	for _, c := range []struct {
		name       string
		bars       []float64
		of         float64
		from, wide string
	}{
		{"the longest", []float64{10, 40}, 40, "0.00", "1000.00"},
		{"a quarter of it", []float64{10, 40}, 10, "0.00", "250.00"},
		{"below zero", []float64{-10, 30}, -10, "0.00", "250.00"},
		{"above zero beside it", []float64{-10, 30}, 30, "250.00", "750.00"},
		{"all are zero", []float64{0, 0}, 0, "0.00", "0.00"},
	} {
		var all []HBar
		for _, x := range c.bars {
			all = append(all, HBar{X: x})
		}
		if from, wide := scaleOf(all).bar(c.of); from != c.from || wide != c.wide {
			t.Errorf("%s: got %s and %s, want %s and %s", c.name, from, wide, c.from, c.wide)
		}
	}
}

func TestChartsSayInWordsWhatTheyShow(t *testing.T) {
	c, err := i18n.Load(Locale)
	if err != nil {
		t.Fatal(err)
	}
	for lang, none := range map[i18n.Lang]string{"vi": "Tháng 2: không có số", "en": "Tháng 2: no value"} {
		p := Page{Lang: lang, catalog: c}
		var b strings.Builder
		points := []Point{{Label: "Tháng 1", Text: "1.200", Y: 1200, Known: true}, {Label: "Tháng 2"}, {Label: "Tháng 3", Text: "0", Known: true, Part: true}}
		if err := Trend(p, "t1", "Lớp học <mới>", points).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Lớp học &lt;mới&gt;</title>", "Tháng 1: 1.200; " + none + "; Tháng 3: 0</desc>", `class="part last"`} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: %s is not in %s", lang, want, b.String())
			}
		}
		b.Reset()
		if err := HBars(p, "Lớp học", "Trung vị: 3", Scale{HasMedian: true, Median: 3}, []HBar{{Text: "Xã A", Value: "6", X: 6, Href: "/figures/1"}}).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"Trung vị: 3", `x1="500.00"`, ">Xã A", `href="/figures/1"`} {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s: %s is not in %s", lang, want, b.String())
			}
		}
	}
}
