package atlas

import (
	"math/big"
	"strconv"
	"strings"

	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/vn"
)

// scaled is a whole number of 10^-decimals.
func scaled(x int64, decimals int) *big.Rat { return formula.Scaled(x, decimals).X }

// write writes a figure with the decimals of an item.
func write(it form.Item, x *big.Rat) string {
	units := formula.Units(x, it.Decimals)
	if !units.IsInt64() {
		return "∞"
	}
	return it.Write(units.Int64())
}

// hundred writes a ratio as how many to a hundred, with at most two decimals that
// are cut and not rounded, as vn.Percent does.
func hundred(x *big.Rat) string {
	num := new(big.Int).Mul(x.Num(), big.NewInt(10_000))
	parts := num.Quo(num, x.Denom())
	if !parts.IsInt64() {
		return "∞"
	}
	sign, n := "", parts.Int64()
	if n < 0 {
		sign, n = "-", -n
	}
	text := sign + vn.Int(n/100)
	if part := n % 100; part != 0 {
		text += "," + strings.TrimSuffix(strconv.FormatInt(100+part, 10)[1:], "0")
	}
	return text
}
