package target

import (
	"fmt"
	"strings"
)

// A curve is a path against what was reached, drawn in a box.
type curve struct {
	Path, Reached string // points of two lines
	Dots          []dot  // of what was reached
}

type dot struct{ X, Y, Title string }

const (
	curveWidth  = 640.0
	curveHeight = 180.0
	curveEdge   = 10.0
)

// drawn lays the marks of a path out by the days on which they end.
func (p showPage) drawn() curve {
	span, most := float64(p.Target.From.DaysUntil(p.Target.To)), int64(1)
	for _, m := range p.Marks {
		most = max(most, m.Due, m.Reached)
	}
	place := func(day float64, value int64) (x, y string) {
		return fmt.Sprintf("%.1f", curveEdge+day/max(1, span)*(curveWidth-2*curveEdge)),
			fmt.Sprintf("%.1f", curveHeight-curveEdge-float64(value)/float64(most)*(curveHeight-2*curveEdge))
	}
	x, y := place(0, 0)
	path, reached := []string{x + "," + y}, []string{x + "," + y}
	if p.Target.Direction == Most {
		path = nil // a ceiling holds from the first day
	}
	c := curve{}
	for _, m := range p.Marks {
		day := float64(p.Target.From.DaysUntil(m.To))
		x, y = place(day, m.Due)
		if len(path) == 0 {
			x0, _ := place(0, 0)
			path = append(path, x0+","+y)
		}
		path = append(path, x+","+y)
		if !m.Known {
			continue
		}
		if m.Running {
			day = float64(p.Target.From.DaysUntil(p.Today))
		}
		x, y = place(day, m.Reached)
		reached = append(reached, x+","+y)
		c.Dots = append(c.Dots, dot{x, y, m.Name + ": " + p.Target.Format(m.Reached)})
	}
	c.Path = strings.Join(path, " ")
	if len(c.Dots) > 0 {
		c.Reached = strings.Join(reached, " ")
	}
	return c
}
