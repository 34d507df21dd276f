package reform

import (
	"strconv"
	"strings"

	"nhipcau/internal/intake"
)

// Layout is the table of a reform of many units.
func Layout() intake.Layout {
	return intake.Layout{Name: "sap-xep", Sheet: "Sắp xếp", Columns: []intake.Column{
		{Key: "act", Names: []string{"Việc", "What", "Nội dung"}, Form: intake.One, Needed: true, Example: "nhập vào", Note: "reform.table.act", Choices: []intake.Choice{
			{Value: string(Create), Names: []string{"thành lập", "create", "lập mới"}},
			{Value: string(Into), Names: []string{"nhập vào", "into", "sáp nhập", "chia vào"}},
			{Value: string(MoveTo), Names: []string{"chuyển về", "move", "chuyển"}},
			{Value: string(Rename), Names: []string{"đổi tên", "rename"}},
		}},
		{Key: "unit", Names: []string{"Mã đơn vị", "Unit code", "Mã"}, Form: intake.Code, Needed: true, Example: "xa-00004", Note: "reform.table.unit"},
		{Key: "target", Names: []string{"Mã đơn vị nhận", "Target code", "Mã cấp trên", "Mã đơn vị mới"}, Form: intake.Code, Example: "x-00004", Note: "reform.table.target"},
		{Key: "name", Names: []string{"Tên đơn vị", "Unit name", "Tên"}, Example: "", Note: "reform.table.name"},
		{Key: "short", Names: []string{"Tên gọn", "Short name"}, Example: "", Note: "reform.table.short"},
		{Key: "kind", Names: []string{"Loại đơn vị", "Kind", "Loại"}, Example: "", Note: "reform.table.kind"},
		{Key: "share", Names: []string{"Phần", "Share", "Tỷ lệ"}, Example: "1/2", Note: "reform.table.share"},
		{Key: "keeper", Names: []string{"Đầu mối", "Keeper", "Kế thừa"}, Example: "x", Note: "reform.table.keeper"},
	}}
}

// FromRows returns the lines of a table, and what is wrong with a row by itself.
func FromRows(t intake.Table) (lines []Line, bad []intake.Bad) {
	bad = append(bad, t.Bad...)
	for _, r := range t.Rows {
		l := Line{
			N: r.Line, Act: Act(r.Get("act")), Unit: r.Get("unit"), Target: r.Get("target"),
			Name: r.Get("name"), Short: r.Get("short"), Kind: r.Get("kind"), Keeper: r.Get("keeper") != "",
		}
		var ok bool
		if l.Num, l.Den, ok = parseShare(r.Get("share")); !ok {
			bad = append(bad, r.Wrong("share", "reform.error.share"))
		}
		if l.Act != Rename && l.Target == "" {
			bad = append(bad, r.Wrong("target", "error.needed"))
		}
		lines = append(lines, l)
	}
	intake.SortBad(bad)
	return lines, bad
}

// parseShare reads "1/2", "50%", "50 %" and "1"; "" is not known, 0/0.
func parseShare(s string) (num, den int64, ok bool) {
	s = strings.ReplaceAll(s, " ", "")
	if s == "" {
		return 0, 0, true
	}
	if p, percent := strings.CutSuffix(s, "%"); percent {
		whole, part, _ := strings.Cut(strings.Replace(p, ",", ".", 1), ".")
		den = 100
		for range part {
			den *= 10
		}
		n, err := strconv.ParseInt(whole+part, 10, 64)
		return n, den, err == nil && n > 0 && n <= den && den <= maxDen
	}
	a, b, fraction := strings.Cut(s, "/")
	if !fraction {
		b = "1"
	}
	num, err := strconv.ParseInt(a, 10, 64)
	den, err2 := strconv.ParseInt(b, 10, 64)
	return num, den, err == nil && err2 == nil && num > 0 && num <= den && den <= maxDen
}

// share writes a line's share.
func (l Line) share() string {
	if l.Den == 0 {
		return ""
	}
	return strconv.FormatInt(l.Num, 10) + "/" + strconv.FormatInt(l.Den, 10)
}
