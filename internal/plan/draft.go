package plan

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/fault"
	"nhipcau/internal/prose"
)

// Drafts lets the text of a plan be written as a draft: by those who may write the
// plan, while it is one.
func Drafts() draft.Owner {
	return draft.Owner{Kind: "plan", May: func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft.Subject, error) {
		p, err := Get(ctx, tx, by, id)
		if err != nil {
			return draft.Subject{}, err
		}
		s := draft.Subject{Title: p.Title, Href: "/plans/" + p.ID, Unit: p.Unit, Closed: mayWrite(by, p.Unit), First: p.text()}
		if s.Closed == nil && p.State != Draft {
			s.Closed = fault.New(fault.Conflict, "plan.error.not_draft")
		}
		return s, nil
	}}
}

// text is what the goals and tasks of a plan say as a text, in Vietnamese as every
// paper of the office. Its blocks bear the same ids whenever it is made.
func (p Plan) text() prose.Doc {
	var d prose.Doc
	add := func(b prose.Block) {
		b.ID = prose.OrderedID(len(d.Blocks))
		d.Blocks = append(d.Blocks, b)
	}
	for _, line := range prose.Lines(p.Basis) {
		add(prose.Block{Kind: prose.Text, Text: line})
	}
	add(prose.Block{Kind: prose.Heading, Level: 1, Text: "Mục tiêu"})
	for _, g := range p.Goals {
		add(prose.Block{Kind: prose.Goal, Text: g.Text, Fields: map[string]string{"target": g.Target}})
	}
	add(prose.Block{Kind: prose.Heading, Level: 1, Text: "Nhiệm vụ"})
	for _, t := range p.Tasks {
		add(prose.Block{Kind: prose.Task, Text: t.Text, Fields: map[string]string{
			"lead": t.Lead, "partners": t.Partners, "deliverable": t.Deliverable,
			"day": string(t.Deadline.Day), "wording": string(t.Deadline.Wording),
		}})
	}
	add(prose.Block{Kind: prose.Heading, Level: 1, Text: "Tổ chức thực hiện"})
	add(prose.Block{Kind: prose.Text, Text: "Các đơn vị, cá nhân được giao chủ trì thực hiện đúng nhiệm vụ, sản phẩm và thời hạn nêu trên; kịp thời báo cáo khó khăn, vướng mắc để được chỉ đạo, giải quyết."})
	return d.Clean()
}
