package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A Program is the built program with a data folder and perhaps a database.
type Program struct {
	Path     string // of the binary
	Data     string
	Database string // "" is the one in the data folder
}

func (p Program) flags(args []string) []string {
	args = append(args, "--data", p.Data)
	if p.Database != "" {
		args = append(args, "--database", p.Database)
	}
	return args
}

// Run runs a command to its end and returns what it printed. Its error ends with
// what the program said.
func (p Program) Run(ctx context.Context, args ...string) ([]byte, error) {
	c := exec.CommandContext(ctx, p.Path, p.flags(args)...)
	var said tail
	c.Stderr = &said
	out, err := c.Output()
	if err != nil {
		return out, fmt.Errorf("%s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return out, nil
}

// A Server is the program, serving.
type Server struct {
	Addr  string
	Ready time.Duration // from the start of the process to the first /readyz
	cmd   *exec.Cmd
	log   tail
	gone  chan struct{}
}

// Serve starts a command that serves, "serve" or "demo", on a free port of
// loopback or on addr, and waits until it is ready.
func (p Program) Serve(ctx context.Context, command, addr string) (*Server, error) {
	if addr == "" {
		port, err := FreePort()
		if err != nil {
			return nil, err
		}
		addr = "127.0.0.1:" + port
	}
	s := &Server{Addr: addr, gone: make(chan struct{})}
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), p.Path, p.flags([]string{command, "--addr", addr})...)
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // an interrupt of the terminal is not for it
	endWithParent(s.cmd.SysProcAttr)
	began := time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = s.cmd.Wait() // how it ended, its log says
		close(s.gone)
	}()
	if err := s.ready(ctx); err != nil {
		s.Kill()
		return nil, fmt.Errorf("%w\n%s", err, s.log.String())
	}
	s.Ready = time.Since(began)
	return s, nil
}

func (s *Server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	c := NewClient(s.Addr)
	defer c.Close()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if a, err := c.Get("/readyz"); err == nil && a.Status == 200 {
			return nil
		}
		select {
		case <-s.gone:
			return errors.New("the server has ended")
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// Kill ends the server as a power failure would, and waits until it has gone.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // an error is that it has ended
	<-s.gone
}

// Stop asks the server to end, and waits until it has.
func (s *Server) Stop() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // an error is that it has ended
	select {
	case <-s.gone:
	case <-time.After(30 * time.Second):
		s.Kill()
	}
}

// PID is the server's process.
func (s *Server) PID() int { return s.cmd.Process.Pid }

// Alive reports whether the server has not ended.
func (s *Server) Alive() bool {
	select {
	case <-s.gone:
		return false
	default:
		return true
	}
}

// Log is the end of what the server has said.
func (s *Server) Log() string { return s.log.String() }

// CPU is how much processor time the server has taken.
func (s *Server) CPU() time.Duration {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(s.PID()) + "/stat")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	f := strings.Fields(rest)
	if len(f) < 13 {
		return 0
	}
	user, err1 := strconv.Atoi(f[11])
	system, err2 := strconv.Atoi(f[12])
	if err1 != nil || err2 != nil {
		return 0
	}
	const hertz = 100 // of the kernel's accounts, on every Linux
	return time.Duration(user+system) * time.Second / hertz
}

// Memory is what the server keeps for itself, without pages of files, in bytes.
func (s *Server) Memory() int64 {
	return kilobytes(field("/proc/"+strconv.Itoa(s.PID())+"/status", "RssAnon"))
}

// kilobytes reads "1234 kB" as bytes; 0 if it is none.
func kilobytes(s string) int64 {
	digits, _, _ := strings.Cut(s, " ")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n << 10
}

// OwnCPU is how much processor time this process has taken.
func OwnCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// tail keeps the end of what is written to it.
type tail struct {
	mu sync.Mutex
	b  bytes.Buffer
}

const kept = 64 << 10

// Write keeps b.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.b.Len() > 2*kept {
		t.b.Next(t.b.Len() - kept)
	}
	return t.b.Write(b)
}

// String is what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.b.String()
}
