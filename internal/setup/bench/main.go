// Command bench measures the built program as its users meet it: over HTTP, at the
// scale of a nation (or of a province, -quick), on a house that `nhipcau generate`
// makes. Beside each figure stands what the same machine can do at most in the
// same run: bare rows through the driver, a server that does nothing.
//
//	bench [-program bin/nhipcau] [-quick] [-scale national] [-database postgres://…] [-data DIR] [-only children,returns] [-out bench.json]
//
// Slowness is no failure; a wrong answer is: an acknowledged write that is not
// there, a total that is not the sum, a proof that finds something. Then the exit
// code is 1.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"nhipcau/internal/setup/lab"
)

// A bench is one run.
type bench struct {
	lab.Program
	*Report
	made made

	dir     string // of scratch files
	rounds  int
	length  time.Duration // of a round
	clients int
	books   *books // the database, read behind the program's back
	server  *lab.Server
	floor   floor
	desked  *desk
}

// made is what `nhipcau generate --json` prints.
type made struct {
	Root       string   `json:"root"`
	Tree       string   `json:"tree"`
	Units      int      `json:"units"`
	Members    int      `json:"members"`
	Form       string   `json:"form"`
	Periods    []string `json:"periods"`
	Provinces  []string `json:"provinces"`
	Conference string   `json:"conference"`
	Token      string   `json:"token"`
	Login      string   `json:"login"`
	Password   string   `json:"password"`
	Logins     []struct {
		Login string `json:"login"`
		Unit  string `json:"unit"`
		Role  string `json:"role"`
	} `json:"logins"`
}

// A step takes measures that belong together.
type step struct {
	name string
	take func(*bench, context.Context) error
}

// byName is a step that is taken only when it is asked for: it takes minutes.
const byName = "morning"

// steps are in an order in which the later ones find what they need; those at the
// end change the most.
var steps = []step{
	{"start", (*bench).start},
	{"floor", (*bench).bare},
	{"children", (*bench).children},
	{"lacking", (*bench).lacking},
	{"reports", (*bench).reports},
	{"search", (*bench).search},
	{"returns", (*bench).returns},
	{"root", (*bench).leafToRoot},
	{"checkins", (*bench).checkins},
	{byName, (*bench).morning},
	{"rollout", (*bench).rollout},
	{"memory", (*bench).memory},
	{"groups", (*bench).groups},
	{"prove", (*bench).prove},
	{"reform", (*bench).reform},
	{"communes", (*bench).communes},
	{"size", (*bench).size},
}

func main() {
	runtime.LockOSThread() // a child is told when the thread that started it ends
	if len(os.Args) == 3 && os.Args[1] == emptyServer {
		fmt.Fprintln(os.Stderr, serveEmpty(os.Args[2]))
		os.Exit(1)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	b := &bench{Report: &Report{Machine: lab.Look(), Engine: "SQLite", Flags: args, Began: time.Now().UTC()}}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&b.Path, "program", "bin/nhipcau", "the built program")
	quick := f.Bool("quick", false, "a province instead of a nation, and short rounds")
	f.StringVar(&b.Scale, "scale", "national", "of the data: small, province, national")
	f.StringVar(&b.Database, "database", "", "an empty PostgreSQL database, postgres://…")
	f.StringVar(&b.Data, "data", "", "data folder that stays; used as it is if it has data, with made.json beside it; else a scratch one")
	only := f.String("only", "", "names of steps, with commas; all if empty")
	out := f.String("out", "bench.json", "where all figures go")
	f.IntVar(&b.clients, "clients", 128, "connections of the heavy loads")
	if err := f.Parse(args); err != nil {
		return err
	}
	b.rounds, b.length = 3, 10*time.Second
	if *quick {
		b.Scale, b.rounds, b.length = "province", 3, 2*time.Second
	}
	if b.Database != "" {
		b.Engine = "PostgreSQL"
	}
	var err error
	if b.dir, err = os.MkdirTemp("", "nhipcau-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if err := b.house(ctx); err != nil {
		return err
	}
	defer b.close()
	if err := b.all(ctx, strings.FieldsFunc(*only, func(r rune) bool { return r == ',' })); err != nil {
		return err
	}
	b.Ended = time.Now().UTC()
	if err := b.write(os.Stdout, *out); err != nil {
		return err
	}
	if len(b.Wrong) > 0 {
		if said := b.server.Log(); said != "" {
			fmt.Fprintln(os.Stderr, "the server said, at last:", said[max(0, len(said)-4000):])
		}
		return errors.New("something was answered wrongly")
	}
	return nil
}

func (b *bench) all(ctx context.Context, only []string) error {
	for _, s := range steps {
		needed := s.name == "start" || s.name == "floor"
		if (len(only) > 0 && !needed || s.name == byName) && !slices.Contains(only, s.name) {
			continue
		}
		if err := ctx.Err(); err != nil {
			return errors.New("interrupted")
		}
		fmt.Println(s.name)
		if err := s.take(b, ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// house makes the data, or takes what is there, and opens the books.
func (b *bench) house(ctx context.Context) error {
	if b.Data == "" {
		b.Data = filepath.Join(b.dir, "data")
	}
	kept := b.Data + ".json"
	printed, err := os.ReadFile(kept)
	if errors.Is(err, os.ErrNotExist) {
		fmt.Println("generate")
		began := time.Now()
		if printed, err = b.Run(ctx, "generate", "--scale", b.Scale, "--tree", "2025-06", "--json"); err != nil {
			return err
		}
		var said struct {
			Memory int64 `json:"peak_rss_anon_bytes"`
		}
		if err := json.Unmarshal(printed, &said); err != nil {
			return err
		}
		goal, most := 0.0, 0.0
		if b.Scale == "national" {
			goal, most = 240, 1024
		}
		b.add(&Measure{Name: "generate", Unit: "s", Goal: goal, Rounds: []float64{time.Since(began).Seconds()}})
		b.add(&Measure{Name: "generate, RssAnon", Unit: "MB", Goal: most, Rounds: []float64{float64(said.Memory) / (1 << 20)}})
		if err := os.WriteFile(kept, printed, 0o600); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	if err := json.Unmarshal(printed, &b.made); err != nil {
		return fmt.Errorf("what generate printed: %w", err)
	}
	b.books, err = openBooks(ctx, b.Program)
	return err
}

func (b *bench) close() {
	if b.server != nil {
		b.server.Stop()
	}
	if b.books != nil {
		b.books.close()
	}
}

// skip notes measures that cannot be taken, and why.
func (b *bench) skip(why string, measures ...*Measure) error {
	for _, m := range measures {
		m.Skipped = why
		b.add(m)
	}
	return nil
}
