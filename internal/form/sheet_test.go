package form_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/fault"
	"nhipcau/internal/form"
)

// A form goes out as a table and comes back the same.
func TestSheetRoundTrip(t *testing.T) {
	all, err := form.Ready()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		f := r.Form
		items, err := form.ParseItems(form.FormatItems(f.Items) + "# Khác\n[area] Diện tích | ha | .2 | 0,50..1.000,00\n[low] Nhỏ nhất | x | min | -5..5\n")
		if err != nil {
			t.Fatal(err)
		}
		f.Items = items
		b, err := f.Sheet("Đoàn khối", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		got, err := form.ReadSheet(b)
		if err != nil {
			t.Fatalf("%s: %v", r.Key, err)
		}
		if a, b := form.FormatItems(got), form.FormatItems(f.Items); a != b {
			t.Errorf("%s: got\n%s\nwant\n%s", r.Key, a, b)
		}
	}
}

// Tables as offices have them are read: with a title above, columns of other names,
// and no more than labels.
func TestReadSheet(t *testing.T) {
	items, err := form.ReadSheet([]byte("BIỂU SỐ LIỆU THÁNG;;\n;;\nChỉ tiêu;ĐVT;Khoảng\nLớp đã mở;lớp;0 – 50\nLượt học;lượt;\n"))
	if err != nil || len(items) != 2 || items[0].High != 50 || items[0].Word != "lớp" || items[1].Label != "Lượt học" {
		t.Errorf("got %+v %v", items, err)
	}
	for _, text := range []string{"Chỉ tiêu;Khoảng\nLớp;mười\n", "Chỉ tiêu;Loại\nLớp;gì đó\n", "Chỉ tiêu;ĐVT\n;lớp\n", "không có gì"} {
		if items, err := form.ReadSheet([]byte(text)); !fault.Is(err, fault.Invalid) || !slices.Contains([]string{"file"}, strings.Join(fields(err), " ")) {
			t.Errorf("%q: got %+v %v", text, items, err)
		}
	}
}

func fields(err error) (all []string) {
	for f := range fault.Of(err).Fields {
		all = append(all, f)
	}
	return all
}
