package formula_test

import (
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"nhipcau/internal/formula"
)

// given are figures by their names; what is not there is empty.
func given(all map[formula.Ref]int64) func(formula.Ref) formula.Value {
	return func(r formula.Ref) formula.Value {
		if x, ok := all[r]; ok {
			return formula.Scaled(x, 0)
		}
		return formula.Empty(r.Key)
	}
}

func figures(now string) map[formula.Ref]int64 {
	all := map[formula.Ref]int64{}
	for _, f := range strings.Fields(now) {
		var x int64
		key, n, _ := strings.Cut(f, "=")
		when := formula.Now
		if w, k, ok := strings.Cut(key, "."); ok {
			when, key = formula.When(w), k
		}
		if _, err := fmt.Sscan(n, &x); err != nil {
			panic(err)
		}
		all[formula.Ref{Key: key, When: when}] = x
	}
	return all
}

// Formulas come to what a person would reckon, and say why when they come to
// nothing.
func TestWork(t *testing.T) {
	for _, c := range []struct{ text, with, want string }{
		{"1 + 2 * 3", "", "7"},
		{"(1 + 2) * 3", "", "9"},
		{"10 - 4 - 3", "", "3"},
		{"12 / 4 / 3", "", "1"},
		{"-2 * -3", "", "6"},
		{"2 − 5", "", "-3"},
		{"6 × 7 ÷ 2", "", "21"},
		{"1.234,5 + 0,5", "", "1235"},
		{"0.5 + 0,25", "", "3/4"},
		{"1.000", "", "1000"},
		{"0.125", "", "1/8"},
		{"a / 3 * 3", "a=10", "10"},
		{"A + item_2", "a=1 item_2=2", "3"},
		{"sum(a; b; c)", "a=1 c=5", "6"},
		{"sum(a, b, c)", "a=1 c=5", "6"},
		{"sum(1,5; 2)", "", "7/2"},
		{"min(a, b)", "a=3 b=-2", "-2"},
		{"max(a; b; 4)", "a=3", "4"},
		{"round(a / b; 1)", "a=2 b=3", "7/10"},
		{"round(0 - a / b, 1)", "a=1 b=4", "-3/10"},
		{"share(came, due)", "came=35599 due=35900", "3559900/35900 of 35599/35900"},
		{"round(share(came; due); 2)", "came=35599 due=35900", "2479/25 of 35599/35900"},
		{"a - prev(a)", "a=7 prev.a=5", "2"},
		{"year(a) + a", "year.a=30 a=4", "34"},
		{"a / b", "a=1 b=0", "formula.why.zero"},
		{"share(a; b - b)", "a=1 b=2", "formula.why.zero"},
		{"a + b", "a=1", "formula.why.empty b"},
		{"a - prev(a)", "a=1", "formula.why.empty a"},
		{"sum(a; b)", "", "formula.why.empty a"},
		{"sum(a / 0; b)", "a=1 b=2", "formula.why.zero"},
	} {
		f, err := formula.Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := told(f.Work(given(figures(c.with)))); got != want(c.want) {
			t.Errorf("%s with %s: got %s, want %s", c.text, c.with, got, c.want)
		}
	}
}

// want brings a fraction to its lowest terms.
func want(s string) string {
	first, rest, more := strings.Cut(s, " ")
	if x, ok := new(big.Rat).SetString(first); ok {
		first = x.RatString()
	}
	if more {
		return first + " " + rest
	}
	return first
}

func told(v formula.Value) string {
	switch {
	case !v.Is():
		return strings.TrimSpace(v.Why.Key + " " + strings.Trim(fmt.Sprint(v.Why.Args), "[]"))
	case v.Of[0] != nil:
		return v.X.RatString() + " of " + v.Of[0].RatString() + "/" + v.Of[1].RatString()
	}
	return v.X.RatString()
}

