package account

import (
	"context"
	"embed"
	"net/http"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/notify"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

const cookie = "session"

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Handle("GET /login", web.Anyone, s.login)
	site.Handle("POST /login", web.Anyone, s.signIn)
	site.Handle("POST /sign-out", web.SignedIn, s.signOut)
	site.Handle("POST /acting-unit", web.SignedIn, s.choose)
	site.Handle("GET /me", web.SignedIn, s.me)
	site.Handle("POST /me/password", web.SignedIn, s.password)
	site.Handle("POST /me/sessions/{id}/revocation", web.SignedIn, s.revoke)
	site.Handle("POST /me/tokens", web.SignedIn, s.newToken)
	site.Handle("POST /me/tokens/{id}/revocation", web.SignedIn, s.revokeToken)
	site.Handle("GET /notices", web.SignedIn, s.notices)
	site.Handle("POST /notices/reading", web.SignedIn, s.read)
	site.Handle("GET /invitations/{code}", web.Anyone, s.invitation)
	site.Handle("POST /invitations/{code}", web.Anyone, s.redeem)
	keepers := web.Only(auth.Administrator, auth.Secretary)
	site.Handle("GET /accounts", keepers, s.list)
	site.Handle("POST /accounts", keepers, s.create)
	site.Handle("POST /accounts/slips", keepers, s.slips)
	site.Handle("POST /accounts/{id}/slip", keepers, s.slip)
	site.Handle("POST /accounts/{id}/disabling", keepers, s.disable)
}

// Authenticate returns who asks, by the session in the request's cookie: for
// web.Config.
func Authenticate(d *db.DB) func(r *http.Request) (auth.Actor, error) {
	return func(r *http.Request) (auth.Actor, error) {
		c, err := r.Cookie(cookie)
		if err != nil {
			return auth.Actor{}, nil
		}
		return Resume(r.Context(), d, c.Value)
	}
}

// Choices returns the units by may act for, for the unit switcher.
func Choices(ctx context.Context, tx *db.Tx, by auth.Actor) ([]web.UnitChoice, error) {
	grants, err := granteds(ctx, tx, by.Login)
	if err != nil {
		return nil, err
	}
	var all []web.UnitChoice
	seen := map[string]bool{}
	for _, g := range grants {
		v := acting(g.Grant)
		if seen[v] {
			continue
		}
		seen[v] = true
		all = append(all, web.UnitChoice{Value: v, Name: g.UnitName, Current: g.Tree == by.Tree && g.Unit == by.Unit})
	}
	return all, nil
}

type loginPage struct {
	web.Page
	Login   string
	Next    string
	Message fault.Text
}

func (s *server) login(w http.ResponseWriter, r *http.Request) error {
	p := loginPage{Page: s.site.Page(r, "account.sign_in"), Next: web.Local(r.URL.Query().Get("next"))}
	if p.Actor.Known() {
		return web.See(w, r, "%s", p.Next)
	}
	return web.Render(w, r, http.StatusOK, loginView(p))
}

func (s *server) signIn(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	next := web.Local(v.Get("next"))
	secret, err := SignIn(r.Context(), s.db, v.Get("login"), v.Get("password"), r.RemoteAddr, r.UserAgent())
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.Limited), fault.Is(err, fault.Denied):
		p := loginPage{Page: s.site.Page(r, "account.sign_in"), Login: v.Get("login"), Next: next, Message: fault.Of(err).Text}
		return web.Render(w, r, web.Status(err), loginView(p))
	case err != nil:
		return err
	}
	setCookie(w, r, secret, int(absolute.Seconds()))
	return web.See(w, r, "%s", next)
}

func setCookie(w http.ResponseWriter, r *http.Request, secret string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: cookie, Value: secret, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	})
}

func (s *server) signOut(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return SignOut(ctx, tx, by) }); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	setCookie(w, r, "", -1)
	return web.See(w, r, "/login")
}

func (s *server) choose(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Choose(ctx, tx, by, r.PostFormValue("unit"))
	}); err != nil {
		return err
	}
	return web.See(w, r, "/")
}

type mePage struct {
	web.Page
	Grants   []Grant
	Sessions []Session
	Tokens   []Token
	Secret   string // of a token just made
	Typed    string // name of a token that was refused
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) me(w http.ResponseWriter, r *http.Request) error {
	return s.mePage(w, r, http.StatusOK, mePage{})
}

// mePage shows p with what it always holds.
func (s *server) mePage(w http.ResponseWriter, r *http.Request, status int, p mePage) error {
	p.Page = s.site.Page(r, "account.me")
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Grants, err = Grants(ctx, tx, p.Actor.Login); err != nil {
			return err
		}
		if p.Sessions, err = Sessions(ctx, tx, p.Actor); err != nil {
			return err
		}
		p.Tokens, err = Tokens(ctx, tx, p.Actor)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, status, meView(p))
}

func (s *server) password(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	var a Account
	var hashed string
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		a, hashed, err = own(ctx, tx, by)
		return err
	}); err != nil {
		return err
	}
	ok, err := verify(r.Context(), hashed, r.PostFormValue("was"))
	if err != nil {
		return err
	}
	wrong := fault.Wrong{}
	if !ok {
		wrong.Add("was", "account.error.was")
	}
	if err := CheckPassword(a.Login, r.PostFormValue("password")); err != nil {
		wrong["password"] = fault.Of(err).Fields["password"]
	}
	if len(wrong) > 0 {
		return s.mePage(w, r, http.StatusUnprocessableEntity, mePage{Wrong: wrong})
	}
	fresh, err := HashPassword(r.Context(), r.PostFormValue("password"))
	if err != nil {
		return err
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return ChangePassword(ctx, tx, by, fresh) }); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "account.said.password", "/me")
}

