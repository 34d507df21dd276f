// Package board shows tasks in four ways: as a list, on a board by state, in a month and
// as bars over time, with what a unit gave in the year. It keeps nothing of its own.
package board

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/holiday"
	"nhipcau/internal/task"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

const pageSize = 50

type server struct {
	site *web.Site
	db   *db.DB
}

// Register adds the pages of this package to the site.
func Register(site *web.Site, d *db.DB) {
	s := &server{site, d}
	site.Handle("GET /tasks", web.SignedIn, s.list)
}

// The ways in which tasks are shown.
var ways = []string{"list", "board", "calendar", "gantt"}

// The columns of a board.
var columns = []task.State{task.Running, task.Soon, task.Late, task.Waiting, task.Verified}

const (
	cards = 10  // of a column
	month = 300 // tasks that a month shows
	bars  = 30  // of a gantt
)

// listPage shows tasks in one of the ways.
type listPage struct {
	web.Page
	Way     string
	Filter  task.Filter
	Tasks   []task.Task
	Offset  int
	More    bool
	Today   vn.Day
	Columns []column
	Month   vn.Day // the first of it
	Weeks   [][]cell
	Chart   chart
	MayGive bool
	Totals  totals
}

// A column of a board.
type column struct {
	State task.State
	Tasks []task.Task
	More  bool
}

// totals are what the unit gave in a year.
type totals struct {
	Year                        string
	Sheets                      []int64
	Given, Done, DoneLate, Late int64
}

func (s *server) list(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	p := listPage{Page: s.site.Page(r, "task.title"), Way: q.Get("view"), Offset: web.Offset(r)}
	p.Filter = task.Filter{Side: q.Get("side"), State: task.State(q.Get("state")), Query: vn.Clean(q.Get("q")), Source: q.Get("source")}
	p.Today, p.MayGive = vn.DayOf(p.Now), task.MayGive(p.Actor)
	if !slices.Contains(ways, p.Way) {
		p.Way = ways[0]
	}
	if d := vn.Day(q.Get("day")); d.Valid() && p.Way != "calendar" {
		p.Filter.From, p.Filter.To = d, d
	}
	if p.Filter.State != task.Waiting && p.Filter.State != task.Asking && !slices.Contains(task.States, p.Filter.State) {
		p.Filter.State = ""
	}
	p.Month = p.Today[:8] + "01"
	if d := vn.Day(q.Get("month") + "-01"); d.Valid() {
		p.Month = d
	}
	if err := s.db.Read(r.Context(), p.load); err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, listView(p))
}

func (p *listPage) load(ctx context.Context, tx *db.Tx) (err error) {
	if !slices.Contains(task.Sides, p.Filter.Side) {
		p.Filter.Side = task.ByMe
		if led, err := task.Leads(ctx, tx, p.Actor); err != nil {
			return err
		} else if led {
			p.Filter.Side = task.Mine
		}
		if p.Filter.Source != "" {
			p.Filter.Side = task.Under
		}
	}
	if p.Filter.Side == task.ByMe {
		if err := p.loadTotals(ctx, tx); err != nil {
			return err
		}
	}
	switch p.Way {
	case "board":
		return p.loadBoard(ctx, tx)
	case "calendar":
		return p.loadMonth(ctx, tx)
	case "gantt":
		f := p.Filter
		if f.State == "" {
			f.Open = true
		}
		if p.Tasks, err = task.List(ctx, tx, p.Actor, f, p.Offset, bars+1); err != nil {
			return err
		}
		p.Tasks, p.More = web.Cut(p.Tasks, bars)
		p.Chart = chartOf(p.Tasks, p.Today)
		return nil
	}
	p.Tasks, err = task.List(ctx, tx, p.Actor, p.Filter, p.Offset, pageSize+1)
	p.Tasks, p.More = web.Cut(p.Tasks, pageSize)
	return err
}

func (p *listPage) loadTotals(ctx context.Context, tx *db.Tx) error {
	t := totals{Year: string(p.Today[:4])}
	sheets, v, err := task.Counts(ctx, tx, p.Actor.Unit, t.Year)
	t.Sheets = sheets
	t.Given, t.Done, t.DoneLate, t.Late = v.Get(task.Kind().Lane("given")), v.Get(task.Kind().Lane("done")), v.Get(task.Kind().Lane("done_late")), v.Get(task.Kind().Lane("late"))
	p.Totals = t
	return err
}

