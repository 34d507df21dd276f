package conference

import (
	"context"
	"math"
	"net/url"
	"strconv"

	"nhipcau/internal/attendance"
	"nhipcau/internal/db"
	"nhipcau/internal/presence"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// callRows is how many roll calls the form has room for, if there are not more.
const callRows = 4

// readCalls reads the roll calls and the rule of a form. A row without a name and a
// time is none, but the first; a form without rows says nothing of them.
func readCalls(v url.Values, f *Form) {
	names := v["call"]
	if len(names) == 0 {
		return
	}
	for i, name := range names {
		c := attendance.Call{Name: vn.Clean(name), At: vn.Clean(at(v["call_at"], i))}
		if i > 0 && c.Name == "" && c.At == "" {
			continue
		}
		c.N, _ = strconv.ParseInt(at(v["call_n"], i), 10, 64) // none is a new one
		f.Calls = append(f.Calls, c)
	}
	f.Rule.Checkout = v.Get("checkout") != ""
	if f.Rule.Need, _ = strconv.ParseInt(vn.Clean(v.Get("need")), 10, 64); vn.Clean(v.Get("need")) == "" { // a bad number is refused as 0 is
		f.Rule.Need = 1
	}
}

// calls reads the roll calls there are.
func (p *formPage) calls(ctx context.Context, tx *db.Tx) (err error) {
	o, err := attendance.Get(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	p.Form.Rule = o.Rule
	p.Form.Calls, err = attendance.Calls(ctx, tx, p.ID)
	return err
}

// fillCalls adds empty rows for more.
func (p *formPage) fillCalls() {
	if p.Form.Rule.Need == 0 && len(p.Form.Calls) == 0 {
		p.Form.Rule.Need = 1
	}
	if len(p.Form.Calls) == 0 {
		p.Form.Calls = append(p.Form.Calls, attendance.Call{N: 1})
	}
	rows := min(attendance.MostCalls, max(callRows, len(p.Form.Calls)+1))
	for len(p.Form.Calls) < rows {
		p.Form.Calls = append(p.Form.Calls, attendance.Call{})
	}
}

// loadCalls reads the roll calls and the rule, for a conference's page.
func (p *showPage) loadCalls(ctx context.Context, tx *db.Tx) error {
	o, err := attendance.Get(ctx, tx, p.Conference.ID)
	if err != nil {
		return err
	}
	p.Rule = o.Rule
	p.Calls, err = attendance.Calls(ctx, tx, p.Conference.ID)
	return err
}

// countCalls counts who was there at each of several roll calls while they go on.
func (p *showPage) countCalls(ctx context.Context, tx *db.Tx) error {
	if len(p.Calls) == 1 || p.Conference.State == Closed {
		return nil
	}
	counts, err := presence.CallsOf(ctx, tx, p.Conference.ID, 0, math.MaxInt64)
	for _, c := range counts {
		for i, n := range c.There {
			p.There[i] += n
		}
	}
	return err
}

// callFigures are how many were there at each of several roll calls, and those who
// were there but not as the rule asks.
func (p showPage) callFigures() []web.Figure {
	var all []web.Figure
	add := func(lane, text string, live int64) {
		f := web.Figure{Value: live, Text: text}
		if p.Conference.State == Closed {
			f.Value, f.Href = p.Figures.Get(kind.Lane(lane)), tally.Href(p.Conference.Sheet, p.Conference.UnitKey, lane, true)
		}
		if f.Value > 0 {
			all = append(all, f)
		}
	}
	if len(p.Calls) > 1 {
		for _, c := range p.Calls {
			add("call_"+id(c.N), c.Name, p.There[c.N-1])
		}
	}
	add("partial", p.T("attendance.state.partial"), 0)
	add("heads", p.T("tally.lane.conference.heads"), 0)
	return all
}
