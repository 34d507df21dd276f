package web

import (
	"slices"
	"strings"
)

// A Point is a value of a line, in the order of time.
type Point struct {
	Label string  // when, "Tháng 3/2025"
	Text  string  // the value as it is written
	Y     float64 // where it stands
	Known bool    // false where there is none, which is not zero
	Part  bool    // it is of less than all who should have a part in it
}

// The box of a trend, with room around the line for its dots.
const (
	trendWide  = 240.0
	trendHigh  = 48.0
	trendInset = 5.0
)

type dot struct {
	Point
	X, Y string
	Last bool
}

// trendOf lays points out: the dots, and a path through each stretch of known ones.
// Over a point that is not known there is no line. A line that never moves lies in
// the middle.
func trendOf(points []Point) (dots []dot, path string) {
	var ys []float64
	for _, p := range points {
		if p.Known {
			ys = append(ys, p.Y)
		}
	}
	if len(ys) == 0 {
		return nil, ""
	}
	low, high := slices.Min(ys), slices.Max(ys)
	step := 0.0
	if len(points) > 1 {
		step = (trendWide - 2*trendInset) / float64(len(points)-1)
	}
	var b strings.Builder
	drawing := false
	for i, p := range points {
		if !p.Known {
			drawing = false
			continue
		}
		x, y := trendInset+step*float64(i), trendHigh/2
		if step == 0 {
			x = trendWide / 2
		}
		if high > low {
			y = trendHigh - trendInset - (p.Y-low)/(high-low)*(trendHigh-2*trendInset)
		}
		d := dot{Point: p, X: number(x), Y: number(y)}
		if drawing {
			b.WriteString("L")
		} else {
			b.WriteString("M")
		}
		b.WriteString(d.X + " " + d.Y)
		drawing = true
		dots = append(dots, d)
	}
	dots[len(dots)-1].Last = true
	return dots, b.String()
}

// inWords are the points of a trend in words, "Tháng 2: 12; Tháng 3: 14"; none says what
// stands where there is no value.
func inWords(points []Point, none string) string {
	all := make([]string, len(points))
	for i, p := range points {
		all[i] = p.Label + ": " + p.Text
		if !p.Known {
			all[i] = p.Label + ": " + none
		}
	}
	return strings.Join(all, "; ")
}

// An HBar is a bar of a chart of bars that lie.
type HBar struct {
	Text  string  // whose it is
	To    string  // where that leads, "" for nowhere
	Note  string  // beside it, "" for nothing
	Value string  // as it is written
	Href  string  // opens the value
	X     float64 // how far the bar reaches
}

// A scale lays values out over a width of 1000, with zero always on it.
type scale struct{ low, high float64 }

func scaleOf(bars []HBar, more ...float64) scale {
	s := scale{}
	for _, b := range bars {
		s.low, s.high = min(s.low, b.X), max(s.high, b.X)
	}
	for _, x := range more {
		s.low, s.high = min(s.low, x), max(s.high, x)
	}
	return s
}

// at is where a value stands.
func (s scale) at(x float64) float64 {
	if s.high <= s.low {
		return 0
	}
	return (x - s.low) / (s.high - s.low) * 1000
}

// bar is where the bar of a value begins, and how long it is.
func (s scale) bar(x float64) (from, wide string) {
	zero, end := s.at(0), s.at(x)
	return number(min(zero, end)), number(max(zero, end) - min(zero, end))
}

// Scale is the scale on which several pages of one chart are drawn alike: the values
// at its ends and where the median stands.
type Scale struct {
	Low, High float64
	Median    float64
	HasMedian bool
}

func (c Scale) scale(bars []HBar) scale {
	if c.HasMedian {
		return scaleOf(bars, c.Low, c.High, c.Median)
	}
	return scaleOf(bars, c.Low, c.High)
}

func (c Scale) median(bars []HBar) string { return number(c.scale(bars).at(c.Median)) }
