package opinion

import (
	"strings"

	"nhipcau/internal/prose"
)

// replaced returns a text with other words at a passage. Where that would leave a mark
// of bold or italic without its other half, the paragraph loses its marks.
func replaced(d prose.Doc, a prose.Anchor, words string) prose.Doc {
	out := prose.Doc{Blocks: append([]prose.Block(nil), d.Blocks...)}
	for i, b := range out.Blocks {
		if b.ID != a.Block {
			continue
		}
		if a.Whole() {
			out.Blocks[i].Text = words
			continue
		}
		r := []rune(b.Text)
		before, after := string(r[:a.From]), string(r[a.To:])
		text := before + words + after
		if strings.Count(prose.Plain(text), "*") > strings.Count(prose.Plain(b.Text)+words, "*") {
			text = strings.ReplaceAll(before, "*", "") + words + strings.ReplaceAll(after, "*", "")
		}
		out.Blocks[i].Text = text
	}
	return out
}
