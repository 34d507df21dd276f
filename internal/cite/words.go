package cite

import (
	"slices"
	"strings"
	"sync"
)

// A kind is a type of document: its name, and how it is written.
type kind struct {
	name  string
	loose bool // also an everyday word: without number it has to be written with a capital inside a sentence
}

// kinds are the types of documents, each with its other spellings and English
// forms. Party, youth union and state.
var kinds = []struct {
	kind
	written string // separated by |
}{
	{kind{"Nghị quyết", false}, "Nghị quyết|NQ|NQTW|Resolution|Resolutions"},
	{kind{"Nghị quyết liên tịch", false}, "Nghị quyết liên tịch|Joint Resolution"},
	{kind{"Chỉ thị", false}, "Chỉ thị|CT|Directive|Directives|Instruction"},
	{kind{"Kết luận", false}, "Kết luận|KL|Conclusion|Conclusions"},
	{kind{"Quy định", false}, "Quy định|Qui định|Regulation|Regulations|Rule"},
	{kind{"Quyết định", false}, "Quyết định|QĐ|Decision|Decisions"},
	{kind{"Quy chế", true}, "Quy chế|Qui chế|Working Rules|Statute"},
	{kind{"Hướng dẫn", true}, "Hướng dẫn|HD|Guidance|Guideline|Guidelines"},
	{kind{"Thông tri", false}, "Thông tri|Circular Letter"},
	{kind{"Thông báo", true}, "Thông báo|TB|Notice|Announcement|Notification"},
	{kind{"Thông báo kết luận", true}, "Thông báo kết luận"},
	{kind{"Kế hoạch", true}, "Kế hoạch|KH|Plan|Plans"},
	{kind{"Chương trình", true}, "Chương trình|Programme|Program"},
	{kind{"Chương trình hành động", false}, "Chương trình hành động|CTHĐ|CTrHĐ|Action Programme|Action Program|Action Plan"},
	{kind{"Đề án", true}, "Đề án|Scheme|Project"},
	{kind{"Phương án", true}, "Phương án"},
	{kind{"Báo cáo", true}, "Báo cáo|BC|Report|Reports"},
	{kind{"Tờ trình", true}, "Tờ trình|Submission"},
	{kind{"Công văn", true}, "Công văn|CV|Official Letter|Official Dispatch"},
	{kind{"Công điện", true}, "Công điện|Telegram"},
	{kind{"Biên bản", true}, "Biên bản"},
	{kind{"Luật", true}, "Luật|Law|Laws"},
	{kind{"Bộ luật", true}, "Bộ luật|Code"},
	{kind{"Pháp lệnh", true}, "Pháp lệnh|Ordinance"},
	{kind{"Sắc lệnh", true}, "Sắc lệnh"},
	{kind{"Lệnh", true}, "Lệnh"},
	{kind{"Nghị định", false}, "Nghị định|NĐ|Decree|Decrees"},
	{kind{"Thông tư", false}, "Thông tư|TT|Circular|Circulars"},
	{kind{"Thông tư liên tịch", false}, "Thông tư liên tịch|TTLT|Joint Circular"},
}

// A pattern is a phrase and what it stands for.
type pattern struct {
	keys  []uint64
	marks uint32 // of what is written, that "để ăn" is no "đề án"; 0 if it has none
	kind  kind
	short bool // an abbreviation: only in capitals, and only before a number
	other bool // not Vietnamese
}

// A phrasebook finds the longest phrase that begins at a word.
type phrasebook[T any] struct {
	first [1 << 10]bool // of the hash of a first word
	byKey map[uint64][]T
}

func hash(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> 54 }

func (b *phrasebook[T]) add(key uint64, t T) {
	if b.byKey == nil {
		b.byKey = map[uint64][]T{}
	}
	b.first[hash(key)] = true
	b.byKey[key] = append(b.byKey[key], t)
}

func (b *phrasebook[T]) at(key uint64) []T {
	if !b.first[hash(key)] {
		return nil
	}
	return b.byKey[key]
}

var kindBook = sync.OnceValue(func() *phrasebook[pattern] {
	var b phrasebook[pattern]
	for _, k := range kinds {
		for i, w := range strings.Split(k.written, "|") {
			p := pattern{keys: keysOf(w), marks: marksOf(w), kind: k.kind, short: i > 0 && strings.ToUpper(w) == w}
			p.other = p.marks == 0 && !p.short
			b.add(p.keys[0], p)
		}
	}
	for _, all := range b.byKey {
		slices.SortStableFunc(all, func(a, b pattern) int { return len(b.keys) - len(a.keys) })
	}
	return &b
})

// codes are the codes of types that a symbol begins with, with the types they
// stand for: QĐ is a decision or a regulation, TT of the Party or of the state.
var codes = map[string][]string{
	"NQ": {"Nghị quyết"}, "NQLT": {"Nghị quyết liên tịch"}, "CT": {"Chỉ thị"}, "KL": {"Kết luận", "Thông báo kết luận"},
	"QĐ": {"Quyết định", "Quy định"}, "QĐi": {"Quy định"}, "QĐI": {"Quy định"}, "QyĐ": {"Quy định"}, "QYĐ": {"Quy định"}, "QC": {"Quy chế"}, "HD": {"Hướng dẫn"},
	"TT": {"Thông tư", "Thông tri"}, "TTLT": {"Thông tư liên tịch"}, "TB": {"Thông báo", "Thông báo kết luận"}, "TBKL": {"Thông báo kết luận"},
	"KH": {"Kế hoạch"}, "CTr": {"Chương trình", "Chương trình hành động"}, "CTrHĐ": {"Chương trình hành động"}, "CTHĐ": {"Chương trình hành động"},
	"TTr": {"Tờ trình"}, "CV": {"Công văn"}, "CĐ": {"Công điện"}, "BB": {"Biên bản"}, "BC": {"Báo cáo"}, "ĐA": {"Đề án"}, "PA": {"Phương án"},
	"NĐ": {"Nghị định"}, "PL": {"Pháp lệnh"}, "SL": {"Sắc lệnh"}, "L": {"Luật", "Lệnh"}, "LCT": {"Luật", "Lệnh"}, "LTT": {"Thông tư liên tịch"},
	"QCPH": {"Quy chế"}, "CTPH": {"Chương trình"}, "DA": {"Đề án"},
}

