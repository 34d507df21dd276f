package cite

import (
	"strconv"
	"strings"

	"nhipcau/internal/vn"
)

// A numeral is a number as a document bears it.
type numeral struct {
	number, symbol string
	year           int
	said           bool // "số" stands before it
	next           int  // the token behind it
}

// numeral reads "số 59-NQ/TW", "No. 30/2020/ND-CP", "59 - NQ/TW", "46".
func (p *parser) numeral(i int) (n numeral, ok bool) {
	switch k := p.key(i); {
	case k == kSo:
		n.said = true
		i++
	case k == kNo || k == kNos || k == kNumber:
		n.said = true
		i++
		if p.at(i).punct('.') {
			i++
		}
	case p.at(i).punct('№'):
		n.said = true
		i++
	}
	if n.said && p.at(i).punct(':') {
		i++
	}
	t := p.at(i)
	if t.kind != isNumber || t.letters > 5 || t.value() == 0 {
		return n, false
	}
	n.number = strconv.Itoa(t.value())
	n.next = i + 1
	if y := p.at(i + 2); p.at(i+1).punct('/') && y.kind == isNumber && y.letters == 4 && y.value() >= 1900 && y.value() < 2100 {
		n.year, n.next = y.value(), i+3
		if p.at(i + 3).punct('/') {
			if p.at(i+4).kind == isNumber {
				return n, false // a date
			}
		}
	} else if p.at(i+1).punct('/') && y.kind == isNumber {
		return n, false // a day or a fraction
	}
	if s, next := p.symbol(n.next, n.year != 0); next > 0 {
		n.symbol, n.next = s, next
	}
	return n, true
}

// part returns a part of a symbol as it should be spelled, and whether it is
// known.
func (p *parser) part(t token) (string, bool) {
	w := vn.Clean(p.text[t.start:t.end])
	if s, ok := spelled[plain(w)]; ok {
		return s, true
	}
	return w, false
}

// symbol reads what stands between a number and the next word: "-NQ/TW",
// "/NĐ-CP", "HD/TWĐTN", " NQ/TW". After a year any capitals will do, otherwise
// the code of a type has to begin it. next is 0 if there is none.
func (p *parser) symbol(i int, year bool) (symbol string, next int) {
	parted := p.at(i).punct('-') || p.at(i).punct('/')
	if parted {
		i++
	} else if year {
		return "", 0
	}
	t := p.at(i)
	if t.kind != isWord || t.is(lined) {
		return "", 0
	}
	first, known := p.part(t)
	_, isCode := codes[first]
	if !isCode && !known && (!year || t.is(small)) {
		return "", 0
	}
	if t.is(small) && (!known || !t.is(capital) && (t.is(spaced) || !p.joined(i))) {
		return "", 0
	}
	if !parted && (!isCode || !p.joined(i)) {
		return "", 0
	}
	parts, seps := []string{first}, ""
	i++
	for len(parts) < 7 {
		if n := p.at(i); n.kind == isNumber && !n.is(spaced) && n.letters <= 2 {
			parts[len(parts)-1] += p.text[n.start:n.end]
			i++
		}
		sep, w := p.at(i), p.at(i+1)
		if !sep.punct('-') && !sep.punct('/') || w.kind != isWord {
			break
		}
		s, ok := p.part(w)
		if !ok && (w.is(small) || sep.is(spaced) || w.is(spaced)) || ok && w.is(small) && !t.is(small) && !w.is(capital) || w.is(lined) {
			break
		}
		if ok && w.is(small) && w.is(capital) && s != "TTg" && s != "ThU" && s != "CTr" && s != "TTr" {
			break
		}
		parts, seps = append(parts, s), seps+string(rune(sep.key&^punctKey))
		i += 2
	}
	if len(parts) == 1 && !alone(first) && !isCode {
		return "", 0
	}
	return joinSymbol(parts, seps, year), i
}

// joined reports whether the part of a symbol at i goes on with a known body.
func (p *parser) joined(i int) bool {
	if !p.at(i+1).punct('/') && !p.at(i+1).punct('-') || p.at(i+2).kind != isWord {
		return false
	}
	_, ok := p.part(p.at(i + 2))
	return ok
}

// alone are the parts that make a symbol of themselves.
func alone(part string) bool {
	switch part {
	case "QH", "UBTVQH", "CP", "TTg", "HĐBT", "CTN", "HĐNN":
		return true
	}
	return false
}

// ofParty reports whether a part of a symbol names a body of the Party or the
// youth union, before which a slash belongs.
func ofParty(part string) bool {
	for _, end := range []string{"TW", "TU", "HU", "ĐU", "QU", "ThU", "ĐTN", "ĐUK", "TWĐ"} {
		if strings.HasSuffix(part, end) {
			return true
		}
	}
	return false
}

// joinSymbol puts the parts together, hyphen and slash where they belong: 01/NQ-TU
// and 01-NQ/TU are one.
func joinSymbol(parts []string, seps string, year bool) string {
	b := []byte(seps)
	if len(parts) == 2 {
		if _, code := codes[parts[0]]; code && !year && ofParty(parts[1]) {
			b[0] = '/'
		} else if code && year && organs[parts[1]] != "" {
			b[0] = '-'
		}
	}
	s := parts[0]
	for i, part := range parts[1:] {
		s += string(b[i]) + part
	}
	return s
}

// codeOf returns the code of the type that a symbol begins with, "" if none.
func codeOf(symbol string) string {
	if i := strings.IndexAny(symbol, "/-"); i >= 0 {
		symbol = symbol[:i]
	}
	if _, ok := codes[symbol]; ok {
		return symbol
	}
	return ""
}

// organOf returns the body a symbol names for sure, "" if it does not.
func organOf(symbol string) string {
	parts := strings.FieldsFunc(symbol, func(r rune) bool { return r == '/' || r == '-' })
	if len(parts) == 0 || len(parts) > 3 {
		return ""
	}
	organ := parts[0]
	if len(parts) > 1 {
		organ = parts[1]
	}
	if len(parts) == 3 && codeOf(symbol) == "TTLT" {
		a, b := organs[parts[1]], organs[parts[2]]
		if a == "" || b == "" {
			return ""
		}
		return a + " và " + b
	}
	return organs[strings.TrimRight(organ, "0123456789")]
}
