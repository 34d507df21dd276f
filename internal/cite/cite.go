// Package cite finds the documents that a text cites: "Nghị quyết số 59-NQ/TW
// ngày 5/8/2020 của Bộ Chính trị", "Nghị quyết Trung ương 4 khóa XII", "Decree
// No. 30/2020/ND-CP dated March 05, 2020"; of the Party, the youth union and the
// state, in Vietnamese and English prose, in files, letterheads and addresses of
// pages. It says what is written and what follows from it for sure; what it had
// to leave open it says too.
package cite

import (
	"strings"

	"nhipcau/internal/vn"
)

// A Reason says why something about a citation is not sure.
type Reason string

// Reasons.
const (
	NoYear      Reason = "no-year"       // the day is written without its year
	NoSymbol    Reason = "no-symbol"     // a number without its symbol, which begins again each term
	AnyBody     Reason = "any-body"      // the symbol ends in /TW, /TU and the like, which several bodies sign, and none is named
	TypeByCode  Reason = "type-by-code"  // the type is not written; it is that of the symbol
	NoType      Reason = "no-type"       // nor does the symbol tell it
	TypeUnlike  Reason = "type-unlike"   // the type written is not that of the symbol
	YearUnlike  Reason = "year-unlike"   // the year of the number is not that of the day
	Several     Reason = "several"       // several documents that are not told apart
	SharedWords Reason = "shared"        // date or issuer stand once for a list
	IssuerFrom  Reason = "issuer-code"   // the issuer is not written; it is that of the symbol
	RangeEnd    Reason = "range"         // the first or last of a row; those between are not written
	SubjectOnly Reason = "by-subject"    // only the subject tells which
	YearOnly    Reason = "year-only"     // the year is written, the day is not
	OfWhichBody Reason = "place-unnamed" // "the province", "the bloc": which, the text around tells
)

// A Found is a citation in a text.
type Found struct {
	Start, End int    // bytes of the text it takes, with the date and issuer before it and the subject behind
	Head       [2]int // bytes from its type to its number or, if it has none, to its issuer: what a link is laid on
	Text       string // text[Start:End]

	Type     string // "Nghị quyết", "" if not told
	Number   string // "59", without zeros before it
	Symbol   string // what stands behind the number: "NQ/TW"; "NĐ-CP" of 30/2020/NĐ-CP
	Year     int    // written in the number or instead of the day, 0 if not
	Issued   vn.Day // "" if not told
	Issuer   string // in Vietnamese
	Congress string // "XIII"
	Plenum   string // "4": of the meeting of the Central Committee
	Term     string // "XII" or "2020-2025"

	Guess  string // the symbol that type and issuer make likely, where none is written
	Draft  bool
	In     int // index of the citation whose subject names this one, -1 if none
	Unsure []Reason
}

func (f *Found) doubt(r Reason) {
	for _, has := range f.Unsure {
		if has == r {
			return
		}
	}
	f.Unsure = append(f.Unsure, r)
}

// piece is how much of a text is looked at in one go; nothing cited is longer.
const piece = 1 << 16

// Find returns what text cites, in the order of where it begins; one that holds
// another stands before it. Bytes that are no UTF-8 are passed over.
func Find(text string) []Found {
	var out []Found
	p := parser{text: text, toks: make([]token, 0, min(len(text), piece)/4+16)}
	for from := 0; from < len(text); {
		to := end(text, from)
		p.toks, p.out = cut(p.toks[:0], text, from, to), p.out[:0]
		p.scan()
		base := len(out)
		for _, f := range p.finish() {
			if f.In >= 0 {
				f.In += base
			}
			out = append(out, f)
		}
		from = to
	}
	return out
}

// end returns where the piece of text that begins at from ends: behind an empty
// line, or the last end of a line, or the last blank.
func end(text string, from int) int {
	if len(text)-from <= piece {
		return len(text)
	}
	const tried = piece / 8
	last := text[from+piece-tried : from+piece]
	for _, by := range []string{"\n\n", "\n", " "} {
		if i := strings.LastIndex(last, by); i >= 0 {
			return from + piece - tried + i + len(by)
		}
	}
	i := piece
	for i > piece-4 && text[from+i]&0xC0 == 0x80 {
		i--
	}
	return from + i
}
