package cite

import (
	"slices"
	"strings"
	"sync"

	"nhipcau/internal/vn"
)

// A body is how the name of an issuer begins.
type body struct {
	keys  []uint64
	marks uint32
	name  string // the one name of a body of which there is one
	grows bool   // the name of a place or of another body follows
	low   bool   // also written without capitals
}

// bodies are the beginnings of the names of issuers; * marks those that a name
// follows, = those that have one name, which another spelling may stand before.
var bodies = sync.OnceValue(func() *phrasebook[body] {
	var b phrasebook[body]
	for line := range strings.Lines(bodyNames) {
		line = strings.TrimSpace(line)
		written, name, _ := strings.Cut(line, "=")
		written, grows := strings.CutSuffix(written, "*")
		written, low := strings.CutPrefix(written, "~")
		for w := range strings.SplitSeq(written, "|") {
			keys := keysOf(w)
			b.add(keys[0], body{keys: keys, marks: marksOf(w), name: name, grows: grows, low: low})
		}
	}
	for _, all := range b.byKey {
		slices.SortStableFunc(all, func(a, b body) int { return len(b.keys) - len(a.keys) })
	}
	return &b
})

const bodyNames = `~Bộ Chính trị|Bộ Chính trị Trung ương Đảng|Bộ Chính trị Ban Chấp hành Trung ương Đảng|Politburo|Political Bureau|BCT=Bộ Chính trị
	~Ban Bí thư|Ban Bí thư Trung ương|Ban Bí thư Trung ương Đảng|Ban Bí thư TW Đảng|Ban Bí thư T.Ư Đảng|Secretariat|Party Central Committee's Secretariat|Secretariat of the Party Central Committee=Ban Bí thư
	~Ban Chấp hành Trung ương|Ban Chấp hành Trung ương Đảng|Ban Chấp hành Trung ương Đảng Cộng sản Việt Nam|BCH Trung ương|BCH Trung ương Đảng|BCHTW|BCHTW Đảng|BCH TW|BCH TW Đảng|BCH T.Ư Đảng|Ban Chấp hành T.Ư Đảng|Ban Chấp hành TW Đảng|Central Committee|Party Central Committee|Central Party Committee=Ban Chấp hành Trung ương
	Trung ương Đảng=Ban Chấp hành Trung ương
	Ban Bí thư Trung ương Đoàn*
	Ban Chấp hành Trung ương Đoàn*
	Ban Thường vụ Trung ương Đoàn*
	~Ban Chấp hành*
	~Ban Thường vụ|BTV*
	Ban Thường trực*
	Ban Chỉ đạo*
	Ban Tổ chức*
	Ban Tuyên giáo|Ban Tuyên giáo và Dân vận*
	Ban Dân vận*
	Ban Nội chính*
	Ban Kinh tế*
	Ban Đối ngoại*
	Ban Chính sách, chiến lược*
	Ban Công tác*
	~Ủy ban Kiểm tra|UBKT*
	~Ủy ban nhân dân|UBND*
	~Hội đồng nhân dân|HĐND*
	Ủy ban Thường vụ Quốc hội|UBTVQH|National Assembly Standing Committee=Ủy ban Thường vụ Quốc hội
	Ủy ban Trung ương Mặt trận Tổ quốc|Ủy ban Mặt trận Tổ quốc|Ủy ban MTTQ*
	Ủy ban Dân tộc
	~Quốc hội|National Assembly=Quốc hội
	~Chính phủ|Government|Vietnamese Government=Chính phủ
	Thủ tướng Chính phủ|Thủ tướng|Prime Minister=Thủ tướng Chính phủ
	Chủ tịch nước|State President=Chủ tịch nước
	Hội đồng Bộ trưởng
	Hội đồng Thẩm phán Tòa án nhân dân tối cao|Hội đồng Thẩm phán TANDTC=Hội đồng Thẩm phán Tòa án nhân dân tối cao
	Hội đồng Đội*
	Chủ tịch Ủy ban nhân dân|Chủ tịch UBND*
	Tòa án nhân dân tối cao
	Viện kiểm sát nhân dân tối cao
	Thanh tra Chính phủ
	Kiểm toán nhà nước
	Ngân hàng Nhà nước*
	Đảng Đoàn*
	Đảng đoàn*
	Ban cán sự đảng*
	Quân ủy Trung ương
	Đảng ủy Công an Trung ương
	Provincial Party Committee=Tỉnh ủy
	Municipal Party Committee=Thành ủy
	Standing Board of the Provincial Party Committee|Provincial Party Committee's Standing Board=Ban Thường vụ Tỉnh ủy
	~Tỉnh ủy*
	~Thành ủy*
	~Huyện ủy*
	~Quận ủy*
	~Thị ủy*
	~Đảng ủy*
	Đảng bộ*
	Chi bộ*
	~Tỉnh đoàn*
	~Thành đoàn*
	~Huyện đoàn*
	Quận đoàn*
	Đoàn Thanh niên*
	Đoàn TNCS*
	Đoàn Khối*
	Đoàn khối*
	Đoàn phường*
	Đoàn xã*
	Trung ương Đoàn|TW Đoàn|Youth Union Central Committee*
	Trung ương Hội*
	Hội Liên hiệp*
	Hội Nông dân*
	Hội Cựu chiến binh*
	Tổng Liên đoàn Lao động|Liên đoàn Lao động*
	Mặt trận Tổ quốc*
	Thường trực*
	Văn phòng Trung ương Đảng|Văn phòng Trung ương|Party Central Committee's Office|Central Committee's Office=Văn phòng Trung ương Đảng
	Văn phòng Chính phủ|Government Office=Văn phòng Chính phủ
	Văn phòng*
	Học viện*
	Sở Giáo dục và Đào tạo*
	Sở Nội vụ*
	Sở Tài chính*
	Bộ Tài chính|Ministry of Finance=Bộ Tài chính
	Bộ Y tế|Ministry of Health=Bộ Y tế
	Bộ Giao thông vận tải|Ministry of Transport=Bộ Giao thông vận tải
	Bộ Nông nghiệp và Phát triển nông thôn|Ministry of Agriculture and Rural Development=Bộ Nông nghiệp và Phát triển nông thôn
	Bộ Nông nghiệp và Môi trường|Ministry of Agriculture and Environment=Bộ Nông nghiệp và Môi trường
	Bộ Khoa học và Công nghệ|Ministry of Science and Technology=Bộ Khoa học và Công nghệ
	Bộ Lao động - Thương binh và Xã hội=Bộ Lao động - Thương binh và Xã hội
	Bộ Thông tin và Truyền thông|Ministry of Information and Communications=Bộ Thông tin và Truyền thông
	Bộ Tài nguyên và Môi trường|Ministry of Natural Resources and Environment=Bộ Tài nguyên và Môi trường
	Bộ Công Thương|Ministry of Industry and Trade=Bộ Công Thương
	Bộ Công an|Ministry of Public Security=Bộ Công an
	Bộ Quốc phòng|Ministry of National Defence|Ministry of National Defense=Bộ Quốc phòng
	Bộ Giáo dục và Đào tạo|Ministry of Education and Training=Bộ Giáo dục và Đào tạo
	Bộ Văn hóa, Thể thao và Du lịch|Ministry of Culture, Sports and Tourism=Bộ Văn hóa, Thể thao và Du lịch
	Bộ Tư pháp|Ministry of Justice=Bộ Tư pháp
	Bộ Kế hoạch và Đầu tư|Ministry of Planning and Investment=Bộ Kế hoạch và Đầu tư
	Bộ Nội vụ|Ministry of Home Affairs=Bộ Nội vụ
	Bộ Ngoại giao|Ministry of Foreign Affairs=Bộ Ngoại giao
	Bộ Xây dựng|Ministry of Construction=Bộ Xây dựng
	Bộ Dân tộc và Tôn giáo=Bộ Dân tộc và Tôn giáo
	Bộ trưởng*`

