package overview

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

// bars is how many units stand under each other on one page.
const bars = 60

// periodsBack is how many periods can be chosen.
const periodsBack = 24

type comparePage struct {
	web.Page
	Comparison
	Periods []filing.Period
	Bars    []web.HBar
	Scale   web.Scale
	From    int // of the first bar among all, from 0
}

func (s *server) compare(w http.ResponseWriter, r *http.Request) error {
	p := comparePage{Page: s.site.Page(r, "overview.compare"), From: web.Offset(r)}
	q := r.URL.Query()
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		period := q.Get("period")
		if period == "" {
			if period, err = newest(ctx, tx, p.Actor, q.Get("form")); err != nil {
				return err
			}
		}
		if p.Comparison, err = Compare(ctx, tx, p.Actor, r.PathValue("key"), period, q.Get("item"), Way(q.Get("way"))); err != nil {
			return err
		}
		if p.Periods, err = filing.Periods(ctx, tx, p.Round.Form.ID, 0, periodsBack); err != nil {
			return err
		}
		p.Page, err = org.Crumbs(ctx, tx, p.Page, p.Unit)
		return err
	}); err != nil {
		return err
	}
	p.draw()
	p.Title = p.Unit.Name
	return web.Render(w, r, http.StatusOK, compareView(p))
}

// draw lays the bars of the page out, on the scale of all of them.
func (p *comparePage) draw() {
	if p.Median == nil {
		return
	}
	p.Scale.HasMedian = true
	p.Scale.Median, _ = p.Median.Float64()
	p.Scale.High, _ = p.Ranked[0].X.Float64()
	p.Scale.Low, _ = p.Ranked[len(p.Ranked)-1].X.Float64()
	p.From = min(p.From, len(p.Ranked)-1)
	for _, c := range p.Ranked[p.From:min(p.From+bars, len(p.Ranked))] {
		b := web.HBar{Text: c.Row.Name, To: "/units/" + c.Row.Key + "/overview", Href: p.Round.ItemHref(c.Row.Key, p.Item.Key), Note: p.note(c)}
		b.Value, _ = write(p.Item, c.X)
		if p.Way == Moved {
			b.Value = signed(p.Item, c.X)
		}
		b.X, _ = c.X.Float64()
		p.Bars = append(p.Bars, b)
	}
}

// note is what a unit's figure is of, where that is not all.
func (p comparePage) note(c Compared) string {
	switch {
	case p.Way == Member:
		return p.T("overview.members", p.Int(c.Members))
	case c.Row.Received() < c.Row.Due:
		return p.T("overview.part", p.Int(c.Row.Received()), p.Int(c.Row.Due))
	}
	return ""
}

func (p comparePage) median() string {
	it := p.Item
	it.Decimals = min(it.Decimals+1, 4) // between two it may lie on a half
	s, _ := write(it, p.Median)
	if exact, ok := write(p.Item, p.Median); ok && p.Median.IsInt() {
		s = exact
	}
	return p.T("overview.median", s, p.Int(int64(len(p.Ranked))))
}

// what says in words by what the units are in order.
func (p comparePage) what() string {
	switch {
	case p.Way == Member && p.Listed != "":
		return p.T("overview.by.member", p.Listed.String())
	case p.Way == Moved && p.Before.ID != "":
		return p.T("overview.by.moved", p.Before.Name)
	case p.Way == Whole && p.Item.Word != "":
		return p.Item.Word
	}
	return ""
}

// periods are those that can be chosen; the one shown is always among them.
func (p comparePage) periods() (all []web.Option) {
	has := false
	for _, x := range p.Periods {
		all = append(all, web.Option{Value: x.ID, Text: x.Name})
		has = has || x.ID == p.Round.Period.ID
	}
	if !has {
		all = append(all, web.Option{Value: p.Round.Period.ID, Text: p.Round.Period.Name})
	}
	return all
}

func (p comparePage) items() (all []web.Option) {
	for _, it := range p.Round.Form.Items {
		if numeric(it) {
			all = append(all, web.Option{Value: it.Key, Text: p.Round.Form.Called(it)})
		}
	}
	return all
}

func (p comparePage) ways() []web.Option {
	return []web.Option{{Value: string(Whole), Text: p.T("overview.way.whole")}, {Value: string(Member), Text: p.T("overview.way.member")}, {Value: string(Moved), Text: p.T("overview.way.moved")}}
}

func (p comparePage) previous() string {
	if p.From == 0 {
		return ""
	}
	return compareHref(p.Unit.Key, p.Round.Period.ID, p.Item.Key, p.Way, max(0, p.From-bars))
}

func (p comparePage) next() string {
	if p.From+bars >= len(p.Ranked) {
		return ""
	}
	return compareHref(p.Unit.Key, p.Round.Period.ID, p.Item.Key, p.Way, p.From+bars)
}

// compareHref is where the units under one are put beside each other.
func compareHref(unitKey, period, item string, way Way, offset int) string {
	q := url.Values{"period": {period}}
	for name, value := range map[string]string{"item": item, "way": string(way)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if offset > 0 {
		q.Set("offset", strconv.Itoa(offset))
	}
	return "/units/" + unitKey + "/compare?" + q.Encode()
}
