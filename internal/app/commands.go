package app

import (
	"encoding/json"
	"fmt"
	"runtime/debug"

	"nhipcau/internal/tally"
)

type proveCommand struct {
	Deep bool `help:"Recount from the source records too."`
	JSON bool `help:"Print one JSON object."`
}

// Run recomputes every figure; exit code 1 when one does not agree.
func (c *proveCommand) Run(t *terminal, cfg Config) error {
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	defer h.Close()
	report, err := h.prove(t.ctx, c.Deep)
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(t.out)
		e.SetEscapeHTML(false)
		if err := e.Encode(report); err != nil {
			return err
		}
	} else {
		printProof(t, report)
	}
	if report.Mismatches > 0 {
		return exit(1)
	}
	return nil
}

func printProof(t *terminal, r tally.Report) {
	for _, d := range r.Details {
		fmt.Fprintln(t.out, d)
	}
	fmt.Fprintf(t.out, "%d sheets, %d posts, %d nodes, %d mismatches\n", r.Sheets, r.Posts, r.Nodes, r.Mismatches)
}

type rebuildCommand struct{}

// Run makes the nodes of every sheet again from its posts, and says what was wrong.
func (rebuildCommand) Run(t *terminal, cfg Config) error {
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	defer h.Close()
	var sheets int
	var all tally.Rebuilt
	if err := tally.RebuildAll(t.ctx, h.db, func(s tally.Sheet, r tally.Rebuilt) {
		if r.Changed() {
			fmt.Fprintf(t.out, "sheet %d (%s %s): %d nodes written, %d removed\n", s.ID, s.Kind, s.Source, r.Written, r.Removed)
		}
		sheets++
		all.Nodes, all.Written, all.Removed = all.Nodes+r.Nodes, all.Written+r.Written, all.Removed+r.Removed
	}); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%d sheets, %d nodes, %d written, %d removed\n", sheets, all.Nodes, all.Written, all.Removed)
	return nil
}

type adminCommand struct {
	Login string `arg:"" help:"Login of the administrator."`
	Unit  string `help:"Name of the topmost unit, when there is none yet." default:"" placeholder:"NAME"`
}

type tokenCommand struct {
	Login string `arg:"" help:"Login the token stands for."`
}

type versionCommand struct{}

// Run prints the version the program was built from.
func (versionCommand) Run(t *terminal, _ Config) error {
	fmt.Fprintln(t.out, version())
	return nil
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "nhipcau"
	}
	v := "nhipcau " + info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			v += " " + s.Value[:12]
		}
	}
	return v + " " + info.GoVersion
}
