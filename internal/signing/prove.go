package signing

import (
	"context"
	"fmt"
	"slices"

	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/org"
)

// Prove says what is wrong with what was signed: a figure or a word of a return that
// is not what its signature covers, a deed that is gone or was made up, a report that
// stands otherwise than its last deed left it. tell gets one line for each.
func Prove(ctx context.Context, d *db.DB, tell func(line string)) error {
	var lines []string
	if err := d.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		lines = nil
		periods, err := periodsOf(ctx, tx)
		if err != nil {
			return err
		}
		for _, period := range periods {
			some, err := provePeriod(ctx, tx, period)
			if err != nil {
				return err
			}
			lines = append(lines, some...)
		}
		some, err := strays(ctx, tx)
		lines = append(lines, some...)
		return err
	}); err != nil {
		return err
	}
	for _, line := range lines {
		tell(line)
	}
	return nil
}

// left is the state in which each kind of deed leaves a report.
var left = map[Kind]State{
	DidAsk: Asked, DidSubmit: Submitted, DidSign: Submitted, DidRefuse: Returned, DidReturn: Returned, DidAccept: Accepted, DidDraw: Withdrawn,
}

func provePeriod(ctx context.Context, tx *db.Tx, period string) (lines []string, err error) {
	round, err := filing.RoundOf(ctx, tx, period)
	if err != nil {
		return nil, err
	}
	wrong := func(r Report, format string, args ...any) {
		lines = append(lines, fmt.Sprintf("report of unit %d in period %s: ", r.Unit, period)+fmt.Sprintf(format, args...))
	}
	after := int64(0)
	for {
		reports, err := reportsAfter(ctx, tx, period, after)
		if err != nil || len(reports) == 0 {
			return lines, err
		}
		units := make([]int64, len(reports))
		for i, r := range reports {
			units[i] = r.Unit
		}
		after = units[len(units)-1]
		deeds, err := eventsOf(ctx, tx, period, units)
		if err != nil {
			return lines, err
		}
		returns, err := filing.ReturnsOf(ctx, tx, period, units)
		if err != nil {
			return lines, err
		}
		texts, err := filing.TextsOfMany(ctx, tx, round, units)
		if err != nil {
			return lines, err
		}
		marks, err := filing.MarksOf(ctx, tx, round, units)
		if err != nil {
			return lines, err
		}
		for _, r := range reports {
			c := Case{Case: filing.Case{Round: round, Unit: org.Unit{ID: r.Unit}, History: returns[r.Unit]}, Report: r, Events: deeds[r.Unit], Texts: texts[r.Unit], Marks: marks[r.Unit]}
			c.prove(func(format string, args ...any) { wrong(r, format, args...) })
		}
	}
}

// prove says what is wrong with one report.
func (c Case) prove(wrong func(format string, args ...any)) {
	for i, e := range c.Events {
		if e.K != int64(i+1) {
			wrong("deed %d is missing", i+1)
			break
		}
		if e.N == 0 || e.Hash == "" {
			continue
		}
		x := c.Numbered(e.N)
		if x.N == 0 {
			wrong("return %d, %s by %s, is gone", e.N, e.Kind, e.Name)
			continue
		}
		if !c.holds(e) {
			wrong("return %d is not what was %s by %s", e.N, e.Kind, e.Name)
		}
	}
	if len(c.Events) == 0 {
		wrong("nobody has done anything, and it is %s", c.Report.State)
		return
	}
	last := c.Events[len(c.Events)-1]
	want := left[last.Kind]
	if c.Report.Above == 0 && want == Submitted {
		want = Accepted
	}
	if c.Report.State != want || c.Report.Hash != last.Hash {
		wrong("it is %s, and was %s by %s", c.Report.State, last.Kind, last.Name)
	}
	if w, ok := c.Waits(); c.Report.State == Asked && (!ok || c.said(w).Hash() != last.Hash) {
		wrong("what waits for the secretary is not what %s gave", last.Name)
	}
	if n := c.Newest().N; n > 0 && c.Report.N != n && !slices.Contains([]State{Asked}, c.Report.State) {
		wrong("return %d went through no step", n)
	}
}
