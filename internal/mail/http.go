package mail

import (
	"context"
	"embed"
	"net/http"
	"slices"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/org"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

type server struct {
	site  *web.Site
	db    *db.DB
	setUp bool
}

// Register adds the pages of this package to the site; they say so where nothing
// is sent because no server is named.
func Register(site *web.Site, d *db.DB, p *Post) {
	s := &server{site, d, p != nil}
	site.Handle("GET /me/mail", web.SignedIn, s.own)
	site.Handle("POST /me/mail", web.SignedIn, s.set)
	site.Handle("POST /me/mail/code", web.SignedIn, s.recheck)
	site.Handle("GET /mail/confirmations/{code}", web.Anyone, s.code)
	site.Handle("POST /mail/confirmations/{code}", web.Anyone, s.confirm)
	site.Handle("GET /mail/leaving/{code}", web.Anyone, s.leaving)
	site.Handle("POST /mail/leaving/{code}", web.Anyone, s.leave)
	keepers := web.Only(auth.Administrator)
	site.Handle("GET /mail", keepers, s.list)
	site.Handle("POST /mail/letters/{id}/sending", keepers, s.again)
	site.Handle("POST /mail/sending", keepers, s.allAgain)
}

type ownPage struct {
	web.Page
	SetUp   bool
	Mail    Address
	Form    Form
	Letters []Letter
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) own(w http.ResponseWriter, r *http.Request) error {
	return s.ownPage(w, r, http.StatusOK, nil, nil)
}

// ownPage shows one's own choice; typed is the form that err refused.
func (s *server) ownPage(w http.ResponseWriter, r *http.Request, status int, typed *Form, err error) error {
	const few = 10
	p := ownPage{Page: s.site.Page(r, "mail.own"), SetUp: s.setUp}
	listed := "" // what the unit's list of members has
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Mail, err = Own(ctx, tx, p.Actor); err != nil {
			return err
		}
		if p.Letters, err = OwnLetters(ctx, tx, p.Actor, few); err != nil || p.Actor.Member == 0 {
			return err
		}
		m, err := org.MemberByID(ctx, tx, p.Actor.Tree, p.Actor.Member)
		listed = m.Email
		if fault.Is(err, fault.NotFound) { // of another tree
			err = nil
		}
		return err
	}); err != nil {
		return err
	}
	p.Form = Form{p.Mail.Address, p.Mail.Choice, p.Mail.Lang}
	if p.Mail.Version == 0 {
		p.Form.Address, p.Form.Lang = listed, p.Lang
	}
	if typed != nil {
		p.Form = *typed
		p.Wrong, p.Message = fault.Of(err).Fields, fault.Of(err).Text
	}
	return web.Render(w, r, status, ownView(p))
}

func (s *server) set(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	f := Form{r.PostFormValue("address"), Choice(r.PostFormValue("choice")), i18n.Lang(r.PostFormValue("lang"))}
	var code string
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		code, err = Set(ctx, tx, by, web.Version(r), f)
		return err
	})
	if fault.Is(err, fault.Invalid) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Limited) {
		return s.ownPage(w, r, web.Status(err), &f, err)
	}
	if err != nil {
		return err
	}
	if code != "" {
		return web.SeeSaid(w, r, "mail.said.code", "/me/mail")
	}
	return web.SeeSaid(w, r, "mail.said.saved", "/me/mail")
}

func (s *server) recheck(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := Recheck(ctx, tx, by)
		return err
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "mail.said.code", "/me/mail")
}

// An askPage asks somebody who came by a link of a letter to press a button:
// programs that look through letters open their links.
type askPage struct {
	web.Page
	Mail Address
	Lead string
	Done bool
}

// byLink finds the address a link is for and shows what to do about it.
func (s *server) byLink(w http.ResponseWriter, r *http.Request, title, lead string, find func(ctx context.Context, tx *db.Tx, secret string) (Address, error)) error {
	p := askPage{Page: s.site.Page(r, title)}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Mail, err = find(ctx, tx, r.PathValue("code"))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "mail.error.code")
	}
	if err != nil {
		return err
	}
	p.Lead = p.T(lead, p.Mail.Address)
	return web.Render(w, r, http.StatusOK, askView(p))
}

func (s *server) code(w http.ResponseWriter, r *http.Request) error {
	return s.byLink(w, r, "mail.confirm", "mail.confirm.text", ByCode)
}

func (s *server) leaving(w http.ResponseWriter, r *http.Request) error {
	return s.byLink(w, r, "mail.leave", "mail.leave.text", ByLeave)
}

// doneByLink runs a verb that the secret of a link allows, and says so.
func (s *server) doneByLink(w http.ResponseWriter, r *http.Request, title, lead string, verb func(ctx context.Context, tx *db.Tx, secret string) (Address, error)) error {
	p := askPage{Page: s.site.Page(r, title), Done: true}
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Mail, err = verb(ctx, tx, r.PathValue("code"))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "mail.error.code")
	}
	if err != nil {
		return err
	}
	p.Lead = p.T(lead, p.Mail.Address)
	return web.Render(w, r, http.StatusOK, askView(p))
}

func (s *server) confirm(w http.ResponseWriter, r *http.Request) error {
	return s.doneByLink(w, r, "mail.confirm", "mail.confirm.done", UseCode)
}

func (s *server) leave(w http.ResponseWriter, r *http.Request) error {
	return s.doneByLink(w, r, "mail.leave", "mail.leave.done", Leave)
}

type listPage struct {
	web.Page
	SetUp   bool
	State   State
	Letters []Letter
	Offset  int
	More    bool
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "mail.list"), SetUp: s.setUp, State: State(q.Get("state"))}
	if !slices.Contains(States, p.State) {
		p.State = ""
	}
	p.Offset = web.Offset(r)
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Letters, err = List(ctx, tx, p.Actor, p.State, p.Offset, pageSize+1)
		return err
	})
	if err != nil {
		return err
	}
	p.Letters, p.More = web.Cut(p.Letters, pageSize)
	return web.Render(w, r, http.StatusOK, listView(p))
}

func (s *server) again(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return TryAgain(ctx, tx, by, r.PathValue("id")) }); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "mail.said.again", "/mail")
}

func (s *server) allAgain(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := TryFailedAgain(ctx, tx, by)
		return err
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "mail.said.again", "/mail")
}
