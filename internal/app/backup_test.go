package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/app"
)

// rolling takes a small bloc to a unit's conference whose roll has been called.
const rolling = `
clock 2020-10-12 08:00
as vanthu
post /directives kind=NQ number=59 symbol=NQ/TW 'issuer=Bộ Chính trị' issued=5/8/2020 'subject=Về xây dựng' file=@paper.pdf
take D /directives/([a-z0-9]+)
post /rollouts 'title=Học tập' scope=doan-khoi directive=$D mode-$D=study hold-1=1 hold-1-wording=until hold-1-day=2020-10-30 reach-1=1 reach-1-wording=until reach-1-day=2020-11-30 reach-1-percent=50
take R /rollouts/([a-z0-9]+)
post /rollouts/$R/submission version=1
as bikhu
post /rollouts/$R/approval version=2
jobs
clock 2020-10-20 14:00
as donvi01
post /conferences rollout=$R 'title=Hội nghị đơn vị 01' sort=main mode=in_person day=2020-10-20
take C /conferences/([a-z0-9]+)
post /conferences/$C/convening version=1
get /conferences/$C/roll
take M 'name="member" value="([0-9]+)"'
post /conferences/$C/roll member=$M v-$M=1 m-$M=present
`

func (p *player) script(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := p.do(words(p.expand(line))); err != nil || p.status >= 400 {
			t.Fatalf("%s: %v\nat %s, status %d:\n%s", line, err, p.at, p.status, p.body)
		}
	}
}

func pdf(name string, size int) []byte {
	return fmt.Appendf(nil, "%%PDF-1.4\n%s %s\n%%%%EOF\n", name, bytes.Repeat([]byte("x"), size))
}

// TestBackupWhileServing: people enter papers and members and close a conference, over
// HTTP, while
// one backup after another is taken; every one is restored by the command, and
// every figure in it agrees with the records in it.
func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	const backups = 4
	h := app.NewTestHouse(t)
	if err := h.Found(4); err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, h: h}
	p.reset()
	p.files["paper.pdf"] = pdf("đầu tiên", 10)
	p.script(t, rolling)
	ctx, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	deeds := make(chan bool) // one is taken for each
	for who, deed := range map[string]func(p *player, n int) error{
		"vanthu": func(p *player, n int) error {
			p.files["paper.pdf"] = pdf(fmt.Sprint("văn bản ", n), 1000)
			return p.do(words(fmt.Sprintf("post /directives kind=NQ number=%d symbol=NQ/TW 'issuer=Bộ Chính trị' issued=5/8/2020 'subject=Về việc %d' file=@paper.pdf", 100+n, n)))
		},
		"quantri": func(p *player, n int) error {
			return p.do(words(fmt.Sprintf("post /units/doan-khoi/members 'name=Nguyễn Văn %d' from=2020-10-01", n)))
		},
	} {
		all.Go(func() {
			p := &player{t: t, h: h}
			p.reset()
			if err := p.as(who); err != nil {
				t.Error(err)
			}
			for n := 0; next(ctx, deeds); n++ {
				if err := deed(p, n); err != nil || p.status >= 500 {
					t.Errorf("%s: status %d, %v", who, p.status, err)
					return
				}
			}
		})
	}
	all.Go(func() { // closed and opened again: each deed posts to the counts
		for n := 2; next(ctx, deeds); n++ {
			deed := []string{"closure", "reopening"}[n%2]
			if err := p.do(words(p.expand(fmt.Sprintf("post /conferences/$C/%s version=%d reason=nhầm", deed, n)))); err != nil || p.status >= 400 {
				t.Errorf("the conference: status %d, %v\n%s", p.status, err, p.body)
				return
			}
		}
	})
	var posts []string
	for range backups {
		var done atomic.Bool
		all.Go(func() {
			for !done.Load() && give(ctx, deeds) {
			}
		})
		for range 9 { // at least so many between two
			give(ctx, deeds)
		}
		path := filepath.Join(t.TempDir(), "house.tar")
		code, _, errs := command(t, append([]string{"backup", path}, h.Flags()...)...)
		done.Store(true)
		if code != 0 {
			t.Fatalf("backup = %d: %s", code, errs)
		}
		code, out, errs := command(t, append([]string{"restore", path}, h.Vacant()...)...)
		if code != 0 || !strings.Contains(out, " 0 mismatches") {
			t.Fatalf("restore = %d: %s%s", code, out, errs)
		}
		_, last, _ := strings.Cut(strings.TrimSpace(out), "\n")
		posts = append(posts, last)
	}
	if posts[0] == posts[len(posts)-1] {
		t.Errorf("nobody posted between the backups: %q", posts)
	}
}

