package lab

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
	"strings"
	"syscall"
	"time"
)

// A Postgres is a server of this run's own, on a free port of loopback, in a
// folder that goes when it stops.
type Postgres struct {
	URL      string // of its database "postgres"
	dir      string
	bin      string
	port     string
	settings []string
	as       *syscall.Credential // nil: this user
	proc     *exec.Cmd
	gone     chan struct{} // closed when the server has ended
}

// StartPostgres makes a cluster with the programs in bin (see [Postgreses]) and
// starts a server on it, a quick one that may lose what it acknowledged unless
// settings, as "fsync=on", say otherwise. initdb refuses root, so root runs both as
// the user postgres.
func StartPostgres(ctx context.Context, bin string, settings ...string) (*Postgres, error) {
	p := &Postgres{bin: bin, settings: append([]string{"fsync=off", "synchronous_commit=off", "full_page_writes=off"}, settings...)}
	var err error
	if p.dir, err = os.MkdirTemp("", "nhipcau-postgres-"); err != nil {
		return nil, err
	}
	if err := p.begin(ctx); err != nil {
		p.Stop()
		return nil, err
	}
	return p, nil
}

func (p *Postgres) begin(ctx context.Context) error {
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
		if p.port, err = FreePort(); err != nil {
			return err
		}
		if err = p.Start(ctx); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// Start starts the server, again after [Postgres.Crash], and waits until it
// answers.
func (p *Postgres) Start(ctx context.Context) error {
	args := []string{
		"-D", "data", "-p", p.port,
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200",
		"-c", "max_pred_locks_per_transaction=512", "-c", "max_locks_per_transaction=256", // many houses share it
	}
	for _, s := range p.settings { // the last word about one counts
		args = append(args, "-c", s)
	}
	p.proc = p.command(context.WithoutCancel(ctx), "postgres", args...)
	var log bytes.Buffer
	p.proc.Stderr = &log
	if err := p.proc.Start(); err != nil {
		return err
	}
	proc, gone := p.proc, make(chan struct{})
	p.gone = gone
	go func() {
		_ = proc.Wait() // how it ended, its log says
		close(gone)
	}()
	if err := p.answer(ctx, p.port); err != nil {
		p.Crash()
		return fmt.Errorf("%w\n%s", err, log.String())
	}
	p.URL = "postgres://postgres@127.0.0.1:" + p.port + "/postgres?sslmode=disable"
	return nil
}

// answer waits until the server answers.
func (p *Postgres) answer(ctx context.Context, port string) error {
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
func (p *Postgres) drop() error {
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
func (p *Postgres) command(ctx context.Context, name string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, filepath.Join(p.bin, name), args...)
	c.Dir = p.dir
	c.Env = append(os.Environ(), "LC_ALL=C", "PGDATA=")
	c.SysProcAttr = &syscall.SysProcAttr{Credential: p.as, Setpgid: true}
	endWithParent(c.SysProcAttr)
	return c
}

// FreePort returns a port of loopback that was free just now.
func FreePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

// Crash ends the server at once, if one was started, as pg_ctl stop -m immediate
// does, and waits until it has: what it had not put on the disk is gone.
func (p *Postgres) Crash() {
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

// Stop ends the server and removes its folder.
func (p *Postgres) Stop() {
	p.Crash()
	if err := os.RemoveAll(p.dir); err != nil {
		fmt.Fprintln(os.Stderr, "postgres:", err)
	}
}

// OldestPostgres is the oldest PostgreSQL that the project runs on.
const OldestPostgres = 15

// Postgreses returns the folder of the newest PostgreSQL's programs, "" if there
// is none that is new enough.
func Postgreses() string {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // where Debian keeps them, out of the path
	if err != nil {
		found = nil
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		found = append(found, p)
	}
	best, newest := "", OldestPostgres-1
	for _, p := range found {
		if v := version(p); v > newest {
			best, newest = filepath.Dir(p), v
		}
	}
	return best
}

// version asks initdb for its major version; 0 if it does not say.
func version(initdb string) int {
	out, err := exec.Command(initdb, "--version").Output() // "initdb (PostgreSQL) 15.14 (Debian …)"
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(out), "(PostgreSQL) ")
	digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.Atoi(rest[:max(0, digits)])
	if err != nil {
		return 0
	}
	return n
}
