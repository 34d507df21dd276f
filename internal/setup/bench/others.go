package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

var writeLine = regexp.MustCompile(`writers=64\S*\s.*?\s([\d.]+) ratio.*?\s([\d.]+) single/s.*?\s([\d.]+) writes/s`)

// groups runs the benchmark of grouped commits against one transaction a write.
func (b *bench) groups(ctx context.Context) error {
	m := &Measure{Name: "64 writers, grouped commits", Unit: "/s"}
	out, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "Write/writers=64", "-benchtime", "1s", "-count", strconv.Itoa(b.rounds), "./internal/db").CombinedOutput()
	if err != nil {
		return b.skip(fmt.Sprintf("go test: %v %.200s", err, out), m)
	}
	var ratios, singles []float64
	for _, line := range writeLine.FindAllSubmatch(out, -1) {
		for i, to := range []*[]float64{&ratios, &singles, &m.Rounds} {
			f, err := strconv.ParseFloat(string(line[i+1]), 64)
			if err != nil {
				return err
			}
			*to = append(*to, f)
		}
	}
	if len(m.Rounds) == 0 {
		return b.skip("the benchmark printed nothing that is known", m)
	}
	single := &Measure{Name: "64 writers, one transaction a write", Unit: "/s", Rounds: singles}
	b.add(single)
	m.Limit, m.LimitOf, m.Least = single.Median, "one transaction a write", true
	b.add(m)
	return nil
}

// prove recounts every total, beside the server, and fails the run when something
// does not agree.
func (b *bench) prove(ctx context.Context) error {
	for _, deep := range []bool{false, true} {
		args, name := []string{"prove", "--json"}, "prove"
		if deep {
			args, name = append(args, "--deep"), "prove --deep"
		}
		began := time.Now()
		out, err := b.Run(ctx, args...)
		took := time.Since(began).Seconds()
		var said struct{ Sheets, Posts, Nodes, Mismatches int64 }
		if json.Unmarshal(out, &said) != nil {
			return err
		}
		if said.Mismatches > 0 {
			b.wrong("%s finds %d mismatches: %.600s", name, said.Mismatches, out)
		}
		m := &Measure{
			Name: name + ", posts", Unit: "/s", Least: true, Rounds: []float64{float64(said.Posts) / took},
			Note: fmt.Sprintf("%d sheets, %d posts, %d nodes in %.1f s", said.Sheets, said.Posts, said.Nodes, took),
		}
		if !deep {
			m.Goal = 300_000
		}
		b.add(m)
		if !deep {
			b.add(&Measure{Name: "prove, a sheet", Unit: "s", Goal: 1, Rounds: []float64{took / float64(max(1, said.Sheets))}})
		}
	}
	return nil
}

// reform makes the reform of 1 July 2025 on the house, after the server has stopped.
func (b *bench) reform(ctx context.Context) error {
	m := &Measure{Name: "reform of 1 July 2025", Unit: "s"}
	if len(reformArgs) == 0 {
		return b.skip("the command line is not known to this program", m)
	}
	b.server.Stop()
	began := time.Now()
	if _, err := b.Run(ctx, reformArgs...); err != nil {
		return err
	}
	m.Rounds = []float64{time.Since(began).Seconds()}
	b.add(m)
	return b.prove(ctx)
}

// size says what takes the room of the database.
func (b *bench) size(ctx context.Context) error {
	m := &Measure{Name: "size of the database", Unit: "MB"}
	sizes, err := b.books.sizes(ctx)
	if err != nil {
		return b.skip(err.Error(), m)
	}
	var all int64
	for _, s := range sizes {
		all += s.Bytes
	}
	b.Sizes, m.Rounds = sizes, []float64{float64(all) / 1e6}
	b.add(m)
	return nil
}
