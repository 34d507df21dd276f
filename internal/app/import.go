package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/imports"
	"nhipcau/internal/intake"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

type importCommand struct {
	Kind       string `arg:"" enum:"units,members,sites,invitations,attendance,figures" help:"units, members, sites, invitations, attendance or figures."`
	File       string `arg:"" type:"existingfile" help:"The table, .xlsx or .csv."`
	DryRun     bool   `help:"Say what would be done, and do nothing."`
	As         string `help:"Login to act as; without it, the house itself." placeholder:"LOGIN"`
	Unit       string `help:"Unit to act for." placeholder:"KEY"`
	Conference string `help:"Conference whose attendance it is, or whose sites or invitations they are." placeholder:"ID"`
	Rollout    string `help:"Rollout that the figures are declared to." placeholder:"ID"`
}

// Run imports a file; exit code 1 when anything is wrong with it, and then nothing
// is written.
func (c *importCommand) Run(t *terminal, cfg Config) error {
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	defer h.Close()
	words, err := catalog()
	if err != nil {
		return err
	}
	say := func(key string, args ...any) string { return words.T(i18n.Langs[0], key, args...) }
	o := imports.Offer{Kind: imports.Kind(c.Kind), Name: filepath.Base(c.File)}
	switch o.Kind {
	case imports.Attendance, imports.Sites, imports.Invitations:
		o.Target = c.Conference
	case imports.Figures:
		o.Target = c.Rollout
	}
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	if o.Body, err = imports.Read(f); err != nil {
		return err
	}
	layout, _ := imports.Layout(o.Kind)
	table, err := intake.Read(o.Body, layout)
	if err != nil {
		return err
	}
	fmt.Fprintln(t.err, say("imports.cli.read", vn.Int(int64(len(table.Rows)+len(table.Broken)))))
	var by auth.Actor
	if err := h.db.Read(t.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		by, err = c.actor(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	const often = 100_000
	written := 0
	o.Count = func(rows int) {
		if written += rows; written/often > (written-rows)/often {
			fmt.Fprintln(t.err, say("imports.cli.written", vn.Int(int64(written))))
		}
	}
	out, err := imports.Straight(t.ctx, h.db, by, o, table, c.DryRun)
	if err != nil {
		return err
	}
	return c.print(t, say, out)
}

func (c *importCommand) print(t *terminal, say func(key string, args ...any) string, out intake.Outcome) error {
	for _, b := range out.Bad {
		if line := vn.Int(int64(b.Line)); b.Column == "" {
			fmt.Fprintln(t.out, say("imports.cli.line_whole", line, say(b.Key, b.Args...)))
		} else {
			fmt.Fprintln(t.out, say("imports.cli.line", line, b.Column, say(b.Key, b.Args...)))
		}
	}
	switch {
	case len(out.Bad) > 0:
		fmt.Fprintln(t.err, say("imports.cli.bad", len(out.Bad)))
		return exit(1)
	case c.DryRun:
		fmt.Fprintln(t.out, say("imports.cli.dry", out.New, out.Changed, out.Same))
	default:
		fmt.Fprintln(t.out, say("imports.cli.done", out.New, out.Changed, out.Same))
	}
	return nil
}

// actor returns who imports: a login, or the house itself in the only tree,
// narrowed to a unit if one is named.
func (c *importCommand) actor(ctx context.Context, tx *db.Tx) (auth.Actor, error) {
	if c.As != "" {
		return account.As(ctx, tx, c.As, c.Unit)
	}
	trees, err := org.Trees(ctx, tx)
	if err != nil {
		return auth.Actor{}, err
	}
	if len(trees) != 1 {
		return auth.Actor{}, errors.New("there is not exactly one tree; say by --as who imports")
	}
	by := auth.System(trees[0])
	if c.Unit == "" {
		return by, nil
	}
	u, err := org.Get(ctx, tx, by, c.Unit)
	if fault.Is(err, fault.NotFound) {
		return by, fmt.Errorf("there is no unit %q", c.Unit)
	}
	by.Unit, by.UnitKey, by.UnitName, by.Path = u.ID, u.Key, u.Name, u.Path
	return by, err
}
