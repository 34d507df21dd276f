package cite

import (
	"strconv"
	"strings"

	"nhipcau/internal/vn"
)

// A Known is a document of a register.
type Known struct {
	ID      string
	Type    string // "Nghị quyết"
	Number  string // "59" or "05"
	Symbol  string // "NQ/TW"; "NĐ-CP", with or without the year of the number before it
	Issued  vn.Day // "" if not known
	Issuer  string
	Term    string // "XIII" or "2020-2025", "" if not known
	Subject string
}

// Resolve returns, for each citation that Find found in text, the id of the
// document of the register it means, "" where none or more than one may be meant.
//
// Number and symbol are no key: they have to be the same where both are told, and
// so has the type. Of those left the day decides, then the year, the issuer and
// the term; then, if it is plainly ahead, the words of the subject that stand in
// the same paragraph; last what the same text means elsewhere by that number. A
// document that is entered twice is the one that stands first.
func Resolve(text string, found []Found, register []Known) []string {
	byNumber := map[string][]candidate{}
	for i := range register {
		k := candidate{known: &register[i], subject: content(register[i].Subject)}
		k.number = strings.TrimLeft(k.known.Number, "0")
		k.symbol = symbolKey(k.known.Symbol)
		byNumber[k.number] = append(byNumber[k.number], k)
	}
	ids := make([]string, len(found))
	meant := map[string]string{} // number and symbol, to the only document the text means by them
	for i, f := range found {
		if ids[i] = resolve(text, f, byNumber[f.Number]); ids[i] == "" || f.Number == "" {
			continue
		}
		key := f.Type + " " + f.Number
		if id, ok := meant[key]; ok && id != ids[i] {
			meant[key] = ""
		} else {
			meant[key] = ids[i]
		}
	}
	for i, f := range found {
		if ids[i] == "" && f.Number != "" && f.Issued == "" {
			ids[i] = sole(byNumber[f.Number], f, meant[f.Type+" "+f.Number])
		}
	}
	return ids
}

// sole returns id if it is that of a document f may mean.
func sole(all []candidate, f Found, id string) string {
	for _, k := range all {
		if k.known.ID == id && k.may(f) {
			return id
		}
	}
	return ""
}

type candidate struct {
	known          *Known
	number, symbol string
	subject        map[string]bool
}

// may reports whether nothing that f says speaks against k.
func (k candidate) may(f Found) bool {
	w := k.known
	switch {
	case f.Type != "" && w.Type != "" && vn.Fold(f.Type) != vn.Fold(w.Type) && !strings.HasPrefix(vn.Fold(f.Type), vn.Fold(w.Type)+" "):
		return false
	case f.Symbol != "" && k.symbol != "" && symbolKey(f.Symbol) != k.symbol:
		return false
	case f.Issued != "" && w.Issued != "" && f.Issued != w.Issued:
		return false
	case f.Year != 0 && w.Issued != "" && !strings.HasPrefix(string(w.Issued), strconv.Itoa(f.Year)):
		return false
	case f.Issuer != "" && w.Issuer != "" && !sameBody(f.Issuer, w.Issuer):
		return false
	case f.Term != "" && w.Term != "" && strings.Contains(f.Term, "-") == strings.Contains(w.Term, "-") && f.Term != w.Term:
		return false
	}
	return true
}

// sameBody reports whether two names may be of one body: the words of one are
// those of the other, which may name its place as well.
func sameBody(a, b string) bool {
	x, y := vn.Fold(a), vn.Fold(b)
	return x == y || strings.Contains(y, x) || strings.Contains(x, y)
}

func resolve(text string, f Found, all []candidate) string {
	var may []candidate
	for _, k := range all {
		if !k.may(f) {
			continue
		}
		if f.Number == "" && !k.named(f) {
			continue
		}
		may = append(may, k)
	}
	if f.Issued != "" {
		var dated []candidate
		for _, k := range may {
			if k.known.Issued != "" {
				dated = append(dated, k)
			}
		}
		if len(dated) > 0 {
			may = dated
		}
	}
	if len(may) > 0 && alike(may) {
		return may[0].known.ID
	}
	return nearest(paragraph(text, f), may)
}

// alike reports whether all are one document, entered more than once.
func alike(all []candidate) bool {
	first := all[0].known
	for _, k := range all[1:] {
		w := k.known
		if w.Issued == "" || w.Issued != first.Issued || w.Type != first.Type || k.symbol != all[0].symbol || k.number == "" || !sameBody(w.Issuer, first.Issuer) {
			return false
		}
	}
	return true
}

// named reports whether a citation without number is of k: of the same congress
// or meeting.
func (k candidate) named(f Found) bool {
	if k.number != "" {
		return false
	}
	said := " " + vn.Fold(k.known.Subject+" "+k.known.Issuer+" ") + " "
	switch {
	case f.Congress != "":
		return strings.Contains(said, " "+strings.ToLower(f.Congress)+" ") && strings.Contains(said, "dai hoi")
	case f.Plenum != "":
		return strings.Contains(said, "trung uong "+f.Plenum+" ") && (f.Term == "" || k.known.Term == f.Term)
	}
	return f.Issued != "" && f.Issued == k.known.Issued || f.Issuer != "" && f.Term != "" && f.Term == k.known.Term
}

// nearest returns the candidate of whose subject most stands in the words around,
// if the next has not half as much.
func nearest(around map[string]bool, may []candidate) string {
	best, second, id := 0.0, 0.0, ""
	for _, k := range may {
		if len(k.subject) == 0 {
			continue
		}
		n := 0
		for w := range k.subject {
			if around[w] {
				n++
			}
		}
		score := float64(n) / float64(len(k.subject))
		if n < 2 {
			score = 0
		}
		if score > best {
			best, second, id = score, best, k.known.ID
		} else if score > second {
			second = score
		}
	}
	if best < 0.3 || second > best/2 {
		return ""
	}
	return id
}

// paragraph returns the pairs of words around f.
func paragraph(text string, f Found) map[string]bool {
	from, to := max(0, f.Start-600), min(len(text), f.End+600)
	if i := strings.LastIndexByte(text[from:f.Start], '\n'); i >= 0 {
		from += i
	}
	if i := strings.IndexByte(text[f.End:to], '\n'); i >= 0 {
		to = f.End + i
	}
	return content(text[from:to])
}

// content returns the pairs of words that follow each other in s: two syllables
// are a word, more often than one.
func content(s string) map[string]bool {
	words := strings.FieldsFunc(vn.Fold(s), func(r rune) bool { return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9') })
	pairs := map[string]bool{}
	for i := 1; i < len(words); i++ {
		if len(words[i-1]) > 1 && len(words[i]) > 1 {
			pairs[words[i-1]+" "+words[i]] = true
		}
	}
	return pairs
}

// symbolKey is a symbol without the year of the number, its marks and its signs.
func symbolKey(s string) string {
	if year, rest, ok := strings.Cut(s, "/"); ok && len(year) == 4 && year[0] >= '1' && year[0] <= '2' {
		s = rest
	}
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, plain(s))
}
