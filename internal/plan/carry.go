package plan

import (
	"context"
	"regexp"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/clause"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/prose"
	"nhipcau/internal/rollout"
)

// A Source is a paper whose clauses a plan may carry out: a directive of its
// rollout, or an adopted plan of a unit above.
type Source struct {
	Paper     clause.Paper
	Directive directive.Directive // if it is one
	Upper     Plan                // if it is a plan of a unit above, without its rows
	Clauses   []clause.Clause
}

// Href is the address of the paper.
func (s Source) Href() string { return "/" + s.Paper.Kind + "s/" + s.Paper.ID }

// Sources returns the papers with clauses that a plan of a unit for r may carry
// out, as far as by sees them: directives in the order of r, then the plans of
// units above, the nearest last. path is the unit's.
func Sources(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, path string) ([]Source, error) {
	papers, _, err := rollout.Directives(ctx, tx, by, r)
	if err != nil {
		return nil, err
	}
	var all []Source
	for _, d := range papers {
		all = append(all, Source{Paper: clause.Paper{Kind: clause.Directive, ID: d.ID}, Directive: d})
	}
	uppers, err := uppers(ctx, tx, by, r.ID, path)
	if err != nil {
		return nil, err
	}
	for _, u := range uppers {
		all = append(all, Source{Paper: clause.Paper{Kind: clause.Plan, ID: u.ID}, Upper: u})
	}
	with := all[:0]
	for _, s := range all {
		if s.Clauses, err = clause.Of(ctx, tx, s.Paper); err != nil {
			return nil, err
		}
		if len(s.Clauses) > 0 {
			with = append(with, s)
		}
	}
	return with, nil
}

// SourcesOf returns the papers with clauses that p may carry out.
func SourcesOf(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan) ([]Source, error) {
	r, err := rollout.Get(ctx, tx, by, p.Rollout)
	if err != nil {
		return nil, err
	}
	return Sources(ctx, tx, by, r, p.Path)
}

var blockLike = regexp.MustCompile(`^[a-z]{8}$`)

// settle checks a form for by and gives its rows what they are kept with: a block
// of their own, and the unit that leads where one was named. was is the plan as it
// stands, the zero one for a new plan.
func (f *Form) settle(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, was Plan) error {
	w := f.check()
	used := map[string]bool{}
	f.eachRow(func(_ string, _ int, id *string, _ []string) {
		if !blockLike.MatchString(*id) || used[*id] {
			*id = prose.NewID()
		}
		used[*id] = true
	})
	if err := f.lead(ctx, tx, by); err != nil {
		return err
	}
	if was.ID == "" {
		was.Path = by.Path
	}
	if err := f.checkCarried(ctx, tx, by, r, was, func(kind string, i int, _ string) string { return row(kind, i, "carries") }, w); err != nil {
		return err
	}
	return w.Err()
}

// lead finds the units that tasks name as their lead.
func (f *Form) lead(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	for i := range f.Tasks {
		t := &f.Tasks[i]
		u, err := leader(ctx, tx, by, t.Lead)
		if err != nil {
			return err
		}
		if t.LeadUnit, t.LeadKey = u.id, u.key; u.id != 0 {
			t.Lead = u.name
		}
	}
	return nil
}

// checkCarried refuses clauses that are of no paper the plan may carry out. What a
// row of the plan carries out already it may go on to. field names the field of a row.
func (f *Form) checkCarried(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout, was Plan, field func(kind string, i int, id string) string, w fault.Wrong) error {
	any := false
	f.eachRow(func(_ string, _ int, _ *string, carries []string) { any = any || len(carries) > 0 })
	if !any {
		return nil
	}
	sources, err := Sources(ctx, tx, by, r, was.Path)
	if err != nil {
		return err
	}
	may := map[string]bool{}
	for _, s := range sources {
		for _, c := range s.Clauses {
			may[c.ID] = true
		}
	}
	for _, c := range was.carried() {
		may[c] = true
	}
	f.eachRow(func(kind string, i int, id *string, carries []string) {
		if len(carries) > maxCarried {
			w.Add(field(kind, i, *id), "plan.error.carries_many", maxCarried)
		}
		for _, c := range carries {
			if !may[c] {
				w.Add(field(kind, i, *id), "plan.error.carries")
			}
		}
	})
	return nil
}

// keep writes the rows of a form that settle has passed, and what they carry out.
func (f *Form) keep(ctx context.Context, tx *db.Tx, plan string) error {
	if err := replaceRows(ctx, tx, plan, *f); err != nil {
		return err
	}
	var uses []clause.Use
	var all []string
	f.eachRow(func(_ string, _ int, id *string, carries []string) {
		for _, c := range carries {
			uses = append(uses, clause.Use{Block: *id, Clause: c})
		}
		all = append(all, carries...)
	})
	if err := setCarries(ctx, tx, plan, strings.Join(unique(all), " ")); err != nil {
		return err
	}
	return clause.Carry(ctx, tx, plan, uses)
}

// Cited returns how a paper names the clauses that p carries out, by their ids: by
// number, with their paper where they are of several.
func Cited(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan) (map[string]string, error) {
	known, err := clause.Known(ctx, tx, p.carried())
	if err != nil || len(known) == 0 {
		return nil, err
	}
	sources, err := SourcesOf(ctx, tx, by, p)
	if err != nil {
		return nil, err
	}
	names, papers := map[clause.Paper]string{}, map[clause.Paper]bool{}
	for _, s := range sources {
		if names[s.Paper] = s.Directive.Code(); s.Paper.Kind == clause.Plan {
			names[s.Paper] = s.Upper.Symbol
		}
	}
	for _, r := range known {
		papers[r.Paper] = true
	}
	all := map[string]string{}
	for id, r := range known {
		all[id] = r.N
		if name := names[r.Paper]; name != "" && len(papers) > 1 {
			all[id] += " (" + name + ")"
		}
	}
	return all, nil
}

// An Own is a paper with how many rows of a plan carry out each of its clauses.
type Own struct {
	Source
	Rows clause.Rows
}

// OwnCoverage returns for a plan the papers it may carry out, each clause with how
// many of the plan's rows do.
func OwnCoverage(ctx context.Context, tx *db.Tx, by auth.Actor, p Plan) ([]Own, error) {
	sources, err := SourcesOf(ctx, tx, by, p)
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	f := p.Form()
	f.eachRow(func(_ string, _ int, _ *string, carries []string) {
		for _, c := range carries {
			counts[c]++
		}
	})
	all := make([]Own, len(sources))
	for i, s := range sources {
		all[i] = Own{s, clause.Cover(s.Clauses, counts)}
	}
	return all, nil
}
