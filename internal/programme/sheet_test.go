package programme

import (
	"testing"

	"nhipcau/internal/conference"
)

func TestWhenWhere(t *testing.T) {
	c := conference.Conference{Day: "2026-01-09", Start: "7:30", Place: "Hội trường A", Mode: "hybrid", Chair: "Bí thư"}
	want := "- Thời gian: 7 giờ 30, ngày 09 tháng 01 năm 2026.\n- Địa điểm: Hội trường A.\n- Hình thức: trực tiếp kết hợp trực tuyến.\n- Chủ trì: Bí thư."
	if got := WhenWhere(c); got != want {
		t.Errorf("%s", got)
	}
	if got := WhenWhere(conference.Conference{Day: "2026-12-19", Mode: "online"}); got != "- Thời gian: ngày 19 tháng 12 năm 2026.\n- Hình thức: trực tuyến." {
		t.Errorf("%s", got)
	}
	for _, m := range conference.Modes {
		if modes[m] == "" {
			t.Errorf("the mode %s has no words", m)
		}
	}
}
