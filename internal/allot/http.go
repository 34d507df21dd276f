package allot

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/office"
	"nhipcau/internal/org"
	"nhipcau/internal/target"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

type server struct {
	site    *web.Site
	db      *db.DB
	weights []target.Weight
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB, weights []target.Weight) {
	s := &server{site, d, weights}
	site.Handle("GET /targets/{id}/handing/{key}", web.SignedIn, s.handing)
	site.Handle("POST /targets/{id}/handing/{key}", web.SignedIn, s.hand)
	site.Handle("GET /targets/{id}/handing/{key}/table.xlsx", web.SignedIn, s.table)
	site.Handle("POST /targets/{id}/handing/{key}/table", web.SignedIn, s.upload)
}

// handPage hands down what a unit was given.
type handPage struct {
	web.Page
	Target  target.Target
	Unit    org.Unit
	Own     target.Standing
	Handed  int64 // as it stands
	Way     string
	Whole   string // as typed
	Ways    []web.Option
	Offers  []target.Offer // those shown
	Count   int            // all
	Given   int64          // of these, those that have a share
	Sum     int64          // what all would have
	From    int            // place of the first shown
	Changes int            // shares that would be another than they are
	Typed   map[string]string
	Reason  string
	Bad     []intake.Bad // of a table
	Wrong   map[string]fault.Text
	Message fault.Text
}

const (
	offersSize = 100
	maxTable   = 2 << 20 // bytes of a table of the units directly under one
)

func (s *server) handing(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	from, _ := strconv.Atoi(q.Get("from")) // what is no number is the first page
	return s.handPage(w, r, handPage{Way: q.Get("way"), Whole: q.Get("whole"), From: max(0, from), Typed: map[string]string{}}, nil)
}

func (s *server) handPage(w http.ResponseWriter, r *http.Request, p handPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	p.Page = s.site.Page(r, "target.hand")
	if p.Way == "" {
		p.Way = target.Typed
	}
	for _, way := range []string{target.Typed, target.Equal} {
		p.Ways = append(p.Ways, web.Option{Value: way, Text: p.T("target.way." + way)})
	}
	for _, x := range s.weights {
		p.Ways = append(p.Ways, web.Option{Value: x.Key, Text: p.T("target.way.weight", p.T(x.Label))})
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Target, p.Own, err = target.Handing(ctx, tx, p.Actor, r.PathValue("id"), r.PathValue("key")); err != nil {
			return err
		}
		if p.Unit, err = org.Get(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		return s.offers(ctx, tx, &p)
	}); err != nil {
		return err
	}
	if len(p.Wrong) > 0 && status == http.StatusOK {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, handView(p))
}

// offers works out what the page shows.
func (s *server) offers(ctx context.Context, tx *db.Tx, p *handPage) error {
	whole := p.Own.Value
	if p.Whole == "" {
		p.Whole = p.Target.Format(whole)
	} else if typed, ok := target.ParseValue(p.Whole, p.Target.Decimals); !ok {
		p.Wrong = map[string]fault.Text{"whole": {Key: "target.error.share"}}
		p.Way = target.Typed
	} else {
		whole = typed
	}
	all, err := target.Offers(ctx, tx, p.Actor, s.weights, p.Target, p.Own.Unit, p.Way, whole)
	if fault.Is(err, fault.Invalid) {
		p.Wrong, p.Way = fault.Of(err).Fields, target.Typed
		all, err = target.Offers(ctx, tx, p.Actor, s.weights, p.Target, p.Own.Unit, target.Typed, 0)
	}
	if err != nil {
		return err
	}
	p.Count = len(all)
	for _, o := range all {
		p.Sum += o.Value
		p.Handed += o.Had.Value
		if o.Had.Version > 0 {
			p.Given++
		}
		if o.Changes {
			p.Changes++
		}
	}
	if p.From >= len(all) {
		p.From = 0
	}
	p.Offers = all[p.From:min(len(all), p.From+offersSize)]
	return nil
}

// hand hands down: what was typed on one page, or what one way gives all of them.
func (s *server) hand(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(v.Get("from")) // what is no number is the first page
	p := handPage{Way: v.Get("way"), Whole: v.Get("whole"), From: max(0, from), Typed: map[string]string{}, Reason: v.Get("reason")}
	for name := range v {
		if len(name) > 2 && name[:2] == "v_" {
			p.Typed[name] = v.Get(name)
		}
	}
	by, id, key := auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("key")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		t, own, err := target.Handing(ctx, tx, by, id, key)
		if err != nil {
			return err
		}
		shares, err := s.shares(ctx, tx, by, t, own, p)
		if err != nil {
			return err
		}
		return target.Hand(ctx, tx, by, id, key, web.Version(r), shares, p.Reason)
	}); err != nil {
		return s.handPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "target.said.handed", "/targets/%s?under=%s", id, url.QueryEscape(key))
}

