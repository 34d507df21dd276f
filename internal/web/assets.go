package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"nhipcau/internal/office"
)

// The bundle: scripts, styles, typefaces and icons, made by `make build`. A
// fresh clone has none, and still compiles.
//
//go:embed all:assets/dist
var bundle embed.FS

// assets are the files of the bundle under addresses that change with them.
type assets struct {
	hash  string
	files map[string][]byte
}

func loadAssets() assets {
	a := assets{files: map[string][]byte{}}
	sum := sha256.New()
	_ = fs.WalkDir(bundle, "assets/dist", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := bundle.ReadFile(p)
		sum.Write(b)
		a.files[strings.TrimPrefix(p, "assets/dist/")] = b
		return err
	})
	a.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	return a
}

// Bundled reports whether the bundle was made before the program.
func Bundled() bool {
	_, err := bundle.Open("assets/dist/site.css")
	return err == nil
}

// Typeface returns the typeface of PDFs; both files are empty if the bundle was not
// made.
func Typeface() office.Typeface {
	regular, _ := bundle.ReadFile("assets/dist/regular.ttf")
	bold, _ := bundle.ReadFile("assets/dist/bold.ttf")
	return office.Typeface{Regular: regular, Bold: bold}
}

// href returns the address of a file of the bundle.
func (a assets) href(name string) string { return "/assets/" + a.hash + "/" + name }

// ServeHTTP serves the bundle; what an address names never changes.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/assets/")
	hash, name, _ := strings.Cut(name, "/")
	b, ok := a.files[name]
	if !ok || name == ".keep" {
		http.NotFound(w, r)
		return
	}
	if hash == a.hash {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		w.Header().Set("Content-Type", t)
	}
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}
