package attendance

import (
	"context"
	"encoding/json"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// SetAside keeps facts apart, as they come, that must not be let in yet: why is
// WhyRevoked or WhyForged. Those that are already on the roll as they are are
// duplicates.
func SetAside(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, site int64, facts []Fact, why string) ([]Answer, error) {
	if len(facts) > MostFacts {
		w := fault.Wrong{}
		w.Add("facts", "attendance.error.facts", MostFacts)
		return nil, w.Err()
	}
	o, err := Get(ctx, tx, occasion)
	if err != nil {
		return nil, err
	}
	b := newBatch(tx, by, o, site)
	cleaned := make([]Fact, len(facts))
	for i, f := range facts {
		cleaned[i] = f.clean()
	}
	if err := b.load(ctx, tx, cleaned, nil); err != nil {
		return nil, err
	}
	answers := make([]Answer, len(facts))
	for i := range cleaned {
		f := &cleaned[i]
		answers[i] = Answer{ID: f.ID, Result: Aside}
		switch k := b.known[f.ID]; {
		case !f.sound():
			answers[i].Result = Invalid
			continue
		case k != nil && k.same(*f, site):
			answers[i].Result = Duplicate
			continue
		case why == WhyRevoked:
			answers[i].Result = Revoked
		}
		if err := b.setAside(f, why); err != nil {
			return nil, err
		}
	}
	return answers, insertAside(ctx, tx, by, occasion, site, b.aside)
}

// Release lets facts of a site in that were set aside, by their numbers, with a
// reason. Those that still cannot be let in stay aside.
func Release(ctx context.Context, tx *db.Tx, by auth.Actor, occasion string, site int64, late bool, numbers []int64, reason string) (Taken, error) {
	w := fault.Wrong{}
	if reason = vn.CleanText(reason); reason == "" {
		w.Add("reason", "error.needed")
	}
	if len(numbers) == 0 {
		w.Add("aside", "error.needed")
	}
	if len(numbers) > MostFacts {
		w.Add("aside", "attendance.error.facts", MostFacts)
	}
	if err := w.Err(); err != nil {
		return Taken{}, err
	}
	all, err := strays(ctx, tx, occasion, site, numbers)
	if err != nil {
		return Taken{}, err
	}
	facts := make([]Fact, len(all))
	for i, a := range all {
		if err := json.Unmarshal([]byte(a.Body), &facts[i]); err != nil {
			return Taken{}, err
		}
	}
	taken, err := Take(ctx, tx, by, occasion, site, late, facts)
	if err != nil {
		return Taken{}, err
	}
	for i, a := range taken.Answers {
		if a.Result == Aside || a.Result == Unknown || a.Result == Invalid {
			continue
		}
		if err := removeStray(ctx, tx, occasion, all[i]); err != nil {
			return Taken{}, err
		}
		if err := audit.Record(ctx, tx, by, "attendance.release", occasion, all[i].ID+" ("+all[i].Why+"): "+reason); err != nil {
			return Taken{}, err
		}
	}
	return taken, nil
}
