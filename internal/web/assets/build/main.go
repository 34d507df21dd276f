// Command build makes the bundle that the program embeds: scripts, styles,
// typefaces and the icon, from the sources beside it and the packages that npm has
// installed. It runs at the root of the project.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path"
	"slices"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	sources = "internal/web/assets"
	dist    = sources + "/dist"
)

// copied are the files that go into the bundle as they are: icons, the frame of the
// check-in page and its reader of codes, and the typeface of PDFs with its licence.
var copied = map[string]string{
	sources + "/icon.svg":                                   "icon.svg",
	sources + "/icon-192.png":                               "icon-192.png",
	sources + "/icon-512.png":                               "icon-512.png",
	sources + "/checkin/index.html":                         "checkin-index.html",
	sources + "/checkin/manifest.webmanifest":               "checkin-manifest.webmanifest",
	"node_modules/zxing-wasm/dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
	"node_modules/@expo-google-fonts/be-vietnam-pro/400Regular/BeVietnamPro_400Regular.ttf":   "regular.ttf",
	"node_modules/@expo-google-fonts/be-vietnam-pro/600SemiBold/BeVietnamPro_600SemiBold.ttf": "bold.ttf",
	"node_modules/@expo-google-fonts/be-vietnam-pro/LICENSE_FONT":                             "typeface-licence.txt",
}

func main() {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func build() error {
	for _, name := range []string{"@fontsource/be-vietnam-pro", "zxing-wasm", "qr", "@tiptap/core", "@tiptap/pm", "@tiptap/starter-kit"} {
		if _, err := os.Stat("node_modules/" + name); err != nil {
			return fmt.Errorf("the npm packages are not installed; run npm ci: %w", err)
		}
	}
	r := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: sources + "/js/site.js", OutputPath: "site"},
			{InputPath: sources + "/css/site.css", OutputPath: "site"},
			{InputPath: sources + "/js/checkin/main.js", OutputPath: "checkin"},
			{InputPath: sources + "/css/checkin.css", OutputPath: "checkin"},
			{InputPath: sources + "/js/checkin/sw.js", OutputPath: "checkin-sw"},
			{InputPath: sources + "/js/draft/main.js", OutputPath: "draft"},
		},
		Bundle: true, Write: true, Outdir: dist, EntryNames: "[name]", AssetNames: "[name]",
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true,
		Format: api.FormatESModule, Target: api.ES2022, LogLevel: api.LogLevelWarning,
		Loader: map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderFile},
	})
	if len(r.Errors) > 0 {
		return fmt.Errorf("%d errors, the first: %s", len(r.Errors), r.Errors[0].Text)
	}
	for from, to := range copied {
		b, err := os.ReadFile(from)
		if err != nil {
			return err
		}
		if err := os.WriteFile(dist+"/"+to, b, 0o644); err != nil {
			return err
		}
	}
	return compress()
}

// squeezed are the endings of files that grow smaller by compression; typefaces of
// pages and pictures are compressed already.
var squeezed = []string{".js", ".css", ".svg", ".wasm", ".webmanifest", ".html", ".txt"}

// compress puts beside each file what is sent to a browser that takes gzip, so that
// the program never compresses its bundle while it serves.
func compress() error {
	entries, err := os.ReadDir(dist)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !slices.Contains(squeezed, path.Ext(e.Name())) {
			continue
		}
		b, err := os.ReadFile(dist + "/" + e.Name())
		if err != nil {
			return err
		}
		var out bytes.Buffer
		z, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := z.Write(b); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if err := os.WriteFile(dist+"/"+e.Name()+".gz", out.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
