package plan

import (
	"context"
	"slices"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/fault"
	"nhipcau/internal/prose"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// The text of a plan is a draft. Its goals, targets and tasks are the blocks of
// those kinds, so a row is a block and keeps its name; the papers a plan rests on
// are the paragraphs before the first heading, how it is carried out those under
// the heading "Tổ chức thực hiện". What is saved there becomes the rows of the plan
// in the same transaction, and what the plan's own form says goes into the text.

const draftKind = "plan"

// Drafts lets the text of a plan be written as a draft: by those who may write the
// plan, while it is one.
func Drafts() draft.Owner {
	return draft.Owner{Kind: draftKind, May: func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft.Subject, error) {
		p, err := Get(ctx, tx, by, id)
		if err != nil {
			return draft.Subject{}, err
		}
		s := p.subject()
		if s.Closed = mayWrite(by, p.Unit); s.Closed == nil && p.State != Draft {
			s.Closed = fault.New(fault.Conflict, "plan.error.not_draft")
		}
		return s, nil
	}, Saved: saved}
}

// subject is p as drafts know it.
func (p Plan) subject() draft.Subject {
	return draft.Subject{Of: draft.Of{Kind: draftKind, ID: p.ID}, Title: p.Title, Href: "/plans/" + p.ID, Unit: p.Unit, First: p.text()}
}

// saved makes the rows of a plan those of its text. A row that is not finished yet
// is kept as it is; the plan cannot be submitted with it.
func saved(ctx context.Context, tx *db.Tx, by auth.Actor, id string, text prose.Doc) error {
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	r, err := rollout.Get(ctx, tx, by, p.Rollout)
	if err != nil {
		return err
	}
	f := formOf(text)
	f.Title = p.Title
	f.clean()
	if len(f.Goals) > maxRows || len(f.Targets) > maxRows || len(f.Tasks) > maxRows {
		return fault.New(fault.Conflict, "plan.error.rows", maxRows)
	}
	if err := f.lead(ctx, tx, by); err != nil {
		return err
	}
	w := fault.Wrong{}
	if err := f.checkCarried(ctx, tx, by, r, p, func(_ string, _ int, id string) string { return id + "-" + prose.Carries }, w); err != nil {
		return err
	}
	if err := w.Err(); err != nil {
		return err
	}
	p.Basis, p.Organisation = f.Basis, f.Organisation
	if err := update(ctx, tx, p, p.Version, p.State); err != nil {
		return err
	}
	return f.keep(ctx, tx, id)
}

// Text returns the text of a plan that by has found: its draft, or one made of its
// rows.
func Text(ctx context.Context, tx *db.Tx, p Plan) (prose.Doc, error) {
	t, err := draft.Get(ctx, tx, p.subject())
	return t.Doc, err
}

// put writes what a form says into the text of a plan, if it has one, so that both
// say the same.
func put(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan, f Form) error {
	t, err := draft.Get(ctx, tx, p.subject())
	if err != nil || t.N == 0 {
		return err
	}
	return draft.Put(ctx, tx, by, p.subject().Of, f.into(t.Doc))
}

// freeze keeps the text of a plan that is adopted as a version, unless the last one
// says the same, and returns its number.
func freeze(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan) (int64, error) {
	s := p.subject()
	t, err := draft.Begin(ctx, tx, by, s)
	if err != nil {
		return 0, err
	}
	last, err := draft.Last(ctx, tx, s)
	if err != nil || last.V > 0 && last.Doc.Equal(t.Doc) {
		return last.V, err
	}
	v, err := draft.Name(ctx, tx, by, s, t.N, "Bản được thông qua")
	return v.V, err
}

// The headings of a plan, in Vietnamese as every paper of the office.
const (
	headGoals        = "Mục tiêu"
	headTargets      = "Chỉ tiêu"
	headTasks        = "Nhiệm vụ"
	headOrganisation = "Tổ chức thực hiện"
	// organised is how a plan is carried out that says nothing of its own.
	organised = "Các đơn vị, cá nhân được giao chủ trì thực hiện đúng nhiệm vụ, sản phẩm và thời hạn nêu trên; kịp thời báo cáo khó khăn, vướng mắc để được chỉ đạo, giải quyết."
)

