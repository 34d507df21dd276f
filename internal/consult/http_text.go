package consult

import (
	"context"
	"net/http"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/opinion"
	"nhipcau/internal/prose"
	"nhipcau/internal/web"
)

func (s *server) registerText() {
	s.site.Handle("GET /opinions/{id}/text", web.SignedIn, s.text)
	s.site.Handle("POST /opinions/{id}/comments", web.SignedIn, s.comment)
	s.site.Handle("POST /opinions/{id}/comments/{comment}/withdrawal", web.SignedIn, s.withdraw)
	s.site.Handle("POST /opinions/{id}/agreement", web.SignedIn, s.agree)
}

// A said is a comment or a point beside its paragraph.
type said struct {
	ID      int64
	Who     string
	Where   string // unit or source, "" if that is the reader's own unit
	Anchor  prose.Anchor
	Found   prose.Found // in the text shown
	Text    string
	Suggest string
	Point   bool
	Fate    *opinion.Point // what became of it, if it was picked or is a point
	Mine    bool           // may be withdrawn
}

// A paragraph is a block of the text with what is said of it.
type paragraph struct {
	prose.Block
	Pieces []piece
	Said   []said
}

// textPage is the text with what is said beside it.
type textPage struct {
	web.Page
	C          opinion.Consultation
	Now        bool // the draft as it stands now, not the version asked about
	MayNow     bool
	Paragraphs []paragraph
	Lost       []said // whose paragraph is gone
	Mine       opinion.Standing
	Invited    bool
	Me         opinion.Person
	MayComment bool
	Owner      bool         // points are shown, not the comments of a unit
	Note       opinion.Note // being written, on Note.Block
	Anchor     prose.Anchor
	Wrong      map[string]fault.Text
	Message    fault.Text

	doc prose.Doc
}

func (s *server) text(w http.ResponseWriter, r *http.Request) error {
	p := textPage{Page: s.site.Page(r, "opinion.text"), Now: r.URL.Query().Get("on") == "now"}
	return s.textPage(w, r, p, http.StatusOK)
}

func (s *server) textPage(w http.ResponseWriter, r *http.Request, p textPage, status int) error {
	q := r.URL.Query()
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.C, err = opinion.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		return p.load(ctx, tx)
	}); err != nil {
		return err
	}
	if b, ok := p.doc.Find(q.Get("at")); ok && p.Note.Block == "" && !p.Now {
		from, to := marked(b.Text, int(number(q.Get("from"))), int(number(q.Get("to"))))
		p.Note = opinion.Note{Block: b.ID, From: from, To: to}
	}
	if p.Note.Block != "" {
		p.Anchor, _ = p.doc.At(p.Note.Block, p.Note.From, p.Note.To)
	}
	return web.Render(w, r, status, textView(p))
}

func (p *textPage) load(ctx context.Context, tx *db.Tx) (err error) {
	then, err := opinion.Text(ctx, tx, p.C)
	if err != nil {
		return err
	}
	p.doc = then
	if p.Mine, err = opinion.Mine(ctx, tx, p.Actor, p.C); err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if p.Me, p.Invited, err = opinion.PersonOf(ctx, tx, p.C.ID, p.Actor.Member); err != nil {
		return err
	}
	p.Owner = p.C.Over(p.Actor) && opinion.MayRead(p.Actor) == nil
	p.MayNow = opinion.MayRun(p.Actor, p.C) == nil
	p.MayComment = p.C.State == opinion.Opened && (p.Invited || opinion.MayComment(p.Actor, p.Mine) == nil && !p.Mine.Done()) && !p.Now
	if p.Now = p.Now && p.MayNow; p.Now {
		if p.doc, err = opinion.Current(ctx, tx, p.C); err != nil {
			return err
		}
	}
	all, err := p.said(ctx, tx)
	if err != nil {
		return err
	}
	p.place(then, all)
	return nil
}

