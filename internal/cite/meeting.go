package cite

import (
	"strconv"
	"strings"

	"nhipcau/internal/vn"
)

const (
	centralCommittee = "Ban Chấp hành Trung ương"
	partyCongress    = "Đại hội đại biểu toàn quốc của Đảng"
)

// meeting reads what a resolution is named after where it has no number: a
// congress, or a meeting of the Central Committee.
func (p *parser) meeting(i int, c *cited) int {
	if p.key(i-1) == kNQTW {
		if v, next := p.ordinal(i, false); v > 0 {
			c.Plenum, c.Issuer = strconv.Itoa(v), centralCommittee
			return next
		}
		return 0
	}
	if p.key(i) == kOf {
		return p.inEnglish(i+1, c)
	}
	if p.key(i) == kCua {
		i++
	}
	if n := p.match(i, kDaiHoi); n > 0 {
		return p.congress(i, i+n, c)
	}
	if strings.HasPrefix(c.Type, "Nghị quyết") || c.Type == "Kết luận" || strings.HasPrefix(c.Type, "Thông báo") {
		return p.plenum(i, c)
	}
	return 0
}

// inEnglish reads "the 13th National Party Congress", "the fourth plenum of the
// 12th Party Central Committee", "the 12th Central Committee's fourth plenum".
func (p *parser) inEnglish(i int, c *cited) int {
	if p.key(i) == kThe {
		i++
	}
	v, at := p.ordinal(i, true)
	if v == 0 {
		return 0
	}
	if p.key(at) == kPlenum {
		c.Plenum = strconv.Itoa(v)
		if at++; p.key(at) != kOf {
			return 0
		}
		if at++; p.key(at) == kThe {
			at++
		}
		if v, at = p.ordinal(at, true); v == 0 {
			return 0
		}
	}
	for p.key(at) == kNational || p.key(at) == kParty || p.key(at) == kTenure {
		at++
	}
	if p.key(at) == kCongress && c.Plenum == "" {
		if c.Congress, c.Issuer = toRoman(v), partyCongress; p.key(at+1) == kOf && p.key(at+2) == kThe && p.key(at+3) == kParty {
			return at + 4
		}
		return at + 1
	}
	n := p.match(at, kCommittee)
	if n == 0 {
		return 0
	}
	c.Term, c.Issuer = toRoman(v), centralCommittee
	if at += n; c.Plenum != "" {
		return at
	}
	if p.key(at+1) != kS {
		return 0
	}
	v, next := p.ordinal(at+2, true)
	if v == 0 || p.key(next) != kPlenum {
		return 0
	}
	c.Plenum = strconv.Itoa(v)
	return next + 1
}

// congress reads "Đại hội XIII của Đảng", "Đại hội đại biểu Đảng bộ tỉnh lần thứ
// XX", "Đại hội XVI Đảng bộ thành phố"; from is where it begins, i behind "Đại
// hội".
func (p *parser) congress(from, i int, c *cited) int {
	name := []string{"Đại hội"}
	own, all := false, false
	last := i
	add := func(next int) {
		name = append(name, p.text[p.toks[i].start:p.toks[next-1].end])
		i, last = next, next
	}
	for n := 0; n < 12; n++ {
		if k := p.nth(i); c.Congress == "" && k > 0 {
			v, next := p.ordinal(k, true)
			c.Congress = toRoman(v)
			i, last = next, next
			continue
		}
		if v, next := p.ordinal(i, false); c.Congress == "" && v > 0 && p.at(i).kind == isWord {
			c.Congress = toRoman(v)
			i, last = next, next
			continue
		}
		if v, next := p.ordinal(i, false); n == 0 && v > 0 && p.at(i).kind == isNumber && (p.at(next).kind != isWord || p.key(next) == kCua) {
			c.Congress = toRoman(v)
			i, last = next, next
			continue
		}
		switch m := p.match(i, kCacCap); {
		case m > 0:
			all = true
			i += m
			last = i
			continue
		case p.match(i, kDaiBieu) > 0, p.match(i, kToanQuoc) > 0:
			add(i + 2)
			continue
		case p.key(i) == kCua && p.key(i+1) == kDang && p.match(i+1, kDangBo) == 0:
			i += 2
			last = i
			continue
		case p.key(i) == kDang && p.match(i, kDangBo) == 0:
			add(i + 1)
			continue
		case p.key(i) == kCua && own:
		default:
			skip := 0
			if p.key(i) == kCua {
				skip = 1
			}
			if next := p.grow(i + skip); next > i+skip && !p.at(i+skip).punct(',') {
				i += skip
				own = true
				add(next)
				continue
			}
		}
		break
	}
	switch {
	case all:
		c.doubt(Several)
	case c.Congress == "":
		if !own || !p.dated(last) {
			return 0
		}
		c.Issuer = vn.Clean(strings.Join(name, " "))
	case !own:
		c.Issuer = partyCongress
	default:
		c.Issuer = tidy(vn.Clean(strings.Join(name, " ")))
		if last := p.at(last - 1); last.is(small) {
			c.doubt(OfWhichBody)
		}
	}
	return last
}

