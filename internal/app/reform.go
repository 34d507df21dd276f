package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/country"
	"nhipcau/internal/db"
	"nhipcau/internal/i18n"
	"nhipcau/internal/intake"
	"nhipcau/internal/lineage"
	"nhipcau/internal/nation"
	"nhipcau/internal/org"
	"nhipcau/internal/reform"
	"nhipcau/internal/vn"
)

type reformCommand struct {
	Table tableReform `cmd:"" help:"Change many units by a table, .xlsx or .csv: create, merge, split, move, rename."`
	July  julyReform  `cmd:"" name:"july-2025" help:"The reform of 1 July 2025, in a made-up organisation of before."`
	Undo  undoReform  `cmd:"" help:"Undo a reform while nothing was built on it."`
	Again againReform `cmd:"" help:"Make a reform of many units again that was undone."`
}

type tableReform struct {
	File     string `arg:"" type:"existingfile" help:"The table."`
	Day      string `help:"First day of the new order, 2025-07-01." required:""`
	Decision string `help:"Number and day of the paper." required:""`
	asRoot
}

type julyReform struct{ asRoot }

// asRoot is what both ways to change the tree have in common.
type asRoot struct {
	DryRun bool `help:"Say what would change and what stands in the way, and change nothing."`
	JSON   bool `help:"Print one JSON object."`
}

// Run makes the reform that the table describes; exit code 1 when anything stands
// in its way, and then nothing is changed.
func (c *tableReform) Run(t *terminal, cfg Config) error {
	day, ok := vn.ParseDay(c.Day)
	if !ok {
		return fmt.Errorf("%q is no day", c.Day)
	}
	body, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	rows, err := intake.Read(body, reform.Layout())
	if err != nil {
		return err
	}
	lines, bad := reform.FromRows(rows)
	return c.run(t, cfg, func(context.Context, *db.Tx, auth.Actor) (reform.Table, []intake.Bad, error) {
		return reform.Table{Day: day, Decision: c.Decision, Lines: lines}, bad, nil
	})
}

// Run makes the reform of 1 July 2025 for the provinces that the tree has.
func (c *julyReform) Run(t *terminal, cfg Config) error {
	return c.run(t, cfg, func(ctx context.Context, tx *db.Tx, by auth.Actor) (reform.Table, []intake.Bad, error) {
		var keys []string
		for _, p := range country.LegacyProvinces() {
			keys = append(keys, "tinh-"+p.Code)
		}
		all, err := lineage.ByKeys(ctx, tx, by.Tree, keys)
		has := map[string]bool{}
		for _, u := range all {
			has[u.Key] = true
		}
		return reform.Table{
			Day: "2025-07-01", Decision: "Nghị quyết số 202/2025/QH15 và các nghị quyết sắp xếp cấp xã",
			Lines: nation.July2025(func(p string) bool { return has["tinh-"+p] }),
		}, nil, err
	})
}

// reformed is what is told of a reform.
type reformed struct {
	ID       string  `json:"id,omitempty"`
	State    string  `json:"state"`
	Lines    int     `json:"lines"`
	Created  int     `json:"created"`
	Ended    int     `json:"ended"`
	Moved    int     `json:"moved"`
	Followed int     `json:"followed"`
	Renamed  int     `json:"renamed"`
	Assumed  int     `json:"assumed"`
	Members  int64   `json:"members"`
	Accounts int64   `json:"accounts"`
	Owed     int64   `json:"owed"`
	Rollouts int     `json:"rollouts"`
	Problems int     `json:"problems"`
	Try      float64 `json:"try_seconds"`
	Seconds  float64 `json:"seconds"`
}

