package imports

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/job"
	"nhipcau/internal/rollout"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const pageSize = 20

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	keepers := web.Only(auth.Administrator, auth.Secretary, auth.Clerk)
	site.Handle("GET /imports", keepers, s.list)
	site.Handle("GET /imports/new", keepers, s.new)
	site.Handle("GET /imports/templates/{file}", keepers, s.template)
	site.Handle("POST /imports", keepers, s.offer)
	site.Handle("GET /imports/{id}", keepers, s.show)
	site.Handle("POST /imports/{id}/application", keepers, s.confirm)
}

// May reports whether by may import anything, for the menu.
func May(by auth.Actor) bool { return len(open(by)) > 0 }

// open returns the kinds by may import.
func open(by auth.Actor) []Kind {
	var all []Kind
	for _, k := range Kinds {
		if mayImport(by, k) == nil {
			all = append(all, k)
		}
	}
	return all
}

type listPage struct {
	web.Page
	Kinds   []Kind
	Imports []Import
	Offset  int
	More    bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	p := listPage{Page: s.site.Page(r, "imports.title")}
	p.Kinds = open(p.Actor)
	p.Offset = web.Offset(r)
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Imports, err = List(ctx, tx, p.Actor, p.Offset, pageSize+1)
		return err
	}); err != nil {
		return err
	}
	p.Imports, p.More = web.Cut(p.Imports, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

func (p listPage) link(offset int) string {
	if offset < 0 || offset > p.Offset && !p.More {
		return ""
	}
	return "/imports?offset=" + strconv.Itoa(offset)
}

type formPage struct {
	web.Page
	Kind    Kind
	Layout  intake.Layout
	Target  string
	Targets []web.Option // what the file may belong to
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (p formPage) needsTarget() bool { return sorts[p.Kind].target }

func (s *server) new(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return s.form(w, r, formPage{Kind: Kind(q.Get("kind")), Target: q.Get("target")}, nil)
}

// form shows the form of a kind, with what was wrong with the file sent.
func (s *server) form(w http.ResponseWriter, r *http.Request, p formPage, err error) error {
	status, ok := web.Refused(err, &p.Wrong, &p.Message, fault.TooLarge)
	if !ok {
		return err
	}
	p.Page = s.site.Page(r, "imports.title")
	if err := mayImport(p.Actor, p.Kind); err != nil {
		return err
	}
	p.Title = p.T("imports.new." + string(p.Kind))
	p.Layout = sorts[p.Kind].layout
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Targets, err = targets(ctx, tx, p.Actor, p.Kind)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, formView(p))
}

// targets returns what a file of a kind may belong to.
func targets(ctx context.Context, tx *db.Tx, by auth.Actor, k Kind) (all []web.Option, err error) {
	const most = 200
	switch k {
	case Attendance, Sites, Invitations:
		open, err := conference.Work(ctx, tx, by)
		for _, c := range open {
			if c.State == conference.Convened || k == Sites {
				all = append(all, web.Option{Value: c.ID, Text: c.Title + " · " + c.Day.String()})
			}
		}
		return all, err
	case Figures:
		open, err := rollout.List(ctx, tx, by, "", 0, most)
		for _, r := range open {
			if r.State == rollout.Open {
				all = append(all, web.Option{Value: r.ID, Text: r.Title})
			}
		}
		return all, err
	}
	return nil, nil
}

func (s *server) offer(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	body, name, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	o := Offer{Kind: Kind(r.PostFormValue("kind")), Target: r.PostFormValue("target"), Name: name}
	p := formPage{Kind: o.Kind, Target: o.Target}
	if err := mayImport(by, o.Kind); err != nil {
		return err
	}
	if place, err := s.site.Done(r.Context(), r); err != nil || place != "" {
		return seeOr(w, r, place, err)
	}
	if body == nil {
		wrong := fault.Wrong{}
		wrong.Add("file", "imports.error.file")
		return s.form(w, r, p, wrong.Err())
	}
	defer body.Close()
	if o.Body, err = Read(body); err != nil {
		return err
	}
	im, err := Make(r.Context(), s.db, by, o)
	if err != nil {
		return s.form(w, r, p, err)
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := s.site.Once(ctx, tx, r, "/imports/"+im.ID)
		return err
	}); err != nil && !fault.Is(err, fault.Conflict) { // the second of two offers is only an offer
		return err
	}
	return web.See(w, r, "/imports/%s", im.ID)
}

func seeOr(w http.ResponseWriter, r *http.Request, place string, err error) error {
	if err != nil {
		return err
	}
	return web.See(w, r, "%s", place)
}

type showPage struct {
	web.Page
	Import  Import
	Layout  intake.Layout
	Wrongs  []intake.Bad
	Nth     int // page of what is wrong, from 0
	Job     job.Job
	MayDo   bool
	Message fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	p := showPage{Page: s.site.Page(r, "imports.title")}
	p.Nth, _ = strconv.Atoi(r.URL.Query().Get("page")) // a bad page is the first
	p.Nth = max(0, p.Nth)
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Import, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Wrongs, err = Wrongs(ctx, tx, p.Import, p.Nth); err != nil {
			return err
		}
		p.Job, err = Progress(ctx, tx, p.Import)
		return err
	}); err != nil {
		return err
	}
	p.Title, p.Layout = p.Import.Name, sorts[p.Import.Kind].layout
	p.MayDo = mayConfirm(p.Actor, p.Import) == nil
	if p.Import.Problem != "" && p.Import.State != Applied {
		p.Message = fault.Text{Key: p.Import.Problem}
	}
	return web.Render(w, r, http.StatusOK, showView(p))
}

func (p showPage) link(nth int) string {
	if nth < 0 || nth*badPage >= min(maxBad, p.Import.Bad) {
		return ""
	}
	return "/imports/" + p.Import.ID + "?page=" + strconv.Itoa(nth)
}

// again is where another file of the same sort is sent.
func again(im Import) string {
	return "/imports/new?kind=" + string(im.Kind) + "&target=" + url.QueryEscape(im.Target)
}

// result is where what was imported is seen.
func (p showPage) result() string {
	switch p.Import.Kind {
	case Attendance:
		return "/conferences/" + p.Import.Target + "/roll"
	case Invitations:
		return "/conferences/" + p.Import.Target + "/invitations"
	case Sites:
		return "/conferences/" + p.Import.Target + "/sites"
	case Figures:
		return "/rollouts/" + p.Import.Target
	}
	return "/units"
}

var stateSigns = map[State]web.State{Checked: web.Soon, Running: web.Soon, Applied: web.Done, Refused: web.Late, Expired: web.None}

func (s *server) confirm(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := Confirm(r.Context(), s.db, by, id); err != nil {
		return err
	}
	return web.See(w, r, "/imports/%s", id)
}

// template sends the empty table of a kind, "units.xlsx".
func (s *server) template(w http.ResponseWriter, r *http.Request) error {
	name, ending, _ := strings.Cut(r.PathValue("file"), ".")
	l, ok := Layout(Kind(name))
	if !ok {
		return fault.New(fault.NotFound, "error.not_found")
	}
	p := s.site.Page(r, "imports.title")
	mime, b, err := intake.Blank(l, ending, p.Lang, p.T)
	if err != nil {
		return err
	}
	return web.Send(w, "mau-"+l.Name+"."+ending, mime, b)
}
