package drafting

import (
	"testing"

	"nhipcau/internal/conference"
)

func TestLower(t *testing.T) {
	for in, want := range map[string]string{
		"Học tập Nghị quyết": "học tập Nghị quyết", "Đại hội": "đại hội", "HĐND xã": "HĐND xã", "": "", "A": "A", "59-NQ/TW": "59-NQ/TW",
	} {
		if got := lower(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestWhenWhere(t *testing.T) {
	c := conference.Conference{Day: "2026-01-09", Start: "7:30", Place: "Hội trường A", Mode: "hybrid", Chair: "Bí thư"}
	want := "- Thời gian: 7 giờ 30, ngày 09 tháng 01 năm 2026.\n- Địa điểm: Hội trường A.\n- Hình thức: trực tiếp kết hợp trực tuyến.\n- Chủ trì: Bí thư."
	if got := whenWhere(c); got != want {
		t.Errorf("%s", got)
	}
	if got := whenWhere(conference.Conference{Day: "2026-12-19", Mode: "online"}); got != "- Thời gian: ngày 19 tháng 12 năm 2026.\n- Hình thức: trực tuyến." {
		t.Errorf("%s", got)
	}
	for _, m := range conference.Modes {
		if modes[m] == "" {
			t.Errorf("the mode %s has no words", m)
		}
	}
}
