package programme

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
	"nhipcau/internal/file"
	"nhipcau/internal/paper"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

type server struct {
	site  *web.Site
	db    *db.DB
	files *file.Store
	base  string // address of the site, "" if it has none for outside
	more  []Copier
	one   chan struct{} // unpacked pictures are large: one at a time
}

// Register adds the pages of this package to the site. base is the address of the site
// for people outside, "" if there is none; more copies what other slices keep when a
// conference is made like another.
func Register(site *web.Site, d *db.DB, files *file.Store, base string, more ...Copier) {
	s := &server{site, d, files, base, more, make(chan struct{}, 1)}
	site.Door("conference before", "programme.title", "/conferences/%s/programme")
	site.Door("conferences.new", "programme.patterns", "/conferences/patterns")
	site.Handle("GET /conferences/{id}/programme", web.SignedIn, s.show)
	site.Handle("GET /conferences/{id}/programme/edit", web.SignedIn, s.edit)
	site.Handle("POST /conferences/{id}/programme", web.SignedIn, s.save)
	site.Handle("GET /conferences/{id}/programme.ics", web.SignedIn, s.calendar)
	site.Handle("GET /conferences/{id}/programme.docx", web.SignedIn, s.docx)
	site.Handle("POST /conferences/{id}/programme/visibility", web.SignedIn, s.set)
	site.Handle("POST /conferences/{id}/materials", web.SignedIn, s.add)
	site.Handle("GET /conferences/{id}/materials/{material}", web.SignedIn, s.material)
	site.Handle("GET /conferences/{id}/materials/{material}/{n}", web.SignedIn, s.material)
	site.Handle("POST /conferences/{id}/materials/{material}", web.SignedIn, s.replace)
	site.Handle("POST /conferences/{id}/materials/{material}/opening", web.SignedIn, s.open)
	site.Handle("POST /conferences/{id}/materials/{material}/removal", web.SignedIn, s.remove)
	site.Handle("GET /conferences/patterns", web.SignedIn, s.patterns)
	site.Handle("GET /conferences/{id}/copy", web.SignedIn, s.copyForm)
	site.Handle("POST /conferences/{id}/copies", web.SignedIn, s.copy)
	s.registerPhotos()
	s.registerOutside()
}

// showPage is the day of a conference.
type showPage struct {
	web.Page
	Conference conference.Conference
	Settings   Settings
	Materials  map[string][]Material // by topic
	Photos     []Photo
	MayArrange bool
	Typed      url.Values
	Wrong      map[string]fault.Text
	Message    fault.Text
	Base       string
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error { return s.page(w, r, nil) }

func (s *server) page(w http.ResponseWriter, r *http.Request, failed error) error {
	p := showPage{Page: s.site.Page(r, "programme.title"), Materials: map[string][]Material{}, Typed: r.PostForm, Base: s.base}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message, fault.TooLarge)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Settings, err = settings(ctx, tx, p.Conference.ID); err != nil {
			return err
		}
		all, err := materials(ctx, tx, p.Conference.ID, false)
		if err != nil {
			return err
		}
		p.Materials = byTopic(all)
		p.Photos, err = photos(ctx, tx, p.Conference.ID)
		return err
	}); err != nil {
		return err
	}
	p.MayArrange = mayArrange(p.Actor, p.Conference) == nil
	return web.Render(w, r, status, showView(p))
}

func byTopic(all []Material) map[string][]Material {
	m := map[string][]Material{}
	for _, x := range all {
		m[x.Topic] = append(m[x.Topic], x)
	}
	return m
}

func (p showPage) path() string { return "/conferences/" + p.Conference.ID }

func (s *server) set(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Set(ctx, tx, by, id, web.Version(r), Visibility(r.PostFormValue("visibility")), r.PostFormValue("pattern") != "")
	}); err != nil {
		return s.page(w, r, err)
	}
	return web.SeeSaid(w, r, "programme.said.set", "/conferences/%s/programme", id)
}

// editPage is the form of the day: as many rows as are typed.
type editPage struct {
	web.Page
	Conference conference.Conference
	Version    int64
	Rows       []conference.Topic
	Wrong      map[string]fault.Text
	Message    fault.Text
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := editPage{Page: s.site.Page(r, "programme.edit")}
	if err := s.find(r, &p); err != nil {
		return err
	}
	p.Version, p.Rows = p.Conference.Version, p.Conference.Topics
	if len(p.Rows) == 0 {
		p.Rows = []conference.Topic{{Sort: "opening", Title: p.T("programme.row.opening"), Start: p.Conference.Start}, {Sort: "topic"}, {Sort: "break"}, {Sort: "topic"}}
	}
	return web.Render(w, r, http.StatusOK, editView(p))
}

func (s *server) find(r *http.Request, p *editPage) error {
	return s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Conference, err = mine(ctx, tx, p.Actor, r.PathValue("id"))
		return err
	})
}

