package draft

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/live"
	"nhipcau/internal/prose"
	"nhipcau/internal/web"
)

type editPage struct {
	web.Page
	Subject Subject
	Text    Text
	Base    prose.Base
	Editors []string
	Aside   bool
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) edit(w http.ResponseWriter, r *http.Request) error {
	p := editPage{Page: s.site.Page(r, "draft.edit")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Subject, err = s.find(ctx, tx, r); err != nil {
			return err
		}
		if p.Subject.Closed != nil {
			return p.Subject.Closed
		}
		if p.Text, err = Get(ctx, tx, p.Subject); err != nil {
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
	p.Base = prose.BaseOf(p.Text.Doc)
	return web.Render(w, r, http.StatusOK, editView(p))
}

// A typed is a text as a form sends it.
type typed struct {
	n    int64
	base prose.Base
	doc  prose.Doc
}

// read returns the text of the form: as JSON from the editor, or a field for each
// part of a block. A field of several lines is several blocks, an empty one is none.
func read(r *http.Request) (typed, error) {
	if _, _, err := web.Upload(r, "text"); err != nil { // read as either sort of form
		return typed{}, err
	}
	v := r.PostForm
	t := typed{n: web.Version(r), base: prose.ParseBase(v.Get("base"))}
	if text := v.Get("text"); text != "" {
		if err := json.Unmarshal([]byte(text), &t.doc); err != nil {
			return t, fault.Wrap(fault.Invalid, err, "error.bad_form")
		}
		return t, nil
	}
	if len(v["block"]) == 0 {
		return t, fault.New(fault.Invalid, "error.bad_form") // part of a form must not stand for a text that was emptied
	}
	for _, id := range v["block"] {
		if len(t.doc.Blocks) > prose.MaxBlocks {
			break
		}
		kind, level, _ := strings.Cut(v.Get("kind-"+id), " ")
		b := prose.Block{ID: id, Kind: prose.Kind(kind), Fields: map[string]string{}}
		b.Level, _ = strconv.Atoi(level)
		for _, f := range append([]string{prose.Carries}, prose.FieldsOf(b.Kind)...) {
			b.Fields[f] = v.Get(id + "-" + f)
		}
		for i, line := range prose.Lines(v.Get(id)) {
			if i > 0 {
				b.ID, b.Fields = prose.NewID(), nil
				if b.Kind != prose.Item {
					b.Kind, b.Level = prose.Text, 0
				}
			}
			b.Text = line
			t.doc.Blocks = append(t.doc.Blocks, b)
		}
	}
	return t, nil
}

// A saved is the answer to the editor. Blocks is the whole text where it says more
// than what was sent.
type saved struct {
	N      int64         `json:"n"`
	Base   string        `json:"base"`
	At     string        `json:"at"`
	Blocks []prose.Block `json:"blocks,omitempty"`
}

// A refusal is the answer to the editor when nothing was saved.
type refusal struct {
	Text   string            `json:"text"`
	Fields map[string]string `json:"fields,omitempty"`
	Aside  bool              `json:"aside,omitempty"` // it is kept aside
}

func (s *server) save(w http.ResponseWriter, r *http.Request) error {
	t, err := read(r)
	if err != nil {
		return err
	}
	p := s.site.Page(r, "draft.edit")
	var now Text
	var sub Subject
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if sub, err = s.find(ctx, tx, r); err != nil {
			return err
		}
		now, err = Save(ctx, tx, p.Actor, sub, t.n, t.base, t.doc)
		return err
	})
	clash := fault.Is(err, fault.Conflict) && sub.Closed == nil
	if clash {
		if kept := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			return Aside(ctx, tx, p.Actor, sub, t.base, t.doc)
		}); kept != nil {
			return kept
		}
	}
	if strings.Contains(r.Header.Get("Accept"), "application/json") {
		return answer(w, p, t, now, err, clash)
	}
	switch {
	case clash:
		return web.See(w, r, "%s/aside", sub.Path())
	case fault.Is(err, fault.Invalid):
		e := editPage{Page: p, Subject: sub, Text: Text{N: t.n, Doc: t.doc.Clean()}, Base: t.base}
		status, _ := web.Refused(err, &e.Wrong, &e.Message)
		return web.Render(w, r, status, editView(e))
	case err != nil:
		return err
	}
	if r.PostFormValue("more") != "" {
		return web.SeeSaid(w, r, "draft.said.saved", "%s/edit", sub.Path())
	}
	return web.SeeSaid(w, r, "draft.said.saved", "%s", sub.Path())
}

// answer tells the editor what was saved, or why nothing was.
func answer(w http.ResponseWriter, p web.Page, t typed, now Text, err error, clash bool) error {
	if err != nil {
		f := fault.Of(err)
		if f.Kind == fault.Internal {
			return err
		}
		no := refusal{Text: p.Text(f.Text), Aside: clash, Fields: map[string]string{}}
		for field, text := range f.Fields {
			no.Fields[field] = p.Text(text)
		}
		return reply(w, web.Status(err), no)
	}
	yes := saved{N: now.N, Base: prose.BaseOf(now.Doc).String(), At: p.Time(now.At)}
	if !now.Doc.Equal(t.doc) {
		yes.Blocks = now.Doc.Blocks
	}
	return reply(w, http.StatusOK, yes)
}

func reply(w http.ResponseWriter, status int, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "private, no-store")
	w.WriteHeader(status)
	_, err = w.Write(raw)
	return err
}

