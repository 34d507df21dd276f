package formula

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"nhipcau/internal/fault"
)

// The functions with how many arguments each takes, -1 for one and more.
var functions = map[string]int{"sum": -1, "min": -1, "max": -1, "round": 2, "share": 2, "prev": 1, "year": 1}

// Parse reads a formula; what it cannot read is an *Error. Numbers are written as
// in Viet Nam or with a point: 1.234,5 and 1234.5. Arguments stand between
// semicolons, or commas that do not stand between two digits.
func Parse(text string) (*Formula, error) {
	p := &parser{text: strings.ToLower(text)}
	if utf8.RuneCountInString(text) > MaxText {
		return nil, p.wrong(0, "formula.error.long", MaxText)
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.kind == end {
		return nil, p.wrong(0, "formula.error.empty")
	}
	root, err := p.sum(0)
	if err != nil {
		return nil, err
	}
	if p.kind != end {
		return nil, p.unexpected()
	}
	return &Formula{root: root, refs: p.refs}, nil
}

// The kinds of words a formula is made of.
const (
	end = iota
	number
	name
	sign
)

type parser struct {
	text string
	at   int // behind the word that is looked at

	kind  int
	word  string
	from  int // where the word begins
	x     *big.Rat
	nodes int
	refs  []Ref
}

func (p *parser) wrong(at int, key string, args ...any) error {
	return &Error{At: utf8.RuneCountInString(p.text[:at]), Text: fault.Text{Key: key, Args: args}}
}

func (p *parser) unexpected() error {
	if p.kind == end {
		return p.wrong(p.from, "formula.error.end")
	}
	return p.wrong(p.from, "formula.error.word", p.word)
}

var (
	wordText   = regexp.MustCompile(`^[a-z0-9_]*[a-z_][a-z0-9_]*`)
	numberText = regexp.MustCompile(`^(?:[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)`)
	grouped    = regexp.MustCompile(`^[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?$`)
)

var signs = strings.NewReplacer("−", "-", "–", "-", "×", "*", "÷", "/", ":", "/")

// next reads the next word.
func (p *parser) next() error {
	rest := strings.TrimLeft(p.text[p.at:], " \t\r\n\u00a0")
	p.from = len(p.text) - len(rest)
	p.at = p.from
	if rest == "" {
		p.kind, p.word = end, ""
		return nil
	}
	if w := wordText.FindString(rest); w != "" {
		p.kind, p.word = name, w
	} else if w := numberText.FindString(rest); w != "" {
		p.kind, p.word = number, w
		if len(w) > 20 {
			return p.wrong(p.from, "formula.error.number", w)
		}
		plain := w
		if grouped.MatchString(w) {
			plain = strings.ReplaceAll(w, ".", "")
		}
		x, ok := new(big.Rat).SetString(strings.Replace(plain, ",", ".", 1))
		if !ok {
			return p.wrong(p.from, "formula.error.number", w)
		}
		p.x = x
	} else {
		r, size := utf8.DecodeRuneInString(rest)
		p.word = signs.Replace(rest[:size])
		if !strings.Contains("+-*/();,", p.word) || r == utf8.RuneError {
			return p.wrong(p.from, "formula.error.word", string(r))
		}
		p.kind, p.at = sign, p.from+size
		return nil
	}
	p.at = p.from + len(p.word)
	return nil
}

func (p *parser) is(s string) bool { return p.kind == sign && p.word == s }

// node counts one more, and says if there are too many or they stand too deep.
func (p *parser) node(depth int) error {
	if p.nodes++; p.nodes > maxNodes || depth > maxDepth {
		return p.wrong(p.from, "formula.error.large")
	}
	return nil
}

func (p *parser) sum(depth int) (node, error) { return p.chain(depth, "+-", p.product) }

func (p *parser) product(depth int) (node, error) { return p.chain(depth, "*/", p.factor) }

// chain reads parts between signs of one rank, from the left.
func (p *parser) chain(depth int, of string, part func(int) (node, error)) (node, error) {
	left, err := part(depth + 1)
	for err == nil && p.kind == sign && strings.Contains(of, p.word) {
		op := p.word
		if err = p.node(depth); err != nil {
			break
		}
		if err = p.next(); err != nil {
			break
		}
		var right node
		right, err = part(depth + 1)
		left = node{op: op, args: []node{left, right}}
	}
	return left, err
}

func (p *parser) factor(depth int) (node, error) {
	if err := p.node(depth); err != nil {
		return node{}, err
	}
	switch {
	case p.is("-"):
		if err := p.next(); err != nil {
			return node{}, err
		}
		x, err := p.factor(depth + 1)
		return node{op: "neg", args: []node{x}}, err
	case p.is("("):
		if err := p.next(); err != nil {
			return node{}, err
		}
		x, err := p.sum(depth + 1)
		if err != nil {
			return node{}, err
		}
		return x, p.close()
	case p.kind == number:
		n := node{op: "number", x: p.x}
		return n, p.next()
	case p.kind == name:
		return p.named(depth)
	}
	return node{}, p.unexpected()
}

func (p *parser) close() error {
	if !p.is(")") {
		return p.unexpected()
	}
	return p.next()
}

// named reads a figure or a function.
func (p *parser) named(depth int) (node, error) {
	word, from := p.word, p.from
	if err := p.next(); err != nil {
		return node{}, err
	}
	if !p.is("(") {
		return p.figure(Ref{Key: word}), nil
	}
	takes, ok := functions[word]
	if !ok {
		return node{}, p.wrong(from, "formula.error.function", word)
	}
	var args []node
	for more := true; more; more = p.is(";") || p.is(",") {
		if err := p.next(); err != nil {
			return node{}, err
		}
		refs := len(p.refs)
		a, err := p.sum(depth + 1)
		if err != nil {
			return node{}, err
		}
		if word == string(Prev) || word == string(Year) {
			if a.op != "ref" || a.ref.When != Now {
				return node{}, p.wrong(from, "formula.error.key", word)
			}
			p.refs = p.refs[:refs]
			a = p.figure(Ref{a.ref.Key, When(word)})
		}
		args = append(args, a)
	}
	if takes >= 0 && len(args) != takes {
		return node{}, p.wrong(from, "formula.error.args", word, takes)
	}
	if err := p.close(); err != nil {
		return node{}, err
	}
	switch word {
	case string(Prev), string(Year):
		return args[0], nil
	case "round":
		d := args[1]
		if d.op != "number" || !d.x.IsInt() || d.x.Cmp(big.NewRat(maxRound, 1)) > 0 {
			return node{}, p.wrong(from, "formula.error.round", maxRound)
		}
		return node{op: word, args: args[:1], n: int(d.x.Num().Int64())}, nil
	}
	return node{op: word, args: args}, nil
}

func (p *parser) figure(r Ref) node {
	if !slices.Contains(p.refs, r) {
		p.refs = append(p.refs, r)
	}
	return node{op: "ref", ref: r}
}
