package urge

import (
	"math/rand/v2"
	"slices"
	"testing"

	"nhipcau/internal/task"
	"nhipcau/internal/vn"
)

// TestChoose: which rule speaks on a day about a task given on 2 November, due on the
// 12th.
func TestChoose(t *testing.T) {
	x := task.Task{Due: "2020-11-12", Order: task.Order{GivenDay: "2020-11-02"}}
	const none = 99
	rules := append(slices.Clone(customary), Rule{Sort: Remind, Days: -10, On: true}, Rule{Sort: Remind, Days: -5})
	for day, want := range map[vn.Day][2]int64{
		"2020-11-02": {none, none}, // the giving itself was news enough
		"2020-11-08": {none, none}, "2020-11-09": {-3, none}, "2020-11-11": {-3, none}, "2020-11-12": {0, none},
		"2020-11-13": {1, none}, "2020-11-15": {1, 3}, "2020-11-17": {none, 3}, "2020-11-18": {none, none},
	} {
		for i, sort := range []string{Remind, Escalate} {
			r, ok := choose(rules, sort, x, day)
			if got := r.Days; ok != (want[i] != none) || ok && got != want[i] {
				t.Errorf("on %s the rule %s %d speaks, %v; want %d", day, sort, got, ok, want[i])
			}
		}
	}
}

// TestSpoken: whatever the rules are, all that some rule may speak about is looked at.
func TestSpoken(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const today = vn.Day("2020-11-02")
	for range 200 {
		var rules []Rule
		for range 1 + r.IntN(4) {
			rules = append(rules, Rule{Sort: Remind, Days: int64(r.IntN(2*maxDays+1) - maxDays), On: r.IntN(4) > 0})
		}
		days := spoken(map[int64][]Rule{1: rules}, today)
		for n := -70; n <= 70; n++ {
			x := task.Task{Due: today.AddDays(n), Order: task.Order{GivenDay: "2020-01-01"}}
			if _, ok := choose(rules, Remind, x, today); ok && !slices.Contains(days, x.Due) {
				t.Fatalf("%+v would speak about %s, which is not looked at", rules, x.Due)
			}
		}
	}
}
