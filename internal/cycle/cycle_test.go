package cycle_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"nhipcau/internal/cycle"
	"nhipcau/internal/vn"
)

// naive is a calendar that only knows how to go on by one day: it says for each
// day of forty years which month it belongs to by walking.
func naive(first int) map[vn.Day][2]int {
	days := map[vn.Day][2]int{}
	for t := time.Date(1999, 12, 1, 12, 0, 0, 0, vn.Zone); t.Year() < 2041; t = t.Add(24 * time.Hour) {
		y, m := t.Year(), int(t.Month())
		if first > 1 && t.Day() >= first {
			if m++; m == 13 {
				y, m = y+1, 1
			}
		}
		days[vn.DayOf(t)] = [2]int{y, m}
	}
	return days
}

func TestMonthsQuartersHalvesYears(t *testing.T) {
	for _, first := range []int{1, 2, 10, 15, 21, 28} {
		days := naive(first)
		for kind, size := range map[cycle.Kind]int{cycle.Month: 1, cycle.Quarter: 3, cycle.Half: 6, cycle.Year: 12} {
			c := cycle.Cycle{Kind: kind, First: first}
			for d, ym := range days {
				if d < "2001-01-01" || d > "2039-01-01" {
					continue
				}
				p, ok := c.On(d)
				if want := (ym[1]-1)/size + 1; !ok || !p.Has(d) || p.Year != ym[0] || p.N != want {
					t.Fatalf("%s from the %dth: %s is of %+v, want number %d of %d", kind, first, d, p, want, ym[0])
				}
				before, after := days[p.From.AddDays(-1)], days[p.To]
				if (before[0]*12+before[1]-1)/size != (p.Year*12+(p.N-1)*size)/size-1 || (after[0]*12+after[1]-1)/size != (p.Year*12+(p.N-1)*size)/size+1 {
					t.Fatalf("%s from the %dth: %+v does not end where the next begins", kind, first, p)
				}
			}
		}
	}
}

// cycles are one of each kind, and some cut otherwise.
var cycles = []cycle.Cycle{
	{Kind: cycle.Week},
	{Kind: cycle.Month, First: 1},
	{Kind: cycle.Month, First: 15},
	{Kind: cycle.Quarter, First: 15},
	{Kind: cycle.Half, First: 1},
	{Kind: cycle.Year, First: 15},
	{Kind: cycle.Term, From: "2020-10-14", Years: 5},
}

// TestWalk walks each cycle day by day: periods follow on each other without a
// gap, and next and previous are each other's way back.
func TestWalk(t *testing.T) {
	for _, c := range cycles {
		p, ok := c.On("2003-02-28")
		if !ok {
			t.Fatalf("%+v: no period", c)
		}
		for p.To < "2036-01-01" {
			next, ok := c.Next(p)
			if !ok || next.From != p.To || !next.From.Before(next.To) {
				t.Fatalf("%+v: %+v is followed by %+v", c, p, next)
			}
			if back, ok := c.Previous(next); !ok || back != p {
				t.Fatalf("%+v: before %+v is %+v, want %+v", c, next, back, p)
			}
			for _, d := range []vn.Day{next.From, next.Last(), next.From.AddDays(next.From.DaysUntil(next.To) / 2)} {
				if got, ok := c.On(d); !ok || got != next {
					t.Fatalf("%+v: %s is of %+v, want %+v", c, d, got, next)
				}
			}
			p = next
		}
	}
}

func TestNames(t *testing.T) {
	state := func(k cycle.Kind) cycle.Cycle { return cycle.Cycle{Kind: k, First: cycle.State} }
	for _, tt := range []struct {
		cycle      cycle.Cycle
		on         vn.Day
		vi, en     string
		from, last vn.Day
	}{
		{cycle.Cycle{Kind: cycle.Month, First: 1}, "2025-03-31", "Tháng 3/2025", "March 2025", "2025-03-01", "2025-03-31"},
		{state(cycle.Month), "2025-03-14", "Tháng 3/2025", "March 2025", "2025-02-15", "2025-03-14"},
		{state(cycle.Month), "2024-12-15", "Tháng 1/2025", "January 2025", "2024-12-15", "2025-01-14"},
		{state(cycle.Quarter), "2025-01-20", "Quý I/2025", "Quarter I/2025", "2024-12-15", "2025-03-14"},
		{state(cycle.Half), "2025-06-14", "6 tháng đầu năm 2025", "First half of 2025", "2024-12-15", "2025-06-14"},
		{state(cycle.Half), "2025-06-15", "6 tháng cuối năm 2025", "Second half of 2025", "2025-06-15", "2025-12-14"},
		{state(cycle.Year), "2025-12-14", "Năm 2025", "Year 2025", "2024-12-15", "2025-12-14"},
		{cycle.Cycle{Kind: cycle.Week}, "2024-12-30", "Tuần 1/2025", "Week 1 of 2025", "2024-12-30", "2025-01-05"},
		{cycle.Cycle{Kind: cycle.Campaign, From: "2025-03-01", To: "2025-05-01"}, "2025-04-30", "Đợt 01/3/2025 – 30/4/2025", "Campaign 01/3/2025 – 30/4/2025", "2025-03-01", "2025-04-30"},
		{cycle.Cycle{Kind: cycle.Term, From: "2015-10-20", Years: 5}, "2021-01-01", "Nhiệm kỳ 2020 – 2025", "Term 2020 – 2025", "2020-10-20", "2025-10-19"},
		{cycle.Cycle{Kind: cycle.Term, From: "2020-10-20", Years: 5}, "2015-10-19", "Nhiệm kỳ 2010 – 2015", "Term 2010 – 2015", "2010-10-20", "2015-10-19"},
	} {
		p, ok := tt.cycle.On(tt.on)
		if !ok || p.Name("vi") != tt.vi || p.Name("en") != tt.en || p.From != tt.from || p.Last() != tt.last {
			t.Errorf("%+v on %s is %q, %q, %s to %s; want %+v", tt.cycle, tt.on, p.Name("vi"), p.Name("en"), p.From, p.Last(), tt)
		}
	}
}

