package cite

import (
	"slices"
	"strings"
)

// complete reads what stands behind the head of c, which ends before next, and
// before it; it notes the citation, and those of a list that share its type. It
// returns the token to go on from.
func (p *parser) complete(c cited, next int) int {
	first := len(p.out)
	c.head = next
	c.to = p.tail(next, &c)
	p.lead(&c)
	p.out = append(p.out, c)
	if c.second != "" {
		d := c
		d.Term, d.list, d.from = c.second, true, c.to-2
		d.head = d.to
		p.out = append(p.out, d)
		p.out[first].to = d.from - 1
	}
	last := c.to
	for len(p.out)-first < 40 {
		d, to := p.more(last, p.out[len(p.out)-1])
		if to == 0 {
			break
		}
		p.out = append(p.out, d)
		last = to
	}
	p.share(p.out[first:])
	end := &p.out[len(p.out)-1]
	if (end.Number == "" || len(p.out) > first+1) && p.match(last, kVeViec) == 0 && end.about > 0 {
		return last
	}
	p.subject(last, end)
	return last
}

// tail reads day, issuer, term and year behind a head, in whatever order.
func (p *parser) tail(i int, c *cited) int {
	for n := 0; n < 10; n++ {
		at := i
		if p.at(at).punct(',') && p.at(at+1).punct('(') {
			at++
		}
		open := p.at(at).punct('(')
		if open || p.at(at).punct(',') {
			at++
		}
		next := p.quality(at, c, at > i)
		if next == 0 {
			break
		}
		if open {
			for m := p.quality(next, c, false); m > 0; m = p.quality(next, c, false) {
				next = m
			}
			if v, to := p.ordinal(next+1, false); (p.at(next).punct(',') || p.at(next).punct(';') || p.key(next) == kVa) && c.Plenum != "" && v > 0 && p.at(to).punct(')') {
				next = to // "(khóa XI, XII)": the second is of a list
				c.second = toRoman(v)
			}
			if !p.at(next).punct(')') {
				break
			}
			next++
		}
		i = next
	}
	return i
}

// quality reads one of them; apart says that a comma or bracket stands before it.
func (p *parser) quality(i int, c *cited, apart bool) int {
	at := i
	if n := p.match(at, kBanHanh); n > 0 && (p.key(at+n) == kNgay) {
		at += n
	} else if p.key(at) == kKy && p.key(at+1) == kNgay {
		at++
	} else if (p.key(at) == kIssued || p.key(at) == kSigned) && p.key(at+1) == kOn {
		at++
	}
	if c.Issued == "" && !p.has(c, NoYear) {
		if k := p.key(at); k == kNgay || k == kDated || k == kOn || k == kOf || k == kFrom || apart {
			if w, ok := p.day(at); ok {
				if c.Issued = w.day; w.day == "" {
					c.doubt(NoYear)
				}
				return w.next
			}
		}
	}
	if c.Issuer == "" || c.Congress != "" && c.Issuer == partyCongress {
		if name, next := p.of(i); next > 0 && c.Issuer == "" {
			if strings.HasSuffix(c.Type, "liên tịch") {
				name, next = p.together(name, next)
			}
			c.Issuer = name
			return next
		}
	}
	if c.Term == "" {
		if term, next := p.term(i); term != "" {
			c.Term = term
			return next
		}
	}
	y := p.at(i + 1)
	if c.Year == 0 && c.Issued == "" && p.key(i) == kNam && y.kind == isNumber && y.letters == 4 && !p.at(i+2).punct('-') && c.Number != "" {
		c.Year = y.value()
		c.doubt(YearOnly)
		return i + 2
	}
	if y := p.at(i); apart && p.at(i-1).punct('(') && y.kind == isNumber && y.letters == 4 && p.at(i+1).punct(')') && c.Year == 0 {
		c.Year = y.value()
		return i + 1
	}
	return 0
}

func (p *parser) has(c *cited, r Reason) bool { return slices.Contains(c.Unsure, r) }

