// Package drafting writes the papers of the work: what a report, a programme of
// action, a reminder or a convening letter says, taken from the records of the
// slices, and the same figures as tables to reckon on. Nothing is typed again.
//
// The words of a paper are Vietnamese in whatever language the pages are read:
// the paper is the office's, not the reader's.
package drafting

import (
	"context"
	"embed"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/org"
	"nhipcau/internal/paper"
	"nhipcau/internal/report"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// A source makes the paper of one kind of record.
type source struct {
	kind   paper.Kind
	record string // kind of the record, as the register keeps it
	single bool   // one record has one standing paper
	write  func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft, error)
	path   string // of the page, for those whose record is not a folder of it; %s is the id
}

// A draft is what a record makes of a paper, and whether it may be issued.
type draft struct {
	paper.Content
	Unit  int64
	Ready fault.Text // why it may not be issued yet; no key if it may
}

var (
	reports    = source{kind: paper.Report, record: "report", single: true, write: ofReport}
	programmes = source{kind: paper.Programme, record: "plan", single: true, write: ofPlan}
	reminders  = source{kind: paper.Reminder, record: "rollout", single: false, write: ofRollout}
	summonses  = source{kind: paper.Summons, record: "conference", single: true, write: ofConference}
	letters    = source{kind: paper.Assignment, record: "task-order", single: true, write: ofOrder}
)

// Issue puts the paper of a record in the register of by's unit. The record is
// read again in the same transaction, so what is issued is what stands there.
func (s source) issue(ctx context.Context, tx *db.Tx, by auth.Actor, id, signer, office string, recipients []string) (paper.Paper, error) {
	d, err := s.write(ctx, tx, by, id)
	if err != nil {
		return paper.Paper{}, err
	}
	if !paper.MayIssue(by, d.Unit) {
		return paper.Paper{}, fault.New(fault.Denied, "paper.error.may_issue")
	}
	if d.Ready.Key != "" {
		return paper.Paper{}, fault.New(fault.Conflict, d.Ready.Key, d.Ready.Args...)
	}
	d.Recipients = recipients
	return paper.Issue(ctx, tx, by, paper.New{
		Source: tally.Source{Kind: s.record, ID: id}, Signer: signer, Office: office, Single: s.single, Content: d.Content,
	})
}

// above names the unit above as a line of recipients.
func above(ctx context.Context, tx *db.Tx, by auth.Actor, unit int64) ([]string, error) {
	u, err := org.Above(ctx, tx, by.Tree, unit)
	if err != nil || !u.Exists() {
		return nil, err
	}
	return []string{u.Name + " (để báo cáo)"}, nil
}

// ofReport is a unit's report on a rollout: the figures as signed, and the
// remarks.
func ofReport(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft, error) {
	r, err := report.Get(ctx, tx, by, id)
	if err != nil {
		return draft{}, err
	}
	form, err := report.FormOf(r)
	if err != nil {
		return draft{}, err
	}
	f, err := report.Count(ctx, tx, r)
	if err != nil {
		return draft{}, err
	}
	to, err := above(ctx, tx, by, r.Unit)
	if err != nil {
		return draft{}, err
	}
	d := draft{Unit: r.Unit, Content: paper.Content{Kind: paper.Report, About: "kết quả thực hiện: " + lower(r.RolloutTitle), Recipients: to}}
	if r.Open() {
		d.Ready = fault.Text{Key: "drafting.error.unsigned"}
	}
	d.Parts = append(d.Parts, paper.P("Thực hiện đợt triển khai “"+r.RolloutTitle+"”, "+r.UnitName+" báo cáo kết quả như sau:"))
	return d, d.addForm(form, f.Signed, r.Answers)
}

// addForm writes the headings, figures and remarks of a form in its order; the
// figures under one heading are one table.
func (d *draft) addForm(form report.Form, lines []report.Line, answers map[string]string) error {
	byKey := map[string]report.Line{}
	for _, l := range lines {
		byKey[l.Item.Key] = l
	}
	var rows [][]string
	flush := func() {
		if len(rows) > 0 {
			d.Parts = append(d.Parts, paper.Table([]paper.Column{
				{Title: "Nội dung", Width: 50}, {Title: "Số lượng", Width: 14, Figure: true}, {Title: "Tổng số", Width: 14, Figure: true}, {Title: "Tỷ lệ", Width: 16, Figure: true},
			}, rows))
		}
		rows = nil
	}
	for _, it := range form.Items {
		label := it.Label[i18n.Vietnamese]
		switch it.Kind {
		case "heading":
			flush()
			d.Parts = append(d.Parts, paper.H(1, label))
		case "figure":
			if l, ok := byKey[it.Key]; ok {
				rows = append(rows, figureRow(label, l))
			}
		case "remark":
			flush()
			text := answers[it.Key]
			if text == "" {
				text = "Không có."
			}
			d.Parts = append(d.Parts, paper.H(2, label), paper.P(text))
		}
	}
	flush()
	return nil
}

func figureRow(label string, l report.Line) []string {
	row := []string{label, vn.Int(l.Value), "", ""}
	if l.HasOf {
		row[2], row[3] = vn.Int(l.Of), vn.Percent(l.Value, l.Of)
	}
	return row
}

// lower writes the first letter of a title small, as in the middle of a
// sentence, unless its word is all capitals.
func lower(s string) string {
	r := []rune(s)
	if len(r) > 1 && strings.ToUpper(string(r[1])) != string(r[1]) {
		return strings.ToLower(string(r[0])) + string(r[1:])
	}
	return s
}