func TestOutside(t *testing.T) {
	for _, tt := range []struct {
		cycle cycle.Cycle
		on    vn.Day
	}{
		{cycle.Cycle{}, "2025-01-01"},
		{cycle.Cycle{Kind: cycle.Month}, "2025-01-01"},
		{cycle.Cycle{Kind: cycle.Month, First: 29}, "2025-01-01"},
		{cycle.Cycle{Kind: cycle.Month, First: 1}, "2025-02-29"},
		{cycle.Cycle{Kind: cycle.Month, First: 1}, ""},
		{cycle.Cycle{Kind: cycle.Term, Years: 5}, "2025-01-01"},
		{cycle.Cycle{Kind: cycle.Campaign, From: "2025-03-01", To: "2025-03-01"}, "2025-03-01"},
		{cycle.Cycle{Kind: cycle.Campaign, From: "2025-03-01", To: "2025-05-01"}, "2025-05-01"},
		{cycle.Cycle{Kind: cycle.Campaign, From: "2025-03-01", To: "2025-05-01"}, "2025-02-28"},
		{cycle.Cycle{Kind: cycle.Year, First: 1}, "2100-06-01"},
		{cycle.Cycle{Kind: cycle.Week}, "1900-01-01"},
	} {
		if p, ok := tt.cycle.On(tt.on); ok && !p.Has(tt.on) || ok && tt.cycle.Kind != cycle.Week {
			t.Errorf("%+v on %s is %+v", tt.cycle, tt.on, p)
		}
	}
}

func TestParts(t *testing.T) {
	for _, first := range []int{cycle.Calendar, cycle.State} {
		year, _ := cycle.Cycle{Kind: cycle.Year, First: first}.On("2025-05-05")
		for kind, want := range map[cycle.Kind]int{cycle.Month: 12, cycle.Quarter: 4, cycle.Half: 2, cycle.Year: 0, cycle.Week: 0, cycle.Term: 0} {
			parts := cycle.Cycle{Kind: cycle.Year, First: first}.Parts(year, kind)
			if len(parts) != want {
				t.Fatalf("%d %ss in a year, want %d", len(parts), kind, want)
			}
			at := year.From
			for _, p := range parts {
				if p.From != at {
					t.Fatalf("%s begins on %s, want %s", p.Name("vi"), p.From, at)
				}
				at = p.To
			}
			if want > 0 && at != year.To {
				t.Fatalf("the %ss of a year end on %s, want %s", kind, at, year.To)
			}
		}
	}
	second, _ := cycle.Cycle{Kind: cycle.Half, First: 15}.On("2025-07-01")
	if parts := (cycle.Cycle{Kind: cycle.Half, First: 15}).Parts(second, cycle.Quarter); len(parts) != 2 || parts[0].Name("vi") != "Quý III/2025" {
		t.Fatalf("the quarters of a second half: %+v", parts)
	}
	weeks := cycle.Cycle{Kind: cycle.Week}
	for y, want := range map[int]int{2020: 53, 2021: 52, 2026: 53} {
		if got := len(weeks.Of(y)); got != want {
			t.Errorf("%d has %d weeks, want %d", y, got, want)
		}
	}
}

