package job

import (
	"context"
	"sync/atomic"
	"time"

	"nhipcau/internal/db"
)

// How long one slice may keep others waiting, and the sizes that a slice may have.
const (
	brief    = 20 * time.Millisecond
	smallest = 100
	largest  = 2000
)

// A Pace cuts work over many units into transactions that nobody notices: each is
// as large as the time allows that the last one took, its fold and its commit
// included. The zero Pace is ready.
type Pace struct{ size int }

// Write runs f in a transaction; f treats at most size units.
func (p *Pace) Write(ctx context.Context, d *db.DB, f func(ctx context.Context, tx *db.Tx, size int) error) error {
	p.size = min(max(p.size, smallest), largest)
	var began atomic.Int64 // of the run that counts: before it others had the writer
	err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		began.Store(time.Now().UnixNano())
		return f(ctx, tx, p.size)
	})
	if err != nil {
		return err
	}
	took := max(time.Duration(time.Now().UnixNano()-began.Load()), time.Millisecond)
	p.size = min(p.size*2, int(int64(p.size)*int64(brief)/int64(took)))
	return nil
}
