package paper

import (
	"strings"
	"testing"

	"nhipcau/internal/vn"
)

func TestFormatsAreWhole(t *testing.T) {
	all, err := Formats()
	if err != nil {
		t.Fatal(err)
	}
	last := map[Family]vn.Day{}
	for _, f := range all {
		if !f.From.Valid() || f.Rule == "" || f.Size == 0 || f.Font == "" || len(f.Nation) == 0 || f.Number == "" || f.For == "" || f.End == "" ||
			f.Reset != "term" && f.Reset != "year" || f.Join != "-" && f.Join != "/" || f.Recipients.Size == 0 || f.LetterAbout == "" {
			t.Errorf("%s from %s lacks something: %+v", f.Family, f.From, f)
		}
		if f.From <= last[f.Family] {
			t.Errorf("%s from %s comes out of order", f.Family, f.From)
		}
		last[f.Family] = f.From
		for _, k := range Kinds {
			if f.Kinds[k].Code == "" {
				t.Errorf("%s from %s has no code for %s", f.Family, f.From, k)
			}
		}
	}
	if len(last) != len(Families) {
		t.Errorf("formats of %d families", len(last))
	}
}

// TestAPastDayKeepsItsFormat: the rule of its day holds for a paper, not that of
// today.
func TestAPastDayKeepsItsFormat(t *testing.T) {
	for _, c := range []struct {
		family Family
		day    vn.Day
		rule   string
	}{
		{Party, "2010-01-01", "66-QĐ/TW"},
		{Party, "2026-01-08", "66-QĐ/TW"},
		{Party, "2026-01-09", "399-QĐ/TW"},
		{State, "2020-03-04", "01/2011/TT-BNV"},
		{State, "2020-03-05", "30/2020/NĐ-CP"},
		{State, "2026-11-21", "30/2020/NĐ-CP"},
		{Youth, "2020-11-02", "29-HD/TWĐTN-VP"},
	} {
		if f, err := FormatOn(c.family, c.day); err != nil || !strings.Contains(f.Rule, c.rule) {
			t.Errorf("%s on %s: %q %v", c.family, c.day, f.Rule, err)
		}
	}
	if _, err := FormatOn("guild", "2026-01-01"); err == nil {
		t.Error("a family that is none has a format")
	}
	old, now := State, sample(State, Report, 3)
	now.Day = "2019-05-05"
	if f, err := FormatOn(old, now.Day); err != nil || !f.PageBottom {
		t.Errorf("the number of the page stood below until 2020: %v", err)
	}
}

func TestLongDay(t *testing.T) {
	for day, want := range map[vn.Day]string{
		"2026-01-09": "ngày 09 tháng 01 năm 2026", "2026-02-28": "ngày 28 tháng 02 năm 2026", "2026-03-05": "ngày 05 tháng 3 năm 2026", "2026-12-31": "ngày 31 tháng 12 năm 2026",
	} {
		if got := LongDay(day); got != want {
			t.Errorf("%s: %q", day, got)
		}
	}
}

func sample(f Family, k Kind, number int64) Print {
	p := Print{
		Head: Letterhead{Family: f, Upper: "ĐẢNG BỘ TỈNH BẮC HÀ", Own: "ĐẢNG ỦY XÃ ĐÔNG LA", Place: "Đông La", Symbol: "ĐU", Body: "BAN CHẤP HÀNH"},
		Day:  "2026-02-09", Number: number, Signer: "Nguyễn Văn An", Office: "Bí thư",
	}
	switch f {
	case State:
		p.Head.Upper, p.Head.Own, p.Head.Symbol, p.Head.Body, p.Office = "ỦY BAN NHÂN DÂN TỈNH BẮC HÀ", "ỦY BAN NHÂN DÂN XÃ ĐÔNG LA", "UBND", "ỦY BAN NHÂN DÂN", "Phó Chủ tịch"
	case Youth:
		p.Head.Upper, p.Head.Own, p.Head.Symbol = "ĐOÀN KHỐI CÁC CƠ QUAN TỈNH", "ĐOÀN CƠ SỞ SỞ TƯ PHÁP", "ĐTN"
	}
	p.Content = Content{Kind: k, About: "kết quả học tập Nghị quyết số 59-NQ/TW", Recipients: []string{"Tỉnh ủy (để báo cáo)", "Các chi bộ trực thuộc"}}
	if k == Reminder || k == Summons {
		p.To = []string{"Chi bộ thôn Đông", "Chi bộ thôn Đoài"}
	}
	if format, err := FormatOn(f, p.Day); err == nil {
		p.Code = format.Kinds[k].Code
	}
	p.Parts = []Part{
		P("Đảng ủy xã báo cáo kết quả như sau:"), H(1, "Kết quả"),
		Table([]Column{{"Nội dung", 6, false}, {"Số lượng", 2, true}}, [][]string{{"Đảng viên đã học", "35.599"}}), H(1, "Kiến nghị"), P("Không có"),
	}
	return p
}

// TestEachFamilyWritesItsOwnWay looks for what tells the families apart.
func TestEachFamilyWritesItsOwnWay(t *testing.T) {
	for _, c := range []struct {
		name      string
		p         Print
		has, lack []string
	}{
		{"party report", sample(Party, Report, 12), []string{"ĐẢNG CỘNG SẢN VIỆT NAM", ">*<", "Số 12-BC/ĐU", "ngày 09 tháng 02 năm 2026", "BÁO CÁO", "T/M BAN CHẤP HÀNH", "BÍ THƯ", "Nguyễn Văn An", "Không có.<", "- Tỉnh ủy (để báo cáo);", "- Lưu: VT."}, []string{"Số:", "./.", "KT."}},
		{"party letter", sample(Party, Reminder, 3), []string{"Số 03-CV/ĐU", "Về việc kết quả", "Kính gửi:", "- Chi bộ thôn Đông;", "- Chi bộ thôn Đoài."}, []string{"BÁO CÁO"}},
		{"state report", sample(State, Report, 3), []string{"CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Số: 03/BC-UBND", "TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Không có./."}, []string{"T/M", ">*<"}},
		{"state letter", sample(State, Reminder, 120), []string{"Số: 120/UBND", "V/v kết quả"}, []string{"CV"}},
		{"state summons", sample(State, Summons, 1), []string{"GIẤY MỜI", "Số: 01/GM-UBND"}, []string{"V/v"}},
		{"youth programme", sample(Youth, Programme, 7), []string{"ĐOÀN TNCS HỒ CHÍ MINH", ">***<", "Số: 07-CTr/ĐTN", "TM. BAN CHẤP HÀNH", "CHƯƠNG TRÌNH HÀNH ĐỘNG", "Không có./."}, []string{"T/M", "KT."}},
		{"draft", sample(Party, Report, 0), []string{"Số        -BC/ĐU", "ngày       tháng       năm 2026"}, []string{"00-BC", "ngày 09"}},
	} {
		got := text(t, c.p)
		for _, s := range c.has {
			if !strings.Contains(got, s) {
				t.Errorf("%s lacks %q", c.name, s)
			}
		}
		for _, s := range c.lack {
			if strings.Contains(got, s) {
				t.Errorf("%s has %q", c.name, s)
			}
		}
	}
}
