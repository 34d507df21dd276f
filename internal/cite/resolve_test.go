package cite_test

import (
	"slices"
	"testing"

	"nhipcau/internal/cite"
)

// register has the pairs whose number and symbol are the same.
var register = []cite.Known{
	{ID: "cantho", Type: "Nghị quyết", Number: "59", Symbol: "NQ/TW", Issued: "2020-08-05", Issuer: "Bộ Chính trị", Term: "XII", Subject: "Về xây dựng và phát triển thành phố Cần Thơ đến năm 2030, tầm nhìn đến năm 2045"},
	{ID: "hoinhap", Type: "Nghị quyết", Number: "59", Symbol: "NQ/TW", Issued: "2025-01-24", Issuer: "Bộ Chính trị", Term: "XIII", Subject: "Về hội nhập quốc tế trong tình hình mới"},
	{ID: "ct05", Type: "Chỉ thị", Number: "05", Symbol: "CT/TW", Issued: "2016-05-15", Issuer: "Bộ Chính trị", Term: "XII", Subject: "Về đẩy mạnh học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh"},
	{ID: "qd22", Type: "Quyết định", Number: "22", Symbol: "QĐ/TW", Issued: "2021-07-28", Issuer: "Ban Chấp hành Trung ương"},
	{ID: "qdi22", Type: "Quy định", Number: "22", Symbol: "QĐ/TW", Issued: "2021-07-28", Issuer: "Ban Chấp hành Trung ương", Subject: "Về công tác kiểm tra, giám sát và kỷ luật của Đảng"},
	{ID: "nd30", Type: "Nghị định", Number: "30", Symbol: "2020/NĐ-CP", Issued: "2020-03-05", Issuer: "Chính phủ", Subject: "Về công tác văn thư"},
	{ID: "nd30 again", Type: "Nghị định", Number: "30", Symbol: "NĐ-CP", Issued: "2020-03-05", Issuer: "Chính phủ"},
	{ID: "dh13", Type: "Nghị quyết", Issued: "2021-02-01", Issuer: "Đại hội đại biểu toàn quốc", Term: "XIII", Subject: "Nghị quyết Đại hội đại biểu toàn quốc lần thứ XIII của Đảng"},
}

// TestResolve: the two 59-NQ/TW are told apart by day, year, term, subject and by
// what the text means elsewhere; where nothing tells, nothing is said.
func TestResolve(t *testing.T) {
	for _, c := range []struct {
		text string
		want []string
	}{
		{"Nghị quyết số 59-NQ/TW ngày 5/8/2020 của Bộ Chính trị", []string{"cantho"}},
		{"Nghị quyết số 59-NQ/TW ngày 24/01/2025", []string{"hoinhap"}},
		{"Nghị quyết số 59-NQ/TW ngày 25/01/2025", []string{""}},
		{"Nghị quyết 59-NQ/TW năm 2025", []string{"hoinhap"}},
		{"Nghị quyết số 59-NQ/TW của Bộ Chính trị khóa XII", []string{"cantho"}},
		{"Nghị quyết số 59-NQ/TW", []string{""}},
		{"Nghị quyết 59 của Bộ Chính trị về xây dựng và phát triển thành phố Cần Thơ", []string{"cantho"}},
		{"Đoàn công tác bàn về hội nhập quốc tế trong tình hình mới theo Nghị quyết 59-NQ/TW.", []string{"hoinhap"}},
		{"Nghị quyết số 59-NQ/TW ngày 5/8/2020 được quán triệt.\n\nViệc học tập Nghị quyết 59-NQ/TW đã xong.", []string{"cantho", "cantho"}},
		{"Nghị quyết số 59-NQ/TW của Ban Bí thư", []string{""}},
		{"Chỉ thị 05-CT/TW", []string{"ct05"}},
		{"Chỉ thị số 5 của Bộ Chính trị", []string{"ct05"}},
		{"Quy định 22-QĐ/TW ngày 28/7/2021", []string{"qdi22"}},
		{"Quyết định 22-QĐ/TW ngày 28/7/2021", []string{"qd22"}},
		{"Decree No. 30/2020/ND-CP dated March 05, 2020", []string{"nd30"}},
		{"Nghị định 30/2021/NĐ-CP", []string{""}},
		{"Nghị quyết Đại hội XIII của Đảng", []string{"dh13"}},
		{"Nghị quyết Đại hội XIV của Đảng", []string{""}},
	} {
		found := cite.Find(c.text)
		if got := cite.Resolve(c.text, found, register); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q (%+v)", c.text, got, c.want, found)
		}
	}
}
