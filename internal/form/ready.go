package form

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

// Ready forms are data: a file each, of a title, who is asked, and items as lines.
// Their figures are those that reports on the study of a resolution and on the work
// of a month, a quarter, half a year and a year give.
//
//go:embed ready/*.txt
var readyFiles embed.FS

// A ReadyForm is one that a unit may take over as its own draft.
type ReadyForm struct {
	Key  string
	Form Form
}

// Ready returns the ready forms. They are part of the program: a broken one is a
// broken build, which a test shows.
var Ready = sync.OnceValues(func() ([]ReadyForm, error) {
	names, err := fs.Glob(readyFiles, "ready/*.txt")
	if err != nil {
		return nil, err
	}
	var all []ReadyForm
	for _, name := range names {
		b, err := readyFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		title, rest, _ := strings.Cut(string(b), "\n")
		asks, lines, _ := strings.Cut(rest, "\n")
		items, err := ParseItems(lines)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		_, key, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".txt"), "-")
		all = append(all, ReadyForm{key, Form{Title: title, Asks: Asks(asks), Items: items}})
	}
	return all, nil
})

// Take makes a draft of by's unit from a ready form.
func Take(ctx context.Context, tx *db.Tx, by auth.Actor, key string) (Form, error) {
	all, err := Ready()
	if err != nil {
		return Form{}, err
	}
	for _, r := range all {
		if r.Key == key {
			return Make(ctx, tx, by, r.Form)
		}
	}
	return Form{}, fault.New(fault.NotFound, "error.not_found")
}
