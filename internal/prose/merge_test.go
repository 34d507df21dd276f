package prose_test

import (
	"math/rand/v2"
	"testing"

	"nhipcau/internal/prose"
)

func doc(blocks ...string) prose.Doc {
	var d prose.Doc
	for _, b := range blocks {
		d.Blocks = append(d.Blocks, prose.Block{ID: b[:8], Kind: prose.Text, Text: b[8:]})
	}
	return d
}

const a, b, c, n, m = "aaaaaaaa", "bbbbbbbb", "cccccccc", "nnnnnnnn", "mmmmmmmm"

func TestMerge(t *testing.T) {
	base := doc(a+"một", b+"hai", c+"ba")
	for name, x := range map[string]struct {
		mine, theirs prose.Doc
		want         prose.Doc
		clash        bool
	}{
		"different paragraphs":    {mine: doc(a+"MỘT", b+"hai", c+"ba"), theirs: doc(a+"một", b+"hai", c+"BA"), want: doc(a+"MỘT", b+"hai", c+"BA")},
		"one paragraph":           {mine: doc(a+"MỘT", b+"hai", c+"ba"), theirs: doc(a+"mốt", b+"hai", c+"ba"), clash: true},
		"the same change":         {mine: doc(a+"MỘT", b+"hai", c+"ba"), theirs: doc(a+"MỘT", b+"hai", c+"ba"), want: doc(a+"MỘT", b+"hai", c+"ba")},
		"both add":                {mine: doc(a+"một", n+"mới", b+"hai", c+"ba"), theirs: doc(a+"một", b+"hai", m+"mới nữa", c+"ba"), want: doc(a+"một", n+"mới", b+"hai", m+"mới nữa", c+"ba")},
		"mine throws away":        {mine: doc(a+"một", c+"ba"), theirs: doc(a+"MỘT", b+"hai", c+"ba"), want: doc(a+"MỘT", c+"ba")},
		"thrown away and changed": {mine: doc(a+"một", c+"ba"), theirs: doc(a+"một", b+"HAI", c+"ba"), clash: true},
		"changed and thrown away": {mine: doc(a+"một", b+"HAI", c+"ba"), theirs: doc(a+"một", c+"ba"), clash: true},
		"mine moves":              {mine: doc(c+"ba", a+"một", b+"hai"), theirs: doc(a+"MỘT", b+"hai", c+"ba"), want: doc(c+"ba", a+"MỘT", b+"hai")},
		"both move":               {mine: doc(c+"ba", a+"một", b+"hai"), theirs: doc(b+"hai", a+"một", c+"ba"), clash: true},
		"nothing of mine":         {mine: base, theirs: doc(c + "BA"), want: doc(c + "BA")},
	} {
		// What came over a form is what the base says.
		got, ok := prose.Merge(prose.ParseBase(prose.BaseOf(base).String()), x.mine, x.theirs)
		if ok == x.clash || ok && !got.Equal(x.want) {
			t.Errorf("%s: %v %+v", name, ok, got)
		}
	}
}

// Whatever two people do: what is put together has every paragraph that either has
// written, and no paragraph twice; who has changed nothing gets the other's text.
func TestMergeLosesNothing(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 5))
	merged := 0
	for range 1500 {
		was := random(r)
		mine, theirs := change(r, was), change(r, was)
		base := prose.BaseOf(was)
		if got, ok := prose.Merge(base, was, theirs); !ok || !got.Equal(theirs) {
			t.Fatalf("nothing of mine: %v %+v %+v", ok, got, theirs)
		}
		if got, ok := prose.Merge(base, mine, was); !ok || !got.Equal(mine) {
			t.Fatalf("nothing of theirs: %v\n%+v\n%+v\n%+v", ok, was, mine, got)
		}
		got, ok := prose.Merge(base, mine, theirs)
		if !ok {
			continue
		}
		merged++
		if err := got.Check(); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
		for _, side := range []prose.Doc{mine, theirs} {
			for _, block := range side.Blocks {
				if old, had := was.Find(block.ID); had && old.Equal(block) {
					continue
				}
				if is, there := got.Find(block.ID); !there || !is.Equal(block) {
					t.Fatalf("lost %+v\n%+v\n%+v\n%+v\n%+v", block, was, mine, theirs, got)
				}
			}
		}
	}
	if merged < 150 {
		t.Errorf("only %d put together", merged)
	}
}

// Whatever is picked stands; where nothing is, both texts do.
func TestSettle(t *testing.T) {
	base := doc(a+"một", b+"hai", c+"ba")
	mine, theirs := doc(a+"của tôi", c+"ba"), doc(a+"của bạn", b+"HAI", c+"BA")
	for pick, want := range map[prose.Pick]string{
		"":           "text0 của bạn\ntext0 của tôi\ntext0 HAI\ntext0 BA",
		prose.Both:   "text0 của bạn\ntext0 của tôi\ntext0 HAI\ntext0 BA",
		prose.Mine:   "text0 của tôi\ntext0 BA",
		prose.Theirs: "text0 của bạn\ntext0 HAI\ntext0 BA",
	} {
		got, clashes := prose.Settle(prose.BaseOf(base), mine, theirs, map[string]prose.Pick{a: pick, b: pick})
		if said(got) != want || len(clashes) != 2 || clashes[0].ID() != a || clashes[1].ID() != b || clashes[1].Mine.ID != "" {
			t.Errorf("%q: %s %+v", pick, said(got), clashes)
		}
	}
	// Moved and changed against changed.
	got, clashes := prose.Settle(prose.BaseOf(base), doc(c+"ba", a+"của tôi", b+"hai"), doc(a+"của bạn", b+"hai", c+"ba"), map[string]prose.Pick{a: prose.Mine})
	if said(got) != "text0 ba\ntext0 của tôi\ntext0 hai" || len(clashes) != 1 || clashes[0].Mine.Text != "của tôi" {
		t.Errorf("%s %+v", said(got), clashes)
	}
}
