package drafting

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/form"
	"nhipcau/internal/invitation"
	"nhipcau/internal/office"
	"nhipcau/internal/org"
	"nhipcau/internal/paper"
	"nhipcau/internal/tally"
	"nhipcau/internal/web"
)

type server struct {
	site  *web.Site
	db    *db.DB
	files *file.Store
	codes *invitation.Codes
}

// Register adds the pages of this package to the site; base is the address of the
// house, for the codes on letters; sources are what tally items of forms are read from.
func Register(site *web.Site, d *db.DB, files *file.Store, base string, sources form.Sources) {
	s := &server{site, d, files, invitation.NewCodes(d, base)}
	for _, x := range []struct {
		path string
		source
	}{
		{"/reports/{id}/paper", reports},
		{"/plans/{id}/paper", programmes},
		{"/rollouts/{id}/reminder", reminders},
		{"/conferences/{id}/summons", summonses},
		{"/task-orders/{id}/letter", letters},
		{"/periods/{id}/summary/{key}/paper", ofPeriods(sources)},
	} {
		site.Handle("GET "+x.path, web.SignedIn, func(w http.ResponseWriter, r *http.Request) error { return s.show(w, r, x.source, nil) })
		site.Handle("GET "+x.path+".docx", web.SignedIn, func(w http.ResponseWriter, r *http.Request) error { return s.docx(w, r, x.source) })
		site.Handle("POST "+x.path, web.SignedIn, func(w http.ResponseWriter, r *http.Request) error { return s.issue(w, r, x.source) })
	}
	const invited = "GET /conferences/{id}/invitations"
	site.Handle(invited+"/letters.docx", web.SignedIn, s.letters)
	site.Handle(invited+"/people/{key}/letter.docx", web.SignedIn, s.letters)
	site.Handle(invited+"/guests/{guest}/letter.docx", web.SignedIn, s.letters)
	site.Handle("GET /reports/{id}/figures.xlsx", web.SignedIn, func(w http.ResponseWriter, r *http.Request) error { return s.xlsx(w, r, reportBook) })
	site.Handle("GET /rollouts/{id}/figures.xlsx", web.SignedIn, func(w http.ResponseWriter, r *http.Request) error { return s.xlsx(w, r, rolloutBook) })
	site.Door("summary", "drafting.door.paper", "/periods/%s/summary/%s/paper")
	site.Door("summary", "drafting.door.table", "/periods/%s/summary/%s/tables")
	site.Handle("GET /periods/{id}/summary/{key}/figures.xlsx", web.SignedIn, s.book)
	site.Door("period unit", "drafting.tables", "/periods/%s/summary/%s/tables")
	site.Handle("GET /periods/{id}/summary/{key}/tables", web.SignedIn, s.tables)
}

type showPage struct {
	web.Page
	Draft      paper.Print
	Source     source
	ID         string
	Issued     []paper.Paper
	Ready      fault.Text
	MayIssue   bool
	Unit       int64
	UnitKey    string
	Signer     string
	Office     string
	Recipients string
	Wrong      map[string]fault.Text
	Message    fault.Text
}

// idOf is the id of the record that a page is about.
func idOf(r *http.Request) string {
	if key := r.PathValue("key"); key != "" {
		return r.PathValue("id") + "/" + key
	}
	return r.PathValue("id")
}

// path is the address of the page.
func (p showPage) path() string {
	if p.Source.path != "" {
		id, key, _ := strings.Cut(p.ID, "/")
		return fmt.Sprintf(p.Source.path, id, key)
	}
	end := map[paper.Kind]string{paper.Reminder: "/reminder", paper.Summons: "/summons", paper.Assignment: "/letter"}[p.Source.kind]
	if end == "" {
		end = "/paper"
	}
	return "/" + p.Source.record + "s/" + p.ID + end
}

