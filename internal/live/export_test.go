package live

import "time"

// SetAsk sets the time between two looks whether a listener may still listen.
func (h *Hub) SetAsk(d time.Duration) { h.ask = d }

// SetOfOne sets how many listeners a login may have.
func (h *Hub) SetOfOne(n int) { h.ofOne = n }