func next(ctx context.Context, c <-chan bool) bool {
	select {
	case <-c:
		return true
	case <-ctx.Done():
		return false
	}
}

func give(ctx context.Context, c chan<- bool) bool {
	select {
	case c <- true:
		return true
	case <-ctx.Done():
		return false
	}
}

// built is the program, as it is installed.
func built(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "nhipcau")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", path, "nhipcau/cmd/nhipcau").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// killed waits for the moment at which child is to be killed, and kills it.
func killed(t *testing.T, child *exec.Cmd, now func() bool) {
	t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	tick := time.NewTicker(200 * time.Microsecond)
	defer tick.Stop()
	for !now() {
		select {
		case err := <-ended:
			t.Fatalf("the program ended with %v before it was to be killed", err)
		case <-tick.C:
		}
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "killed") {
		t.Fatalf("the program ended with %v, want it killed", err)
	}
}

// TestKilledBackup kills the program in the middle of a backup: nothing is at the
// name it was to have, an older backup is as it was and can be restored, and the
// next backup clears away what is left.
func TestKilledBackup(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Found(2); err != nil {
		t.Fatal(err)
	}
	if err := h.Keep("nhỏ.pdf", pdf("nhỏ", 10)); err != nil {
		t.Fatal(err)
	}
	program, dir := built(t), t.TempDir()
	older, newer := filepath.Join(dir, "older.tar"), filepath.Join(dir, "newer.tar")
	run := func(args ...string) (string, error) {
		out, err := exec.CommandContext(t.Context(), program, args...).CombinedOutput()
		return string(out), err
	}
	if out, err := run(append([]string{"backup", older}, h.Flags()...)...); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for n := range 8 { // so much that its middle can be met
		if err := h.Keep("lớn.pdf", pdf(fmt.Sprint("lớn ", n), 18<<20)); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{newer, older} {
		args := []string{"backup", path, "--force"}
		child := exec.CommandContext(t.Context(), program, append(args, h.Flags()...)...)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		killed(t, child, func() bool {
			info, err := os.Stat(path + ".part")
			return err == nil && info.Size() > 2<<20
		})
		if _, err := os.Stat(path + ".part"); err != nil {
			t.Errorf("it was not killed in the middle: %v", err)
		}
	}
	if _, err := os.Stat(newer); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("there is something at %s: %v", newer, err)
	}
	if out, err := run("backup", "--check", older); err != nil || !strings.Contains(out, " 1 files") {
		t.Errorf("the older one: %v\n%s", err, out)
	}
	if out, err := run("backup", "--check", newer+".part"); err == nil {
		t.Errorf("half a backup is taken for a whole one: %s", out)
	}
	if out, err := run(append([]string{"restore", older}, h.Vacant()...)...); err != nil || !strings.Contains(out, " 0 mismatches") {
		t.Errorf("the older one: %v\n%s", err, out)
	}
	for _, path := range []string{newer, older} {
		if out, err := run(append([]string{"backup", path, "--force"}, h.Flags()...)...); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	}
	if out, err := run(append([]string{"restore", newer}, h.Vacant()...)...); err != nil || !strings.Contains(out, " 9 files") {
		t.Errorf("the newer one: %v\n%s", err, out)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("there is %v, %v; want the two backups", entries, err)
	}
}

// TestKilledRestore kills the program in the middle of a restore: the place has no
// database yet, and the restore can be run again.
func TestKilledRestore(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Found(2); err != nil {
		t.Fatal(err)
	}
	for n := range 8 {
		if err := h.Keep("lớn.pdf", pdf(fmt.Sprint("lớn ", n), 18<<20)); err != nil {
			t.Fatal(err)
		}
	}
	path, to := filepath.Join(t.TempDir(), "house.tar"), h.Vacant()
	if code, _, errs := command(t, append([]string{"backup", path}, h.Flags()...)...); code != 0 {
		t.Fatalf("backup = %d: %s", code, errs)
	}
	child := exec.CommandContext(t.Context(), built(t), append([]string{"restore", path}, to...)...)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	data := to[1]
	killed(t, child, func() bool {
		all, err := filepath.Glob(filepath.Join(data, "restore.part", "files", "*", "*"))
		return err == nil && len(all) > 2
	})
	entries, err := os.ReadDir(data)
	if err != nil || len(entries) != 1 {
		t.Errorf("the data folder has %v, %v; want the draft alone", entries, err)
	}
	code, out, errs := command(t, append([]string{"restore", path}, to...)...)
	if code != 0 || !strings.Contains(out, " 8 files") || !strings.Contains(out, " 0 mismatches") {
		t.Errorf("again: %d, %s%s", code, out, errs)
	}
}
