package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

const (
	groupTime = 10 * time.Millisecond // a group commits at the latest then
	groupSize = 1000
	foldLimit = 100_000 // folds of one group that each leave work for another
)

// A writer is the one goroutine that writes to SQLite. It takes the closures
// that wait together, runs each under a savepoint and commits them at once: a
// commit waits for the disk, and one wait then serves them all. A closure that is
// alone is committed at once.
//
// Nothing is answered before the commit, not even a failure: it may be due to
// what a neighbour did, and the neighbour may yet be undone. A statement that was
// cancelled, or a full disk, can undo the whole transaction behind our back; then,
// and when the folds or the commit fail, every closure of the group is run again,
// alone, and answers for itself.
type writer struct {
	*core
	pool    *sql.DB
	waiting chan *deed
	stop    chan struct{} // closed: take no more
	stopped chan struct{} // closed: the writer has gone
	once    sync.Once
	hand    hand
}

// A deed is a closure that waits for its answer.
type deed struct {
	ctx   context.Context // without the caller's cancellation
	f     Work
	err   error
	fold  bool
	notes []note
	done  chan error // holds one
}

func newWriter(c *core, pool *sql.DB) *writer {
	w := &writer{
		core: c, pool: pool,
		waiting: make(chan *deed, 4096), stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	go w.work()
	return w
}

func (w *writer) write(ctx context.Context, f Work) error {
	d := &deed{ctx: context.WithoutCancel(ctx), f: f, done: make(chan error, 1)}
	select {
	case <-w.stop:
		return errClosed
	default:
	}
	select {
	case w.waiting <- d:
	case <-w.stop:
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-d.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-w.stopped:
	}
	select { // the last answers were given before it stopped
	case err := <-d.done:
		return err
	default:
		return errClosed
	}
}

func (w *writer) close() {
	w.once.Do(func() { close(w.stop) })
	<-w.stopped
}

func (w *writer) work() {
	defer close(w.stopped)
	defer w.hand.rest()
	for {
		select {
		case d := <-w.waiting:
			w.group(d)
		case <-w.stop:
			return
		}
	}
}

// group runs first and those that wait behind it, commits and answers them.
func (w *writer) group(first *deed) {
	group, err := w.together(first)
	if err != nil && len(group) == 1 {
		first.err = err
	} else if err != nil {
		for _, d := range group {
			d.err, d.fold, d.notes = nil, false, nil
			w.count(func(s *Stats) { s.Rerun++ })
			d.err = w.alone(d)
		}
	}
	w.answer(group)
}

func (w *writer) answer(group []*deed) {
	failed := 0
	for _, d := range group {
		if d.err != nil {
			failed++
		} else {
			w.hub.tell(d.notes)
		}
	}
	w.count(func(s *Stats) {
		s.Groups++
		s.Works += int64(len(group))
		s.Failed += int64(failed)
		s.Largest = max(s.Largest, int64(len(group)))
	})
	for _, d := range group {
		d.done <- d.err
	}
}

// together runs a group in one transaction. An error means that nothing of it
// was committed; the error of a single closure is that closure's.
func (w *writer) together(first *deed) ([]*deed, error) {
	var group []*deed
	t, err := w.begin()
	if err != nil {
		return []*deed{first}, err
	}
	defer t.Rollback()
	began, folds := time.Now(), false
	for d := first; d != nil; d = w.next(len(group), began) {
		group = append(group, d)
		if err := w.saved(t, d); err != nil {
			return group, errors.Join(d.err, err)
		}
		folds = folds || d.fold
	}
	if folds {
		if err := w.foldAll(t); err != nil {
			return group, err
		}
	}
	return group, w.commit(t)
}

// next returns a closure that waits already, if the group may grow.
func (w *writer) next(n int, began time.Time) *deed {
	if n >= groupSize || time.Since(began) > groupTime {
		return nil
	}
	select {
	case d := <-w.waiting:
		return d
	default:
		return nil
	}
}

// alone runs d in a transaction of its own.
func (w *writer) alone(d *deed) error {
	t, err := w.begin()
	if err != nil {
		return err
	}
	defer t.Rollback()
	if err := w.perform(t, d); err != nil {
		return err
	}
	if d.fold {
		if err := w.foldAll(t); err != nil {
			return err
		}
	}
	return w.commit(t)
}

// saved runs d under a savepoint and keeps its error in it. The error returned
// means that the transaction is no more.
func (w *writer) saved(t *sql.Tx, d *deed) error {
	ctx := context.Background()
	if _, err := t.ExecContext(ctx, `SAVEPOINT deed`); err != nil {
		return fmt.Errorf("beginning in a group: %w", faultOf(err))
	}
	if d.err = w.perform(t, d); d.err != nil {
		d.fold, d.notes = false, nil
		// This fails where SQLite has undone the whole transaction.
		if _, err := t.ExecContext(ctx, `ROLLBACK TO deed`); err != nil {
			return fmt.Errorf("rolling back in a group: %w", err)
		}
	}
	if _, err := t.ExecContext(ctx, `RELEASE deed`); err != nil {
		return fmt.Errorf("ending in a group: %w", faultOf(err))
	}
	return nil
}

// perform runs d's closure in t and takes the time.
func (w *writer) perform(t *sql.Tx, d *deed) error {
	tx := &Tx{Now: w.Now(), q: t, dialect: liteDialect{}}
	began := time.Now()
	err := w.hand.do(func() error { return tx.run(d.ctx, d.f) })
	took := time.Since(began)
	w.count(func(s *Stats) {
		s.Running += took
		s.Slowest = max(s.Slowest, took)
	})
	d.fold, d.notes = tx.fold, tx.notes
	return err
}

func (w *writer) foldAll(t *sql.Tx) error {
	began := time.Now()
	defer func() {
		w.count(func(s *Stats) {
			s.Folds++
			s.Folding += time.Since(began)
		})
	}()
	for range foldLimit {
		tx := &Tx{Now: w.Now(), q: t, dialect: liteDialect{}}
		if err := w.hand.do(func() error { return tx.run(w.inside(), w.foldOnce) }); err != nil {
			return fmt.Errorf("folding: %w", err)
		}
		if !tx.fold {
			return nil
		}
	}
	return errEndless
}

func (w *writer) begin() (*sql.Tx, error) {
	t, err := w.pool.BeginTx(context.Background(), nil)
	if err != nil {
		return nil, fmt.Errorf("beginning to write: %w", faultOf(err))
	}
	return t, nil
}

func (w *writer) commit(t *sql.Tx) error {
	began := time.Now()
	err := t.Commit()
	w.count(func(s *Stats) { s.Commit += time.Since(began) })
	if err != nil {
		return fmt.Errorf("committing: %w", faultOf(err))
	}
	return nil
}
