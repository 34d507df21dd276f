package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"nhipcau/internal/setup/lab"
)

const (
	batch     = 60
	again     = 10 // every so many batches one is sent twice
	elsewhere = 20 // every so many people one checks in at a second site too
)

// A door hands out batches of people who check in, at sites.
type door struct {
	conference string
	guests     []guest
	next       atomic.Int64
	rs         []*rand.Rand
	mu         sync.Mutex
	came       map[string]bool // members of acknowledged facts
	results    map[string]int
	kept       int64 // facts that were acknowledged, each once
	last       [][]byte
	where      []string
	size       []int // facts in the last batch
}

func (b *bench) door() *door {
	d := &door{conference: b.made.Conference, came: map[string]bool{}, results: map[string]int{}}
	for i := range b.clients {
		d.rs = append(d.rs, rand.New(rand.NewPCG(5, uint64(i))))
	}
	d.last, d.where, d.size = make([][]byte, b.clients), make([]string, b.clients), make([]int, b.clients)
	return d
}

// checkins sends batches of people who check in, scattered over all homes and
// then site by site, some batches twice and some people at two sites.
func (b *bench) checkins(ctx context.Context) error {
	near := &Measure{Name: "check-ins in batches of 60, homes close together", Unit: "persons/s", Goal: 15000, Least: true, Limit: b.floor.checkins, LimitOf: "bare rows"}
	far := &Measure{Name: "check-ins in batches of 60, homes scattered", Unit: "persons/s", Goal: 8000, Least: true, Limit: b.floor.checkins, LimitOf: "bare rows"}
	if b.made.Conference == "" {
		return b.skip("there is no conference", near, far)
	}
	guests, err := b.books.roll(ctx, b.made.Conference, 1_500_000)
	if err != nil {
		return err
	}
	if len(guests) < 1000 {
		return b.skip("too few people on the roll", near, far)
	}
	if ok, err := b.canCheckIn(guests[0].site); !ok {
		return b.missing(err, near, far)
	}
	keptBefore, countingBefore, err := b.books.facts(ctx, b.made.Conference)
	if err != nil {
		return err
	}
	half := len(guests) / 2
	d := b.door()
	scattered := guests[:half:half]
	r := rand.New(rand.NewPCG(7, 8))
	r.Shuffle(len(scattered), func(i, j int) { scattered[i], scattered[j] = scattered[j], scattered[i] })
	for _, part := range []struct {
		guests []guest
		m      *Measure
	}{{scattered, far}, {guests[half:], near}} {
		if err := b.checkinRounds(ctx, d, part.guests, part.m); err != nil {
			return err
		}
	}
	return b.allThere(ctx, d, keptBefore, countingBefore)
}

// allThere looks whether each acknowledged fact is kept once, and each person counts
// once.
func (b *bench) allThere(ctx context.Context, d *door, keptBefore, countingBefore int64) error {
	kept, counting, err := b.books.facts(ctx, b.made.Conference)
	if err != nil {
		return err
	}
	if kept-keptBefore != d.kept {
		b.wrong("%d facts were acknowledged, %d are kept", d.kept, kept-keptBefore)
	}
	if counting-countingBefore != int64(len(d.came)) {
		b.wrong("%d people were acknowledged as come, %d count", len(d.came), counting-countingBefore)
	}
	fmt.Println("  answers:", d.results)
	return nil
}

// morning lets everybody on the roll check in, site by site, until nobody is left:
// the whole of one conference.
func (b *bench) morning(ctx context.Context) error {
	m := &Measure{Name: "a whole morning: everybody at every site", Unit: "persons/s", Least: true}
	if b.made.Conference == "" {
		return b.skip("there is no conference", m)
	}
	guests, err := b.books.roll(ctx, b.made.Conference, 10_000_000)
	if err != nil {
		return err
	}
	keptBefore, countingBefore, err := b.books.facts(ctx, b.made.Conference)
	if err != nil {
		return err
	}
	d := b.door()
	d.guests = guests
	const endless = 24 * time.Hour
	r := load{addr: b.server.Addr, headers: b.bearer(), clients: min(64, b.clients), length: endless, server: b.server}.run(ctx, d.send)
	if r.failed > 0 {
		b.wrong("the morning: %d of %d batches failed: %s", r.failed, r.failed+r.done, r.failure)
	}
	m.Rounds, m.Samples = []float64{float64(len(d.came)) / r.elapsed.Seconds()}, len(d.came)
	m.Note = fmt.Sprintf("%d people in %.0f s, %d facts in %d batches; p99 %.0f ms; %s", len(d.came), r.elapsed.Seconds(), d.kept, r.done, r.took.at(.99), r.cores())
	b.add(m)
	return b.allThere(ctx, d, keptBefore, countingBefore)
}