// shares are what is handed down from a page.
func (s *server) shares(ctx context.Context, tx *db.Tx, by auth.Actor, t target.Target, own target.Standing, p handPage) ([]target.Share, error) {
	way, whole := p.Way, own.Value
	if way == "" {
		way = target.Typed
	}
	if way != target.Typed {
		var ok bool
		if whole, ok = target.ParseValue(p.Whole, t.Decimals); !ok {
			return nil, target.Wrong("whole", "target.error.share")
		}
	}
	all, err := target.Offers(ctx, tx, by, s.weights, t, own.Unit, way, whole)
	if err != nil {
		return nil, err
	}
	w := fault.Wrong{}
	var shares []target.Share
	for _, o := range all {
		if way != target.Typed {
			shares = append(shares, target.Share{Unit: o.ID, Value: o.Value})
			continue
		}
		typed := vn.Clean(p.Typed["v_"+o.Key])
		if typed == "" {
			continue
		}
		x, ok := target.ParseValue(typed, t.Decimals)
		if !ok {
			w.Add("v_"+o.Key, "target.error.share")
		}
		shares = append(shares, target.Share{Unit: o.ID, Value: x})
	}
	return shares, w.Err()
}

func (p handPage) base() string {
	return "/targets/" + p.Target.ID + "/handing/" + url.PathEscape(p.Unit.Key)
}

func (p handPage) page(from int) string {
	if from < 0 && p.From > 0 {
		from = 0
	}
	if from < 0 || from >= p.Count {
		return ""
	}
	return p.base() + "?" + url.Values{"way": {p.Way}, "whole": {p.Whole}, "from": {strconv.Itoa(from)}}.Encode()
}

// value is what the field of a unit shows.
func (p handPage) value(o target.Offer) string {
	if typed, ok := p.Typed["v_"+o.Key]; ok {
		return typed
	}
	if !o.Typed {
		return ""
	}
	return p.Target.Format(o.Value)
}

// table is the units as a table to be filled in and handed in again.
func (s *server) table(w http.ResponseWriter, r *http.Request) error {
	p := s.site.Page(r, "target.hand")
	l := Layout()
	sheet := office.Sheet{Name: l.Sheet}
	for _, c := range l.Columns {
		sheet.Columns = append(sheet.Columns, office.SheetColumn{Title: c.Title(p.Lang), Width: 18})
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		t, own, err := target.Handing(ctx, tx, p.Actor, r.PathValue("id"), r.PathValue("key"))
		if err != nil {
			return err
		}
		sheet.Title = t.Label
		all, err := target.Offers(ctx, tx, p.Actor, nil, t, own.Unit, target.Typed, 0)
		for _, o := range all {
			value := ""
			if o.Typed {
				value = t.Format(o.Value)
			}
			sheet.Rows = append(sheet.Rows, []any{o.Key, value, o.Name})
		}
		return err
	}); err != nil {
		return err
	}
	b, err := office.Book{Title: sheet.Title, Author: p.Actor.UnitName, Made: p.Now, Sheets: []office.Sheet{sheet}}.Bytes()
	if err != nil {
		return err
	}
	return web.Send(w, l.Name+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b)
}

func (s *server) upload(w http.ResponseWriter, r *http.Request) error {
	body, _, err := web.Upload(r, "file")
	if err != nil {
		return err
	}
	p := handPage{Typed: map[string]string{}, Reason: r.PostFormValue("reason")}
	var b bytes.Buffer
	if body != nil {
		defer body.Close()
		if n, err := io.Copy(&b, io.LimitReader(body, maxTable+1)); err != nil || n > maxTable {
			return fault.Wrap(fault.TooLarge, err, "error.too_large")
		}
	}
	by, id, key := auth.FromContext(r.Context()), r.PathValue("id"), r.PathValue("key")
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, _, err := target.Handing(ctx, tx, by, id, key)
		return err
	}); err != nil {
		return err
	}
	table, err := readTable(b.Bytes())
	if err != nil {
		return s.handPage(w, r, p, err)
	}
	var out intake.Outcome
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = Import(ctx, tx, by, id, key, web.Version(r), table, p.Reason, false)
		return err
	}); err != nil {
		return s.handPage(w, r, p, err)
	}
	if len(out.Bad) > 0 {
		p.Bad = out.Bad
		return s.handPage(w, r, p, target.Wrong("file", "target.error.table", len(out.Bad)))
	}
	return web.SeeSaid(w, r, "target.said.handed", "/targets/%s?under=%s", id, url.QueryEscape(key))
}
