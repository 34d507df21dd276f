package guidance

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/lineage"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// showPage is guidance, and how it stands at a unit and those under it.
type showPage struct {
	web.Page
	Guidance Guidance
	Unit     org.Unit
	Files    []file.File
	Tied     []web.Crumb // directives and conferences that the reader may see
	Top      Row
	Rows     []Row
	Next     tally.Place
	First    bool
	Own      Standing // of the unit
	Deeds    []Deed   // of the unit
	MayKeep  bool
	MayReply bool
	Typed    url.Values // of a deed, with its point
	Wrong    map[string]fault.Text
	Message  fault.Text
}

func (s *server) show(w http.ResponseWriter, r *http.Request) error {
	return s.showPage(w, r, showPage{Typed: url.Values{}}, nil)
}

func (s *server) showPage(w http.ResponseWriter, r *http.Request, p showPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	p.Page = s.site.Page(r, "guidance.title")
	after, _ := strconv.Atoi(r.URL.Query().Get("after")) // what is no number is the first page
	p.First = after <= 0
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if err := p.text(ctx, tx, r.PathValue("id")); err != nil || p.Guidance.State == Draft {
			return err
		}
		key := r.URL.Query().Get("under")
		if key == "" {
			_, key = topOf(p.Actor, p.Guidance)
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, key); err != nil {
			return err
		}
		p.Top, p.Rows, p.Next, err = Table(ctx, tx, p.Actor, p.Guidance, p.Unit, tally.Place(after), MaxRows)
		if fault.Is(err, fault.NotFound) { // it came to the tree later
			p.Top, err = Row{Called: Called{p.Unit.ID, p.Unit.Key, p.Unit.Name}, counts: make([]int64, len(p.Guidance.Points))}, nil
		}
		if err != nil {
			return err
		}
		if p.Own, err = standingOf(ctx, tx, p.Guidance.ID, p.Unit.ID); err != nil {
			return err
		}
		p.Deeds, err = Deeds(ctx, tx, p.Guidance.ID, p.Unit.ID)
		return err
	}); err != nil {
		return err
	}
	p.Title = p.Guidance.Title
	p.MayKeep = mayKeep(p.Actor, p.Guidance.Unit) == nil
	p.MayReply = p.Guidance.State == Published && p.Top.Asked && p.Actor.For(p.Unit.ID) && mayAnswer(p.Actor) == nil
	return web.Render(w, r, status, showView(p))
}

// text reads the guidance itself, with its files and what it is tied to.
func (p *showPage) text(ctx context.Context, tx *db.Tx, id string) (err error) {
	if p.Guidance, err = Get(ctx, tx, p.Actor, id); err != nil {
		return err
	}
	if p.Files, err = filesOf(ctx, tx, id); err != nil {
		return err
	}
	for _, l := range p.Guidance.Links {
		c, err := tied(ctx, tx, p.Page, l)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil {
			p.Tied = append(p.Tied, c)
		}
	}
	return nil
}

// tied is what a link leads to.
func tied(ctx context.Context, tx *db.Tx, p web.Page, l Link) (web.Crumb, error) {
	if l.Kind == Directive {
		d, err := directive.Get(ctx, tx, p.Actor, l.Ref)
		if err != nil {
			return web.Crumb{}, err
		}
		return web.Crumb{Href: "/directives/" + d.ID, Text: directive.Citation(p, d)}, nil
	}
	c, err := conference.Get(ctx, tx, p.Actor, l.Ref)
	return web.Crumb{Href: "/conferences/" + c.ID, Text: c.Title}, err
}

func (p showPage) base() string { return "/guidance/" + p.Guidance.ID }

// trace is where a figure of a unit and all under it opens to what units have said.
func (g Guidance) trace(unitKey, lane string) string { return tally.Href(g.Sheet, unitKey, lane, true) }

func (p showPage) next() string {
	if p.Next == 0 {
		return ""
	}
	return p.Guidance.at(p.Unit.Key) + "&after=" + strconv.Itoa(int(p.Next))
}

func (p showPage) first() string {
	if p.First {
		return ""
	}
	return p.Guidance.at(p.Unit.Key)
}

// deedOf returns what the unit says of a point, N 0 for nothing.
func (p showPage) deedOf(point int64) Deed {
	for _, d := range p.Deeds {
		if d.Point == point {
			return d
		}
	}
	return Deed{Point: point}
}

// act answers with what a verb of guidance does.
func (s *server) act(said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, r *http.Request) error) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := web.Form(r); err != nil {
			return err
		}
		by, id := auth.FromContext(r.Context()), r.PathValue("id")
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			return verb(ctx, tx, by, id, r)
		}); err != nil {
			return s.showPage(w, r, showPage{Typed: url.Values{"reason": r.PostForm["reason"]}}, err)
		}
		return web.SeeSaid(w, r, said, "/guidance/%s", id)
	}
}

