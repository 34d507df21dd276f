package reflection

import (
	"archive/zip"
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func text(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 7))
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "từ%d ", r.IntN(5000))
	}
	return b.String()
}

// The hint finds what was copied, whatever its case and marks, and leaves out what is
// given to everybody.
func TestAlike(t *testing.T) {
	given := fixedOf([]string{"Nghị quyết về hội nhập quốc tế trong tình hình mới", "Một hai"})
	a := text(1, 100)
	for _, c := range []struct {
		what      string
		here, too string
		low, high int64
		passages  int
	}{
		{"the same", a, a, 100, 100, 1},
		{"in capitals with other signs", a, strings.ToUpper(strings.ReplaceAll(a, " ", ", ")), 100, 100, 1},
		{"half of it", a, a[:len(a)/2] + text(2, 50), 25, 40, 1},
		{"nothing", a, text(3, 100), 0, 0, 0},
		{"a quote of the title", text(4, 50) + " Nghị quyết về hội nhập quốc tế trong tình hình mới " + text(5, 50), text(6, 50) + " nghị quyết về hội nhập quốc tế trong tình hình mới " + text(7, 50), 0, 0, 0},
		{"nothing at all", "", "", 0, 0, 0},
	} {
		p, passages := alike(given, c.here, c.too)
		if p < c.low || p > c.high || len(passages) != c.passages {
			t.Errorf("%s: %d%% with %d passages", c.what, p, len(passages))
		}
	}
	_, passages := alike(given, "x "+a[:len(a)/2], "Tôi cho rằng "+a)
	if len(passages) != 1 || passages[0].Here != strings.TrimSpace(a[:len(a)/2]) && !strings.HasPrefix(a, passages[0].Here) {
		t.Errorf("got %q", passages)
	}
}

// A signature tells how alike two texts are, near enough, and is nil of a few words.
func TestSignature(t *testing.T) {
	sign := func(s string) signature { return signatureFor(fixedOf(nil).shingles(wordsOf(s))) }
	a := text(1, 400)
	half := a[:len(a)/2] + text(2, 200)
	if got := sign(a).like(sign(half)); got < 15 || got > 55 {
		t.Errorf("about a third alike: got %d%%", got)
	}
	if sign("rất ngắn") != nil || len(unpack(sign(a).pack())) != bands*width {
		t.Error("a short text, or packing")
	}
	if n := len(sign(a).bands()); n != bands {
		t.Errorf("got %d bands", n)
	}
}

// A Word paper's text is read a paragraph a line; what is broken or huge has none or
// its beginning.
func TestDocxText(t *testing.T) {
	doc := func(body string) []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create("word/document.xml")
		if err == nil {
			_, err = w.Write([]byte(body))
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	const open = `<w:document xmlns:w="x"><w:body>`
	if got := docxText(doc(open + `<w:p><w:r><w:t>Một </w:t></w:r><w:r><w:t>hai</w:t></w:r></w:p><w:p><w:r><w:t>Ba &amp; bốn</w:t><w:instrText>PAGE</w:instrText></w:r></w:p></w:body></w:document>`)); got != "Một hai\nBa & bốn" {
		t.Errorf("got %q", got)
	}
	if got := docxText(doc("no xml")); got != "" {
		t.Errorf("got %q", got)
	}
	if got := docxText([]byte("no zip")); got != "" {
		t.Errorf("got %q", got)
	}
	bomb := docxText(doc(open + `<w:p><w:r><w:t>` + strings.Repeat("a b c d e ", 4_000_000) + `</w:t>`))
	if len(bomb) == 0 || len(bomb) > 2*maxWords {
		t.Errorf("%d bytes of a bomb", len(bomb))
	}
}
