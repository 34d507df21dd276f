package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const playing = "NHIPCAU_TORTURE" // set, the test binary is the program

func TestMain(m *testing.M) {
	if os.Getenv(playing) != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// The short form of make torture: every trial once, killed twice on each engine.
// What this machine does not permit is told, and is no failure.
func TestTorture(t *testing.T) {
	program := filepath.Join(t.TempDir(), "nhipcau")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, "../../../cmd/nhipcau").CombinedOutput(); err != nil {
		t.Fatalf("building: %v\n%s", err, out)
	}
	for _, one := range trials {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel() // they wait more than they work
			c := exec.CommandContext(t.Context(), os.Args[0], "-program", program, "-rounds", "2", "-load", "500ms", "-only", one.name)
			c.Env = append(os.Environ(), playing+"=1")
			var said bytes.Buffer
			c.Stdout, c.Stderr = &said, &said
			err := c.Run()
			t.Log(strings.TrimSpace(said.String()))
			if err != nil {
				t.Error(err)
			}
		})
	}
}
