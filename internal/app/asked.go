package app

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/hall"
	"nhipcau/internal/minutes"
)

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
