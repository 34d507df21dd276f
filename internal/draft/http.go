package draft

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/live"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

type server struct {
	site *web.Site
	db   *db.DB
	hub  *live.Hub
	of   Owners
}

// Register adds the pages of this package to the site; of are the slices whose records
// have a text.
func Register(site *web.Site, d *db.DB, hub *live.Hub, of Owners) {
	s := &server{site, d, hub, of}
	const at = " /drafts/{kind}/{id}"
	site.Handle("GET"+at, web.SignedIn, s.show)
	site.Handle("POST"+at, web.SignedIn, s.save)
	site.Handle("GET"+at+"/edit", web.SignedIn, s.edit)
	site.Handle("GET"+at+"/live", web.SignedIn, s.live)
	site.Handle("POST"+at+"/presence", web.SignedIn, s.presence)
	site.Handle("POST"+at+"/import", web.SignedIn, s.bring)
	site.Handle("GET"+at+"/text.docx", web.SignedIn, s.docx)
	site.Handle("GET"+at+"/aside", web.SignedIn, s.aside)
	site.Handle("POST"+at+"/aside", web.SignedIn, s.take)
	site.Handle("POST"+at+"/aside/removal", web.SignedIn, s.drop)
	site.Handle("POST"+at+"/versions", web.SignedIn, s.name)
	site.Handle("GET"+at+"/versions/{v}", web.SignedIn, s.version)
	site.Handle("GET"+at+"/comparison", web.SignedIn, s.compare)
	site.Handle("POST"+at+"/restoration", web.SignedIn, s.restore)
	site.Handle("POST /drafts/pasted", web.SignedIn, s.pasted)
	hub.Paint("draft/", paint)
}

func of(r *http.Request) Of { return Of{r.PathValue("kind"), r.PathValue("id")} }

// find returns the record of the request as the reader sees it.
func (s *server) find(ctx context.Context, tx *db.Tx, r *http.Request) (Subject, error) {
	return s.of.Find(ctx, tx, auth.FromContext(r.Context()), of(r))
}

type showPage struct {
	web.Page
	Subject  Subject
	Text     Text
	Versions []Version
	History  []Text
	Editors  []string
	Aside    bool
	Note     string // as typed
	Wrong    map[string]fault.Text
	Message  fault.Text
}

const shownTexts = 30

func (s *server) show(w http.ResponseWriter, r *http.Request) error { return s.shown(w, r, nil) }

// shown shows the text that stands, after a failed deed with what was typed.
func (s *server) shown(w http.ResponseWriter, r *http.Request, failed error) error {
	p := showPage{Page: s.site.Page(r, "draft.title"), Note: r.PostFormValue("note")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message, fault.TooLarge)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Subject, err = s.find(ctx, tx, r); err != nil {
			return err
		}
		if p.Text, err = Get(ctx, tx, p.Subject); err != nil {
			return err
		}
		if p.Versions, err = Versions(ctx, tx, p.Subject); err != nil {
			return err
		}
		if p.History, err = History(ctx, tx, p.Subject, shownTexts); err != nil {
			return err
		}
		if p.Editors, err = editors(ctx, tx, p.Subject.Of); err != nil {
			return err
		}
		_, p.Aside, err = AsideOf(ctx, tx, p.Actor, p.Subject)
		return err
	})
	if err != nil {
		return err
	}
	p.Title = p.T("draft.of", p.Subject.Title)
	return web.Render(w, r, status, showView(p))
}

func (s *server) name(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if done, err := s.site.Done(r.Context(), r); err != nil || done != "" {
		return web.See(w, r, "%s", done)
	}
	var v Version
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		sub, err := s.find(ctx, tx, r)
		if err != nil {
			return err
		}
		if v, err = Name(ctx, tx, by, sub, web.Version(r), r.PostFormValue("note")); err != nil {
			return err
		}
		_, err = s.site.Once(ctx, tx, r, of(r).Path())
		return err
	})
	if err != nil {
		return s.shown(w, r, err)
	}
	return web.SeeSaid(w, r, "draft.said.named", "%s/versions/%d", of(r).Path(), v.V)
}

type versionPage struct {
	web.Page
	Subject Subject
	Version Version
}

