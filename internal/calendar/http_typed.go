package calendar

import (
	"net/url"
	"strconv"

	"nhipcau/internal/cycle"
	"nhipcau/internal/vn"
)

// A typedRule is a rule as it is chosen and typed: how, "day+1" of the month after,
// and a number.
type typedRule struct{ How, N string }

// A typedLevel is a level as it is typed.
type typedLevel struct {
	Depth, Kind string
	Rule        typedRule
}

// A typedPlan is a plan as it is typed.
type typedPlan struct {
	Kind, First, From, To, Years string
	Rule                         typedRule
	Roll, Ahead                  bool
	Levels                       []typedLevel
}

// spare is how many empty lines for levels stand under those that are filled in.
const spare = 2

func ruleOf(r cycle.Rule) typedRule {
	if r.N == 0 && r.How == "" {
		return typedRule{}
	}
	how := string(r.How)
	if r.How == cycle.OnDay {
		how += "+" + strconv.Itoa(r.Months)
	}
	return typedRule{how, strconv.Itoa(r.N)}
}

// rule reads r; what cannot be read is no valid rule.
func (r typedRule) rule(roll bool) cycle.Rule {
	n, ok := vn.ParseInt(r.N)
	if !ok || n > 1000 || n < 0 {
		return cycle.Rule{}
	}
	x := cycle.Rule{How: cycle.How(r.How), N: int(n), Roll: roll}
	if months, ok := cutMonths(r.How); ok {
		x.How, x.Months = cycle.OnDay, months
	}
	return x
}

// cutMonths reads "day+1".
func cutMonths(how string) (int, bool) {
	const prefix = "day+"
	if len(how) <= len(prefix) || how[:len(prefix)] != prefix {
		return 0, false
	}
	n, err := strconv.Atoi(how[len(prefix):])
	return n, err == nil
}

// typedOf is a plan as its fields show it; a new one is a calendar month by the
// 5th of the next.
func typedOf(p Plan) typedPlan {
	if p.Version == 0 {
		p = Plan{Cycle: cycle.Cycle{Kind: cycle.Month, First: cycle.Calendar}, Rule: cycle.Rule{How: cycle.OnDay, N: 5, Months: 1, Roll: true}, Ahead: true}
	}
	c := p.Cycle
	t := typedPlan{Kind: string(c.Kind), First: strconv.Itoa(max(c.First, 1)), From: string(c.From), Rule: ruleOf(p.Rule), Roll: p.Rule.Roll, Ahead: p.Ahead}
	if c.Kind == cycle.Campaign {
		t.To = string(c.To.AddDays(-1)) // people name the last day of it
	}
	if c.Years > 0 {
		t.Years = strconv.Itoa(c.Years)
	}
	for _, l := range p.Levels {
		t.Levels = append(t.Levels, typedLevel{strconv.FormatInt(l.Depth, 10), l.Kind, ruleOf(l.Rule)})
	}
	for range spare {
		t.Levels = append(t.Levels, typedLevel{Depth: "0"})
	}
	return t
}

// typedBy reads the fields of a plan.
func typedBy(v url.Values) typedPlan {
	t := typedPlan{
		Kind: v.Get("kind"), First: v.Get("first"), From: v.Get("from"), To: v.Get("to"), Years: v.Get("years"),
		Rule: typedRule{v.Get("how"), v.Get("n")}, Roll: v.Get("roll") != "", Ahead: v.Get("ahead") != "",
	}
	for i := 1; v.Has("depth" + strconv.Itoa(i)); i++ {
		n := strconv.Itoa(i)
		t.Levels = append(t.Levels, typedLevel{v.Get("depth" + n), v.Get("kind" + n), typedRule{v.Get("how" + n), v.Get("n" + n)}})
	}
	return t
}

// plan reads what was typed; lines without a level and a number are left out.
func (t typedPlan) plan() Plan {
	p := Plan{Rule: t.Rule.rule(t.Roll), Ahead: t.Ahead}
	p.Cycle.Kind = cycle.Kind(t.Kind)
	number := func(s string) int {
		n, _ := vn.ParseInt(s) // what is no number is refused as 0
		return int(n)
	}
	switch p.Cycle.Kind {
	case cycle.Campaign:
		p.Cycle.From, p.Cycle.To = vn.TypedDay(t.From), vn.TypedDay(t.To)
		if p.Cycle.To.Valid() {
			p.Cycle.To = p.Cycle.To.AddDays(1)
		}
	case cycle.Term:
		p.Cycle.From, p.Cycle.Years = vn.TypedDay(t.From), number(t.Years)
	case cycle.Week:
	default:
		p.Cycle.First = number(t.First)
	}
	for _, l := range t.Levels {
		if vn.Clean(l.Rule.N) == "" && vn.Clean(l.Kind) == "" && (l.Depth == "0" || l.Depth == "") {
			continue
		}
		p.Levels = append(p.Levels, Level{Depth: int64(number(l.Depth)), Kind: l.Kind, Rule: l.Rule.rule(t.Roll)})
	}
	return p
}
