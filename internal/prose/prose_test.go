package prose_test

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"nhipcau/internal/fault"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
)

func text(runs []prose.Run, not prose.Mode) string {
	var b strings.Builder
	for _, r := range runs {
		if r.Kind != not {
			b.WriteString(r.Text)
		}
	}
	return b.String()
}

func TestWords(t *testing.T) {
	runs := prose.Words("Phấn đấu 95% đảng viên học tập.", "Phấn đấu 100% đảng viên, quần chúng học tập.")
	want := []prose.Run{
		{prose.Same, "Phấn đấu "},
		{prose.Gone, "95"},
		{prose.New, "100"},
		{prose.Same, "% đảng viên"},
		{prose.New, ", quần chúng"},
		{prose.Same, " học tập."},
	}
	if !reflect.DeepEqual(runs, want) {
		t.Errorf("%q", runs)
	}
}

var words = strings.Fields("chi bộ đảng ủy, nghị quyết 26 triển khai (trước ngày 31/12) * ** hội nghị; học tập quán triệt 𝔘 😀 é %")

func sentence(r *rand.Rand) string {
	var all []string
	for range r.IntN(20) {
		all = append(all, words[r.IntN(len(words))])
	}
	return vn.Clean(strings.Join(all, " "))
}

// edit makes some of the changes people make.
func edit(r *rand.Rand, s string) string {
	w := strings.Fields(s)
	for range 1 + r.IntN(3) {
		at := 0
		if len(w) > 0 {
			at = r.IntN(len(w))
		}
		switch r.IntN(3) {
		case 0:
			w = append(w[:at:at], append([]string{words[r.IntN(len(words))]}, w[at:]...)...)
		case 1:
			if len(w) > 0 {
				w = append(w[:at:at], w[at+1:]...)
			}
		default:
			if len(w) > 0 {
				w[at] = words[r.IntN(len(words))]
			}
		}
	}
	return strings.Join(w, " ")
}

// What is not new makes up the one text, what is not gone the other.
func TestWordsGiveBothTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 1))
	for range 3000 {
		a := sentence(r)
		b := edit(r, a)
		runs := prose.Words(a, b)
		if text(runs, prose.New) != a || text(runs, prose.Gone) != b {
			t.Fatalf("%q → %q: %q", a, b, runs)
		}
	}
}

func random(r *rand.Rand) prose.Doc {
	var d prose.Doc
	for range 1 + r.IntN(8) {
		b := prose.Block{ID: id(r), Kind: prose.Kinds[r.IntN(len(prose.Kinds))], Text: sentence(r), Level: r.IntN(5)}
		for _, f := range prose.FieldsOf(b.Kind) {
			if b.Fields == nil {
				b.Fields = map[string]string{}
			}
			b.Fields[f] = words[r.IntN(len(words))]
		}
		if b.Kind == prose.Task {
			b.Fields["day"], b.Fields["wording"] = "31/12/2020", "until"
		}
		if b.Kind == prose.Target {
			b.Fields["direction"] = "up"
		}
		d.Blocks = append(d.Blocks, b)
	}
	return d.Clean()
}

func id(r *rand.Rand) string {
	var b [8]byte
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b[:])
}

// change returns d as somebody may have edited it: blocks changed, moved, gone, new.
func change(r *rand.Rand, d prose.Doc) prose.Doc {
	out := prose.Doc{Blocks: append([]prose.Block(nil), d.Blocks...)}
	for range r.IntN(5) {
		if len(out.Blocks) == 0 {
			break
		}
		i, j := r.IntN(len(out.Blocks)), r.IntN(len(out.Blocks))
		switch r.IntN(4) {
		case 0:
			out.Blocks[i].Text = edit(r, out.Blocks[i].Text)
		case 1:
			out.Blocks[i], out.Blocks[j] = out.Blocks[j], out.Blocks[i]
		case 2:
			out.Blocks = append(out.Blocks[:i:i], out.Blocks[i+1:]...)
		default:
			out.Blocks = append(out.Blocks, prose.Block{ID: id(r), Kind: prose.Text, Text: sentence(r)})
		}
	}
	return out.Clean()
}

