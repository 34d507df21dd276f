package form_test

import (
	"testing"

	"nhipcau/internal/form"
)

// FuzzItems reads any lines as items: a form that may be asked of them is written as
// lines that are the same form.
func FuzzItems(f *testing.F) {
	for _, s := range []string{
		"# Tổ chức\n* [members] Đoàn viên | người | 0..5000\n[f] Nữ | người | of members female",
		"[a] A | x | .2\n[b] B | % | = share(a; a) | last\n[c] C || text\n[d] D | yesno",
		"[t] Lớp | lớp | @classes\nA | x | -5..5 | max", "#\n*\n|", "[a", "A | | = b",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		items, err := form.ParseItems(text)
		if err != nil {
			return
		}
		asked := form.Form{Title: "Biểu", Asks: form.Leaf, Items: items}
		if form.Check(asked) != nil {
			return
		}
		written := form.FormatItems(items)
		again, err := form.ParseItems(written)
		if err != nil {
			t.Fatalf("%q is written as %q, which cannot be read: %v", text, written, err)
		}
		if twice := form.FormatItems(again); twice != written {
			t.Errorf("%q is written as %q, and read again as %q", text, written, twice)
		}
	})
}

// FuzzFormSheet reads any table as a form; one that may be asked has only figures within
// their ranges and formulas that name items of it.
func FuzzFormSheet(f *testing.F) {
	f.Add([]byte("Tên mục;Đơn vị tính;Loại;Khoảng;Công thức;Mã\nĐoàn viên;người;số liệu;0..50;;a\nTỷ lệ;%;công thức;;=share(a; a);b\n"))
	f.Add([]byte("Chỉ tiêu,ĐVT,Số lẻ,Bắt buộc\nA,người,2,x\n,,,\nCộng,người,9,không\n"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		items, err := form.ReadSheet(b)
		if err != nil {
			return
		}
		asked := form.Form{Title: "Biểu", Asks: form.Leaf, Items: items}
		if form.Check(asked) != nil {
			return
		}
		for _, it := range items {
			if it.Low > it.High || it.Label == "" || it.Decimals < 0 || it.Decimals > form.MaxDecimals {
				t.Errorf("%q gives %+v, which nobody can answer", b, it)
			}
		}
	})
}

// FuzzNumber reads what somebody types as a figure: what is one is written so that it
// is read as the same.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"12,5", "12.5", "1.234", "1.234,5", "-0,5", "−3", " 7 ", "1e9", "0,", ",5", "999999999999999999", "１２"} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, typed string, decimals int) {
		it := form.Item{Label: "A", Decimals: int(uint(decimals) % (form.MaxDecimals + 1))}
		x, ok := it.Read(typed)
		if !ok {
			return
		}
		if again, ok := it.Read(it.Write(x)); !ok || again != x {
			t.Errorf("%q with %d decimals is %d, written %q, read again %d %v", typed, it.Decimals, x, it.Write(x), again, ok)
		}
	})
}