// more reads the next of a list: "và 19-NQ/TW", ", 21", "và Đại hội Đảng bộ Khối
// lần thứ XV", ", khóa XII".
func (p *parser) more(i int, before cited) (c cited, next int) {
	at := i
	joined := false
	for {
		t := p.at(at)
		switch {
		case t.punct(','), t.punct(';'), t.punct('&'), t.key == kVa, t.key == kAnd, t.key == kCung && p.key(at+1) != kVa, t.key == kDen && before.Number != "":
			joined = true
			at++
			continue
		case t.punct('-') && before.Number != "" && before.Symbol == "":
			joined = true
			at++
			continue
		}
		break
	}
	if !joined || p.at(at).is(lined) && p.at(at-1).punct(';') {
		return c, 0
	}
	c = cited{from: at, list: true, capital: before.capital}
	c.Type, c.In = before.Type, -1
	switch {
	case before.Number != "":
		n, ok := p.numeral(at)
		if !ok || n.symbol == "" && n.year == 0 && (before.Symbol != "" && !n.said || !p.goes(n, before)) {
			return c, 0
		}
		if n.symbol == "" && n.year != 0 && !n.said && (before.Year == 0 || before.Symbol != "") {
			return c, 0
		}
		if code := codeOf(n.symbol); code != "" && !slices.Contains(codes[code], before.Type) && before.Type != "" {
			return c, 0
		}
		c.take(n)
		next = n.next
		if p.key(at-1) == kDen || p.at(at-1).punct('-') {
			c.doubt(RangeEnd)
		}
	case before.Congress != "":
		if m := p.match(at, kDaiHoi); m > 0 {
			next = p.congress(at, at+m, &c)
		} else if v, to := p.ordinal(at, false); v > 0 && p.at(at).kind == isWord {
			c.Congress, c.Issuer, next = toRoman(v), before.Issuer, to
			if p.key(to) == kCua && p.key(to+1) == kDang {
				next = to + 2
			}
		}
	case before.Plenum != "":
		if next = p.plenum(at, &c); next > 0 {
			break
		}
		if term, to := p.term(at); term != "" {
			c.Plenum, c.Issuer, c.Term, next = before.Plenum, before.Issuer, term, to
		} else if v, to := p.ordinal(at, false); v > 0 {
			c.Issuer, next = before.Issuer, to
			if p.at(at).kind == isNumber {
				c.Plenum = p.number(at)
			} else {
				c.Plenum, c.Term = before.Plenum, toRoman(v)
			}
		}
	}
	if next == 0 {
		return c, 0
	}
	c.head = next
	c.to = p.tail(next, &c)
	return c, c.to
}

func (p *parser) number(i int) string {
	return strings.TrimLeft(p.text[p.at(i).start:p.at(i).end], "0")
}

// goes reports whether a number without symbol goes on with a list.
func (p *parser) goes(n numeral, before cited) bool {
	after := p.at(n.next)
	if before.Symbol == "" && n.number == "" || after.punct('/') || after.punct('%') || after.punct('-') && p.at(n.next+1).letters == 4 {
		return false
	}
	if len(n.number) == 4 && n.number >= "1900" && n.number < "2100" {
		return false
	}
	if after.kind == isWord {
		return follows[after.key] || after.key == kAnd || n.said
	}
	return true
}

// share gives the members of a list what stands once for all: the symbol and
// type of a later one, the day and issuer of the last.
func (p *parser) share(list []cited) {
	if len(list) < 2 {
		return
	}
	for i := len(list) - 2; i >= 0; i-- {
		c, after := &list[i], &list[i+1]
		if c.Number != "" && c.Symbol == "" && c.Year == 0 && after.Symbol != "" && codeOf(after.Symbol) != "" {
			c.Symbol = after.Symbol
			c.doubt(SharedWords)
		}
		if c.Issuer == "" && after.Issuer != "" {
			c.Issuer = after.Issuer
			c.doubt(SharedWords)
		}
		if c.Term == "" && after.Term != "" {
			c.Term = after.Term
			c.doubt(SharedWords)
		}
		if c.Issued == "" && after.Issued != "" && c.Number != "" && c.Year == 0 {
			c.Issued = after.Issued
			c.doubt(SharedWords)
		}
	}
	for i := 1; i < len(list); i++ {
		c, before := &list[i], list[i-1]
		if c.Number != "" && c.Symbol == "" && c.Year == 0 && before.Symbol != "" && codeOf(before.Symbol) != "" {
			c.Symbol = before.Symbol
			c.doubt(SharedWords)
		}
		if c.Issuer == "" && c.Symbol == before.Symbol && before.Issuer != "" {
			c.Issuer = before.Issuer
			c.doubt(SharedWords)
		}
	}
}

// lead reads what stands before c: "các", "04", "dự thảo"; "ngày 10/7/2025, Ban Bí
// thư đã ban hành".
func (p *parser) lead(c *cited) {
	i := c.from
	for {
		t := p.at(i - 1)
		switch {
		case i >= 2 && p.match(i-2, kDuThao) > 0:
			c.Draft = true
			i -= 2
		case t.kind == isWord && (t.key == kCac || t.key == kNhung && t.is(marked)) && !p.at(i).is(lined):
			i--
		case t.kind == isNumber && t.letters <= 2 && p.at(i).is(spaced) && c.Number == "" && !p.at(i-2).punct('/') && !p.at(i-2).punct('-') && !p.at(i-2).punct('.') && !p.at(i-2).punct(','):
			c.doubt(Several)
			i--
		default:
			c.from = i
			p.owned(c)
			p.issued(c)
			return
		}
	}
}

