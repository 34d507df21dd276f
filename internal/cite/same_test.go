package cite_test

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"nhipcau/internal/cite"
	"nhipcau/internal/vn"
)

// told is what a citation says, without where it stands.
func told(found []cite.Found) (all []string) {
	for _, f := range found {
		all = append(all, strings.Join([]string{f.Type, f.Number, f.Symbol, string(f.Issued), vn.Fold(f.Issuer), f.Congress, f.Plenum, f.Term}, "|"))
	}
	return all
}

// spellings write a text in another way that means the same.
var spellings = []struct {
	name string
	as   func(string) string
}{
	{"decomposed", norm.NFD.String},
	{"composed", norm.NFC.String},
	{"no-break spaces", func(s string) string { return strings.ReplaceAll(s, " ", "\u00a0") }},
	{"two spaces", func(s string) string { return strings.ReplaceAll(s, " ", "  ") }},
	{"old tone marks", func(s string) string {
		return strings.NewReplacer("óa", "oá", "òa", "oà", "ủy", "uỷ", "úy", "uý", "khóa", "khoá").Replace(norm.NFC.String(s))
	}},
	{"en dash", func(s string) string { return strings.ReplaceAll(s, "-", "–") }},
	{"no-break hyphen", func(s string) string { return strings.ReplaceAll(s, "-", "\u2011") }},
	{"spaces round the hyphen", func(s string) string { return numbered.ReplaceAllString(s, "$1 - $2") }},
	{"space for the hyphen", func(s string) string { return party.ReplaceAllString(s, "$1 $2") }},
	{"a colon", func(s string) string { return strings.ReplaceAll(s, "số ", "số: ") }},
	{"dates in words", func(s string) string { return slashed.ReplaceAllString(s, "ngày $1 tháng $2 năm $3") }},
	{"dates with hyphens", func(s string) string { return slashed.ReplaceAllString(s, "ngày $1-$2-$3") }},
	{"dates with points", func(s string) string { return slashed.ReplaceAllString(s, "ngày $1.$2.$3") }},
	{"brackets round the term", func(s string) string { return termed.ReplaceAllString(s, "($1)") }},
	{"a line end", func(s string) string { return strings.Replace(s, " số ", "\nsố ", 1) }},
	{"the other stroke", func(s string) string { return strings.ReplaceAll(norm.NFC.String(s), "Đ", "Ð") }},
	{"soft hyphens", func(s string) string { return strings.ReplaceAll(norm.NFC.String(s), "ết", "ế\u00adt") }},
}

var (
	numbered = regexp.MustCompile(`(\d)-([A-ZĐ]{2,4}/)`)
	party    = regexp.MustCompile(`(\d)-([A-ZĐ]{2,4}/T[WU])`)
	slashed  = regexp.MustCompile(`ngày (\d+)/(\d+)/(\d{4})`)
	termed   = regexp.MustCompile(`(kh[oó][áa] [IVX]+)$`)
)

// TestSpellings: what is found does not hang on how it is typed.
func TestSpellings(t *testing.T) {
	for _, s := range samples(t) {
		if strings.Contains(s.text, "nghi-quyet") {
			continue // an address has hyphens of its own
		}
		want := told(cite.Find(s.text))
		for _, by := range spellings {
			other := by.as(s.text)
			if got := told(cite.Find(other)); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("%s: %q\n got %q\nwant %q", by.name, other, got, want)
			}
		}
	}
}