// What is no formula is refused at the place where it stops being one.
func TestParseRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "0 formula.error.empty",
		"   ":                            "0 formula.error.empty",
		"1 +":                            "3 formula.error.end",
		"(1 + 2":                         "6 formula.error.end",
		"1 2":                            "2 formula.error.word",
		"1 + * 2":                        "4 formula.error.word",
		"a = b":                          "2 formula.error.word",
		"mục + 1":                        "1 formula.error.word",
		"avg(a; b)":                      "0 formula.error.function",
		"share(a)":                       "0 formula.error.args",
		"round(a; b)":                    "0 formula.error.round",
		"round(a; 99999999999999999999)": "0 formula.error.round",
		"round(1,5)":                     "0 formula.error.args",
		"prev(a + b)":                    "0 formula.error.key",
		"prev(prev(a))":                  "0 formula.error.key",
		"year(3)":                        "0 formula.error.key",
		"1234567890123456789012":         "0 formula.error.number",
		strings.Repeat("a+", 300) + "a":  "0 formula.error.long",
		strings.Repeat("(", 40) + "a":    "20 formula.error.large",
		strings.Repeat("1+", 150) + "1":  "200 formula.error.large",
		strings.Repeat("-", 100) + "1":   "59 formula.error.large",
		"sum()":                          "4 formula.error.word",
		"sum(a;)":                        "6 formula.error.word",
		"a;b":                            "1 formula.error.word",
		"\x00":                           "0 formula.error.word",
		"\xff":                           "0 formula.error.word",
	} {
		_, err := formula.Parse(text)
		var e *formula.Error
		if !errors.As(err, &e) {
			t.Errorf("%q is read", text)
			continue
		}
		if got := fmt.Sprint(e.At, " ", e.Text.Key); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// A value that is squared again and again stops before it fills the house.
func TestLargeIsNone(t *testing.T) {
	f, err := formula.Parse("a * a")
	if err != nil {
		t.Fatal(err)
	}
	v := formula.Scaled(999_999_999_999, 0)
	for range 30 {
		v = f.Work(func(formula.Ref) formula.Value { return v })
	}
	if v.Is() || v.Why.Key != "formula.why.large" {
		t.Errorf("got %v", told(v))
	}
}

// Circles are found whatever is around them, and nothing else is one.
func TestCircle(t *testing.T) {
	for text, want := range map[string]string{
		"a=b+c b=c c=1":         "",
		"a=a":                   "a",
		"a=prev(a)+x":           "a",
		"a=b b=c c=year(b) d=a": "b c",
		"x=y":                   "",
	} {
		all := map[string]*formula.Formula{}
		for _, part := range strings.Fields(text) {
			key, f, _ := strings.Cut(part, "=")
			var err error
			if all[key], err = formula.Parse(f); err != nil {
				t.Fatal(err)
			}
		}
		if got := strings.Join(formula.Circle(all), " "); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// A sum of fractions is worked out by a naive reckoner of numerators and
// denominators that knows nothing of text.
type naive struct {
	num, den int64 // den 0: none
	text     string
}

func grow(r *rand.Rand, depth int, have map[formula.Ref]int64) naive {
	if depth == 0 || r.IntN(4) == 0 {
		if r.IntN(2) == 0 {
			n := r.Int64N(9)
			return naive{n, 1, fmt.Sprint(n)}
		}
		key := string(rune('a' + r.IntN(6)))
		x, ok := have[formula.Ref{Key: key}]
		if !ok {
			return naive{0, 0, key}
		}
		return naive{x, 1, key}
	}
	a, b := grow(r, depth-1, have), grow(r, depth-1, have)
	op := []string{"+", "-", "*", "/"}[r.IntN(4)]
	n := naive{text: "(" + a.text + " " + op + " " + b.text + ")"}
	if a.den == 0 || b.den == 0 || op == "/" && b.num == 0 {
		return n
	}
	switch op {
	case "+":
		n.num, n.den = a.num*b.den+b.num*a.den, a.den*b.den
	case "-":
		n.num, n.den = a.num*b.den-b.num*a.den, a.den*b.den
	case "*":
		n.num, n.den = a.num*b.num, a.den*b.den
	case "/":
		n.num, n.den = a.num*b.den, a.den*b.num
	}
	for d := int64(2); d < 4000; d++ { // keep them small
		for n.num%d == 0 && n.den%d == 0 {
			n.num, n.den = n.num/d, n.den/d
		}
	}
	return n
}

func TestAgainstNaive(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 20))
	for range 2000 {
		have := map[formula.Ref]int64{}
		for _, key := range "abcde" {
			if r.IntN(5) > 0 {
				have[formula.Ref{Key: string(key)}] = r.Int64N(7) - 3
			}
		}
		n := grow(r, 4, have)
		f, err := formula.Parse(n.text)
		if err != nil {
			t.Fatalf("%s: %v", n.text, err)
		}
		v := f.Work(given(have))
		if v.Is() != (n.den != 0) || v.Is() && v.X.Cmp(big.NewRat(n.num, n.den)) != 0 {
			t.Errorf("%s with %v: got %s, want %d/%d", n.text, have, told(v), n.num, n.den)
		}
	}
}

// Rounding is half away from zero, as an office does it.
func TestRound(t *testing.T) {
	for _, c := range []struct {
		num, den int64
		n        int
		want     int64
	}{{1, 2, 0, 1}, {-1, 2, 0, -1}, {3, 2, 0, 2}, {5, 2, 0, 3}, {249, 100, 0, 2}, {-249, 100, 0, -2}, {11, 12, 4, 9167}, {0, 1, 2, 0}, {1, 8, 2, 13}} {
		if got := formula.Units(big.NewRat(c.num, c.den), c.n); got.Int64() != c.want {
			t.Errorf("%d/%d to %d: got %v, want %d", c.num, c.den, c.n, got, c.want)
		}
	}
}

// Whatever is typed is read or refused, works out within its bounds, and what it
// needs is what it asks for.
func FuzzFormula(f *testing.F) {
	for _, s := range []string{"1+2", "share(a; b)", "round(sum(a,b)/3;2)", "prev(a)-year(b)", "1.234,5", "((((", "-−–", "min(1,2,3)", "a:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := formula.Parse(text)
		if err != nil {
			var e *formula.Error
			if !errors.As(err, &e) || e.At < 0 || e.At > len(text) {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		asked := map[formula.Ref]bool{}
		v := x.Work(func(r formula.Ref) formula.Value {
			asked[r] = true
			return formula.Scaled(int64(len(r.Key))-2, 1)
		})
		if v.Is() == (v.Why.Key != "") {
			t.Errorf("%q: got %s", text, told(v))
		}
		known := map[formula.Ref]bool{}
		for _, r := range x.Refs() {
			known[r] = true
		}
		for r := range asked {
			if !known[r] {
				t.Errorf("%q asks for %v, which it does not name", text, r)
			}
		}
	})
}
