package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Goal is what the unit wants to reach. ID is the block that it is in the text of
// the plan, eight letters, "" for a new one; so it is of targets and tasks. Carries
// are the ids of the clauses it carries out.
type Goal struct {
	ID      string
	Text    string
	Target  string // value aimed at, in words
	Carries []string
}

// A Target (chỉ tiêu) is a figure to be reached.
type Target struct {
	ID        string
	Indicator string // what is counted, in words
	Value     string // as it is written, "1.000" or "95,5"
	Unit      string // "%", "lớp"
	Direction string // Up or Down
	Carries   []string
}

// The directions of a target.
const (
	Up   = "up"   // at least the value
	Down = "down" // at most
)

// A Task is one piece of work: exactly one leads it, and it ends in something
// that can be shown.
type Task struct {
	ID          string
	Text        string
	Lead        string // in words; the name of the unit if LeadUnit leads it
	LeadUnit    int64  // 0 if no unit does
	LeadKey     string // of LeadUnit
	Partners    string
	Deliverable string
	Deadline    vn.Deadline
	Carries     []string
}

const (
	maxTitle   = 300
	maxText    = 2000
	maxLong    = 8000
	maxShort   = 300
	maxRows    = 100
	maxCarried = 30 // clauses that a row carries out
)

func (g Goal) blank() bool { return g.Text == "" && g.Target == "" }

func (t Target) blank() bool { return t.Indicator+t.Value+t.Unit == "" }

func (t Task) blank() bool {
	return t.Text+t.Lead+t.Partners+t.Deliverable == "" && t.Deadline.Day == ""
}

// clean makes the texts of f those that are kept and drops rows that are empty.
func (f *Form) clean() {
	f.Title, f.Basis, f.Organisation = vn.Clean(f.Title), vn.CleanText(f.Basis), vn.CleanText(f.Organisation)
	goals, targets, tasks := f.Goals[:0:0], f.Targets[:0:0], f.Tasks[:0:0]
	for _, g := range f.Goals {
		g.Text, g.Target, g.Carries = vn.CleanText(g.Text), vn.Clean(g.Target), unique(g.Carries)
		if !g.blank() {
			goals = append(goals, g)
		}
	}
	for _, t := range f.Targets {
		t.Indicator, t.Value, t.Unit, t.Carries = vn.Clean(t.Indicator), vn.Clean(t.Value), vn.Clean(t.Unit), unique(t.Carries)
		if t.Direction != Down {
			t.Direction = Up
		}
		if !t.blank() {
			targets = append(targets, t)
		}
	}
	for _, t := range f.Tasks {
		t.Text, t.Lead, t.Partners, t.Deliverable = vn.CleanText(t.Text), vn.Clean(t.Lead), vn.Clean(t.Partners), vn.Clean(t.Deliverable)
		t.Carries = unique(t.Carries)
		if !t.blank() {
			tasks = append(tasks, t)
		}
	}
	f.Goals, f.Targets, f.Tasks = goals, targets, tasks
}

func unique(ids []string) []string {
	var all []string
	for _, id := range ids {
		if id != "" && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// check cleans the form, drops empty rows and says what is wrong, rows by
// field names such as "task-2-lead", counted from 1 after empty rows are gone.
func (f *Form) check() fault.Wrong {
	f.clean()
	w := fault.Wrong{}
	w.Text("title", f.Title, maxTitle, true)
	w.Text("basis", f.Basis, maxLong, false)
	w.Text("organisation", f.Organisation, maxLong, false)
	if len(f.Goals) > maxRows || len(f.Targets) > maxRows || len(f.Tasks) > maxRows {
		w.Add("title", "plan.error.rows", maxRows)
	}
	for i, g := range f.Goals {
		w.Text(row("goal", i, "text"), g.Text, maxText, true)
		w.Text(row("goal", i, "target"), g.Target, maxShort, false)
	}
	for i, t := range f.Targets {
		t.check(w, i)
	}
	for i, t := range f.Tasks {
		t.check(w, i)
	}
	return w
}

var number = regexp.MustCompile(`^-?(\d{1,3}(\.\d{3})+|\d{1,15})(,\d{1,4})?$`)

func (t Target) check(w fault.Wrong, i int) {
	w.Text(row("target", i, "indicator"), t.Indicator, maxShort, true)
	w.Text(row("target", i, "unit"), t.Unit, maxShort, false)
	if !number.MatchString(t.Value) {
		w.Add(row("target", i, "value"), "plan.error.value")
	}
}

func (t Task) check(w fault.Wrong, i int) {
	w.Text(row("task", i, "text"), t.Text, maxText, true)
	w.Text(row("task", i, "partners"), t.Partners, maxShort, false)
	if t.Lead == "" {
		w.Add(row("task", i, "lead"), "plan.error.lead")
	}
	w.Text(row("task", i, "lead"), t.Lead, maxShort, true)
	if t.Deliverable == "" {
		w.Add(row("task", i, "deliverable"), "plan.error.deliverable")
	}
	w.Text(row("task", i, "deliverable"), t.Deliverable, maxShort, true)
	if !t.Deadline.Day.Valid() {
		w.Add(row("task", i, "day"), "plan.error.day")
	}
}

// row names the field of a row of the form, rows counted from 1.
func row(kind string, i int, field string) string {
	return fmt.Sprintf("%s-%d-%s", kind, i+1, field)
}

// Words writes a target as a sentence does: "Số lớp học: 35 lớp"; with "tối đa"
// where it is not to be passed.
func (t Target) Words() string {
	s := t.Indicator + ": "
	if t.Direction == Down {
		s += "tối đa "
	}
	return strings.TrimSpace(strings.ReplaceAll(s+t.Value+" "+t.Unit, " %", "%"))
}

// Leader is who leads a task as it is typed: words, or the name of a unit and its
// key, which tells it from others of that name.
func (t Task) Leader() string {
	if t.LeadKey == "" {
		return t.Lead
	}
	return t.Lead + " (" + t.LeadKey + ")"
}

// eachRow calls f with every row of the form: its kind, its place, its block and
// what it carries out.
func (f *Form) eachRow(do func(kind string, i int, id *string, carries []string)) {
	for i := range f.Goals {
		do("goal", i, &f.Goals[i].ID, f.Goals[i].Carries)
	}
	for i := range f.Targets {
		do("target", i, &f.Targets[i].ID, f.Targets[i].Carries)
	}
	for i := range f.Tasks {
		do("task", i, &f.Tasks[i].ID, f.Tasks[i].Carries)
	}
}

// Form returns what p says, to be written anew.
func (p Plan) Form() Form {
	return Form{p.Title, p.Basis, p.Organisation, p.Goals, p.Targets, p.Tasks}
}

// carried are the clauses that the rows of p carry out, each once.
func (p Plan) carried() []string {
	var all []string
	f := p.Form()
	f.eachRow(func(_ string, _ int, _ *string, carries []string) { all = append(all, carries...) })
	return unique(all)
}
