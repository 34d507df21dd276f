package remind

import (
	"math/rand/v2"
	"slices"
	"testing"

	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// TestChoose: which rule speaks on a day about what is due by 30 October, of a
// rollout that was opened on the 16th.
func TestChoose(t *testing.T) {
	o := rollout.Due{Opening: "2020-10-16", Day: "2020-10-30"}
	const none = 99
	rules := []Rule{{Days: -14, On: true}, {Days: -13, On: true}, {Days: -7, On: true}, {Days: -6, On: false}, {Days: -1, On: true}, {Days: 0, On: true}}
	for day, want := range map[vn.Day]int64{
		"2020-10-16": none, // the opening itself was news enough
		"2020-10-17": -13, "2020-10-19": -13, "2020-10-20": none, "2020-10-22": none,
		"2020-10-23": -7, "2020-10-24": -7, "2020-10-25": -7, "2020-10-26": none,
		"2020-10-29": -1, "2020-10-30": 0, "2020-11-01": 0, "2020-11-02": none,
	} {
		r, ok := choose(rules, o, day)
		if got := r.Days; ok != (want != none) || ok && got != want {
			t.Errorf("on %s the rule %d speaks, %v; want %d", day, got, ok, want)
		}
	}
}

// TestLastDays: whatever the rules are, all that some rule may speak about is
// looked at.
func TestLastDays(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const today = vn.Day("2020-11-02")
	for range 300 {
		var rules []Rule
		for range 1 + r.IntN(4) {
			rules = append(rules, Rule{Days: int64(r.IntN(2*maxDays+1) - maxDays), On: r.IntN(4) > 0})
		}
		days := lastDays(map[int64][]Rule{1: rules}, today)
		for n := -70; n <= 70; n++ {
			o := rollout.Due{Opening: "2020-01-01", Day: today.AddDays(n)}
			if _, ok := choose(rules, o, today); ok && !slices.Contains(days, o.Day) {
				t.Fatalf("%+v would speak about %s, which is not looked at", rules, o.Day)
			}
		}
	}
}