func (s *server) version(w http.ResponseWriter, r *http.Request) error {
	p := versionPage{Page: s.site.Page(r, "draft.title")}
	n, err := strconv.ParseInt(r.PathValue("v"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "error.not_found")
	}
	err = s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Subject, err = s.find(ctx, tx, r); err != nil {
			return err
		}
		p.Version, err = VersionOf(ctx, tx, p.Subject, n)
		return err
	})
	if err != nil {
		return err
	}
	p.Title = p.T("draft.n", n)
	return web.Render(w, r, http.StatusOK, versionView(p))
}

// A side is one of two texts that are compared: "now", "v2" a version, "n17" a text
// that was saved.
type side struct {
	key string
	doc prose.Doc
}

func (s *server) side(ctx context.Context, tx *db.Tx, sub Subject, key string) (side, error) {
	if key == "now" || key == "" {
		t, err := Get(ctx, tx, sub)
		return side{"now", t.Doc}, err
	}
	n, err := strconv.ParseInt(key[1:], 10, 64)
	switch {
	case err == nil && key[0] == 'v':
		v, err := VersionOf(ctx, tx, sub, n)
		return side{key, v.Doc}, err
	case err == nil && key[0] == 'n':
		t, err := TextOf(ctx, tx, sub, n)
		return side{key, t.Doc}, err
	}
	return side{}, fault.New(fault.NotFound, "error.not_found")
}

type comparePage struct {
	web.Page
	Subject  Subject
	From, To string
	Versions []Version
	History  []Text
	Changes  []prose.Change
	All      bool // also what is the same
	N        int64
	Message  fault.Text
}

func (s *server) compare(w http.ResponseWriter, r *http.Request) error { return s.compared(w, r, nil) }

func (s *server) compared(w http.ResponseWriter, r *http.Request, failed error) error {
	q := r.URL.Query()
	p := comparePage{Page: s.site.Page(r, "draft.compare"), All: q.Get("all") != ""}
	var wrong map[string]fault.Text
	status, ok := web.Refused(failed, &wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Subject, err = s.find(ctx, tx, r); err != nil {
			return err
		}
		if p.Versions, err = Versions(ctx, tx, p.Subject); err != nil {
			return err
		}
		if p.History, err = History(ctx, tx, p.Subject, shownTexts); err != nil {
			return err
		}
		now, err := Get(ctx, tx, p.Subject)
		if err != nil {
			return err
		}
		p.N = now.N
		from := q.Get("from")
		if failed != nil {
			from = r.PostFormValue("of")
		}
		if from == "" && len(p.Versions) > 0 {
			from = "v" + strconv.FormatInt(p.Versions[0].V, 10)
		}
		a, err := s.side(ctx, tx, p.Subject, from)
		if err != nil {
			return err
		}
		b, err := s.side(ctx, tx, p.Subject, q.Get("to"))
		if err != nil {
			return err
		}
		p.From, p.To, p.Changes = a.key, b.key, prose.Compare(a.doc, b.doc)
		return nil
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, status, compareView(p))
}

// restore makes an earlier text the one that stands.
func (s *server) restore(w http.ResponseWriter, r *http.Request) error {
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		sub, err := s.find(ctx, tx, r)
		if err != nil {
			return err
		}
		a, err := s.side(ctx, tx, sub, r.PostFormValue("of"))
		if err != nil {
			return err
		}
		return Restore(ctx, tx, auth.FromContext(r.Context()), sub, web.Version(r), a.doc)
	})
	if err != nil {
		return s.compared(w, r, err)
	}
	return web.SeeSaid(w, r, "draft.said.restored", "%s", of(r).Path())
}

// docx sends a text as a file for Word.
func (s *server) docx(w http.ResponseWriter, r *http.Request) error {
	var sub Subject
	var a side
	var at Text
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if sub, err = s.find(ctx, tx, r); err != nil {
			return err
		}
		if at, err = Get(ctx, tx, sub); err != nil {
			return err
		}
		a, err = s.side(ctx, tx, sub, r.URL.Query().Get("of"))
		return err
	})
	if err != nil {
		return err
	}
	first := "DỰ THẢO"
	if n, ok := strings.CutPrefix(a.key, "v"); ok {
		first += " LẦN " + n
	}
	b, err := file(sub.Title, first, a.doc, at.At)
	if err != nil {
		return err
	}
	return web.Send(w, "du-thao-"+strings.ReplaceAll(vn.Fold(short(sub.Title)), " ", "-")+".docx", docxKind, b)
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return strings.TrimSpace(string(r[:60]))
	}
	return s
}
