package cite

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// unnumbered reads a citation without number: "Chương trình hành động của Ban
// Thường vụ Thành đoàn", "04 Nghị quyết của Bộ Chính trị", "Chỉ thị về việc …".
func (p *parser) unnumbered(i int, c *cited, k pattern) int {
	if !c.capital {
		return 0
	}
	if k.kind.loose && c.from > 0 && p.opens(c.from) {
		return 0 // the capital is that of the sentence
	}
	if name, next := p.of(i); next > 0 && !vague(name) && !k.other {
		if b := p.key(c.from - 1); b == kCac || b == kNhung {
			return 0 // whichever there are
		}
		c.Issuer = name
		return next
	}
	if w, ok := p.day(i); ok && w.day != "" && p.key(i) == kNgay {
		if name, next := p.of(w.next); next > 0 && !vague(name) {
			c.Issued, c.Issuer = w.day, name
			return next
		}
	}
	if k.kind.loose || k.other {
		return 0
	}
	if p.match(i, kVeViec) > 0 || p.key(i) == kVe || p.at(i).in(relates) {
		c.doubt(SubjectOnly)
		c.about, c.relation = i, p.key(i) != kVe
		c.needs = p.match(i, kVeViec) == 0 || c.Type != "Chỉ thị" && c.Type != "Nghị quyết" && c.Type != "Kết luận"
		return i
	}
	return 0
}

// opens reports whether a sentence begins at i.
func (p *parser) opens(i int) bool {
	if i == 0 {
		return true
	}
	t := p.at(i - 1)
	return t.punct('.') || t.punct(':') || t.punct('!') || t.punct('?') || t.punct(';') || p.at(i).is(lined)
}

// vague reports whether a name is that of no body in particular.
func vague(name string) bool {
	for _, state := range []string{"Chính phủ", "Bộ trưởng", "Ủy ban nhân dân", "Hội đồng nhân dân", "Quốc hội", "Chủ tịch"} {
		if strings.Contains(name, state) {
			return true
		}
	}
	if strings.HasPrefix(name, "Bộ ") && name != "Bộ Chính trị" || strings.HasPrefix(name, "Sở ") {
		return true
	}
	switch name {
	case "Đảng bộ", "Đảng ủy", "Chi bộ", "Ban Chấp hành", "Ban Thường vụ", "Ban Tổ chức", "Thường trực", "Văn phòng", "Tỉnh ủy", "Thành ủy", "Huyện ủy", "Quận ủy", "Bộ trưởng Bộ", "Học viện":
		return true
	}
	return strings.ToLower(name) == name
}

// subject notes where the subject of c begins, if one stands at i.
func (p *parser) subject(i int, c *cited) {
	at := i
	if p.at(at).punct(',') && p.at(at+1).kind == isWord {
		at++
	}
	switch k := p.key(at); {
	case k == kVe && p.at(at).kind == isWord && c.about == 0:
		c.about = at
	case at > i:
	case k == kVe, k == kOn && c.Issued != "", p.match(at, kBanHanh) > 0 && c.about == 0 && p.at(at+2).kind == isWord:
		c.about = at
	case p.at(at).in(relates) && c.about == 0:
		c.about, c.relation = at, true
	}
}

// finish lays down the spans: the subjects, and what stands within which.
func (p *parser) finish() []Found {
	for i := len(p.out) - 1; i >= 0; i-- {
		if c := &p.out[i]; c.about > 0 && !p.reach(i) && c.needs {
			p.out = slices.Delete(p.out, i, i+1)
		}
	}
	slices.SortStableFunc(p.out, func(a, b cited) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to))
	})
	var found []Found
	var open []int
	for i := range p.out {
		c := &p.out[i]
		for len(open) > 0 && p.out[open[len(open)-1]].to <= c.from {
			open = open[:len(open)-1]
		}
		if len(open) > 0 {
			c.In = open[len(open)-1]
			c.to = min(c.to, p.out[c.In].to)
		}
		open = append(open, i)
		found = append(found, p.found(c))
	}
	return found
}

// found is c for others.
func (p *parser) found(c *cited) Found {
	f := c.Found
	f.Start, f.End = p.toks[c.from].start, p.toks[c.to-1].end
	f.Text = p.text[f.Start:f.End]
	f.Head = [2]int{f.Start, p.toks[c.head-1].end}
	f.Head[0] = p.toks[max(c.from, c.at)].start
	code, types := codeOf(f.Symbol), codes[codeOf(f.Symbol)]
	if code != "" && f.Type != "" && !slices.Contains(types, f.Type) {
		f.doubt(TypeUnlike)
	}
	if f.Issuer == "" && f.Symbol != "" {
		if f.Issuer = organOf(f.Symbol); f.Issuer != "" {
			f.doubt(IssuerFrom)
		} else {
			f.doubt(AnyBody)
		}
	}
	if f.Number != "" && f.Symbol == "" {
		f.doubt(NoSymbol)
		f.Guess = guess(f)
	}
	if f.Issued != "" && f.Year != 0 && !strings.HasPrefix(string(f.Issued), strconv.Itoa(f.Year)) {
		f.doubt(YearUnlike)
	}
	return f
}

