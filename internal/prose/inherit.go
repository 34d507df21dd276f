package prose

import (
	"strings"
	"unicode/utf8"
)

// alike is how much of two paragraphs must be the same, in parts of a hundred, for the
// one to be taken for the other in another wording.
const alike = 60

// Inherit gives the blocks of d, which came from outside, the ids of the blocks of old
// that they are: those with the same words, then, between these, those with most of
// them. So what is tied to a block stays tied over an import. A goal, a task and a
// target stay what they are, with their fields.
func (d Doc) Inherit(old Doc) Doc {
	out := Doc{Blocks: append([]Block(nil), d.Blocks...)}
	where := map[string][]int{} // by words, the places in old that are free
	for i, b := range old.Blocks {
		where[words(b)] = append(where[words(b)], i)
	}
	pair := make([]int, len(out.Blocks)) // place in old, -1 for none
	taken := make([]bool, len(old.Blocks))
	for i, b := range out.Blocks {
		pair[i] = -1
		if free := where[words(b)]; len(free) > 0 && words(b) != "" {
			pair[i], where[words(b)] = free[0], free[1:]
			taken[free[0]] = true
		}
	}
	last := -1
	for i := range out.Blocks {
		if pair[i] >= 0 {
			last = pair[i]
			continue
		}
		for j := last + 1; j < len(old.Blocks) && j <= last+3 && !taken[j]; j++ {
			if likeness(old.Blocks[j].Text, out.Blocks[i].Text) >= alike {
				pair[i], taken[j], last = j, true, j
				break
			}
		}
	}
	for i, j := range pair {
		if j >= 0 {
			out.Blocks[i] = out.Blocks[i].as(old.Blocks[j])
		}
	}
	return out.Clean()
}

func words(b Block) string { return Plain(b.Text) }

// as makes b the block that was, in the words of b.
func (b Block) as(was Block) Block {
	b.ID = was.ID
	if len(FieldsOf(was.Kind)) > 0 && (b.Kind == Text || b.Kind == Item) {
		b.Kind, b.Level = was.Kind, 0
	}
	b.Fields = was.Fields
	return b
}

// likeness is how much of two texts is the same, in parts of a hundred.
func likeness(a, b string) int {
	same := 0
	for _, r := range Words(a, b) {
		if r.Kind == Same {
			same += utf8.RuneCountInString(strings.TrimSpace(r.Text))
		}
	}
	return 100 * same / max(utf8.RuneCountInString(a), utf8.RuneCountInString(b), 1)
}
