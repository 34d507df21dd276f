package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"nhipcau/internal/setup/lab"
)

// insides are the trials that need a disk of their own: a tmpfs, which a process
// may mount in a namespace of its own without being root.
var insides = map[string]func(*torture, context.Context, string) (string, error){
	"disk":     (*torture).fullInside,
	"readonly": (*torture).readOnlyInside,
}

func (t *torture) diskFull(ctx context.Context) (string, error) { return t.apart(ctx, "disk") }
func (t *torture) readOnly(ctx context.Context) (string, error) { return t.apart(ctx, "readonly") }

const unsaid = 3 // exit code: it could not be tried

// apart runs a trial of insides in this program again, in namespaces of its own.
func (t *torture) apart(ctx context.Context, name string) (string, error) {
	c := exec.CommandContext(ctx, os.Args[0], "-inside", name, "-dir", t.dir, "-program", t.program, "-load", t.load.String())
	if !alone(c) {
		return "", errUnchecked{"only Linux mounts a disk for one process"}
	}
	var said strings.Builder
	c.Stderr = &said
	out, err := c.Output()
	var ended *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &ended):
		return "", errUnchecked{"namespaces are not permitted here: " + err.Error()}
	case err != nil && ended.ExitCode() == unsaid:
		return "", errUnchecked{strings.TrimSpace(said.String())}
	case err != nil:
		return "", errors.New(strings.TrimSpace(said.String()))
	}
	return strings.TrimSpace(string(out)), nil
}

// inside is the other end of apart.
func (t *torture) inside(ctx context.Context, name string) error {
	t.seed = filepath.Join(t.dir, "seed")
	disk := filepath.Join(t.dir, "disk-"+name)
	if err := os.Mkdir(disk, 0o700); err != nil {
		return err
	}
	if err := mount(disk, diskSize); err != nil {
		fmt.Fprintln(os.Stderr, "a disk of its own cannot be mounted here:", err)
		os.Exit(unsaid)
	}
	said, err := insides[name](t, ctx, disk)
	fmt.Println(said)
	return err
}

const (
	diskSize = 96 << 20
	left     = 1 << 20 // of the disk when the trial begins
)

// fullInside fills the disk but for a little under a load, which then takes the rest;
// after the 503s the disk gets room again.
func (t *torture) fullInside(ctx context.Context, disk string) (string, error) {
	h, err := t.open(ctx, filepath.Join(disk, "data"), "")
	if err != nil {
		return "", err
	}
	defer h.close()
	b := h.shoot("r")
	ballast := filepath.Join(disk, "ballast")
	err = pause(ctx, t.load)
	if err == nil {
		err = fill(ballast, disk)
	}
	if err == nil {
		err = errors.Join(h.says(ctx, "disk_full"), h.shows(), pause(ctx, t.load/2))
	}
	before := b.acked.Load()
	err = errors.Join(err, os.Remove(ballast))
	if err == nil {
		err = errors.Join(h.resumes(ctx), pause(ctx, t.load/2))
	}
	b.end()
	return t.came(ctx, h, b, before, err)
}

// came looks at a house whose trouble is over.
func (t *torture) came(ctx context.Context, h *house, b *burst, before int64, err error) (string, error) {
	if err == nil {
		err = b.only503()
	}
	if err != nil {
		return "", fmt.Errorf("%w\n%.2000s", err, h.server.Log())
	}
	if b.acked.Load() == before {
		return "", errors.New("nothing was written afterwards")
	}
	if err := b.check(ctx, h); err != nil {
		return "", err
	}
	h.server.Kill()
	if err := h.prove(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d acknowledged, all there; %d refused with 503; the same process went on", b.acked.Load(), b.refused.Load()), nil
}

// shows reports whether things can be read while nothing can be written.
func (h *house) shows() error {
	c := client(h.server.Addr, h.tokens["vanthu"])
	defer c.Close()
	_, err := ask(c, "GET", "/directives?limit=20", nil, nil)
	if err != nil {
		return fmt.Errorf("nothing can be read either: %w", err)
	}
	return nil
}

// fill writes name until its disk has little left.
func fill(name, disk string) error {
	free, err := room(disk)
	if err != nil {
		return err
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	block := make([]byte, 64<<10)
	for n := free - left; n > 0 && err == nil; n -= int64(len(block)) {
		_, err = f.Write(block)
	}
	if errors.Is(err, syscall.ENOSPC) { // the load took the rest meanwhile
		err = nil
	}
	return errors.Join(err, f.Close())
}

// diskFaults makes every write of the running program fail, as a failing or
// read-only disk does, by the limit the kernel has for the size of files.
func (t *torture) diskFaults(ctx context.Context) (string, error) {
	h, err := t.open(ctx, filepath.Join(t.dir, "fault"), "")
	if err != nil {
		return "", err
	}
	defer h.close()
	b := h.shoot("r")
	err = pause(ctx, t.load)
	var failed error
	if err == nil {
		failed = limitFiles(h.server.PID(), 0)
	}
	if failed != nil {
		b.end()
		return "", errUnchecked{"another process's limits cannot be set here: " + failed.Error()}
	}
	err = errors.Join(err, h.says(ctx, "disk"), h.shows(), pause(ctx, t.load/2))
	before := b.acked.Load()
	if err == nil {
		err = errors.Join(limitFiles(h.server.PID(), -1), h.resumes(ctx), pause(ctx, t.load/2))
	}
	b.end()
	return t.came(ctx, h, b, before, err)
}

// readOnlyInside starts the program where nothing can be written: it has to say so
// and end; then makes the disk writable, where it has to start.
func (t *torture) readOnlyInside(ctx context.Context, disk string) (string, error) {
	data := filepath.Join(disk, "data")
	h, err := t.open(ctx, data, "")
	if err != nil {
		return "", err
	}
	busy := remount(disk, true) // the kernel refuses while files are open
	h.server.Kill()             // leaves the journal
	if busy == nil {
		return "", errors.New("the disk became read-only under open files, which this trial does not expect")
	}
	if err := remount(disk, true); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	began := time.Now()
	s, err := lab.Program{Path: t.program, Data: data}.Serve(ctx, "serve", "")
	if err == nil {
		s.Kill()
		return "", errors.New("it serves on a disk that is read-only")
	}
	if !strings.Contains(err.Error(), "chỉ đọc") && !strings.Contains(err.Error(), "read-only") {
		return "", fmt.Errorf("it does not say why it cannot start: %w", err)
	}
	said := time.Since(began).Round(time.Millisecond)
	if err := errors.Join(remount(disk, false), h.again(ctx)); err != nil {
		return "", err
	}
	defer h.close()
	if err := h.resumes(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("said so and ended after %v; served when it could write", said), nil
}
