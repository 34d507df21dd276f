// Command build makes the bundle that the program embeds: scripts, styles,
// typefaces and icons, from the sources beside it and the packages that npm has
// installed. It runs at the root of the project.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

const (
	sources = "internal/web/assets"
	dist    = sources + "/dist"
)

// icons are the icons the pages show.
var icons = []string{}

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
	if err := os.MkdirAll(dist+"/icons", 0o755); err != nil {
		return err
	}
	if err := copyFile(sources+"/icon.svg", dist+"/icon.svg"); err != nil {
		return err
	}
	for _, name := range icons {
		if err := copyFile(filepath.Join("node_modules/lucide-static/icons", name+".svg"), dist+"/icons/"+name+".svg"); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o644)
}
