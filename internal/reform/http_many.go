package reform

import (
	"context"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/lineage"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// manyPage is the page to hand a table in.
type manyPage struct {
	web.Page
	Day, Decision, Reason, Text string // as typed
	Bad                         []intake.Bad
	Wrong                       map[string]fault.Text
	Message                     fault.Text
	Layout                      intake.Layout
}

const (
	maxTable = 16 << 20
	maxBad   = 20
)

func (s *server) many(w http.ResponseWriter, r *http.Request) error {
	p := manyPage{Page: s.site.Page(r, "reform.many")}
	if key := r.URL.Query().Get("unit"); key != "" {
		p.Text = p.T("reform.many.act.into") + "\t" + key + "\t"
	}
	return s.manyPage(w, r, p, nil)
}

func (s *server) manyPage(w http.ResponseWriter, r *http.Request, p manyPage, failed error) error {
	if err := org.MayReform(p.Actor); err != nil {
		return err
	}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if failed == nil && len(p.Bad) > 0 {
		status = http.StatusUnprocessableEntity
	}
	p.Layout = Layout()
	return web.Render(w, r, status, manyView(p))
}

// sketch reads a table and leads to the page that says what it would do.
func (s *server) sketch(w http.ResponseWriter, r *http.Request) error {
	by := auth.FromContext(r.Context())
	body, _, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	v := r.PostForm
	p := manyPage{Page: s.site.Page(r, "reform.many"), Day: v.Get("day"), Decision: v.Get("decision"), Reason: v.Get("reason"), Text: v.Get("text")}
	if err := org.MayReform(by); err != nil {
		return err
	}
	if place, err := s.site.Done(r.Context(), r); err != nil || place != "" {
		if err != nil {
			return err
		}
		return web.See(w, r, "%s", place)
	}
	table := Table{Decision: p.Decision, Reason: p.Reason}
	table.Day, _ = vn.ParseDay(p.Day) // a bad day is none, which check refuses
	lines, added := typed(p.Text)
	text := []byte(lines)
	if body != nil {
		defer body.Close()
		if text, err = io.ReadAll(io.LimitReader(body, maxTable)); err != nil {
			return err
		}
		added = 0
	}
	if len(text) > 0 {
		rows, err := intake.Read(text, Layout())
		if err != nil {
			return s.manyPage(w, r, p, err)
		}
		table.Lines, p.Bad = FromRows(rows)
		for i := range table.Lines {
			table.Lines[i].N -= added
		}
		for i := range p.Bad {
			p.Bad[i].Line -= added
		}
		if len(p.Bad) > 0 {
			return s.manyPage(w, r, p, nil)
		}
	}
	var made Reform
	var again string
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if made, err = Sketch(ctx, tx, by, table); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/reforms/"+made.ID)
		return err
	}); err != nil {
		return s.manyPage(w, r, p, err)
	}
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	return web.SeeSaid(w, r, "reform.said.tried", "/reforms/%s", made.ID)
}

// typed puts the header over lines that were typed or pasted without one, and
// returns how many lines it added.
func typed(text string) (lines string, added int) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	if text == "" {
		return "", 0
	}
	sign := ";"
	if strings.Contains(text, "\t") {
		sign = "\t"
	}
	first, _, _ := strings.Cut(text, "\n")
	if strings.Contains(vn.Fold(first), "ma don vi") || strings.Contains(vn.Fold(first), "unit code") {
		return text, 0
	}
	var names []string
	for _, c := range Layout().Columns {
		names = append(names, c.Names[0])
	}
	return strings.Join(names, sign) + "\n" + text, 1
}

// template sends the empty table.
func (s *server) template(w http.ResponseWriter, r *http.Request) error {
	p := s.site.Page(r, "reform.many")
	name, ending, _ := strings.Cut(r.PathValue("file"), ".")
	if name != "table" {
		return fault.New(fault.NotFound, "error.not_found")
	}
	mime, b, err := intake.Blank(Layout(), ending, p.Lang, p.T)
	if err != nil {
		return err
	}
	return web.Send(w, "mau-"+Layout().Name+"."+ending, mime, b)
}

// linesPage is how many lines of a table one page shows.
const linesPage = 100

// loadMany reads what the page of a reform of many units shows.
func (p *showPage) loadMany(ctx context.Context, tx *db.Tx, after int) (err error) {
	if p.Reform.Kind != Many {
		return nil
	}
	p.May = org.MayReform(p.Actor) == nil
	p.After = max(0, after)
	if p.Lines, err = LinesAfter(ctx, tx, p.Reform.ID, p.After, linesPage+1); err != nil {
		return err
	}
	p.Lines, p.More = web.Cut(p.Lines, linesPage)
	if p.Acts, err = countLines(ctx, tx, p.Reform.ID); err != nil {
		return err
	}
	if p.Names, err = namesOf(ctx, tx, p.Reform.Tree, p.Lines); err != nil {
		return err
	}
	p.Due = p.Reform.Due(tx)
	if p.May && p.After == 0 && (p.Reform.State == Draft || p.Reform.State == Planned && !p.Due) {
		p.Trial, err = p.Reform.trial(ctx, tx, p.Actor)
	}
	return err
}

// namesOf returns what the units are called that lines name, by key: as they stand,
// or as a line creates them.
func namesOf(ctx context.Context, tx *db.Tx, tree string, lines []Line) (map[string]string, error) {
	names, keys := map[string]string{}, map[string]bool{}
	for _, l := range lines {
		keys[l.Unit] = true
		if l.Target != "" {
			keys[l.Target] = true
		}
		if l.Act == Create {
			names[l.Unit] = l.Name
		}
	}
	all, err := lineage.ByKeys(ctx, tx, tree, slices.Sorted(maps.Keys(keys)))
	for _, u := range all {
		names[u.Key] = u.Name
	}
	return names, err
}

func (s *server) confirm(w http.ResponseWriter, r *http.Request) error {
	return s.turn(w, r, "reform.said.planned", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		_, err := Confirm(ctx, tx, by, id)
		return err
	})
}

func (s *server) repeat(w http.ResponseWriter, r *http.Request) error {
	return s.turn(w, r, "reform.said.planned", Again)
}

// turn lets a reform be made: soon by the job if its day has come.
func (s *server) turn(w http.ResponseWriter, r *http.Request, said string, f func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		if err := f(ctx, tx, by, id); err != nil {
			return err
		}
		now, err := find(ctx, tx, id)
		if err != nil || !now.Due(tx) {
			return err
		}
		said = "reform.said.making"
		return Soon(ctx, tx)
	}); err != nil {
		return s.showPage(w, r, err)
	}
	return web.SeeSaid(w, r, said, "/reforms/%s", id)
}

func (s *server) discard(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return Discard(ctx, tx, by, id) }); err != nil {
		return s.showPage(w, r, err)
	}
	return web.SeeSaid(w, r, "reform.said.discarded", "/reforms")
}

// linesHref is the address of the lines after one.
func (p showPage) linesHref() string {
	if !p.More {
		return ""
	}
	return "/reforms/" + p.Reform.ID + "?after=" + strconv.Itoa(p.Lines[len(p.Lines)-1].N) + "#lines"
}

func (p showPage) firstHref() string {
	if p.After == 0 {
		return ""
	}
	return "/reforms/" + p.Reform.ID + "#lines"
}