// pasted makes blocks of what was copied from Word or a page.
func (s *server) pasted(w http.ResponseWriter, r *http.Request) error {
	if _, _, err := web.Upload(r, "html"); err != nil {
		return err
	}
	d, err := prose.FromHTML(r.PostFormValue("html"))
	if err != nil {
		f := fault.Of(err)
		return reply(w, web.Status(err), refusal{Text: s.site.Page(r, "draft.edit").Text(f.Text)})
	}
	return reply(w, http.StatusOK, d)
}

const maxImport = 20 << 20

// bring makes the text of a file from Word the one that stands.
func (s *server) bring(w http.ResponseWriter, r *http.Request) error {
	in, _, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	if in == nil {
		return s.shown(w, r, &fault.Error{Kind: fault.Invalid, Fields: map[string]fault.Text{"file": {Key: "draft.error.file"}}})
	}
	defer in.Close()
	raw, err := io.ReadAll(io.LimitReader(in, maxImport+1))
	if err != nil {
		return err
	}
	doc, err := prose.FromDOCX(bytes.NewReader(raw), int64(len(raw)))
	if err == nil && len(doc.Blocks) == 0 {
		err = fault.New(fault.Invalid, "draft.error.no_words")
	}
	if err != nil {
		f := fault.Of(err)
		return s.shown(w, r, &fault.Error{Kind: f.Kind, Text: f.Text, Fields: map[string]fault.Text{"file": f.Text}, Err: f.Err})
	}
	var was, now Text
	by := auth.FromContext(r.Context())
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		sub, err := s.find(ctx, tx, r)
		if err != nil {
			return err
		}
		was, now, err = Replace(ctx, tx, by, sub, web.Version(r), doc)
		return err
	})
	if err != nil {
		return s.shown(w, r, err)
	}
	return web.SeeSaid(w, r, "draft.said.brought", "%s/comparison?from=n%d&to=n%d", of(r).Path(), was.N, now.N)
}

type asidePage struct {
	web.Page
	Subject Subject
	Clash   Clash
	Changes []prose.Change // from the text that stands to what would
	Message fault.Text
}

func (s *server) aside(w http.ResponseWriter, r *http.Request) error { return s.asideShown(w, r, nil) }

func (s *server) asideShown(w http.ResponseWriter, r *http.Request, failed error) error {
	p := asidePage{Page: s.site.Page(r, "draft.aside")}
	var wrong map[string]fault.Text
	status, ok := web.Refused(failed, &wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Subject, err = s.find(ctx, tx, r); err != nil {
			return err
		}
		p.Clash, err = ClashOf(ctx, tx, p.Actor, p.Subject, picks(r))
		return err
	})
	if fault.Is(err, fault.NotFound) && p.Subject.ID != "" {
		return web.See(w, r, "%s", p.Subject.Path()) // it was settled
	}
	if err != nil {
		return err
	}
	p.Changes = prose.Compare(p.Clash.Now.Doc, p.Clash.Merged)
	return web.Render(w, r, status, asideView(p))
}

func picks(r *http.Request) map[string]prose.Pick {
	all := map[string]prose.Pick{}
	for field, v := range r.PostForm {
		if id, ok := strings.CutPrefix(field, "pick-"); ok && len(v) > 0 {
			all[id] = prose.Pick(v[0])
		}
	}
	return all
}

func (s *server) take(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		sub, err := s.find(ctx, tx, r)
		if err != nil {
			return err
		}
		return Take(ctx, tx, auth.FromContext(r.Context()), sub, web.Version(r), picks(r))
	})
	if err != nil {
		return s.asideShown(w, r, err)
	}
	return web.SeeSaid(w, r, "draft.said.saved", "%s/edit", of(r).Path())
}

func (s *server) drop(w http.ResponseWriter, r *http.Request) error {
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		sub, err := s.find(ctx, tx, r)
		if err != nil {
			return err
		}
		return Drop(ctx, tx, auth.FromContext(r.Context()), sub)
	})
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, "draft.said.dropped", "%s", of(r).Path())
}

// presence notes that the reader has the editor open, or has it no more.
func (s *server) presence(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		sub, err := s.find(ctx, tx, r)
		if err != nil {
			return err
		}
		if sub.Closed != nil {
			return sub.Closed
		}
		live.Touch(tx, sub.topic())
		if r.PostFormValue("gone") != "" {
			return leave(ctx, tx, by.Login, sub.Of)
		}
		return enter(ctx, tx, by, sub.Of)
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// A state is what open pages are shown: who writes, and which text stands.
type state struct {
	People string `json:"people"`
	N      int64  `json:"n"`
}

func paint(ctx context.Context, tx *db.Tx, topic string) (any, error) {
	kind, id, _ := strings.Cut(strings.TrimPrefix(topic, "draft/"), "-")
	of := Of{kind, id}
	names, err := editors(ctx, tx, of)
	if err != nil {
		return nil, err
	}
	t, _, err := standing(ctx, tx, of)
	return state{strings.Join(names, ", "), t.N}, err
}

func (s *server) live(w http.ResponseWriter, r *http.Request) error {
	look := func(ctx context.Context, by auth.Actor) error {
		return s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.of.Find(ctx, tx, by, of(r))
			return err
		})
	}
	if err := look(r.Context(), auth.FromContext(r.Context())); err != nil {
		return err
	}
	return s.hub.Serve(w, r, []string{of(r).topic()}, func(ctx context.Context) error {
		by, err := s.site.Authenticate(r)
		if err == nil && !by.Known() {
			err = fault.New(fault.SignIn, "error.sign_in")
		}
		if err != nil {
			return err
		}
		return look(ctx, by)
	})
}
