package roll

import (
	"context"
	"slices"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/presence"
	"nhipcau/internal/vn"
)

// Layout is the table of an attendance list.
func Layout() intake.Layout {
	return intake.Layout{Name: "diem-danh", Sheet: "Điểm danh", Columns: []intake.Column{
		{Key: "code", Names: []string{"Mã đoàn viên", "Member code", "Mã", "Số thẻ"}, Form: intake.Code, Needed: true, Example: "dv-00017", Note: "roll.import.note.code"},
		{Key: "name", Names: []string{"Họ và tên", "Full name", "Họ tên", "Name"}, Example: "Nguyễn Văn A", Note: "roll.import.note.name"},
		{Key: "state", Names: []string{"Điểm danh", "Attendance", "Trạng thái", "State"}, Form: intake.One, Needed: true, Example: "có mặt", Note: "roll.import.note.state", Choices: []intake.Choice{
			{Value: string(attendance.Present), Names: []string{"có mặt", "x", "c", "dự", "có"}},
			{Value: string(attendance.Online), Names: []string{"trực tuyến"}},
			{Value: string(attendance.Excused), Names: []string{"vắng có lý do", "có phép", "vắng có phép", "p"}},
			{Value: string(attendance.Absent), Names: []string{"vắng", "vắng không lý do", "không phép", "v", "k"}},
			{Value: string(attendance.Exempt), Names: []string{"miễn"}},
		}},
		{Key: "reason", Names: []string{"Lý do", "Reason"}, Form: intake.One, Example: "công tác", Note: "roll.import.note.reason", Choices: []intake.Choice{
			{Value: "duty", Names: []string{"công tác"}},
			{Value: "study", Names: []string{"đi học", "học tập"}},
			{Value: "travel", Names: []string{"đi xa"}},
			{Value: "leave", Names: []string{"nghỉ phép"}},
			{Value: "other", Names: []string{"khác", "lý do khác"}},
		}},
	}}
}

// Import marks people on the roll of a convened conference by a table, all of
// them or, where a row is bad or dry is true, nobody. New are those who were not
// marked before. Who is not on the roll is not put there.
func Import(ctx context.Context, tx *db.Tx, by auth.Actor, id string, t intake.Table, dry bool) (intake.Outcome, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return intake.Outcome{}, err
	}
	if err := mayCall(by, c.Unit); err != nil {
		return intake.Outcome{}, err
	}
	if c.State != conference.Convened {
		return intake.Outcome{}, fault.New(fault.Conflict, "conference.error.not_convened")
	}
	var keys []string
	for _, r := range t.Rows {
		keys = append(keys, r.Get("code"))
	}
	rows, err := presence.RollOfKeys(ctx, tx, id, keys)
	if err != nil {
		return intake.Outcome{}, err
	}
	im, marks := markAll(rows, t)
	if dry || len(im.Bad) > 0 || len(marks) == 0 {
		return im, nil
	}
	_, err = conference.Mark(ctx, tx, by, id, marks, nil)
	return im, err
}

// markAll works out what a table would mark on a roll.
func markAll(roll []presence.Row, t intake.Table) (im intake.Outcome, marks []attendance.Mark) {
	im.Bad = slices.Clone(t.Bad)
	bad := func(r intake.Row, column, key string, args ...any) {
		im.Bad = append(im.Bad, r.Wrong(column, key, args...))
	}
	on, lines := map[string]presence.Row{}, map[string]int{}
	for _, row := range roll {
		on[row.MemberKey] = row
	}
	for _, r := range t.Rows {
		code, state, reason := r.Get("code"), attendance.State(r.Get("state")), r.Get("reason")
		row, invited := on[code]
		line, twice := lines[code]
		lines[code] = r.Line
		switch {
		case twice:
			bad(r, "code", "roll.import.twice", code, line)
		case !invited:
			bad(r, "code", "roll.import.not_invited", code)
		case r.Get("name") != "" && vn.Fold(r.Get("name")) != vn.Fold(row.Name):
			bad(r, "name", "roll.import.name", code, row.Name)
		case state == attendance.Excused && reason == "":
			bad(r, "reason", "roll.import.no_reason")
		case state != attendance.Excused && reason != "":
			bad(r, "reason", "roll.import.reason")
		case row.State == state && row.Reason == reason:
			im.Same++
		default:
			marks = append(marks, attendance.Mark{Member: row.Member, State: state, Reason: reason, Version: row.Version})
			if row.State == attendance.Invited {
				im.New++
			} else {
				im.Changed++
			}
		}
	}
	intake.SortBad(im.Bad)
	return im, marks
}
