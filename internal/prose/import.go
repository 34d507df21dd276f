package prose

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A reader makes blocks of paragraphs as other programs write them.
type reader struct {
	doc   Doc
	size  int
	spans []Span // of the paragraph that is being read
}

// A shape is what a program says of a paragraph.
type shape struct {
	heading int // level, 0 for none
	item    int
}

func (r *reader) write(text string, bold, italic bool) {
	if text != "" {
		r.spans = append(r.spans, Span{Text: text, Bold: bold, Italic: italic})
	}
}

var (
	// Offices number their headings by hand: I. or I-, 1. or 1.2., a).
	roman   = regexp.MustCompile(`^[IVX]{1,6}\s*[.\-–/)]\s*\S`)
	decimal = regexp.MustCompile(`^\d{1,2}(\.\d{1,2})*\s*[.\-–/)]\s*\S`)
	letters = regexp.MustCompile(`^[a-zđ]\s*[.)]\s*\S`)
	deeper  = regexp.MustCompile(`\.\d`)
	number  = regexp.MustCompile(`^(?:[IVX]{1,6}|\d{1,2}(?:\.\d{1,2})*|[a-zđ])\s*[.\-–/)]\s*`)
)

// longestHeading is how long a bold paragraph with a number may be and still be taken
// for a heading.
const longestHeading = 200

// end closes the paragraph.
func (r *reader) end(s shape) error {
	spans := r.spans
	r.spans = nil
	text := tidySpans(spans)
	if text == "" {
		return nil
	}
	b := Block{Kind: Text, Text: text}
	plain := Plain(text)
	if s.heading == 0 && s.item == 0 && allBold(spans) && utf8.RuneCountInString(plain) <= longestHeading {
		s.heading = typedLevel(plain)
	}
	switch {
	case s.heading > 0: // a heading is bold by itself, and counted by its place
		b.Kind, b.Level = Heading, min(s.heading, 4)
		if rest := number.ReplaceAllString(plain, ""); typedLevel(plain) > 0 && rest != "" {
			plain = rest
		}
		b.Text = plain
	case s.item > 0:
		b.Kind, b.Level = Item, min(s.item, 3)
	default:
		for level, sign := range []string{"-–•●", "+○o"} {
			if mark, rest, ok := strings.Cut(text, " "); ok && utf8.RuneCountInString(mark) == 1 && strings.Contains(sign, mark) {
				b.Kind, b.Level, b.Text = Item, level+1, rest
				break
			}
		}
	}
	return r.add(b)
}

func typedLevel(plain string) int {
	switch {
	case roman.MatchString(plain):
		return 1
	case decimal.MatchString(plain):
		return min(2+len(deeper.FindAllString(number.FindString(plain), -1)), 4)
	case letters.MatchString(plain):
		return 3
	}
	return 0
}

func allBold(spans []Span) bool {
	any := false
	for _, s := range spans {
		if strings.TrimFunc(s.Text, unicode.IsSpace) == "" {
			continue
		}
		if !s.Bold {
			return false
		}
		any = true
	}
	return any
}

// tidySpans writes spans as one clean line.
func tidySpans(spans []Span) string {
	var merged []Span
	for _, s := range spans {
		merged = add(merged, s)
	}
	return vn.Clean(Mark(merged))
}

// add cuts a paragraph that is too long for a block at the end of a sentence.
func (r *reader) add(b Block) error {
	for b.Text != "" {
		if len(r.doc.Blocks) >= MaxBlocks {
			return fault.New(fault.Invalid, "prose.many", MaxBlocks)
		}
		rest := ""
		if runes := []rune(b.Text); len(runes) > MaxText {
			at := MaxText
			for i := MaxText; i > MaxText/2; i-- {
				if runes[i] == ' ' && strings.ContainsRune(".;:!?", runes[i-1]) {
					at = i
					break
				}
			}
			b.Text, rest = vn.Clean(string(runes[:at])), vn.Clean(string(runes[at:]))
		}
		if r.size += utf8.RuneCountInString(b.Text); r.size > MaxDoc {
			return fault.New(fault.Invalid, "prose.long", MaxDoc)
		}
		b.ID = NewID()
		r.doc.Blocks = append(r.doc.Blocks, b)
		b.Text = rest
	}
	return nil
}
