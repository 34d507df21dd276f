package cite_test

import (
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"testing"

	"nhipcau/internal/cite"
	"nhipcau/internal/vn"
)

// A sample is a string of citations.tsv: what it cites first, or all of it if
// several numbers stand in one.
type sample struct {
	text, kind, symbol, issued, issuer, congress, plenum, term string
	numbers                                                    []string
	two                                                        bool // two citations
	held                                                       bool // what is missed in it is not looked at
}

// noted returns what stands behind key in the note of a sample, up to ; or a comma.
func noted(note, key string) string {
	_, v, ok := strings.Cut(note, key+"=")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(v, "; ,|("); i >= 0 {
		v = v[:i]
	}
	return v
}

// samples reads citations.tsv. "(inferred)" stands for what is not printed in the
// string, and brackets for an issuer that is not.
func samples(t testing.TB) []sample {
	t.Helper()
	b, err := os.ReadFile("testdata/citations.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n")[1:] {
		f := strings.Split(line, "\t")
		s := sample{text: f[0], kind: f[1], numbers: strings.Split(f[2], "|"), symbol: f[3], issued: f[4], issuer: f[5]}
		if strings.Contains(s.symbol, "(inferred)") {
			s.symbol = ""
		}
		s.issuer, _, s.two = strings.Cut(s.issuer, " | ")
		if i := strings.Index(s.issuer, "("); i >= 0 {
			s.issuer = ""
		}
		if !strings.Contains(f[6], "implements") && !strings.Contains(f[6], "NESTED congress") {
			s.congress, s.plenum = noted(f[6], "congress"), noted(f[6], "plenum")
		}
		if s.term = noted(f[6], "term"); s.term == "" {
			s.term = noted(f[6], "khoa")
		}
		if !strings.Contains(strings.ToLower(vn.Fold(f[0])), "kho") && !strings.Contains(s.term, "-") || strings.Contains(f[6], "inner one") {
			s.term = "" // known from elsewhere
		}
		h := fnv.New32a()
		h.Write([]byte(s.text))
		s.held = h.Sum32()%2 == 1
		all = append(all, s)
	}
	return all
}

// score counts citations found, and their fields that are right.
type score struct{ want, found, spans, fields, right, untold int }

func (s score) String() string {
	return fmt.Sprintf("%d of %d found, %d spans, %d of %d fields right (%.1f %%), %d more are not in the strings", s.found, s.want, s.spans, s.right, s.fields, 100*float64(s.right)/float64(max(1, s.fields)), s.untold)
}

// tells reports whether the words of a field that begin it stand in the string:
// what was known from elsewhere cannot be asked for.
func (s sample) tells(field string) bool {
	words := strings.Fields(vn.Fold(strings.NewReplacer("/", " ", "-", " ").Replace(field)))
	return strings.Contains(vn.Fold(s.text), strings.Join(words[:min(2, len(words))], " ")) || strings.Contains(strings.NewReplacer("/", " ", "-", " ").Replace(vn.Fold(s.text)), strings.Join(words, " "))
}

// check compares what is found in the text of s.
func (c *score) check(s sample, report func(string, ...any)) {
	found := cite.Find(s.text)
	for i, number := range s.numbers {
		c.want++
		var f *cite.Found
		for j := range found {
			if found[j].Number == number && (number != "" || f == nil && found[j].Type == s.kind) {
				f = &found[j]
			}
		}
		if f == nil {
			report("not found: %s %q in %q; found %+v", s.kind, number, s.text, found)
			continue
		}
		c.found++
		if s.two || len(s.numbers) > 1 || f.Start == 0 && f.End == len(s.text) {
			c.spans++
		} else {
			report("span of %q: %q", s.text, f.Text)
		}
		for _, x := range [][3]string{
			{"type", f.Type, s.kind},
			{"number", f.Number, number},
			{"symbol", f.Symbol, s.symbol},
			{"issued_on", string(f.Issued), s.issued},
			{"issuer", f.Issuer, s.issuer},
			{"congress", f.Congress, s.congress},
			{"plenum", f.Plenum, s.plenum},
			{"term", f.Term, s.term},
		} {
			if x[2] == "" && (x[1] == "" || x[0] == "congress" || x[0] == "plenum" || x[0] == "term") {
				continue // the notes do not name them all
			}
			if x[1] == "" && !s.tells(x[2]) {
				c.untold++
				continue
			}
			c.fields++
			if x[1] == x[2] || x[0] == "issuer" && x[1] != "" && strings.HasPrefix(x[2], x[1]) {
				c.right++ // which province it was, the string does not say
			} else {
				report("%s of %q (%d): %q, want %q", x[0], s.text, i, x[1], x[2])
			}
		}
	}
}

// TestSamples: of real strings at least 95 % are found, and of their fields as
// many are right, also in the half that was held back.
func TestSamples(t *testing.T) {
	var tuned, held score
	for _, s := range samples(t) {
		if s.held {
			held.check(s, func(string, ...any) {})
		} else {
			tuned.check(s, t.Logf)
		}
	}
	t.Logf("tuned on: %v", tuned)
	t.Logf("held back: %v", held)
	for _, s := range []score{tuned, held} {
		if s.found*100 < s.want*95 || s.spans*100 < s.found*95 || s.right*100 < s.fields*95 {
			t.Errorf("too few: %v", s)
		}
	}
}
