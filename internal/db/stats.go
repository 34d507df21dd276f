package db

import (
	"sync"
	"time"
)

// Stats says how the database was written to since it was opened.
type Stats struct {
	Queue       int           // closures that wait now; in PostgreSQL those that run
	Groups      int64         // commits; in PostgreSQL a group is one closure
	Works       int64         // closures answered, failed ones too
	Failed      int64         // closures that returned an error
	Largest     int64         // most closures in one group
	Rerun       int64         // closures run again: alone after their group, or after a clash
	Running     time.Duration // time in closures, all together
	Slowest     time.Duration // the longest closure
	Commit      time.Duration // time in commits, all together
	Folds       int64         // times the folds ran
	Folding     time.Duration // time in folds, all together
	FoldsFailed int64         // folds that failed after the commit of what they fold (PostgreSQL)
	Unsent      int64         // notices that did not reach other nodes (PostgreSQL)
}

type meter struct {
	mu sync.Mutex
	s  Stats
}

func (c *core) count(f func(s *Stats)) {
	c.meter.mu.Lock()
	defer c.meter.mu.Unlock()
	f(&c.meter.s)
}

// Stats returns the figures up to now.
func (d *DB) Stats() Stats {
	d.meter.mu.Lock()
	defer d.meter.mu.Unlock()
	s := d.meter.s
	s.Queue = d.engine.queue()
	return s
}