// owned reads "the Politburo's" before c.
func (p *parser) owned(c *cited) {
	to := c.from - 2
	if to < 0 || p.key(c.from-1) != kS || !p.at(to).punct('\'') && !p.at(to).punct('’') {
		return
	}
	for from := to - 1; from >= max(0, to-6); from-- {
		if name, _, ok := p.named(from, to); ok && c.Issuer == "" {
			c.Issuer, c.from = name, from
		}
	}
}

// issued reads "Ngày 10/7/2025, Ban Bí thư đã ban hành" before c.
func (p *parser) issued(c *cited) {
	verb := c.from
	said := false
	for verb > 0 && c.from-verb < 6 {
		k := p.key(verb - 1)
		if !enacts[k] {
			break
		}
		said = said || k == kHanh || k == kKy || k == kQua || k == kCo || k == kIssued || k == kSigned || k == kAdopted || k == kPromulgated || k == kRa
		verb--
	}
	if !said || verb == 0 {
		return
	}
	best, term := -1, ""
	var name string
	for from := verb - 1; from >= max(0, verb-16); from-- {
		t := p.at(from)
		if t.kind != isWord || p.at(from+1).is(lined) && from+1 < verb {
			if t.kind == isPunct && !t.punct('(') && !t.punct(')') && !t.punct('-') && from < verb-1 && best >= 0 {
				break
			}
			continue
		}
		if n, in, ok := p.named(from, verb); ok {
			best, name, term = from, n, in
		}
	}
	if best >= 0 && c.Issuer == "" && p.key(best-1) != kCua {
		c.Issuer, c.from = name, best
		if p.key(best-1) == kThe {
			c.from--
		}
		if c.Term == "" {
			c.Term = term
		}
	}
	p.dayBefore(c)
}

// named reads an issuer at from, with its term, that goes on to the token to.
func (p *parser) named(from, to int) (name, term string, ok bool) {
	name, next := p.issuer(from)
	if next > 0 && next < to {
		at := next
		if p.at(at).punct(',') || p.at(at).punct('(') {
			at++
		}
		if t, after := p.term(at); t != "" {
			if term, next = t, after; p.at(next).punct(')') {
				next++
			}
		}
	}
	return name, term, next > 0 && next == to
}

// letterhead reads what stands around "Số 06-CT/TW" at the top of a document: the
// body above it, and the day behind it.
func (p *parser) letterhead(i int, c *cited) int {
	above := c.from
	for above > 0 {
		if p.rule(above - 1) {
			above--
		} else if n := len(letterheads[0]); above >= n && p.match(above-n, letterheads[0]) > 0 {
			above -= n
		} else {
			break
		}
	}
	for from := above - 1; from >= max(0, above-10); from-- {
		if name, _, ok := p.named(from, above); ok {
			c.Issuer = name
		}
	}
	at := i
	for p.rule(at) && !p.at(at).punct('-') {
		at++
	}
	for _, state := range letterheads {
		if n := p.match(at, state); n > 0 {
			if at += n; c.Issuer == "" && lastPart(c.Symbol) == "TW" {
				c.Issuer = centralCommittee
			}
			for m := 0; m < 8 && p.key(at) != kNgay; m++ {
				at++
			}
			if w, ok := p.day(at); ok && p.key(at) == kNgay && w.day != "" {
				c.Issued = w.day
				return w.next
			}
			return i
		}
	}
	for m := 0; m < 6; m++ {
		if p.at(at).punct(',') && p.key(at+1) == kNgay {
			if w, ok := p.day(at + 1); ok && w.day != "" && m > 0 {
				c.Issued = w.day
				return w.next
			}
		}
		if t := p.at(at); t.kind != isWord || !t.is(capital) {
			break
		}
		at++
	}
	return i
}

// rule reports whether the mark at i parts the cells of a letterhead.
func (p *parser) rule(i int) bool {
	t := p.at(i)
	return t.punct('*') || t.punct('|') || t.punct('-') || t.punct('_')
}

var letterheads = [][]uint64{
	keysOf("Đảng Cộng sản Việt Nam"), keysOf("Cộng hòa xã hội chủ nghĩa Việt Nam"), keysOf("Đoàn TNCS Hồ Chí Minh"),
}

// dayBefore reads the day that ends before c.
func (p *parser) dayBefore(c *cited) {
	end := c.from
	if p.at(end - 1).punct(',') {
		end--
	}
	for from := end - 1; from >= max(0, end-8); from-- {
		if k := p.key(from); k != kNgay && k != kOn {
			continue
		}
		if w, ok := p.day(from); ok && w.next == end {
			if c.Issued == "" {
				if c.Issued = w.day; w.day == "" {
					c.doubt(NoYear)
				}
				c.from = from
			}
			return
		}
	}
}