// show shows what a paper will say at its head and foot, what was issued before,
// and the form that issues it; after a failed deed with what was typed.
func (s *server) show(w http.ResponseWriter, r *http.Request, src source, failed error) error {
	p := showPage{Page: s.site.Page(r, "paper.kind."+string(src.kind)), Source: src, ID: idOf(r)}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		d, err := src.write(ctx, tx, p.Actor, p.ID)
		if err != nil {
			return err
		}
		if p.Draft, err = print(ctx, tx, p.Actor, d); err != nil {
			return err
		}
		u, err := org.ByID(ctx, tx, p.Actor.Tree, d.Unit)
		p.Unit, p.UnitKey, p.Ready = d.Unit, u.Key, d.Ready
		if err != nil {
			return err
		}
		p.Issued, err = paper.OfSource(ctx, tx, p.Actor, src.kind, tally.Source{Kind: src.record, ID: p.ID})
		return err
	})
	if err != nil {
		return err
	}
	p.MayIssue = paper.MayIssue(p.Actor, p.Unit) && p.Ready.Key == "" && !(src.single && len(p.Issued) > 0)
	p.Signer, p.Office, p.Recipients = p.Draft.Signer, p.Draft.Office, strings.Join(p.Draft.Recipients, "\n")
	if failed != nil {
		p.Signer, p.Office, p.Recipients = r.PostFormValue("signer"), r.PostFormValue("office"), r.PostFormValue("recipients")
	}
	return web.Render(w, r, status, showView(p))
}

// print lays a draft out in the letterhead of its unit, signed by the head of
// the unit, or by whoever of the unit asks.
func print(ctx context.Context, tx *db.Tx, by auth.Actor, d draft) (paper.Print, error) {
	n := paper.New{Content: d.Content}
	if by.Unit == d.Unit {
		n.Signer = by.Name
	}
	heads, err := org.Officers(ctx, tx, by, d.Unit)
	if err != nil {
		return paper.Print{}, err
	}
	for _, m := range heads {
		if by.Unit != d.Unit || m.ID == by.Member || by.Member == 0 {
			n.Signer, n.Office = m.Name, strings.TrimSuffix(m.Office, " "+m.UnitName)
			break
		}
	}
	return paper.Draft(ctx, tx, by.Tree, d.Unit, n)
}

// docx sends the paper that was issued, if only one may be, else a draft.
func (s *server) docx(w http.ResponseWriter, r *http.Request, src source) error {
	by, id := auth.FromContext(r.Context()), idOf(r)
	var p paper.Print
	var issued []paper.Paper
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		d, err := src.write(ctx, tx, by, id)
		if err != nil {
			return err
		}
		if src.single {
			if issued, err = paper.OfSource(ctx, tx, by, src.kind, tally.Source{Kind: src.record, ID: id}); err != nil {
				return err
			}
		}
		p, err = print(ctx, tx, by, d)
		return err
	})
	if err != nil {
		return err
	}
	if len(issued) > 0 {
		f, err := paper.Keep(r.Context(), s.db, s.files, issued[0].ID)
		if err != nil {
			return err
		}
		return s.files.Serve(w, r, f)
	}
	b, err := p.Docx()
	if err != nil {
		return err
	}
	return web.Send(w, "du-thao-"+p.Code+".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", b)
}

func (s *server) issue(w http.ResponseWriter, r *http.Request, src source) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id := auth.FromContext(r.Context()), idOf(r)
	var n paper.Paper
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = src.issue(ctx, tx, by, id, v.Get("signer"), v.Get("office"), strings.Split(v.Get("recipients"), "\n"))
		return err
	}); err != nil {
		return s.show(w, r, src, err)
	}
	// The number stands; if the bytes cannot be kept now, the job keeps them.
	if _, err := paper.Keep(r.Context(), s.db, s.files, n.ID); err != nil {
		s.site.Log.WarnContext(r.Context(), "keeping an issued paper", "paper", n.ID, "err", err)
	}
	return web.SeeSaid(w, r, "drafting.said.issued", "/papers/%s", n.ID)
}

func (s *server) xlsx(w http.ResponseWriter, r *http.Request, make func(ctx context.Context, tx *db.Tx, by auth.Actor, id, base string) (office.Book, error)) error {
	by, id := auth.FromContext(r.Context()), idOf(r)
	var book office.Book
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		book, err = make(ctx, tx, by, id, base(r))
		return err
	}); err != nil {
		return err
	}
	b, err := book.Bytes()
	if err != nil {
		return err
	}
	return web.Send(w, "so-lieu.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b)
}

// base is the address of the site as the reader sees it.
func base(r *http.Request) string {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// record is the address of the record.
func (p showPage) record() string {
	if p.Source.path != "" {
		return strings.TrimSuffix(p.path(), "/paper")
	}
	return "/" + p.Source.record + "s/" + p.ID
}
