// Package wording reads sentences in which figures are named instead of typed:
// "mở {so_lop} lớp với {hoc_vien} lượt học viên; {co_ct/phai_ct} chi, đảng bộ xây dựng
// chương trình hành động ({co_ct%phai_ct})". What is named is worked out each time
// the sentence is read, so it never says another figure than the records do; what it
// said when it was written is kept beside it, and shows where a figure has moved.
//
// {key} is a figure, {a/b} a share as two figures, {a%b} the share in percent. A figure
// may be given as a bound, as reports like to: {trên key:100} of 5.742 reads "trên
// 5.700", {hơn a%b:1} of 92,4 % "hơn 92 %"; the word stands only where the figure is
// more, so the sentence stays true whatever the figure becomes. Two braces stand for
// one that is meant as such.
package wording

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/vn"
)

// A Sort is how a figure is written.
type Sort byte

// The sorts.
const (
	Plain   Sort = 0   // the words of the sentence themselves
	Value   Sort = 'v' // 2.611
	Share   Sort = '/' // 27/27
	Percent Sort = '%' // 99,16 %
)

// A Piece is a run of words, or a figure by the keys it is named by.
type Piece struct {
	Sort Sort
	Text string // of Plain; as it is written of others
	Key  string
	Of   string // of Share and Percent: the whole
	Word string // before a bound: hơn, trên, over
	Step int64  // of a bound: it is a multiple of it, in whole units or percents
}

// Keys are the keys that a piece needs.
func (p Piece) Keys() []string {
	switch p.Sort {
	case Plain:
		return nil
	case Value:
		return []string{p.Key}
	}
	return []string{p.Key, p.Of}
}

// A Sentence is a text with named figures.
type Sentence []Piece

var named = regexp.MustCompile(`\{\{|\}\}|\{\s*(?:([Hh]ơn|[Tt]rên|[Oo]ver)\s+)?([a-z0-9_]{1,40})\s*(?:([/%])\s*([a-z0-9_]{1,40})\s*)?(?::\s*([1-9][0-9]{0,8})\s*)?\}`)

// Parse reads a text. Braces that name nothing stay as they are.
func Parse(text string) Sentence {
	var s Sentence
	add := func(words string) {
		if n := len(s); n > 0 && s[n-1].Sort == Plain {
			s[n-1].Text += words
		} else if words != "" {
			s = append(s, Piece{Text: words})
		}
	}
	at := 0
	for _, m := range named.FindAllStringSubmatchIndex(text, -1) {
		add(text[at:m[0]])
		at = m[1]
		if p, ok := figure(text, m); ok {
			s = append(s, p)
		} else if whole := text[m[0]:m[1]]; whole == "{{" || whole == "}}" {
			add(whole[:1])
		} else {
			add(whole)
		}
	}
	add(text[at:])
	return s
}

// figure reads what named has found; false if it names nothing. A word and a step only
// go together, and not with a share, which says both of its figures.
func figure(text string, m []int) (Piece, bool) {
	part := func(n int) string {
		if m[2*n] < 0 {
			return ""
		}
		return text[m[2*n]:m[2*n+1]]
	}
	p := Piece{Sort: Value, Text: part(0), Word: part(1), Key: part(2), Of: part(4)}
	if op := part(3); op != "" {
		p.Sort = Sort(op[0])
	}
	p.Step, _ = strconv.ParseInt(part(5), 10, 64) // digits, or nothing at all
	return p, p.Key != "" && (p.Word == "") == (p.Step == 0) && (p.Word == "" || p.Sort != Share)
}

// Keys are the keys of all figures of a sentence, sorted, each once.
func (s Sentence) Keys() []string {
	var all []string
	for _, p := range s {
		all = append(all, p.Keys()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// A Figure is what a key comes to: a whole number of 10^-Decimals, and as it is
// written; Text is empty if there is none.
type Figure struct {
	N        int64  `json:"n"`
	Decimals int    `json:"decimals,omitempty"`
	Text     string `json:"text"`
}

// Figures are figures by key.
type Figures map[string]Figure

// None is written where a figure is not there.
const None = "…"

// Write returns a piece as it reads with some figures; false if one is missing, or a
// share has no whole.
func (p Piece) Write(f Figures) (string, bool) {
	if p.Sort == Plain {
		return p.Text, true
	}
	x, of := f[p.Key], f[p.Of]
	switch {
	case x.Text == "", p.Sort != Value && of.Text == "":
		return None, false
	case p.Sort == Share:
		return x.Text + "/" + of.Text, true
	case p.Sort == Percent && (of.N == 0 || x.Decimals != of.Decimals):
		return None, false
	}
	if bound, ok := p.bound(x, of); ok {
		return bound, true
	}
	if p.Sort == Percent {
		return vn.Percent(x.N, of.N), true
	}
	return x.Text, true
}

// Exact returns a piece as it reads without its bound; "" if it has none.
func (p Piece) Exact(f Figures) string {
	if p.Word == "" {
		return ""
	}
	p.Word, p.Step = "", 0
	text, _ := p.Write(f)
	return text
}

// bound writes a figure as a bound; false if none was asked for, or the figure is one
// exactly, or smaller than the first.
func (p Piece) bound(x, of Figure) (string, bool) {
	if p.Step == 0 {
		return "", false
	}
	n, unit, tail := x.N, p.Step, ""
	if p.Sort == Percent {
		n, unit, tail = x.N*100, p.Step*of.N, "\u00a0%"
	} else {
		for range x.Decimals {
			unit *= 10
		}
	}
	if unit <= 0 || n < unit || n%unit == 0 {
		return "", false
	}
	return p.Word + " " + vn.Int(n/unit*p.Step) + tail, true
}

// String returns the sentence as it reads with some figures.
func (s Sentence) String(f Figures) string {
	var b strings.Builder
	for _, p := range s {
		text, _ := p.Write(f)
		b.WriteString(text)
	}
	return b.String()
}

// A Moved is a piece that reads otherwise than when the sentence was written.
type Moved struct {
	Piece
	Was, Now string
}

// Moved returns the figures of a sentence that read otherwise now than they did then.
func (s Sentence) Moved(then, now Figures) (all []Moved) {
	for _, p := range s {
		if p.Sort == Plain {
			continue
		}
		was, _ := p.Write(then)
		is, _ := p.Write(now)
		if was != is {
			all = append(all, Moved{p, was, is})
		}
	}
	return all
}

// Only returns the sentence with the figures that known says there are; what names
// another is words.
func (s Sentence) Only(known func(key string) bool) Sentence {
	var all Sentence
	for _, p := range s {
		if slices.ContainsFunc(p.Keys(), func(key string) bool { return !known(key) }) {
			p = Piece{Text: p.Text}
		}
		all = append(all, p)
	}
	return all
}

var braces = strings.NewReplacer("{", "{{", "}", "}}")

// Literal returns a text that reads as words does, and names nothing.
func Literal(words string) string { return braces.Replace(words) }

// Source returns the text that Parse reads as the sentence.
func (s Sentence) Source() string {
	var b strings.Builder
	for _, p := range s {
		if p.Sort == Plain {
			b.WriteString(Literal(p.Text))
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}
