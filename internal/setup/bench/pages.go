package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"nhipcau/internal/setup/lab"
)

// start starts the program several times, and leaves it running.
func (b *bench) start(ctx context.Context) error {
	m := &Measure{Name: "start until /readyz", Unit: "s", Goal: 2}
	for i := range b.rounds {
		s, err := b.Serve(ctx, "serve", "")
		if err != nil {
			return err
		}
		m.Rounds = append(m.Rounds, s.Ready.Seconds())
		if i < b.rounds-1 {
			s.Stop()
			continue
		}
		b.server = s
	}
	b.add(m)
	return nil
}

// bearer are the headers of a program.
func (b *bench) bearer() []string {
	return []string{lab.Bearer(b.made.Token), "Accept-Language: vi"}
}

func (b *bench) client() *lab.Client { return lab.NewClient(b.server.Addr, b.bearer()...) }

// there reports whether the program answers a path at all.
func (b *bench) there(path string) (bool, error) {
	c := b.client()
	defer c.Close()
	a, err := c.Get(path)
	if err == nil && a.Status >= 300 && a.Status != 404 {
		return false, fmt.Errorf("%s: %d %.300s", path, a.Status, a.Body)
	}
	return err == nil && a.Status == 200, err
}

// open is the period that is open.
func (b *bench) open() string { return b.made.Periods[len(b.made.Periods)-1] }

// reads makes three measures of the server's time for paths that next gives, under
// the load of others if there is one.
func (b *bench) reads(ctx context.Context, name string, p95, p99 float64, next func(r *rand.Rand) string) {
	b.readsAs(ctx, b.client(), name, p95, p99, next)
}

// readsAs is reads with the headers of a client.
func (b *bench) readsAs(ctx context.Context, as *lab.Client, name string, p95, p99 float64, next func(r *rand.Rand) string) {
	m95 := &Measure{Name: name + ", p95 in the server", Unit: "ms", Goal: p95}
	m99 := &Measure{Name: name + ", p99 in the server", Unit: "ms", Goal: p99}
	whole := &Measure{Name: name + ", p95 at the client", Unit: "ms"}
	for round := range b.rounds {
		r := load{addr: b.server.Addr, headers: as.Headers, clients: 4, length: b.length, rate: 100, server: b.server}.run(ctx, b.reader(round, next))
		if r.failed > 0 {
			b.wrong("%s: %d of %d failed: %s", name, r.failed, r.failed+r.done, r.failure)
		}
		m95.Rounds, m99.Rounds = append(m95.Rounds, r.server.at(.95)), append(m99.Rounds, r.server.at(.99))
		whole.Rounds = append(whole.Rounds, r.took.at(.95))
		m95.Samples += r.done
	}
	b.add(m95)
	b.add(m99)
	b.add(whole)
}

func (b *bench) reader(round int, next func(r *rand.Rand) string) send {
	rs := make([]*rand.Rand, 4)
	for i := range rs {
		rs[i] = rand.New(rand.NewPCG(uint64(round), uint64(i)))
	}
	return func(c *lab.Client, worker int) (lab.Answer, bool, error) {
		a, err := c.Get(next(rs[worker]))
		return a, true, err
	}
}

// children reads the page of children of any unit, alone and while 1,000 returns
// come in a second.
func (b *bench) children(ctx context.Context) error {
	units, err := b.books.units(ctx, b.made.Tree)
	if err != nil {
		return err
	}
	items, err := b.books.items(ctx, b.made.Form)
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return b.skip("there is no form", &Measure{Name: "children of any unit"})
	}
	var six []string
	for i := range 6 {
		six = append(six, url.QueryEscape(items[i*len(items)/6].key))
	}
	lanes := strings.Join(six, ",")
	if ok, err := b.there(childrenPath(b.open(), b.made.Root, lanes)); !ok {
		return b.missing(err, &Measure{Name: "children of any unit"})
	}
	next := func(r *rand.Rand) string { return childrenPath(b.open(), units[r.IntN(len(units))], lanes) }
	b.reads(ctx, "children of any unit", 0, 0, next)
	d, err := b.desk(ctx)
	if err != nil {
		return err
	}
	stop := b.beside(ctx, d, 1000)
	b.reads(ctx, "children of any unit beside 1,000 returns/s", 5, 20, next)
	err = b.page(ctx, units)
	stop()
	return err
}

// page reads the page of children as somebody signed in does, beside the returns.
func (b *bench) page(ctx context.Context, units []string) error {
	const name = "page of children of any unit, in the same way"
	c, err := b.signed("clerk")
	if err != nil {
		return err
	}
	if c == nil {
		return b.skip("the root has no clerk to sign in as", &Measure{Name: name})
	}
	a, err := c.Get(pagePath(b.open(), b.made.Root))
	if err != nil || a.Status != 200 {
		return b.missing(err, &Measure{Name: name})
	}
	b.readsAs(ctx, c, name, 5, 20, func(r *rand.Rand) string { return pagePath(b.open(), units[r.IntN(len(units))]) })
	return nil
}