// guess is the symbol that a type of an issuer bears, "" if that is not told.
func guess(f Found) string {
	var end string
	switch {
	case f.Issuer == "Bộ Chính trị", f.Issuer == "Ban Bí thư", f.Issuer == centralCommittee:
		end = "/TW"
	case strings.Contains(f.Issuer, "Tỉnh ủy"), strings.Contains(f.Issuer, "Thành ủy"), strings.Contains(f.Issuer, "Đảng bộ tỉnh"), strings.Contains(f.Issuer, "Đảng bộ thành phố"):
		end = "/TU"
	default:
		return ""
	}
	for _, code := range slices.Sorted(maps.Keys(codes)) { // the same each time
		types := codes[code]
		if types[0] == f.Type && len(code) <= 3 && code != "DA" && code != "LTT" {
			return code + end
		}
		if f.Type == "Quy định" {
			return "QĐ" + end
		}
	}
	return ""
}

// reach lets the span of the i-th citation take in its subject: to the end of the
// sentence, or to where something else begins. It reports whether that cites
// something.
func (p *parser) reach(i int) bool {
	c := &p.out[i]
	to := c.to
	within := false // a citation is part of it
	at := c.about
	next := i + 1
	for ; at < len(p.toks); at++ {
		for next < len(p.out) && p.out[next].from < at {
			next++
		}
		if next < len(p.out) && p.out[next].from == at {
			d := &p.out[next]
			apart := p.parted(at)
			if at > c.about && p.toks[at].is(lined) && !p.at(at-1).in(leads) {
				break
			}
			if apart && !(within && (c.relation || p.key(at-1) == kVa)) && at > c.about {
				break
			}
			if d.to-c.about > 240 {
				break // no sentence is that long
			}
			within = true
			c.to = max(d.to, c.to)
			at = d.to - 1
			continue
		}
		t := p.toks[at]
		if t.kind == isPunct && (t.punct('.') && !p.inner(at) || t.punct(';') || t.punct(':') || t.punct('!') || t.punct('?') || t.punct('(') || t.punct(')') || t.punct('"') || t.punct('”') || t.punct('“') || t.punct('»') || t.punct('[') || t.punct(']') || t.punct('|')) {
			break
		}
		if t.is(lined) && at > c.about {
			break
		}
		if c.relation && within && (t.punct(',') || t.key == kVa) && next < len(p.out) && p.out[next].from == at+1 {
			continue
		}
		if t.punct(',') && p.leaves(at+1) || t.kind == isWord && at > c.about+1 && p.ends(at) || at-c.about > 90 {
			break
		}
		if k, n, ok := p.kindAt(at); ok && c.relation && !within && !c.needs && t.is(capital) && !k.kind.loose && (p.at(at+n).kind == isPunct || at+n == len(p.toks)) {
			c.to = at + n // "thực hiện Nghị quyết", the one named before
			return true
		}
		if c.relation && !within && (at-c.about > 5 || t.kind != isWord) {
			c.about, c.to = 0, to // "thực hiện" of something else
			return false
		}
		if c.relation && within && t.kind == isWord && !(t.key == kVa || t.key == kVe) {
			break
		}
		if t.kind == isWord || t.kind == isNumber {
			c.to = at + 1
		}
	}
	if c.relation && !within {
		c.about, c.to = 0, to
		return false
	}
	for c.to > c.head && (p.key(c.to-1) == kVa || p.key(c.to-1) == kCac) {
		c.to--
	}
	if c.about > 0 && c.to <= c.about+1 {
		c.to = c.about
	}
	return within
}

// inner reports whether the point at i is within an abbreviation or a number.
func (p *parser) inner(i int) bool {
	return p.key(i-1) == kTP && !p.at(i-1).is(small) || p.at(i-1).kind == isNumber && p.at(i+1).kind == isNumber && !p.at(i+1).is(spaced)
}

// parted reports whether the citation at i is set apart from what stands before.
func (p *parser) parted(i int) bool {
	t := p.at(i - 1)
	return t.kind == isPunct || t.key == kVa || t.key == kCung
}

// leaves reports whether what follows a comma is no more the subject.
func (p *parser) leaves(i int) bool {
	t := p.at(i)
	return t.kind != isWord || t.is(capital) || t.in(leaving)
}

// ends reports whether the word at i is the verb of a sentence, not of a subject.
func (p *parser) ends(i int) bool {
	t := p.at(i)
	if t.key == kDa && t.is(marked) && !t.is(capital) || t.key == kGan && p.key(i+1) == kVoi && !t.is(capital) {
		return t.marks == marksDa || t.key == kGan
	}
	return false
}
