package db

import (
	"context"
	"strings"
	"time"

	"nhipcau/internal/fault"
)

// A JobRow is a claimed row of the table job.
type JobRow struct {
	ID, Kind, Payload, Unique string
	Attempts                  int64 // this one included
	Done, Total               int64
	RunAt, CreatedAt          time.Time
}

// Claim leases the longest due job of one of kinds to by, until lease from now,
// and counts the attempt; false if none is due. Until the lease runs out nobody
// else gets the job, on any node.
func (tx *Tx) Claim(ctx context.Context, kinds []string, lease time.Duration, by string) (JobRow, bool, error) {
	var j JobRow
	if len(kinds) == 0 {
		return j, false, tx.usable()
	}
	args := []any{tx.Now}
	list := make([]string, len(kinds))
	for i, kind := range kinds {
		args = append(args, kind)
		list[i] = Arg(len(args))
	}
	err := tx.One(ctx, `SELECT id, kind, payload, uniq, attempts + 1, done, total, run_at, created_at FROM job
		WHERE finished_at IS NULL AND run_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
		AND kind IN (`+strings.Join(list, ", ")+`) ORDER BY run_at, id LIMIT 1`+tx.ForUpdateSkipLocked(), args,
		&j.ID, &j.Kind, &j.Payload, &j.Unique, &j.Attempts, &j.Done, &j.Total, At(&j.RunAt), At(&j.CreatedAt))
	if fault.Is(err, fault.NotFound) {
		return JobRow{}, false, nil
	}
	if err != nil {
		return JobRow{}, false, err
	}
	err = tx.Exec(ctx, `UPDATE job SET lease_until = $1, lease_by = $2, attempts = $3 WHERE id = $4`,
		tx.Now.Add(lease), by, j.Attempts, j.ID)
	return j, err == nil, err
}

// mostWords is how many words of a search count; nobody types more, and each
// costs a look at every row.
const mostWords = 10

// Match returns a condition that holds where every word of query begins a word of
// column, and its arguments, whose parameters begin with number n. Both are folded
// alike (vn.Fold) by the caller. A query without words matches everything.
func Match(column, query string, n int) (condition string, args []any) {
	words := strings.Fields(strings.ToLower(query))
	terms := []string{`1 = 1`}
	for _, word := range words[:min(len(words), mostWords)] {
		first, later := Arg(n+len(args)), Arg(n+len(args)+1)
		terms = append(terms, `(`+column+` LIKE `+first+` ESCAPE '!' OR `+column+` LIKE `+later+` ESCAPE '!')`)
		args = append(args, EscapeLike(word)+`%`, `% `+EscapeLike(word)+`%`)
	}
	return strings.Join(terms, ` AND `), args
}
