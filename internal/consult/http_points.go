package consult

import (
	"context"
	"net/http"
	"net/url"

	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/opinion"
	"nhipcau/internal/org"
	"nhipcau/internal/paper"
	"nhipcau/internal/prose"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// maxTable is how many points a table shows.
const maxTable = 5000

const docxType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

func (s *server) registerPoints() {
	s.site.Handle("GET /opinions/{id}/points", web.SignedIn, s.points)
	s.site.Handle("POST /opinions/{id}/points/{point}/answer", web.SignedIn, s.answer)
	s.site.Handle("POST /opinions/{id}/points/{point}/wording", web.SignedIn, s.takeUp)
	s.site.Handle("GET /opinions/{id}/heard", web.SignedIn, s.heardForm)
	s.site.Handle("POST /opinions/{id}/heard", web.SignedIn, s.hear)
	s.site.Handle("GET /opinions/{id}/table", web.SignedIn, s.table)
	s.site.Handle("GET /opinions/{id}/table.docx", web.SignedIn, s.docx)
}

// A row is a point with how its passage stands in the draft now.
type row struct {
	opinion.Point
	Found prose.Found
	Runs  []prose.Run // from the passage to the wording suggested
	Block prose.Block // of the version asked about
}

// pointsPage lists points that have reached the owner, to be answered.
type pointsPage struct {
	web.Page
	C       opinion.Consultation
	Filter  opinion.Filter
	UnitKey string
	Rows    []row
	Next    string
	May     bool // answer now
	Point   int64
	Answer  opinion.Answer
	Why     string
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) points(w http.ResponseWriter, r *http.Request) error {
	return s.pointsPage(w, r, pointsPage{Page: s.site.Page(r, "opinion.points")}, http.StatusOK)
}

func (s *server) pointsPage(w http.ResponseWriter, r *http.Request, p pointsPage, status int) error {
	q := r.URL.Query()
	p.Filter.Answer, p.UnitKey = q.Get("answer"), q.Get("unit")
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.C, err = opinion.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Filter.Path, err = opinion.Readers(p.Actor, p.C); err != nil {
			return err
		}
		if p.UnitKey != "" {
			u, err := org.Get(ctx, tx, p.Actor, p.UnitKey)
			if err != nil {
				return err
			}
			p.Filter.Path = u.Path
		}
		p.May = p.C.State == opinion.Consolidating && opinion.MayRun(p.Actor, p.C) == nil
		all, err := opinion.Points(ctx, tx, p.C, p.Filter, number(q.Get("place"))-1, number(q.Get("after")), pageSize+1)
		if err != nil {
			return err
		}
		var more bool
		if all, more = web.Cut(all, pageSize); more {
			last := all[pageSize-1]
			p.Next = p.link(p.Filter.Answer, "&place="+id(int64(last.Place)+1)+"&after="+id(last.ID))
		}
		p.Rows, err = s.rows(ctx, tx, p.C, all, p.May)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, pointsView(p))
}

func (p pointsPage) link(answer, more string) string {
	return p.C.Path() + "/points?answer=" + url.QueryEscape(answer) + "&unit=" + url.QueryEscape(p.UnitKey) + more
}

// rows puts points beside the text.
func (s *server) rows(ctx context.Context, tx *db.Tx, c opinion.Consultation, all []opinion.Point, follow bool) ([]row, error) {
	then, err := opinion.Text(ctx, tx, c)
	if err != nil {
		return nil, err
	}
	now := then
	if follow {
		if now, err = opinion.Current(ctx, tx, c); err != nil {
			return nil, err
		}
	}
	out := make([]row, len(all))
	for i, x := range all {
		out[i] = row{Point: x}
		out[i].Block, _ = then.Find(x.Anchor.Block)
		_, out[i].Found = then.Follow(x.Anchor, now)
		if x.Suggest != "" {
			out[i].Runs = prose.Words(prose.Plain(x.Anchor.Quote), prose.Plain(x.Suggest))
		}
	}
	return out, nil
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	p := pointsPage{Page: s.site.Page(r, "opinion.points"), Point: number(r.PathValue("point")), Answer: opinion.Answer(v.Get("answer-" + r.PathValue("point"))), Why: v.Get("why-" + r.PathValue("point"))}
	return s.answered(w, r, p, func(ctx context.Context, tx *db.Tx) error {
		return opinion.Reply(ctx, tx, p.Actor, r.PathValue("id"), p.Point, web.Version(r), p.Answer, p.Why)
	})
}

func (s *server) takeUp(w http.ResponseWriter, r *http.Request) error {
	p := pointsPage{Page: s.site.Page(r, "opinion.points"), Point: number(r.PathValue("point"))}
	return s.answered(w, r, p, func(ctx context.Context, tx *db.Tx) error {
		return opinion.TakeUp(ctx, tx, s.owners, p.Actor, r.PathValue("id"), p.Point, web.Version(r))
	})
}

