package world

import (
	"context"
	"fmt"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/hall"
)

// TestQuestionsOfOne: one person does not bury the questions of all others; once the
// chair has looked, more can be sent.
func TestQuestionsOfOne(t *testing.T) {
	s := house(t, 2)
	c := s.gathering(t, 2)
	put := func(n int) error {
		return s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := hall.Put(ctx, tx, s.heads[0], c.ID, hall.Ask{Site: 1, Text: fmt.Sprint("Câu hỏi ", n)})
			return err
		})
	}
	n := 0
	for ; n < 200; n++ {
		err := put(n)
		if fault.Is(err, fault.Conflict) && fault.Of(err).Key == "hall.error.many" {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if n != 50 {
		t.Errorf("%d questions of one person were let in, want 50", n)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := hall.Put(ctx, tx, s.heads[1], c.ID, hall.Ask{Site: 2, Text: "Của người khác"})
		if err != nil {
			return err
		}
		return hall.Return(ctx, tx, s.bikhu, c.ID, 1, 1, "trùng")
	})
	if err := put(n); err != nil {
		t.Errorf("after the chair has looked: %v", err)
	}
}
