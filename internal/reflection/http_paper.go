package reflection

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/web"
)

// maxFile is the largest file of a paper, in bytes.
const maxFile = 10 << 20

func (s *server) registerPapers() {
	s.site.Handle("GET /conferences/{id}/reflections/papers/{member}", web.SignedIn, s.paper)
	s.site.Handle("GET /conferences/{id}/reflections/papers/{member}/entry", web.SignedIn, s.entry)
	s.site.Handle("POST /conferences/{id}/reflections/papers/{member}/entry", web.SignedIn, s.enter)
	s.site.Handle("POST /conferences/{id}/reflections/papers/{member}/withdrawal", web.SignedIn, s.deed("reflection.said.withdrawn", func(ctx context.Context, tx *db.Tx, d deed) error {
		return Withdraw(ctx, tx, d.by, d.id, d.member, d.version, d.form.Get("reason"))
	}))
	s.site.Handle("POST /conferences/{id}/reflections/papers/{member}/return", web.SignedIn, s.deed("reflection.said.returned", func(ctx context.Context, tx *db.Tx, d deed) error {
		return Return(ctx, tx, d.by, d.id, d.member, d.version, d.form.Get("reason"))
	}))
	s.site.Handle("POST /conferences/{id}/reflections/papers/{member}/acceptance", web.SignedIn, s.deed("reflection.said.accepted", func(ctx context.Context, tx *db.Tx, d deed) error {
		return Accept(ctx, tx, d.by, d.id, d.member, d.version)
	}))
	s.site.Handle("POST /conferences/{id}/reflections/papers/{member}/grade", web.SignedIn, s.deed("reflection.said.graded", func(ctx context.Context, tx *db.Tx, d deed) error {
		return Grade(ctx, tx, d.by, d.id, d.member, d.version, parsePoints(d.form.Get("grade")), d.form.Get("note"))
	}))
	s.site.Handle("GET /conferences/{id}/reflections/papers/{member}/file", web.SignedIn, s.file)
	s.site.Handle("GET /conferences/{id}/reflections/papers/{member}/against/{other}", web.SignedIn, s.against)
}

// paperPage is somebody's paper: to be written, to be read, or to be graded.
type paperPage struct {
	web.Page
	Set      Set
	Person   Person
	Paper    Paper // that stands, N 0 if there is none
	Draft    Paper
	Events   []Event
	Alike    []Alike
	Compared bool // whether papers alike could be looked for
	Own      bool
	MayEnter bool
	MayGrade bool
	Typed    url.Values
	Wrong    map[string]fault.Text
	Message  fault.Text
}

// mine is a person's own paper.
func (s *server) mine(w http.ResponseWriter, r *http.Request) error {
	by, key := auth.FromContext(r.Context()), ""
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		key, err = myKey(ctx, tx, by)
		return err
	}); err != nil {
		return err
	}
	return s.show1(w, r, paperPage{Page: s.site.Page(r, "reflection.mine")}, key, http.StatusOK)
}

func (s *server) paper(w http.ResponseWriter, r *http.Request) error {
	return s.show1(w, r, paperPage{Page: s.site.Page(r, "reflection.paper")}, r.PathValue("member"), http.StatusOK)
}

// entry is the page to enter a paper for somebody else.
func (s *server) entry(w http.ResponseWriter, r *http.Request) error { return s.paper(w, r) }

// show1 shows one paper; its text is for its author, those who grade and, as a draft,
// those who may enter it.
func (s *server) show1(w http.ResponseWriter, r *http.Request, p paperPage, key string, status int) error {
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Set, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Person, err = PersonOf(ctx, tx, p.Actor, p.Set, key); err != nil {
			return err
		}
		return p.load(ctx, tx)
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, paperView(p))
}

func (p *paperPage) load(ctx context.Context, tx *db.Tx) (err error) {
	id, m := p.Set.Conference, p.Person
	p.Own = p.Actor.Member != 0 && p.Actor.Member == m.Member
	p.MayGrade = mayGrade(p.Actor, p.Set, m) == nil
	enters := mayHandIn(p.Actor, m) == nil
	p.MayEnter = enters && p.Set.State == Opened && (m.State == Nothing || m.State == Returned)
	if !enters && !p.MayGrade {
		return fault.New(fault.Denied, "reflection.error.may_read")
	}
	if p.Events, err = events(ctx, tx, id, m.Member); err != nil {
		return err
	}
	if p.MayEnter {
		if p.Draft, err = draftOf(ctx, tx, id, m.Member); err != nil {
			return err
		}
	}
	if m.N == 0 || m.State == Nothing || !p.Own && !p.MayGrade {
		return nil
	}
	if p.Paper, err = version(ctx, tx, id, m.Member, m.N); err != nil || !p.MayGrade {
		return err
	}
	p.Alike, p.Compared, err = AlikeTo(ctx, tx, p.Actor, p.Set, m)
	return err
}

// base is the address of the person's paper.
func (p paperPage) base() string {
	return p.Set.base() + "/papers/" + url.PathEscape(p.Person.MemberKey)
}

// answer is what stands in the field of a question: typed, of the draft, or of the
// version that was returned.
func (p paperPage) answer(i int) string {
	switch {
	case p.Typed != nil:
		return p.Typed.Get(field(i))
	case p.Draft.Version > 0 && i < len(p.Draft.Answers):
		return p.Draft.Answers[i]
	case p.Draft.Version == 0 && i < len(p.Paper.Answers):
		return p.Paper.Answers[i]
	}
	return ""
}