// tails are what goes on with the name of a body, and needs no capital.
var tails = sync.OnceValue(func() *phrasebook[body] {
	var b phrasebook[body]
	for w := range strings.SplitSeq(tailNames, "|") {
		w, low := strings.CutPrefix(strings.TrimSpace(w), "~")
		keys := keysOf(w)
		b.add(keys[0], body{keys: keys, marks: marksOf(w), low: low})
	}
	for _, all := range b.byKey {
		slices.SortStableFunc(all, func(a, b body) int { return len(b.keys) - len(a.keys) })
	}
	return &b
})

const tailNames = `~Đảng bộ|Đảng|~Đảng ủy|~Tỉnh ủy|~Thành ủy|~Huyện ủy|~Quận ủy|~Thị ủy|~Tỉnh đoàn|~Thành đoàn|~Huyện đoàn|Đoàn|~Trung ương|~Trung ương Đảng|Trung ương Đoàn|
	~tỉnh|~thành phố|TP|TP.|~huyện|~quận|~thị xã|~thị trấn|~xã|~phường|~đặc khu|~Khối|~Khối các cơ quan|~Khối cơ quan|~Khối cơ quan và doanh nghiệp|~Khối các cơ quan và doanh nghiệp|~Khối Dân Chính Đảng|~Khối cơ quan Dân Chính Đảng|~Khối doanh nghiệp|~các cơ quan|~các cơ quan Đảng|~các cơ quan đảng|~cơ quan|~doanh nghiệp|~Dân Chính Đảng|
	Công an|Quân sự|Biên phòng|Bộ đội|TNCS|TNCS Hồ Chí Minh|Thanh niên|Quốc hội|Chính phủ|~nhân dân|~Việt Nam|Cục|Sở|Trường|Trường Đại học|Đại học|Bệnh viện|Học viện|~các cơ quan Trung ương|~toàn quốc|
	Hội đồng nhân dân|Ủy ban nhân dân|UBND|HĐND|Tổng công ty|Tập đoàn|Công ty|Bộ Công an|Bộ Quốc phòng|Bộ Nội vụ|Bộ Tài chính|Bộ Y tế|Nông dân|Phụ nữ|Lao động|Cựu chiến binh|Liên hiệp Phụ nữ|Liên hiệp Thanh niên`

