package cite

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// What a token is.
const (
	isWord = iota + 1
	isNumber
	isPunct
)

// How a token is written.
const (
	spaced  = 1 << iota // something blank stands before it
	lined               // a line ends before it
	capital             // its first letter is one
	small               // it has a small letter
	marked              // it has a letter that is not ASCII
)

// A token is a word, a run of digits or a mark. Words are compared by key:
// their letters without case and marks, five bits each, so that "ủy", "uỷ" and
// "UY" are one, composed or not.
type token struct {
	key        uint64 // of a word; the value of a number; the character of a mark
	start, end int
	marks      uint32 // how many of each of the nine marks its letters have
	letters    uint8  // of a word, the digits of a number
	kind       uint8
	how        uint8
}

func (t token) is(flag uint8) bool { return t.how&flag != 0 }

const (
	otherLetter = 27
	upperBit    = 0x20
	aMark       = 0x40 // belongs to the letter before it
	aBlank      = 0x41
	aPunct      = 0x42
	aDash       = 0x43
	aSlash      = 0x44
	aDigit      = 0x45

	maxLetters = 12 // those of a longer word do not fit its key
	longWord   = 1<<64 - 1

	numberKey = 1 << 61 // apart from the keys of words
	punctKey  = 1 << 62
)

// value is that of a number of up to nine digits.
func (t token) value() int { return int(t.key &^ numberKey) }

// punct reports whether t is the mark r.
func (t token) punct(r rune) bool { return t.key == punctKey|uint64(r) }

// low is the class and the marks of characters under 0x2000.
var low = sync.OnceValue(func() *[0x2000]struct {
	marks uint32
	class uint8
} {
	var t [0x2000]struct {
		marks uint32
		class uint8
	}
	for r := range rune(len(t)) {
		t[r].class = class(r)
		for _, m := range norm.NFD.String(string(r)) {
			t[r].marks += weigh(m)
		}
	}
	return &t
})

// weigh counts one of the marks of Vietnamese; Đ counts as one.
func weigh(r rune) uint32 {
	for i, m := range []rune{0x300, 0x301, 0x303, 0x309, 0x323, 0x302, 0x306, 0x31B, 'đ'} {
		if r == m || m == 'đ' && (r == 'Đ' || r == 'Ð' || r == 'ð') {
			return 1 << (3 * i)
		}
	}
	return 0
}

// class returns the letter, as 1 to 26 and upperBit, or what else r is.
func class(r rune) uint8 {
	switch {
	case r >= 'a' && r <= 'z':
		return uint8(r-'a') + 1
	case r >= 'A' && r <= 'Z':
		return uint8(r-'A') + 1 | upperBit
	case r >= '0' && r <= '9':
		return aDigit
	case r == 'đ' || r == 'ð':
		return 4
	case r == 'Đ' || r == 'Ð':
		return 4 | upperBit
	case r == '-' || unicode.Is(unicode.Pd, r) || r == '−':
		return aDash
	case r == '/' || r == '⁄' || r == '∕' || r == '／':
		return aSlash
	case unicode.IsSpace(r) || unicode.IsControl(r):
		return aBlank
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
		return aMark
	case r < utf8.RuneSelf || r == utf8.RuneError:
		return aPunct
	}
	if first, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r))); first != r {
		return class(first)
	}
	if unicode.IsLetter(r) {
		if unicode.IsUpper(r) {
			return otherLetter | upperBit
		}
		return otherLetter
	}
	return aPunct
}

// cut appends the tokens of text[from:to] to list.
func cut(list []token, text string, from, to int) []token {
	classes := low()
	var how uint8 = spaced
	open := false // the last token may grow
	for i := from; i < to; {
		r, size := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[i:to])
		}
		var c uint8
		var marks uint32
		if r < rune(len(classes)) {
			c, marks = classes[r].class, classes[r].marks
		} else {
			c = class(r)
		}
		switch {
		case c == aBlank:
			how |= spaced
			if r == '\n' {
				how |= lined
			}
			open = false
		case c == aMark:
			if n := len(list); n > 0 && list[n-1].end == i {
				list[n-1].end += size
				list[n-1].how |= marked
				list[n-1].marks += marks
			}
		case c < aMark:
			if n := len(list) - 1; !open || list[n].kind != isWord {
				list = append(list, token{kind: isWord, start: i, end: i, how: how | c&upperBit>>5*capital})
				how, open = 0, true
			}
			t := &list[len(list)-1]
			t.letter(c, size)
			t.marks += marks
		case c == aDigit:
			if n := len(list) - 1; !open || list[n].kind != isNumber {
				list = append(list, token{kind: isNumber, key: numberKey, start: i, end: i, how: how})
				how, open = 0, true
			}
			t := &list[len(list)-1]
			t.end = i + 1
			if t.letters++; t.letters <= 9 {
				t.key = numberKey | uint64(t.value()*10+int(r-'0'))
			}
		default:
			switch c {
			case aDash:
				r = '-'
			case aSlash:
				r = '/'
			}
			list = append(list, token{kind: isPunct, key: punctKey | uint64(r), start: i, end: i + size, how: how})
			how, open = 0, false
		}
		i += size
	}
	return list
}

func (t *token) letter(c uint8, size int) {
	t.end += size
	if c&upperBit == 0 {
		t.how |= small
	}
	if size > 1 {
		t.how |= marked
	}
	if t.letters++; t.letters > maxLetters {
		t.key = longWord
		return
	}
	t.key = t.key<<5 | uint64(c&^upperBit)
}

// keyOf returns the key of a word.
func keyOf(word string) uint64 {
	if t := cut(nil, word, 0, len(word)); len(t) == 1 {
		return t[0].key
	}
	return 0
}

// keysOf returns the keys of the words of a phrase.
func keysOf(phrase string) []uint64 {
	var keys []uint64
	for _, t := range cut(nil, phrase, 0, len(phrase)) {
		keys = append(keys, t.key)
	}
	return keys
}
