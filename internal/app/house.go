// Package app puts the house together: configuration, routes, menu, jobs and
// commands. It alone knows every slice.
package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/allot"
	"nhipcau/internal/api"
	"nhipcau/internal/atlas"
	"nhipcau/internal/auth"
	"nhipcau/internal/board"
	"nhipcau/internal/calendar"
	"nhipcau/internal/clause"
	"nhipcau/internal/conference"
	"nhipcau/internal/consult"
	"nhipcau/internal/coverage"
	"nhipcau/internal/db"
	"nhipcau/internal/device"
	"nhipcau/internal/directive"
	"nhipcau/internal/draft"
	"nhipcau/internal/drafting"
	"nhipcau/internal/fault"
	"nhipcau/internal/feeding"
	"nhipcau/internal/figures"
	"nhipcau/internal/file"
	"nhipcau/internal/filing"
	"nhipcau/internal/fill"
	"nhipcau/internal/follow"
	"nhipcau/internal/form"
	"nhipcau/internal/formula"
	"nhipcau/internal/guidance"
	"nhipcau/internal/hall"
	"nhipcau/internal/holiday"
	"nhipcau/internal/i18n"
	"nhipcau/internal/imports"
	"nhipcau/internal/intake"
	"nhipcau/internal/invitation"
	"nhipcau/internal/job"
	"nhipcau/internal/level"
	"nhipcau/internal/live"
	"nhipcau/internal/mail"
	"nhipcau/internal/minutes"
	"nhipcau/internal/mould"
	"nhipcau/internal/notify"
	"nhipcau/internal/opinion"
	"nhipcau/internal/org"
	"nhipcau/internal/overview"
	"nhipcau/internal/paper"
	"nhipcau/internal/pivot"
	"nhipcau/internal/plan"
	"nhipcau/internal/programme"
	"nhipcau/internal/prose"
	"nhipcau/internal/quiz"
	"nhipcau/internal/reflection"
	"nhipcau/internal/reform"
	"nhipcau/internal/remind"
	"nhipcau/internal/report"
	"nhipcau/internal/roll"
	"nhipcau/internal/rollout"
	"nhipcau/internal/rung"
	"nhipcau/internal/sheet"
	"nhipcau/internal/signing"
	"nhipcau/internal/site"
	"nhipcau/internal/statement"
	"nhipcau/internal/summary"
	"nhipcau/internal/tally"
	"nhipcau/internal/target"
	"nhipcau/internal/task"
	"nhipcau/internal/urge"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// A house is the whole program over one database and one folder.
type house struct {
	cfg     Config
	db      *db.DB
	files   *file.Store
	jobs    *job.Runner
	site    *web.Site
	live    *live.Hub
	api     *api.API
	metrics *metrics
	post    *mail.Post // nil: no letter is sent
	log     *slog.Logger
	demo    func() bool // whether this is the demonstration
}

// catalog holds the messages of every package.
func catalog() (*i18n.Catalog, error) {
	return i18n.Load(locales()...)
}

func locales() []fs.FS {
	return []fs.FS{
		Locale, web.Locale, api.Locale, file.Locale, org.Locale, account.Locale, tally.Locale, mail.Locale, directive.Locale, rollout.Locale,
		conference.Locale, roll.Locale, level.Locale, site.Locale, programme.Locale, invitation.Locale, sheet.Locale, device.Locale, hall.Locale,
		minutes.Locale, plan.Locale, report.Locale, remind.Locale, reform.Locale, statement.Locale, formula.Locale, form.Locale, filing.Locale,
		calendar.Locale, intake.Locale, imports.Locale, paper.Locale, drafting.Locale, signing.Locale, fill.Locale, prose.Locale, draft.Locale,
		clause.Locale, coverage.Locale, reflection.Locale, quiz.Locale, opinion.Locale, holiday.Locale, task.Locale, target.Locale, guidance.Locale,
		summary.Locale, mould.Locale, overview.Locale, atlas.Locale, pivot.Locale,
	}
}

