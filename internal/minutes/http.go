package minutes

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/paper"
	"nhipcau/internal/programme"
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
	asked Questions
}

// Register adds the pages of this package to the site; asked hands over the questions
// of a conference for its draft, nil if nothing knows them.
func Register(site *web.Site, d *db.DB, files *file.Store, asked Questions) {
	s := &server{site, d, files, asked}
	site.Door("conference after", "minutes.title", "/conferences/%s/minutes")
	site.Door("conference closed", "minutes.title", "/conferences/%s/minutes")
	site.Handle("GET /conferences/{id}/minutes", web.SignedIn, s.show)
	site.Handle("POST /conferences/{id}/minutes", web.SignedIn, s.save)
	site.Handle("GET /conferences/{id}/minutes/edit", web.SignedIn, s.edit)
	site.Handle("GET /conferences/{id}/minutes.docx", web.SignedIn, s.docx)
	site.Handle("POST /conferences/{id}/minutes/draft", web.SignedIn, s.begin)
	site.Handle("POST /conferences/{id}/minutes/signatures", web.SignedIn, s.sign)
	site.Handle("POST /conferences/{id}/minutes/paper", web.SignedIn, s.issue)
}

// showPage is the minutes, or an earlier text of them.
type showPage struct {
	web.Page
	Minutes
	Shown    int64 // which text
	Text     []Section
	Photos   []programme.Photo
	MayWrite bool
	MaySign  Part // "" if who reads signs nothing now
	MayIssue bool
	Message  fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error { return s.page(w, r, nil) }

func (s *server) page(w http.ResponseWriter, r *http.Request, failed error) error {
	p := showPage{Page: s.site.Page(r, "minutes.title")}
	status := http.StatusOK
	if failed != nil {
		f := fault.Of(failed)
		if f.Kind != fault.Invalid && f.Kind != fault.Conflict {
			return failed
		}
		status, p.Message = web.Status(failed), f.Text
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Minutes, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Photos, err = programme.Photos(ctx, tx, p.Actor, r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	p.Shown, p.Text = p.N, p.Sections
	if n, err := strconv.ParseInt(r.URL.Query().Get("n"), 10, 64); err == nil {
		for _, e := range p.Editions {
			if e.N == n {
				p.Shown, p.Text = n, e.sections
			}
		}
	}
	p.MayWrite = mayWrite(p.Actor, p.Conference) == nil
	if part, err := p.next(p.Actor); err == nil && p.N > 0 && p.Shown == p.N && p.Conference.State == conference.Closed {
		p.MaySign = part
	}
	p.MayIssue = p.Done() && p.Paper.ID == "" && mayChair(p.Actor, p.Conference) == nil
	return web.Render(w, r, status, showView(p))
}

func (p showPage) path() string { return "/conferences/" + p.Conference.ID + "/minutes" }

func (s *server) act(w http.ResponseWriter, r *http.Request, said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, by, id) }); err != nil {
		return s.page(w, r, err)
	}
	return web.SeeSaid(w, r, said, "/conferences/%s/minutes", id)
}

func (s *server) begin(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "minutes.said.begun", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Begin(ctx, tx, by, id, s.asked)
	})
}

func (s *server) sign(w http.ResponseWriter, r *http.Request) error {
	return s.act(w, r, "minutes.said.signed", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Sign(ctx, tx, by, id, web.Version(r))
	})
}

func (s *server) issue(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	var n paper.Paper
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = Issue(ctx, tx, by, id)
		return err
	}); err != nil {
		return s.page(w, r, err)
	}
	// The number stands; if the bytes cannot be kept now, the job keeps them.
	if _, err := paper.Keep(r.Context(), s.db, s.files, n.ID); err != nil {
		s.site.Log.WarnContext(r.Context(), "keeping issued minutes", "paper", n.ID, "err", err)
	}
	return web.SeeSaid(w, r, "minutes.said.issued", "/papers/%s", n.ID)
}

// docx sends the paper that was issued, else a draft.
func (s *server) docx(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	var p paper.Print
	var m Minutes
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if m, err = Get(ctx, tx, by, id); err != nil {
			return err
		}
		p, err = Draft(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	if m.Paper.ID != "" {
		f, err := paper.Keep(r.Context(), s.db, s.files, m.Paper.ID)
		if err != nil {
			return err
		}
		return s.files.Serve(w, r, f)
	}
	b, err := p.Docx()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
	h.Set("Content-Disposition", `attachment; filename="du-thao-BB.docx"`)
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("Cache-Control", "private, no-store")
	_, err = w.Write(b)
	return err
}

// editPage is the form of the text.
type editPage struct {
	web.Page
	Minutes
	Typed   []Section
	Seen    int64
	Reason  string
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := editPage{Page: s.site.Page(r, "minutes.edit")}
	if err := s.find(r, &p); err != nil {
		return err
	}
	p.Typed, p.Seen = append(p.Sections, Section{}), p.N
	return web.Render(w, r, http.StatusOK, editView(p))
}

func (s *server) find(r *http.Request, p *editPage) error {
	return s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Minutes, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.N == 0 {
			return fault.New(fault.NotFound, "error.not_found")
		}
		return mayWrite(p.Actor, p.Conference)
	})
}

func typed(v url.Values) (all []Section) {
	for i, title := range v["title"] {
		text := ""
		if i < len(v["text"]) {
			text = v["text"][i]
		}
		all = append(all, Section{title, text})
	}
	return all
}

func (s *server) save(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := editPage{Page: s.site.Page(r, "minutes.edit"), Typed: typed(v), Seen: web.Version(r), Reason: v.Get("reason")}
	id := r.PathValue("id")
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Save(ctx, tx, p.Actor, id, p.Seen, p.Typed, p.Reason)
	})
	if err == nil {
		return web.SeeSaid(w, r, "minutes.said.saved", "/conferences/%s/minutes", id)
	}
	if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
		return err
	}
	if ferr := s.find(r, &p); ferr != nil {
		return ferr
	}
	return web.Render(w, r, web.Status(err), editView(p))
}
