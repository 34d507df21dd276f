package form_test

import (
	"slices"
	"testing"

	"nhipcau/internal/fault"
	"nhipcau/internal/form"
)

// Items typed as lines are read, and written as they are read.
func TestItemsAsLines(t *testing.T) {
	items, err := form.ParseItems("\n# Tổ chức \n* Đoàn viên | người | 0..5.000\nKết nạp mới|người\r\n\n# Học tập\nTăng giảm | người | -50..50\nLớp\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "# Tổ chức\n* Đoàn viên | người | 0..5.000\nKết nạp mới | người\n# Học tập\nTăng giảm | người | -50..50\nLớp | \n"
	if got := form.FormatItems(items); got != want || len(items) != 4 || !items[0].Needed || items[1].Needed || items[2].Low != -50 || items[3].Section != "Học tập" {
		t.Errorf("got %q, %+v", got, items)
	}
	again, err := form.ParseItems(want)
	if err != nil || !slices.Equal(again, items) {
		t.Errorf("got %+v %v", again, err)
	}
	for _, line := range []string{"| người", "Lớp | lớp | 5", "Lớp | lớp | a..b", "Lớp | lớp | 0..5 | x", "*"} {
		_, err := form.ParseItems("Đoàn viên\n" + line)
		if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["items"].Key != "form.error.line" {
			t.Errorf("%q: got %v", line, err)
		}
	}
}
