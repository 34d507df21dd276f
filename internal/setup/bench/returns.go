package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"

	"nhipcau/internal/setup/lab"
)

// A desk hands out units that return figures, each to one client at a time, and
// remembers what was acknowledged.
type desk struct {
	period string
	items  []item
	units  []*returning
	next   atomic.Int64
	bodies sync.Pool
}

// A returning unit.
type returning struct {
	key   string
	acked int64 // number of the newest return that is known to stand
	mu    sync.Mutex
}

// desk is the one of the open period, made once: every unit that has returned in it
// corrects its figures, in random order.
func (b *bench) desk(ctx context.Context) (*desk, error) {
	if b.desked != nil {
		return b.desked, nil
	}
	d := &desk{period: b.open(), bodies: sync.Pool{New: func() any { return new([]byte) }}}
	var err error
	if d.items, err = b.books.items(ctx, b.made.Form); err != nil {
		return nil, err
	}
	if err := b.books.returned(ctx, d.period, func(unit string, n int64) { d.units = append(d.units, &returning{key: unit, acked: n}) }); err != nil {
		return nil, err
	}
	if len(d.units) == 0 {
		return nil, fmt.Errorf("nobody has returned in period %s", d.period)
	}
	r := rand.New(rand.NewPCG(3, 4))
	r.Shuffle(len(d.units), func(i, j int) { d.units[i], d.units[j] = d.units[j], d.units[i] })
	b.desked = d
	return d, nil
}

// send corrects the figures of the next unit; the last figure is the same in all.
func (d *desk) send(c *lab.Client, _ int) (lab.Answer, bool, error) {
	a, _, err := d.correct(c, 1)
	return a, true, err
}

// correct corrects the figures of the next unit, of which the last is last.
func (d *desk) correct(c *lab.Client, last int64) (lab.Answer, *returning, error) {
	u := d.units[int(d.next.Add(1)-1)%len(d.units)]
	u.mu.Lock()
	defer u.mu.Unlock()
	body := d.bodies.Get().(*[]byte)
	*body = returnBody(*body, d.items, u.acked, u.acked*7+int64(len(u.key)), last)
	a, err := c.JSON("POST", returnPath(d.period, u.key), *body)
	d.bodies.Put(body)
	if err == nil && a.Status < 300 {
		u.acked++
	}
	return a, u, err
}

// some is a desk of those of d's units that from and to name.
func (d *desk) some(from, to int) *desk {
	return &desk{period: d.period, items: d.items, units: d.units[from:to], bodies: sync.Pool{New: d.bodies.New}}
}

// returns sends returns of all figures as fast as they are acknowledged, and looks
// for every one of them afterwards.
func (b *bench) returns(ctx context.Context) error {
	m := &Measure{Name: "returns of 50 figures over HTTP", Unit: "/s", Goal: 4000, Least: true, Limit: b.floor.returns, LimitOf: "bare rows"}
	sheet, err := b.sheet()
	if sheet == "" || err != nil {
		return b.missing(err, m)
	}
	d, err := b.desk(ctx)
	if err != nil {
		return err
	}
	m99 := &Measure{Name: "returns over HTTP, p99 at the client", Unit: "ms"}
	for range b.rounds {
		r := load{addr: b.server.Addr, headers: b.bearer(), clients: b.clients, length: b.length, server: b.server}.run(ctx, d.send)
		if r.failed > 0 {
			b.wrong("returns: %d of %d failed: %s", r.failed, r.failed+r.done, r.failure)
		}
		m.Rounds, m99.Rounds = append(m.Rounds, r.rate()), append(m99.Rounds, r.took.at(.99))
		m.Samples += r.done
		m.Note = fmt.Sprintf("%d clients; %s; an empty handler answers %s/s", b.clients, r.cores(), number(b.floor.http))
	}
	b.add(m)
	b.add(m99)
	return b.kept(ctx, d)
}

// kept looks for every acknowledged return: in the books all of them, by the API
// some.
func (b *bench) kept(ctx context.Context, d *desk) error {
	there := map[string]int64{}
	if err := b.books.returned(ctx, d.period, func(unit string, n int64) { there[unit] = n }); err != nil {
		return err
	}
	lost, more := 0, 0
	for _, u := range d.units {
		switch {
		case there[u.key] < u.acked:
			lost++
		case there[u.key] > u.acked:
			more++
		}
	}
	if lost > 0 {
		b.wrong("the newest returns of %d units were acknowledged and are not there", lost)
	}
	if more > 0 {
		b.wrong("%d units have returns that were never acknowledged", more)
	}
	c := b.client()
	defer c.Close()
	for _, u := range d.units[:min(len(d.units), 500)] {
		a, err := c.Get(returnPath(d.period, u.key))
		if err != nil {
			return err
		}
		var got struct{ N int64 }
		if err := json.Unmarshal(a.Body, &got); err != nil || got.N != u.acked {
			b.wrong("the return of %s is number %d, acknowledged was %d", u.key, got.N, u.acked)
			break
		}
	}
	return nil
}
