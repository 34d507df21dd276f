package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// A postgres is a server of this run's own, on a free port of loopback, in a
// folder that goes when it stops.
type postgres struct {
	url  string
	dir  string
	bin  string
	as   *syscall.Credential // nil: this user
	proc *exec.Cmd
	gone chan struct{} // closed when the server has ended
}

// startPostgres makes a cluster with the programs in bin and starts a server on
// it. initdb refuses root, so root runs both as the user postgres.
func startPostgres(ctx context.Context, bin string) (*postgres, error) {
	p := &postgres{bin: bin}
	var err error
	if p.dir, err = os.MkdirTemp("", "nhipcau-postgres-"); err != nil {
		return nil, err
	}
	if err := p.begin(ctx); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}

func (p *postgres) begin(ctx context.Context) error {
	if os.Geteuid() == 0 {
		if err := p.drop(); err != nil {
			return err
		}
	}
	out, err := p.command(ctx, "initdb", "-D", "data", "-U", "postgres", "-A", "trust", "--encoding=UTF8", "--locale=C", "--no-sync").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	for range 3 { // another program may take the port before the server does
		if err = p.serve(ctx); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// serve starts the server and waits until it answers.
func (p *postgres) serve(ctx context.Context) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	// Its tests are thrown away: nothing has to be safe on the disk.
	p.proc = p.command(context.WithoutCancel(ctx), "postgres", "-D", "data", "-p", port,
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")
	var log bytes.Buffer
	p.proc.Stderr = &log
	if err := p.proc.Start(); err != nil {
		return err
	}
	p.gone = make(chan struct{})
	go func() {
		_ = p.proc.Wait() // how it ended, its log says
		close(p.gone)
	}()
	if err := p.answer(ctx, port); err != nil {
		p.end()
		return fmt.Errorf("%w\n%s", err, log.String())
	}
	p.url = "postgres://postgres@127.0.0.1:" + port + "/postgres?sslmode=disable"
	return nil
}

// answer waits until the server answers.
func (p *postgres) answer(ctx context.Context, port string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if p.command(ctx, "pg_isready", "-h", "127.0.0.1", "-p", port, "-q").Run() == nil {
			return nil
		}
		select {
		case <-p.gone:
			return errors.New("the server has ended")
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// drop makes the server run as the user postgres, who is given the folder.
func (p *postgres) drop() error {
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return fmt.Errorf("initdb refuses root, and there is no other user: %w", err)
		}
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	p.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return errors.Join(err1, err2, os.Chown(p.dir, int(uid), int(gid)))
}

// command is a program of PostgreSQL's, run in the folder, apart from the
// terminal's interrupts.
func (p *postgres) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	c.Dir = p.dir
	c.Env = append(os.Environ(), "LC_ALL=C", "PGDATA=")
	c.SysProcAttr = &syscall.SysProcAttr{Credential: p.as, Setpgid: true}
	endWithParent(c.SysProcAttr)
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

// end ends the server, if one was started, and waits until it has.
func (p *postgres) end() {
	if p.gone == nil {
		return
	}
	_ = p.proc.Process.Signal(syscall.SIGQUIT) // at once; an error is that it has ended
	select {
	case <-p.gone:
	case <-time.After(10 * time.Second):
		_ = p.proc.Process.Kill()
		<-p.gone
	}
}

// stop ends the server and removes its folder.
func (p *postgres) stop() {
	p.end()
	if err := os.RemoveAll(p.dir); err != nil {
		fmt.Fprintln(os.Stderr, "testrun:", err)
	}
}
