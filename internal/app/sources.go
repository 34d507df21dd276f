package app

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/form"
	"nhipcau/internal/reflection"
	"nhipcau/internal/rollout"
)

// formSources are what tally items of forms are read from.
func formSources() form.Sources {
	roll, papers := rollout.Kind(), reflection.Kind()
	of := func(key string, lanes ...string) form.Source {
		return form.Source{Key: "rollout." + key, Label: "form.source.rollout_" + key, Kind: roll, Lanes: lanes}
	}
	return form.Sources{
		{Key: "conference.held", Label: "form.source.conference_held", Read: conferencesHeld},
		of("held", "held", "declared_held"), of("attended", "attended", "declared_attended"), of("persons", "persons", "declared_persons"), of("guests", "guests"), of("online", "online"),
		of("adopted", "adopted"),
		{Key: "reflection.handed_in", Label: "form.source.reflection_handed_in", Kind: papers, Lanes: []string{"handed_in"}},
		{Key: "reflection.graded", Label: "form.source.reflection_graded", Kind: papers, Lanes: []string{"graded"}},
	}
}

// conferencesHeld are the conferences a unit and those under it have held.
func conferencesHeld(ctx context.Context, tx *db.Tx, by auth.Actor, q form.Span) (form.Counted, error) {
	ids, err := conference.Held(ctx, tx, by, q.Path, q.From, q.To, q.Until)
	c := form.Counted{N: int64(len(ids))}
	for _, id := range ids {
		c.Parts = append(c.Parts, form.Part{N: 1, Href: "/conferences/" + id})
	}
	return c, err
}