// said returns what stands beside the text: to those over the owner the points that
// reached it, to others the comments of their unit, and to a person asked their own
// points.
func (p *textPage) said(ctx context.Context, tx *db.Tx) (all []said, err error) {
	var found []opinion.Point
	if p.Owner {
		found, err = opinion.Points(ctx, tx, p.C, opinion.Filter{}, -1, 0, opinion.MaxShown)
	} else if p.Invited {
		found, err = opinion.Points(ctx, tx, p.C, opinion.Filter{Source: opinion.FromPerson, Member: p.Actor.Member}, -1, 0, opinion.MaxShown)
	}
	if err != nil {
		return nil, err
	}
	for _, x := range found {
		all = append(all, said{ID: x.ID, Who: x.Who(), Anchor: x.Anchor, Text: x.Text, Suggest: x.Suggest, Point: true, Fate: &x})
	}
	if p.Owner || !p.Mine.TakesPart {
		return all, nil
	}
	notes, err := opinion.Comments(ctx, tx, p.C.ID, p.Mine.Unit)
	if err != nil {
		return nil, err
	}
	var picked []int64
	for _, x := range notes {
		if x.Point != 0 {
			picked = append(picked, x.Point)
		}
	}
	became, err := opinion.Fates(ctx, tx, picked)
	for _, x := range notes {
		one := said{ID: x.ID, Who: x.Name, Anchor: x.Anchor, Text: x.Text, Suggest: x.Suggest}
		one.Mine = x.Point == 0 && x.Account == p.Actor.Login && p.C.State == opinion.Opened && !p.Mine.Done()
		if f, ok := became[x.Point]; ok {
			one.Fate = &f
		}
		all = append(all, one)
	}
	return all, err
}

// place puts what is said beside its paragraphs in the text shown.
func (p *textPage) place(then prose.Doc, all []said) {
	beside := map[string][]said{}
	for _, x := range all {
		x.Found = prose.Exact
		if p.Now {
			x.Anchor, x.Found = then.Follow(x.Anchor, p.doc)
		}
		if _, ok := p.doc.Find(x.Anchor.Block); ok {
			beside[x.Anchor.Block] = append(beside[x.Anchor.Block], x)
		} else {
			p.Lost = append(p.Lost, x)
		}
	}
	for _, b := range p.doc.Blocks {
		p.Paragraphs = append(p.Paragraphs, paragraph{b, pieces(b.Text, beside[b.ID]), beside[b.ID]})
	}
}

// noteOf reads a note from a form.
func noteOf(r *http.Request) (opinion.Note, error) {
	v, err := web.Form(r)
	return opinion.Note{
		Block: v.Get("block"), From: int(min(number(v.Get("from")), prose.MaxText)), To: int(min(number(v.Get("to")), prose.MaxText)),
		Text: v.Get("text"), Suggest: v.Get("suggest"),
	}, err
}

func (s *server) comment(w http.ResponseWriter, r *http.Request) error {
	n, err := noteOf(r)
	if err != nil {
		return err
	}
	p := textPage{Page: s.site.Page(r, "opinion.text"), Note: n}
	id := r.PathValue("id")
	back := "/opinions/" + id + "/text#" + n.Block
	again := ""
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if err = opinion.CommentOn(ctx, tx, p.Actor, id, n); err == nil {
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
		return s.textPage(w, r, p, status)
	}
	return web.SeeSaid(w, r, "opinion.said.commented", "/opinions/%s/text#"+n.Block, id)
}

func (s *server) withdraw(w http.ResponseWriter, r *http.Request) error {
	return s.textAct(w, r, "opinion.said.withdrawn", func(ctx context.Context, tx *db.Tx, p web.Page) error {
		return opinion.Withdraw(ctx, tx, p.Actor, r.PathValue("id"), number(r.PathValue("comment")))
	})
}

func (s *server) agree(w http.ResponseWriter, r *http.Request) error {
	return s.textAct(w, r, "opinion.said.agreed", func(ctx context.Context, tx *db.Tx, p web.Page) error {
		return opinion.Agree(ctx, tx, p.Actor, r.PathValue("id"))
	})
}

func (s *server) textAct(w http.ResponseWriter, r *http.Request, done string, verb func(ctx context.Context, tx *db.Tx, p web.Page) error) error {
	p := textPage{Page: s.site.Page(r, "opinion.text")}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, p.Page) }); err != nil {
		status, ok := web.Refused(err, &p.Wrong, &p.Message)
		if !ok {
			return err
		}
		return s.textPage(w, r, p, status)
	}
	return web.SeeSaid(w, r, done, "/opinions/%s/text", r.PathValue("id"))
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