func TestLastYear(t *testing.T) {
	for _, c := range cycles[:6] {
		for _, p := range c.Of(2025) {
			before, ok := c.LastYear(p)
			if !ok || before.N != p.N || before.Year != 2024 || before.Kind != p.Kind {
				t.Errorf("%s a year before: %+v", p.Name("vi"), before)
			}
		}
	}
	weeks := cycle.Cycle{Kind: cycle.Week}
	if p, ok := weeks.LastYear(weeks.Of(2026)[52]); ok {
		t.Errorf("week 53 of 2026 a year before: %+v", p)
	}
	if p, ok := cycles[6].LastYear(cycle.Period{Kind: cycle.Term, Year: 2020, N: 1}); ok {
		t.Errorf("a term a year before: %+v", p)
	}
}

func TestRules(t *testing.T) {
	tet := map[vn.Day]bool{"2025-01-27": true, "2025-01-28": true, "2025-01-29": true, "2025-01-30": true, "2025-01-31": true}
	off := func(d vn.Day) bool { return cycle.Weekend(d) || tet[d] }
	march, _ := cycle.Cycle{Kind: cycle.Month, First: 1}.On("2025-03-10")
	state, _ := cycle.Cycle{Kind: cycle.Month, First: 15}.On("2025-03-10")
	january, _ := cycle.Cycle{Kind: cycle.Month, First: 1}.On("2025-01-10")
	for _, tt := range []struct {
		rule string
		p    cycle.Period
		want vn.Day
	}{
		{"day 20", march, "2025-03-20"},
		{"day 20", state, "2025-03-20"},
		{"day 5+1", march, "2025-04-05"},
		{"day 5+1 roll", march, "2025-04-07"}, // a Saturday
		{"day 31+1", january, "2025-02-28"},
		{"day 31+11", january, "2025-12-31"},
		{"day 15+12", january, "2026-01-15"},
		{"after 5", march, "2025-04-05"},
		{"after 0", march, "2025-03-31"},
		{"work 2", march, "2025-04-02"},
		{"day 27 roll", january, "2025-02-03"}, // New Year, then a weekend
		{"work 1", january, "2025-02-03"},
		{"work 0", january, "2025-01-31"},
		{"work 0 roll", january, "2025-02-03"},
	} {
		r, ok := cycle.ParseRule(tt.rule)
		if !ok || r.String() != tt.rule {
			t.Fatalf("%q is read as %+v %v, written %q", tt.rule, r, ok, r)
		}
		if got := r.Last(tt.p, off); got != tt.want {
			t.Errorf("%s of %s: %s, want %s", tt.rule, tt.p.Name("vi"), got, tt.want)
		}
	}
	for _, s := range []string{"", "day", "day 0", "day 32", "day 5+13", "after 3+1", "after 367", "work -1", "day 20 roll ", "night 3", "day 0020"} {
		if r, ok := cycle.ParseRule(s); ok {
			t.Errorf("%q is read as %+v", s, r)
		}
	}
	if got := cycle.AtWork("2025-03-01", func(vn.Day) bool { return true }); got != "2025-03-01" {
		t.Errorf("in a calendar without a day at work: %s", got)
	}
}

// TestWorkingDays counts days at work one by one.
func TestWorkingDays(t *testing.T) {
	rnd := rand.New(rand.NewPCG(6, 9))
	months := cycle.Cycle{Kind: cycle.Month, First: 1}
	for range 2000 {
		holiday := vn.Day("2025-01-01").AddDays(rnd.IntN(365))
		off := func(d vn.Day) bool { return cycle.Weekend(d) || d >= holiday && d < holiday.AddDays(5) }
		p := months.Of(2025)[rnd.IntN(12)]
		n := rnd.IntN(20)
		last := cycle.Rule{How: cycle.Working, N: n}.Last(p, off)
		worked := 0
		for d := p.To; d <= last; d = d.AddDays(1) {
			if !off(d) {
				worked++
			}
		}
		if worked != n || n > 0 && off(last) {
			t.Fatalf("%d days at work after %s: %s, after %d of them", n, p.Last(), last, worked)
		}
		rolled := cycle.Rule{How: cycle.After, N: n, Roll: true}.Last(p, off)
		for d := p.Last().AddDays(n); d < rolled; d = d.AddDays(1) {
			if !off(d) {
				t.Fatalf("%s was rolled on to %s over a day at work", d, rolled)
			}
		}
		if off(rolled) {
			t.Fatalf("rolled on to %s, a day off", rolled)
		}
	}
}

func FuzzParseRule(f *testing.F) {
	f.Add("day 5+1 roll")
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := cycle.ParseRule(s)
		if !ok {
			return
		}
		again, ok := cycle.ParseRule(r.String())
		if !ok || again != r {
			t.Fatalf("%q: %+v, then %+v", s, r, again)
		}
		march, _ := cycle.Cycle{Kind: cycle.Month, First: 1}.On("2025-03-10")
		if !r.Last(march, nil).Valid() {
			t.Fatalf("%q has no last day", s)
		}
	})
}