// spelled are parts of symbols whose Đ, or whose small letters, get lost.
var spelled = map[string]string{}

// organs are the parts of symbols that name a body, with its name where it is
// sure: /TU and /TW do not say which body signed.
var organs = map[string]string{
	"TW": "", "TU": "", "HU": "", "ĐU": "", "QU": "", "ThU": "", "ĐUK": "", "TWĐTN": "Trung ương Đoàn", "TWĐ": "Trung ương Đoàn",
	"TĐTN": "", "ĐTN": "", "ĐTNK": "", "ĐUKDN": "", "ĐUKCCQ": "", "TVĐU": "",
	"VPTW": "Văn phòng Trung ương Đảng", "VPTU": "Văn phòng Tỉnh ủy", "VPHU": "Văn phòng Huyện ủy", "VPCP": "Văn phòng Chính phủ",
	"BTCTW": "Ban Tổ chức Trung ương", "BTGTW": "Ban Tuyên giáo Trung ương", "BTGDVTW": "Ban Tuyên giáo và Dân vận Trung ương",
	"BDVTW": "Ban Dân vận Trung ương", "BNCTW": "Ban Nội chính Trung ương", "BKTTW": "Ban Kinh tế Trung ương", "BĐNTW": "Ban Đối ngoại Trung ương",
	"BCSCLTW": "Ban Chính sách, chiến lược Trung ương", "UBKTTW": "Ủy ban Kiểm tra Trung ương", "BCĐTW": "Ban Chỉ đạo Trung ương", "BCĐ": "",
	"BTCTU": "Ban Tổ chức Tỉnh ủy", "BTGTU": "Ban Tuyên giáo Tỉnh ủy", "BTGDVTU": "Ban Tuyên giáo và Dân vận Tỉnh ủy", "UBKTTU": "Ủy ban Kiểm tra Tỉnh ủy",
	"BDVTU": "Ban Dân vận Tỉnh ủy", "BNCTU": "Ban Nội chính Tỉnh ủy", "HVCTQG": "Học viện Chính trị quốc gia Hồ Chí Minh",
	"CP": "Chính phủ", "TTg": "Thủ tướng Chính phủ", "UBND": "", "HĐND": "", "CTN": "Chủ tịch nước", "HĐTP": "Hội đồng Thẩm phán Tòa án nhân dân tối cao",
	"UBTVQH": "Ủy ban Thường vụ Quốc hội", "QH": "Quốc hội", "TTCP": "Thanh tra Chính phủ", "KTNN": "Kiểm toán nhà nước", "NHNN": "Ngân hàng Nhà nước Việt Nam",
	"TANDTC": "Tòa án nhân dân tối cao", "VKSNDTC": "Viện kiểm sát nhân dân tối cao", "MTTW": "", "TLĐ": "Tổng Liên đoàn Lao động Việt Nam",
	"BTC": "Bộ Tài chính", "BYT": "Bộ Y tế", "BGTVT": "Bộ Giao thông vận tải", "BNNPTNT": "Bộ Nông nghiệp và Phát triển nông thôn",
	"BNN": "Bộ Nông nghiệp và Phát triển nông thôn", "BKHCN": "Bộ Khoa học và Công nghệ", "BLĐTBXH": "Bộ Lao động - Thương binh và Xã hội",
	"BTTTT": "Bộ Thông tin và Truyền thông", "BTNMT": "Bộ Tài nguyên và Môi trường", "BCT": "Bộ Công Thương", "BCA": "Bộ Công an",
	"BQP": "Bộ Quốc phòng", "BGDĐT": "Bộ Giáo dục và Đào tạo", "BVHTTDL": "Bộ Văn hóa, Thể thao và Du lịch", "BTP": "Bộ Tư pháp",
	"BKHĐT": "Bộ Kế hoạch và Đầu tư", "BNV": "Bộ Nội vụ", "BNG": "Bộ Ngoại giao", "BXD": "Bộ Xây dựng", "BDTTG": "Bộ Dân tộc và Tôn giáo",
	"BNNMT": "Bộ Nông nghiệp và Môi trường", "UBDT": "Ủy ban Dân tộc",
}

var noStroke = strings.NewReplacer("Đ", "D", "đ", "d", "Ð", "D", "ð", "d")

func init() {
	for w := range organs {
		spelled[plain(w)] = w
	}
	for w := range codes {
		if w != "QĐI" && w != "QYĐ" && w != "DA" {
			spelled[plain(w)] = w
		}
	}
	spelled["BGDDT"], spelled["TTG"] = "BGDĐT", "TTg"
}

// plain is a part of a symbol in capitals and without strokes.
func plain(s string) string { return strings.ToUpper(noStroke.Replace(s)) }
