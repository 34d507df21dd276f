package follow

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

type server struct {
	site  *web.Site
	db    *db.DB
	files *file.Store
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, files *file.Store) {
	s := &server{site, d, files}
	site.Handle("GET /rollouts/{id}/pending", web.SignedIn, s.pending)
	site.Handle("POST /rollouts/{id}/reminders", web.SignedIn, s.remind)
	site.Handle("GET /rollouts/{id}/units/{key}", web.SignedIn, s.unit)
	site.Handle("GET /rollouts/{id}/units/{key}/declaration", web.SignedIn, s.declaration)
	site.Handle("POST /rollouts/{id}/units/{key}/declaration", web.SignedIn, s.declare)
	site.Handle("POST /rollouts/{id}/units/{key}/declaration/withdrawal", web.SignedIn, s.undeclare)
}

func (s *server) remind(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := Remind(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "rollout.said.reminded", "/rollouts/%s/pending", id)
}

// unitPage is what one unit owes by a rollout and what it has done.
type unitPage struct {
	web.Page
	Rollout     rollout.Rollout
	Unit        org.Unit
	Obligations []rollout.Obligation
	Own         tally.Vec
	Declaration Declaration
	Extensions  []rollout.Extension
	MayDeclare  bool
	MayApprove  bool
	Wrong       map[string]fault.Text
	Reason      string
}

func (p unitPage) lane(name string) int64 { return p.Own.Get(rollout.Kind().Lane(name)) }

func (p unitPage) trace(lane string) string {
	return tally.Href(p.Rollout.Sheet, p.Unit.Key, lane, false)
}

func (s *server) unit(w http.ResponseWriter, r *http.Request) error {
	return s.unitPage(w, r, http.StatusOK, nil)
}

func (s *server) unitPage(w http.ResponseWriter, r *http.Request, status int, wrong map[string]fault.Text) error {
	p := unitPage{Page: s.site.Page(r, "rollout.title"), Wrong: wrong, Reason: r.PostFormValue("reason")}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Rollout, err = rollout.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		if p.Obligations, err = rollout.ObligationsFor(ctx, tx, p.Actor, p.Rollout.ID, p.Unit.ID); err != nil {
			return err
		}
		if p.Own, err = tally.Own(ctx, tx, p.Rollout.Sheet, p.Unit.ID); err != nil {
			return err
		}
		if p.Extensions, err = rollout.Extensions(ctx, tx, p.Rollout.ID, p.Unit.ID); err != nil {
			return err
		}
		p.Declaration, err = declarationOf(ctx, tx, p.Rollout.ID, p.Unit.ID)
		return err
	})
	if err != nil {
		return err
	}
	p.Title = p.Unit.Name
	p.MayDeclare = rollout.MayFollow(p.Actor, p.Unit.ID) == nil && p.Rollout.State == rollout.Open
	p.MayApprove = rollout.MayApprove(p.Actor, p.Rollout.Unit) == nil && p.Rollout.State == rollout.Open
	return web.Render(w, r, status, unitView(p))
}

type declarationPage struct {
	web.Page
	Rollout rollout.Rollout
	Unit    org.Unit
	Form    DeclarationForm
	Typed   map[string]string
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) declaration(w http.ResponseWriter, r *http.Request) error {
	return s.declarationPage(w, r, declarationPage{Page: s.site.Page(r, "rollout.declare")}, nil)
}

func (s *server) declarationPage(w http.ResponseWriter, r *http.Request, p declarationPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message, fault.TooLarge)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Rollout, err = rollout.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key"))
		return err
	})
	if err != nil {
		return err
	}
	if err := rollout.MayFollow(p.Actor, p.Unit.ID); err != nil {
		return err
	}
	return web.Render(w, r, status, declarationView(p))
}

func (s *server) declare(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	body, name, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, k := range []string{"held", "attended", "persons", "signer", "paper"} {
		typed[k] = r.PostFormValue(k)
	}
	f := DeclarationForm{Signer: typed["signer"], Paper: typed["paper"], Attended: number(typed["attended"]), Persons: number(typed["persons"])}
	f.HeldDay, _ = vn.ParseDay(typed["held"]) // a bad day is none, which Declare refuses
	var blob file.Blob
	if body != nil {
		defer body.Close()
		blob, err = s.files.Put(name, body, file.MaxSize, file.PDF, file.DOCX, file.PNG, file.JPEG)
	}
	if err == nil {
		err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			return Declare(ctx, tx, by, r.PathValue("id"), r.PathValue("key"), f, blob)
		})
	}
	if err != nil {
		return s.declarationPage(w, r, declarationPage{Page: s.site.Page(r, "rollout.declare"), Form: f, Typed: typed}, err)
	}
	return web.SeeSaid(w, r, "rollout.said.declared", "/rollouts/%s/units/%s", r.PathValue("id"), r.PathValue("key"))
}

// number reads a whole number as typed, "1.234" too; -1 if it is none.
func number(s string) int64 {
	n, err := strconv.ParseInt(strings.ReplaceAll(vn.Clean(s), ".", ""), 10, 32)
	if err != nil {
		return -1
	}
	return n
}

func (s *server) undeclare(w http.ResponseWriter, r *http.Request) error {
	by, id, key := auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("key")
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return WithdrawDeclaration(ctx, tx, by, id, key, r.PostFormValue("reason"))
	})
	if fault.Is(err, fault.Invalid) {
		return s.unitPage(w, r, http.StatusUnprocessableEntity, fault.Of(err).Fields)
	}
	if err != nil {
		return err
	}
	return web.SeeSaid(w, r, "rollout.said.undeclared", "/rollouts/%s/units/%s", id, key)
}
