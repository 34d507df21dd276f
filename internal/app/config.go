package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
)

// Config is everything that can be set, filled once from flags, the
// environment (NHIPCAU_…) and a JSON file. It is useful at zero but for Data.
type Config struct {
	Data     string `help:"Folder of the database and the files." default:"./data" type:"path" env:"NHIPCAU_DATA"`
	Database string `help:"postgres://… instead of the database in the data folder." default:"" env:"NHIPCAU_DATABASE" placeholder:"URL"`

	MetricsToken string `help:"Token with which /metrics is read from other machines; without one only from this machine." default:"" env:"NHIPCAU_METRICS_TOKEN" placeholder:"TOKEN"`
	Base         string `help:"Address people reach the pages at." default:"http://127.0.0.1:8080" env:"NHIPCAU_BASE"`
	SMTP         string `name:"smtp" help:"Server that takes letters: smtp://user:password@host:port, smtps://… or smtp+plain://…; without it none is sent." default:"" env:"NHIPCAU_SMTP" placeholder:"URL"`
	MailFrom     string `help:"Address letters are from." default:"" env:"NHIPCAU_MAIL_FROM" placeholder:"ADDRESS"`
}

// base returns the public address of the pages without a slash at its end.
func (c Config) base() string { return strings.TrimRight(c.Base, "/") }

// url returns where the database is.
func (c Config) url() string {
	if c.Database != "" {
		return c.Database
	}
	return db.FileURL(c.databaseFile())
}

// databaseFile is the file of the embedded database.
func (c Config) databaseFile() string { return filepath.Join(c.Data, "nhipcau.db") }

// Validate refuses an address that is not PostgreSQL's: it would be taken for the
// name of a file.
func (c Config) Validate() error {
	if c.Database != "" && db.Engine(c.Database) != db.PostgreSQL {
		return errors.New("--database: the address of a PostgreSQL database begins with postgres://")
	}
	return nil
}

// embedded reports whether the database lies in the data folder.
func (c Config) embedded() bool { return strings.HasPrefix(c.url(), "file:") }

// cli is the command line.
type cli struct {
	Config
	ConfigFile kong.ConfigFlag `name:"config" help:"JSON file with the names of the flags." env:"NHIPCAU_CONFIG" placeholder:"FILE"`

	Demo     demoCommand     `cmd:"" help:"Run the product with five organisations, on a clock of its own."`
	Serve    serveCommand    `cmd:"" help:"Serve the pages."`
	Prove    proveCommand    `cmd:"" help:"Recompute every figure and say whether all agree."`
	Rebuild  rebuildCommand  `cmd:"" help:"Make the totals again from what was posted, while others work."`
	Backup   backupCommand   `cmd:"" help:"Keep the database and the files in one file, while others work."`
	Restore  restoreCommand  `cmd:"" help:"Make the house that a backup holds, where there is none, and prove it."`
	Admin    adminCommand    `cmd:"" help:"Print a one-time link for the first administrator."`
	Import   importCommand   `cmd:"" help:"Take a table of units, members, attendance or past figures into the books."`
	Cite     citeCommand     `cmd:"" help:"Print the documents that a text cites, one JSON object a line."`
	Reform   reformCommand   `cmd:"" help:"Change the tree: many units at once, by a table."`
	Generate generateCommand `cmd:"" help:"Fill an empty house with a made-up organisation of any size, for trials and measurements."`
	Token    tokenCommand    `cmd:"" help:"Print a new bearer token of a login."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// terminal is where a command speaks.
type terminal struct {
	ctx      context.Context
	in       io.Reader
	out, err io.Writer
	log      *slog.Logger
}

// exit is an error that carries the exit code and has already been said.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// Main runs the command that args name and returns the exit code: 0 done, 1 it
// could not be done or a proof failed, 2 the command line is wrong.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var c cli
	code := -1
	parser, err := kong.New(&c, kong.Name("nhipcau"), kong.Writers(stdout, stderr),
		kong.Description("Nhịp Cầu carries a directive down an organisation and its results back up."),
		kong.Exit(func(n int) { code = n }), kong.Configuration(kong.JSON), kong.UsageOnError())
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 2
	}
	run, err := parser.Parse(args)
	if code >= 0 { // --help has answered
		return code
	}
	if err != nil {
		fmt.Fprintln(stderr, "nhipcau:", err)
		return 2
	}
	t := &terminal{ctx: ctx, in: os.Stdin, out: stdout, err: stderr, log: slog.New(slog.NewTextHandler(stderr, nil))}
	err = run.Run(t, c.Config)
	if e, ok := errors.AsType[exit](err); ok {
		return int(e)
	}
	if err != nil {
		fmt.Fprintln(stderr, "nhipcau:", sentence(err))
		return 1
	}
	return 0
}

// sentence returns what to tell a person at a terminal: the message of a fault
// and of its fields in the default language, or the error itself, for whoever runs the program is
// also the one who reads its log.
func sentence(err error) string {
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		return err.Error()
	}
	c, cerr := catalog()
	if cerr != nil {
		return err.Error()
	}
	said := c.T(i18n.Langs[0], f.Key, f.Args...)
	for _, field := range slices.Sorted(maps.Keys(f.Fields)) {
		text := f.Fields[field]
		said += fmt.Sprintf(" %s: %s", field, c.T(i18n.Langs[0], text.Key, text.Args...))
	}
	return said
}
