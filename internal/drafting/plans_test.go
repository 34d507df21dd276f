package drafting

import (
	"testing"

	"nhipcau/internal/plan"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
)

// TestPlanParts: the blocks of a plan become headings that the paper counts, goals
// with what they carry out, and a table for targets and tasks that follow each other.
func TestPlanParts(t *testing.T) {
	p := plan.Plan{
		Goals:   []plan.Goal{{ID: "goalaaaa", Text: "Nắm vững.", Target: "100 %", Carries: []string{"c1"}}},
		Targets: []plan.Target{{ID: "targetaa", Indicator: "Số lớp", Value: "35", Unit: "lớp", Direction: plan.Up}, {ID: "targetbb", Indicator: "Vắng", Value: "5", Unit: "%", Direction: plan.Down}},
		Tasks: []plan.Task{
			{ID: "taskaaaa", Text: "Mở lớp", Lead: "Ban A", Deadline: vn.Deadline{Day: "2020-12-01", Wording: vn.Before}, Carries: []string{"c1", "c2"}},
			{ID: "taskbbbb", Text: "Chưa xong"},
		},
	}
	w := planWriter{plan: p, cited: map[string]string{"c1": "I.1", "c2": "II (07-NQ/TW)"}}
	for _, b := range []prose.Block{
		{Kind: prose.Heading, Level: 1, Text: "I. **Mục tiêu**"},
		{ID: "goalaaaa", Kind: prose.Goal},
		{Kind: prose.Text, Text: "Lời *dẫn*"},
		{ID: "targetaa", Kind: prose.Target},
		{ID: "targetbb", Kind: prose.Target},
		{ID: "taskaaaa", Kind: prose.Task},
		{ID: "taskbbbb", Kind: prose.Task},
		{Kind: prose.Item, Text: "cuối"},
	} {
		w.block(b)
	}
	w.flush()
	if len(w.parts) != 6 {
		t.Fatalf("%d parts: %+v", len(w.parts), w.parts)
	}
	for i, want := range map[int]string{0: "Mục tiêu", 1: "- Nắm vững: 100 % (thực hiện mục I.1).", 2: "Lời dẫn", 5: "- cuối"} {
		if w.parts[i].Text != want {
			t.Errorf("part %d is %q, want %q", i, w.parts[i].Text, want)
		}
	}
	targets, tasks := w.parts[3].Grid, w.parts[4].Grid
	if len(targets.Columns) != 4 || targets.Rows[0][1] != "35" || targets.Rows[1][1] != "tối đa 5" || targets.Rows[0][3] != "" {
		t.Errorf("targets: %+v", targets)
	}
	if len(tasks.Columns) != 6 || tasks.Rows[0][5] != "I.1; II (07-NQ/TW)" || tasks.Rows[0][4] != "30/11/2020" || tasks.Rows[1][4] != "" {
		t.Errorf("tasks: %+v", tasks)
	}
	for _, g := range []int{3, 4} {
		width := 0
		for _, c := range w.parts[g].Grid.Columns {
			width += c.Width
		}
		if width > 101 || width < 90 {
			t.Errorf("the columns of part %d are %d wide", g, width)
		}
	}
}
