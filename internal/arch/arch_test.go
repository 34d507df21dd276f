package arch_test

import (
	"io/fs"
	"os"
	"testing"

	"nhipcau/internal/arch"
)

// TestHouse applies the rules to the project.
func TestHouse(t *testing.T) {
	root := os.DirFS("../..")
	for _, rule := range []struct {
		name string
		find func(fs.FS) ([]string, error)
	}{
		{"imports", arch.Imports}, {"sizes", arch.Sizes}, {"comments", arch.Documented}, {"words", arch.Words}, {"messages", arch.Messages},
	} {
		t.Run(rule.name, func(t *testing.T) {
			bad, err := rule.find(root)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range bad {
				t.Error(b)
			}
		})
	}
}

// TestFileSizes says how large files are; the limit is Sizes'.
func TestFileSizes(t *testing.T) {
	all, err := arch.FileSizes(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	p90 := all[len(all)*9/10]
	t.Logf("%d files, half under %d lines, nine of ten under %d", len(all), all[len(all)/2], p90)
	if p90 > 400 {
		t.Errorf("one file of ten has more than %d lines; at most 400", p90)
	}
}
