package task

import (
	"context"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/job"
)

// withdrawAll takes back the tasks of an order, slice by slice. What it has taken back
// it does not find again, so it goes on where it was.
func withdrawAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	head, reason, _ := strings.Cut(j.Payload, "\n")
	id, name, _ := strings.Cut(head, " ")
	var pace job.Pace
	for n, more := j.Done, true; more; progress(n, max(n, j.Total)) {
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) error {
			size = max(1, size/10) // a task takes several statements
			_, tree, err := find(ctx, tx, id)
			if err != nil {
				return err
			}
			some, err := standing(ctx, tx, tree, id, size)
			if err != nil {
				return err
			}
			by := auth.System(tree)
			by.Name = name // who took it back; the house only carries it out
			for _, t := range some {
				if err := t.withdraw(ctx, tx, by, reason); err != nil {
					return err
				}
			}
			more, n = len(some) == size, n+int64(len(some))
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
