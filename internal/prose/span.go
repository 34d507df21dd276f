package prose

import (
	"strings"
	"unicode"
)

// A Span is a piece of a text in one style.
type Span struct {
	Text         string
	Bold, Italic bool
}

func (s Span) stars() int {
	n := 0
	if s.Italic {
		n++
	}
	if s.Bold {
		n += 2
	}
	return n
}

// Spans reads the light markup of a text: *italic*, **bold** and ***both***, one
// after the other and not in each other. An asterisk that opens or closes nothing,
// as in "5 * 3" or "(*)", is an asterisk.
func Spans(text string) []Span {
	var out []Span
	runes, plain := []rune(text), 0
	for i := 0; i < len(runes); {
		n := stars(runes, i)
		if n == 0 {
			i++
			continue
		}
		end := closing(runes, i+n, n)
		if n > 3 || end < 0 {
			i += n
			continue
		}
		out = add(out, Span{Text: string(runes[plain:i])})
		out = add(out, Span{Text: string(runes[i+n : end]), Bold: n >= 2, Italic: n != 2})
		i, plain = end+n, end+n
	}
	return add(out, Span{Text: string(runes[plain:])})
}

// stars counts the asterisks from i on.
func stars(runes []rune, i int) int {
	n := 0
	for i+n < len(runes) && runes[i+n] == '*' {
		n++
	}
	return n
}

// closing returns where n asterisks close what begins at from, or -1: right behind
// something, as they open right before something.
func closing(runes []rune, from, n int) int {
	if from >= len(runes) || unicode.IsSpace(runes[from]) || runes[from] == ')' {
		return -1
	}
	for i := from; i < len(runes); {
		k := stars(runes, i)
		if k == 0 {
			i++
			continue
		}
		if k >= n && i > from && !unicode.IsSpace(runes[i-1]) && runes[i-1] != '(' {
			return i
		}
		i += k
	}
	return -1
}

func add(spans []Span, s Span) []Span {
	if s.Text == "" {
		return spans
	}
	if last := len(spans) - 1; last >= 0 && spans[last].Bold == s.Bold && spans[last].Italic == s.Italic {
		spans[last].Text += s.Text
		return spans
	}
	return append(spans, s)
}

// Plain returns a text without its marks.
func Plain(text string) string {
	var b strings.Builder
	for _, s := range Spans(text) {
		b.WriteString(s.Text)
	}
	return b.String()
}

// Mark writes spans as a text. What Spans could not read back stays without a
// mark; an asterisk that would be read as one becomes U+2217.
func Mark(spans []Span) string {
	text, plain := mark(spans), join(spans)
	if Plain(text) == plain {
		return text
	}
	for i := range spans {
		spans[i].Text = strings.ReplaceAll(spans[i].Text, "*", "∗")
	}
	text, plain = mark(spans), join(spans)
	if Plain(text) != plain {
		return plain
	}
	return text
}

func mark(spans []Span) string {
	var merged []Span
	for _, s := range spans {
		inner := strings.TrimSpace(s.Text)
		if inner == "" || s.stars() == 0 {
			merged = add(merged, Span{Text: s.Text})
			continue
		}
		at := strings.Index(s.Text, inner) // a mark stands at the letters, not at spaces
		merged = add(merged, Span{Text: s.Text[:at]})
		merged = add(merged, Span{Text: inner, Bold: s.Bold, Italic: s.Italic})
		merged = add(merged, Span{Text: s.Text[at+len(inner):]})
	}
	var b strings.Builder
	for _, s := range merged {
		stars := strings.Repeat("*", s.stars())
		b.WriteString(stars + s.Text + stars)
	}
	return b.String()
}

func join(spans []Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(s.Text)
	}
	return b.String()
}
