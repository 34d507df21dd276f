package guidance

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/lineage"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const (
	pageSize = 30
	lackSize = 50
	mostTied = 30 // directives and conferences that a form offers
)

type server struct {
	site  *web.Site
	db    *db.DB
	files *file.Store
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, files *file.Store) {
	s := &server{site, d, files}
	site.Handle("GET /guidance", web.SignedIn, s.list)
	site.Handle("GET /guidance/new", web.SignedIn, s.new)
	site.Handle("POST /guidance", web.SignedIn, s.make)
	site.Handle("GET /guidance/{id}", web.SignedIn, s.show)
	site.Handle("GET /guidance/{id}/edit", web.SignedIn, s.edit)
	site.Handle("POST /guidance/{id}", web.SignedIn, s.amend)
	site.Handle("GET /guidance/{id}/print", web.SignedIn, s.print)
	site.Handle("GET /guidance/{id}/editions", web.SignedIn, s.editions)
	site.Handle("GET /guidance/{id}/lacking/{key}", web.SignedIn, s.lacking)
	site.Handle("POST /guidance/{id}/publication", web.SignedIn, s.act("guidance.said.published", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, r *http.Request) error {
		return Publish(ctx, tx, by, id, web.Version(r))
	}))
	site.Handle("POST /guidance/{id}/withdrawal", web.SignedIn, s.act("guidance.said.withdrawn", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, r *http.Request) error {
		return Withdraw(ctx, tx, by, id, web.Version(r), r.PostFormValue("reason"))
	}))
	site.Handle("POST /guidance/{id}/reminders", web.SignedIn, s.act("guidance.said.reminded", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, _ *http.Request) error {
		return Remind(ctx, tx, by, id)
	}))
	site.Handle("POST /guidance/{id}/receipt", web.SignedIn, s.act("guidance.said.received", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, r *http.Request) error {
		by, err := lineage.InStead(ctx, tx, by, r.PostFormValue("unit"))
		if err != nil {
			return err
		}
		return Receive(ctx, tx, by, id)
	}))
	site.Handle("GET /guidance/{id}/correction", web.SignedIn, s.correction)
	site.Handle("POST /guidance/{id}/corrections", web.SignedIn, s.correct)
	site.Handle("POST /guidance/{id}/deeds/{point}", web.SignedIn, s.report)
	site.Handle("GET /guidance/{id}/deeds/{point}/{key}/file", web.SignedIn, s.deedFile)
	site.Handle("POST /guidance/{id}/files", web.SignedIn, s.addFile)
	site.Handle("POST /guidance/{id}/files/{file}/removal", web.SignedIn, s.removeFile)
	site.Handle("GET /guidance/{id}/files/{file}", web.SignedIn, s.file)
}

// A listed guidance is one with how it stands where the reader looks at it.
type listed struct {
	Guidance
	Row
	Own Standing
}

type listPage struct {
	web.Page
	Query  string
	All    []listed
	Offset int
	More   bool
	MayNew bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.site.Page(r, "guidance.title"), Query: vn.Clean(r.URL.Query().Get("q"))}
	p.Offset, p.MayNew = web.Offset(r), mayMake(p.Actor) == nil
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		all, err := List(ctx, tx, p.Actor, p.Query, p.Offset, pageSize+1)
		if err != nil {
			return err
		}
		all, p.More = web.Cut(all, pageSize)
		for _, g := range all {
			x := listed{Guidance: g}
			if g.State != Draft {
				if err := x.fill(ctx, tx, p.Actor); err != nil {
					return err
				}
			}
			p.All = append(p.All, x)
		}
		return nil
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listView(p))
}

// fill reads how guidance stands at the unit that somebody sees of it first.
func (x *listed) fill(ctx context.Context, tx *db.Tx, by auth.Actor) error {
	a, err := x.asked(ctx, tx)
	if err != nil {
		return err
	}
	unit, _ := topOf(by, x.Guidance)
	v, err := tally.Total(ctx, tx, x.Sheet, unit)
	if err != nil {
		return err
	}
	x.Due, x.Received, x.Done, x.Asked = a.dueOf(unit), v.Get(received), v.Get(done), a.asks(by.Unit)
	x.Own, err = standingOf(ctx, tx, x.Guidance.ID, by.Unit)
	return err
}

// topOf is the unit at which somebody sees guidance first: the one that publishes it,
// or their own if they stand under it.
func topOf(by auth.Actor, g Guidance) (unit int64, key string) {
	if by.Covers(g.UnitPath) {
		return g.Unit, g.UnitKey
	}
	return by.Unit, by.UnitKey
}

// formPage is the page to write guidance, to amend a draft, or to correct what was
// published.
type formPage struct {
	web.Page
	ID       string // "" for a new one
	Version  int64
	Correct  bool
	Guidance Guidance
	Month    string // as typed
	Last     string
	To       string
	Lines    string
	Reason   string
	Kinds    []string
	Tied     map[Link]bool
	Papers   []web.Option
	Meetings []web.Option
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	p := formPage{Page: s.site.Page(r, "guidance.new"), To: "all"}
	today := vn.DayOf(p.Now)
	p.Month = monthText(today)
	p.Lines = p.T("guidance.usual")
	return s.formPage(w, r, p, nil)
}

// monthText writes a month as people do, 11/2020.
func monthText(d vn.Day) string {
	if !d.Valid() {
		return string(d)
	}
	return strings.TrimPrefix(string(d[5:7]), "0") + "/" + string(d[:4])
}

