package drafting

import (
	"slices"
	"strings"

	"nhipcau/internal/invitation"
	"nhipcau/internal/office"
	"nhipcau/internal/paper"
)

// bound puts letters into one text, each beginning on a page of its own.
func bound(prints []paper.Print, after func(i int) ([]office.Block, error)) ([]byte, error) {
	var all office.Doc
	for i, p := range prints {
		d, err := p.Doc()
		if err != nil {
			return nil, err
		}
		end, err := after(i)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			all = d
		} else {
			all.Body = append(append(all.Body, office.Par{Style: office.Line, Rule: -1, Break: true}), d.Body...)
		}
		all.Body = append(all.Body, end...)
	}
	return all.Bytes()
}

// personLetters are the letter of convening to each person, with the code that opens
// their invitation and lets them in.
func personLetters(p paper.Print, all []invitation.Invited, code func(invitation.Invited) string) ([]byte, error) {
	prints := make([]paper.Print, len(all))
	for i, v := range all {
		prints[i] = p
		prints[i].To = []string{addressed(v)}
		prints[i].Recipients = []string{"Như trên"}
	}
	return bound(prints, func(i int) ([]office.Block, error) {
		c, err := office.QR(code(all[i]))
		if err != nil {
			return nil, err
		}
		return []office.Block{
			office.Par{Style: office.LeftLine, Space: 6, Keep: true, Picture: &office.Picture{PNG: c.PNG(), Width: 30, Label: "Mã QR của giấy mời"}},
			office.Par{Style: office.Small, Runs: office.T("Mã dùng để trả lời giấy mời và điểm danh; xin mang theo.")},
		}, nil
	})
}

// addressed names somebody as the letter does.
func addressed(v invitation.Invited) string {
	parts := []string{"Đồng chí " + v.Name}
	if v.Guest != 0 {
		parts[0] = "Ông (bà) " + v.Name
	}
	if v.Office != "" {
		parts = append(parts, v.Office)
	}
	if v.UnitName != "" && !strings.HasSuffix(v.Office, v.UnitName) {
		parts = append(parts, v.UnitName)
	}
	return strings.Join(parts, ", ")
}

// unitLetters are the letter of convening to each unit, with the names of its people.
func unitLetters(p paper.Print, all []invitation.Invited) ([]byte, error) {
	var prints []paper.Print
	for len(all) > 0 {
		unit := all[0].UnitName
		n := slices.IndexFunc(all, func(v invitation.Invited) bool { return v.UnitName != unit })
		if n < 0 {
			n = len(all)
		}
		x := p
		x.To, x.Recipients = []string{unit}, []string{"Như trên"}
		if unit == "" {
			x.To = []string{"Các vị khách mời"}
		}
		var rows [][]string
		for _, v := range all[:n] {
			rows = append(rows, []string{v.Name, v.Office, v.SiteName})
		}
		x.Parts = append(slices.Clone(p.Parts), paper.P("Thành phần được triệu tập:"),
			paper.Table([]paper.Column{{Title: "Họ và tên", Width: 36}, {Title: "Chức vụ", Width: 34}, {Title: "Điểm cầu", Width: 30}}, rows))
		prints, all = append(prints, x), all[n:]
	}
	return bound(prints, func(int) ([]office.Block, error) { return nil, nil })
}
