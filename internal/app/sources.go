package app

import (
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
		of("held", "held", "declared_held"), of("attended", "attended", "declared_attended"), of("persons", "persons", "declared_persons"), of("guests", "guests"), of("online", "online"),
		of("adopted", "adopted"), of("expected", "expected"), of("adopt_due", "adopt_due"),
		{Key: "reflection.handed_in", Label: "form.source.reflection_handed_in", Kind: papers, Lanes: []string{"handed_in"}},
		{Key: "reflection.graded", Label: "form.source.reflection_graded", Kind: papers, Lanes: []string{"graded"}},
	}
}