// typedMonth reads a month as people write it; what is none stays as it is, for a
// check to refuse.
func typedMonth(typed string) vn.Day {
	if d, ok := vn.ParseDay("1/" + vn.Clean(typed)); ok {
		return d
	}
	return vn.Day(vn.Clean(typed))
}

func (s *server) formPage(w http.ResponseWriter, r *http.Request, p formPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := mayMake(p.Actor); err != nil {
		return err
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Kinds, err = org.KindsUnder(ctx, tx, p.Actor); err != nil {
			return err
		}
		papers, err := directive.List(ctx, tx, p.Actor, "", 0, mostTied)
		if err != nil {
			return err
		}
		for _, d := range papers {
			p.Papers = append(p.Papers, web.Option{Value: d.ID, Text: directive.Citation(p.Page, d)})
		}
		meetings, err := conference.List(ctx, tx, p.Actor, conference.Filter{}, 0, mostTied)
		for _, c := range meetings {
			p.Meetings = append(p.Meetings, web.Option{Value: c.ID, Text: c.Title + " · " + c.Day.String()})
		}
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, formView(p))
}

// typed reads guidance as typed.
func (p *formPage) typed(r *http.Request) error {
	g := Guidance{
		Month: typedMonth(r.PostFormValue("month")), Title: r.PostFormValue("title"), Body: r.PostFormValue("body"),
		LastDay: vn.TypedDay(r.PostFormValue("last")),
	}
	p.Month, p.Last, p.To, p.Lines = r.PostFormValue("month"), r.PostFormValue("last"), r.PostFormValue("to"), r.PostFormValue("points")
	g.Kind, g.Depth = ruleOf(p.To)
	p.Tied = map[Link]bool{}
	for kind, refs := range map[string][]string{Directive: r.PostForm["directive"], Conference: r.PostForm["conference"]} {
		for _, ref := range refs {
			if l := (Link{kind, ref}); !p.Tied[l] {
				p.Tied[l] = true
				g.Links = append(g.Links, l)
			}
		}
	}
	var err error
	g.Points, err = ParsePoints(p.Lines, p.T("guidance.word"))
	p.Guidance = g
	return err
}

// ruleOf reads whom guidance asks: "all", "1" for units directly under, or "=" and a
// kind.
func ruleOf(to string) (kind string, depth int64) {
	if kind, ok := strings.CutPrefix(to, "="); ok {
		return kind, 0
	}
	if to == "all" {
		return "", 0
	}
	n, err := strconv.ParseInt(to, 10, 64)
	if err != nil || n < 1 {
		n = -1 // refused by check
	}
	return "", n
}

// rule writes it.
func (g Guidance) rule() string {
	switch {
	case g.Kind != "":
		return "=" + g.Kind
	case g.Depth > 0:
		return strconv.FormatInt(g.Depth, 10)
	}
	return "all"
}

func (s *server) make(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "guidance.new")}
	if err := p.typed(r); err != nil {
		return s.formPage(w, r, p, err)
	}
	id, again := "", ""
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		g, err := Make(ctx, tx, p.Actor, p.Guidance)
		if err != nil {
			return err
		}
		id = g.ID
		again, err = s.site.Once(ctx, tx, r, "/guidance/"+id)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.formPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "guidance.said.made", "/guidance/%s", id)
}

// standing fills a form with guidance as it stands, which is in a stage.
func (s *server) standing(r *http.Request, title string, stage Stage) (formPage, error) {
	p := formPage{Page: s.site.Page(r, title), ID: r.PathValue("id"), Tied: map[Link]bool{}}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Guidance, err = owned(ctx, tx, p.Actor, p.ID, stage)
		return err
	})
	g := p.Guidance
	p.Month, p.Last, p.To, p.Lines, p.Version = monthText(g.Month), string(g.LastDay), g.rule(), FormatPoints(g.Points), g.Version
	for _, l := range g.Links {
		p.Tied[l] = true
	}
	return p, err
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p, err := s.standing(r, "guidance.amend", Draft)
	if err != nil {
		return err
	}
	return s.formPage(w, r, p, nil)
}

func (s *server) amend(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "guidance.amend"), ID: r.PathValue("id"), Version: web.Version(r)}
	if err := p.typed(r); err != nil {
		return s.formPage(w, r, p, err)
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Amend(ctx, tx, p.Actor, p.ID, p.Version, p.Guidance)
	}); err != nil {
		return s.formPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "guidance.said.amended", "/guidance/%s", p.ID)
}

func (s *server) correction(w http.ResponseWriter, r *http.Request) error {
	p, err := s.standing(r, "guidance.correct", Published)
	if err != nil {
		return err
	}
	p.Correct, p.Lines = true, texts(p.Guidance.Points)
	return s.formPage(w, r, p, nil)
}

// texts are those of points, a line each.
func texts(all []Point) string {
	var b strings.Builder
	for _, p := range all {
		b.WriteString(p.Text + "\n")
	}
	return b.String()
}

func (s *server) correct(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := formPage{Page: s.site.Page(r, "guidance.correct"), ID: r.PathValue("id"), Version: web.Version(r), Correct: true, Lines: v.Get("points"), Reason: v.Get("reason")}
	p.Guidance.Title, p.Guidance.Body = v.Get("title"), v.Get("body")
	var points []string
	for line := range strings.Lines(p.Lines) {
		if line = vn.Clean(line); line != "" {
			points = append(points, line)
		}
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Correct(ctx, tx, p.Actor, p.ID, p.Version, v.Get("title"), v.Get("body"), points, p.Reason)
	}); err != nil {
		return s.formPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "guidance.said.corrected", "/guidance/%s", p.ID)
}