func (s *server) report(w http.ResponseWriter, r *http.Request) error {
	body, name, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	point, err := strconv.ParseInt(r.PathValue("point"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		var err error
		if by, err = lineage.InStead(ctx, tx, by, r.PostFormValue("unit")); err != nil {
			return err
		}
		_, _, err = answering(ctx, tx, by, id)
		return err
	}); err != nil {
		return err
	}
	x := Deed{Point: point, Day: vn.TypedDay(r.PostFormValue("day")), Note: r.PostFormValue("note")}
	var ok bool
	if x.Count, ok = vn.ParseInt(r.PostFormValue("count")); !ok {
		x.Count = -1 // refused by the verb
	}
	typed := url.Values{"point": {strconv.FormatInt(point, 10)}}
	for _, field := range []string{"count", "day", "note"} {
		typed.Set(field, r.PostFormValue(field))
	}
	seen, _ := strconv.ParseInt(r.PostFormValue("seen"), 10, 64) // what is no number is none
	var blob file.Blob
	if body != nil {
		defer body.Close()
		if blob, err = s.files.Put(name, body, maxPicture, file.PDF, file.PNG, file.JPEG); err != nil {
			return s.showPage(w, r, showPage{Typed: typed}, err)
		}
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return Report(ctx, tx, by, id, seen, x, blob)
	}); err != nil {
		return s.showPage(w, r, showPage{Typed: typed}, err)
	}
	return web.SeeSaid(w, r, "guidance.said.reported", "/guidance/%s?under=%s", id, url.QueryEscape(by.UnitKey))
}

const maxPicture = 10 << 20

func (s *server) deedFile(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	point, err := strconv.ParseInt(r.PathValue("point"), 10, 64)
	if err != nil {
		return fault.New(fault.NotFound, "error.not_found")
	}
	var f file.File
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		g, err := Get(ctx, tx, by, r.PathValue("id"))
		if err != nil {
			return err
		}
		u, err := org.Get(ctx, tx, by, r.PathValue("key"))
		if err != nil {
			return err
		}
		d, err := newest(ctx, tx, g.ID, u.ID, point)
		if err != nil {
			return err
		}
		f, err = file.Get(ctx, tx, d.File)
		return err
	}); err != nil {
		return err
	}
	return s.files.Show(w, r, f)
}

func (s *server) addFile(w http.ResponseWriter, r *http.Request) error {
	body, name, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	may := func(ctx context.Context, tx *db.Tx) error {
		_, err := owned(ctx, tx, by, id, Draft)
		return err
	}
	if err := s.db.Read(r.Context(), may); err != nil {
		return err
	}
	if body == nil {
		wrong := fault.Wrong{}
		wrong.Add("file", "error.needed")
		return s.showPage(w, r, showPage{Typed: url.Values{}}, wrong.Err())
	}
	defer body.Close()
	blob, err := s.files.Put(name, body, file.MaxSize, file.PDF, file.DOCX, file.PNG, file.JPEG)
	if err != nil {
		return s.showPage(w, r, showPage{Typed: url.Values{}}, err)
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return AddFile(ctx, tx, by, id, blob)
	}); err != nil {
		return s.showPage(w, r, showPage{Typed: url.Values{}}, err)
	}
	return web.SeeSaid(w, r, "guidance.said.file", "/guidance/%s", id)
}

func (s *server) removeFile(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return RemoveFile(ctx, tx, by, id, r.PathValue("file"))
	}); err != nil {
		return err
	}
	return web.SeeSaid(w, r, "guidance.said.file_removed", "/guidance/%s", id)
}

func (s *server) file(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	var f file.File
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		if _, err := Get(ctx, tx, by, id); err != nil {
			return err
		}
		all, err := filesOf(ctx, tx, id)
		for _, x := range all {
			if x.ID == r.PathValue("file") {
				f = x
				return nil
			}
		}
		if err == nil {
			err = fault.New(fault.NotFound, "error.not_found")
		}
		return err
	}); err != nil {
		return err
	}
	return s.files.Serve(w, r, f)
}

// print is the page for the notice board.
func (s *server) print(w http.ResponseWriter, r *http.Request) error {
	p := showPage{Page: s.site.Page(r, "guidance.print")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return p.text(ctx, tx, r.PathValue("id"))
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, printView(p))
}

type editionsPage struct {
	web.Page
	Guidance Guidance
	Editions []Edition
}

func (s *server) editions(w http.ResponseWriter, r *http.Request) error {
	p := editionsPage{Page: s.site.Page(r, "guidance.editions")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Guidance, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Editions, err = Editions(ctx, tx, p.Guidance.ID)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, editionsView(p))
}

// lackPage lists who has not received guidance, or has not said what it did of all of
// it.
type lackPage struct {
	web.Page
	Guidance Guidance
	Unit     org.Unit
	All      bool // who has not said what they did
	Rows     []Called
	Next     string
	First    bool
}

func (s *server) lacking(w http.ResponseWriter, r *http.Request) error {
	title, all := "guidance.lacking.received", r.URL.Query().Get("what") == "done"
	if all {
		title = "guidance.lacking.done"
	}
	p := lackPage{Page: s.site.Page(r, title), All: all}
	after, _ := strconv.Atoi(r.URL.Query().Get("after")) // what is no number is the first page
	p.First = after <= 0
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Guidance, err = Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil || p.Guidance.State == Draft {
			return err
		}
		var next tally.Place
		if p.Rows, next, err = Lacking(ctx, tx, p.Actor, p.Guidance, p.Unit, all, tally.Place(after), lackSize); next != 0 {
			p.Next = p.link() + "&after=" + strconv.Itoa(int(next))
		}
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, lackView(p))
}

func (p lackPage) link() string {
	what := "received"
	if p.All {
		what = "done"
	}
	return "/guidance/" + p.Guidance.ID + "/lacking/" + url.PathEscape(p.Unit.Key) + "?what=" + what
}

func (p lackPage) first() string {
	if p.First {
		return ""
	}
	return p.link()
}
