package cite

import (
	"strconv"
	"strings"

	"nhipcau/internal/vn"
)

// A when is a day as written; without a year it is none.
type when struct {
	day  vn.Day
	part bool
	next int
}

// months are those of English.
var months = func() map[uint64]int {
	m := map[uint64]int{}
	for i, w := range strings.Fields("January February March April May June July August September October November December") {
		m[keyOf(w)] = i + 1
		m[keyOf(w[:3])] = i + 1
	}
	m[keyOf("Sept")] = 9
	return m
}()

// day reads "ngày 05/8/2020", "ngày 5 tháng 8 năm 2020", "dated March 05, 2020",
// "5 August 2020", "05-8-2020". Without a word before it a day needs its year.
func (p *parser) day(i int) (w when, ok bool) {
	said := false
	switch p.key(i) {
	case kNgay:
		i++
		said = true
	case kDated, kOn, kOf, kFrom:
		i++
	}
	if w, ok := p.english(i); ok {
		return w, true
	}
	d := p.at(i)
	if d.kind != isNumber || d.letters > 2 {
		return w, false
	}
	if said && p.key(i+1) == kThang && p.at(i+2).kind == isNumber {
		w.next, w.part = i+3, true
		at := i + 3
		if p.at(at).punct(',') {
			at++
		}
		if p.key(at) == kNam && p.at(at+1).kind == isNumber {
			return p.whole(w, d, p.at(i+2), p.at(at+1), at+2), true
		}
		if y := p.at(at); p.at(i+3).punct('/') && p.at(i+4).kind == isNumber {
			return p.whole(w, d, p.at(i+2), p.at(i+4), i+5), true
		} else if y.kind == isNumber && y.letters == 4 {
			return p.whole(w, d, p.at(i+2), y, at+1), true
		}
		return w, true
	}
	sep, m := p.at(i+1), p.at(i+2)
	if !sep.punct('/') && !sep.punct('-') && !sep.punct('.') || m.kind != isNumber || m.letters > 2 {
		return w, false
	}
	w.next, w.part = i+3, true
	if y := p.at(i + 4); p.at(i+3).key == sep.key && y.kind == isNumber && (y.letters == 4 || y.letters == 2) && !p.at(i+3).is(spaced) {
		w = p.whole(w, d, m, y, i+5)
		return w, said || w.day != ""
	}
	if p.key(i+3) == kNam && p.at(i+4).letters == 4 && p.at(i+4).kind == isNumber {
		return p.whole(w, d, m, p.at(i+4), i+5), said
	}
	return w, said && !sep.punct('.')
}

func (p *parser) whole(w when, d, m, y token, next int) when {
	w.next = next
	if y.letters == 4 {
		w.day = vn.MakeDay(y.value(), m.value(), d.value())
	}
	w.part = w.day == ""
	return w
}

func (p *parser) english(i int) (w when, ok bool) {
	if m := months[p.key(i)]; m > 0 && p.at(i).kind == isWord {
		at := i + 1
		if p.at(at).punct('.') {
			at++
		}
		d := p.at(at)
		if d.kind != isNumber || d.letters > 2 {
			return w, false
		}
		at = p.ordinalEnd(at + 1)
		if p.at(at).punct(',') {
			at++
		}
		if y := p.at(at); y.kind == isNumber && y.letters == 4 {
			return when{day: vn.MakeDay(y.value(), m, d.value()), next: at + 1}, true
		}
		return w, false
	}
	if p.at(i).kind != isNumber || p.at(i).letters > 2 {
		return w, false
	}
	at := p.ordinalEnd(i + 1)
	m := months[p.key(at)]
	if m == 0 || p.at(at).kind != isWord {
		return w, false
	}
	at++
	if p.at(at).punct(',') {
		at++
	}
	if y := p.at(at); y.kind == isNumber && y.letters == 4 {
		return when{day: vn.MakeDay(y.value(), m, p.at(i).value()), next: at + 1}, true
	}
	return w, false
}

// ordinalEnd skips the "th" of "5th".
func (p *parser) ordinalEnd(i int) int {
	switch k := p.key(i); {
	case p.at(i).is(spaced):
	case k == kTh, k == kSt, k == kNd, k == kRd:
		return i + 1
	}
	return i
}

var roman = map[rune]int{'I': 1, 'V': 5, 'X': 10, 'L': 50}

// romanOf returns the value of a Roman number up to 39, 0 if s is none.
func romanOf(s string) int {
	n, last := 0, 0
	for i := len(s) - 1; i >= 0; i-- {
		v := roman[rune(s[i])]
		if v == 0 {
			return 0
		}
		if v < last {
			n -= v
		} else {
			n, last = n+v, v
		}
	}
	if n == 0 || n > 39 || toRoman(n) != s {
		return 0
	}
	return n
}

func toRoman(n int) string {
	return strings.Repeat("X", n/10) + []string{"", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"}[n%10]
}

var ordinals = map[uint64]int{}

func init() {
	for i, w := range strings.Fields("nhất hai ba bốn năm sáu bảy tám chín mười") {
		ordinals[keyOf(w)] = i + 1
	}
	ordinals[keyOf("tư")] = 4
	ordinals[keyOf("bẩy")] = 7
	for i, w := range strings.Fields("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth") {
		ordinals[keyOf(w)] = i + 1
	}
}

// ordinal reads "XIII", "13", "Tám", "mười ba", "13th"; spelled says whether
// words will do. It returns 0 if there is none.
func (p *parser) ordinal(i int, spelled bool) (n, next int) {
	t := p.at(i)
	switch {
	case t.kind == isNumber && t.letters <= 2 && t.value() > 0 && t.value() <= 39:
		return t.value(), p.ordinalEnd(i + 1)
	case t.kind != isWord:
		return 0, i
	}
	if w := p.text[t.start:t.end]; len(w) <= 6 {
		if v := romanOf(strings.ToUpper(w)); v > 0 && (!t.is(small) || spelled) {
			return v, i + 1
		}
	}
	if v := ordinals[t.key]; spelled && v > 0 {
		if o := ordinals[p.key(i+1)]; v == 10 && o > 0 && o < 10 && p.key(i+1) != kNam {
			return 10 + o, i + 2
		}
		return v, i + 1
	}
	return 0, i
}

// years reads "2020-2025", "2020 – 2025".
func (p *parser) years(i int) (term string, next int) {
	a, b := p.at(i), p.at(i+2)
	if a.kind == isNumber && a.letters == 4 && p.at(i+1).punct('-') && b.kind == isNumber && b.letters == 4 && a.value() < b.value() && a.value() > 1900 && b.value() < 2200 {
		return strconv.Itoa(a.value()) + "-" + strconv.Itoa(b.value()), i + 3
	}
	return "", i
}
