package signing_test

import (
	"maps"
	"math/rand/v2"
	"testing"

	"nhipcau/internal/signing"
)

func some(r *rand.Rand) signing.Content {
	c := signing.Content{
		Period: word(r), Unit: r.Int64N(3), Form: word(r), Edition: r.Int64N(3), Mark: r.Int64N(2), Nothing: r.IntN(2) == 0,
		Figures: map[string]int64{}, Texts: map[string]string{},
	}
	for range r.IntN(4) {
		c.Figures[word(r)] = r.Int64N(3) - 1
		c.Texts[word(r)] = word(r)
	}
	return c
}

func word(r *rand.Rand) string {
	b := make([]byte, r.IntN(3))
	for i := range b {
		b[i] = "ab\x00"[r.IntN(3)]
	}
	return string(b)
}

func same(a, b signing.Content) bool {
	return a.Period == b.Period && a.Unit == b.Unit && a.Form == b.Form && a.Edition == b.Edition && a.Mark == b.Mark && a.Nothing == b.Nothing &&
		maps.Equal(a.Figures, b.Figures) && maps.Equal(a.Texts, b.Texts)
}

// Two reports have one hash if and only if they say the same.
func TestHash(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 39))
	had := map[string]signing.Content{}
	for range 20_000 {
		c := some(r)
		h := c.Hash()
		if before, ok := had[h]; ok && !same(before, c) {
			t.Fatalf("%+v and %+v have one hash", before, c)
		}
		had[h] = c
		d := c
		d.Figures, d.Texts = maps.Clone(c.Figures), maps.Clone(c.Texts)
		if d.Hash() != h {
			t.Fatalf("%+v has two hashes", c)
		}
	}
	if len(had) < 10_000 {
		t.Fatalf("only %d of the reports tried differ", len(had))
	}
}

// A zero is not an empty figure.
func TestHashOfEmpty(t *testing.T) {
	zero, empty := signing.Content{Figures: map[string]int64{"a": 0}}, signing.Content{}
	if zero.Hash() == empty.Hash() {
		t.Error("a zero and an empty figure have one hash")
	}
}