// A kept text is checked, and reading it back gives the same.
func TestDocRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 2))
	for range 300 {
		d := random(r)
		if err := d.Check(); err != nil {
			t.Fatalf("%v: %+v", err, d)
		}
		if !d.Equal(d.Clean()) {
			t.Fatalf("cleaned twice: %+v, %+v", d, d.Clean())
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back prose.Doc
		if err := json.Unmarshal(raw, &back); err != nil || !back.Equal(d) {
			t.Fatalf("%v: %s", err, raw)
		}
	}
}

// Comparing tells every block of both texts once, and the newer text in its order.
func TestCompareIsWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 3))
	for range 1000 {
		a := random(r)
		b := change(r, a)
		var was, is []prose.Block
		for _, c := range prose.Compare(a, b) {
			if c.How != prose.Added {
				was = append(was, c.Was)
			}
			if c.How != prose.Removed {
				is = append(is, c.Is)
			}
			if same := c.Was.Equal(c.Is); (c.How == prose.Kept || c.How == prose.Moved) != same && c.How != prose.Added && c.How != prose.Removed {
				t.Fatalf("%+v", c)
			}
		}
		if len(was) != len(a.Blocks) || !b.Equal(prose.Doc{Blocks: is}) {
			t.Fatalf("%+v\n%+v\n%+v", a, b, prose.Compare(a, b))
		}
		for _, c := range prose.Compare(a, a) {
			if c.How != prose.Kept || c.Moved {
				t.Fatalf("the same text: %+v", c)
			}
		}
	}
}

func TestCompareTellsWhatMoved(t *testing.T) {
	a := prose.Doc{Blocks: []prose.Block{{ID: "aaaaaaaa", Text: "một"}, {ID: "bbbbbbbb", Text: "hai"}, {ID: "cccccccc", Text: "ba"}, {ID: "dddddddd", Text: "bốn"}, {ID: "ffffffff", Text: "năm"}}}
	b := prose.Doc{Blocks: []prose.Block{{ID: "aaaaaaaa", Text: "một"}, {ID: "cccccccc", Text: "ba"}, {ID: "ffffffff", Text: "năm"}, {ID: "eeeeeeee", Text: "mới"}, {ID: "bbbbbbbb", Text: "hai"}}}
	var got []string
	for _, c := range prose.Compare(a, b) {
		got = append(got, string(c.How)+" "+c.Was.Text+c.Is.Text)
	}
	if s := strings.Join(got, ", "); s != "same mộtmột, same baba, gone bốn, same nămnăm, new mới, moved haihai" {
		t.Error(s)
	}
}

// A passage is followed to words that stand in the newer text at the place the
// anchor says; where nothing changed it stays, and where its words are still in
// its block it keeps them.
func TestAnchorsOverRandomEdits(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 4))
	found := map[prose.Found]int{}
	for range 5000 {
		a := random(r)
		at := a.Blocks[r.IntN(len(a.Blocks))]
		n := utf8.RuneCountInString(at.Text)
		from := r.IntN(n + 1)
		anchor, ok := a.At(at.ID, from, from+r.IntN(n-from+1))
		if !ok {
			t.Fatal("no such block")
		}
		if same, how := a.Follow(anchor, a); how != prose.Exact || same != anchor {
			t.Fatalf("in the same text: %v %+v %+v", how, anchor, same)
		}
		b := change(r, a)
		is, how := a.Follow(anchor, b)
		found[how]++
		block, there := b.Find(is.Block)
		if how == prose.FoundGone {
			if b2, still := b.Find(anchor.Block); still && anchor.Quote != "" && !anchor.Whole() && strings.Contains(b2.Text, anchor.Quote) {
				t.Fatalf("%+v is there: %q", anchor, b2.Text)
			}
			continue
		}
		if !there {
			t.Fatalf("%v in a block that is not there: %+v", how, is)
		}
		if is.Whole() {
			continue
		}
		if runes := []rune(block.Text); is.To > len(runes) || is.From >= is.To || string(runes[is.From:is.To]) != is.Quote {
			t.Fatalf("%+v does not stand in %q", is, block.Text)
		}
		if how != prose.FoundChanged && is.Quote != anchor.Quote {
			t.Fatalf("%v with other words: %+v %+v", how, anchor, is)
		}
	}
	for _, how := range []prose.Found{prose.Exact, prose.FoundMoved, prose.FoundChanged, prose.FoundGone} {
		if found[how] == 0 {
			t.Errorf("never %s: %v", how, found)
		}
	}
}

