package paper

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

// A Letterhead is how the head and the foot of a unit's papers read. As a unit
// has set it, an empty field is taken from above or derived; as it is printed,
// every field is filled but Upper of a unit with nobody above it and Place where
// nobody has named one.
type Letterhead struct {
	Family Family `json:"family"`
	Upper  string `json:"upper"`
	Own    string `json:"own"`
	Place  string `json:"place"`
	// Symbol ends the symbol of a paper: "ĐU" of "12-BC/ĐU".
	Symbol string `json:"symbol"`
	// Body is on whose behalf the paper is signed, "BAN CHẤP HÀNH"; "" of a body
	// whose head signs in person.
	Body    string `json:"body"`
	Version int64  `json:"-"` // 0 while the unit has set nothing
}

const (
	maxLine   = 160
	maxSymbol = 20
)

func (l *Letterhead) check() error {
	l.Upper, l.Own, l.Place = vn.Clean(l.Upper), vn.Clean(l.Own), vn.Clean(l.Place)
	l.Symbol, l.Body = vn.Clean(l.Symbol), vn.Clean(l.Body)
	w := fault.Wrong{}
	if l.Family != "" && !slices.Contains(Families, l.Family) {
		w.Add("family", "error.needed")
	}
	w.Text("upper", l.Upper, maxLine, false)
	w.Text("own", l.Own, maxLine, false)
	w.Text("place", l.Place, maxLine, false)
	w.Text("symbol", l.Symbol, maxSymbol, false)
	w.Text("body", l.Body, maxLine, false)
	return w.Err()
}

// SetLetterhead keeps how the papers of a unit read; a Conflict if somebody has
// changed that since version. Papers already issued stay as they are.
func SetLetterhead(ctx context.Context, tx *db.Tx, by auth.Actor, unit string, version int64, l Letterhead) error {
	u, err := org.Get(ctx, tx, by, unit)
	if err != nil {
		return err
	}
	if err := maySetLetterhead(by); err != nil {
		return err
	}
	if err := l.check(); err != nil {
		return err
	}
	if err := saveLetterhead(ctx, tx, u.ID, version, l); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "paper.letterhead", u.Key, string(l.Family))
}

// Printed returns the letterhead of a unit with every field filled: what the
// unit has set, else what is above it, else what its name says.
func Printed(ctx context.Context, tx *db.Tx, tree string, unit int64) (Letterhead, error) {
	u, err := org.ByID(ctx, tx, tree, unit)
	if err != nil {
		return Letterhead{}, err
	}
	above, err := org.Above(ctx, tx, tree, unit)
	if err != nil {
		return Letterhead{}, err
	}
	l, err := LetterheadOf(ctx, tx, unit)
	if err != nil {
		return Letterhead{}, err
	}
	for at := above; at.Exists() && (l.Family == "" || l.Place == ""); {
		higher, err := LetterheadOf(ctx, tx, at.ID)
		if err != nil {
			return Letterhead{}, err
		}
		l.Family, l.Place = Family(either(string(l.Family), string(higher.Family))), either(l.Place, higher.Place)
		if at, err = org.Above(ctx, tx, tree, at.ID); err != nil {
			return Letterhead{}, err
		}
	}
	l.fill(u, above)
	return l, nil
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// fill derives what nobody has set.
func (l *Letterhead) fill(u, above org.Unit) {
	if l.Family == "" {
		l.Family = guess(u)
	}
	if above.Exists() {
		l.Upper = either(l.Upper, capitals(above.Name))
	}
	l.Own = either(l.Own, capitals(u.Name))
	l.Symbol = either(l.Symbol, symbolOf(l.Family, u.Name))
	if l.Family != State {
		l.Body = either(l.Body, "BAN CHẤP HÀNH")
	}
}

// capitals writes a name as a letterhead does, without what stands beside it in
// brackets.
func capitals(name string) string {
	name, _, _ = strings.Cut(name, "(")
	return strings.ToUpper(strings.TrimSpace(name))
}

// guess takes the family from what a unit is called.
func guess(u org.Unit) Family {
	words := " " + vn.Fold(u.Kind+" "+u.Name) + " "
	for _, x := range []struct {
		word   string
		family Family
	}{{" doan ", Youth}, {" dang uy ", Party}, {" dang bo ", Party}, {" chi bo ", Party}, {" tinh uy ", Party}, {" thanh uy ", Party}} {
		if strings.Contains(words, x.word) {
			return x.family
		}
	}
	return State
}

// initial is a capital letter without its tone.
func initial(r rune) string {
	if r == 'Đ' {
		return "Đ"
	}
	return strings.ToUpper(vn.Fold(string(r)))
}

// symbolOf is the usual short sign of a unit: by its family, else the first
// letters of its name.
func symbolOf(f Family, name string) string {
	bare := vn.Fold(name)
	switch {
	case f == Youth:
		return "ĐTN"
	case strings.HasPrefix(bare, "tinh uy"), strings.HasPrefix(bare, "thanh uy"):
		return "TU"
	case strings.HasPrefix(bare, "chi bo"):
		return "CB"
	case f == Party:
		return "ĐU"
	case strings.HasPrefix(bare, "uy ban nhan dan"):
		return "UBND"
	}
	s := ""
	for _, w := range strings.Fields(capitals(name)) {
		if r, _ := utf8.DecodeRuneInString(w); unicode.IsLetter(r) && utf8.RuneCountInString(s) < 6 {
			s += initial(r)
		}
	}
	return either(s, "VT")
}