const mostRows = 60

// rows reads the rows of the form as they were typed.
func rows(v url.Values) []conference.Topic {
	n, err := strconv.Atoi(v.Get("rows"))
	if err != nil {
		return nil
	}
	var all []conference.Topic
	for i := range min(max(0, n), mostRows) {
		get := func(name string) string { return v.Get(name + "-" + strconv.Itoa(i)) }
		all = append(all, conference.Topic{
			ID: get("id"), Sort: get("sort"), Start: get("start"), End: get("end"), Title: get("title"), Speaker: get("speaker"), SpeakerTitle: get("speaker-title"),
		})
	}
	return all
}

// changed does what a button on the form asks: add, up-2, down-2, remove-2; it reports
// whether there was such a button.
func changed(all []conference.Topic, button string) ([]conference.Topic, bool) {
	deed, at, _ := strings.Cut(button, "-")
	i, err := strconv.Atoi(at)
	if deed == "add" {
		return append(all, conference.Topic{Sort: "topic"}), true
	}
	if err != nil || i < 0 || i >= len(all) {
		return all, button != ""
	}
	switch deed {
	case "up":
		if i > 0 {
			all[i-1], all[i] = all[i], all[i-1]
		}
	case "down":
		if i+1 < len(all) {
			all[i+1], all[i] = all[i], all[i+1]
		}
	case "remove":
		all = append(all[:i], all[i+1:]...)
	}
	return all, true
}

func (s *server) save(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := editPage{Page: s.site.Page(r, "programme.edit"), Version: web.Version(r), Rows: rows(v)}
	if all, ok := changed(p.Rows, v.Get("row")); ok {
		p.Rows = all
		if err := s.find(r, &p); err != nil {
			return err
		}
		return web.Render(w, r, http.StatusOK, editView(p))
	}
	id := r.PathValue("id")
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return conference.SetTopics(ctx, tx, p.Actor, id, p.Version, p.Rows)
	})
	if err == nil {
		return web.SeeSaid(w, r, "programme.said.saved", "/conferences/%s/programme", id)
	}
	if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
		return err
	}
	if ferr := s.find(r, &p); ferr != nil {
		return ferr
	}
	return web.Render(w, r, web.Status(err), editView(p))
}

func (s *server) calendar(w http.ResponseWriter, r *http.Request) error {
	p := s.site.Page(r, "programme.title")
	var c conference.Conference
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	address := ""
	if s.base != "" {
		address = s.base + "/conferences/" + c.ID
	}
	return send(w, "hoi-nghi.ics", "text/calendar; charset=utf-8; method=PUBLISH", Calendar(c, p.Now, address))
}

func (s *server) docx(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	var p paper.Print
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = Sheet(ctx, tx, by, r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	b, err := p.Docx()
	if err != nil {
		return err
	}
	return send(w, "chuong-trinh.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b)
}

// send answers with a file that was made for this reader alone.
func send(w http.ResponseWriter, name, kind string, b []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("Cache-Control", "private, no-store")
	_, err := w.Write(b)
	return err
}

type patternsPage struct {
	web.Page
	Patterns []Pattern
}

func (s *server) patterns(w http.ResponseWriter, r *http.Request) error {
	p := patternsPage{Page: s.site.Page(r, "programme.patterns")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Patterns, err = Patterns(ctx, tx, p.Actor)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, patternsView(p))
}

// copyPage is the form of a conference like another.
type copyPage struct {
	web.Page
	Conference conference.Conference
	Copy       Copy
	DayTyped   string
	Wrong      map[string]fault.Text
	Message    fault.Text
}

func (s *server) copyForm(w http.ResponseWriter, r *http.Request) error {
	return s.copyPage(w, r, copyPage{Page: s.site.Page(r, "programme.copy")}, nil)
}

func (s *server) copyPage(w http.ResponseWriter, r *http.Request, p copyPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Conference, err = mine(ctx, tx, p.Actor, r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	if failed == nil {
		p.Copy = Copy{Title: p.Conference.Title, Start: p.Conference.Start, Units: true}
	}
	return web.Render(w, r, status, copyView(p))
}

func (s *server) copy(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	f := Copy{Title: v.Get("title"), Start: v.Get("start"), Units: v.Get("units") != ""}
	f.Day, _ = vn.ParseDay(v.Get("day")) // a bad day is none, which is refused
	made, again := conference.Conference{}, ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if made, err = CopyOf(ctx, tx, by, id, f, s.more); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/conferences/"+made.ID)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.copyPage(w, r, copyPage{Page: s.site.Page(r, "programme.copy"), Copy: f, DayTyped: v.Get("day")}, err)
	}
	return web.SeeSaid(w, r, "programme.said.copied", "/conferences/%s", made.ID)
}
