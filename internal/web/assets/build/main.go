// Command build makes the bundle that the program embeds: scripts, styles,
// typefaces and the icon, from the sources beside it and the packages that npm has
// installed. It runs at the root of the project.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	sources = "internal/web/assets"
	dist    = sources + "/dist"
)

func main() {
	if err := build(); err != nil {
		fmt.Fprintln(os.Stderr, "bundle:", err)
		os.Exit(1)
	}
}

func build() error {
	for _, name := range []string{"@fontsource/be-vietnam-pro", "zxing-wasm", "qr"} {
		if _, err := os.Stat("node_modules/" + name); err != nil {
			return fmt.Errorf("the npm packages are not installed; run npm ci: %w", err)
		}
	}
	r := api.Build(api.BuildOptions{
		EntryPointsAdvanced: []api.EntryPoint{
			{InputPath: sources + "/js/site.js", OutputPath: "site"}, {InputPath: sources + "/css/site.css", OutputPath: "site"},
			{InputPath: sources + "/js/checkin/main.js", OutputPath: "checkin"}, {InputPath: sources + "/css/checkin.css", OutputPath: "checkin"},
			{InputPath: sources + "/js/checkin/sw.js", OutputPath: "checkin-sw"},
		},
		Bundle: true, Write: true, Outdir: dist, EntryNames: "[name]", AssetNames: "[name]",
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true,
		Format: api.FormatESModule, Target: api.ES2022, LogLevel: api.LogLevelWarning,
		Loader: map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderFile},
	})
	if len(r.Errors) > 0 {
		return fmt.Errorf("%d errors, the first: %s", len(r.Errors), r.Errors[0].Text)
	}
	return carry(dist, "node_modules/zxing-wasm/dist/reader/zxing_reader.wasm", sources+"/icon.svg", sources+"/icon-192.png", sources+"/icon-512.png",
		sources+"/checkin/index.html", sources+"/checkin/manifest.webmanifest")
}

// carry copies files as they are; those of the check-in page get its name before theirs.
func carry(to string, files ...string) error {
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		name := strings.ReplaceAll(strings.TrimPrefix(f, sources+"/"), "checkin/", "checkin-")
		if err := os.WriteFile(to+"/"+name[strings.LastIndex(name, "/")+1:], b, 0o644); err != nil {
			return err
		}
	}
	return nil
}
