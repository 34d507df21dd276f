package pivot

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/formula"
	"nhipcau/internal/office"
	"nhipcau/internal/web"
)

// whole reads a pivot with all its lines, as it was asked for.
func (s *server) whole(r *http.Request, then func(ctx context.Context, tx *db.Tx, p *page) error) error {
	a, y := asked(r.URL.Query())
	a.After = 0
	p := page{Page: s.site.Page(r, "pivot.title"), Layout: y}
	return s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		a.Most = maxCells
		if _, p.Pivot, err = find(ctx, tx, p.Page, r.PathValue("key"), r.URL.Query(), a); err != nil {
			return err
		}
		return then(ctx, tx, &p)
	})
}

func (s *server) xlsx(w http.ResponseWriter, r *http.Request) error {
	var b office.Book
	if err := s.whole(r, func(ctx context.Context, tx *db.Tx, p *page) (err error) {
		base := "http://"
		if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
			base = "https://"
		}
		b, err = p.Write(ctx, tx, p.Layout, base+r.Host, p.Actor, p.name, func(key string) string { return p.T(key) })
		return err
	}); err != nil {
		return err
	}
	file, err := b.Bytes()
	if err != nil {
		return err
	}
	return web.Send(w, "tong-hop.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", file)
}

// csv sends a line for each figure, as programs for statistics read it.
func (s *server) csv(w http.ResponseWriter, r *http.Request) error {
	var file strings.Builder
	file.WriteString("\ufeff") // by which Excel knows the encoding
	out := csv.NewWriter(&file)
	if err := s.whole(r, func(ctx context.Context, tx *db.Tx, p *page) error {
		lines := [][]string{{p.T("pivot.csv.key"), p.T("pivot.axis.units"), p.T("pivot.axis.periods"), p.T("pivot.axis.items"), p.T("pivot.source.value")}}
		for _, l := range p.Lines {
			for i, round := range p.Rounds {
				for n, it := range p.Items {
					if c := p.Period(l, i, n); c.State == Figure {
						lines = append(lines, []string{plain(l.Key), plain(p.name(Member{Axis: Units, Line: l})), plain(round.Period.Name), plain(p.called(it)), exact(c)})
					}
				}
			}
		}
		return out.WriteAll(lines)
	}); err != nil {
		return err
	}
	return web.Send(w, "tong-hop.csv", "text/csv; charset=utf-8", []byte(file.String()))
}

// exact is the figure of a cell with a point, as programs read it.
func exact(c Cell) string {
	return formula.Scaled(c.Units, c.Item.Decimals).X.FloatString(c.Item.Decimals)
}

// plain keeps a text from being reckoned as a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
