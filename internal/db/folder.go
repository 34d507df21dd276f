package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// A folder runs the folds of one node of PostgreSQL. Those that wait together are
// answered by one round: all of them were committed before it began, so it sees
// what they left to fold. Only one node folds at a time, under a lock that any may
// take; its connection is its own.
//
// A node may be lost in the middle: killed, cut off, or stopped with the lock in
// its hand. Nothing is lost with it, since a fold is one transaction, and another
// node goes on: the server drops what a lost connection holds, whoever has waited
// for the lock ends the connection of a holder that does nothing, and every node
// looks now and then for what nobody folds.
type folder struct {
	p       *postgres
	pool    *sql.DB // one connection
	waiting chan chan error
	hand    hand
}

const (
	foldName  = "nhipcau fold" // of the connection, as the server shows it
	foldWait  = 2000           // ms for the lock, before its holder is looked at
	foldIdle  = 1500           // ms that a holder may do nothing
	foldLook  = time.Second    // how often each node looks for what nobody folds
	foldTries = 5              // how often a round that lost its connection is begun again
	aloneIdle = 20_000         // ms that a closure that runs alone may do nothing
)

func newFolder(ctx context.Context, p *postgres) (*folder, error) {
	config := p.config.Copy()
	config.RuntimeParams["application_name"] = foldName
	config.RuntimeParams["lock_timeout"] = strconv.Itoa(foldWait)
	config.RuntimeParams["idle_in_transaction_session_timeout"] = strconv.Itoa(foldIdle)
	pool, err := openPool(ctx, stdlib.OpenDB(*config), 1)
	if err != nil {
		return nil, err
	}
	return &folder{p: p, pool: pool, waiting: make(chan chan error, 4096)}, nil
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

// look folds what a node left that died before it asked for it.
func (f *folder) look() {
	for f.sleep(foldLook - foldLook/10 + rand.N(foldLook/5)) {
		if f.p.foldsWait() {
			if err := f.ask(f.p.ctx); err != nil {
				f.p.count(func(s *Stats) { s.FoldsFailed++ })
			}
		}
	}
}

func (f *folder) sleep(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-f.p.ctx.Done():
		return false
	}
}

// foldsWait reports whether something waits to be folded.
func (p *postgres) foldsWait() bool {
	p.mu.RLock()
	probes := p.probes
	p.mu.RUnlock()
	if len(probes) == 0 {
		return false
	}
	waits := false
	err := p.read(p.ctx, func(ctx context.Context, tx *Tx) error {
		waits = false
		for _, probe := range probes {
			some, err := probe(ctx, tx)
			if err != nil {
				return err
			}
			waits = waits || some
		}
		return nil
	})
	return err == nil && waits
}

// round folds until nothing is left. Its transactions are not serializable: under
// the lock nobody else folds, and the deeds beside it are spared the clashes. A
// round that loses its connection is begun again on another.
func (f *folder) round() (err error) {
	began := time.Now()
	for try := range foldTries {
		err = f.locked(func(conn *sql.Conn) error {
			for range foldLimit {
				more, err := f.step(conn)
				if err != nil || !more {
					return err
				}
			}
			return errEndless
		})
		if err == nil || !severed(err) || !f.sleep(time.Duration(try)*10*time.Millisecond) {
			break
		}
	}
	f.p.count(func(s *Stats) {
		s.Folds++
		s.Folding += time.Since(began)
	})
	if err != nil {
		return fmt.Errorf("folding: %w", err)
	}
	return nil
}

// severed reports whether an error is that of a lost connection, not of a statement.
func severed(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return !errors.Is(err, errEndless) && !errors.Is(err, errExit) && cut(err)
	}
	switch pg.Code {
	case "57P01", "57P02", "57P05", "25P03", "25P04": // ended by somebody, or for its idleness
		return true
	}
	return false
}

// locked calls do under the fold lock. Whoever holds it too long is looked at.
func (f *folder) locked(do func(*sql.Conn) error) error {
	for {
		err := locked(f.p.ctx, f.pool, foldLock, do)
		pg, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || pg.Code != "55P03" { // lock_not_available
			return err
		}
		if err := f.p.unseat(f.p.ctx); err != nil {
			return err
		}
	}
}

// unseat ends the connection of a folder that holds the lock and does nothing: its
// node is stopped, or out of reach. What it had begun is undone with it.
func (p *postgres) unseat(ctx context.Context) error {
	key := uint64(number(foldLock))
	_, err := p.pool.ExecContext(ctx, `
		SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
		WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = $1 AND l.objid::bigint = $2
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND a.application_name = $3 AND a.state_change < clock_timestamp() - $4::bigint * interval '1 millisecond'
		AND (a.state <> 'active' OR a.wait_event = 'ClientWrite')`,
		int64(key>>32), int64(key&0xffffffff), foldName, int64(foldIdle))
	return faultOf(err)
}

// cut reports whether an error is that of the folding connection, whichever end
// closed it, and not of what it carried.
func cut(err error) bool {
	_, network := errors.AsType[net.Error](err)
	return lost(err) || network || errors.Is(err, net.ErrClosed) || errors.Is(err, sql.ErrConnDone)
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

// alone runs w while nobody folds.
func (f *folder) alone(ctx context.Context, w Work) error {
	var tx *Tx
	err := locked(ctx, f.p.pool, foldLock, func(conn *sql.Conn) (err error) {
		if _, err := conn.ExecContext(ctx, `SET idle_in_transaction_session_timeout = `+strconv.Itoa(aloneIdle)); err != nil {
			return faultOf(err)
		}
		tx, err = f.p.on(ctx, conn, w, &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
		_, reset := conn.ExecContext(context.WithoutCancel(ctx), `RESET idle_in_transaction_session_timeout`)
		return errors.Join(err, faultOf(reset))
	})
	if err == nil && tx.fold {
		return f.ask(ctx)
	}
	return err
}