func (s *server) revoke(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Revoke(ctx, tx, by, r.PathValue("id")) }); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "account.said.revoked", "/me")
}

type noticesPage struct {
	web.Page
	All []notify.Notice
}

// text writes a notice in the reader's language.
func (p noticesPage) text(n notify.Notice) string {
	args := make([]any, len(n.Args))
	for i, a := range n.Args {
		args[i] = a
	}
	return p.T(n.Key, args...)
}

func (s *server) notices(w http.ResponseWriter, r *http.Request) error {
	const most = 100
	p := noticesPage{Page: s.site.Page(r, "nav.notices")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.All, err = notify.List(ctx, tx, p.Actor, 0, most)
		return err
	})
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, noticesView(p))
}

func (s *server) read(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return notify.MarkAllRead(ctx, tx, by) }); err != nil {
		return err
	}
	return web.See(w, r, "/notices")
}

type invitationPage struct {
	web.Page
	Account Account
	Code    string
	Wrong   map[string]fault.Text
}

func (s *server) invitation(w http.ResponseWriter, r *http.Request) error {
	return s.invitationPage(w, r, http.StatusOK, nil)
}

func (s *server) invitationPage(w http.ResponseWriter, r *http.Request, status int, wrong map[string]fault.Text) error {
	p := invitationPage{Page: s.site.Page(r, "account.set_password"), Code: r.PathValue("code"), Wrong: wrong}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Account, err = Invited(ctx, tx, p.Code)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "account.error.code")
	}
	if err != nil {
		return err
	}
	return web.Render(w, r, status, invitationView(p))
}

func (s *server) redeem(w http.ResponseWriter, r *http.Request) error {
	var a Account
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = Invited(ctx, tx, r.PathValue("code"))
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "account.error.code")
	}
	if err != nil {
		return err
	}
	password := r.PostFormValue("password")
	if err := CheckPassword(a.Login, password); err != nil {
		return s.invitationPage(w, r, http.StatusUnprocessableEntity, fault.Of(err).Fields)
	}
	hashed, err := HashPassword(r.Context(), password)
	if err != nil {
		return err
	}
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := Redeem(ctx, tx, r.PathValue("code"), hashed)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "account.error.code")
	}
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, "account.said.redeemed", "/login")
}

type listPage struct {
	web.Page
	Accounts []Account
	May      map[string]bool // of which by may print a slip
	Offset   int
	More     bool
	New      New
	Wrong    map[string]fault.Text
}

const pageSize = 100

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	return s.listPage(w, r, http.StatusOK, New{}, nil)
}

func (s *server) listPage(w http.ResponseWriter, r *http.Request, status int, n New, wrong map[string]fault.Text) error {
	p := listPage{Page: s.site.Page(r, "account.list"), New: n, Wrong: wrong}
	if err := mayManage(p.Actor, 0); err != nil {
		return err
	}
	p.Offset = web.Offset(r)
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Accounts, err = List(ctx, tx, p.Actor, p.Offset, pageSize+1); err != nil {
			return err
		}
		p.May, err = mayHoldOf(ctx, tx, p.Actor, p.Accounts)
		return err
	})
	if err != nil {
		return err
	}
	p.Accounts, p.More = web.Cut(p.Accounts, pageSize)
	return web.Render(w, r, status, listView(p))
}

func (s *server) create(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	n := New{Login: r.PostFormValue("login"), Name: r.PostFormValue("name"), Unit: strings.TrimSpace(r.PostFormValue("unit")), Roles: []auth.Role{auth.Role(r.PostFormValue("role"))}}
	var one Slip
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		a, err := Create(ctx, tx, by, n)
		if err != nil {
			return err
		}
		code, err := invite(ctx, tx, by, a)
		one = Slip{Login: a.Login, Name: a.Name, Code: code}
		return err
	})
	if fault.Is(err, fault.Invalid) {
		return s.listPage(w, r, http.StatusUnprocessableEntity, n, fault.Of(err).Fields)
	}
	if fault.Is(err, fault.NotFound) {
		return s.listPage(w, r, http.StatusUnprocessableEntity, n, map[string]fault.Text{"unit": {Key: "account.error.unit"}})
	}
	if err != nil {
		return err
	}
	return s.print(w, r, []Slip{one})
}

type slipsPage struct {
	web.Page
	Base  string
	Slips []Slip
}

func (s *server) print(w http.ResponseWriter, r *http.Request, all []Slip) error {
	base := "http://" + r.Host
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		base = "https://" + r.Host
	}
	return web.Render(w, r, http.StatusOK, slipsView(slipsPage{Page: s.site.Page(r, "account.slips"), Base: base, Slips: all}))
}

func (s *server) slips(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	var all []Slip
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = CreateMany(ctx, tx, by)
		return err
	}); err != nil {
		return err
	}
	return s.print(w, r, all)
}

func (s *server) slip(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	var one Slip
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		a, err := Get(ctx, tx, by, r.PathValue("id"))
		if err != nil {
			return err
		}
		code, err := Invite(ctx, tx, by, a.ID)
		one = Slip{Login: a.Login, Name: a.Name, Code: code}
		return err
	}); err != nil {
		return err
	}
	return s.print(w, r, []Slip{one})
}

func (s *server) disable(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Disable(ctx, tx, by, r.PathValue("id")) }); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "account.said.disabled", "/accounts")
}

func (p listPage) previous() string {
	if p.Offset == 0 {
		return ""
	}
	return "/accounts?offset=" + strconv.Itoa(max(0, p.Offset-pageSize))
}

func (p listPage) next() string {
	if !p.More {
		return ""
	}
	return "/accounts?offset=" + strconv.Itoa(p.Offset+pageSize)
}