func (s *server) enter(w http.ResponseWriter, r *http.Request) error {
	p := paperPage{Page: s.site.Page(r, "reflection.paper")}
	id, key := r.PathValue("id"), r.PathValue("member")
	f, name, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	if f != nil {
		defer f.Close()
	}
	p.Typed = r.PostForm
	if r.MultipartForm != nil {
		p.Typed = r.MultipartForm.Value
	}
	var set Set
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		set, _, err = entry(ctx, tx, p.Actor, id, key)
		return err
	}); err != nil {
		return s.again(w, r, p, key, err)
	}
	up, err := s.upload(f, name)
	if err != nil {
		return s.again(w, r, p, key, err)
	}
	up.Drop = p.Typed.Get("drop") != "" && up.Blob.SHA256 == ""
	var answers []string
	for i := range set.Questions {
		answers = append(answers, p.Typed.Get(field(i)))
	}
	v := number(p.Typed.Get("version"))
	// Kept first: what is refused when handing in, the file above all, is not lost.
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Keep(ctx, tx, p.Actor, id, key, v, answers, up) }); err != nil {
		return s.again(w, r, p, key, err)
	}
	said := "reflection.said.kept"
	if p.Typed.Get("do") == "hand" {
		said = "reflection.said.handed"
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			return HandIn(ctx, tx, p.Actor, id, key, v+1, answers, Upload{})
		}); err != nil {
			return s.again(w, r, p, key, err)
		}
	}
	return web.SeeSaid(w, r, said, "%s", s.back(r, p.Actor, key))
}

// back is the page a person sees after a deed: those who enter for others see that
// person's.
func (s *server) back(r *http.Request, _ auth.Actor, key string) string {
	return "/conferences/" + url.PathEscape(r.PathValue("id")) + "/reflections/papers/" + url.PathEscape(key)
}

// upload keeps a file and reads its text, if it has any; no file is no upload.
func (s *server) upload(f io.Reader, name string) (Upload, error) {
	if name == "" {
		return Upload{}, nil
	}
	var b bytes.Buffer
	blob, err := s.files.Put(name, io.TeeReader(f, &b), maxFile, file.DOCX, file.PDF, file.JPEG, file.PNG)
	if err != nil {
		return Upload{}, err
	}
	up := Upload{Blob: blob}
	if blob.Kind == file.DOCX {
		up.Text = docxText(b.Bytes())
	}
	return up, nil
}

// again shows a paper with what was typed and what is wrong with it.
func (s *server) again(w http.ResponseWriter, r *http.Request, p paperPage, key string, err error) error {
	if _, ok := web.Refused(err, &p.Wrong, &p.Message, fault.TooLarge); !ok {
		return err
	}
	return s.show1(w, r, p, key, web.Status(err))
}

// A deed is what is done to somebody's paper by a form.
type deed struct {
	by         auth.Actor
	id, member string
	version    int64
	form       url.Values
}

// deed answers with what a verb does to a paper; what is wrong is said on its page.
func (s *server) deed(said string, verb func(ctx context.Context, tx *db.Tx, d deed) error) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := web.Form(r)
		if err != nil {
			return err
		}
		d := deed{auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("member"), web.Version(r), v}
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, d) }); err != nil {
			return s.again(w, r, paperPage{Page: s.site.Page(r, "reflection.paper"), Typed: v}, d.member, err)
		}
		return web.SeeSaid(w, r, said, "%s", s.back(r, d.by, d.member))
	}
}

// file sends the file of a paper: of the one that stands, or of the draft.
func (s *server) file(w http.ResponseWriter, r *http.Request) error {
	p := paperPage{Page: s.site.Page(r, "reflection.paper")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Set, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Person, err = PersonOf(ctx, tx, p.Actor, p.Set, r.PathValue("member")); err != nil {
			return err
		}
		return p.load(ctx, tx)
	}); err != nil {
		return err
	}
	f := p.Paper.File
	if r.URL.Query().Get("draft") != "" {
		f = p.Draft.File
	}
	if f.ID == "" {
		return notFound()
	}
	return s.files.Serve(w, r, f)
}

// againstPage shows two papers beside each other where they are alike.
type againstPage struct {
	web.Page
	Set         Set
	Here, There Person
	Percent     int64
	Passages    []Passage
}

func (s *server) against(w http.ResponseWriter, r *http.Request) error {
	p := againstPage{Page: s.site.Page(r, "reflection.against")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Set, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Here, err = PersonOf(ctx, tx, p.Actor, p.Set, r.PathValue("member")); err != nil {
			return err
		}
		if err := mayGrade(p.Actor, p.Set, p.Here); err != nil {
			return err
		}
		if p.There, err = PersonOf(ctx, tx, p.Actor, p.Set, r.PathValue("other")); err != nil {
			return err
		}
		if p.Actor.Unit != p.Set.Unit && !p.Actor.Covers(p.There.path) || p.Here.State == Nothing || p.There.State == Nothing {
			return notFound()
		}
		here, err := version(ctx, tx, p.Set.Conference, p.Here.Member, p.Here.N)
		if err != nil {
			return err
		}
		there, err := version(ctx, tx, p.Set.Conference, p.There.Member, p.There.N)
		if err != nil {
			return err
		}
		p.Percent, p.Passages, err = compare(ctx, tx, p.Set, here.text(), there.text())
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, againstView(p))
}

// Href returns the page of a paper by the id of a post's source.
func Href(id, unitKey, _ string) string {
	for i := range id {
		if id[i] == ':' {
			return "/conferences/" + id[:i] + "/reflections/papers?unit=" + url.QueryEscape(unitKey)
		}
	}
	return "/conferences/" + id + "/reflections/units/" + url.PathEscape(unitKey)
}
