package filing

import (
	"context"
	"maps"
	"net/http"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/form"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// unitPage is what one unit has returned in a period, and the fields to return or
// correct it.
type unitPage struct {
	web.Page
	Round     Round
	Unit      org.Unit
	Newest    Return
	Texts     Texts // of the newest
	Book      bookView
	History   []Return // the newest first
	MaySubmit bool
	Typed     map[string]string
	Again     bool // shown again after it was refused
	Wrong     map[string]fault.Text
	Message   fault.Text
	Reason    string // typed for a withdrawal
	WhyNot    map[string]fault.Text
}

func (s *server) unit(w http.ResponseWriter, r *http.Request) error {
	return s.unitPage(w, r, unitPage{Page: s.site.Page(r, "form.title")}, http.StatusOK)
}

func (s *server) unitPage(w http.ResponseWriter, r *http.Request, p unitPage, status int) error {
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Round, err = GetRound(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Unit, _, err = p.Round.on(ctx, tx, p.Actor, r.PathValue("key")); err != nil {
			return err
		}
		if p.History, err = History(ctx, tx, p.Round.Period.ID, p.Unit.ID); err != nil {
			return err
		}
		if len(p.History) > 0 {
			p.Newest = p.History[0]
		}
		if p.Round.texts {
			if p.Texts, err = TextsOf(ctx, tx, p.Round.Period.ID, p.Newest); err != nil {
				return err
			}
		}
		whose := Whose{Unit: p.Unit}
		b, err := p.Round.Open(ctx, tx, p.Actor, s.sources, whose)
		if err == nil {
			p.Book = b.view(p.Page, whose, p.Texts)
		}
		return err
	})
	if err != nil {
		return err
	}
	p.Title = p.Unit.Name
	_, asked := p.Round.asks(p.Unit.ID)
	p.MaySubmit = asked && maySubmit(p.Actor) == nil && p.Round.Period.State == form.Opened
	if p.Typed == nil {
		p.Typed = map[string]string{}
		for key, x := range p.Newest.Figures(p.Round.Form) {
			p.Typed[field(key)] = p.Round.item(key).Write(x)
		}
		for key, s := range p.Texts {
			p.Typed[field(key)] = s
		}
	}
	return web.Render(w, r, status, unitView(p))
}

// before returns the return that the one at a place of the history followed.
func (p unitPage) before(i int) Return {
	if i+1 < len(p.History) {
		return p.History[i+1]
	}
	return Return{}
}

// A change is a figure that one return has otherwise than the one before it.
type change struct {
	Item     form.Item
	From, To string // "" is empty
}

func (p unitPage) changes(i int) (all []change) {
	now, was := p.History[i], p.before(i)
	for n, it := range p.Round.Form.Items {
		x, ok := now.Figure(n + 1)
		y, had := was.Figure(n + 1)
		if ok != had || x != y {
			c := change{Item: it}
			if ok {
				c.To = it.Write(x)
			}
			if had {
				c.From = it.Write(y)
			}
			all = append(all, c)
		}
	}
	return all
}

// typedEntry reads what is entered on a page: also what was typed, by field, and
// which of it is no number.
func typedEntry(f form.Form, r *http.Request) (Entry, map[string]string, fault.Wrong) {
	e, w := Entry{Figures: Figures{}, Texts: Texts{}, Reason: r.PostFormValue("reason")}, fault.Wrong{}
	e.Seen, _ = strconv.ParseInt(r.PostFormValue("seen"), 10, 64) // what is no number was never seen
	typed := map[string]string{"reason": e.Reason}
	for _, it := range f.Items {
		s := r.PostFormValue(field(it.Key))
		typed[field(it.Key)] = s
		switch {
		case vn.Clean(s) == "":
		case it.Kind == form.Text:
			e.Texts[it.Key] = s
		case it.Entered():
			x, ok := it.Read(s)
			if !ok {
				w.Add(field(it.Key), numberWrong(it))
			}
			e.Figures[it.Key] = x
		}
	}
	return e, typed, w
}

// numberWrong is what somebody is told who typed no figure of an item.
func numberWrong(it form.Item) string {
	if it.Decimals > 0 {
		return "filing.error.decimals"
	}
	return "filing.error.number"
}

func (s *server) submit(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	id, key := r.PathValue("id"), r.PathValue("key")
	p := unitPage{Page: s.site.Page(r, "form.title"), Again: true}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Round, err = GetRound(ctx, tx, p.Actor, id)
		return err
	}); err != nil {
		return err
	}
	e, typed, wrong := typedEntry(p.Round.Form, r)
	p.Typed = typed
	if len(wrong) > 0 {
		if _, _, err := p.Round.read(e); err != nil {
			others := fault.Of(err).Fields
			maps.Copy(others, wrong)
			wrong = others
		}
		return s.again(w, r, p, wrong.Err())
	}
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := File(ctx, tx, p.Actor, id, key, e)
		return err
	})
	if err != nil {
		return s.again(w, r, p, err)
	}
	return web.SeeSaid(w, r, "filing.said.submitted", "%s", returnHref(id, key))
}

// again shows the page with what was typed and what is wrong with it.
func (s *server) again(w http.ResponseWriter, r *http.Request, p unitPage, err error) error {
	if _, ok := web.Refused(err, &p.Wrong, &p.Message); !ok {
		return err
	}
	return s.unitPage(w, r, p, web.Status(err))
}

func (s *server) withdraw(w http.ResponseWriter, r *http.Request) error {
	id, key := r.PathValue("id"), r.PathValue("key")
	p := unitPage{Page: s.site.Page(r, "form.title"), Reason: r.PostFormValue("why")} // "reason" is the correction's on the same page
	seen, _ := strconv.ParseInt(r.PostFormValue("seen"), 10, 64)                      // what is no number was never seen
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := Withdraw(ctx, tx, p.Actor, id, key, seen, p.Reason)
		return err
	})
	if fault.Is(err, fault.Invalid) {
		p.WhyNot = fault.Of(err).Fields
		return s.unitPage(w, r, p, web.Status(err))
	}
	if err != nil {
		return s.again(w, r, p, err)
	}
	return web.SeeSaid(w, r, "filing.said.withdrawn", "%s", returnHref(id, key))
}
