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

// reform makes the reform of 1 July 2025 after the server has stopped, undoes it and
// makes it again; no period's total may change. Then it reads past periods on the
// tree of after.
func (b *bench) reform(ctx context.Context) error {
	made := &Measure{Name: "reform of 1 July 2025", Unit: "s"}
	undone := &Measure{Name: "reform of 1 July 2025, undone", Unit: "s"}
	if b.Scale == "national" {
		made.Goal = 60
	}
	b.server.Stop()
	before, err := b.books.roots(ctx)
	if err != nil {
		return err
	}
	out, err := b.Run(ctx, append(reformArgs, "--json")...)
	if err != nil {
		return err
	}
	var said struct {
		ID                           string
		Created, Ended, Moved        int64
		Followed, Rollouts, Problems int64
		Seconds                      float64
		Try                          float64 `json:"try_seconds"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		return err
	}
	made.Rounds = []float64{said.Seconds}
	made.Note = fmt.Sprintf("%d units created, %d ended, %d moved, %d followed, %d rollouts under way", said.Created, said.Ended, said.Moved, said.Followed, said.Rollouts)
	for _, verb := range [][]string{{"undo", said.ID, "--reason", "đo thử"}, {"again", said.ID}} {
		began := time.Now()
		if _, err := b.Run(ctx, append([]string{"reform"}, verb...)...); err != nil {
			return err
		}
		to := undone
		if verb[0] == "again" {
			to = made
		}
		to.Rounds = append(to.Rounds, time.Since(began).Seconds())
		after, err := b.books.roots(ctx)
		if err != nil {
			return err
		}
		for sheet, total := range before {
			if after[sheet] != total {
				b.wrong("the reform: the total of sheet %d is not what it was", sheet)
			}
		}
	}
	b.add(&Measure{Name: "reform of 1 July 2025, tried", Unit: "s", Rounds: []float64{said.Try}})
	b.add(made)
	b.add(undone)
	if err := b.restated(ctx); err != nil {
		return err
	}
	return b.prove(ctx)
}

// restated reads the nation's figures of each past period on the tree of after the
// reform, each for the first time, and then again.
func (b *bench) restated(ctx context.Context) (err error) {
	if b.server, err = b.Serve(ctx, "serve", ""); err != nil {
		return err
	}
	first := &Measure{Name: "a past period on today's tree, first page", Unit: "s", Goal: 1}
	again := &Measure{Name: "a past period on today's tree, again", Unit: "ms"}
	c, err := b.signed("clerk")
	if err != nil || c == nil {
		return b.skip("the root has no clerk to sign in as", first, again)
	}
	sheets, err := b.books.periods(ctx, b.made.Form)
	if err != nil {
		return err
	}
	for _, sheet := range sheets {
		for _, m := range []*Measure{first, again} {
			a, err := c.Get(todayPath(sheet, b.made.Root))
			if err != nil || a.Status != 200 {
				b.wrong("sheet %d on today's tree: %d, %v", sheet, a.Status, err)
				continue
			}
			if m == first {
				m.Rounds = append(m.Rounds, a.Server.Seconds())
			} else {
				m.Rounds = append(m.Rounds, float64(a.Server.Microseconds())/1000)
			}
		}
	}
	b.add(first)
	b.add(again)
	return nil
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
