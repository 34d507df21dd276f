package cite

import (
	"strings"
)

// Keys of the words the parser knows by themselves.
var (
	kSo, kNo, kNos, kNumber               = keyOf("số"), keyOf("No"), keyOf("Nos"), keyOf("number")
	kNgay, kThang, kNam, kDated           = keyOf("ngày"), keyOf("tháng"), keyOf("năm"), keyOf("dated")
	kOn, kOf, kFrom, kThe, kBy            = keyOf("on"), keyOf("of"), keyOf("from"), keyOf("the"), keyOf("by")
	kTh, kSt, kNd, kRd                    = keyOf("th"), keyOf("st"), keyOf("nd"), keyOf("rd")
	kCua, kDo, kVe, kVa, kTP              = keyOf("của"), keyOf("do"), keyOf("về"), keyOf("và"), keyOf("TP")
	kIssued, kPromulgated, kAdopted, kAnd = keyOf("issued"), keyOf("promulgated"), keyOf("adopted"), keyOf("and")
	kKhoa, kLan, kThu, kCac, kNhung       = keyOf("khóa"), keyOf("lần"), keyOf("thứ"), keyOf("các"), keyOf("những")
	kTW, kDang, kT, kU                    = keyOf("TW"), keyOf("Đảng"), keyOf("T"), keyOf("Ư")
	kBanHanh, kNhiemKy, kDaiHoi, kHoiNghi = keysOf("ban hành"), keysOf("nhiệm kỳ"), keysOf("Đại hội"), keysOf("Hội nghị")
	kTrungUong, kCacCap, kDuThao          = keysOf("Trung ương"), keysOf("các cấp"), keysOf("dự thảo")
	kDaiBieu, kToanQuoc, kVeViec          = keysOf("đại biểu"), keysOf("toàn quốc"), keysOf("về việc")
)

// stops are the words that end a name where everything is in capitals; with
// their marks, for Đà Nẵng and Việt Nam.
var stops = exact("về ngày năm số khóa nhiệm đã và tại trong đến cho với thực triển gắn do theo được là có ban lần của này hành quy nêu vừa mới sẽ phải")

// follows are the words behind a number that stands without "số" and symbol, if
// it is the number of a document.
var follows = set("của ngày về và khóa do đã nêu được là cũng thì nhằm yêu cầu trên tại này có of dated on issued and has was is")

func set(words string) map[uint64]bool {
	m := map[uint64]bool{}
	for w := range strings.FieldsSeq(words) {
		m[keyOf(w)] = true
	}
	return m
}

// exact is set for words whose marks count.
func exact(words string) map[[2]uint64]bool {
	m := map[[2]uint64]bool{}
	for w := range strings.FieldsSeq(words) {
		m[[2]uint64{keyOf(w), uint64(marksOf(w))}] = true
	}
	return m
}

func (t token) in(words map[[2]uint64]bool) bool { return words[[2]uint64{t.key, uint64(t.marks)}] }

// marksOf counts the marks of what is written: "hóa" and "hoá" have the same,
// "để" and "đề" have not.
func marksOf(s string) (marks uint32) {
	for _, t := range cut(nil, s, 0, len(s)) {
		marks += t.marks
	}
	return marks
}

// A cited is a citation being read.
type cited struct {
	Found
	at       int // the token of its type
	from, to int // tokens of its span
	head     int // the token behind its head
	about    int // the token its subject begins at, 0 if none
	relation bool
	list     bool // shares its type with the one before
	capital  bool
	second   string // another term in the same brackets
	needs    bool   // it is one only if its subject cites something
}

type parser struct {
	text string
	toks []token
	out  []cited
}

func (p *parser) at(i int) token {
	if i < 0 || i >= len(p.toks) {
		return token{}
	}
	return p.toks[i]
}

func (p *parser) key(i int) uint64 {
	if i < 0 || i >= len(p.toks) {
		return 0
	}
	return p.toks[i].key
}

// written reports whether the words from a to b have the marks, or none at all.
func (p *parser) written(a, b int, marks uint32) bool {
	has := uint32(0)
	for i := a; i < b; i++ {
		has += p.toks[i].marks
	}
	return has == 0 || has == marks
}

// kindAt returns the type that is written at i, and how many tokens it takes.
func (p *parser) kindAt(i int) (k pattern, n int, ok bool) {
	t := p.toks[i]
	if t.kind != isWord {
		return k, 0, false
	}
	for _, k := range kindBook().at(t.key) {
		if k.short && (t.is(small) || t.letters == 0) || k.other && !t.is(capital) && k.kind.loose {
			continue
		}
		if n := p.match(i, k.keys); n > 0 && p.written(i, i+n, k.marks) {
			return k, n, true
		}
	}
	return k, 0, false
}