func (p *listPage) loadBoard(ctx context.Context, tx *db.Tx) error {
	for _, st := range columns {
		f := p.Filter
		f.State = st
		c := column{State: st}
		all, err := task.List(ctx, tx, p.Actor, f, 0, cards+1)
		if err != nil {
			return err
		}
		c.Tasks, c.More = web.Cut(all, cards)
		p.Columns = append(p.Columns, c)
	}
	return nil
}

// A cell is a day of a calendar.
type cell struct {
	Day   vn.Day
	In    bool // of the month
	Off   bool
	Name  string // of a day off
	Tasks []task.Task
}

// loadMonth lays the tasks that are due in a month out in its weeks, from Monday.
func (p *listPage) loadMonth(ctx context.Context, tx *db.Tx) error {
	next := p.Month.AddDays(31)[:8] + "01"
	f := p.Filter
	f.From, f.To = p.Month, next.AddDays(-1)
	all, err := task.List(ctx, tx, p.Actor, f, 0, month+1)
	if err != nil {
		return err
	}
	p.Tasks, p.More = web.Cut(all, month)
	byDay := map[vn.Day][]task.Task{}
	for _, t := range p.Tasks {
		byDay[t.Due] = append(byDay[t.Due], t)
	}
	first := p.Month.AddDays(-(int(p.Month.Start().In(vn.Zone).Weekday()) + 6) % 7)
	c, err := holiday.Between(ctx, tx, first, next.AddDays(7))
	if err != nil {
		return err
	}
	rows, err := holiday.Of(ctx, tx, first, next.AddDays(7))
	if err != nil {
		return err
	}
	names := map[vn.Day]string{}
	for _, h := range rows {
		names[h.Day] = h.Name
	}
	for d := first; d < next; {
		var week []cell
		for range 7 {
			week = append(week, cell{Day: d, In: d[:7] == p.Month[:7], Off: !c.Works(d), Name: names[d], Tasks: byDay[d]})
			d = d.AddDays(1)
		}
		p.Weeks = append(p.Weeks, week)
	}
	return nil
}

// A chart lays bars of days side by side; places are in percent of its width.
type chart struct {
	From, To vn.Day
	Today    string
	Ticks    []tick
	Bars     []bar
}

type tick struct {
	X   string
	Day vn.Day
}

type bar struct {
	Task  task.Task
	X, W  string
	State task.State
}

// chartOf draws tasks from the day they were given to their last day.
func chartOf(all []task.Task, today vn.Day) chart {
	c := chart{From: today, To: today}
	for _, t := range all {
		c.From, c.To = min(c.From, t.Order.GivenDay), max(c.To, t.Due)
	}
	c.From, c.To = c.From.AddDays(-1), c.To.AddDays(2)
	whole := float64(c.From.DaysUntil(c.To))
	at := func(d vn.Day) float64 { return float64(c.From.DaysUntil(d)) * 100 / whole }
	percent := func(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) + "%" }
	c.Today = percent(at(today) + 50/whole)
	step := max(1, int(whole)/5)
	for d := c.From.AddDays(1); at(d) < 90; d = d.AddDays(step) {
		c.Ticks = append(c.Ticks, tick{percent(at(d)), d})
	}
	for _, t := range all {
		c.Bars = append(c.Bars, bar{Task: t, X: percent(at(t.Order.GivenDay)), W: percent(at(t.Due.AddDays(1)) - at(t.Order.GivenDay)), State: t.State(today)})
	}
	return c
}

// link is the address of this page with something changed; "" takes it out.
func (p listPage) link(changed ...string) string {
	v := url.Values{}
	set := func(k, s string) {
		if v.Del(k); s != "" {
			v.Set(k, s)
		}
	}
	set("side", p.Filter.Side)
	set("state", string(p.Filter.State))
	set("q", p.Filter.Query)
	set("source", p.Filter.Source)
	if p.Way == ways[0] {
		set("day", string(p.Filter.From))
	}
	if p.Way != ways[0] {
		set("view", p.Way)
	}
	if p.Way == "calendar" {
		set("month", string(p.Month[:7]))
	}
	for i := 0; i+1 < len(changed); i += 2 {
		set(changed[i], changed[i+1])
	}
	return "/tasks?" + v.Encode()
}

func (p listPage) pages() (previous, next string) {
	size := pageSize
	if p.Way == "gantt" {
		size = bars
	}
	if p.Offset > 0 {
		previous = p.link("offset", strconv.Itoa(max(0, p.Offset-size)))
	}
	if p.More {
		next = p.link("offset", strconv.Itoa(p.Offset+size))
	}
	return previous, next
}
