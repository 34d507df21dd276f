package sheet

import (
	"context"
	"embed"
	"net/http"
	"net/url"
	"strconv"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/invitation"
	"nhipcau/internal/site"
	"nhipcau/internal/web"
)

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS

type server struct {
	site  *web.Site
	db    *db.DB
	codes *invitation.Codes
}

// Register adds the pages of this package to the site; base is the address of the
// house, which codes on badges lead to if it is a public one.
func Register(site *web.Site, d *db.DB, base string) {
	s := &server{site: site, db: d, codes: invitation.NewCodes(d, base)}
	site.Door("conference before", "sheet.paper", "/conferences/%s/paper")
	site.Door("site", "sheet.paper", "/conferences/%s/sites/%d/paper")
	site.Handle("GET /conferences/{id}/invitations/badges.pdf", web.SignedIn, s.badges)
	for _, path := range []string{"/conferences/{id}", "/conferences/{id}/sites/{n}"} {
		site.Handle("GET "+path+"/list.docx", web.SignedIn, s.listDocx)
		site.Handle("GET "+path+"/list.xlsx", web.SignedIn, s.listXlsx)
		site.Handle("GET "+path+"/list.pdf", web.SignedIn, s.listPDF)
		site.Handle("GET "+path+"/paper", web.SignedIn, s.paper)
		site.Handle("POST "+path+"/paper", web.SignedIn, s.mark)
	}
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// The kinds of files.
const (
	kindPDF  = "application/pdf"
	kindDocx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	kindXlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// head says what file an answer is, made for this reader alone.
func head(w http.ResponseWriter, name, kind string) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename*=UTF-8''`+url.PathEscape(name))
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("Cache-Control", "private, no-store")
}

// everybody reads those invited to whom a file is made.
func (s *server) everybody(r *http.Request) (m invitation.Meeting, all []invitation.Invited, err error) {
	by := auth.FromContext(r.Context())
	err = s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if m, err = invitation.Find(ctx, tx, by, r.PathValue("id")); err != nil {
			return err
		}
		all, err = invitation.Everybody(ctx, tx, by, m, invitation.ReadFilter(r.URL.Query()))
		return err
	})
	return m, all, err
}

func (s *server) badges(w http.ResponseWriter, r *http.Request) error {
	m, all, err := s.everybody(r)
	if fault.Is(err, fault.Conflict) {
		return invitation.Refused(s.site, s.db, w, r, err)
	}
	if err != nil {
		return err
	}
	coder, err := s.codes.Of(r.Context(), m.ID)
	if err != nil {
		return err
	}
	head(w, "the-dai-bieu.pdf", kindPDF)
	return Badges(w, web.Typeface(), m, all, coder)
}

// siteOf is the number of the site in an address; 0 of the whole conference.
func siteOf(r *http.Request) int64 {
	if r.PathValue("n") == "" {
		return 0
	}
	if n := number(r.PathValue("n")); n > 0 {
		return n
	}
	return -1
}

// print returns the list as it is to be printed now.
func (s *server) print(r *http.Request) (sheet Sheet, err error) {
	by := auth.FromContext(r.Context())
	call := number(r.URL.Query().Get("call"))
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		sheet, err = Print(ctx, tx, by, r.PathValue("id"), siteOf(r), call)
		return err
	})
	return sheet, err
}

func (s *server) listPDF(w http.ResponseWriter, r *http.Request) error {
	sheet, err := s.print(r)
	if err != nil {
		return s.printFailed(w, r, err)
	}
	head(w, "danh-sach.pdf", kindPDF)
	return sheet.PDF(w, web.Typeface())
}

func (s *server) listDocx(w http.ResponseWriter, r *http.Request) error {
	return s.listFile(w, r, "danh-sach.docx", kindDocx, Sheet.Docx)
}

func (s *server) listXlsx(w http.ResponseWriter, r *http.Request) error {
	return s.listFile(w, r, "danh-sach.xlsx", kindXlsx, Sheet.Xlsx)
}

func (s *server) listFile(w http.ResponseWriter, r *http.Request, name, kind string, make func(Sheet) ([]byte, error)) error {
	sheet, err := s.print(r)
	if err != nil {
		return s.printFailed(w, r, err)
	}
	b, err := make(sheet)
	if err != nil {
		return err
	}
	head(w, name, kind)
	_, err = w.Write(b)
	return err
}

// printFailed says on the page of paper why there is no list.
func (s *server) printFailed(w http.ResponseWriter, r *http.Request, err error) error {
	if fault.Is(err, fault.Conflict) {
		return s.paperPage(w, r, Paper{}, err)
	}
	return err
}

// paperPage is where the roll is marked from a list on paper.
type paperPage struct {
	web.Page
	Meeting invitation.Meeting
	Site    site.Site
	N       int64 // of the site, 0 for none
	Calls   []attendance.Call
	Lists   []Printed
	Paper   Paper
	Said    []Marked
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) paper(w http.ResponseWriter, r *http.Request) error {
	p := Paper{Call: max(1, number(r.URL.Query().Get("call"))), List: max(0, number(r.URL.Query().Get("list")))}
	return s.paperPage(w, r, p, nil)
}

func (s *server) paperPage(w http.ResponseWriter, r *http.Request, typed Paper, failed error) error {
	p := paperPage{Page: s.site.Page(r, "sheet.paper"), N: siteOf(r), Paper: typed}
	by := p.Actor
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Meeting, p.Site, p.Lists, err = Lists(ctx, tx, by, r.PathValue("id"), p.N); err != nil {
			return err
		}
		if p.Calls, err = attendance.Calls(ctx, tx, p.Meeting.ID); err != nil {
			return err
		}
		if failed == nil && typed.Text != "" {
			_, p.Said, failed = typed.Read(ctx, tx, by, p.Meeting.ID, p.N)
		}
		return nil
	}); err != nil {
		return err
	}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	return web.Render(w, r, status, paperView(p))
}

func (s *server) mark(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := Paper{List: number(v.Get("list")), Call: max(1, number(v.Get("call"))), Text: v.Get("numbers"), Reason: v.Get("reason")}
	if v.Get("do") != "save" {
		return s.paperPage(w, r, p, nil)
	}
	by, id, n, again := auth.FromContext(r.Context()), r.PathValue("id"), siteOf(r), ""
	back := "/conferences/" + id + "/paper"
	if n > 0 {
		back = "/conferences/" + id + "/sites/" + strconv.FormatInt(n, 10) + "/paper"
	}
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if _, err = p.Save(ctx, tx, by, id, n); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, back)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.paperPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "sheet.said.marked", "%s?call=%d&list=%d", back, p.Call, p.List)
}

func (p paperPage) base() string {
	if p.N > 0 {
		return "/conferences/" + p.Meeting.ID + "/sites/" + strconv.FormatInt(p.N, 10)
	}
	return "/conferences/" + p.Meeting.ID
}

func (p paperPage) lead() string {
	if p.N > 0 {
		return p.Site.Name + " · " + p.Meeting.When()
	}
	return p.Meeting.Title + " · " + p.Meeting.When()
}

func (p paperPage) callQuery() string { return "?call=" + strconv.FormatInt(max(1, p.Paper.Call), 10) }

// sum says how many are said to be what.
func (p paperPage) sum() string {
	n := map[attendance.State]int64{}
	for _, x := range p.Said {
		n[x.State]++
	}
	return p.T("sheet.paper.sum", p.Int(n[attendance.Present]), p.Int(n[attendance.Absent]), p.Int(n[attendance.Excused]))
}
