package backup_test

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/backup"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
)

// large is a house of about 200 MB: half of it rows, half of it files.
func large(b *testing.B) *house {
	b.Helper()
	h := houseOf(b, dbtest.OpenSQLite(b), 0)
	for n := range 100 {
		h.save(b, fmt.Sprint("văn bản ", n), 1<<20)
	}
	const groups, rows = 40, 10_000
	for g := range groups {
		dbtest.Write(b, h.DB, func(ctx context.Context, tx *db.Tx) error {
			for n := range rows {
				if err := tx.Exec(ctx, `INSERT INTO once (token, location, at) VALUES ($1, $2, $3)`,
					fmt.Sprintf("%d-%d", g, n), strings.Repeat("/conferences/", 15), tx.Now); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return h
}

// copied copies what a backup keeps, as cp does, and waits for the disk: what
// the rates of a backup are held against. It returns the number of bytes.
func copied(b *testing.B, h *house, to string) (n int64) {
	b.Helper()
	paths := []string{strings.TrimPrefix(h.URL, "file:")}
	if err := filepath.WalkDir(filepath.Join(h.data, "files"), func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			paths = append(paths, path)
		}
		return err
	}); err != nil {
		b.Fatal(err)
	}
	for _, path := range paths {
		size, err := copyOne(path, filepath.Join(to, filepath.Base(path)))
		if err != nil {
			b.Fatal(err)
		}
		n += size
	}
	return n
}

func copyOne(from, to string) (int64, error) {
	r, err := os.Open(from)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	w, err := os.Create(to)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	n, err := io.Copy(w, struct{ io.Reader }{r}) // through memory, as the backup does
	if err != nil {
		return n, err
	}
	return n, w.Sync()
}

// BenchmarkBackup takes, checks and restores a backup of 200 MB and compares each
// with a plain copy of the same files in the same run: "x-copy" says how many
// times as long it takes. One that takes over 15 times as long has lost its way.
func BenchmarkBackup(b *testing.B) {
	const limit = 15
	h := large(b)
	var plain time.Duration
	var size int64
	const copies = 3
	for range copies {
		dir, began := b.TempDir(), time.Now()
		size = copied(b, h, dir)
		plain += time.Since(began) / copies
		os.RemoveAll(dir)
	}
	b.Logf("a plain copy of %d MB takes %v", size>>20, plain)
	whole := h.take(b)
	for _, c := range []struct {
		name string
		do   func() error
	}{
		{"take", func() error {
			path := filepath.Join(b.TempDir(), "house.tar")
			_, err := backup.Take(b.Context(), h.House, path, false, nil)
			os.Remove(path)
			return err
		}},
		{"check", func() error {
			_, err := backup.Check(b.Context(), whole, nil)
			return err
		}},
		{"restore", func() error {
			to := h.empty(b)
			_, err := backup.Restore(b.Context(), whole, to, nil)
			os.RemoveAll(to.Data)
			return err
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				if err := c.do(); err != nil {
					b.Fatal(err)
				}
			}
			each := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(each)/float64(plain), "x-copy")
			if each > limit*plain {
				b.Errorf("%s takes %v, over %d times the %v of a plain copy", c.name, each, limit, plain)
			}
		})
	}
}
