package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/vn"
)

// Page is embedded in the data of every page: who reads, in which language, and
// what stands around the page.
type Page struct {
	Title   string
	Lang    i18n.Lang
	Actor   auth.Actor
	Now     time.Time
	Path    string // of the request, with its query
	Crumbs  []Crumb
	Menu    []MenuGroup
	Units   []UnitChoice
	Notices int    // unread
	Demo    string // a sentence on every page of a demonstration
	Clock   string // the date shown in the header
	Said    string // what was just done
	Once    string // token of the page's form

	catalog *i18n.Catalog
	assets  assets
	doors   map[string][]door
}

// A Crumb is a step of the way to the page.
type Crumb struct{ Href, Text string }

// Doors returns where else the page of a thing leads, in the order in which the
// slices were registered; named is what names it in addresses.
func (p Page) Doors(at string, named ...any) []Crumb {
	var all []Crumb
	for _, d := range p.doors[at] {
		all = append(all, Crumb{fmt.Sprintf(d.format, named...), p.T(d.key)})
	}
	return all
}

// A MenuGroup is entries of the main menu that belong together.
type MenuGroup struct {
	Key   string
	Items []MenuItem
}

// A MenuItem is an entry of the main menu.
type MenuItem struct {
	Href, Key string
	Count     func() int // shown when not 0; asked when the menu is written, nil for none
	Current   bool
}

// number is the entry's Count.
func (m MenuItem) number() int {
	if m.Count == nil {
		return 0
	}
	return m.Count()
}

// A UnitChoice is a unit the reader may act for.
type UnitChoice struct {
	Value, Name string
	Current     bool
}

// Page returns what every page needs, titled by a message key.
func (s *Site) Page(r *http.Request, title string, args ...any) Page {
	p := Page{
		Actor: auth.FromContext(r.Context()), Lang: langOf(r), Path: r.URL.RequestURI(), Once: newToken(),
		catalog: s.Catalog, assets: s.assets, doors: s.doors, Now: time.Now().UTC(),
	}
	if s.DB != nil {
		p.Now = s.DB.Now()
	}
	if r.Method != http.MethodGet {
		p.Path = "/"
		if t := r.PostFormValue("once"); token.MatchString(t) {
			p.Once = t // a form shown again is still the same form
		}
	}
	p.Title = p.T(title, args...)
	p.Clock = vn.DayOf(p.Now).String()
	if c, err := r.Cookie(flashCookie); err == nil && s.Catalog.Has(c.Value) && r.Method == http.MethodGet {
		p.Said = p.T(c.Value)
	}
	if s.Frame != nil {
		s.Frame(r, &p)
	}
	return p
}

func langOf(r *http.Request) i18n.Lang {
	if c, err := r.Cookie(langCookie); err == nil && slices.Contains(i18n.Langs, i18n.Lang(c.Value)) {
		return i18n.Lang(c.Value)
	}
	return i18n.Langs[0]
}

// T returns the message for key in the page's language.
func (p Page) T(key string, args ...any) string { return p.catalog.T(p.Lang, key, args...) }

// Text translates a fault's text.
func (p Page) Text(t fault.Text) string { return p.T(t.Key, t.Args...) }

// WithCrumb returns p with one more step of the way; the last is the page itself
// and leads nowhere.
func (p Page) WithCrumb(href, text string) Page {
	p.Crumbs = append(slices.Clone(p.Crumbs), Crumb{href, text})
	return p
}

// Day writes a day, "02/11/2020".
func (p Page) Day(d vn.Day) string { return d.String() }

// ShortDay writes a day without its year when that is the page's year, "2/11".
func (p Page) ShortDay(d vn.Day) string {
	if len(d) == 10 && d[:4] == vn.DayOf(p.Now)[:4] {
		return d.Start().In(vn.Zone).Format("2/1")
	}
	return d.String()
}

// DayOf writes the day of an instant.
func (p Page) DayOf(t time.Time) string { return vn.DayOf(t).String() }

// Time writes an instant, "15:04 02/11/2020".
func (p Page) Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(vn.Zone).Format("15:04") + " " + vn.DayOf(t).String()
}

// Int writes a whole number with dots between thousands.
func (p Page) Int(n int64) string { return vn.Int(n) }

// Percent writes num over den in percent.
func (p Page) Percent(num, den int64) string { return vn.Percent(num, den) }

// Deadline writes a deadline in the words it was given in: "hết ngày
// 30/10/2020", "trước ngày 31/10/2020".
func (p Page) Deadline(d vn.Deadline) string {
	if d.Wording == vn.Before {
		return p.T("common.before_day", d.Day.String())
	}
	return p.T("common.until_day", d.Day.String())
}

// Who names somebody who did a thing; the house itself has a name in each
// language.
func (p Page) Who(name string) string {
	if name == auth.System("").Name {
		return p.T("common.system")
	}
	return name
}

// Wrong returns the message at a form's field, "" if nothing is wrong there.
func (p Page) Wrong(w map[string]fault.Text, field string) string {
	t, ok := w[field]
	if !ok {
		return ""
	}
	return p.Text(t)
}
