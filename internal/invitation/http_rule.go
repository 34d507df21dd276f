package invitation

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// waysPage is where people are invited: by rules, by a list, by name.
type waysPage struct {
	web.Page
	Meeting Meeting
	Rules   []Kept
	Ranks   []string // ticked
	Typed   map[string]string
	Whole   bool
	Busy    bool // a job is at a rule
	Wrong   map[string]fault.Text
	Message fault.Text
}

// typed are the fields that are shown again as they were typed.
var typed = strings.Fields("titles kinds depths units rule_site keys list_site name org email phone guest_site")

func (s *server) ways(w http.ResponseWriter, r *http.Request) error { return s.waysPage(w, r, nil) }

func (s *server) waysPage(w http.ResponseWriter, r *http.Request, failed error) error {
	p := waysPage{Page: s.site.Page(r, "invitation.invite"), Typed: map[string]string{}, Whole: r.Method == http.MethodGet || r.PostFormValue("whole") != ""}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if failed != nil {
		for _, field := range typed {
			p.Typed[field] = r.PostFormValue(field)
		}
		p.Ranks = r.PostForm["ranks"]
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Meeting, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err = MayInvite(p.Actor, p.Meeting); err != nil {
			return err
		}
		p.Rules, err = Rules(ctx, tx, p.Meeting)
		return err
	}); err != nil {
		return err
	}
	if failed == nil {
		if err := p.Meeting.inviting(); err != nil {
			p.Message = fault.Of(err).Text
		}
	}
	p.Busy = slices.ContainsFunc(p.Rules, func(k Kept) bool { return k.Applying })
	return web.Render(w, r, status, waysView(p))
}

// lines parts what was typed at commas, semicolons and line ends.
func lines(s string) []string {
	return strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' || c == '\n' || c == '\r' })
}

// words parts codes, at blanks too.
func words(s string) []string { return strings.Fields(strings.Join(lines(s), " ")) }

func numbers(all []string) []int64 {
	var out []int64
	for _, s := range all {
		out = append(out, number(s))
	}
	return out
}

// siteNumber reads the number of a site; none typed is 0, what is none -1.
func siteNumber(s string) int64 {
	if s = vn.Clean(s); s == "" {
		return 0
	}
	return number(s)
}

func (s *server) addRule(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	x := Rule{
		Ranks: numbers(v["ranks"]), Titles: lines(v.Get("titles")), Kinds: lines(v.Get("kinds")), Depths: numbers(words(v.Get("depths"))),
		Units: words(v.Get("units")), Whole: v.Get("whole") != "", Site: siteNumber(v.Get("rule_site")),
	}
	var found, fresh int64
	err = s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		found, fresh, err = Count(ctx, tx, by, id, &x)
		return err
	})
	again := ""
	if err == nil {
		err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			if _, err = AddRule(ctx, tx, by, id, x, found, fresh); err != nil {
				return err
			}
			again, err = s.site.Once(ctx, tx, r, "/conferences/"+id+"/invitations/new")
			return err
		})
	}
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.waysPage(w, r, err)
	}
	return web.SeeSaid(w, r, "invitation.said.counted", "/conferences/%s/invitations/new", id)
}

// do runs a verb of the page and comes back to it.
func (s *server) do(w http.ResponseWriter, r *http.Request, said string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return verb(ctx, tx, by, id) }); err != nil {
		return s.waysPage(w, r, err)
	}
	return web.SeeSaid(w, r, said, "/conferences/%s/invitations/new", id)
}

func (s *server) apply(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, "invitation.said.applied", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		_, err := Apply(ctx, tx, by, id, number(r.PathValue("n")), web.Version(r))
		return err
	})
}

func (s *server) drop(w http.ResponseWriter, r *http.Request) error {
	return s.do(w, r, "invitation.said.dropped", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Drop(ctx, tx, by, id, number(r.PathValue("n")), web.Version(r))
	})
}

func (s *server) recount(w http.ResponseWriter, r *http.Request) error {
	by, id, n := auth.FromContext(r.Context()), r.PathValue("id"), number(r.PathValue("n"))
	var found, fresh int64
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		k, err := FindRule(ctx, tx, by, id, n)
		if err != nil {
			return err
		}
		found, fresh, err = Count(ctx, tx, by, id, &k.Rule)
		return err
	}); err != nil {
		return s.waysPage(w, r, err)
	}
	return s.do(w, r, "invitation.said.counted", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		return Counted(ctx, tx, by, id, n, found, fresh)
	})
}

func (s *server) keys(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	return s.do(w, r, "invitation.said.invited", func(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
		_, err := InviteKeys(ctx, tx, by, id, words(v.Get("keys")), siteNumber(v.Get("list_site")))
		return err
	})
}

func (s *server) guest(w http.ResponseWriter, r *http.Request) error {
	v, err := web.Form(r)
	if err != nil {
		return err
	}
	by, id, again := auth.FromContext(r.Context()), r.PathValue("id"), ""
	g := Guest{v.Get("name"), v.Get("org"), v.Get("email"), v.Get("phone"), siteNumber(v.Get("guest_site"))}
	err = s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if _, err = InviteGuest(ctx, tx, by, id, g); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, "/conferences/"+id+"/invitations/new")
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil {
		return s.waysPage(w, r, err)
	}
	return web.SeeSaid(w, r, "invitation.said.invited", "/conferences/%s/invitations/new", id)
}

// said says a rule in words.
func (p waysPage) said(k Kept) []string {
	var all []string
	add := func(key string, texts []string) {
		if len(texts) > 0 {
			all = append(all, p.T(key, strings.Join(texts, ", ")))
		}
	}
	var offices []string
	for _, n := range k.Ranks {
		offices = append(offices, p.T("org.rank."+strconv.FormatInt(n, 10)))
	}
	offices = append(offices, k.Titles...)
	if len(offices) == 0 {
		offices = []string{p.T("invitation.rule.everybody")}
	}
	add("invitation.rule.offices", offices)
	levels := slices.Clone(k.Kinds)
	for _, n := range k.Depths {
		levels = append(levels, p.T("invitation.rule.depth", n))
	}
	add("invitation.rule.levels", levels)
	if k.Whole {
		add("invitation.rule.under", k.Units)
	} else {
		add("invitation.rule.units", k.Units)
	}
	if k.Site > 0 {
		add("invitation.rule.site", []string{p.Int(k.Site)})
	}
	return all
}