func TestFollow(t *testing.T) {
	was := prose.Doc{Blocks: []prose.Block{{ID: "aaaaaaaa", Text: "Đảng ủy mở 35 lớp học tập nghị quyết trong quý IV."}}}
	anchor, _ := was.At("aaaaaaaa", 8, 17)
	if anchor.Quote != "mở 35 lớp" {
		t.Fatalf("%+v", anchor)
	}
	for _, c := range []struct {
		now   string
		how   prose.Found
		quote string
	}{
		{"Đảng ủy mở 35 lớp học tập nghị quyết trong quý IV.", prose.Exact, "mở 35 lớp"},
		{"Đảng ủy mở 35 lớp quán triệt nghị quyết.", prose.Exact, "mở 35 lớp"},
		{"Năm 2020, Đảng ủy mở 35 lớp học tập.", prose.FoundMoved, "mở 35 lớp"},
		{"Đảng ủy mở 40 lớp học tập nghị quyết trong quý IV.", prose.FoundChanged, "mở 40 lớp"},
		{"Đảng ủy học tập nghị quyết trong quý IV.", prose.FoundGone, "mở 35 lớp"},
	} {
		is, how := was.Follow(anchor, prose.Doc{Blocks: []prose.Block{{ID: "aaaaaaaa", Text: c.now}}})
		if how != c.how || is.Quote != c.quote {
			t.Errorf("%q: %v %+v", c.now, how, is)
		}
	}
}

func TestCheck(t *testing.T) {
	ok := prose.Block{ID: "abcdefgh", Kind: prose.Task, Text: "Mở lớp", Fields: map[string]string{"day": "2020-12-31", "wording": "until", prose.Carries: "k1 k2"}}
	if err := (prose.Doc{Blocks: []prose.Block{ok}}).Check(); err != nil {
		t.Error(err)
	}
	for name, spoil := range map[string]func(*prose.Block){
		"id":          func(b *prose.Block) { b.ID = "x" },
		"kind":        func(b *prose.Block) { b.Kind = "table" },
		"level":       func(b *prose.Block) { b.Level = 2 },
		"two lines":   func(b *prose.Block) { b.Text = "a\nb" },
		"long":        func(b *prose.Block) { b.Text = strings.Repeat("ă", prose.MaxText+1) },
		"day":         func(b *prose.Block) { b.Fields = map[string]string{"day": "2020-02-30"} },
		"wording":     func(b *prose.Block) { b.Fields = map[string]string{"wording": "about"} },
		"other field": func(b *prose.Block) { b.Fields = map[string]string{"indicator": "x"} },
		"carries":     func(b *prose.Block) { b.Fields = map[string]string{prose.Carries: "<x>"} },
	} {
		b := ok
		spoil(&b)
		if err := (prose.Doc{Blocks: []prose.Block{b}}).Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (prose.Doc{Blocks: []prose.Block{ok, ok}}).Check(); !fault.Is(err, fault.Invalid) {
		t.Error("one id twice is taken")
	}
	if err := (prose.Doc{Blocks: make([]prose.Block, prose.MaxBlocks+1)}).Check(); !fault.Is(err, fault.Invalid) {
		t.Error("too many blocks are taken")
	}
}

func TestSpans(t *testing.T) {
	for in, want := range map[string][]prose.Span{
		"một **hai** *ba* ***bốn***": {{Text: "một "}, {Text: "hai", Bold: true}, {Text: " "}, {Text: "ba", Italic: true}, {Text: " "}, {Text: "bốn", Bold: true, Italic: true}},
		"5 * 3 * 2 (*) chú (*)":      {{Text: "5 * 3 * 2 (*) chú (*)"}},
		"**a***b*":                   {{Text: "a", Bold: true}, {Text: "b", Italic: true}},
		"**a":                        {{Text: "**a"}},
		"****":                       {{Text: "****"}},
	} {
		if got := prose.Spans(in); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v", in, got)
		}
	}
}

func FuzzSpans(f *testing.F) {
	f.Add("một **hai** *ba*", "x*", true, false)
	f.Fuzz(func(t *testing.T, a, b string, bold, italic bool) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			return
		}
		text := prose.Mark([]prose.Span{{Text: a}, {Text: b, Bold: bold, Italic: italic}, {Text: a, Bold: true}})
		if want := a + b + a; prose.Plain(text) != want && prose.Plain(text) != strings.ReplaceAll(want, "*", "∗") {
			t.Errorf("%q + %q: %q", a, b, text)
		}
	})
}
