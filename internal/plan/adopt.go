package plan

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/clause"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// Then is what follows an adoption or a reopening in the same transaction, with
// the plan as it stands then: Adopted, or Draft once it was reopened.
type Then func(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan) error

// An Adoption is what is said when a plan is adopted. Symbol and Day are those of a
// paper that was numbered outside of this house; where they are empty the register
// of papers gives the number when the plan is issued.
type Adoption struct {
	Symbol string
	Day    vn.Day
	Then   Then // nil for nothing
}

// symbol is number and symbol as papers bear them: "12-CTr/ĐU".
var symbol = regexp.MustCompile(`^\d{1,5}([/-][\p{L}\d.&-]{1,30}){1,6}$`)

func (a *Adoption) check(ctx context.Context, tx *db.Tx, p Plan) error {
	w := fault.Wrong{}
	a.Symbol = vn.Clean(a.Symbol)
	if a.Symbol == "" && a.Day == "" {
		return nil
	}
	today := vn.DayOf(tx.Now)
	switch {
	case p.Paper != "":
		w.Add("symbol", "plan.error.numbered", p.Symbol)
	case !symbol.MatchString(a.Symbol):
		w.Add("symbol", "plan.error.symbol")
	}
	if !a.Day.Valid() || today.Before(a.Day) {
		w.Add("day", "plan.error.paper_day", today.String())
	}
	if len(w) == 0 {
		taken, err := numbered(ctx, tx, p, a.Symbol, a.Day)
		if err != nil {
			return err
		}
		if taken {
			w.Add("symbol", "plan.error.symbol_taken", a.Symbol)
		}
	}
	return w.Err()
}

// Adopt makes a plan the unit's own, in the office of the person who adopts it,
// publishes it to the units below and fulfils the unit's obligation. The secretary
// may adopt a draft without a submission before it.
func Adopt(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, a Adoption) error {
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayAdopt(by, p.Unit); err != nil {
		return err
	}
	if err := complete(p, Draft, Submitted); err != nil {
		return err
	}
	if err := a.check(ctx, tx, p); err != nil {
		return err
	}
	office, err := org.OfficeOf(ctx, tx, by)
	if err != nil {
		return err
	}
	if err := move(ctx, tx, by, p, version, Adopted, "adopted", office, ""); err != nil {
		return err
	}
	edition, err := freeze(ctx, tx, by, p)
	if err != nil {
		return err
	}
	if err := setEdition(ctx, tx, id, edition); err != nil {
		return err
	}
	if a.Symbol != "" {
		if err := setSymbol(ctx, tx, id, a.Symbol, a.Day); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, by, "plan.number", id, a.Symbol); err != nil {
			return err
		}
	}
	if err := clause.Publish(ctx, tx, id, p.Clauses()); err != nil {
		return err
	}
	if err := tell(ctx, tx, p, "adopted"); err != nil {
		return err
	}
	if err := rollout.Fulfil(ctx, tx, by, rollout.Fulfilment{
		Rollout: p.Rollout, Step: rollout.Adopt, Unit: p.Unit, Source: tally.Source{Kind: "plan", ID: p.ID},
	}); err != nil {
		return err
	}
	return a.Then.follow(ctx, tx, by, id)
}

func (t Then) follow(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	if t == nil {
		return nil
	}
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	return t(ctx, tx, by, p)
}

// Reopen makes an adopted plan a draft again, with a reason; the obligation is
// open again until the plan is adopted anew, and the units below see it no more.
// Its paper in the register has to be withdrawn before: what that says would be the
// plan no more.
func Reopen(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, reason string, then Then) error {
	p, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayAdopt(by, p.Unit); err != nil {
		return err
	}
	if reason, err = needReason(reason); err != nil {
		return err
	}
	if p.State != Adopted {
		return fault.New(fault.Conflict, "plan.error.not_adopted")
	}
	if p.Paper != "" {
		return fault.New(fault.Conflict, "plan.error.paper_stands", p.Symbol)
	}
	if err := move(ctx, tx, by, p, version, Draft, "reopened", "", reason); err != nil {
		return err
	}
	if err := setSymbol(ctx, tx, id, "", ""); err != nil {
		return err
	}
	if err := setEdition(ctx, tx, id, 0); err != nil {
		return err
	}
	if err := tell(ctx, tx, p, "reopened"); err != nil {
		return err
	}
	if err := rollout.Unfulfil(ctx, tx, by, rollout.Fulfilment{
		Rollout: p.Rollout, Step: rollout.Adopt, Unit: p.Unit, Source: tally.Source{Kind: "plan", ID: p.ID},
	}, reason); err != nil {
		return err
	}
	return then.follow(ctx, tx, by, id)
}

// Clauses are the rows of a plan as the plans below refer to them, numbered as its
// paper numbers them: a section for each sort of row that it has.
func (p Plan) Clauses() []clause.Clause {
	var all []clause.Clause
	section := 0
	add := func(n int, block, text string) {
		if n == 0 {
			section++
		}
		at := roman[section-1] + "." + vn.Int(int64(n+1))
		all = append(all, clause.Clause{Depth: 1, N: at, Mark: at, Text: text, Block: block})
	}
	for i, g := range p.Goals {
		text := g.Text
		if g.Target != "" {
			text += ": " + g.Target
		}
		add(i, g.ID, text)
	}
	for i, t := range p.Targets {
		add(i, t.ID, t.Words())
	}
	for i, t := range p.Tasks {
		add(i, t.ID, t.Text)
	}
	return all
}

// unfinished are the numbers of the rows of p that lack something: a plan that was
// written as a text may have some.
func (p Plan) unfinished() []string {
	f := p.Form()
	w := f.check()
	var all []string
	i := 0
	numbers := p.Clauses()
	f.eachRow(func(kind string, n int, _ *string, _ []string) {
		for field := range w {
			if strings.HasPrefix(field, row(kind, n, "")) && !slices.Contains(all, numbers[i].N) {
				all = append(all, numbers[i].N)
			}
		}
		i++
	})
	return all
}

var roman = [...]string{"I", "II", "III"}

// tell leaves a job that tells the units directly under that of p what became of
// it, where there are any.
func tell(ctx context.Context, tx *db.Tx, p Plan, what string) error {
	has, err := hasChildren(ctx, tx, p)
	if err != nil || !has {
		return err
	}
	if err := setTell(ctx, tx, p.ID, what, ""); err != nil {
		return err
	}
	return job.Enqueue(ctx, tx, job.New{Kind: tellJob, Payload: p.ID, Unique: tellJob + " " + p.ID + " " + vn.Int(p.Version)})
}