// beside sends returns of the units of d at a rate until stop is called.
func (b *bench) beside(ctx context.Context, d *desk, rate float64) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan outcome, 1)
	go func() {
		done <- load{addr: b.server.Addr, headers: b.bearer(), clients: 64, length: time.Hour, rate: rate, server: b.server}.run(ctx, d.send)
	}()
	return func() {
		cancel()
		r := <-done
		b.add(&Measure{Name: "returns beside", Unit: "/s", Rounds: []float64{r.rate()}, Note: fmt.Sprintf("p99 %.1f ms; %s", r.took.at(.99), r.cores())})
		if r.failed > 0 {
			b.wrong("returns beside: %d failed: %s", r.failed, r.failure)
		}
	}
}

// missing is skip for what the program does not have.
func (b *bench) missing(err error, measures ...*Measure) error {
	if err != nil {
		return err
	}
	return b.skip("the program does not answer this address", measures...)
}

// lacking reads who has not returned, for the whole tree.
func (b *bench) lacking(ctx context.Context) error {
	path := lackingPath(b.open(), b.made.Root)
	if ok, err := b.there(path); !ok {
		return b.missing(err, &Measure{Name: "who has not, first page"})
	}
	b.reads(ctx, "who has not, first page", 5, 0, func(*rand.Rand) string { return path })
	return nil
}

// search looks for members by whole names, by parts of them and by beginnings,
// with and without their marks.
func (b *bench) search(ctx context.Context) error {
	names, err := b.books.names(ctx)
	if err != nil {
		return err
	}
	if ok, err := b.there(searchPath(names[0])); !ok {
		return b.missing(err, &Measure{Name: "search of a member by name"})
	}
	b.reads(ctx, "search of a member by name", 30, 0, func(r *rand.Rand) string {
		words := strings.Fields(names[r.IntN(len(names))])
		switch r.IntN(3) {
		case 0:
			return searchPath(strings.Join(words, " "))
		case 1:
			return searchPath(words[0] + " " + words[len(words)-1])
		}
		last := []rune(words[len(words)-1])
		return searchPath(words[0] + " " + string(last[:min(2, len(last))]))
	})
	return nil
}

// leafToRoot measures the time from sending a return until a read of the root's
// figure shows it, while 1,000 a second come. Those beside leave the last figure of
// their units as it is, so the root's moves by what is sent here and nothing else.
func (b *bench) leafToRoot(ctx context.Context) error {
	m := &Measure{Name: "leaf to root beside 1,000 returns/s, p99", Unit: "s", Goal: 1}
	sheet, err := b.sheet()
	if sheet == "" || err != nil {
		return b.missing(err, m)
	}
	all, err := b.desk(ctx)
	if err != nil {
		return err
	}
	c := b.client()
	defer c.Close()
	n := min(len(all.units), 4000)
	for d := all.some(0, n); int(d.next.Load()) < n; {
		if a, _, err := d.correct(c, 1); err != nil || a.Status >= 300 {
			return fmt.Errorf("a return: %d %.300s %w", a.Status, a.Body, err)
		}
	}
	stop := b.beside(ctx, all.some(n/8, n), 1000)
	defer stop()
	return b.roots(ctx, c, all.some(0, n/8), sheet, m)
}

// roots sends returns of units of d one by one, each until the root shows it.
func (b *bench) roots(ctx context.Context, c *lab.Client, d *desk, sheet string, m *Measure) error {
	name := lane(len(d.items))
	total, err := b.total(c, sheet, name)
	if err != nil {
		return err
	}
	for range b.rounds {
		var times sample
		for began := time.Now(); time.Since(began) < b.length && ctx.Err() == nil; {
			last := 1 + d.next.Load()/int64(len(d.units))%2 // 1 is what they have; then 2, then 1 again
			sent := time.Now()
			a, _, err := d.correct(c, 3-last)
			if err != nil || a.Status >= 300 {
				return fmt.Errorf("a return: %d %.300s %w", a.Status, a.Body, err)
			}
			total += 3 - 2*last
			for now := total - 1; now != total; {
				if now, err = b.total(c, sheet, name); err != nil {
					return err
				}
				if time.Since(sent) > 10*time.Second {
					b.wrong("the root's %s is %d ten seconds after a return that makes it %d", name, now, total)
					return nil
				}
			}
			times = append(times, time.Since(sent))
		}
		m.Rounds, m.Samples = append(m.Rounds, times.at(.99)/1e3), m.Samples+len(times)
	}
	m.Note = fmt.Sprintf("%d returns", m.Samples)
	b.add(m)
	return nil
}

// total reads a figure of the root.
func (b *bench) total(c *lab.Client, sheet, lane string) (int64, error) {
	a, err := c.Get(figuresPath(sheet, b.made.Root))
	if err != nil || a.Status != 200 {
		return 0, fmt.Errorf("the root's figures: %d %w", a.Status, err)
	}
	return totalOf(a.Body, lane)
}

// sheet is where the open period is counted, "" if the program has no periods.
func (b *bench) sheet() (string, error) {
	c := b.client()
	defer c.Close()
	a, err := c.Get(periodPath(b.open()))
	if err != nil || a.Status != 200 {
		return "", err
	}
	var p struct{ Sheet string }
	err = json.Unmarshal(a.Body, &p)
	return p.Sheet, err
}

var sequence atomic.Int64
