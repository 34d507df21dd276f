package programme

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/paper"
)

// Sheet lays the programme of a conference out in the letterhead of its host, for the
// table of each who takes part. It is no paper of the register and has no number.
func Sheet(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (paper.Print, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return paper.Print{}, err
	}
	content := paper.Content{Kind: paper.Agenda, About: c.Title, Parts: []paper.Part{paper.P(WhenWhere(c))}}
	var rows [][]string
	for _, t := range c.Topics {
		rows = append(rows, []string{t.Times(), t.Title, speaker(t)})
	}
	if len(rows) > 0 {
		content.Parts = append(content.Parts, paper.Table([]paper.Column{
			{Title: "Thời gian", Width: 18}, {Title: "Nội dung", Width: 44}, {Title: "Người thực hiện", Width: 38},
		}, rows))
	}
	return paper.Draft(ctx, tx, by.Tree, c.Unit, paper.New{Content: content})
}

func speaker(t conference.Topic) string {
	if t.SpeakerTitle == "" {
		return t.Speaker
	}
	return strings.TrimPrefix(t.Speaker+", "+t.SpeakerTitle, ", ")
}

// WhenWhere says in a paper when and where a conference is, line by line.
func WhenWhere(c conference.Conference) string {
	when := "- Thời gian: " + paper.LongDay(c.Day)
	if c.Start != "" {
		when = "- Thời gian: " + strings.Replace(c.Start, ":", " giờ ", 1) + ", " + paper.LongDay(c.Day)
	}
	lines := []string{when + "."}
	if c.Place != "" {
		lines = append(lines, "- Địa điểm: "+c.Place+".")
	}
	lines = append(lines, "- Hình thức: "+modes[c.Mode]+".")
	if c.Chair != "" {
		lines = append(lines, "- Chủ trì: "+c.Chair+".")
	}
	return strings.Join(lines, "\n")
}

var modes = map[string]string{"in_person": "trực tiếp", "online": "trực tuyến", "hybrid": "trực tiếp kết hợp trực tuyến"}
