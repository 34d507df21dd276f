package drafting

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/paper"
	"nhipcau/internal/programme"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// stepNames are the steps of a rollout as a letter names them.
var stepNames = map[rollout.Step]string{
	rollout.Hold: "Tổ chức hội nghị học tập, quán triệt", rollout.Reach: "Đạt tỷ lệ học tập được giao",
	rollout.Adopt: "Thông qua chương trình hành động", rollout.Report: "Báo cáo kết quả",
}

// ofRollout is the letter to the units of a rollout that are late, with a table
// of who owes what.
func ofRollout(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft, error) {
	r, err := rollout.Get(ctx, tx, by, id)
	if err != nil {
		return draft{}, err
	}
	// Who sees a part of the units alone would write to a part of the late ones.
	if !by.Covers(r.ScopePath) {
		return draft{}, fault.New(fault.Denied, "paper.error.may_issue")
	}
	if r.Sheet != 0 {
		whole, err := tally.Total(ctx, tx, r.Sheet, r.Scope)
		if err != nil {
			return draft{}, err
		}
		if rollout.Wide(whole) {
			return draft{}, fault.New(fault.Conflict, "drafting.error.wide")
		}
	}
	all, err := rollout.Obligations(ctx, tx, by, id)
	if err != nil {
		return draft{}, err
	}
	today := vn.DayOf(tx.Now)
	var rows [][]string
	var to []string
	named := map[int64]bool{}
	for _, o := range rollout.Behind(all, today) {
		if o.Standing(today) != rollout.StandLate {
			continue
		}
		if !named[o.Unit] {
			named[o.Unit] = true
			to = append(to, o.KeeperName)
		}
		rows = append(rows, []string{o.KeeperName, stepNames[o.Step], o.Due.String(), vn.Int(int64(o.Due.DaysUntil(today)))})
	}
	d := draft{Unit: r.Unit, Content: paper.Content{Kind: paper.Reminder, About: "nhắc thực hiện nhiệm vụ quá hạn", To: to, Recipients: []string{"Như trên"}}}
	if len(to) > maxNamed { // a long list stands in the table alone
		d.To = []string{"Các đơn vị có tên trong danh sách dưới đây"}
	}
	if len(rows) == 0 {
		d.Ready = fault.Text{Key: "drafting.error.none_late"}
		return d, nil
	}
	titles, err := citations(ctx, tx, by, r)
	if err != nil {
		return draft{}, err
	}
	d.Parts = []paper.Part{
		paper.P("Thực hiện đợt triển khai “" + r.Title + "”" + titles + ", tính đến " + paper.LongDay(today) + ", còn " + vn.Int(int64(len(named))) + " đơn vị chưa thực hiện nhiệm vụ đã quá hạn:"),
		paper.Table([]paper.Column{{Title: "Đơn vị", Width: 36}, {Title: "Nhiệm vụ", Width: 32}, {Title: "Hạn", Width: 18}, {Title: "Số ngày quá hạn", Width: 14, Figure: true}}, rows),
		paper.P("Đề nghị các đơn vị khẩn trương thực hiện và ghi kết quả vào hệ thống; trường hợp vướng mắc, báo cáo bằng văn bản để được xem xét."),
	}
	return d, nil
}

const maxNamed = 8

// citations name the directives of a rollout that by may see.
func citations(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout) (string, error) {
	all, _, err := rollout.Directives(ctx, tx, by, r)
	var names []string
	for _, d := range all {
		if c := d.Code(); c != "" {
			names = append(names, c)
		}
	}
	if len(names) == 0 {
		return "", err
	}
	return " (văn bản số " + strings.Join(names, ", ") + ")", err
}

// ofConference is the letter that convenes a conference, with its topics.
func ofConference(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (draft, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return draft{}, err
	}
	units, err := conference.InvitedUnits(ctx, tx, c)
	if err != nil {
		return draft{}, err
	}
	var to []string
	for _, u := range units {
		to = append(to, u.Name)
	}
	d := draft{Unit: c.Unit, Content: paper.Content{Kind: paper.Summons, About: "triệu tập " + lower(c.Title), To: to, Recipients: []string{"Như trên"}}}
	switch {
	case len(to) > maxNamed:
		d.To = []string{"Các đơn vị có tên trong danh sách dưới đây"}
	case len(to) == 0:
		d.To = []string{"Các đồng chí trong danh sách triệu tập của " + c.UnitName}
	}
	if c.State != conference.Convened {
		d.Ready = fault.Text{Key: "drafting.error.not_convened"}
	}
	d.Parts = append(d.Parts, paper.P(c.UnitName+" tổ chức hội nghị với nội dung như sau:"), paper.H(1, "Tên hội nghị"), paper.P(c.Title+"."),
		paper.H(1, "Thời gian, địa điểm"), paper.P(programme.WhenWhere(c)))
	if len(c.Topics) > 0 {
		var rows [][]string
		for _, t := range c.Topics {
			rows = append(rows, []string{t.Title, t.Speaker, t.SpeakerTitle})
		}
		d.Parts = append(d.Parts, paper.H(1, "Nội dung"), paper.Table([]paper.Column{{Title: "Chuyên đề", Width: 50}, {Title: "Báo cáo viên", Width: 20}, {Title: "Chức vụ", Width: 30}}, rows))
	}
	if len(to) > maxNamed {
		var rows [][]string
		for _, name := range to {
			rows = append(rows, []string{name})
		}
		d.Parts = append(d.Parts, paper.H(1, "Đơn vị được triệu tập"), paper.Table([]paper.Column{{Title: "Đơn vị", Width: 100}}, rows))
	}
	d.Parts = append(d.Parts, paper.P("Đề nghị các đồng chí dự đúng thành phần, thời gian; trường hợp vắng phải báo cáo lý do trước hội nghị."))
	return d, nil
}
