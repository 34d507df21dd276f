package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// chromium returns the browser, installing it where that is allowed.
func chromium(ctx context.Context) (string, error) {
	find := func() string {
		for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
			if p, err := exec.LookPath(name); err == nil {
				return p
			}
		}
		return ""
	}
	if p := find(); p != "" {
		return p, nil
	}
	if err := install(ctx, "chromium"); err != nil {
		return "", err
	}
	if p := find(); p != "" {
		return p, nil
	}
	return "", errors.New("the package chromium brought no browser; install Chromium and run again")
}

// install installs a Debian package as root or through sudo without a password;
// else it says what to install.
func install(ctx context.Context, pkg string) error {
	apt, err := exec.LookPath("apt-get")
	if err != nil {
		return fmt.Errorf("%s is missing and there is no apt-get; install it and run again", pkg)
	}
	var prefix []string
	if os.Geteuid() != 0 {
		if exec.CommandContext(ctx, "sudo", "-n", "true").Run() != nil {
			return fmt.Errorf("%s is missing; install it (apt-get install %s) and run again", pkg, pkg)
		}
		prefix = []string{"sudo", "-n"}
	}
	for _, args := range [][]string{{"update"}, {"install", "-y", "--no-install-recommends", pkg}} {
		line := slices.Concat(prefix, []string{"env", "DEBIAN_FRONTEND=noninteractive", apt, "-q"}, args)
		fmt.Println("==", strings.Join(line, " "))
		c := exec.CommandContext(ctx, line[0], line[1:]...)
		c.Stderr = os.Stderr
		if err := c.Run(); err != nil {
			return fmt.Errorf("installing %s: %w", pkg, err)
		}
	}
	return nil
}

// A postgres is a server of this run's own, on loopback, in a folder that goes
// when it stops.
type postgres struct {
	url  string
	dir  string
	bin  string
	as   *syscall.SysProcAttr
	proc *exec.Cmd
}

// binaries returns the folder of the newest PostgreSQL's programs.
func binaries() string {
	all, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err == nil && len(all) > 0 {
		slices.SortFunc(all, func(a, b string) int { return version(a) - version(b) })
		return filepath.Dir(all[len(all)-1])
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p)
	}
	return ""
}

func version(p string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(p)))) // another layout sorts first
	return n
}

// startPostgres starts a server, installing PostgreSQL where that is allowed.
// initdb refuses root, so root runs it as the user postgres.
func startPostgres(ctx context.Context) (*postgres, error) {
	p := &postgres{bin: binaries()}
	if p.bin == "" {
		if err := install(ctx, "postgresql"); err != nil {
			return nil, err
		}
		if p.bin = binaries(); p.bin == "" {
			return nil, errors.New("the package postgresql brought no initdb; install PostgreSQL 15 or newer and run again")
		}
	}
	var err error
	if p.dir, err = os.MkdirTemp("", "nhipcau-postgres-"); err != nil {
		return nil, err
	}
	if err := p.begin(ctx); err != nil {
		p.stop()
		return nil, fmt.Errorf("starting PostgreSQL: %w", err)
	}
	return p, nil
}

func (p *postgres) begin(ctx context.Context) error {
	if os.Geteuid() == 0 {
		if err := p.drop(); err != nil {
			return err
		}
	}
	data := filepath.Join(p.dir, "data")
	if out, err := p.command(ctx, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--encoding=UTF8", "--locale=C").CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return err
	}
	p.proc = p.command(context.WithoutCancel(ctx), "postgres", "-D", data, "-p", port, "-k", p.dir,
		"-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "max_connections=300")
	if err := p.proc.Start(); err != nil {
		return err
	}
	p.url = "postgres://postgres@127.0.0.1:" + port + "/postgres?sslmode=disable"
	return p.wait(ctx, port)
}

// drop makes the server run as the user postgres, who owns the folder.
func (p *postgres) drop() error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("initdb refuses root and there is no user postgres: %w", err)
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(p.dir, uid, gid)); err != nil {
		return err
	}
	p.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	return nil
}

func (p *postgres) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	c.SysProcAttr, c.Dir = p.as, p.dir
	return c
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

// wait waits until the server answers.
func (p *postgres) wait(ctx context.Context, port string) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for range 300 {
		if p.command(ctx, "pg_isready", "-h", "127.0.0.1", "-p", port, "-q").Run() == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return errors.New("it did not answer within half a minute")
}

// stop ends the server that begin started, and removes its folder.
func (p *postgres) stop() {
	if p.proc != nil && p.proc.Process != nil {
		if err := p.proc.Process.Signal(syscall.SIGQUIT); err == nil {
			_ = p.proc.Wait()
		}
	}
	if err := os.RemoveAll(p.dir); err != nil {
		fmt.Fprintln(os.Stderr, "testrun:", err)
	}
}
