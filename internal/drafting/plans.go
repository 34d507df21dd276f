package drafting

import (
	"context"
	"regexp"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/paper"
	"nhipcau/internal/plan"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
)

// ofPlan is a unit's programme of action, as its text reads: targets and tasks that
// follow each other are a table.
func ofPlan(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft, error) {
	p, err := plan.Get(ctx, tx, by, id)
	if err != nil {
		return draft{}, err
	}
	to, err := above(ctx, tx, by, p.Unit)
	if err != nil {
		return draft{}, err
	}
	to = append(to, "Các đơn vị, cá nhân được giao nhiệm vụ (để thực hiện)")
	about := p.Title
	for _, name := range []string{"Chương trình hành động ", "Kế hoạch "} {
		if rest, ok := strings.CutPrefix(about, name); ok {
			about = rest
		}
	}
	d := draft{Unit: p.Unit, Content: paper.Content{Kind: paper.Programme, About: about, Recipients: to}}
	switch {
	case p.State != plan.Adopted:
		d.Ready = fault.Text{Key: "drafting.error.not_adopted"}
	case p.Symbol != "" && p.Paper == "":
		d.Ready = fault.Text{Key: "drafting.error.numbered", Args: []any{p.Symbol}}
	}
	text, err := plan.Text(ctx, tx, p)
	if err != nil {
		return draft{}, err
	}
	cited, err := plan.Cited(ctx, tx, by, p)
	w := planWriter{plan: p, cited: cited}
	for _, b := range text.Blocks {
		w.block(b)
	}
	w.flush()
	d.Parts = w.parts
	return d, err
}

// A planWriter writes the blocks of a plan's text as parts of its paper.
type planWriter struct {
	plan    plan.Plan
	cited   map[string]string // clauses by id
	parts   []paper.Part
	targets []plan.Target
	tasks   []plan.Task
}

// counted is the number that a heading was typed with; the paper counts by itself.
var counted = regexp.MustCompile(`^(?:[IVX]+|\d+(?:\.\d+)*|[a-zđ])[.)]\s+`)

func (w *planWriter) block(b prose.Block) {
	text := prose.Plain(b.Text)
	if b.Kind != prose.Target && len(w.targets) > 0 || b.Kind != prose.Task && len(w.tasks) > 0 {
		w.flush()
	}
	switch b.Kind {
	case prose.Heading:
		w.parts = append(w.parts, paper.H(min(b.Level, 3), counted.ReplaceAllString(text, "")))
	case prose.Text:
		w.parts = append(w.parts, paper.P(text))
	case prose.Item:
		w.parts = append(w.parts, paper.P("- "+text))
	case prose.Goal:
		w.goal(b.ID)
	case prose.Target:
		for _, t := range w.plan.Targets {
			if t.ID == b.ID {
				w.targets = append(w.targets, t)
			}
		}
	case prose.Task:
		for _, t := range w.plan.Tasks {
			if t.ID == b.ID {
				w.tasks = append(w.tasks, t)
			}
		}
	}
}

func (w *planWriter) goal(id string) {
	for _, g := range w.plan.Goals {
		if g.ID != id {
			continue
		}
		text := "- " + strings.TrimRight(g.Text, ".; ")
		if g.Target != "" {
			text += ": " + g.Target
		}
		text = strings.TrimRight(text, ".;")
		if c := w.cites(g.Carries); c != "" {
			text += " (thực hiện mục " + c + ")"
		}
		w.parts = append(w.parts, paper.P(text+"."))
	}
}

// cites names the clauses that a row carries out.
func (w *planWriter) cites(ids []string) string {
	var all []string
	for _, id := range ids {
		if c := w.cited[id]; c != "" {
			all = append(all, c)
		}
	}
	return strings.Join(all, "; ")
}

// flush writes the targets or tasks that came one after the other as a table, with
// a column for clauses where any of the plan's rows carries some out.
func (w *planWriter) flush() {
	clauses := func(columns []paper.Column) []paper.Column {
		if len(w.cited) == 0 {
			return columns
		}
		const share = 14
		for i := range columns {
			columns[i].Width = columns[i].Width * (100 - share) / 100
		}
		return append(columns, paper.Column{Title: "Thực hiện mục", Width: share})
	}
	cells := func(carries []string, row ...string) []string {
		if len(w.cited) == 0 {
			return row
		}
		return append(row, w.cites(carries))
	}
	var rows [][]string
	if len(w.targets) > 0 {
		for _, t := range w.targets {
			value := t.Value
			if t.Direction == plan.Down {
				value = "tối đa " + value
			}
			rows = append(rows, cells(t.Carries, t.Indicator, value, t.Unit))
		}
		w.parts = append(w.parts, paper.Table(clauses([]paper.Column{
			{Title: "Chỉ tiêu", Width: 60}, {Title: "Giá trị", Width: 20, Figure: true}, {Title: "Đơn vị tính", Width: 20},
		}), rows))
	}
	if len(w.tasks) > 0 {
		for _, t := range w.tasks {
			rows = append(rows, cells(t.Carries, t.Text, t.Lead, t.Partners, t.Deliverable, last(t.Deadline)))
		}
		w.parts = append(w.parts, paper.Table(clauses([]paper.Column{
			{Title: "Nhiệm vụ", Width: 29}, {Title: "Chủ trì", Width: 17}, {Title: "Phối hợp", Width: 14}, {Title: "Sản phẩm", Width: 17}, {Title: "Hoàn thành", Width: 23},
		}), rows))
	}
	w.targets, w.tasks = nil, nil
}

// last writes the last day of a deadline; a draft may have none.
func last(d vn.Deadline) string {
	if !d.Day.Valid() {
		return ""
	}
	return d.Last().String()
}
