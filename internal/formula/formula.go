// Package formula works out figures from figures: "sum(a; b) - c", "share(came;
// due)", "members - prev(members)". The arithmetic is exact, with fractions; only
// what is shown is rounded. What cannot be worked out, for a figure it needs is
// empty or a divisor is zero, is no value and says why.
//
// A formula is text that people write, so it is bounded: in length, in depth, in how
// many steps it takes and in how large a number becomes.
package formula

import (
	"embed"
	"math/big"
	"slices"
	"strconv"

	"nhipcau/internal/fault"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

// A When says of which days a formula wants a figure.
type When string

// The times of a figure.
const (
	Now  When = ""     // of the period itself
	Prev When = "prev" // of the period before it
	Year When = "year" // since the year began, put together as its item says
)

// A Ref is a figure that a formula needs.
type Ref struct {
	Key  string
	When When
}

// MaxText is how many letters a formula has at most.
const MaxText = 500

const (
	maxNodes = 200
	maxDepth = 60   // three for each pair of brackets
	maxBits  = 4096 // of a numerator or denominator
	maxRound = 6
)

// An Error says what is wrong with the text of a formula, and after how many of its
// letters.
type Error struct {
	At   int
	Text fault.Text
}

func (e *Error) Error() string { return "formula: at " + strconv.Itoa(e.At) + ": " + e.Text.Key }

// A Formula has been read and can be worked out.
type Formula struct {
	root node
	refs []Ref
}

// Refs returns the figures that f needs, each once.
func (f *Formula) Refs() []Ref { return slices.Clone(f.refs) }

// A Value is what a formula comes to. Without a value, Why says why; it is empty
// otherwise.
type Value struct {
	X   *big.Rat    // nil for none
	Of  [2]*big.Rat // of a share, what is divided and by what; nil of any other
	Why fault.Text
}

// Is reports whether v is a value.
func (v Value) Is() bool { return v.X != nil }

// Exact returns x as a value.
func Exact(x *big.Rat) Value { return Value{X: x} }

// Scaled returns the value of a whole number of 10^-decimals.
func Scaled(x int64, decimals int) Value {
	return Value{X: new(big.Rat).SetFrac(big.NewInt(x), tens(decimals))}
}

// Empty returns no value, because the figure with a name is empty.
func Empty(name string) Value {
	return Value{Why: fault.Text{Key: "formula.why.empty", Args: []any{name}}}
}

// Unknown returns no value, for a reason of the caller.
func Unknown(why fault.Text) Value { return Value{Why: why} }

// Add adds two values, of which the first is one.
func Add(a, b Value) Value { return small(new(big.Rat).Add(a.X, b.X)) }

// Work works f out; get gives the figures it needs.
func (f *Formula) Work(get func(Ref) Value) Value { return f.root.work(get) }

func tens(n int) *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil) }

// A node is a number, a figure, or an operation on others.
type node struct {
	op   string // "number", "ref", "+", "-", "*", "/", "neg" or the name of a function
	x    *big.Rat
	ref  Ref
	args []node
	n    int // of round: how many decimals
}

func (n node) work(get func(Ref) Value) Value {
	switch n.op {
	case "number":
		return Exact(n.x)
	case "ref":
		return get(n.ref)
	}
	var all []Value
	for _, a := range n.args {
		v := a.work(get)
		if !v.Is() && (!n.skips() || v.Why.Key != "formula.why.empty") {
			return Value{Why: v.Why}
		}
		all = append(all, v)
	}
	return n.apply(all)
}

// skips reports whether figures that are empty are left out instead of leaving
// the whole without a value.
func (n node) skips() bool { return n.op == "sum" || n.op == "min" || n.op == "max" }

func (n node) apply(all []Value) Value {
	if n.skips() {
		return many(n.op, all)
	}
	x := new(big.Rat)
	switch n.op {
	case "neg":
		x.Neg(all[0].X)
	case "+":
		x.Add(all[0].X, all[1].X)
	case "-":
		x.Sub(all[0].X, all[1].X)
	case "*":
		x.Mul(all[0].X, all[1].X)
	case "round":
		x = Round(all[0].X, n.n)
	case "/", "share":
		if all[1].X.Sign() == 0 {
			return Value{Why: fault.Text{Key: "formula.why.zero"}}
		}
		x.Quo(all[0].X, all[1].X)
	}
	v := small(x)
	if n.op == "share" && v.Is() {
		v.X.Mul(v.X, big.NewRat(100, 1))
		v.Of = [2]*big.Rat{all[0].X, all[1].X}
	}
	if n.op == "round" {
		v.Of = all[0].Of
	}
	return v
}

// many puts the values together that are some: their sum, the least or the
// greatest.
func many(op string, all []Value) Value {
	x := (*big.Rat)(nil)
	why := fault.Text{}
	for _, v := range all {
		switch {
		case !v.Is():
			if why.Key == "" {
				why = v.Why
			}
		case x == nil:
			x = new(big.Rat).Set(v.X)
		case op == "sum":
			x.Add(x, v.X)
		case op == "min" && v.X.Cmp(x) < 0 || op == "max" && v.X.Cmp(x) > 0:
			x.Set(v.X)
		}
	}
	if x == nil {
		return Value{Why: why}
	}
	return small(x)
}

// small is x as a value, or none if it has grown too large to go on with.
func small(x *big.Rat) Value {
	if x.Num().BitLen() > maxBits || x.Denom().BitLen() > maxBits {
		return Value{Why: fault.Text{Key: "formula.why.large"}}
	}
	return Exact(x)
}

// Round rounds x to so many decimals, half away from zero.
func Round(x *big.Rat, decimals int) *big.Rat {
	return new(big.Rat).SetFrac(Units(x, decimals), tens(decimals))
}

// Units returns x as a whole number of 10^-decimals, rounded half away from zero.
func Units(x *big.Rat, decimals int) *big.Int {
	num := new(big.Int).Mul(x.Num(), tens(decimals))
	num.Mul(num, big.NewInt(2))
	den := new(big.Int).Mul(x.Denom(), big.NewInt(2))
	if num.Sign() < 0 {
		num.Sub(num, x.Denom())
	} else {
		num.Add(num, x.Denom())
	}
	return num.Quo(num, den) // toward zero
}
