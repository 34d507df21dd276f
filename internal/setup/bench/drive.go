package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"

	"nhipcau/internal/setup/lab"
)

// An outcome is what a load came to.
type outcome struct {
	done           int
	took, server   sample
	elapsed        time.Duration
	client, served time.Duration // processor time of this program and of the server
	failed         int
	failure        string // the first
}

// A send makes one request by one client and returns how it went; ok is false
// when there is nothing left to send.
type send func(c *lab.Client, worker int) (a lab.Answer, ok bool, err error)

// A load is how requests are made: closed, each client as fast as it is answered,
// or at a rate, counted from when a request was due, so that a server that stops
// for a while is not spared those that would have come.
type load struct {
	addr    string
	headers []string
	clients int
	length  time.Duration
	rate    float64 // a second; 0 is as fast as they are answered
	server  *lab.Server
}

func (l load) run(ctx context.Context, f send) outcome {
	all := make([]outcome, l.clients)
	began, own := time.Now(), lab.OwnCPU()
	var served time.Duration
	if l.server != nil {
		served = l.server.CPU()
	}
	var wg sync.WaitGroup
	for i := range l.clients {
		wg.Go(func() { l.client(ctx, i, began, f, &all[i]) })
	}
	wg.Wait()
	r := outcome{elapsed: time.Since(began), client: lab.OwnCPU() - own}
	if l.server != nil {
		r.served = l.server.CPU() - served
	}
	for _, one := range all {
		r.done += one.done
		r.failed += one.failed
		r.took = append(r.took, one.took...)
		r.server = append(r.server, one.server...)
		if r.failure == "" {
			r.failure = one.failure
		}
	}
	return r
}

func (l load) client(ctx context.Context, i int, began time.Time, f send, r *outcome) {
	c := lab.NewClient(l.addr, l.headers...)
	defer c.Close()
	var every time.Duration
	if l.rate > 0 {
		every = time.Duration(float64(l.clients) / l.rate * float64(time.Second))
	}
	due := began.Add(every * time.Duration(i) / time.Duration(l.clients))
	for ctx.Err() == nil {
		if every > 0 && !until(ctx, due) || time.Since(began) > l.length {
			return
		}
		a, ok, err := f(c, i)
		if !ok {
			return
		}
		switch {
		case err != nil || a.Status >= 300:
			r.failed++
			if r.failure == "" {
				r.failure = fmt.Sprintf("%d %.200s %v", a.Status, a.Body, err)
			}
		default:
			r.done++
			r.server = append(r.server, a.Server)
			if every > 0 {
				r.took = append(r.took, time.Since(due))
			} else {
				r.took = append(r.took, a.Took)
			}
		}
		due = due.Add(every)
	}
}

// until waits for a time, and reports whether it came.
func until(ctx context.Context, t time.Time) bool {
	wait := time.Until(t)
	if wait <= 0 {
		return true
	}
	select {
	case <-time.After(wait):
		return true
	case <-ctx.Done():
		return false
	}
}

// rate is how many were done in a second.
func (r outcome) rate() float64 { return float64(r.done) / r.elapsed.Seconds() }

// cores says how much of the processors each side took.
func (r outcome) cores() string {
	return fmt.Sprintf("cores: server %.2f, client %.2f", r.served.Seconds()/r.elapsed.Seconds(), r.client.Seconds()/r.elapsed.Seconds())
}

const emptyServer = "-empty-server"

// serveEmpty answers everything with nothing: the least that HTTP costs here.
func serveEmpty(addr string) error {
	return http.ListenAndServe(addr, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
}

// A floor is what the machine does at most in this run.
type floor struct{ http, returns, checkins float64 }

// bare measures the floors: an empty server in a process of its own with the same
// client, and bare rows of both shapes.
func (b *bench) bare(ctx context.Context) error {
	port, err := lab.FreePort()
	if err != nil {
		return err
	}
	addr := net.JoinHostPort("127.0.0.1", port)
	c := exec.CommandContext(ctx, os.Args[0], emptyServer, addr)
	if err := c.Start(); err != nil {
		return err
	}
	defer func() {
		_ = c.Process.Kill()
		_ = c.Wait() // it was killed
	}()
	if err := answers(ctx, addr); err != nil {
		return err
	}
	body := make([]byte, 900)
	var rounds, returns, checkins []float64
	for range b.rounds {
		r := load{addr: addr, clients: b.clients, length: b.length / 4}.run(ctx, func(c *lab.Client, _ int) (lab.Answer, bool, error) {
			a, err := c.JSON("POST", "/", body)
			return a, true, err
		})
		if r.failed > 0 {
			return fmt.Errorf("the empty server: %s", r.failure)
		}
		rounds = append(rounds, r.rate())
		for _, s := range []struct {
			shape shape
			all   *[]float64
		}{{rawReturn, &returns}, {rawCheckin, &checkins}} {
			rate, err := b.raw(ctx, s.shape, b.length/4)
			if err != nil {
				return fmt.Errorf("bare rows: %w", err)
			}
			*s.all = append(*s.all, rate)
		}
	}
	for _, m := range []*Measure{
		{Name: "empty HTTP handler", Unit: "/s", Rounds: rounds, Note: "body of 900 bytes, the same client"},
		{Name: "bare rows of returns", Unit: "/s", Rounds: returns, Note: "figures, post and audit each; 64 a commit"},
		{Name: "bare rows of check-ins", Unit: "/s", Rounds: checkins, Note: "fact and roll each; 240 a commit"},
	} {
		b.add(m)
	}
	last := b.Measures[len(b.Measures)-3:]
	b.floor = floor{last[0].Median, last[1].Median, last[2].Median}
	return nil
}

func answers(ctx context.Context, addr string) error {
	for range 400 {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			return c.Close()
		}
		if !until(ctx, time.Now().Add(10*time.Millisecond)) {
			return ctx.Err()
		}
	}
	return fmt.Errorf("%s does not answer", addr)
}
