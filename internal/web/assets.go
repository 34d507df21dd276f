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
	"strconv"
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
	tags  map[string]string // of each file, what its bytes are known by
}

func loadAssets() assets {
	a := assets{files: map[string][]byte{}, tags: map[string]string{}}
	sum := sha256.New()
	_ = fs.WalkDir(bundle, "assets/dist", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := bundle.ReadFile(p)
		sum.Write(b)
		name, one := strings.TrimPrefix(p, "assets/dist/"), sha256.Sum256(b)
		a.files[name], a.tags[name] = b, `"`+hex.EncodeToString(one[:8])+`"`
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

// ServeHTTP serves the bundle; what an address names never changes. Most of it lies
// there compressed too, for those who take that.
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/assets/")
	hash, name, _ := strings.Cut(name, "/")
	if _, ok := a.files[name]; !ok || name == ".keep" || path.Ext(name) == packed {
		http.NotFound(w, r)
		return
	}
	h, stored := w.Header(), name
	if hash == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		h.Set("Content-Type", t)
	}
	if z, ok := a.files[name+packed]; ok {
		h.Add("Vary", "Accept-Encoding")
		if takesGzip(r) && r.Header.Get("Range") == "" {
			stored = name + packed
			h.Set("Content-Encoding", "gzip")
			h.Set("Content-Length", strconv.Itoa(len(z)))
		}
	}
	h.Set("ETag", a.tags[stored])
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(a.files[stored]))
}

// packed ends the name of what is a file of the bundle compressed.
const packed = ".gz"

// takesGzip reports whether an answer may be compressed by gzip.
func takesGzip(r *http.Request) bool {
	for _, one := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, q, _ := strings.Cut(strings.ReplaceAll(one, " ", ""), ";")
		if strings.EqualFold(name, "gzip") {
			return strings.Trim(strings.TrimPrefix(strings.ToLower(q), "q="), "0.") != "" || q == ""
		}
	}
	return false
}
