// Package wording reads sentences in which figures are named instead of typed:
// "mở {so_lop} lớp với {hoc_vien} lượt học viên; {co_ct/phai_ct} chi, đảng bộ xây dựng
// chương trình hành động ({co_ct%phai_ct})". What is named is worked out each time
// the sentence is read, so it never says another figure than the records do; what it
// said when it was written is kept beside it, and shows where a figure has moved.
//
// {key} is a figure, {a/b} a share as two figures, {a%b} the share in percent. Two
// braces stand for one that is meant as such.
package wording

import (
	"regexp"
	"slices"
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

var named = regexp.MustCompile(`\{\{|\}\}|\{\s*([a-z0-9_]{1,40})\s*(?:([/%])\s*([a-z0-9_]{1,40})\s*)?\}`)

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
		whole := text[m[0]:m[1]]
		switch {
		case m[2] < 0: // "{{" or "}}"
			add(whole[:1])
		case m[4] < 0:
			s = append(s, Piece{Sort: Value, Text: whole, Key: text[m[2]:m[3]]})
		default:
			s = append(s, Piece{Sort: Sort(text[m[4]]), Text: whole, Key: text[m[2]:m[3]], Of: text[m[6]:m[7]]})
		}
	}
	add(text[at:])
	return s
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
	case p.Sort == Percent:
		return vn.Percent(x.N, of.N), true
	}
	return x.Text, true
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
