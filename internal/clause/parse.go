package clause

import (
	"regexp"
	"strings"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Clause is a piece of a paper that can be named.
type Clause struct {
	ID    string
	Depth int    // 1 for the highest
	N     string // "II.3.a"
	Mark  string // as it stands in front of the text, "a)"
	Text  string
	Block string // of an adopted plan
	Used  bool   // something carries it out; only from Of
}

const (
	maxClauses = 300
	maxText    = 4000
	maxDepth   = 6
	// MaxTyped is how long the text of a whole paper may be, in bytes.
	MaxTyped = 1 << 20
)

// The marks in front of a piece, from the highest rank to the lowest.
const (
	ofPart    = iota + 1 // "Phần II", "Chương I"
	ofLetter             // "A."
	ofRoman              // "I."
	ofArticle            // "Điều 5."
	ofArabic             // "1."; "1.2." and "1.2.3." stand below it
	_
	_
	_
	ofSmall // "a)"
)

var marks = []struct {
	rank int
	re   *regexp.Regexp
}{
	{ofPart, regexp.MustCompile(`^((?:Phần|Chương|Mục|PHẦN|CHƯƠNG|MỤC)\s+(?:[IVXLC]+|\d{1,3}))(?:[.:)\s\-–]+|$)(.*)$`)},
	{ofRoman, regexp.MustCompile(`^([IVXLC]+)(?:\s*[.)/]|\s*[-–]\s)\s*(.*)$`)},
	{ofLetter, regexp.MustCompile(`^([A-ZĐ])(?:\s*[.)/]|\s*[-–]\s)\s*(.*)$`)},
	{ofArticle, regexp.MustCompile(`^((?:Điều|ĐIỀU)\s+\d{1,3})(?:[.:\s]+|$)(.*)$`)},
	{ofArabic, regexp.MustCompile(`^(\d{1,3}(?:\.\d{1,3}){0,3})(?:\s*[.)/]|\s*[-–]|\s)\s*(.*)$`)},
	{ofSmall, regexp.MustCompile(`^([a-zđ])(?:\s*[)/]|\.)\s*(.*)$`)},
}

// A mark is the number in front of a line as it was read.
type mark struct {
	rank  int
	label string
	n     string // whole number of the piece
	typed string
	rest  string
}

// readMark returns the mark of a line; upper is the last mark of a capital letter,
// which tells the letter C after B from the Roman hundred.
func readMark(line, upper string) (mark, bool) {
	for _, m := range marks {
		found := m.re.FindStringSubmatch(line)
		if found == nil {
			continue
		}
		label := strings.TrimSuffix(found[1], ".")
		if m.rank == ofRoman && (!roman(label) || len(label) == 1 && upper != "" && label[0] == upper[0]+1) {
			continue
		}
		rank := m.rank
		if rank == ofArabic {
			// "3 tháng" begins a sentence; "3. Tháng" and "3.1 Tháng" begin a piece.
			if !strings.ContainsAny(line[len(found[1]):min(len(line), len(found[1])+2)], ".)/-–") && !strings.Contains(label, ".") {
				return mark{}, false
			}
			rank += strings.Count(label, ".")
		}
		rest := strings.TrimSpace(found[2])
		return mark{rank: rank, label: label, typed: strings.TrimSpace(line[:len(line)-len(rest)]), rest: rest}, true
	}
	return mark{}, false
}

var romans = regexp.MustCompile(`^(?:X{0,3})(?:IX|IV|V?I{0,3})$`)

// roman reports whether s is a Roman number up to 39, as papers are numbered.
func roman(s string) bool { return s != "" && romans.MatchString(s) }

// Parse reads the pieces of a paper from its lines: "I. …", "1. …", "1.2. …",
// "a) …", "Điều 5. …". A number is made of those of the pieces it stands under,
// "I.1.a". A line without a mark goes on with the piece before it; what stands
// before the first one is left out. If no line has a mark, every line is a piece,
// counted from 1. What cannot be taken is Invalid at the field "text", with its
// line.
func Parse(text string) ([]Clause, error) {
	w := fault.Wrong{}
	if len(text) > MaxTyped {
		w.Add("text", "clause.error.long")
		return nil, w.Err()
	}
	lines := strings.Split(vn.CleanText(text), "\n")
	p := parser{seen: map[string]int{}, w: w}
	for i, line := range lines {
		p.line(i+1, strings.TrimSpace(line))
	}
	if len(p.all) == 0 {
		for i, line := range lines {
			if line = strings.TrimSpace(line); line != "" {
				p.add(i+1, mark{rank: ofArabic, label: vn.Int(int64(len(p.all) + 1)), rest: line})
			}
		}
	}
	for _, c := range p.all {
		if c.Text == "" {
			w.Add("text", "clause.error.empty", c.N)
		}
		if len([]rune(c.Text)) > maxText {
			w.Add("text", "clause.error.text", c.N, maxText)
		}
	}
	switch {
	case len(p.all) == 0:
		w.Add("text", "clause.error.none")
	case len(p.all) > maxClauses:
		w.Add("text", "clause.error.many", maxClauses)
	}
	return p.all, w.Err()
}

// A parser keeps the pieces that a line may stand under.
type parser struct {
	all   []Clause
	open  []mark
	seen  map[string]int // line of a number
	upper string
	w     fault.Wrong
}

func (p *parser) line(at int, s string) {
	if s == "" {
		return
	}
	m, ok := readMark(s, p.upper)
	if !ok {
		if n := len(p.all); n > 0 {
			p.all[n-1].Text = strings.TrimLeft(p.all[n-1].Text+"\n"+s, "\n")
		}
		return
	}
	if m.rank == ofLetter {
		p.upper = m.label
	}
	p.add(at, m)
}

func (p *parser) add(at int, m mark) {
	for len(p.open) > 0 && p.open[len(p.open)-1].rank >= m.rank {
		p.open = p.open[:len(p.open)-1]
	}
	if m.n = m.label; len(p.open) > 0 {
		above := p.open[len(p.open)-1]
		// "1.2" under "1" is the 2 of it; under anything else it keeps both.
		m.n = above.n + "." + strings.TrimPrefix(m.label, above.label+".")
	}
	p.open = append(p.open, m)
	if first, twice := p.seen[m.n]; twice {
		p.w.Add("text", "clause.error.twice", m.n, first, at)
	}
	p.seen[m.n] = at
	if len(p.open) > maxDepth {
		p.w.Add("text", "clause.error.deep", m.n)
	}
	p.all = append(p.all, Clause{Depth: len(p.open), N: m.n, Mark: m.typed, Text: m.rest})
}

// Typed writes clauses as Parse reads them.
func Typed(all []Clause) string {
	lines := make([]string, len(all))
	for i, c := range all {
		lines[i] = strings.TrimSpace(c.Mark + " " + c.Text)
	}
	return strings.Join(lines, "\n")
}
