package wording_test

import (
	"slices"
	"testing"

	"nhipcau/internal/wording"
)

var figures = wording.Figures{
	"so_lop": {N: 35, Text: "35"}, "hoc_vien": {N: 2611, Text: "2.611"}, "co_ct": {N: 27, Text: "27"}, "phai_ct": {N: 27, Text: "27"},
	"dat": {N: 35599, Text: "35.599"}, "phai": {N: 35900, Text: "35.900"}, "khong": {N: 0, Text: "0"}, "gio": {N: 125, Decimals: 1, Text: "12,5"},
}

// The sentence of the fourth article, and what else people write.
func TestSentences(t *testing.T) {
	for text, want := range map[string]string{
		"mở {so_lop} lớp với {hoc_vien} lượt học viên; {co_ct/phai_ct} chi, đảng bộ xây dựng chương trình hành động": "mở 35 lớp với 2.611 lượt học viên; 27/27 chi, đảng bộ xây dựng chương trình hành động",
		"{dat/phai} đảng viên ({ dat % phai })":       "35.599/35.900 đảng viên (99,16\u00a0%)",
		"{{so_lop}} và } {":                           "{so_lop} và } {",
		"{gio} giờ, {gio%phai}, {so_lop%khong}, {ai}": "12,5 giờ, …, …, …",
		"{Số lớp} không phải tên":                     "{Số lớp} không phải tên",
		"":                                            "",
	} {
		if got := wording.Parse(text).String(figures); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"{trên hoc_vien:100} học viên":                                    "trên 2.600 học viên",
		"{Hơn dat % phai : 1} đảng viên":                                  "Hơn 99\u00a0% đảng viên",
		"{hơn so_lop:5}, {trên so_lop:100}":                               "35, 35", // exactly so many; fewer than the first bound
		"{over gio:5} h, {hơn khong:1}":                                   "over 10 h, 0",
		"{hơn dat%khong:1} {hơn ai:1}":                                    "… …",
		"{hơn so_lop} {so_lop:5} {hơn co_ct/phai_ct:1} {trên hoc_vien:0}": "{hơn so_lop} {so_lop:5} {hơn co_ct/phai_ct:1} {trên hoc_vien:0}",
	} {
		if got := wording.Parse(text).String(figures); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
	if got := wording.Parse("{trên hoc_vien:100}")[0].Exact(figures); got != "2.611" {
		t.Errorf("without its bound it is %q", got)
	}
	if got := wording.Parse("{b/a} {a} {c%b}").Keys(); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("keys %q", got)
	}
}

// A figure that has moved since the sentence was written shows itself, and no other.
func TestMoved(t *testing.T) {
	s := wording.Parse("{so_lop} lớp, {hoc_vien} người, {co_ct/phai_ct}, {moi}")
	now := wording.Figures{"so_lop": {N: 36, Text: "36"}, "hoc_vien": figures["hoc_vien"], "co_ct": {N: 26, Text: "26"}, "phai_ct": figures["phai_ct"]}
	var got []string
	for _, m := range s.Moved(figures, now) {
		got = append(got, m.Text+": "+m.Was+" → "+m.Now)
	}
	if want := []string{"{so_lop}: 35 → 36", "{co_ct/phai_ct}: 27/27 → 26/27"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if again := s.Moved(now, now); again != nil {
		t.Errorf("nothing has moved: %v", again)
	}
}

// FuzzParse reads anything: braces written twice stand for themselves, whatever is
// between them.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"{a}", "{{", "{a/b} x {c%d}", "{ }}", "{{a}}", "{hơn a%b:1} {trên a:100}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got := wording.Parse(wording.Literal(text)).String(figures); got != text {
			t.Errorf("%q became %q", text, got)
		}
		s := wording.Parse(text)
		if again := wording.Parse(s.Source()).String(figures); again != s.String(figures) {
			t.Errorf("%q reads %q, written again %q", text, s.String(figures), again)
		}
		if got := s.Only(func(string) bool { return false }); wording.Parse(got.Source()).Keys() != nil {
			t.Errorf("%q names figures that are not there", got.Source())
		}
	})
}