// open opens the database and the files and brings the database up to date.
func open(ctx context.Context, cfg Config, log *slog.Logger) (*house, error) {
	post, err := mail.NewPost(cfg.SMTP, cfg.MailFrom)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(cfg.Data, 0o750); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made: %w", err)
	}
	d, err := db.Open(ctx, cfg.url())
	if err != nil {
		return nil, err
	}
	h := &house{cfg: cfg, db: d, log: log, post: post, demo: func() bool { return false }}
	tally.Attach(d)
	if err := d.Migrate(ctx); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if h.files, err = file.Open(filepath.Join(cfg.Data, "files")); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	h.metrics = newMetrics(d, cfg.MetricsToken)
	h.live = live.NewHub(d, log)
	h.jobs = job.NewRunner(d, log)
	rollout.Jobs(h.jobs)
	follow.Jobs(h.jobs)
	conference.Jobs(h.jobs)
	level.Jobs(h.jobs)
	site.Jobs(h.jobs)
	invitation.Jobs(h.jobs)
	reform.Jobs(h.jobs)
	api.Jobs(h.jobs)
	live.Jobs(h.jobs)
	remind.Jobs(h.jobs)
	calendar.Jobs(h.jobs, daysOff)
	imports.Jobs(h.jobs)
	paper.Jobs(h.jobs, h.files)
	quiz.Jobs(h.jobs, subjects())
	reflection.Jobs(h.jobs)
	plan.Jobs(h.jobs)
	task.Jobs(h.jobs)
	urge.Jobs(h.jobs)
	guidance.Jobs(h.jobs)
	return h, h.build()
}

// Close closes what open opened.
func (h *house) Close() error {
	h.live.Close()
	return errors.Join(h.files.Close(), h.db.Close())
}

// build makes the site with the pages of every slice.
func (h *house) build() error {
	c, err := catalog()
	if err != nil {
		return err
	}
	h.site = web.NewSite(web.Config{Catalog: c, Log: h.log, DB: h.db, Authenticate: account.Authenticate(h.db), Frame: h.frame})
	sender := &mail.Sender{Catalog: c, Post: h.post, Base: h.cfg.base(), Log: h.log}
	sender.Jobs(h.jobs)
	account.Register(h.site, h.db)
	mail.Register(h.site, h.db, h.post)
	org.Register(h.site, h.db, findDirectives, findRollouts)
	directive.Register(h.site, h.db, h.files, usedBy, outline)
	rollout.Register(h.site, h.db, h.files, planStates)
	follow.Register(h.site, h.db, h.files)
	conference.Register(h.site, h.db, minutes.Signatures)
	level.Register(h.site, h.db, evidence())
	roll.Register(h.site, h.db)
	site.Register(h.site, h.db)
	programme.Register(h.site, h.db, h.files, h.cfg.base(), copiers()...)
	invitation.Register(h.site, h.db, h.cfg.base())
	sheet.Register(h.site, h.db, h.cfg.base())
	device.Register(h.site, h.db, h.cfg.base())
	hall.Register(h.site, h.db, h.live)
	quiz.Register(h.site, h.db, subjects())
	reflection.Register(h.site, h.db, h.files)
	minutes.Register(h.site, h.db, h.files, asked)
	draft.Register(h.site, h.db, h.live, drafts())
	clause.Register(h.site, h.db)
	plan.Register(h.site, h.db, adopted)
	coverage.Register(h.site, h.db)
	consult.Register(h.site, h.db, drafts())
	holiday.Register(h.site, h.db)
	task.Register(h.site, h.db, h.files)
	board.Register(h.site, h.db)
	urge.Register(h.site, h.db)
	target.Register(h.site, h.db, feeding.Feeds())
	allot.Register(h.site, h.db, feeding.Weights())
	guidance.Register(h.site, h.db, h.files)
	report.Register(h.site, h.db)
	imports.Register(h.site, h.db)
	remind.Register(h.site, h.db)
	reform.Register(h.site, h.db)
	statement.Register(h.site, h.db, h.files)
	form.Register(h.site, h.db, formSources())
	filing.Register(h.site, h.db, formSources())
	signing.Register(h.site, h.db)
	fill.Register(h.site, h.db)
	calendar.Register(h.site, h.db, daysOff)
	summary.Register(h.site, h.db, formSources())
	mould.Register(h.site, h.db, h.files, formSources())
	overview.Register(h.site, h.db, feeding.Feeds())
	pivot.Register(h.site, h.db)
	atlas.Register(h.site, h.db)
	paper.Register(h.site, h.db, h.files)
	drafting.Register(h.site, h.db, h.files, h.cfg.base(), formSources())
	figures.Register(h.site, h.db, kinds(), sources(), recounts())
	h.site.Handle("GET /{$}", web.SignedIn, h.work)
	h.buildAPI(c)
	return nil
}