// scan reads the tokens from first to last.
func (p *parser) scan() {
	book := kindBook()
	for i := 0; i < len(p.toks); {
		t := &p.toks[i]
		next := 0
		switch t.kind {
		case isWord:
			if book.first[hash(t.key)] {
				if next = p.slug(i); next == 0 {
					next = p.typed(i)
				}
			}
		case isNumber:
			if after := p.at(i + 1); after.kind == isPunct && (after.punct('-') || after.punct('/')) || after.kind == isWord && !after.is(small) {
				next = p.bare(i)
			}
		}
		i = max(next, i+1)
	}
}

// typed reads a citation that begins with its type; it returns the token to go
// on from, 0 if there is none.
func (p *parser) typed(i int) int {
	k, n, ok := p.kindAt(i)
	if !ok {
		return 0
	}
	c := cited{at: i, from: i, capital: p.toks[i].is(capital)}
	c.Type, c.In = k.kind.name, -1
	plain := k.marks != 0 && !p.toks[i].is(marked) && !p.at(i+1).is(marked) // written without marks
	next := p.numbered(i+n, &c, k, plain)
	if next == 0 && !k.short {
		next = p.between(i+n, &c, k)
	}
	if next == 0 && !plain {
		next = p.meeting(i+n, &c)
	}
	if next == 0 && !k.short && !plain {
		next = p.unnumbered(i+n, &c, k)
	}
	if next == 0 {
		return 0
	}
	return p.complete(c, next)
}

// numbered reads the number at i.
func (p *parser) numbered(i int, c *cited, k pattern, plain bool) int {
	n, ok := p.numeral(i)
	if !ok {
		return 0
	}
	if n.symbol == "" {
		if k.short && !n.said || plain && !(n.said && c.capital) {
			return 0
		}
		if k.kind.loose && (!n.said || !c.capital && n.year == 0) {
			return 0
		}
		if p.at(n.next).punct('/') || p.at(n.next).punct('%') || p.at(n.next).kind == isWord && !p.at(n.next).is(spaced) {
			return 0
		}
		if m, ok := p.numeral(n.next + 1); ok && p.at(n.next).punct('-') && m.symbol != "" && c.capital {
			c.take(n)
			c.doubt(RangeEnd)
			return n.next
		}
		if !n.said && !p.lone(n, c.capital) {
			return 0
		}
		if dot := p.at(n.next); (dot.punct('.') || dot.punct(',')) && p.at(n.next+1).kind == isNumber && !p.at(n.next+1).is(spaced) {
			return 0
		}
	}
	c.take(n)
	return n.next
}

// lone reports whether a number without "số" and symbol is that of a document.
func (p *parser) lone(n numeral, capital bool) bool {
	if n.year != 0 {
		return capital || len(n.number) > 1 && n.number > "12" || len(n.number) > 2
	}
	if !capital || len(n.number) > 4 || len(n.number) == 4 && n.number >= "1900" && n.number < "2100" {
		return false
	}
	after := p.at(n.next)
	if after.kind == isWord {
		return follows[after.key] || p.key(n.next) == kNam && p.at(n.next+1).letters == 4 && !p.at(n.next+2).punct('-')
	}
	return after.kind == 0 || after.kind == isPunct && !after.punct('-') && !after.punct('+') && !after.punct('=')
}

func (c *cited) take(n numeral) {
	c.Number, c.Symbol, c.Year = n.number, n.symbol, n.year
}

// between reads a number that the issuer or the name of a law stands before:
// "của Bộ Chính trị số31-QĐ/TW", "Luật Ban hành văn bản … số 80/2015/QH13".
func (p *parser) between(i int, c *cited, k pattern) int {
	if name, next := p.of(i); next > 0 {
		if p.at(next).punct(',') {
			next++
		}
		if w, ok := p.day(next); ok && p.key(next) == kNgay {
			if n, ok := p.numeral(w.next); ok && n.said {
				c.Issued, next = w.day, w.next
			}
		}
		if n, ok := p.numeral(next); ok && (n.said || n.symbol != "") {
			c.take(n)
			c.Issuer = name
			return n.next
		}
		return 0
	}
	switch k.kind.name {
	case "Luật", "Bộ luật", "Pháp lệnh":
	default:
		return 0
	}
	if !c.capital || !p.at(i).is(capital) {
		return 0
	}
	for j := i + 1; j < i+24; j++ {
		t := p.at(j)
		if t.kind == 0 || t.kind == isPunct && !t.punct(',') && !t.punct('-') || t.is(lined) && t.is(capital) {
			return 0
		}
		if t.key == kSo {
			if n, ok := p.numeral(j); ok && n.symbol != "" {
				c.take(n)
				return n.next
			}
			return 0
		}
	}
	return 0
}

