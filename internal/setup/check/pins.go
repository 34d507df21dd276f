package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// pinned holds when the C library under SQLite is the version that SQLite's own
// module names: it is tested with no other.
func pinned(ctx context.Context) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite").Output()
	if err != nil {
		return err
	}
	theirs, err := os.ReadFile(strings.TrimSpace(string(out)))
	if err != nil {
		return err
	}
	ours, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	if a, b := libc(theirs), libc(ours); a == "" || a != b {
		return fmt.Errorf("modernc.org/sqlite names libc %q, go.mod has %q", a, b)
	}
	return nil
}

func libc(mod []byte) string {
	for line := range strings.Lines(string(mod)) {
		if f := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require ")); len(f) >= 2 && f[0] == "modernc.org/libc" {
			return f[1]
		}
	}
	return ""
}