// block returns a goal as a block of the text.
func (g Goal) block() prose.Block {
	return prose.Block{ID: g.ID, Kind: prose.Goal, Text: g.Text, Fields: map[string]string{"target": g.Target, prose.Carries: strings.Join(g.Carries, " ")}}
}

func (t Target) block() prose.Block {
	return prose.Block{ID: t.ID, Kind: prose.Target, Text: t.Words(), Fields: map[string]string{
		"indicator": t.Indicator, "value": t.Value, "unit": t.Unit, "direction": t.Direction, prose.Carries: strings.Join(t.Carries, " "),
	}}
}

func (t Task) block() prose.Block {
	return prose.Block{ID: t.ID, Kind: prose.Task, Text: t.Text, Fields: map[string]string{
		"lead": t.Leader(), "partners": t.Partners, "deliverable": t.Deliverable,
		"day": string(t.Deadline.Day), "wording": string(t.Deadline.Wording), prose.Carries: strings.Join(t.Carries, " "),
	}}
}

// blocks are the rows of a form as blocks, by their kind.
func (f Form) blocks() map[prose.Kind][]prose.Block {
	all := map[prose.Kind][]prose.Block{}
	for _, g := range f.Goals {
		all[prose.Goal] = append(all[prose.Goal], g.block())
	}
	for _, t := range f.Targets {
		all[prose.Target] = append(all[prose.Target], t.block())
	}
	for _, t := range f.Tasks {
		all[prose.Task] = append(all[prose.Task], t.block())
	}
	return all
}

// sections are the kinds of rows in the order of the paper, with their headings.
var sections = []struct {
	kind prose.Kind
	head string
}{{prose.Goal, headGoals}, {prose.Target, headTargets}, {prose.Task, headTasks}}

// text is what the rows of a plan say as a text. Its blocks bear the same ids
// whenever it is made.
func (p Plan) text() prose.Doc {
	var d prose.Doc
	add := func(b prose.Block) {
		if b.ID == "" {
			b.ID = prose.OrderedID(len(d.Blocks))
		}
		d.Blocks = append(d.Blocks, b)
	}
	for _, line := range prose.Lines(p.Basis) {
		add(prose.Block{Kind: prose.Text, Text: line})
	}
	rows := p.Form().blocks()
	for _, s := range sections {
		if len(rows[s.kind]) > 0 || s.kind != prose.Target {
			add(prose.Block{Kind: prose.Heading, Level: 1, Text: s.head})
		}
		for _, b := range rows[s.kind] {
			add(b)
		}
	}
	add(prose.Block{Kind: prose.Heading, Level: 1, Text: headOrganisation})
	how := prose.Lines(p.Organisation)
	if len(how) == 0 {
		how = []string{organised}
	}
	for _, line := range how {
		add(prose.Block{Kind: prose.Text, Text: line})
	}
	return d.Clean()
}

// paragraphs are the places in d of the paragraphs before the first heading or row,
// and of those under the heading of how the plan is carried out.
func paragraphs(d prose.Doc) (basis, organisation []int) {
	before, level := true, 0
	for i, b := range d.Blocks {
		switch {
		case b.Kind == prose.Heading:
			before = false
			switch {
			case vn.Fold(prose.Plain(b.Text)) == vn.Fold(headOrganisation):
				level = b.Level
			case level >= b.Level:
				level = 0
			}
		case b.Kind != prose.Text && b.Kind != prose.Item:
			before = false
		case before:
			basis = append(basis, i)
		case level > 0:
			organisation = append(organisation, i)
		}
	}
	return basis, organisation
}

func (t *Target) read(b prose.Block) {
	t.Indicator, t.Value, t.Unit, t.Direction = b.Fields["indicator"], b.Fields["value"], b.Fields["unit"], b.Fields["direction"]
	if t.Indicator == "" {
		t.Indicator = prose.Plain(b.Text)
	}
}