func (s *server) answered(w http.ResponseWriter, r *http.Request, p pointsPage, verb func(ctx context.Context, tx *db.Tx) error) error {
	if err := s.db.Write(r.Context(), verb); err != nil {
		status, ok := web.Refused(err, &p.Wrong, &p.Message)
		if !ok {
			return err
		}
		return s.pointsPage(w, r, p, status)
	}
	q := url.Values{"answer": {r.URL.Query().Get("answer")}, "unit": {r.URL.Query().Get("unit")}}
	return web.SeeSaid(w, r, "opinion.said.answered", "/opinions/%s/points?"+q.Encode()+"#p"+r.PathValue("point"), r.PathValue("id"))
}

// heardPage is the form to note what was said at a conference.
type heardPage struct {
	web.Page
	C           opinion.Consultation
	Doc         prose.Doc
	Conferences []conference.Conference
	Heard       opinion.Heard
	Wrong       map[string]fault.Text
	Message     fault.Text
}

func (s *server) heardForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return s.heardPage(w, r, heardPage{Page: s.site.Page(r, "opinion.heard"), Heard: opinion.Heard{Conference: q.Get("conference"), Note: opinion.Note{Block: q.Get("at")}}}, http.StatusOK)
}

func (s *server) heardPage(w http.ResponseWriter, r *http.Request, p heardPage, status int) error {
	const recent = 50
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.C, err = opinion.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := opinion.MayRun(p.Actor, p.C); err != nil {
			return err
		}
		if p.Doc, err = opinion.Text(ctx, tx, p.C); err != nil {
			return err
		}
		p.Conferences, err = conference.List(ctx, tx, p.Actor, conference.Filter{}, 0, recent)
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, status, heardView(p))
}

func (s *server) hear(w http.ResponseWriter, r *http.Request) error {
	n, err := noteOf(r)
	if err != nil {
		return err
	}
	p := heardPage{Page: s.site.Page(r, "opinion.heard"), Heard: opinion.Heard{Note: n, Conference: r.PostFormValue("conference"), Unit: vn.Clean(r.PostFormValue("unit")), Name: r.PostFormValue("name")}}
	id := r.PathValue("id")
	back, again := "/opinions/"+id+"/heard?conference="+url.QueryEscape(p.Heard.Conference), ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if err = opinion.Hear(ctx, tx, p.Actor, id, p.Heard); err == nil {
			again, err = s.site.Once(ctx, tx, r, back)
		}
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		status, ok := web.Refused(err, &p.Wrong, &p.Message)
		if !ok {
			return err
		}
		return s.heardPage(w, r, p, status)
	}
	return web.SeeSaid(w, r, "opinion.said.heard", "/opinions/%s/heard?conference="+url.QueryEscape(p.Heard.Conference), id)
}

// tablePage is the table of what was said and what was answered.
type tablePage struct {
	web.Page
	C     opinion.Consultation
	Rows  []row
	Count map[opinion.Answer]int64 // "" for those without an answer
}

func (s *server) loadTable(r *http.Request, p *tablePage) error {
	return s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.C, err = opinion.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		path, err := opinion.Readers(p.Actor, p.C)
		if err != nil {
			return err
		}
		all, err := opinion.Points(ctx, tx, p.C, opinion.Filter{Path: path}, -1, 0, maxTable)
		if err != nil {
			return err
		}
		p.Rows, err = s.rows(ctx, tx, p.C, all, false)
		p.Count = map[opinion.Answer]int64{}
		for _, x := range all {
			p.Count[x.Answer]++
		}
		return err
	})
}

func (s *server) table(w http.ResponseWriter, r *http.Request) error {
	p := tablePage{Page: s.site.Page(r, "opinion.table")}
	if err := s.loadTable(r, &p); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, tableView(p))
}

func (s *server) docx(w http.ResponseWriter, r *http.Request) error {
	p := tablePage{Page: s.site.Page(r, "opinion.table")}
	if err := s.loadTable(r, &p); err != nil {
		return err
	}
	b, err := s.printed(r.Context(), p)
	if err != nil {
		return err
	}
	return web.Send(w, "tiep-thu-giai-trinh-"+p.C.ID+".docx", docxType, b)
}

func (s *server) printed(ctx context.Context, t tablePage) ([]byte, error) {
	points := make([]opinion.Point, len(t.Rows))
	for i, x := range t.Rows {
		points[i] = x.Point
	}
	var p paper.Print
	if err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = opinion.Table(ctx, tx, t.Actor, t.C, points)
		return err
	}); err != nil {
		return nil, err
	}
	return p.Docx()
}
