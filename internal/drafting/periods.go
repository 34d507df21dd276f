package drafting

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/paper"
	"nhipcau/internal/summary"
)

// ofPeriods makes the papers of units' summaries of periods; the id is the period's and
// the unit's key with a stroke between.
func ofPeriods(sources form.Sources) source {
	return source{
		kind: paper.Report, record: "summary", single: false, path: "/periods/%s/summary/%s/paper",
		write: func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft, error) {
			period, key, _ := strings.Cut(id, "/")
			s, err := summary.Get(ctx, tx, by, sources, period, key)
			if err != nil {
				return draft{}, err
			}
			to, err := above(ctx, tx, by, s.Unit.ID)
			if err != nil {
				return draft{}, err
			}
			d := draft{Unit: s.Unit.ID, Content: paper.Content{Kind: paper.Report, About: about(s.Round.Form.Title, s.Round.Period.Name), Recipients: to}}
			d.Parts = append(d.Parts, paper.P("Thực hiện chế độ báo cáo, "+s.Unit.Name+" báo cáo như sau:"))
			d.addSummary(s)
			return d, nil
		},
	}
}

// about says what a report is about, in the words of its form and its period, none of
// them twice: "Báo cáo năm" of "Năm 2020" is about "năm 2020".
func about(form, period string) string {
	what := lower(form)
	what = strings.TrimPrefix(what, "báo cáo ")
	period = lower(period)
	first, _, _ := strings.Cut(period, " ")
	switch {
	case what == "báo cáo" || what == first:
		return period
	case strings.HasSuffix(what, " "+first):
		return what + ", " + period
	}
	return what + " " + period
}

// addSummary writes each section of a form: its figures as a table, then its words.
func (d *draft) addSummary(s summary.Summary) {
	year, _ := s.Book.HasPast()
	columns := []paper.Column{{Title: "Nội dung", Width: 52}, {Title: "Đơn vị tính", Width: 16}, {Title: "Kỳ này", Width: 16, Figure: true}}
	if year {
		columns = append(columns, paper.Column{Title: "Lũy kế từ đầu năm", Width: 16, Figure: true})
	}
	words := map[string]string{}
	for _, p := range s.Passages {
		words[p.Item.Key] = p.Sentence.String(s.Figures)
	}
	for _, section := range s.Round.Form.Sections() {
		if section.Name != "" {
			d.Parts = append(d.Parts, paper.H(1, section.Name))
		}
		var rows [][]string
		var texts []paper.Part
		for _, n := range section.Places {
			it := s.Round.Form.Items[n-1]
			if it.Kind == form.Text {
				text := words[it.Key]
				if text == "" {
					text = "Không có."
				}
				texts = append(texts, paper.H(2, it.Label), paper.P(text))
				continue
			}
			row := []string{s.Round.Form.Called(it), it.Word, s.Figures[it.Key].Text}
			if year {
				row = append(row, filing.Written(it, s.Book.Year(it.Key)).Text)
			}
			rows = append(rows, row)
		}
		if len(rows) > 0 {
			d.Parts = append(d.Parts, paper.Table(columns, rows))
		}
		d.Parts = append(d.Parts, texts...)
	}
}
