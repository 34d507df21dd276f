package world

import (
	"sync"
	"time"
)

// A Clock is set by hand while a history is told and moves once it is let go.
// It is safe for use by many.
type Clock struct {
	mu    sync.Mutex
	at    time.Time // time shown at the moment since
	since time.Time // real moment it was let go at, zero while it stands
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.since.IsZero() {
		return c.at
	}
	return c.at.Add(time.Since(c.since))
}

// Set makes the clock stand at t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since = t, time.Time{}
}

// Let makes the clock move on from t.
func (c *Clock) Let(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at, c.since = t, time.Now()
}
