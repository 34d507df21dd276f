package app

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"nhipcau/internal/backup"
	"nhipcau/internal/db"
	"nhipcau/internal/file"
)

type backupCommand struct {
	File  string `arg:"" help:"File to write." type:"path"`
	Force bool   `help:"Replace an older backup of this name."`
	Check bool   `help:"Write nothing; read the backup to its end and say whether it is whole."`
}

// Run writes a backup, or with --check reads one. It does not migrate: what is
// kept before the program is renewed is kept as it is.
func (c *backupCommand) Run(t *terminal, cfg Config) error {
	if c.Check {
		m, err := backup.Check(t.ctx, c.File, t.progress("reading"))
		if err != nil {
			return err
		}
		fmt.Fprintf(t.out, "%s is whole: %s\n", c.File, contents(m))
		return nil
	}
	m, err := take(t, cfg, c.File, c.Force)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: %s\n", c.File, contents(m))
	return nil
}

func take(t *terminal, cfg Config, path string, force bool) (m backup.Manifest, err error) {
	if cfg.embedded() {
		at := cfg.databaseFile()
		if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
			return m, fmt.Errorf("there is no database at %s; name the data folder by --data", at)
		}
	}
	d, err := db.Open(t.ctx, cfg.url())
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	files, err := file.Open(filepath.Join(cfg.Data, "files"))
	if err != nil {
		return m, err
	}
	defer files.Close()
	return backup.Take(t.ctx, backup.House{DB: d, URL: cfg.url(), Files: files, Program: version()}, path, force, t.progress("writing"))
}

func contents(m backup.Manifest) string {
	rows := int64(0)
	for _, n := range m.Rows {
		rows += n
	}
	return fmt.Sprintf("%s of %s, %d rows in %d tables (%s), %d files (%s), schema %d, made by %s",
		m.Engine, m.MadeAt.UTC().Format(time.DateTime+" UTC"), rows, len(m.Rows), size(m.Database), m.Files, size(m.Bytes), m.Schema, m.Program)
}

func size(n int64) string {
	const mega = 1 << 20
	if n < mega {
		return fmt.Sprintf("%.1f KB", float64(n)/1024)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/mega)
}

type restoreCommand struct {
	File string `arg:"" help:"Backup to restore." type:"path"`
}

// Run restores a backup and recomputes every figure in it; exit code 1 when one
// does not agree, and then too what was restored stays.
func (c *restoreCommand) Run(t *terminal, cfg Config) error {
	m, err := backup.Restore(t.ctx, c.File, backup.Place{Data: cfg.Data, URL: cfg.url()}, t.progress("reading"))
	if err != nil {
		return err
	}
	fmt.Fprintf(t.out, "restored: %s\n", contents(m))
	h, err := open(t.ctx, cfg, t.log)
	if err != nil {
		return err
	}
	defer h.Close()
	if err := backup.Complete(t.ctx, h.db, filepath.Join(cfg.Data, "files")); err != nil {
		return err
	}
	report, err := h.prove(t.ctx, true)
	if err != nil {
		return err
	}
	printProof(t, report)
	if report.Mismatches > 0 {
		return exit(1)
	}
	return nil
}

// watched is from how many bytes on somebody at a terminal is told how far a
// command is.
const watched = 32 << 20

// progress returns what tells a person at a terminal, on one line, how far a
// command is; nil where nobody watches.
func (t *terminal) progress(doing string) backup.Progress {
	f, ok := t.err.(*os.File)
	if !ok {
		return nil
	}
	if info, err := f.Stat(); err != nil || info.Mode()&fs.ModeCharDevice == 0 {
		return nil
	}
	return percents(f, doing)
}

func percents(to io.Writer, doing string) backup.Progress {
	last := int64(-1)
	return func(done, total int64) {
		if total < watched {
			return
		}
		now := done * 100 / total
		if now == last {
			return
		}
		last = now
		fmt.Fprintf(to, "\r%s: %3d %%", doing, now)
		if done >= total {
			fmt.Fprintln(to)
		}
	}
}