// match returns how many tokens from i are the phrase keys.
func (p *parser) match(i int, keys []uint64) int {
	for n, k := range keys {
		if p.key(i+n) != k {
			return 0
		}
	}
	return len(keys)
}

// first finds the longest phrase of b at i whose marks are those written.
func (p *parser) first(b *phrasebook[body], i int) (found body, ok bool) {
	t := p.at(i)
	if t.kind != isWord {
		return found, false
	}
	for _, f := range b.at(t.key) {
		if n := p.match(i, f.keys); n > 0 && p.written(i, i+n, f.marks) && (f.low || t.is(capital)) {
			return f, true
		}
	}
	return found, false
}

// issuer reads the name of a body at i.
func (p *parser) issuer(i int) (name string, next int) {
	if k := p.key(i); k == kThe {
		i++
	}
	f, ok := p.first(bodies(), i)
	if !ok {
		return "", 0
	}
	next = i + len(f.keys)
	if f.grows {
		next = p.grow(next)
	}
	name = vn.Clean(p.text[p.toks[i].start:p.toks[next-1].end])
	if f.name != "" {
		name = f.name
	}
	return tidy(name), next
}

// grow returns where the name that goes on at i ends.
func (p *parser) grow(i int) int {
	last := i
	for n := 0; n < 16; n++ {
		t := p.at(i)
		if t.kind != isWord || t.is(lined) && !t.is(capital) {
			break
		}
		if _, _, ok := p.kindAt(i); ok {
			break
		}
		f, ok := p.first(tails(), i)
		if b, also := p.first(bodies(), i); also && len(b.keys) > len(f.keys) && t.is(capital) {
			f, ok = b, true
		}
		if ok {
			i += len(f.keys)
			if p.key(i-1) == kTP && p.at(i).punct('.') {
				i++
				continue
			}
			last = i
			continue
		}
		if !t.is(capital) || !t.is(small) && t.in(stops) || p.match(i, kBanHanh) > 0 {
			break
		}
		i++
		last = i
		// "Bà Rịa - Vũng Tàu"
		if a := p.at(i + 1); p.at(i).punct('-') && a.kind == isWord && a.is(capital) && p.at(i+2).is(capital) {
			i++
		}
	}
	return last
}

// tidy is a name with its one spelling.
func tidy(name string) string {
	for _, c := range [][2]string{{"uỷ", "ủy"}, {"Uỷ", "Ủy"}, {"Toà", "Tòa"}, {"Hoà", "Hòa"}, {"Ban chấp hành", "Ban Chấp hành"}, {"Ban thường vụ", "Ban Thường vụ"}, {"BTV ", "Ban Thường vụ "}, {"UBND", "Ủy ban nhân dân"}, {"HĐND", "Hội đồng nhân dân"}} {
		name = strings.ReplaceAll(name, c[0], c[1])
	}
	return name
}

// together goes on with "và Bộ Tài chính" where several bodies issue.
func (p *parser) together(name string, i int) (string, int) {
	for {
		at := i
		for p.at(at).punct(',') || p.key(at) == kVa {
			at++
		}
		other, next := p.issuer(at)
		if at == i || next == 0 {
			return name, i
		}
		name += p.text[p.toks[i-1].end:p.toks[at].start] + other
		i = next
	}
}

// of reads "của Bộ Chính trị", "do Ban Bí thư ban hành", "of the Politburo".
func (p *parser) of(i int) (name string, next int) {
	switch p.key(i) {
	case kCua, kOf, kBy:
		return p.issuer(i + 1)
	case kDo:
		if name, next = p.issuer(i + 1); next > 0 {
			if n := p.match(next, kBanHanh); n > 0 {
				next += n
			}
		}
		return name, next
	case kIssued, kPromulgated, kAdopted:
		if p.key(i+1) == kBy {
			return p.issuer(i + 2)
		}
	}
	return "", 0
}