func (c *asRoot) run(t *terminal, cfg Config, table func(context.Context, *db.Tx, auth.Actor) (reform.Table, []intake.Bad, error)) error {
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
	var by auth.Actor
	var what reform.Table
	var trial *reform.Trial
	began := time.Now()
	if err := h.db.Read(t.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if by, err = atRoot(ctx, tx); err != nil {
			return err
		}
		var bad []intake.Bad
		if what, bad, err = table(ctx, tx, by); err != nil {
			return err
		}
		for _, b := range bad {
			fmt.Fprintln(t.out, say("reform.cli.line", b.Line, say(b.Key, b.Args...)))
		}
		if len(bad) > 0 {
			return exit(1)
		}
		trial, err = reform.TryMany(ctx, tx, by, what)
		return err
	}); err != nil {
		return err
	}
	r := reformed{
		State: "tried", Lines: len(what.Lines), Created: trial.Created, Ended: trial.Ended, Moved: trial.Moved, Followed: trial.Followed, Renamed: trial.Renamed,
		Assumed: trial.Assumed, Members: trial.Members, Accounts: trial.Accounts, Owed: trial.Owed, Rollouts: len(trial.Rollouts), Problems: trial.Hindered,
		Try: time.Since(began).Seconds(),
	}
	for _, p := range trial.Problems {
		fmt.Fprintln(t.err, say("reform.cli.line", p.Line, say(p.Key, p.Args...)))
	}
	if trial.Hindered > 0 {
		return errors.Join(c.tell(t, say, r), exit(1))
	}
	if !c.DryRun {
		began = time.Now()
		if err := h.db.Write(t.ctx, func(ctx context.Context, tx *db.Tx) error {
			made, err := reform.EnterMany(ctx, tx, by, what)
			r.ID = made.ID
			return err
		}); err != nil {
			return err
		}
		if err := h.db.Write(t.ctx, func(ctx context.Context, tx *db.Tx) error { return reform.Make(ctx, tx, by, r.ID) }); err != nil {
			return err
		}
		r.State, r.Seconds = string(reform.Applied), time.Since(began).Seconds()
	}
	return c.tell(t, say, r)
}

func (c *asRoot) tell(t *terminal, say func(key string, args ...any) string, r reformed) error {
	if c.JSON {
		e := json.NewEncoder(t.out)
		e.SetEscapeHTML(false)
		return e.Encode(r)
	}
	fmt.Fprintln(t.out, say("reform.cli.units", r.Created, r.Ended, r.Moved, r.Followed, r.Renamed))
	fmt.Fprintln(t.out, say("reform.cli.rest", r.Members, r.Accounts, r.Owed, r.Rollouts, r.Assumed))
	if r.ID != "" {
		fmt.Fprintln(t.out, say("reform.cli.made", r.ID, fmt.Sprintf("%.1f", r.Seconds)))
	}
	return nil
}

// atRoot is the house itself at the root of its only tree.
func atRoot(ctx context.Context, tx *db.Tx) (auth.Actor, error) {
	trees, err := org.Trees(ctx, tx)
	if err != nil {
		return auth.Actor{}, err
	}
	if len(trees) != 1 {
		return auth.Actor{}, errors.New("there is not exactly one tree")
	}
	by := auth.System(trees[0])
	top, err := org.Children(ctx, tx, by, 0, "", 1)
	if err != nil || len(top) != 1 {
		return by, errors.Join(err, errors.New("the tree has no root"))
	}
	by.Unit, by.UnitKey, by.UnitName, by.Path = top[0].ID, top[0].Key, top[0].Name, top[0].Path
	return by, nil
}

type undoReform struct {
	ID     string `arg:"" help:"Of the reform."`
	Reason string `help:"Why it is undone." required:""`
}

// Run undoes a reform.
func (c *undoReform) Run(t *terminal, cfg Config) error {
	return change(t, cfg, func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
		return reform.Undo(ctx, tx, by, c.ID, c.Reason)
	})
}

type againReform struct {
	ID string `arg:"" help:"Of the reform."`
}

// Run makes a reform again.
func (c *againReform) Run(t *terminal, cfg Config) error {
	return change(t, cfg, func(ctx context.Context, tx *db.Tx, by auth.Actor) error {
		if err := reform.Again(ctx, tx, by, c.ID); err != nil {
			return err
		}
		return reform.Make(ctx, tx, by, c.ID)
	})
}

// change runs a verb as the house itself and says how long it took.
func change(t *terminal, cfg Config, f func(ctx context.Context, tx *db.Tx, by auth.Actor) error) error {
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	defer h.Close()
	began := time.Now()
	if err := h.db.Write(t.ctx, func(ctx context.Context, tx *db.Tx) error {
		by, err := atRoot(ctx, tx)
		if err != nil {
			return err
		}
		return f(ctx, tx, by)
	}); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%.1f s\n", time.Since(began).Seconds())
	return nil
}
