package app

import (
	"context"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/hall"
	"nhipcau/internal/level"
	"nhipcau/internal/minutes"
	"nhipcau/internal/plan"
	"nhipcau/internal/programme"
	"nhipcau/internal/reflection"
	"nhipcau/internal/site"
)

// What the slices of a conference know of one another is handed over here.

// asked is what the minutes of a conference take from its hall.
func asked(ctx context.Context, tx *db.Tx, by auth.Actor, id string) ([]minutes.Question, error) {
	all, err := hall.Asked(ctx, tx, by, id)
	var out []minutes.Question
	for _, q := range all {
		m := minutes.Question{Topic: q.TopicTitle, Text: q.Text}
		if q.State == hall.Answered {
			m.Answer = q.Note
		}
		out = append(out, m)
	}
	return out, err
}

// copiers copy what a conference has besides its programme to one like it.
func copiers() []programme.Copier {
	return []programme.Copier{
		func(ctx context.Context, tx *db.Tx, _ auth.Actor, from, to string) error {
			o, err := attendance.Get(ctx, tx, from)
			if err != nil {
				return err
			}
			calls, err := attendance.Calls(ctx, tx, from)
			if err != nil {
				return err
			}
			return attendance.SetCalls(ctx, tx, to, o.Rule, calls)
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, from, to string) error {
			lines, err := site.Lines(ctx, tx, from)
			if err != nil {
				return err
			}
			var texts []string
			own := false
			for _, l := range lines {
				own = own || l.Text != ""
				texts = append(texts, l.Text)
			}
			if !own {
				return nil // the usual list, which every conference has
			}
			return site.SetLines(ctx, tx, by, to, texts)
		},
	}
}

// evidence says by which records the papers that a plan of levels asks for are known.
func evidence() map[string]level.Evidence {
	return map[string]level.Evidence{"attendance": level.Counted, "minutes": minutes.Signed, "reflection": reflection.HandedIn}
}

// drafts are the slices whose records have a text that is written as a draft.
func drafts() draft.Owners { return draft.Owners{plan.Drafts()} }
