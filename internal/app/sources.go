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
	return form.Sources{
		{Key: "conference-held", Label: "form.source.conference_held", Read: conferencesHeld},
		{Key: "rollout-held", Label: "form.source.rollout_held", Kind: roll, Lanes: []string{"held", "declared_held"}},
		{Key: "rollout-attended", Label: "form.source.rollout_attended", Kind: roll, Lanes: []string{"attended", "declared_attended"}},
		{Key: "rollout-persons", Label: "form.source.rollout_persons", Kind: roll, Lanes: []string{"persons", "declared_persons"}},
		{Key: "rollout-guests", Label: "form.source.rollout_guests", Kind: roll, Lanes: []string{"guests"}},
		{Key: "rollout-online", Label: "form.source.rollout_online", Kind: roll, Lanes: []string{"online"}},
		{Key: "rollout-adopted", Label: "form.source.rollout_adopted", Kind: roll, Lanes: []string{"adopted"}},
		{Key: "reflection-handed-in", Label: "form.source.reflection_handed_in", Kind: papers, Lanes: []string{"handed_in"}},
		{Key: "reflection-graded", Label: "form.source.reflection_graded", Kind: papers, Lanes: []string{"graded"}},
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