// canCheckIn reports whether the program takes facts, by sending none.
func (b *bench) canCheckIn(site int64) (bool, error) {
	c := b.client()
	defer c.Close()
	body, err := factsBody([]fact{})
	if err != nil {
		return false, err
	}
	a, err := c.JSON("POST", checkinPath(b.made.Conference, site), body)
	return a.Status != 404 && a.Status != 405, err
}

func (b *bench) checkinRounds(ctx context.Context, d *door, guests []guest, m *Measure) error {
	d.guests = guests
	d.next.Store(0)
	for range b.rounds {
		r := load{addr: b.server.Addr, headers: b.bearer(), clients: min(64, b.clients), length: b.length, server: b.server}.run(ctx, d.send)
		if r.failed > 0 {
			b.wrong("check-ins: %d of %d batches failed: %s", r.failed, r.failed+r.done, r.failure)
		}
		if int(d.next.Load()) >= len(guests) {
			break // nobody was left before the round was over
		}
		m.Rounds = append(m.Rounds, r.rate()*batch)
		m.Samples += r.done * batch
		m.Note = fmt.Sprintf("batches p99 %.0f ms; %s", r.took.at(.99), r.cores())
	}
	b.add(m)
	return nil
}

// send checks in the next sixty people at the site of the first of them, or sends a
// batch again.
func (d *door) send(c *lab.Client, worker int) (lab.Answer, bool, error) {
	r := d.rs[worker]
	repeat := d.last[worker] != nil && r.IntN(again) == 0
	path, body := d.where[worker], d.last[worker]
	var facts []fact
	if !repeat {
		at := int(d.next.Add(batch)) - batch
		if at >= len(d.guests) {
			return lab.Answer{}, false, nil
		}
		guests := d.guests[at:min(at+batch, len(d.guests))]
		var err error
		facts = d.facts(guests, r, worker)
		if body, err = factsBody(facts); err != nil {
			return lab.Answer{}, false, err
		}
		path = checkinPath(d.conference, guests[0].site)
	}
	a, err := c.JSON("POST", path, body)
	if err != nil || a.Status >= 300 {
		return a, true, err
	}
	d.last[worker], d.where[worker] = body, path
	if !repeat {
		d.size[worker] = len(facts)
	}
	count, err := answersOf(a.Body)
	if err != nil {
		return a, true, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, f := range facts {
		d.came[f.Member] = true
	}
	for result, n := range count {
		d.results[result] += n
	}
	if !repeat {
		d.kept += int64(len(facts))
	}
	if repeat && count["duplicate"] != d.size[worker] {
		return a, true, fmt.Errorf("a batch sent again was answered %v", count)
	}
	return a, true, nil
}

// facts are those of guests; a few of them are of people who came before.
func (d *door) facts(guests []guest, r *rand.Rand, worker int) []fact {
	now := millis()
	all := make([]fact, len(guests))
	for i, g := range guests {
		member := g.member
		if r.IntN(elsewhere) == 0 && i > 0 {
			member = d.guests[r.IntN(min(len(d.guests), int(d.next.Load())))].member
		}
		all[i] = fact{uuidOf(now, r), fmt.Sprintf("device-%04d", worker), sequence.Add(1), now, 0, member, "present", "qr"}
	}
	return all
}

// memory is what the server keeps for itself after all these loads.
func (b *bench) memory(context.Context) error {
	b.add(&Measure{Name: "RssAnon after the loads", Unit: "MB", Goal: 400, Rounds: []float64{float64(b.server.Memory()) / (1 << 20)}})
	return nil
}
