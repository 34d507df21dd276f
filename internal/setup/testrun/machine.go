package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"nhipcau/internal/setup/lab"
)

// A machine has what the tests need besides Go.
type machine struct {
	browser  string // path of Chromium
	postgres string // folder of PostgreSQL's programs
	office   string // path of LibreOffice
	reader   string // path of pdftotext, which says what LibreOffice has printed
}

// look finds what is there.
func look() machine {
	return machine{chromium(), lab.Postgreses(), first(os.Getenv(officeVariable), "soffice", "libreoffice"), first("pdftotext")}
}

// prepare finds what the tests need and installs what is missing; where it may
// not, it returns an error that says all that is to be installed.
func prepare(ctx context.Context) (machine, error) {
	m := look()
	if missing := m.missing(); len(missing) > 0 {
		if err := install(ctx, missing); err != nil {
			return m, err
		}
		if m = look(); len(m.missing()) > 0 {
			return m, fmt.Errorf("installed %s, and still there is no %s; the tests need Chromium, LibreOffice, pdftotext and PostgreSQL %d or newer",
				strings.Join(missing, ", "), strings.Join(m.missing(), ", "), lab.OldestPostgres)
		}
	}
	return m, nil
}

// missing names the Debian packages of what is not there.
func (m machine) missing() []string {
	var names []string
	if m.browser == "" {
		names = append(names, "chromium")
	}
	if m.postgres == "" {
		names = append(names, "postgresql")
	}
	if m.office == "" {
		names = append(names, "libreoffice-writer-nogui", "libreoffice-calc-nogui", "fonts-liberation")
	}
	if m.reader == "" {
		names = append(names, "poppler-utils")
	}
	return names
}

func chromium() string {
	return first(os.Getenv(browserVariable), "chromium", "chromium-browser", "google-chrome")
}

// first returns the path of the first program that is there, "" if none is.
func first(names ...string) string {
	for _, name := range names {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

// install installs Debian packages, as root or through sudo without a password.
func install(ctx context.Context, packages []string) error {
	names := strings.Join(packages, " ")
	toDo := fmt.Errorf("missing: %s; install them (apt-get install %s) and run again; nothing was run", strings.Join(packages, ", "), names)
	apt, err := exec.LookPath("apt-get")
	if err != nil {
		return toDo
	}
	line := []string{"env", "DEBIAN_FRONTEND=noninteractive", apt, "-q", "-y", "-o", "Dpkg::Use-Pty=0"}
	if os.Geteuid() != 0 {
		if exec.CommandContext(ctx, "sudo", "-n", "true").Run() != nil {
			return toDo
		}
		line = slices.Concat([]string{"sudo", "-n"}, line)
	}
	fmt.Println("== installing", names)
	update, err1 := exec.CommandContext(ctx, line[0], append(line[1:], "update")...).CombinedOutput() // an index that is stale names packages that are gone
	added, err2 := exec.CommandContext(ctx, line[0], slices.Concat(line[1:], []string{"install", "--no-install-recommends"}, packages)...).CombinedOutput()
	if err2 != nil {
		return errors.Join(toDo, fmt.Errorf("apt-get update: %w\n%s", orNone(err1), update), fmt.Errorf("apt-get install: %w\n%s", err2, added))
	}
	return nil
}

func orNone(err error) error {
	if err == nil {
		return errors.New("went well")
	}
	return err
}
