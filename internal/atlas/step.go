package atlas

import (
	"math/big"
	"slices"
)

// A Step is one of at most five shades: which figures it is of, and how many units.
type Step struct {
	Low, High string // as they are written; of shares the bounds, else what there is
	Units     int
}

// most is how many shades a map has.
const most = 5

// steps gives each cell with a figure its step and returns them. A share of all that
// is asked has five steps of 20 %, so that two maps can be compared; of anything else
// each step has as many units, and equal figures are never in two.
func steps(cells []Cell, share bool) []Step {
	if share {
		return fifths(cells)
	}
	var sorted []int
	for i, c := range cells {
		if c.State == Has {
			sorted = append(sorted, i)
		}
	}
	slices.SortStableFunc(sorted, func(a, b int) int { return cells[a].X.Cmp(cells[b].X) })
	distinct := 0
	for n, i := range sorted {
		if n == 0 || cells[i].X.Cmp(cells[sorted[n-1]].X) != 0 {
			distinct++
		}
	}
	var all []Step
	seen, last := 0, -1 // distinct figures so far, and the share of them that began a step
	for n, i := range sorted {
		same := n > 0 && cells[i].X.Cmp(cells[sorted[n-1]].X) == 0
		at := n * most / len(sorted)
		if distinct <= most {
			at = seen
		}
		if !same {
			seen++
			if at != last {
				all, last = append(all, Step{Low: cells[i].Text}), at
			}
		}
		cells[i].Step = len(all)
		all[len(all)-1].High = cells[i].Text
		all[len(all)-1].Units++
	}
	return all
}

func fifths(cells []Cell) []Step {
	all := []Step{{"0", "20", 0}, {"20", "40", 0}, {"40", "60", 0}, {"60", "80", 0}, {"80", "100", 0}}
	for i, c := range cells {
		if c.State != Has {
			continue
		}
		of := new(big.Int).Mul(c.X.Num(), big.NewInt(most))
		of.Quo(of, c.X.Denom())
		n := int(min(most-1, of.Int64()))
		cells[i].Step = n + 1
		all[n].Units++
	}
	return all
}
