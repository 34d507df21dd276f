package filing

import (
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/wording"
)

// Written is what an item comes to as it is written.
func Written(it form.Item, v formula.Value) wording.Figure {
	if !v.Is() {
		return wording.Figure{}
	}
	n := formula.Units(v.X, it.Decimals)
	if !n.IsInt64() {
		return wording.Figure{}
	}
	return wording.Figure{N: n.Int64(), Decimals: it.Decimals, Text: it.Write(n.Int64())}
}

// Written are what the items of the form come to in the period, by key.
func (b *Book) Written() wording.Figures {
	all := wording.Figures{}
	for _, it := range b.Round.Form.Items {
		if it.Kind == form.Text {
			continue
		}
		if x := Written(it, b.Now(it.Key)); x.Text != "" {
			all[it.Key] = x
		}
	}
	return all
}

// Reads returns the narrative of a return as a sentence in which the figures of the
// form may be named; what names none of them is words.
func (r *Round) Reads(text string) wording.Sentence {
	return wording.Parse(text).Only(func(key string) bool {
		n, ok := r.place[key]
		return ok && r.Form.Items[n-1].Kind != form.Text
	})
}
