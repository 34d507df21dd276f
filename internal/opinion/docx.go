package opinion

import (
	"context"
	"fmt"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/paper"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
)

// The table of what was said and what the owner answers ("tổng hợp, tiếp thu, giải
// trình ý kiến góp ý") has the columns of form 07 in the annex of Decree 34/2016/NĐ-CP,
// kept by Decree 78/2025/NĐ-CP: the group or clause, who says it, what, and what is
// taken up or explained. Its words are Vietnamese in whatever language pages are read.

var answered = map[Answer]string{Taken: "Tiếp thu.", Partly: "Tiếp thu một phần.", NotTaken: "Giải trình (không tiếp thu).", "": "Đang xem xét."}

// Table lays points out as a paper in the letterhead of the owner, without a number.
func Table(ctx context.Context, tx *db.Tx, by auth.Actor, c Consultation, points []Point) (paper.Print, error) {
	d, err := Text(ctx, tx, c)
	if err != nil {
		return paper.Print{}, err
	}
	sheet, err := totals(ctx, tx, c)
	if err != nil {
		return paper.Print{}, err
	}
	content := paper.Content{
		Kind: paper.Report, About: "tổng hợp, tiếp thu, giải trình ý kiến góp ý đối với " + lower(c.Title),
		Parts:      []paper.Part{paper.P(sheet)},
		Recipients: []string{"Các đơn vị, cá nhân được lấy ý kiến", "Lưu hồ sơ"},
	}
	var rows [][]string
	for _, p := range points {
		rows = append(rows, []string{clause(d, p), p.Who() + source(p), spoken(p), strings.TrimSpace(answered[p.Answer] + " " + p.Why)})
	}
	if len(rows) > 0 {
		content.Parts = append(content.Parts, paper.Table([]paper.Column{
			{Title: "Nội dung của dự thảo", Width: 24}, {Title: "Chủ thể góp ý", Width: 18}, {Title: "Nội dung góp ý", Width: 30}, {Title: "Tiếp thu, giải trình", Width: 28},
		}, rows))
	}
	n := paper.New{Content: content}
	heads, err := org.Officers(ctx, tx, by, c.Unit)
	if err == nil && len(heads) > 0 {
		n.Signer, n.Office = heads[0].Name, strings.TrimSuffix(heads[0].Office, " "+heads[0].UnitName)
	}
	if err != nil {
		return paper.Print{}, err
	}
	return paper.Draft(ctx, tx, c.tree, c.Unit, n)
}

// totals says how many were asked, have answered, and what became of their points.
func totals(ctx context.Context, tx *db.Tx, c Consultation) (string, error) {
	v, err := Total(ctx, tx, c)
	if err != nil {
		return "", err
	}
	lines := []string{fmt.Sprintf("Đã lấy ý kiến %s đơn vị về dự thảo lần %d, thời hạn đến hết ngày %s; %s đơn vị đã trả lời, trong đó %s đơn vị thống nhất, không có ý kiến khác.",
		vn.Int(v["due"]), c.N, c.Deadline.Last().String(), vn.Int(v["answered"]), vn.Int(v["no_opinion"]))}
	if v["people"] > 0 {
		lines = append(lines, fmt.Sprintf("Lấy ý kiến trực tiếp %s người, %s người đã trả lời.", vn.Int(v["people"]), vn.Int(v["people_answered"])))
	}
	return strings.Join(append(lines, fmt.Sprintf("Tổng số ý kiến: %s (tại hội nghị: %s); tiếp thu: %s, tiếp thu một phần: %s, không tiếp thu: %s.",
		vn.Int(v["points"]), vn.Int(v["conference"]), vn.Int(v["taken"]), vn.Int(v["partly"]), vn.Int(v["not_taken"]))), "\n"), nil
}

// lower begins a name within a sentence.
func lower(s string) string {
	if after, ok := strings.CutPrefix(s, "Dự thảo"); ok {
		return "dự thảo" + after
	}
	return s
}

// clause names the passage a point is about, under the heading it stands below.
func clause(d prose.Doc, p Point) string {
	const most = 300
	heading := ""
	for _, b := range d.Blocks {
		if b.Kind == prose.Heading && b.ID != p.Anchor.Block {
			heading = prose.Plain(b.Text) + "\n"
		}
		if b.ID == p.Anchor.Block {
			break
		}
	}
	quote := []rune(prose.Plain(p.Anchor.Quote))
	if len(quote) > most {
		quote = append(quote[:most], '…')
	}
	return heading + "“" + string(quote) + "”"
}

func source(p Point) string {
	if p.Source == FromConference {
		return ", tại hội nghị"
	}
	return ""
}

func spoken(p Point) string {
	var lines []string
	if p.Text != "" {
		lines = append(lines, p.Text)
	}
	if p.Suggest != "" {
		lines = append(lines, "Đề nghị sửa thành: “"+prose.Plain(p.Suggest)+"”")
	}
	return strings.Join(lines, "\n")
}
