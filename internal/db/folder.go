package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// A folder runs the folds of one node of PostgreSQL. Those that wait together are
// answered by one round: all of them were committed before it began, so it sees
// what they left to fold. Only one node folds at a time.
type folder struct {
	p       *postgres
	waiting chan chan error
	hand    hand
}

// ask returns when a round that began after the call has ended.
func (f *folder) ask(ctx context.Context) error {
	answer := make(chan error, 1)
	select {
	case f.waiting <- answer:
	case <-f.p.ctx.Done():
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-answer:
		return err
	case <-f.p.ctx.Done():
		return errClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *folder) work() {
	defer f.hand.rest()
	for {
		select {
		case <-f.p.ctx.Done():
			return
		case first := <-f.waiting:
			round := append(take(f.waiting), first)
			err := f.round()
			for _, answer := range round {
				answer <- err
			}
		}
	}
}

// take returns all that waits in c.
func take[T any](c chan T) []T {
	var all []T
	for {
		select {
		case one := <-c:
			all = append(all, one)
		default:
			return all
		}
	}
}

// round folds until nothing is left. Its transactions are not serializable: under
// the lock nobody else folds, and the deeds beside it are spared the clashes.
func (f *folder) round() error {
	began := time.Now()
	err := locked(f.p.ctx, f.p.pool, foldLock, func(conn *sql.Conn) error {
		for range foldLimit {
			more, err := f.step(conn)
			if err != nil || !more {
				return err
			}
		}
		return errEndless
	})
	f.p.count(func(s *Stats) {
		s.Folds++
		s.Folding += time.Since(began)
	})
	if err != nil {
		return fmt.Errorf("folding: %w", err)
	}
	return nil
}

func (f *folder) step(conn *sql.Conn) (more bool, err error) {
	for try := 0; ; try++ {
		var tx *Tx
		err := f.hand.do(func() (err error) {
			tx, err = f.p.on(f.p.ctx, conn, f.p.foldOnce, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
			return err
		})
		if err == nil {
			return tx.fold, nil
		}
		if !clash(err) || try > 20 {
			return false, err
		}
		if err := pause(f.p.ctx, try); err != nil {
			return false, err
		}
	}
}
