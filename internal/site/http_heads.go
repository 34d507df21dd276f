package site

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/presence"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// loadHeads reads what a site without a list has counted.
func (p *showPage) loadHeads(ctx context.Context, tx *db.Tx) (err error) {
	if p.Listed, err = attendance.Listed(ctx, tx, p.Gathering.ID, p.Site.N); err != nil || p.Listed {
		return err
	}
	if p.Calls, err = attendance.Calls(ctx, tx, p.Gathering.ID); err != nil {
		return err
	}
	all, err := presence.HeadCounts(ctx, tx, p.Gathering.ID)
	p.Heads = slices.DeleteFunc(all, func(h presence.HeadCount) bool { return h.Site != p.Site.N })
	return err
}

// mayCount reports whether heads can be entered here now.
func (p showPage) mayCount() bool {
	return p.MayKeep && !p.Listed && p.Gathering.State == conference.Convened
}

// heads takes a count of heads.
func (s *server) heads(w http.ResponseWriter, r *http.Request) error {
	by, id, n := auth.FromContext(r.Context()), r.PathValue("id"), number(r.PathValue("n"))
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	call := max(1, number(v.Get("call")))
	heads, err := strconv.ParseInt(strings.ReplaceAll(vn.Clean(v.Get("heads")), ".", ""), 10, 64)
	if err != nil {
		heads = -1 // refused by Count
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Count(ctx, tx, by, id, n, call, heads) }); err != nil {
		return s.page(w, r, err)
	}
	return web.SeeSaid(w, r, "site.said.heads", "/conferences/%s/sites/%d", id, n)
}
