package consult

import "nhipcau/internal/prose"

// People see and select words, anchors count characters of the text with its marks.

// A piece is a run of a paragraph's text in one look.
type piece struct {
	Text         string
	Bold, Italic bool
	On           bool // something is said of it
}

// offsets returns for each character that is shown of a text where it stands in it.
func offsets(text string) []int {
	runes, at := []rune(text), 0
	var all []int
	for _, r := range prose.Plain(text) {
		for at < len(runes) && runes[at] != r {
			at++
		}
		all = append(all, at)
		at++
	}
	return all
}

// marked returns the anchor's places of a passage given in characters that are shown;
// 0, 0 for what is none.
func marked(text string, from, to int) (int, int) {
	all := offsets(text)
	if from < 0 || to > len(all) || from >= to {
		return 0, 0
	}
	return all[from], all[to-1] + 1
}

// pieces cuts a paragraph at its styles and at the passages that something is said of.
func pieces(text string, about []said) []piece {
	places := offsets(text)
	var out []piece
	at := 0
	for _, s := range prose.Spans(text) {
		for _, r := range s.Text {
			is := piece{Bold: s.Bold, Italic: s.Italic}
			for _, x := range about {
				is.On = is.On || !x.Anchor.Whole() && at < len(places) && places[at] >= x.Anchor.From && places[at] < x.Anchor.To
			}
			at++
			if n := len(out); n > 0 && out[n-1].Bold == is.Bold && out[n-1].Italic == is.Italic && out[n-1].On == is.On {
				out[n-1].Text += string(r)
				continue
			}
			is.Text = string(r)
			out = append(out, is)
		}
	}
	return out
}
