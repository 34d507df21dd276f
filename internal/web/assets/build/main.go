// Command build makes the bundle that the program embeds: scripts, styles,
// typefaces and the icon, from the sources beside it and the packages that npm has
// installed. It runs at the root of the project.
package main

import (
	"fmt"
	"os"

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
	if _, err := os.Stat("node_modules/@fontsource/be-vietnam-pro"); err != nil {
		return fmt.Errorf("the npm packages are not installed; run npm ci: %w", err)
	}
	r := api.Build(api.BuildOptions{
		EntryPoints: []string{sources + "/js/site.js", sources + "/css/site.css"},
		Bundle:      true, Write: true, Outdir: dist, EntryNames: "[name]", AssetNames: "[name]",
		MinifyWhitespace: true, MinifySyntax: true, MinifyIdentifiers: true,
		Format: api.FormatESModule, Target: api.ES2022, LogLevel: api.LogLevelWarning,
		Loader: map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderFile},
	})
	if len(r.Errors) > 0 {
		return fmt.Errorf("%d errors, the first: %s", len(r.Errors), r.Errors[0].Text)
	}
	b, err := os.ReadFile(sources + "/icon.svg")
	if err != nil {
		return err
	}
	return os.WriteFile(dist+"/icon.svg", b, 0o644)
}