// bare reads a number with a symbol that no type stands before: the type is that
// of its code, if that has one.
func (p *parser) bare(i int) int {
	if before := p.at(i - 1); !p.at(i).is(spaced) && (before.kind == isNumber || before.punct('/') || before.punct('-') || before.punct('.') || before.punct(',')) {
		return 0
	}
	from := i
	if p.key(i-1) == kSo || p.at(i-1).punct(':') && p.key(i-2) == kSo {
		for from--; p.key(from) != kSo; from-- {
		}
	}
	n, ok := p.numeral(i)
	if !ok || n.symbol == "" || !strings.ContainsAny(n.symbol, "/-") && n.year == 0 {
		return 0
	}
	if organ := organs[strings.TrimRight(lastPart(n.symbol), "0123456789")]; n.year == 0 && organ == "" && !knownOrgan(n.symbol) && (from == i || codeOf(n.symbol) == "") {
		return 0
	}
	c := cited{from: from}
	c.In = -1
	c.take(n)
	types := codes[codeOf(n.symbol)]
	switch {
	case len(types) > 0 && codeOf(n.symbol) != "TT" && codeOf(n.symbol) != "QĐ":
		c.Type = types[0]
		c.doubt(TypeByCode)
	case codeOf(n.symbol) == "TT" && n.year != 0, codeOf(n.symbol) == "QĐ" && n.year != 0:
		c.Type = types[0]
		c.doubt(TypeByCode)
	default:
		c.doubt(NoType)
	}
	next := n.next
	if from < i {
		next = p.letterhead(next, &c)
	}
	return p.complete(c, next)
}

func lastPart(symbol string) string {
	return symbol[strings.LastIndexAny(symbol, "/-")+1:]
}

func knownOrgan(symbol string) bool {
	parts := strings.FieldsFunc(symbol, func(r rune) bool { return r == '/' || r == '-' })
	if len(parts) < 2 {
		return false
	}
	_, ok := organs[parts[1]]
	return ok || ofParty(parts[1])
}

// slug reads "nghi-quyet-so-59-70-71-72", as in the address of a page.
func (p *parser) slug(i int) int {
	if !p.at(i+1).punct('-') || p.at(i+1).is(spaced) || p.toks[i].is(marked) {
		return 0
	}
	for _, k := range kindBook().at(p.toks[i].key) {
		if k.other || k.short || len(k.keys) < 2 {
			continue
		}
		j, ok := i, true
		for _, key := range k.keys {
			ok = ok && p.key(j) == key && p.at(j+1).punct('-') && !p.at(j+1).is(spaced) && !p.at(j).is(capital)
			j += 2
		}
		if ok && p.key(j) == kSo && p.at(j+1).punct('-') {
			j += 2
		}
		if ok && p.at(j).kind == isNumber {
			return p.slugged(i, j, k)
		}
	}
	return 0
}

func (p *parser) slugged(from, j int, k pattern) int {
	first := len(p.out)
	for {
		t := p.at(j)
		if t.kind != isNumber || t.letters > 4 || t.value() == 0 || t.letters == 4 && t.value() >= 1900 && t.value() < 2100 {
			break
		}
		c := cited{from: from, head: j + 1, to: j + 1, list: from == j}
		c.Type, c.In = k.kind.name, -1
		n, _ := p.numeral(j)
		if c.Number = n.number; n.symbol != "" {
			c.Symbol, c.head, c.to = n.symbol, n.next, n.next
		} else {
			c.doubt(NoSymbol)
		}
		p.out = append(p.out, c)
		j = c.to
		if n.symbol != "" || !p.at(j).punct('-') || p.at(j).is(spaced) {
			break
		}
		j++
		from = j
	}
	if len(p.out) == first {
		return 0
	}
	return j
}

var (
	kDangBo, kTU, kW, kTenure     = keysOf("Đảng bộ"), keyOf("TU"), keyOf("W"), keyOf("tenure")
	kKy, kSigned, kCung, kDen     = keyOf("ký"), keyOf("signed"), keyOf("cùng"), keyOf("đến")
	kHanh, kQua, kCo, kRa         = keyOf("hành"), keyOf("qua"), keyOf("có"), keyOf("ra")
	kS, kNQTW, kPlenum, kCongress = keyOf("s"), keyOf("NQTW"), keyOf("plenum"), keyOf("Congress")
	kNational, kParty, kCommittee = keyOf("National"), keyOf("Party"), keysOf("Central Committee")
	kDa, kGan, kVoi, marksDa      = keyOf("đã"), keyOf("gắn"), keyOf("với"), marksOf("đã")
	enacts                        = set("ban hành đã vừa mới ký thông qua cũng chính thức có cùng ra tiếp tục kịp thời issued signed adopted promulgated has had have")
	relates                       = exact("thực triển thi cụ hướng implementing")
	leads                         = exact("hiện hành hóa khai theo sung")
	leaving                       = exact("các những đã đang sẽ tổ cấp đơn chi ban toàn nhằm gắn trong từ với ngày sáng chiều theo đồng góp tại để cho mỗi hội cán đảng đoàn tỉnh thành huyện quận the which we all")
)