// TestCapitals: a heading in capitals says the same of what has a number.
func TestCapitals(t *testing.T) {
	for _, text := range []string{
		"Nghị quyết số 59-NQ/TW ngày 05/8/2020 của Bộ Chính trị về xây dựng và phát triển thành phố Cần Thơ",
		"Kế hoạch số 12-KH/TU ngày 01/02/2021 của Ban Thường vụ Tỉnh ủy Quảng Nam",
		"Nghị quyết Đại hội XIII của Đảng",
		"Nghị quyết Trung ương 4 khóa XII",
		"Nghị định số 30/2020/NĐ-CP ngày 05 tháng 3 năm 2020 của Chính phủ",
	} {
		want := told(cite.Find(text))
		if got := told(cite.Find(strings.ToUpper(text))); len(want) != 1 || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

// TestMadeUp: numbers, symbols, days and issuers put together at random are read
// back, in the midst of prose.
func TestMadeUp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	codes := map[string]string{"Nghị quyết": "NQ", "Chỉ thị": "CT", "Kết luận": "KL", "Quy định": "QĐ", "Quyết định": "QĐ", "Hướng dẫn": "HD", "Kế hoạch": "KH", "Chương trình": "CTr", "Thông báo": "TB", "Công văn": "CV", "Tờ trình": "TTr", "Báo cáo": "BC", "Đề án": "ĐA"}
	for range 3000 {
		kind := pick("Nghị quyết", "Chỉ thị", "Kết luận", "Quy định", "Quyết định", "Hướng dẫn", "Kế hoạch", "Chương trình", "Thông báo", "Công văn", "Tờ trình", "Báo cáo", "Đề án")
		organ := pick("TW", "TU", "HU", "ĐU", "ĐUK", "TWĐTN", "VPTW", "BTCTW", "TĐTN-BPT")
		number := string(rune('1'+r.IntN(9))) + pick("", "0", "7", "42")
		issuer := pick("Bộ Chính trị", "Ban Bí thư", "Ban Thường vụ Tỉnh ủy Kon Tum", "Đảng ủy Khối các cơ quan tỉnh", "Ban Chấp hành Đảng bộ thành phố Hải Phòng", "Ban Tổ chức Trung ương")
		day := vn.MakeDay(2000+r.IntN(30), 1+r.IntN(12), 1+r.IntN(28))
		symbol := codes[kind] + "/" + organ
		cited := kind + pick(" số ", " ", " số: ", " số 0") + number + pick("-", " - ", "–") + symbol + pick(" ", ", ") + "ngày " + day.String() + pick(" ", ", ") + "của " + issuer
		text := pick("Thực hiện ", "Cấp ủy đã quán triệt ", "theo ", "- ") + cited + pick(".", ", các đơn vị đã tổ chức học tập.", "; 27/27 chi bộ hoàn thành.", " đạt 95%.", "\n")
		found := cite.Find(text)
		if len(found) != 1 {
			t.Fatalf("%q: %+v", text, found)
		}
		f := found[0]
		if f.Text != cited || f.Type != kind || f.Number != number || f.Symbol != symbol || f.Issued != day || f.Issuer != issuer {
			t.Errorf("%q: %+v", text, f)
		}
	}
}

// FuzzFind: whatever the text, nothing panics, spans are whole characters of it,
// in order and one within another, and another normal form says the same.
func FuzzFind(f *testing.F) {
	for _, s := range samples(f) {
		f.Add(s.text)
	}
	for _, s := range strings.Split(plainProse(f), "\n")[:22] {
		f.Add(s)
	}
	f.Add("Nghị quyết Trung ương 4 (khóa XI, XII); Nghị quyết 57–59-NQ/TW; số: 12/QĐ-UBND\n\nngày")
	f.Fuzz(func(t *testing.T, text string) {
		found := cite.Find(text)
		for i, f := range found {
			if f.Start < 0 || f.End > len(text) || f.Start >= f.End || f.Text != text[f.Start:f.End] {
				t.Fatalf("span %d-%d of %d", f.Start, f.End, len(text))
			}
			if utf8.ValidString(text) && !utf8.ValidString(f.Text) {
				t.Fatalf("%q is cut within a character", f.Text)
			}
			if f.Head[0] < f.Start || f.Head[1] > f.End || f.Head[0] >= f.Head[1] {
				t.Fatalf("head %v of %d-%d", f.Head, f.Start, f.End)
			}
			if i > 0 && f.Start < found[i-1].Start {
				t.Fatalf("%q stands before %q", f.Text, found[i-1].Text)
			}
			if f.In >= 0 && (f.In >= i || found[f.In].Start > f.Start || found[f.In].End < f.End) {
				t.Fatalf("%q is not within %q", f.Text, found[f.In].Text)
			}
			if f.Issued != "" && !f.Issued.Valid() {
				t.Fatalf("no day: %q", f.Issued)
			}
		}
		cite.Resolve(text, found, nil)
		if !utf8.ValidString(text) || len(text) > 1<<14 {
			return
		}
		if a, b := told(found), told(cite.Find(norm.NFC.String(text))); strings.Join(a, "\n") != strings.Join(b, "\n") {
			t.Fatalf("%q\n as it is: %q\ncomposed: %q", text, a, b)
		}
	})
}

// TestLetterheads: the body, the day and the type by the code are read from the top
// of a document, in cells or under one another.
func TestLetterheads(t *testing.T) {
	for text, want := range map[string]string{
		"BỘ CHÍNH TRỊ | ĐẢNG CỘNG SẢN VIỆT NAM |\nSố: 29-NQ/TW | Hà Nội, ngày 02 tháng 6 năm 1997 |":                           "Nghị quyết|29|NQ/TW|1997-06-02|bo chinh tri|||",
		"BAN CHẤP HÀNH TRUNG ƯƠNG\n--------\nĐẢNG CỘNG SẢN VIỆT NAM\n-----\nSố: 66-QĐ/TW\n\nHà Nội, ngày 06 tháng 02 năm 2017": "|66|QĐ/TW|2017-02-06|ban chap hanh trung uong|||",
		"TỈNH ỦY CẦN THƠ\n*\nSố 12-KH/TU ĐẢNG CỘNG SẢN VIỆT NAM\nCần Thơ, ngày 09 tháng 01 năm 2026":                           "Kế hoạch|12|KH/TU|2026-01-09|tinh uy can tho|||",
		"Kế hoạch phối hợp số 129/KH-XNDV":                                                  "Kế hoạch|129|KH-XNDV|||||",
		"Nghị quyết Trung ương 4 (khóa XII; XIII)":                                          "Nghị quyết||||ban chap hanh trung uong||4|XII\nNghị quyết||||ban chap hanh trung uong||4|XIII",
		"BTV Tỉnh ủy đã kịp thời ban hành Kế hoạch số 248-KH/TU ngày 9-8-2019":              "Kế hoạch|248|KH/TU|2019-08-09|ban thuong vu tinh uy|||",
		"Quyết định 168-QĐ/TW của Ban Bí thư về quy chế mẫu\nLuật số 18/2026/QH15":          "Quyết định|168|QĐ/TW||ban bi thu|||\nLuật|18|QH15||quoc hoi|||",
		"Resolution of the fourth plenum of the 12th Party Central Committee":               "Nghị quyết||||ban chap hanh trung uong||4|XII",
		"the Politburo's Resolution No. 57-NQ/TW dated December 22nd, 2024":                 "Nghị quyết|57|NQ/TW|2024-12-22|bo chinh tri|||",
		"các Nghị quyết 57, 59, 66 và 68-NQ/TW của Bộ Chính trị":                            "Nghị quyết|57|NQ/TW||bo chinh tri|||\nNghị quyết|59|NQ/TW||bo chinh tri|||\nNghị quyết|66|NQ/TW||bo chinh tri|||\nNghị quyết|68|NQ/TW||bo chinh tri|||",
		"Thông tư liên tịch số 01/2011/TTLT-BNV-BTC của Bộ Nội vụ và Bộ Tài chính quy định": "Thông tư liên tịch|1|TTLT-BNV-BTC||bo noi vu va bo tai chinh|||",
	} {
		if got := strings.Join(told(cite.Find(text)), "\n"); got != want {
			t.Errorf("%q\n got %q\nwant %q", text, got, want)
		}
	}
}

// TestNested: what a subject names stands within the citation whose subject it is.
func TestNested(t *testing.T) {
	text := "Kết luận số 01-KL/TW ngày 18/5/2021 của Bộ Chính trị về tiếp tục thực hiện Chỉ thị số 05-CT/TW ngày 15/5/2016 của Bộ Chính trị khóa XII; Nghị quyết số 35-NQ/TW."
	found := cite.Find(text)
	if len(found) != 3 || found[0].In != -1 || found[1].In != 0 || found[2].In != -1 || !strings.HasSuffix(found[0].Text, "khóa XII") || found[0].Term != "" || found[1].Term != "XII" {
		t.Errorf("%+v", found)
	}
}
