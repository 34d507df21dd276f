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
	for _, line := range []string{"| người", "Lớp | lớp | 5", "Lớp | lớp | a..b", "Lớp | lớp | 0..5 | x", "Lớp | lớp | =", "Lớp | lớp | .9", "[x Lớp", "*"} {
		_, err := form.ParseItems("Đoàn viên\n" + line)
		if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["items"].Key != "form.error.line" {
			t.Errorf("%q: got %v", line, err)
		}
	}
}

// What is said of an item behind its word is read as it is written.
func TestItemsOfAllKindsAsLines(t *testing.T) {
	const text = `# Học tập
* [due] Phải học | người
* [came] Đã học | người | last
[came_female] Nữ | người | of came female
[came_estimate] Ước | người | of came estimate
[rate] Tỷ lệ | % | = round(share(came; due); 2) | .2
[held] Hội nghị | hội nghị | @conference.held
[area] Diện tích | ha | .2 | 0,50..1.000,00
[done] Đã sơ kết |  | yesno
* [story] Đánh giá |  | text
`
	items, err := form.ParseItems(text)
	if err != nil {
		t.Fatal(err)
	}
	if got := form.FormatItems(items); got != text {
		t.Errorf("got\n%s", got)
	}
	if a := items[6]; a.Low != 50 || a.High != 100_000 || a.Decimals != 2 {
		t.Errorf("got %+v", a)
	}
}

// Figures with decimals are read as people type them, and written as they are read.
func TestDecimals(t *testing.T) {
	it := form.Item{Kind: form.Figure, Decimals: 2}
	for typed, want := range map[string]int64{"1.234,5": 123450, "0,05": 5, "12.5": 1250, "1.234": 123400, "-0,5": -50, "7": 700} {
		x, ok := it.Read(typed)
		if again, still := it.Read(it.Write(x)); !ok || x != want || !still || again != want {
			t.Errorf("%q: got %d %v, written %q", typed, x, ok, it.Write(x))
		}
	}
	for _, typed := range []string{"", "1,234", "1,2,3", "x", "1,", "1.2.3", "9.999.999.999.999.999", "1,-2"} {
		if x, ok := it.Read(typed); ok && typed != "1," {
			t.Errorf("%q: got %d", typed, x)
		}
	}
}
