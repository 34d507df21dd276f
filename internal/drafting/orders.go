package drafting

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/paper"
	"nhipcau/internal/task"
	"nhipcau/internal/vn"
)

// mostLeads is how many units a letter names; more are called by what they have in
// common.
const mostLeads = 100

// ofOrder is the letter that gives work: what is to be done, what it ends in, who leads,
// who takes part, and until when.
func ofOrder(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft, error) {
	o, err := task.GetOrder(ctx, tx, by, id)
	if err != nil {
		return draft{}, err
	}
	all, err := task.First(ctx, tx, by, id, mostLeads+1)
	if err != nil {
		return draft{}, err
	}
	d := draft{Unit: o.Unit.ID, Content: paper.Content{Kind: paper.Assignment, About: "giao nhiệm vụ " + lower(shortOf(o.Text)), Recipients: []string{"Như trên"}}}
	if !o.Given {
		d.Ready = fault.Text{Key: "drafting.error.giving"}
	}
	last := o.Deadline.Last()
	for _, t := range all {
		if t.WithdrawnAt.IsZero() && !t.Extended {
			last = t.Due // moved off days without work
			break
		}
	}
	var rows [][]string
	for _, t := range all {
		if !t.WithdrawnAt.IsZero() {
			continue
		}
		d.To = append(d.To, t.Lead.Name)
		who := t.PersonName
		if who == "" {
			who = t.Charge
		}
		rows = append(rows, []string{t.Lead.Name, who, t.Due.String()})
	}
	switch {
	case o.Reach == task.All || len(all) > mostLeads:
		d.To, rows = []string{"Các đơn vị trực thuộc " + o.Unit.Name}, nil
	case len(d.To) > maxNamed:
		d.To = []string{"Các đơn vị có tên trong danh sách dưới đây"}
	}
	d.Parts = append(d.Parts, paper.P(opening(o)), paper.H(1, "Nội dung công việc"), paper.P(end(o.Text)),
		paper.H(1, "Sản phẩm"), paper.P(end(o.Deliverable)), paper.H(1, "Thời hạn hoàn thành"), paper.P(until(o, last)))
	if len(o.Partners) > 0 {
		names := ""
		for i, u := range o.Partners {
			if i > 0 {
				names += ", "
			}
			names += u.Name
			d.Recipients = append(d.Recipients, u.Name+" (để phối hợp)")
		}
		d.Parts = append(d.Parts, paper.H(1, "Đơn vị phối hợp"), paper.P(end(names)))
	}
	if len(rows) > 1 {
		d.Parts = append(d.Parts, paper.H(1, "Đơn vị chủ trì"), paper.Table([]paper.Column{{Title: "Đơn vị", Width: 46}, {Title: "Người phụ trách", Width: 32}, {Title: "Hạn", Width: 22}}, rows))
	}
	d.Parts = append(d.Parts, paper.P("Đề nghị các đơn vị tổ chức thực hiện, ghi tiến độ và kết quả vào hệ thống; trường hợp không thể hoàn thành đúng hạn, đề nghị gia hạn kèm lý do trước ngày hết hạn."))
	return d, nil
}

func opening(o task.Order) string {
	switch {
	case o.Source == task.FromAPlan && o.SourceText != "":
		return "Thực hiện " + lower(o.SourceText) + ", " + o.Unit.Name + " giao nhiệm vụ như sau:"
	case o.SourceText != "":
		return "Căn cứ " + lower(o.SourceText) + ", " + o.Unit.Name + " giao nhiệm vụ như sau:"
	}
	return o.Unit.Name + " giao nhiệm vụ như sau:"
}

// until writes the deadline in the words it was given in, unless it was moved.
func until(o task.Order, last vn.Day) string {
	switch {
	case o.Moved != "":
		return "Hết " + paper.LongDay(last) + " (ngày " + o.Moved.String() + " là ngày nghỉ)."
	case o.Deadline.Wording == vn.Before:
		return "Trước " + paper.LongDay(o.Deadline.Day) + "."
	}
	return "Hết " + paper.LongDay(o.Deadline.Day) + "."
}

// shortOf is the first line of a text, as what a letter is about.
func shortOf(s string) string {
	for i, c := range s {
		if c == '\n' || c == ';' || c == '.' && i > 20 {
			return s[:i]
		}
	}
	return s
}

// end ends a sentence.
func end(s string) string {
	if s == "" || s[len(s)-1] == '.' {
		return s
	}
	return s + "."
}
