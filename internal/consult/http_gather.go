package consult

import (
	"context"
	"net/http"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/opinion"
	"nhipcau/internal/prose"
	"nhipcau/internal/web"
)

func (s *server) registerGathering() {
	s.site.Handle("GET /opinions/{id}/gathering", web.SignedIn, s.gathering)
	s.site.Handle("POST /opinions/{id}/gathering/comments/{comment}", web.SignedIn, s.gather("opinion.said.picked", func(ctx context.Context, tx *db.Tx, p *gatherPage, r *http.Request) error {
		return opinion.PickComment(ctx, tx, p.Actor, p.id, number(r.PathValue("comment")))
	}))
	s.site.Handle("POST /opinions/{id}/gathering/received/{point}", web.SignedIn, s.gather("opinion.said.picked", func(ctx context.Context, tx *db.Tx, p *gatherPage, r *http.Request) error {
		return opinion.PickPoint(ctx, tx, p.Actor, p.id, number(r.PathValue("point")))
	}))
	s.site.Handle("POST /opinions/{id}/gathering/points", web.SignedIn, s.gather("opinion.said.added", func(ctx context.Context, tx *db.Tx, p *gatherPage, _ *http.Request) error {
		return opinion.AddPoint(ctx, tx, p.Actor, p.id, p.Note)
	}))
	s.site.Handle("POST /opinions/{id}/gathering/points/{point}", web.SignedIn, s.gather("opinion.said.edited", func(ctx context.Context, tx *db.Tx, p *gatherPage, r *http.Request) error {
		p.Editing = number(r.PathValue("point"))
		return opinion.EditPoint(ctx, tx, p.Actor, p.id, p.Editing, web.Version(r), p.Note)
	}))
	s.site.Handle("POST /opinions/{id}/gathering/points/{point}/removal", web.SignedIn, s.gather("opinion.said.removed", func(ctx context.Context, tx *db.Tx, p *gatherPage, r *http.Request) error {
		return opinion.RemovePoint(ctx, tx, p.Actor, p.id, number(r.PathValue("point")), web.Version(r))
	}))
	s.site.Handle("POST /opinions/{id}/gathering/sending", web.SignedIn, s.gather("opinion.said.sent", func(ctx context.Context, tx *db.Tx, p *gatherPage, r *http.Request) error {
		p.Whole, p.Agrees = r.PostFormValue("whole"), r.PostFormValue("agrees") != ""
		return opinion.Send(ctx, tx, p.Actor, p.id, web.Version(r), p.Whole, p.Agrees)
	}))
	s.site.Handle("POST /opinions/{id}/gathering/recall", web.SignedIn, s.gather("opinion.said.recalled", func(ctx context.Context, tx *db.Tx, p *gatherPage, r *http.Request) error {
		return opinion.Recall(ctx, tx, p.Actor, p.id, web.Version(r))
	}))
}

// gatherPage is where a unit makes its one opinion.
type gatherPage struct {
	web.Page
	C        opinion.Consultation
	Doc      prose.Doc
	Mine     opinion.Standing
	Above    string // name of who gets it
	Comments []opinion.Comment
	Below    []opinion.Standing
	Received []opinion.Point
	Points   []opinion.Point
	Fates    map[int64]opinion.Point
	May      bool // change it now
	MaySend  bool
	Note     opinion.Note
	Editing  int64 // point whose form was refused, 0 for the new one
	Whole    string
	Agrees   bool
	Wrong    map[string]fault.Text
	Message  fault.Text

	id string
}

func (s *server) gathering(w http.ResponseWriter, r *http.Request) error {
	return s.gatherPage(w, r, gatherPage{Page: s.site.Page(r, "opinion.gathering"), id: r.PathValue("id")}, http.StatusOK)
}

func (s *server) gatherPage(w http.ResponseWriter, r *http.Request, p gatherPage, status int) error {
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.C, err = opinion.Get(ctx, tx, p.Actor, p.id); err != nil {
			return err
		}
		if p.Mine, err = opinion.Mine(ctx, tx, p.Actor, p.C); err != nil {
			return err
		}
		if p.Doc, err = opinion.Text(ctx, tx, p.C); err != nil {
			return err
		}
		if err := opinion.MayGather(p.Actor, p.Mine); err != nil {
			return err
		}
		return p.load(ctx, tx)
	}); err != nil {
		return err
	}
	if p.Message.Key == "" && len(p.Wrong) == 0 {
		p.Whole = p.Mine.Note
	}
	return web.Render(w, r, status, gatherView(p))
}

func (p *gatherPage) load(ctx context.Context, tx *db.Tx) (err error) {
	p.May = p.C.State == opinion.Opened && !p.Mine.Done()
	p.MaySend = p.C.State == opinion.Opened && opinion.MaySend(p.Actor, p.Mine) == nil
	p.Above = p.C.UnitName
	if p.Mine.Above != 0 {
		up, err := opinion.StandingOf(ctx, tx, p.C, p.Mine.Above)
		if err != nil {
			return err
		}
		p.Above = up.UnitName
	}
	if p.Comments, err = opinion.Comments(ctx, tx, p.C.ID, p.Mine.Unit); err != nil {
		return err
	}
	if p.Below, err = opinion.Below(ctx, tx, p.C, p.Mine.Unit, 0, opinion.MaxShown); err != nil {
		return err
	}
	if p.Received, err = opinion.Received(ctx, tx, p.C.ID, p.Mine.Unit); err != nil {
		return err
	}
	if p.Points, err = opinion.PointsOf(ctx, tx, p.C.ID, p.Mine.Unit); err != nil {
		return err
	}
	ids := make([]int64, len(p.Points))
	for i, x := range p.Points {
		ids[i] = x.ID
	}
	p.Fates, err = opinion.Fates(ctx, tx, ids)
	return err
}

// gather answers with what a verb does for the unit's opinion.
func (s *server) gather(done string, verb func(ctx context.Context, tx *db.Tx, p *gatherPage, r *http.Request) error) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		n, err := noteOf(r)
		if err != nil {
			return err
		}
		p := gatherPage{Page: s.site.Page(r, "opinion.gathering"), Note: n, id: r.PathValue("id")}
		back, again := "/opinions/"+p.id+"/gathering", ""
		err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			if err = verb(ctx, tx, &p, r); err == nil {
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
			return s.gatherPage(w, r, p, status)
		}
		return web.SeeSaid(w, r, done, "/opinions/%s/gathering", p.id)
	}
}