// buildAPI makes what programs ask, of every slice.
func (h *house) buildAPI(c *i18n.Catalog) {
	h.api = api.New(api.Config{Catalog: c, Log: h.log, DB: h.db, Authenticate: func(ctx context.Context, token, unit string) (auth.Actor, error) {
		return account.ByToken(ctx, h.db, token, unit)
	}})
	for _, register := range []func(*api.API){
		org.RegisterAPI, directive.RegisterAPI, rollout.RegisterAPI, conference.RegisterAPI, roll.RegisterAPI, level.RegisterAPI, site.RegisterAPI,
		invitation.RegisterAPI, hall.RegisterAPI, quiz.RegisterAPI(subjects()), reflection.RegisterAPI, minutes.RegisterAPI, clause.RegisterAPI,
		plan.RegisterAPI(adopted), coverage.RegisterAPI, report.RegisterAPI, form.RegisterAPI, filing.RegisterAPI, signing.RegisterAPI,
		calendar.RegisterAPI(daysOff), opinion.RegisterAPI, task.RegisterAPI, target.RegisterAPI(feeding.Feeds()), guidance.RegisterAPI,
		filing.RegisterReports(formSources()), summary.RegisterAPI(formSources()), pivot.RegisterAPI,
	} {
		register(h.api)
	}
	figures.RegisterAPI(h.api, kinds(), map[string]string{
		"opening": "/rollouts/", "late": "/rollouts/", "extension": "/rollouts/", "conference": "/conferences/", "plan": "/plans/", "task": "/tasks/", "report": "/reports/",
		"return": "/periods/", target.Source: "/targets/", guidance.Source: "/guidance/", rung.Asked: "/conferences/",
	})
	api.Register(h.site, h.api)
}

func kinds() []*tally.Kind {
	return []*tally.Kind{
		rollout.Kind(), conference.Kind(), rung.Kind(), statement.Kind(), filing.Kind(), reflection.Kind(), quiz.Kind(), opinion.Kind(), task.Kind(), target.Kind(), guidance.Kind(),
	}
}

// ServeHTTP answers the questions of a supervisor, those of programs by the API,
// and everything else by the site.
func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == api.Prefix || strings.HasPrefix(r.URL.Path, api.Prefix+"/"):
		h.metrics.measured(w, r, h.api.Pattern(r), h.api)
	case r.URL.Path == "/healthz":
		fmt.Fprintln(w, "ok")
	case r.URL.Path == "/readyz":
		if err := h.ready(r.Context()); err != nil {
			http.Error(w, "not ready", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	case r.URL.Path == "/metrics":
		h.metrics.ServeHTTP(w, r)
	default:
		h.metrics.measured(w, r, h.site.Pattern(r), h.site)
	}
}

// ready reports why pages cannot be served yet: the database does not answer,
// or there is no tree in it.
func (h *house) ready(ctx context.Context) error {
	if err := h.db.Ready(ctx); err != nil {
		return err
	}
	return h.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		trees, err := org.Trees(ctx, tx)
		if err == nil && len(trees) == 0 {
			err = fault.New(fault.Unavailable, "error.not_found")
		}
		return err
	})
}

// A menuEntry is an entry of the main menu for those whom may lets in; nil is
// for everybody.
type menuEntry struct {
	href, key string
	may       func(auth.Actor) bool
}

// menu is the main menu in its groups: what is to be done, the books kept of
// it, and the running of the house. An entry is current on its own pages.
var menu = []struct {
	key     string
	entries []menuEntry
}{
	{"app.menu.work", []menuEntry{
		{href: "/", key: "app.work"},
		{href: "/overview", key: "overview.title", may: is(auth.Secretary, auth.Clerk)},
		{href: "/rollouts", key: "app.rollouts"},
		{href: "/conferences", key: "app.conferences"},
		{href: "/plans", key: "app.plans"},
		{href: "/opinions", key: "opinion.title"},
		{href: "/tasks", key: "task.title"},
		{href: "/targets", key: "target.title"},
		{href: "/guidance", key: "guidance.title"},
		{href: "/reports", key: "app.reports"},
		{href: "/forms", key: "form.title"},
		{href: "/statements", key: "statement.title"},
	}},
	{"app.menu.books", []menuEntry{
		{href: "/directives", key: "app.directives"}, {href: "/papers", key: "app.papers"}, {href: "/units", key: "app.units"},
	}},
	{"app.menu.house", []menuEntry{
		{"/reminders", "app.reminders", is(auth.Secretary, auth.Clerk)},
		{"/imports", "app.imports", imports.May},
		{"/accounts", "app.accounts", is(auth.Administrator, auth.Secretary)},
		{"/mail", "app.mail", is(auth.Administrator)},
	}},
}

// looks reports whether a page about a unit shows how it stands, or puts those under it
// beside each other.
func looks(path string) bool {
	return strings.HasPrefix(path, "/units/") && (strings.HasSuffix(path, "/overview") || strings.HasSuffix(path, "/compare"))
}

func is(roles ...auth.Role) func(auth.Actor) bool {
	return func(by auth.Actor) bool { return by.Is(roles...) }
}

