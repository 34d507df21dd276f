package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/i18n"
	"nhipcau/internal/load"
	"nhipcau/internal/nation"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

type generateCommand struct {
	Scale string `help:"How large: small (63 units), province (3,635) or national (294,938)." enum:"small,province,national" default:"small"`
	Tree  string `help:"The tree as it stands now, or as it stood in June 2025, before districts ended." enum:"now,2025-06" default:"now"`
	Seed  uint64 `help:"Number all chance follows from: the same makes the same." default:"2025"`
	JSON  bool   `help:"Print one JSON object." name:"json"`
}

// generated is what the command tells.
type generated struct {
	nation.Made
	Password string           `json:"password"`
	Token    string           `json:"token"` // of the root's clerk
	Logins   []generatedLogin `json:"logins"`
	Seconds  float64          `json:"seconds"`
	Rows     []tableRows      `json:"rows"`
	Memory   int64            `json:"peak_rss_anon_bytes"`
	Size     int64            `json:"database_bytes"`
}

type generatedLogin struct {
	Login string    `json:"login"`
	Role  auth.Role `json:"role"`
	Unit  string    `json:"unit"`
}

type tableRows struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"`
}

const generatedPassword = "nhipcau-mau"

// Run fills an empty house with a made-up organisation and prints what is in it
// and who may sign in.
func (c *generateCommand) Run(t *terminal, cfg Config) error {
	words, err := catalog()
	if err != nil {
		return err
	}
	say := func(key string, args ...any) string { return words.T(i18n.Langs[0], key, args...) }
	began := time.Now()
	if err := c.prepare(t, cfg); err != nil {
		return err
	}
	g := generated{Password: generatedPassword}
	p := &progress{t: t, say: say, began: began, rows: map[string]int64{}, all: &g.Rows, every: 2 * time.Second, bar: onTerminal(t)}
	o := nation.Options{Scale: nation.Scale(c.Scale), Before: c.Tree != "now", Seed: c.Seed}
	if err := load.Into(t.ctx, cfg.url(), p.told, func(l *load.Loader) (err error) {
		g.Made, err = nation.Fill(l, o)
		return err
	}); err != nil {
		return err
	}
	if err := g.admit(t.ctx, cfg); err != nil {
		return err
	}
	p.end()
	g.Seconds, g.Memory = time.Since(began).Seconds(), max(p.memory, rssAnon())
	if g.Size, err = load.Size(t.ctx, cfg.url()); err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(t.out)
		e.SetEscapeHTML(false)
		return e.Encode(g)
	}
	g.print(t, say)
	return nil
}

// prepare makes the database and its schema, and refuses one in which anything
// is.
func (c *generateCommand) prepare(t *terminal, cfg Config) error {
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	settled := false
	err = h.db.Read(t.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		settled, err = nation.Settled(ctx, tx)
		return err
	})
	if err = errors.Join(err, h.Close()); err == nil && settled {
		err = errors.New("the house is not empty; give a made-up organisation a house of its own by --data or --database")
	}
	return err
}

// admit makes the logins and says that the house is whole.
func (g *generated) admit(ctx context.Context, cfg Config) error {
	hashed, err := account.HashPassword(ctx, generatedPassword)
	if err != nil {
		return err
	}
	d, err := db.Open(ctx, cfg.url())
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		g.Logins, g.Token = nil, ""
		login := func(name, unit string, role auth.Role) error {
			by := nation.By()
			a, err := account.Create(ctx, tx, by, account.New{Login: name, Name: name + " (mẫu)", Unit: unit, Roles: []auth.Role{role}})
			if err != nil {
				return err
			}
			g.Logins = append(g.Logins, generatedLogin{name, role, unit})
			return account.SetPassword(ctx, tx, by, a.ID, hashed)
		}
		if err := login("quantri", g.Root, auth.Administrator); err != nil {
			return err
		}
		if err := login("bithu", g.Root, auth.Secretary); err != nil {
			return err
		}
		if err := login("vanthu", g.Root, auth.Clerk); err != nil {
			return err
		}
		for _, units := range [][]string{g.Provinces, g.Communes, g.Cells} {
			for _, u := range units {
				if err := errors.Join(login("bithu-"+u, u, auth.Secretary), login("vanthu-"+u, u, auth.Clerk)); err != nil {
					return err
				}
			}
		}
		if g.Token, err = account.MakeToken(ctx, tx, nation.By(), "vanthu"); err != nil {
			return err
		}
		return org.Reindex(ctx, tx)
	}); err != nil {
		return err
	}
	return d.Loaded(ctx)
}

func (g *generated) print(t *terminal, say func(key string, args ...any) string) {
	for _, r := range g.Rows {
		fmt.Fprintf(t.out, "%-18s %12s\n", r.Table, vn.Int(r.Rows))
	}
	fmt.Fprintln(t.out, say("app.generate.done", vn.Int(int64(g.Units)), vn.Int(int64(g.Members)), strconv.FormatFloat(g.Seconds, 'f', 1, 64), vn.Int(g.Memory>>20), vn.Int(g.Size>>20)))
	for _, l := range g.Logins {
		fmt.Fprintf(t.out, "  %-22s %-14s %s\n", l.Login, l.Role, l.Unit)
	}
	fmt.Fprintln(t.out, say("app.generate.password", g.Password))
	fmt.Fprintln(t.out, say("app.generate.token", g.Token))
}

// progress tells a person how far the loading is: by one line that changes, or,
// where there is no terminal, by a line every few seconds.
type progress struct {
	t      *terminal
	say    func(key string, args ...any) string
	began  time.Time
	last   time.Time
	every  time.Duration
	bar    bool
	total  int64
	rows   map[string]int64
	all    *[]tableRows
	memory int64
}

func (p *progress) told(what string, rows int) {
	if rows > 0 {
		if n := len(*p.all); n == 0 || (*p.all)[n-1].Table != what {
			*p.all = append(*p.all, tableRows{Table: what})
		}
		(*p.all)[len(*p.all)-1].Rows += int64(rows)
		p.total += int64(rows)
	}
	every := p.every
	if p.bar {
		every /= 10
	}
	now := time.Now()
	if now.Sub(p.last) < every {
		return
	}
	p.last = now
	p.memory = max(p.memory, rssAnon())
	line := p.say("app.generate.rows", vn.Int(int64(now.Sub(p.began).Seconds())), what, vn.Int(p.total))
	if p.bar {
		fmt.Fprintf(p.t.err, "\r%-78s", line)
	} else {
		fmt.Fprintln(p.t.err, line)
	}
}

func (p *progress) end() {
	if p.bar {
		fmt.Fprintln(p.t.err)
	}
}

// onTerminal reports whether the error output is a terminal.
func onTerminal(t *terminal) bool {
	f, ok := t.err.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// rssAnon returns the memory of this process that is of no file, 0 where the
// system does not say.
func rssAnon() int64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), "RssAnon:"); ok {
			kib, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10
		}
	}
	return 0
}
