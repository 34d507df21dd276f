package paper

import (
	"os"
	"testing"

	"nhipcau/internal/vn"
)

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
	p.Content = Content{Kind: k, About: "kết quả học tập, quán triệt và triển khai thực hiện Nghị quyết số 59-NQ/TW của Bộ Chính trị", Recipients: []string{"Ban Thường vụ Tỉnh ủy (để báo cáo)", "Các chi bộ trực thuộc"}}
	if k == Reminder || k == Summons {
		p.About, p.To = "nhắc thực hiện Nghị quyết số 59-NQ/TW", []string{"Chi bộ thôn Đông", "Chi bộ thôn Đoài"}
	}
	p.Parts = []Part{P("Thực hiện Kế hoạch số 12-KH/TU, Đảng ủy xã báo cáo kết quả như sau:"), H(1, "Công tác lãnh đạo, chỉ đạo"), P("Đảng ủy đã ban hành chương trình hành động và tổ chức hội nghị học tập, quán triệt đến toàn thể đảng viên theo đúng thời gian quy định.\nCác chi bộ đã triển khai đầy đủ."),
		H(1, "Kết quả"), Table([]Column{{"Nội dung", 6, false}, {"Số lượng", 2, true}, {"Tổng số", 2, true}, {"Tỷ lệ", 2, true}},
			[][]string{{"Đảng viên đã học, quán triệt", "35.599", "35.900", "99,16 %"}, {"Tổ chức đảng có chương trình hành động", "27", "27", "100 %"}}),
		H(1, "Đề xuất, kiến nghị"), P("Không có")}
	return p
}

func TestPictures(t *testing.T) {
	for _, f := range Families {
		for _, k := range Kinds {
			n := int64(12)
			if k == Programme {
				n = 0
			}
			b, err := sample(f, k, n).Docx()
			if err != nil {
				t.Fatal(err)
			}
			_ = os.WriteFile("/tmp/nc/p/"+string(f)+"-"+string(k)+".docx", b, 0o600)
		}
	}
	_ = vn.Day("")
}