// dated reports whether a term or a day stands at i.
func (p *parser) dated(i int) bool {
	if p.at(i).punct(',') {
		i++
	}
	if p.match(i, kNhiemKy) > 0 {
		return true
	}
	w, ok := p.day(i)
	return ok && w.day != ""
}

// nth returns where the number behind "lần thứ" stands at i, 0 if it does not.
func (p *parser) nth(i int) int {
	if p.key(i) != kLan {
		return 0
	}
	i++
	if p.key(i) == kThu {
		i++
	}
	if v, _ := p.ordinal(i, true); v > 0 {
		return i
	}
	return 0
}

// central returns the token behind "Trung ương", "TW", "T.Ư" at i, 0 if there is
// none.
func (p *parser) central(i int) int {
	if n := p.match(i, kTrungUong); n > 0 {
		return i + n
	}
	if p.key(i) == kTW && !p.at(i).is(small) || p.key(i) == kTU && p.at(i).is(marked) && !p.at(i).is(small) {
		return i + 1
	}
	if p.key(i) == kT && p.at(i+1).punct('.') && (p.key(i+2) == kU || p.key(i+2) == kW) {
		return i + 3
	}
	return 0
}

// plenum reads "Trung ương 4", "Hội nghị Trung ương 8", "Hội nghị lần thứ tư Ban
// Chấp hành Trung ương Đảng".
func (p *parser) plenum(i int, c *cited) int {
	met := p.match(i, kHoiNghi)
	if met > 0 {
		i += met
		if k := p.nth(i); k > 0 {
			v, next := p.ordinal(k, true)
			if p.at(next).punct(',') {
				next++
			}
			if p.key(next) == kCua {
				next++
			}
			name, after := p.issuer(next)
			if name != centralCommittee {
				if after = p.central(next); after == 0 {
					return 0
				}
			}
			c.Plenum, c.Issuer = strconv.Itoa(v), centralCommittee
			return after
		}
		if f, ok := p.first(bodies(), i); ok && f.name == centralCommittee {
			if k := p.nth(i + len(f.keys)); k > 0 {
				v, next := p.ordinal(k, true)
				c.Plenum, c.Issuer = strconv.Itoa(v), centralCommittee
				return next
			}
		}
	}
	at := p.central(i)
	if at == 0 {
		return 0
	}
	if p.at(at).punct('-') {
		at++
	}
	if k := p.nth(at); k > 0 {
		at = k
	} else if p.at(at).kind == isWord && romanOf(strings.ToUpper(p.text[p.at(at).start:p.at(at).end])) == 0 && ordinals[p.key(at)] == 0 {
		return 0
	}
	v, next := p.ordinal(at, true)
	if v == 0 || v > 25 {
		return 0
	}
	c.Plenum, c.Issuer = strconv.Itoa(v), centralCommittee
	return next
}

// term reads "khóa XIII", "(khóa XI)", "nhiệm kỳ 2020 – 2025" at i.
func (p *parser) term(i int) (term string, next int) {
	if n := p.match(i, kNhiemKy); n > 0 {
		i += n
		if p.at(i).punct(':') {
			i++
		}
		return p.years(i)
	}
	if p.key(i) == kKhoa || p.key(i) == kTenure && p.at(i).kind == isWord {
		i++
		if k := p.nth(i); k > 0 {
			i = k
		} else if p.key(i) == kThu {
			i++
		}
		if v, next := p.ordinal(i, false); v > 0 {
			return toRoman(v), next
		}
	}
	// "the 13th tenure"
	if p.key(i) == kThe {
		i++
	}
	if v, next := p.ordinal(i, false); v > 0 && p.at(i).kind == isNumber && p.key(next) == kTenure {
		return toRoman(v), next + 1
	}
	return "", 0
}
