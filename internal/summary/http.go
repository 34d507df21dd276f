package summary

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
	"nhipcau/internal/wording"
)

const gathered = 20 // units whose words stand beside each other

type server struct {
	site    *web.Site
	db      *db.DB
	sources form.Sources
}

// Register adds the pages of this package to the site; sources are what tally items
// of forms are read from.
func Register(site *web.Site, d *db.DB, sources form.Sources) {
	s := &server{site, d, sources}
	site.Door("period unit", "summary.door", "/periods/%s/summary/%s")
	site.Handle("GET /periods/{id}/summary/{key}", web.SignedIn, s.show)
	site.Handle("GET /periods/{id}/summary/{key}/{item}", web.SignedIn, s.edit)
	site.Handle("POST /periods/{id}/summary/{key}/{item}", web.SignedIn, s.write)
	site.Handle("POST /periods/{id}/summary/{key}/{item}/takes", web.SignedIn, s.take)
	site.Handle("GET /forms/{id}/sentences", web.SignedIn, s.sentences)
	site.Handle("POST /forms/{id}/sentences/{item}", web.SignedIn, s.word)
}

func href(period, unitKey string) string { return "/periods/" + period + "/summary/" + unitKey }

type showPage struct {
	web.Page
	Summary
	May  bool // write
	Keep bool // the form
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	p := showPage{Page: s.site.Page(r, "summary.title")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Summary, err = Get(ctx, tx, p.Actor, s.sources, r.PathValue("id"), r.PathValue("key"))
		return err
	}); err != nil {
		return err
	}
	p.Title = p.Unit.Name
	p.May = mayWrite(p.Actor, p.Unit.ID) == nil
	p.Keep = form.MayKeep(p.Actor, p.Round.Form.Unit) == nil
	return web.Render(w, r, http.StatusOK, showView(p))
}

// A shownPiece is words, or a figure with where it opens and what it was.
type shownPiece struct {
	Text, Href, Was string
	Exact           string // of a bound
	Figure, Moved   bool
}

// pieces are a passage as it is shown.
func (s Summary) pieces(x Passage) (all []shownPiece) {
	for _, p := range x.Sentence {
		now, _ := p.Write(s.Figures)
		if p.Sort == wording.Plain {
			all = append(all, shownPiece{Text: now})
			continue
		}
		was, _ := p.Write(x.Then)
		all = append(all, shownPiece{Text: now, Href: s.Href(p.Key), Was: was, Exact: p.Exact(s.Figures), Figure: true, Moved: x.N > 0 && was != now})
	}
	return all
}

type editPage struct {
	web.Page
	Summary
	Passage Passage
	Text    string   // as it is typed
	N       int64    // of the one that was seen
	Stands  bool     // another than was seen stands, and is shown
	Top     org.Unit // whose units' words stand beside
	Others  []Told   // of all of them, those that have written something
	Groups  []Told   // of all of them, those that have units under them
	Next    tally.Place
	Wrong   map[string]fault.Text
	Message fault.Text
}

// taken reports whether the words of a unit were taken over.
func (p editPage) taken(key string) bool {
	for _, k := range p.Passage.From {
		if k.Key == key {
			return true
		}
	}
	return false
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error { return s.editPage(w, r, nil) }

func (s *server) editPage(w http.ResponseWriter, r *http.Request, failed error) error {
	p := editPage{Page: s.site.Page(r, "summary.edit")}
	query := r.URL.Query()
	after, _ := strconv.Atoi(query.Get("after")) // from the beginning
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Summary, err = Get(ctx, tx, p.Actor, s.sources, r.PathValue("id"), r.PathValue("key")); err != nil {
			return err
		}
		if err := mayWrite(p.Actor, p.Unit.ID); err != nil {
			return err
		}
		if p.Passage, err = p.passage(r.PathValue("item")); err != nil {
			return err
		}
		var all []Told
		p.Top, all, p.Next, err = p.Gathered(ctx, tx, p.Actor, p.Passage.Item.Key, cmp.Or(query.Get("under"), p.Unit.Key), tally.Place(after), gathered)
		p.Others = slices.DeleteFunc(slices.Clone(all), func(t Told) bool { return t.Text == "" })
		p.Groups = slices.DeleteFunc(all, func(t Told) bool { return t.Leaf })
		return err
	}); err != nil {
		return err
	}
	p.Title, p.Text, p.N = p.Passage.Item.Label, p.Passage.Text, p.Passage.N
	if _, typed := r.PostForm["text"]; failed != nil && typed {
		p.Text = r.PostFormValue("text")
		p.N = web.Version(r)
		if fault.Is(failed, fault.Conflict) {
			p.N, p.Stands = p.Passage.N, true
		}
	}
	return web.Render(w, r, status, editView(p))
}

func (s *server) write(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id, key, item := s.site.Page(r, "summary.title").Actor, r.PathValue("id"), r.PathValue("key"), r.PathValue("item")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Write(ctx, tx, by, s.sources, id, key, item, web.Version(r), v.Get("text"))
	}); err != nil {
		return s.editPage(w, r, err)
	}
	return web.SeeSaid(w, r, "summary.said.written", "/periods/%s/summary/%s", id, key)
}

func (s *server) take(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id, key, item := s.site.Page(r, "summary.title").Actor, r.PathValue("id"), r.PathValue("key"), r.PathValue("item")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Take(ctx, tx, by, s.sources, id, key, item, v.Get("from"), web.Version(r))
	}); err != nil {
		return s.editPage(w, r, err)
	}
	return web.SeeSaid(w, r, "summary.said.taken", "/periods/%s/summary/%s/%s?under=%s", id, key, item, r.URL.Query().Get("under"))
}

type sentencesPage struct {
	web.Page
	Form      form.Form
	Sentences map[string]string
	Wrong     map[string]fault.Text
	Message   fault.Text
}

func (s *server) sentences(w http.ResponseWriter, r *http.Request) error {
	return s.sentencesPage(w, r, nil)
}

func (s *server) sentencesPage(w http.ResponseWriter, r *http.Request, failed error) error {
	p := sentencesPage{Page: s.site.Page(r, "summary.sentences")}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Form, err = form.Owned(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Sentences, err = Sentences(ctx, tx, p.Form.ID)
		return err
	}); err != nil {
		return err
	}
	if failed != nil {
		p.Sentences[r.PathValue("item")] = r.PostFormValue("text")
	}
	return web.Render(w, r, status, sentencesView(p))
}

func (s *server) word(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by := s.site.Page(r, "summary.sentences").Actor
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Word(ctx, tx, by, r.PathValue("id"), r.PathValue("item"), v.Get("text"))
	}); err != nil {
		return s.sentencesPage(w, r, err)
	}
	return web.SeeSaid(w, r, "summary.said.worded", "/forms/%s/sentences", r.PathValue("id"))
}
