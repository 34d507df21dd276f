package roll

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/presence"
	"nhipcau/internal/web"
)

// missedPage are those who have missed a conference and no other has made it up.
type missedPage struct {
	web.Page
	Conference conference.Conference
	Rows       []presence.Row
	After      int64
	More       bool
	MayRun     bool
}

func (s *server) missed(w http.ResponseWriter, r *http.Request) error {
	p := missedPage{Page: s.site.Page(r, "conference.missed")}
	p.After, _ = strconv.ParseInt(r.URL.Query().Get("after"), 10, 64) // a bad place is the beginning
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Conference, err = conference.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := conference.MayName(p.Actor); err != nil {
			return err
		}
		if p.Conference.State != conference.Closed {
			return fault.New(fault.Conflict, "conference.error.not_closed")
		}
		whole := conference.MayRun(p.Actor, p.Conference.Unit)
		p.Rows, err = presence.Missed(ctx, tx, p.Actor, p.Conference.ID, whole, p.After, rollSize+1)
		return err
	}); err != nil {
		return err
	}
	if p.More = len(p.Rows) > rollSize; p.More {
		p.Rows = p.Rows[:rollSize]
	}
	p.MayRun = conference.MayRun(p.Actor, p.Actor.Unit)
	return web.Render(w, r, http.StatusOK, missedView(p))
}

func (p missedPage) link(after int64) string {
	return "/conferences/" + p.Conference.ID + "/missed?after=" + id(after)
}

func (p missedPage) next() string {
	if !p.More {
		return ""
	}
	return p.link(p.Rows[len(p.Rows)-1].Member)
}

func (p missedPage) first() string {
	if p.After == 0 {
		return ""
	}
	return p.link(0)
}

// makeup is the form of a make-up session for those who missed the conference.
func (p missedPage) makeup() string {
	return "/conferences/new?sort=makeup&rollout=" + url.QueryEscape(p.Conference.Rollout)
}
