package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"syscall"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
	"nhipcau/internal/world"
)

type serveCommand struct {
	Addr string `help:"Address to listen on." default:"127.0.0.1:8080" env:"NHIPCAU_ADDR"`
}

// Run serves the pages until it is told to stop.
func (c *serveCommand) Run(t *terminal, cfg Config) error {
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	defer h.Close()
	return h.serve(t, c.Addr, func() { fmt.Fprintf(t.out, "Nhịp Cầu: http://%s\n", c.Addr) })
}

// serve listens, says so, and runs jobs beside the pages until the context
// ends; requests under way are answered first.
func (h *house) serve(t *terminal, addr string, said func()) error {
	if !web.Bundled() {
		fmt.Fprintln(t.err, "nhipcau: the pages have no styles and scripts; build the program by: make build")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil && !errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s cannot be listened on; an address looks like 127.0.0.1:8080: %w", addr, err)
	}
	if err != nil {
		return fmt.Errorf("%s is taken; choose another address by --addr: %w", addr, err)
	}
	s := &http.Server{Handler: h, ReadTimeout: readTimeout, ReadHeaderTimeout: readTimeout, IdleTimeout: idleTimeout}
	s.RegisterOnShutdown(h.live.Close) // else who looks on would hold it up
	var wg sync.WaitGroup
	jobs, stop := context.WithCancel(t.ctx)
	wg.Go(func() {
		if err := h.jobs.Run(jobs); err != nil {
			h.log.Error("jobs", "err", err)
		}
	})
	wg.Go(func() {
		<-jobs.Done()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), graceful)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			h.log.Error("shutting down", "err", err)
		}
	})
	said()
	err = s.Serve(l)
	stop()
	wg.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

type demoCommand struct {
	Addr string `help:"Address to listen on." default:"127.0.0.1:8080" env:"NHIPCAU_ADDR"`
}

// Run serves the demonstration: it tells the bloc's history into an empty data
// folder, or goes on with one told before.
func (c *demoCommand) Run(t *terminal, cfg Config) error {
	cfg.SMTP = "" // its people are made up, and so are their addresses
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	defer h.Close()
	clock := &world.Clock{}
	h.db.SetClock(clock.Now)
	h.demo = func() bool { return true }
	if err := world.Demo(t.ctx, world.House{DB: h.db, Files: h.files, Jobs: h.jobs, Clock: clock}); err != nil {
		return err
	}
	return h.serve(t, c.Addr, func() {
		fmt.Fprintf(t.out, "Nhịp Cầu · bản trình diễn: http://%s\n\n", c.Addr)
		for _, l := range world.Logins {
			fmt.Fprintf(t.out, "  %-9s %s\n", l.Login, l.Who)
		}
		fmt.Fprintf(t.out, "\nMật khẩu: %s\n", world.Password)
	})
}

// Run prints a one-time link for an administrator of the topmost unit; without
// any unit it makes one first.
func (c *adminCommand) Run(t *terminal, cfg Config) error {
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	defer h.Close()
	var code string
	err = h.db.Write(t.ctx, func(ctx context.Context, tx *db.Tx) error {
		by, root, err := c.root(ctx, tx)
		if err != nil {
			return err
		}
		code, err = account.FirstAdministrator(ctx, tx, by, c.Login, root)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s/invitations/%s\n", cfg.base(), code)
	return nil
}

// root returns the key of the topmost unit, and makes it if there is none.
func (c *adminCommand) root(ctx context.Context, tx *db.Tx) (auth.Actor, string, error) {
	trees, err := org.Trees(ctx, tx)
	if err != nil {
		return auth.Actor{}, "", err
	}
	const main = "main"
	if len(trees) == 0 {
		if c.Unit == "" {
			return auth.Actor{}, "", errors.New("there is no unit yet; name the topmost one by --unit")
		}
		by := auth.System(main)
		u, err := org.Plant(ctx, tx, by, main, c.Unit, org.NewUnit{Name: c.Unit, Kind: "Đơn vị", From: vn.DayOf(tx.Now)})
		return by, u.Key, err
	}
	by := auth.System(trees[0])
	units, err := org.Children(ctx, tx, by, 0, "", 1)
	if err != nil || len(units) == 0 {
		return by, "", errors.Join(err, errors.New("the tree has no topmost unit"))
	}
	return by, units[0].Key, nil
}

// Run prints a new bearer token of a login.
func (c *tokenCommand) Run(t *terminal, cfg Config) error {
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	defer h.Close()
	var token string
	if err := h.db.Write(t.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		token, err = account.MakeToken(ctx, tx, auth.System(""), c.Login)
		return err
	}); err != nil {
		return err
	}
	fmt.Fprintln(t.out, token)
	return nil
}