// menuFor is the menu for somebody on the page with path, who has owed things
// to do.
func menuFor(by auth.Actor, path string, owed func() int) []web.MenuGroup {
	var all []web.MenuGroup
	for _, g := range menu {
		group := web.MenuGroup{Key: g.key}
		for _, m := range g.entries {
			if m.may != nil && !m.may(by) {
				continue
			}
			item := web.MenuItem{Href: m.href, Key: m.key, Current: path == m.href || m.href != "/" && strings.HasPrefix(path, m.href)}
			switch m.href {
			case "/":
				item.Count = owed
			case "/conferences":
				item.Current = item.Current || strings.HasPrefix(path, "/quizzes") || strings.HasPrefix(path, "/subjects/conference") || strings.HasPrefix(path, "/banks")
			case "/forms":
				item.Current = item.Current || strings.HasPrefix(path, "/periods")
			case "/tasks":
				item.Current = item.Current || strings.HasPrefix(path, "/task-") || strings.HasPrefix(path, "/holidays")
			case "/overview":
				item.Current = looks(path)
			case "/units":
				item.Current = item.Current && !looks(path) || strings.HasPrefix(path, "/members") || strings.HasPrefix(path, "/reforms")
			}
			group.Items = append(group.Items, item)
		}
		if len(group.Items) > 0 {
			all = append(all, group)
		}
	}
	return all
}

// frame fills in what stands around every page of somebody signed in.
func (h *house) frame(r *http.Request, p *web.Page) {
	if h.demo() {
		p.Demo = p.T("app.demo", p.Now.In(vn.Zone).Format("02/01/2006 15:04"))
	}
	if !p.Actor.Known() {
		return
	}
	if err := h.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Units, err = account.Choices(ctx, tx, p.Actor); err != nil {
			return err
		}
		p.Notices, err = notify.Unread(ctx, tx, p.Actor)
		return err
	}); err != nil {
		h.log.ErrorContext(r.Context(), "the frame of a page", "err", err)
	}
	asked := *p
	p.Menu = menuFor(p.Actor, r.URL.Path, func() (owed int) {
		if err := h.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			items, err := worklist(ctx, tx, asked)
			owed = len(items)
			return err
		}); err != nil {
			h.log.ErrorContext(r.Context(), "the number of the menu", "err", err)
		}
		return owed
	})
}

// recounts are the deep proof's: what the records of every slice say a sheet
// should hold.
func recounts() map[string]tally.Recount {
	return map[string]tally.Recount{
		conference.Kind().Name: conference.Recount,
		rung.Kind().Name:       rung.Recount,
		statement.Kind().Name:  statement.Recount,
		filing.Kind().Name:     filing.Recount,
		reflection.Kind().Name: reflection.Recount,
		quiz.Kind().Name:       quiz.Recount,
		opinion.Kind().Name:    opinion.Recount,
		task.Kind().Name:       task.Recount,
		target.Kind().Name:     target.Recount,
		guidance.Kind().Name:   guidance.Recount,
		rollout.Kind().Name:    tally.Together(recountRollout, follow.Recount, conference.RecountRollout),
	}
}

// recountRollout counts again what every slice has recorded for a rollout. A
// step that is marked as done by a plan or a report which is no longer adopted
// or sent does not count.
func recountRollout(ctx context.Context, tx *db.Tx, s tally.Sheet) (map[int64]tally.Delta, error) {
	all, err := rollout.Recount(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	for step, records := range map[rollout.Step]func(context.Context, *db.Tx, string) (map[int64]string, error){
		rollout.Adopt: plan.InForce, rollout.Report: report.Received,
	} {
		done, err := rollout.DoneBy(ctx, tx, s.Source, step)
		if err != nil {
			return nil, err
		}
		standing, err := records(ctx, tx, s.Source)
		if err != nil {
			return nil, err
		}
		for unit, id := range done {
			if standing[unit] != id {
				all[unit] = all[unit].Plus(tally.Delta{rollout.Kind().Lane(step.DoneLane()): -1})
			}
		}
	}
	return all, nil
}

// prove proves the sheets, with deep the records behind them, and what was signed.
func (h *house) prove(ctx context.Context, deep bool) (tally.Report, error) {
	all := recounts()
	if !deep {
		all = nil
	}
	r, err := tally.Prove(ctx, h.db, all)
	if err != nil {
		return r, err
	}
	return r, signing.Prove(ctx, h.db, func(line string) {
		r.Mismatches++
		r.Details = append(r.Details, line)
	})
}

const (
	readTimeout = 2 * time.Minute
	idleTimeout = 2 * time.Minute
	graceful    = 10 * time.Second
)
