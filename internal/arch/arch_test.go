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
