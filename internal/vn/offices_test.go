package vn_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nhipcau/internal/vn"
)

func TestTextAsOfficesTypeIt(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no-break spaces", "Nghị\u00a0quyết  số\u202f59 ", "Nghị quyết số 59"},
		{"decomposed marks", "Đoa\u0300n kho\u0302\u0301i", "Đoàn khối"},
		{"the Icelandic letter", "Ðảng ủy ð", "Đảng ủy đ"},
		{"invisible letters", "a\u200bb\x00c\ufeff", "abc"},
		{"broken bytes", "a\xffb", "ab"},
		{"line breaks in one line", "một\nhai\tba", "một hai ba"},
	} {
		if got := vn.Clean(c.in); got != c.want {
			t.Errorf("%s: Clean(%q) = %q, want %q", c.name, c.in, got, c.want)
		}
	}
	if got := vn.CleanText(" một\r\n\r\n\r\nhai "); got != "một\n\nhai" {
		t.Errorf("CleanText = %q", got)
	}
	for _, same := range [][]string{{"uỷ ban", "ủy ban", "UY BAN"}, {"khoá", "khóa", "Khoa"}, {"Hoà", "hòa"}, {"Đặng", "dang", "ÐẶNG"}} {
		for _, s := range same[1:] {
			if vn.Fold(s) != vn.Fold(same[0]) {
				t.Errorf("Fold(%q) = %q, Fold(%q) = %q; want one", s, vn.Fold(s), same[0], vn.Fold(same[0]))
			}
		}
	}
}

func TestNamesInNameOrder(t *testing.T) {
	want := []string{"Trần Văn An", "Lê Ánh", "Nguyễn Thị Bích", "Phạm Đức", "Nguyễn Hải Vân", "Nguyễn Thành Vinh", "Nguyễn Ngọc Vũ", "Nguyễn Thị Tường Vy"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, func(a, b string) int { return bytes.Compare(vn.NameKey(a), vn.NameKey(b)) })
	if !slices.Equal(got, want) {
		t.Errorf("order %q, want %q", got, want)
	}
	if bytes.Compare(vn.SortKey("Đơn vị 9"), vn.SortKey("Đơn vị 10")) >= 0 {
		t.Error("unit 10 comes before unit 9")
	}
}

func TestDaysAsWritten(t *testing.T) {
	for in, want := range map[string]vn.Day{
		"5/8/2020": "2020-08-05", "05-8-2020": "2020-08-05", "2.11.2020": "2020-11-02", " 02/11/2020\u00a0": "2020-11-02", "2020-11-02": "2020-11-02", "29/2/2020": "2020-02-29",
		"31/02/2020": "", "29/2/2021": "", "13/13/2020": "", "5/8/20": "", "1/1/1899": "", "1/1/2101": "", "": "", "hôm nay": "", "2020-11": "", "-5/8/2020": "",
	} {
		got, ok := vn.ParseDay(in)
		if got != want || ok != (want != "") {
			t.Errorf("ParseDay(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for d, want := range map[vn.Day]string{"2020-08-05": "05/8/2020", "2020-11-02": "02/11/2020", "2026-01-09": "09/01/2026", "2020-01-01": "01/01/2020", "2020-03-01": "01/3/2020", "2020-02-29": "29/02/2020", "": ""} {
		if got := d.String(); got != want {
			t.Errorf("%q is written %q, want %q", string(d), got, want)
		}
	}
	if got := vn.DayOf(time.Date(2020, 11, 1, 17, 0, 0, 0, time.UTC)); got != "2020-11-02" {
		t.Errorf("at 17:00 UTC it is %s in Vietnam, want the next day", got)
	}
	if before, until := (vn.Deadline{Day: "2020-12-31", Wording: vn.Before}).Last(), (vn.Deadline{Day: "2020-12-30", Wording: vn.Until}).Last(); before != "2020-12-30" || until != "2020-12-30" {
		t.Errorf("before 31/12 ends on %s, until 30/12 on %s; want 30/12 both", before, until)
	}
	if d := vn.Day("2020-10-30"); d.DaysUntil("2020-11-02") != 3 || d.AddDays(3) != "2020-11-02" || !d.Before("2020-10-31") || !d.Valid() || vn.Day("2020-02-30").Valid() {
		t.Error("days are counted wrongly")
	}
}

func TestNumbersAsWritten(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1.000", 1234567: "1.234.567", -45000: "-45.000"} {
		if got := vn.Int(n); got != want {
			t.Errorf("Int(%d) = %q, want %q", n, got, want)
		}
	}
	for _, c := range []struct {
		num, den int64
		want     string
	}{
		{11, 12, "91,66\u00a0%"}, {35599, 35900, "99,16\u00a0%"}, {99999, 100000, "99,99\u00a0%"}, {62, 62, "100\u00a0%"}, {855, 1000, "85,5\u00a0%"}, {0, 62, "0\u00a0%"}, {1, 0, "–"},
	} {
		if got := vn.Percent(c.num, c.den); strings.ReplaceAll(got, " ", "\u00a0") != c.want {
			t.Errorf("Percent(%d, %d) = %q, want %q", c.num, c.den, got, c.want)
		}
	}
}

func FuzzCleaning(f *testing.F) {
	f.Add("Nghị\u00a0quyết số 59-NQ/TW\r\nngày 5/8/2020")
	f.Add("\xff\u0300Ð")
	f.Fuzz(func(t *testing.T, s string) {
		c := vn.Clean(s)
		if !utf8.ValidString(c) || vn.Clean(c) != c || strings.ContainsAny(c, "\n\r\t\u00a0") {
			t.Errorf("Clean(%q) = %q, which is not clean", s, c)
		}
		if d, ok := vn.ParseDay(s); ok {
			if again, ok := vn.ParseDay(d.String()); !ok || again != d || !d.Valid() {
				t.Errorf("ParseDay(%q) = %s, read again %s", s, d, again)
			}
		}
	})
}
