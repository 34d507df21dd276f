package minutes

import (
	"context"
	"strings"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/paper"
	"nhipcau/internal/programme"
	"nhipcau/internal/vn"
)

// draft writes what the records say, in Vietnamese as every paper of the office;
// people finish it.
func draft(ctx context.Context, tx *db.Tx, by auth.Actor, c conference.Conference, f Figures, asked Questions) ([]Section, error) {
	events, err := conference.Events(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	units, err := conference.InvitedUnits(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	o, err := attendance.Get(ctx, tx, c.ID)
	if err != nil {
		return nil, err
	}
	var questions []Question
	if asked != nil {
		if questions, err = asked(ctx, tx, by, c.ID); err != nil {
			return nil, err
		}
	}
	return []Section{
		{"Thời gian, địa điểm", whenWhere(c)},
		{"Thành phần", people(c, by, f, o.Rule, len(units))},
		{"Nội dung", topics(c)},
		{"Ý kiến trao đổi", exchanged(questions)},
		{"Kết luận", closing(c, events)},
	}, nil
}

func hour(t string) string { return strings.Replace(t, ":", " giờ ", 1) }

func whenWhere(c conference.Conference) string {
	s := "Hội nghị khai mạc "
	if c.Start != "" {
		s += "lúc " + hour(c.Start) + ", "
	}
	s += paper.LongDay(c.Day)
	if c.Place != "" {
		s += ", tại " + c.Place
	}
	return s + "."
}

func people(c conference.Conference, by auth.Actor, f Figures, r attendance.Rule, units int) string {
	var lines []string
	if c.Chair != "" {
		lines = append(lines, "- Chủ trì: "+c.Chair+".")
	}
	lines = append(lines, "- Thư ký: "+by.Name+".",
		"- Triệu tập {invited} đồng chí; có mặt {there} đồng chí (trực tiếp {present}, trực tuyến {online}).",
		"- Vắng có lý do {excused} đồng chí; vắng không lý do {absent} đồng chí; được miễn {exempt} đồng chí.")
	if r.Need > 1 || r.Checkout {
		lines = append(lines, "- Dự chưa đủ theo quy định {partial} đồng chí.")
	}
	lines = append(lines, "- Khách mời {guests} người; dự ngoài danh sách triệu tập {extra} người.")
	if units > 0 {
		lines = append(lines, "- Đơn vị có người dự: {represented} trong "+vn.Int(int64(units))+" đơn vị được mời.")
	}
	if f.sites > 0 {
		lines = append(lines, "- Điểm cầu đã vào: {joined} trong {sites} điểm cầu.")
	}
	return strings.Join(lines, "\n")
}

func topics(c conference.Conference) string {
	var lines []string
	for _, t := range c.Topics {
		if t.Sort == "break" {
			continue
		}
		s := "- "
		if t.Times() != "" {
			s += t.Times() + ": "
		}
		s += t.Title
		if t.Speaker != "" {
			s += " (" + strings.TrimSuffix(t.Speaker+", "+t.SpeakerTitle, ", ") + ")"
		}
		lines = append(lines, s+".")
	}
	return strings.Join(lines, "\n")
}

func exchanged(all []Question) string {
	var lines []string
	for _, q := range all {
		s := "- " + q.Text
		if q.Topic != "" {
			s = "- " + q.Topic + ": " + q.Text
		}
		lines = append(lines, s)
		if q.Answer != "" {
			lines = append(lines, "  Trả lời: "+q.Answer)
		}
	}
	return strings.ReplaceAll(strings.ReplaceAll(strings.Join(lines, "\n"), "{", "("), "}", ")")
}

func closing(c conference.Conference, events []conference.Event) string {
	s := "Hội nghị bế mạc cùng ngày."
	if end := programme.End(c); end != "" {
		s = "Hội nghị bế mạc lúc " + hour(end) + " cùng ngày."
	}
	for _, e := range events {
		if e.Kind == "closed" {
			s += "\nĐiểm danh khóa sổ lúc " + e.At.In(vn.Zone).Format("15 giờ 04") + ", " + paper.LongDay(vn.DayOf(e.At)) + "."
			break
		}
	}
	return s + "\nBiên bản đã được đọc lại, thống nhất thông qua."
}

// print lays the minutes out in the letterhead of the host: who took them signs at the
// left, the chair at the right.
func (m Minutes) print() paper.New {
	n := paper.New{Source: m.source(), Single: true, Signer: m.Conference.Chair, Office: "Chủ trì"}
	n.Kind, n.About, n.Beside = paper.Minutes, m.Conference.Title, paper.Signature{Office: "Thư ký", Name: m.taker}
	if s, ok := m.By(Taker); ok {
		n.Beside.Name = s.Name
	}
	if s, ok := m.By(Chair); ok {
		n.Signer = s.Name
	}
	for _, s := range m.Sections {
		n.Parts = append(n.Parts, paper.H(1, s.Title))
		if s.Text != "" {
			n.Parts = append(n.Parts, paper.P(m.Filled(s.Text)))
		}
	}
	return n
}
