package target

import (
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// ParseValue reads a value as people type it, "1.000" or "91,5", as a whole number
// of 10^-decimals; false if it is none, or has more decimals.
func ParseValue(typed string, decimals int) (int64, bool) {
	whole, part, has := strings.Cut(vn.Clean(typed), ",")
	n, ok := vn.ParseInt(whole)
	if !ok || n < 0 || len(part) > decimals || has && part == "" {
		return 0, false
	}
	for range decimals {
		if n > MaxValue {
			return 0, false
		}
		n *= 10
	}
	if part == "" {
		return n, true
	}
	f, err := strconv.ParseUint(part+strings.Repeat("0", decimals-len(part)), 10, 32)
	if err != nil {
		return 0, false
	}
	return n + int64(f), true
}

// FormatValue writes a whole number of 10^-decimals as people read it.
func FormatValue(n int64, decimals int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	one := int64(math.Pow10(decimals))
	s := sign + vn.Int(n/one)
	if f := n % one; f != 0 {
		part := strconv.FormatInt(one+f, 10)[1:]
		s += "," + strings.TrimRight(part, "0")
	}
	return s
}

// Format writes a value of t without its word.
func (t Target) Format(n int64) string { return FormatValue(n, t.Decimals) }

// ParsePoints reads a path typed as lines "Quý 1 | 31/3/2025 | 200", each with the
// last day of its stretch; it is Invalid, naming the line, if one cannot be read.
func ParsePoints(text string, decimals int) ([]Point, error) {
	var all []Point
	w := fault.Wrong{}
	for n, line := range strings.Split(text, "\n") {
		if line = vn.Clean(line); line == "" {
			continue
		}
		parts := strings.Split(line, "|")
		if len(parts) != 3 {
			w.Add("points", "target.error.line", n+1)
			continue
		}
		p := Point{Name: vn.Clean(parts[0]), To: vn.TypedDay(parts[1])}
		value, ok := ParseValue(parts[2], decimals)
		if !ok || !p.To.Valid() || p.Name == "" {
			w.Add("points", "target.error.line", n+1)
			continue
		}
		p.To, p.Value = p.To.AddDays(1), value
		all = append(all, p)
	}
	return all, w.Err()
}

// FormatPoints writes a path as ParsePoints reads it.
func FormatPoints(all []Point, decimals int) string {
	var b strings.Builder
	for _, p := range all {
		b.WriteString(p.Name + " | " + p.To.AddDays(-1).String() + " | " + FormatValue(p.Value, decimals) + "\n")
	}
	return b.String()
}

// values are those of a path, as the log keeps them.
func values(all []Point) string {
	some := make([]string, len(all))
	for i, p := range all {
		some[i] = strconv.FormatInt(p.Value, 10)
	}
	return strings.Join(some, " ")
}

// Split parts a whole in shares after weights, so that they add up to it exactly:
// what is left over by cutting goes to the largest remainders, of equal ones to the
// first. Without any weight all are equal. Weights below zero count as none.
func Split(whole int64, weights []int64) []int64 {
	n := len(weights)
	shares := make([]int64, n)
	if n == 0 || whole <= 0 {
		return shares
	}
	w, sum := make([]*big.Int, n), new(big.Int)
	for i, x := range weights {
		w[i] = big.NewInt(max(0, x))
		sum.Add(sum, w[i])
	}
	if sum.Sign() == 0 {
		for i := range w {
			w[i] = big.NewInt(1)
		}
		sum = big.NewInt(int64(n))
	}
	left, rest := whole, make([]*big.Int, n)
	all := big.NewInt(whole)
	for i := range w {
		q, r := new(big.Int).QuoRem(new(big.Int).Mul(all, w[i]), sum, new(big.Int))
		shares[i], rest[i] = q.Int64(), r
		left -= shares[i]
	}
	for _, i := range largest(rest)[:left] {
		shares[i]++
	}
	return shares
}

// largest returns the places of rest, that of the largest first.
func largest(rest []*big.Int) []int {
	at := make([]int, len(rest))
	for i := range at {
		at[i] = i
	}
	slices.SortStableFunc(at, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	return at
}

// Due is what a unit that is to reach value by the end is to have reached at a point
// of the target's path: as much of value as the point is of the whole.
func (t Target) Due(value int64, point int) int64 {
	whole := t.Value()
	if whole == 0 {
		return t.Points[point].Value
	}
	x := new(big.Int).Mul(big.NewInt(value), big.NewInt(t.Points[point].Value))
	return x.Quo(x, big.NewInt(whole)).Int64()
}
