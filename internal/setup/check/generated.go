package main

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
)

// generated generates the templates anew, in a copy, and holds when what is
// committed is the same: no more and no less.
func generated(ctx context.Context) error {
	program, err := exec.CommandContext(ctx, "go", "tool", "-modfile=tools.mod", "-n", "templ").Output()
	if err != nil {
		return fmt.Errorf("building templ: %w", err)
	}
	fresh, err := os.MkdirTemp("", "generated")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	if err := copyTemplates(fresh); err != nil {
		return err
	}
	c := exec.CommandContext(ctx, strings.TrimSpace(string(program)), "generate", "./internal")
	c.Dir = fresh
	if out, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("templ generate: %w\n%s", err, out)
	}
	return errors.Join(differ(fresh, "."), orphans(fresh))
}

// copyTemplates copies go.mod and every template into a folder.
func copyTemplates(to string) error {
	all := []string{"go.mod"}
	err := filepath.WalkDir("internal", func(p string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, ".templ") {
			all = append(all, p)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range all {
		b, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if err := errors.Join(os.MkdirAll(filepath.Join(to, filepath.Dir(p)), 0o755), os.WriteFile(filepath.Join(to, p), b, 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// differ returns the generated files of fresh that are not the same in the
// project.
func differ(fresh, project string) error {
	var stale []error
	err := filepath.WalkDir(filepath.Join(fresh, "internal"), func(p string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(p, "_templ.go") {
			return err
		}
		name, err := filepath.Rel(fresh, p)
		if err != nil {
			return err
		}
		want, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		if got, err := os.ReadFile(filepath.Join(project, name)); err != nil || !bytes.Equal(got, want) {
			stale = append(stale, fmt.Errorf("%s is not what templ makes of its template; run make generate", name))
		}
		return nil
	})
	return errors.Join(append(stale, err)...)
}

// orphans returns the generated files of the project whose template is gone.
func orphans(fresh string) error {
	var left []error
	err := filepath.WalkDir("internal", func(p string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(p, "_templ.go") {
			if _, err := os.Stat(filepath.Join(fresh, p)); err != nil {
				left = append(left, fmt.Errorf("%s has no template any more", p))
			}
		}
		return err
	})
	return errors.Join(append(left, err)...)
}
