package drafting

import "testing"

// A report does not say a word twice that form and period both have.
func TestAbout(t *testing.T) {
	for _, c := range [][3]string{
		{"Báo cáo năm", "Năm 2020", "năm 2020"},
		{"Báo cáo", "Tháng 3/2025", "tháng 3/2025"},
		{"Báo cáo kết quả học tập", "Quý I/2025", "kết quả học tập quý I/2025"},
		{"Số liệu đoàn vụ hằng tháng", "Tháng 11/2020", "số liệu đoàn vụ hằng tháng, tháng 11/2020"},
	} {
		if got := about(c[0], c[1]); got != c[2] {
			t.Errorf("%s, %s: got %q, want %q", c[0], c[1], got, c[2])
		}
	}
}
