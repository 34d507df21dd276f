// Command torture breaks the built program in the ways a house meets in years, and
// looks whether all that was acknowledged is there afterwards: it is killed under
// load, its disk fills up, is read-only or fails, its PostgreSQL crashes and comes
// back. In each case whoever writes has to be told in a sentence, nothing may be
// lost or half there, `prove --deep` has to find nothing, and the program has to
// go on by itself when the cause is gone.
//
//	torture [-program bin/nhipcau] [-rounds 20] [-load 2s] [-only kill,disk]
//
// It exits 1 if something was wrong. What could not be tried here is said and
// counted as NOT CHECKED.
package main

import (
	"context"
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

// A torture is one run of this program.
type torture struct {
	program string
	rounds  int
	load    time.Duration
	dir     string // of everything it makes; goes at the end
	seed    string // data folder of a demonstration, told once
	pg      string // folder of PostgreSQL's programs, "" if there is none
}

// errUnchecked is why a trial could not be made here.
type errUnchecked struct{ why string }

func (e errUnchecked) Error() string { return e.why }

// A trial is one way to break the program.
type trial struct {
	name string
	what string
	run  func(*torture, context.Context) (string, error)
}

var trials = []trial{
	{"kill", "killed under load, SQLite", (*torture).killLite},
	{"kill-pg", "killed under load, PostgreSQL", (*torture).killPostgres},
	{"figures", "killed under a load of returns and check-ins, SQLite", (*torture).killFigures},
	{"figures-pg", "killed under a load of returns and check-ins, PostgreSQL", (*torture).killFiguresPostgres},
	{"postgres", "PostgreSQL crashes and comes back", (*torture).crashPostgres},
	{"disk", "the disk fills up", (*torture).diskFull},
	{"fault", "the disk refuses to be written", (*torture).diskFaults},
	{"readonly", "started on a disk that is read-only", (*torture).readOnly},
}

func main() {
	runtime.LockOSThread() // a child is told when the thread that started it ends
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	t := &torture{pg: lab.Postgreses()}
	f := flag.NewFlagSet("torture", flag.ContinueOnError)
	f.StringVar(&t.program, "program", "bin/nhipcau", "the built program")
	f.IntVar(&t.rounds, "rounds", 20, "how often it is killed, on each engine")
	f.DurationVar(&t.load, "load", 2*time.Second, "how long each load lasts")
	only := f.String("only", "", "names of trials, with commas; all if empty")
	inside := f.String("inside", "", "")
	f.StringVar(&t.dir, "dir", "", "")
	if err := f.Parse(args); err != nil {
		return err
	}
	var err error
	if t.program, err = filepath.Abs(t.program); err != nil {
		return err
	}
	if *inside != "" {
		return t.inside(ctx, *inside)
	}
	if t.dir, err = os.MkdirTemp("", "nhipcau-torture-"); err != nil {
		return err
	}
	defer os.RemoveAll(t.dir)
	return t.all(ctx, strings.FieldsFunc(*only, func(r rune) bool { return r == ',' }))
}

func (t *torture) all(ctx context.Context, only []string) error {
	if err := t.tell(ctx); err != nil {
		return err
	}
	passed, wrong, unchecked := 0, 0, 0
	for _, one := range trials {
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		if len(only) > 0 && !slices.Contains(only, one.name) {
			continue
		}
		began := time.Now()
		said, err := one.run(t, ctx)
		took := time.Since(began).Round(100 * time.Millisecond)
		var u errUnchecked
		switch {
		case errors.As(err, &u):
			unchecked++
			fmt.Printf("NOT CHECKED  %s: %s\n", one.what, u.why)
		case err != nil:
			wrong++
			fmt.Printf("WRONG        %s (%v): %v\n", one.what, took, err)
		default:
			passed++
			fmt.Printf("ok           %s (%v): %s\n", one.what, took, said)
		}
	}
	fmt.Printf("%d ok, %d wrong, %d NOT CHECKED\n", passed, wrong, unchecked)
	if wrong > 0 || passed+unchecked == 0 {
		return errors.New("not all went well")
	}
	return nil
}

// tell makes the house that is broken: the demonstration, told once and copied.
func (t *torture) tell(ctx context.Context) error {
	t.seed = filepath.Join(t.dir, "seed")
	s, err := lab.Program{Path: t.program, Data: t.seed}.Serve(ctx, "demo", "")
	if err != nil {
		return err
	}
	s.Stop()
	return nil
}

// A house is a copy of the demonstration, served.
type house struct {
	lab.Program
	server  *lab.Server
	kinds   []*kind           // of its load
	tokens  map[string]string // by login
	written int
}

// open serves a copy of the demonstration in dir, or one told anew into an empty
// PostgreSQL database, with tokens for the load.
func (t *torture) open(ctx context.Context, dir, database string) (*house, error) {
	h := &house{Program: lab.Program{Path: t.program, Data: dir, Database: database}, kinds: paperKinds, tokens: map[string]string{}}
	if database == "" {
		if err := os.CopyFS(dir, os.DirFS(t.seed)); err != nil {
			return nil, err
		}
	} else {
		s, err := h.Serve(ctx, "demo", "")
		if err != nil {
			return nil, err
		}
		s.Stop()
	}
	for _, k := range h.kinds {
		if h.tokens[k.login] != "" {
			continue
		}
		out, err := h.Run(ctx, "token", k.login)
		if err != nil {
			return nil, err
		}
		h.tokens[k.login] = strings.TrimSpace(string(out))
	}
	var err error
	h.server, err = h.Serve(ctx, "serve", "")
	return h, err
}

// again serves after a stop, at the same address.
func (h *house) again(ctx context.Context) error {
	s, err := h.Serve(ctx, "serve", h.server.Addr)
	if err != nil {
		return fmt.Errorf("it does not start again: %w", err)
	}
	h.server = s
	return nil
}

// close stops the server; its error, if it had ended by itself, is what it said.
func (h *house) close() {
	if h.server != nil {
		h.server.Stop()
	}
}

// prove recounts everything.
func (h *house) prove(ctx context.Context) error {
	_, err := h.Run(ctx, "prove", "--deep")
	return err
}
