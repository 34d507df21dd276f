package db

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// wire is the one channel of PostgreSQL that carries the notices of all.
const wire = "nhipcau"

// A herald carries notices to the other nodes, after the commit and many at once:
// a NOTIFY takes a lock that every commit of the whole server waits for.
type herald struct {
	p       *postgres
	waiting chan note
}

func (h *herald) tell(notes []note) {
	for _, n := range notes {
		select {
		case h.waiting <- n:
		case <-h.p.ctx.Done():
			return
		}
	}
}

func (h *herald) work() {
	for {
		select {
		case <-h.p.ctx.Done():
			return
		case first := <-h.waiting:
			h.send(append([]note{first}, take(h.waiting)...))
		}
	}
}

// flush sends what waits, before the database is closed.
func (h *herald) flush() { h.send(take(h.waiting)) }

// send is a wake-up, not a promise: where it fails, the listeners' own
// connections fail too, and they wake their nodes when they are back.
func (h *herald) send(notes []note) {
	if len(notes) == 0 {
		return
	}
	lines := make([]string, len(notes))
	for i, n := range notes {
		lines[i] = h.p.node + "\n" + n.channel + "\n" + n.payload
	}
	_, err := h.p.pool.ExecContext(h.p.ctx, `SELECT pg_notify($1, line) FROM unnest($2::text[]) AS line`, wire, lines)
	if err != nil {
		h.p.count(func(s *Stats) { s.Unsent += int64(len(notes)) })
	}
}

// listen makes this node hear the others; it returns when it does.
func (p *postgres) listen(ctx context.Context) error {
	p.ear.Lock()
	defer p.ear.Unlock()
	if p.hears || p.ctx.Err() != nil {
		return nil
	}
	conn, err := p.tune(ctx)
	if err != nil {
		return err
	}
	p.hears = true
	p.tasks.Go(func() { p.hear(conn) })
	return nil
}

func (p *postgres) tune(ctx context.Context) (*pgx.Conn, error) {
	conn, err := pgx.ConnectConfig(ctx, p.config.Copy())
	if err != nil {
		return nil, faultOf(err)
	}
	if _, err := conn.Exec(ctx, `LISTEN `+wire); err != nil {
		conn.Close(ctx)
		return nil, faultOf(err)
	}
	return conn, nil
}

// hear hands on what other nodes notify, and connects again where the
// connection is lost; notices may have been missed then.
func (p *postgres) hear(conn *pgx.Conn) {
	for p.ctx.Err() == nil {
		for {
			n, err := conn.WaitForNotification(p.ctx)
			if err != nil {
				break
			}
			p.heard(n.Payload)
		}
		conn.Close(context.WithoutCancel(p.ctx))
		for try := 0; ; try++ {
			if pause(p.ctx, try) != nil {
				return
			}
			again, err := p.tune(p.ctx)
			if err == nil {
				conn = again
				p.hub.wake()
				break
			}
		}
	}
}

func (p *postgres) heard(line string) {
	node, rest, _ := strings.Cut(line, "\n")
	channel, payload, ok := strings.Cut(rest, "\n")
	if ok && node != p.node {
		p.hub.tell([]note{{channel, payload}})
	}
}
