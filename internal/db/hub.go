package db

import (
	"context"
	"sync"
)

// A note is a notice for those who listen.
type note struct{ channel, payload string }

// Notify tells every listener of channel, on every node, once this transaction
// is committed. It is a wake-up with a word (under 7,000 bytes): what matters
// stands in a table.
func (tx *Tx) Notify(channel, payload string) {
	tx.notes = append(tx.notes, note{channel, payload})
}

// Listen returns what is notified on channel from now on. The channel is closed
// when ctx ends or the database is closed. A listener that falls behind misses
// notices but never the last one; "" means that some may have been missed.
func (d *DB) Listen(ctx context.Context, channel string) (<-chan string, error) {
	if err := d.engine.listen(ctx); err != nil {
		return nil, err
	}
	return d.hub.listen(ctx, channel), nil
}

// A hub hands notices to the listeners of this process.
type hub struct {
	mu     sync.Mutex
	ears   map[*ear]string
	closed bool
}

type ear struct{ c chan string }

func (h *hub) listen(ctx context.Context, channel string) <-chan string {
	e := &ear{make(chan string, 64)}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(e.c)
		return e.c
	}
	if h.ears == nil {
		h.ears = map[*ear]string{}
	}
	h.ears[e] = channel
	context.AfterFunc(ctx, func() { h.leave(e) })
	return e.c
}

func (h *hub) leave(e *ear) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.ears[e]; ok {
		delete(h.ears, e)
		close(e.c)
	}
}

func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for e := range h.ears {
		delete(h.ears, e)
		close(e.c)
	}
}

func (h *hub) tell(notes []note) {
	if len(notes) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for e, channel := range h.ears {
		for _, n := range notes {
			if n.channel == channel {
				e.push(n.payload)
			}
		}
	}
}

// wake tells everybody that notices may have been missed.
func (h *hub) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for e := range h.ears {
		e.push("")
	}
}

// push drops the oldest notices where the listener is behind; only the hub,
// under its lock, sends.
func (e *ear) push(payload string) {
	for {
		select {
		case e.c <- payload:
			return
		default:
		}
		select {
		case <-e.c:
		default:
		}
	}
}
