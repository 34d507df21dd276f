package db

import (
	"context"
	"sync"
)

type turnKey struct{}

// InTurn returns a context under which, in PostgreSQL, the closures of Write that bear
// one name run one after another on this node. It is for many that come at once and
// read and write the same pages of a few tables: beside each other they would clash,
// and most of the work would be done again. In SQLite all closures take turns as it is.
func InTurn(ctx context.Context, name string) context.Context {
	return context.WithValue(ctx, turnKey{}, name)
}

// turns are the queues of those who wait for a turn, by name.
type turns struct {
	mu    sync.Mutex
	queue map[string]*turn
}

type turn struct {
	mine  chan struct{} // holds one while nobody runs
	users int
}

// take waits for the turn that ctx asks for, if any, and returns what ends it.
func (t *turns) take(ctx context.Context) (end func(), err error) {
	name, ok := ctx.Value(turnKey{}).(string)
	if !ok {
		return func() {}, nil
	}
	t.mu.Lock()
	if t.queue == nil {
		t.queue = map[string]*turn{}
	}
	q := t.queue[name]
	if q == nil {
		q = &turn{mine: make(chan struct{}, 1)}
		q.mine <- struct{}{}
		t.queue[name] = q
	}
	q.users++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if q.users--; q.users == 0 {
			delete(t.queue, name)
		}
	}
	select {
	case <-q.mine:
		return func() {
			q.mine <- struct{}{}
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
