package follow

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// listed is how many of the units that have not one page lists, where they are too
// many for one.
const listed = 50

// pendingPage is the list of who has not, to remind, copy and print: where units are
// too many for one list, one of each step, under one unit and in parts.
type pendingPage struct {
	web.Page
	Rollout   rollout.Rollout
	Late      []rollout.Obligation
	Contacts  map[int64]Contact
	Reminded  map[int64]string // who reminded the unit today
	MayFollow bool

	Wide bool
	Top  org.Unit
	Left map[rollout.Step]int64 // units that have not, by step that any owes
	Step rollout.Step
	Next tally.Place
}

func (s *server) pending(w http.ResponseWriter, r *http.Request) error {
	p := pendingPage{Page: s.site.Page(r, "rollout.pending"), Step: rollout.Step(r.URL.Query().Get("step"))}
	err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Rollout, err = rollout.Get(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if err := p.load(ctx, tx, r.URL.Query()); err != nil {
			return err
		}
		units := make([]int64, len(p.Late))
		for i, o := range p.Late {
			units[i] = o.Keeper
		}
		slices.Sort(units)
		units = slices.Compact(units)
		if p.Contacts, err = contacts(ctx, tx, p.Actor, units); err != nil {
			return err
		}
		p.Reminded, err = remindedToday(ctx, tx, p.Rollout.ID, units)
		return err
	})
	if err != nil {
		return err
	}
	p.MayFollow = rollout.MayFollow(p.Actor, 0) == nil && p.Rollout.State == rollout.Open
	if !org.MaySeeContact(p.Actor) {
		p.Contacts = nil
	}
	return web.Render(w, r, http.StatusOK, pendingView(p))
}

func (p *pendingPage) load(ctx context.Context, tx *db.Tx, q url.Values) error {
	whole, err := tally.Total(ctx, tx, p.Rollout.Sheet, p.Rollout.Scope)
	if err != nil {
		return err
	}
	if p.Wide = rollout.Wide(whole); !p.Wide {
		all, err := rollout.Obligations(ctx, tx, p.Actor, p.Rollout.ID)
		p.Late = rollout.Behind(all, vn.DayOf(tx.Now))
		return err
	}
	if p.Top, err = rollout.Top(ctx, tx, p.Actor, p.Rollout, q.Get("under")); err != nil {
		return err
	}
	total, err := tally.Total(ctx, tx, p.Rollout.Sheet, p.Top.ID)
	if err != nil {
		return err
	}
	p.Left = map[rollout.Step]int64{}
	for _, s := range rollout.Steps {
		if n := s.Left(total); n > 0 {
			p.Left[s] = n
		}
	}
	if p.Left[p.Step] == 0 { // none chosen, or all have done it: the first that is left
		for _, s := range slices.Backward(rollout.Steps) {
			if p.Left[s] > 0 {
				p.Step = s
			}
		}
	}
	if p.Left[p.Step] == 0 {
		return nil
	}
	after, _ := strconv.Atoi(q.Get("after")) // a bad place is the beginning
	units, next, err := rollout.Lacking(ctx, tx, p.Rollout, p.Step, p.Top.ID, tally.Place(max(0, after)), listed)
	if err != nil {
		return err
	}
	p.Next = next
	all, err := rollout.ObligationsOf(ctx, tx, p.Actor, p.Rollout.ID, units)
	p.Late = slices.DeleteFunc(all, func(o rollout.Obligation) bool {
		return o.Step != p.Step || !o.DoneAt.IsZero() || !o.EndedAt.IsZero()
	})
	return err
}

// link is the page's own address for a step, from a place on.
func (p pendingPage) link(s rollout.Step, after tally.Place) string {
	v := url.Values{"step": {string(s)}, "under": {p.Top.Key}}
	if after > 0 {
		v.Set("after", strconv.Itoa(int(after)))
	}
	return "/rollouts/" + p.Rollout.ID + "/pending?" + v.Encode()
}

// next is the address of the next part, "" after the last.
func (p pendingPage) next() string {
	if p.Next == 0 {
		return ""
	}
	return p.link(p.Step, p.Next)
}

// message is a text to send by hand: what is asked, and which units have not.
func (p pendingPage) message() string {
	lines := []string{p.T("rollout.message.head", p.Rollout.Title)}
	for _, o := range p.Late {
		_, when := rollout.Said(p.Page, o)
		lines = append(lines, p.T("rollout.message.line", o.UnitName, p.T("rollout.do."+string(o.Step)), when))
	}
	return strings.Join(append(lines, p.T("rollout.message.foot", p.Actor.UnitName)), "\n")
}
