package form

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// buildPage is where a draft is built, with what the units will see beside it.
type buildPage struct {
	web.Page
	Form    Form // the edition that is drafted
	Key     string
	Item    Item // that is changed, or added
	Typed   map[string]string
	Sources Sources
	Wrong   map[string]fault.Text
	Message fault.Text
}

func (s *server) build(w http.ResponseWriter, r *http.Request) error {
	p := buildPage{Page: s.site.Page(r, "form.build"), Key: r.URL.Query().Get("item"), Item: Item{Kind: Figure, High: Usual}}
	p.Item.Of = r.URL.Query().Get("of")
	return s.buildPage(w, r, p, nil)
}

func (s *server) buildPage(w http.ResponseWriter, r *http.Request, p buildPage, failed error) error {
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		p.Form, err = Drafted(ctx, tx, p.Actor, r.PathValue("id"))
		return err
	}); err != nil {
		return err
	}
	p.Sources = s.sources
	if p.Typed == nil {
		if at, err := p.Form.at(p.Key); err == nil {
			p.Item = p.Form.Items[at]
		} else if p.Key = ""; len(p.Form.Items) > 0 {
			p.Item.Section = p.Form.Items[len(p.Form.Items)-1].Section
			if at, err := p.Form.at(p.Item.Of); err == nil {
				p.Item.Section, p.Item.Word = p.Form.Items[at].Section, p.Form.Items[at].Word
			}
		}
		p.Typed = typedOf(p.Item)
	}
	return web.Render(w, r, status, buildView(p))
}

// typedOf is an item as the fields show it.
func typedOf(it Item) map[string]string {
	t := map[string]string{
		"key": it.Key, "section": it.Section, "label": it.Label, "word": it.Word, "kind": string(it.Kind), "decimals": strconv.Itoa(it.Decimals), "over": string(it.Over),
		"formula": it.Formula, "source": it.Source, "of": it.Of, "part": it.Part,
	}
	if it.Kind == Figure && (it.Low != 0 || it.High != Usual) {
		t["low"], t["high"] = it.Write(it.Low), it.Write(it.High)
	}
	if it.Needed {
		t["needed"] = "1"
	}
	return t
}

// typedItem reads an item from the fields, with what was typed.
func typedItem(r *http.Request) (Item, map[string]string, fault.Wrong) {
	t, w := map[string]string{}, fault.Wrong{}
	for _, name := range []string{"key", "section", "label", "word", "kind", "decimals", "over", "formula", "source", "of", "part", "low", "high", "needed"} {
		t[name] = vn.Clean(r.PostFormValue(name))
	}
	it := Item{
		Key: t["key"], Section: t["section"], Label: t["label"], Word: t["word"], Kind: Kind(t["kind"]), Over: Over(t["over"]), Needed: t["needed"] != "",
		Formula: t["formula"], Source: t["source"], Of: t["of"], Part: t["part"], High: Usual,
	}
	it.Decimals, _ = strconv.Atoi(t["decimals"]) // what is no number is none
	w.Text("label", it.Label, maxLabel, true)
	if it.Kind == Formula {
		w.Text("formula", it.Formula, maxFormula, true)
	}
	if it.Kind == Tally {
		w.Text("source", it.Source, maxLabel, true)
	}
	if it.Of != "" && it.Part == "" {
		w.Add("part", "error.needed")
	}
	for name, to := range map[string]*int64{"low": &it.Low, "high": &it.High} {
		if t[name] == "" || it.Kind != Figure {
			continue
		}
		x, ok := it.Read(t[name])
		if !ok {
			w.Add(name, "form.error.number")
		}
		*to = x
	}
	return it, t, w
}

func (s *server) putItem(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	id, key := r.PathValue("id"), r.PostFormValue("item")
	p := buildPage{Page: s.site.Page(r, "form.build"), Key: key}
	var wrong fault.Wrong
	if p.Item, p.Typed, wrong = typedItem(r); len(wrong) > 0 {
		return s.buildPage(w, r, p, wrong.Err())
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		return PutItem(ctx, tx, p.Actor, id, web.Version(r), key, p.Item)
	}); err != nil {
		return s.buildPage(w, r, p, err)
	}
	return web.SeeSaid(w, r, "form.said.amended", "/forms/%s/build", id)
}

// changeItem moves an item or takes it away.
func (s *server) changeItem(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.Form(r); err != nil {
		return err
	}
	id, key := r.PathValue("id"), r.PostFormValue("item")
	p := buildPage{Page: s.site.Page(r, "form.build")}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		switch r.PostFormValue("do") {
		case "up":
			return MoveItem(ctx, tx, p.Actor, id, web.Version(r), key, -1)
		case "down":
			return MoveItem(ctx, tx, p.Actor, id, web.Version(r), key, 1)
		}
		return DropItem(ctx, tx, p.Actor, id, web.Version(r), key)
	}); err != nil {
		return s.buildPage(w, r, p, err)
	}
	return web.See(w, r, "/forms/%s/build", id)
}

func (s *server) revise(w http.ResponseWriter, r *http.Request) error {
	return s.said(w, r, Revise, "form.said.revised", "/forms/%s/build")
}

func (s *server) issue(w http.ResponseWriter, r *http.Request) error {
	return s.said(w, r, Issue, "form.said.issued", "/forms/%s")
}

func (s *server) drop(w http.ResponseWriter, r *http.Request) error {
	return s.said(w, r, Drop, "form.said.dropped", "/forms/%s")
}

// wholes are the items that may have companions.
func (p buildPage) wholes() []web.Option {
	all := []web.Option{{Text: p.T("form.build.whole")}}
	for _, it := range p.Form.Items {
		if it.Kind == Figure && it.Of == "" && it.Key != p.Key {
			all = append(all, web.Option{Value: it.Key, Text: it.Label})
		}
	}
	return all
}

func (p buildPage) sources() []web.Option {
	all := []web.Option{{Text: p.T("form.build.no_source")}}
	for _, s := range p.Sources {
		all = append(all, web.Option{Value: s.Key, Text: p.T(s.Label)})
	}
	return all
}

func (p buildPage) kinds() (all []web.Option) {
	for _, k := range KindsAll {
		all = append(all, web.Option{Value: string(k), Text: p.T("form.kind." + string(k))})
	}
	return all
}

func (p buildPage) overs() []web.Option {
	all := []web.Option{}
	for _, o := range OversAll {
		all = append(all, web.Option{Value: string(o), Text: p.T("form.over." + string(o))})
	}
	return all
}

func (p buildPage) decimals() (all []web.Option) {
	for n := range MaxDecimals + 1 {
		all = append(all, web.Option{Value: strconv.Itoa(n), Text: strconv.Itoa(n)})
	}
	return all
}

// last reports whether an item is the last of the draft.
func (p buildPage) last(n int) bool { return n == len(p.Form.Items) }

// keyed are the keys a formula may use.
func (p buildPage) keyed() (all []string) {
	for _, it := range p.Form.Items {
		if it.Kind != Text && it.Key != p.Key {
			all = append(all, it.Key)
		}
	}
	slices.Sort(all)
	return all
}
