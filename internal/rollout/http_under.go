package rollout

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/epoch"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

// under shows a rollout of many units: what stands directly under the unit looked at,
// each with the figures of all under it, and those without any by how they stand.
func (p *showPage) under(ctx context.Context, tx *db.Tx) error {
	s, err := tally.Find(ctx, tx, p.Rollout.Sheet)
	if err != nil {
		return err
	}
	e, err := epoch.ByID(ctx, tx, s.Epoch)
	if err != nil {
		return err
	}
	above, err := org.Ancestors(ctx, tx, p.Actor, p.Top)
	if err != nil {
		return err
	}
	p.Above = slices.DeleteFunc(above, func(u org.Unit) bool { return !strings.HasPrefix(u.Path, p.Rollout.ScopePath) })
	at, ok := e.Index(p.Top.ID)
	if ok {
		p.Obliged = int64(e.End(at) - at - 1)
	}
	children, err := tally.ChildrenOf(ctx, tx, p.Actor, s, p.Top.ID, p.after, tally.MaxChildren)
	if err != nil {
		return err
	}
	if len(children) == tally.MaxChildren {
		p.Next = children[len(children)-1].Unit
	}
	var single []int64
	for _, c := range children {
		at, ok := e.Index(c.Unit)
		u := unitRow{Unit: c.Unit, Key: c.UnitKey, Name: c.UnitName, Own: c.Total, Many: ok && e.End(at) > at+1, Steps: map[Step]Obligation{}, order: len(p.All)}
		if !u.Many {
			single = append(single, c.Unit)
		}
		p.All = append(p.All, u)
	}
	if p.OwnSteps, err = ObligationsFor(ctx, tx, p.Actor, p.Rollout.ID, p.Top.ID); err != nil {
		return err
	}
	owed, err := ObligationsOf(ctx, tx, p.Actor, p.Rollout.ID, single)
	place := make(map[int64]int, len(p.All))
	for i, u := range p.All {
		place[u.Unit] = i
	}
	for _, o := range owed {
		p.All[place[o.Unit]].Steps[o.Step] = o
	}
	return err
}

// state is the state of all units of a row together: late if any is, done if all are.
func (u unitRow) state(today vn.Day) web.State {
	if !u.Many {
		return u.worst(today)
	}
	left, begun := false, false
	for _, s := range Steps {
		if u.Own.Get(s.lane("late")) > 0 {
			return web.Late
		}
		n := s.Left(u.Own)
		left, begun = left || n > 0, begun || n < u.Own.Get(s.lane("due"))
	}
	switch {
	case !left:
		return web.Done
	case begun:
		return web.Soon
	}
	return web.None
}

// href is where a row leads: down the tree, or to how one unit stands.
func (p showPage) href(u unitRow) string {
	if u.Many {
		return p.downTo(u.Key)
	}
	return "/rollouts/" + p.Rollout.ID + "/units/" + u.Key
}

func (p showPage) downTo(key string) string {
	return "/rollouts/" + p.Rollout.ID + "?" + url.Values{"under": {key}}.Encode()
}

// next is the address of the units that did not fit, "" for none.
func (p showPage) next() string {
	if p.Next == 0 {
		return ""
	}
	return p.downTo(p.Top.Key) + "&after=" + strconv.FormatInt(p.Next, 10)
}

// lacking is the address of who has not done a step under the unit looked at.
func (p showPage) lacking(s Step) string {
	return "/rollouts/" + p.Rollout.ID + "/pending?" + url.Values{"step": {string(s)}, "under": {p.Top.Key}}.Encode()
}
