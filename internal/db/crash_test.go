package db_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

const half = " and its other half"

// burst is what the child of TestKilled does: it writes as fast as it can from
// many sides and says on standard output what was acknowledged.
func burst(url string) error {
	ctx := context.Background()
	d, err := db.Open(ctx, url)
	if err != nil {
		return err
	}
	var out sync.Mutex
	var all sync.WaitGroup
	for i := range 32 {
		all.Go(func() {
			for n := 0; ; n++ {
				name := fmt.Sprintf("%d-%d", i, n)
				err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					if err := add(ctx, tx, name); err != nil {
						return err
					}
					return add(ctx, tx, name+half)
				})
				if err != nil {
					continue
				}
				out.Lock()
				fmt.Println(name)
				out.Unlock()
			}
		})
	}
	all.Wait()
	return nil
}

// Killed in the middle of a burst, the program has everything that it had
// acknowledged, and every closure wholly or not at all.
func TestKilled(t *testing.T) {
	url := "file:" + filepath.Join(t.TempDir(), "house.db")
	d, err := db.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	things(t, d)

	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), "NHIPCAU_TEST_BURST="+url)
	child.Stderr = os.Stderr
	pipe, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var said []string
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		if said = append(said, lines.Text()); len(said) == 2000 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); err == nil || !strings.Contains(err.Error(), "killed") || len(said) < 2000 {
		t.Fatalf("the child said %d things and ended with %v, want it killed", len(said), err)
	}

	there := map[string]bool{}
	for _, name := range names(t, d) {
		there[name] = true
	}
	said = said[:len(said)-1] // the last line may be cut
	for _, name := range said {
		if !there[name] {
			t.Errorf("%s was acknowledged and is lost", name)
		}
	}
	for name := range there {
		if first, ok := strings.CutSuffix(name, half); ok && !there[first] || !ok && !there[name+half] {
			t.Errorf("%s is there without its other half", name)
		}
	}
	t.Logf("%d acknowledged, %d there", len(said), len(there))
	dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
		var state string
		err := tx.One(ctx, `PRAGMA integrity_check`, nil, &state)
		if state != "ok" {
			t.Errorf("the file: %s", state)
		}
		return err
	})
}
