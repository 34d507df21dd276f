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
	groupTime = 50 * time.Millisecond // a group commits at the latest then; one whom nobody follows, at once
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
	next    *deed // that waits for a transaction of its own
	hand    hand
}

// A deed is a closure that waits for its answer.
type deed struct {
	ctx   context.Context // without the caller's cancellation
	f     Work
	err   error
	fold  bool
	solo  bool // in a transaction of its own
	notes []note
	carry []any
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

func (w *writer) write(ctx context.Context, f Work, solo bool) error {
	d := &deed{ctx: context.WithoutCancel(ctx), f: f, solo: solo, done: make(chan error, 1)}
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
		for w.next != nil {
			d := w.next
			w.next = nil
			w.group(d)
		}
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
			d.reset(nil)
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
	t, err := w.begin()
	if err != nil {
		return []*deed{first}, err
	}
	defer t.Rollback()
	r := &round{writer: w, t: t, next: first, began: time.Now()}
	for {
		err := w.hand.do(r.run)
		if errors.Is(err, errExit) && r.open {
			continue // the closure has failed; the others go on
		}
		if err != nil {
			return r.group, err
		}
		break
	}
	if err := w.foldAll(t, r.group); err != nil {
		return r.group, err
	}
	return r.group, w.commit(t)
}

// A round is the closures of one transaction. It runs them by one hand: to hand
// over each by itself takes as long as a statement.
type round struct {
	*writer
	t      *sql.Tx
	began  time.Time
	group  []*deed
	next   *deed
	open   bool // the savepoint of the last of group
	common common
}

// run runs what is left of the round. Called again after a closure that ended the
// goroutine, it first undoes that one. An error means that the transaction is no
// more.
func (r *round) run() error {
	if r.open {
		if err := r.close(r.group[len(r.group)-1], errExit); err != nil {
			return err
		}
	}
	for d := r.next; d != nil; d = r.more() {
		r.next, r.group = nil, append(r.group, d)
		if _, err := r.t.ExecContext(context.Background(), `SAVEPOINT deed`); err != nil {
			return fmt.Errorf("beginning in a group: %w", faultOf(err))
		}
		r.open = true
		if err := r.close(d, r.perform(r.t, d, &r.common)); err != nil {
			return err
		}
	}
	return nil
}

// more returns a closure that waits already, if the group may grow.
func (r *round) more() *deed {
	if r.group[0].solo || len(r.group) >= groupSize || time.Since(r.began) > groupTime {
		return nil
	}
	select {
	case d := <-r.waiting:
		if !d.solo {
			return d
		}
		r.writer.next = d
	default:
	}
	return nil
}

// alone runs d in a transaction of its own.
func (w *writer) alone(d *deed) error {
	t, err := w.begin()
	if err != nil {
		return err
	}
	defer t.Rollback()
	if err := w.hand.do(func() error { return w.perform(t, d, &common{}) }); err != nil {
		return err
	}
	if err := w.foldAll(t, []*deed{d}); err != nil {
		return err
	}
	return w.commit(t)
}

// close ends the savepoint of d, whose closure returned failed, and undoes what it
// did if that is an error.
func (r *round) close(d *deed, failed error) error {
	ctx := context.Background()
	r.open = false
	if failed != nil {
		d.reset(failed)
		r.common.undo()
		// This fails where SQLite has undone the whole transaction.
		if _, err := r.t.ExecContext(ctx, `ROLLBACK TO deed`); err != nil {
			return errors.Join(failed, fmt.Errorf("rolling back in a group: %w", err))
		}
	}
	if _, err := r.t.ExecContext(ctx, `RELEASE deed`); err != nil {
		return errors.Join(failed, fmt.Errorf("ending in a group: %w", faultOf(err)))
	}
	return nil
}

// reset drops what a run of d's closure left to do, and keeps why.
func (d *deed) reset(err error) { d.err, d.fold, d.notes, d.carry = err, false, nil, nil }

// perform runs d's closure in t and takes the time.
func (w *writer) perform(t *sql.Tx, d *deed, c *common) error {
	tx := &Tx{Now: w.Now(), q: t, dialect: liteDialect{}, common: c, carries: w.folding()}
	began := time.Now()
	err := tx.run(d.ctx, d.f)
	took := time.Since(began)
	w.count(func(s *Stats) {
		s.Running += took
		s.Slowest = max(s.Slowest, took)
	})
	d.fold, d.notes, d.carry = tx.fold, tx.notes, tx.carry
	return err
}

// foldAll runs the folds for what the closures of group did, as often as they ask
// for it.
func (w *writer) foldAll(t *sql.Tx, group []*deed) error {
	var carried []any
	fold := false
	for _, d := range group {
		carried, fold = append(carried, d.carry...), fold || d.fold
	}
	if !fold {
		return nil
	}
	began := time.Now()
	defer func() {
		w.count(func(s *Stats) {
			s.Folds++
			s.Folding += time.Since(began)
		})
	}()
	for range foldLimit {
		tx := &Tx{Now: w.Now(), q: t, dialect: liteDialect{}, common: &common{}, carries: true, carried: carried}
		if err := w.hand.do(func() error { return tx.run(w.inside(), w.foldOnce) }); err != nil {
			return fmt.Errorf("folding: %w", err)
		}
		if !tx.fold {
			return nil
		}
		carried = tx.carry
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
