package app_test

import (
	"bytes"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// TestLevelOfMany tells many units slice by slice, going on where a job was killed,
// and counts each once.
func TestLevelOfMany(t *testing.T) {
	t.Parallel()
	const units = 1_000 // and 34 provinces with a commune each above them
	h := app.NewTestHouse(t)
	if err := h.Found(3); err != nil {
		t.Fatal(err)
	}
	g := h.Gather(t, units, func(int) int { return 0 })
	g.PlanLevel(t, "Chi đoàn", 150)
	if err := h.DrainJobs(); err != nil {
		t.Fatal(err)
	}
	if due, noted := g.LevelCounts(t); due != units+2*34 || noted != due {
		t.Errorf("%d due, %d noted", due, noted)
	}
	proven(t, h)
}

func proven(t *testing.T, h *app.TestHouse) {
	t.Helper()
	var out, errs bytes.Buffer
	if code := app.Main(t.Context(), append([]string{"prove", "--deep"}, h.Flags()...), &out, &errs); code != 0 || !strings.Contains(out.String(), "0 mismatches") {
		t.Errorf("prove = %d: %s%s", code, out.String(), errs.String())
	}
}

// TestManyAreAsked has many people write a paper and take a quiz: some while the
// host's clerk waits, the others by jobs, and each once.
func TestManyAreAsked(t *testing.T) {
	t.Parallel()
	const units, each = 100, 35
	h := app.NewTestHouse(t)
	if err := h.Found(3); err != nil {
		t.Fatal(err)
	}
	g := h.Gather(t, units, func(int) int { return each })
	g.AskAll(t)
	if papers, quizzes := g.Asked(t); papers == 0 || quizzes == 0 || papers >= units*each || quizzes >= units*each {
		t.Errorf("at once %d and %d are asked", papers, quizzes)
	}
	if err := h.DrainJobs(); err != nil {
		t.Fatal(err)
	}
	if papers, quizzes := g.Asked(t); papers < units*each || quizzes != papers {
		t.Errorf("of %d people %d have to write and %d to take the quiz", units*each, papers, quizzes)
	}
	proven(t, h)
}