// formOf reads the rows of a plan from its text, without its title.
func formOf(d prose.Doc) Form {
	var f Form
	for _, b := range d.Blocks {
		text := prose.Plain(b.Text)
		switch b.Kind {
		case prose.Goal:
			f.Goals = append(f.Goals, Goal{b.ID, text, b.Fields["target"], b.Carried()})
		case prose.Target:
			t := Target{ID: b.ID, Carries: b.Carried()}
			t.read(b)
			f.Targets = append(f.Targets, t)
		case prose.Task:
			t := Task{ID: b.ID, Text: text, Lead: b.Fields["lead"], Partners: b.Fields["partners"], Deliverable: b.Fields["deliverable"], Carries: b.Carried()}
			t.Deadline = vn.Deadline{Day: vn.Day(b.Fields["day"]), Wording: vn.Until}
			if b.Fields["wording"] == string(vn.Before) {
				t.Deadline.Wording = vn.Before
			}
			f.Tasks = append(f.Tasks, t)
		}
	}
	join := func(at []int) string {
		var lines []string
		for _, i := range at {
			lines = append(lines, prose.Plain(d.Blocks[i].Text))
		}
		return strings.Join(lines, "\n")
	}
	basis, organisation := paragraphs(d)
	f.Basis, f.Organisation = join(basis), join(organisation)
	return f
}

// into writes a form into a text: what it does not speak of stays as it is.
func (f Form) into(d prose.Doc) prose.Doc {
	rows := f.blocks()
	out := prose.Doc{Blocks: changed(d.Blocks, rows)}
	for _, s := range sections {
		var fresh []prose.Block
		for _, b := range rows[s.kind] {
			if _, had := d.Find(b.ID); !had {
				fresh = append(fresh, b)
			}
		}
		if len(fresh) == 0 {
			continue
		}
		at := after(out, s.kind, s.head)
		if at < 0 {
			fresh = slices.Insert(fresh, 0, prose.Block{Kind: prose.Heading, Level: 1, Text: s.head})
			if at = heading(out, headOrganisation); at < 0 {
				at = len(out.Blocks)
			}
		}
		out.Blocks = slices.Insert(out.Blocks, at, fresh...)
	}
	was := formOf(d)
	if f.Organisation != was.Organisation {
		_, at := paragraphs(out)
		if heading(out, headOrganisation) < 0 {
			out.Blocks = append(out.Blocks, prose.Block{Kind: prose.Heading, Level: 1, Text: headOrganisation})
		}
		out.Blocks = rewrite(out.Blocks, at, heading(out, headOrganisation)+1, f.Organisation)
	}
	if f.Basis != was.Basis {
		at, _ := paragraphs(out)
		out.Blocks = rewrite(out.Blocks, at, 0, f.Basis)
	}
	return out.Clean()
}

// changed returns blocks with the rows among them as they are now, without those
// that are gone.
func changed(all []prose.Block, rows map[prose.Kind][]prose.Block) []prose.Block {
	var out []prose.Block
	for _, b := range all {
		if b.Kind == prose.Goal || b.Kind == prose.Target || b.Kind == prose.Task {
			i := slices.IndexFunc(rows[b.Kind], func(now prose.Block) bool { return now.ID == b.ID })
			if i < 0 {
				continue
			}
			now := rows[b.Kind][i]
			// What a row says in words keeps what is bold in it; a target's words are
			// made of its fields where nobody has worded it.
			if b.Kind == prose.Target && !slices.Contains([]string{"", now.Text}, b.Text) || prose.Plain(b.Text) == now.Text {
				now.Text = b.Text
			}
			b = now
		}
		out = append(out, b)
	}
	return out
}

// after is the place after the last row of a kind, or after the heading of its
// section; -1 if d has neither.
func after(d prose.Doc, k prose.Kind, head string) int {
	for i := len(d.Blocks) - 1; i >= 0; i-- {
		if d.Blocks[i].Kind == k {
			return i + 1
		}
	}
	if i := heading(d, head); i >= 0 {
		return i + 1
	}
	return -1
}

// heading is the place of a heading, -1 if d has none.
func heading(d prose.Doc, text string) int {
	return slices.IndexFunc(d.Blocks, func(b prose.Block) bool {
		return b.Kind == prose.Heading && vn.Fold(prose.Plain(b.Text)) == vn.Fold(text)
	})
}

// rewrite puts the lines of a text in place of the paragraphs at places, which are
// rising, or if there are none at another place.
func rewrite(blocks []prose.Block, at []int, otherwise int, text string) []prose.Block {
	for i := len(at) - 1; i >= 0; i-- {
		blocks = slices.Delete(blocks, at[i], at[i]+1)
		otherwise = at[i]
	}
	var lines []prose.Block
	for _, line := range prose.Lines(text) {
		lines = append(lines, prose.Block{Kind: prose.Text, Text: line})
	}
	return slices.Insert(blocks, otherwise, lines...)
}
