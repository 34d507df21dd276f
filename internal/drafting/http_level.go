package drafting

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/org"
	"nhipcau/internal/web"
)

// tablesPage offers the figures of a period as tables to reckon on, by the levels of
// the tree under a unit.
type tablesPage struct {
	web.Page
	Round  filing.Round
	Unit   org.Unit
	Depths []filing.Depth
}

func (s *server) tables(w http.ResponseWriter, r *http.Request) error {
	p := tablesPage{Page: s.site.Page(r, "drafting.tables")}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Round, err = filing.GetRound(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		p.Unit, p.Depths, err = p.Round.Depths(ctx, tx, p.Actor, r.PathValue("key"))
		return err
	}); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, tablesView(p))
}

// book sends the table of the level that is asked for; those directly under the unit
// if it is none.
func (s *server) book(w http.ResponseWriter, r *http.Request) error {
	down, err := strconv.Atoi(r.URL.Query().Get("level"))
	if err != nil {
		down = 1
	}
	return s.xlsx(w, r, periodBook(down))
}

// table is the address of the table of a level.
func (p tablesPage) table(down int) string {
	return "/periods/" + p.Round.Period.ID + "/summary/" + url.PathEscape(p.Unit.Key) + "/figures.xlsx?level=" + strconv.Itoa(down)
}

// page is the address of the unit's table in the period.
func (p tablesPage) page() string {
	return "/periods/" + p.Round.Period.ID + "/units/" + url.PathEscape(p.Unit.Key)
}

// name is what a level is called: those directly under the unit, or so many levels down.
func (p tablesPage) name(d filing.Depth) string {
	if d.Down == 1 {
		return p.T("drafting.tables.under")
	}
	return p.T("drafting.tables.down", d.Down)
}
