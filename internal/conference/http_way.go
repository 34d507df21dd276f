package conference

import (
	"nhipcau/internal/attendance"
	"nhipcau/internal/vn"
	"nhipcau/internal/web"
)

func (p showPage) href(noun string) string { return "/conferences/" + p.Conference.ID + "/" + noun }

// today reports whether the day of the conference has come.
func (p showPage) today() bool { return p.Conference.Day <= vn.DayOf(p.Now) }

// marked returns how many of those on the roll have been marked, and how many not yet.
func (p showPage) marked() (done, left int64) {
	if p.People > 0 {
		done = p.Figures.Get(kind.Lane("checked_in"))
		return done, max(0, p.People-done)
	}
	for state, n := range p.Counts {
		if state == attendance.Invited {
			left += n
		} else {
			done += n
		}
	}
	return done, left
}

// stands is the number of the stage at which the conference stands, from 0; past the
// last one once its minutes are signed.
func (p showPage) stands() int {
	switch p.Conference.State {
	case Draft:
		return 1
	case Closed:
		return 4 + int(p.Signed/2)
	case Closing, Reopening:
		return 3
	}
	if done, left := p.marked(); done > 0 && left == 0 {
		return 3
	}
	return 2
}

// stages are what every conference goes through.
func (p showPage) stages() []web.Stage {
	all, stands := make([]web.Stage, 5), p.stands()
	for i, key := range []string{"draft", "convene", "roll", "close", "minutes"} {
		all[i] = web.Stage{Text: p.T("conference.stage." + key), State: web.None}
		if i < stands {
			all[i].State = web.Done
		} else if i == stands {
			all[i].State = web.Soon
		}
	}
	if p.Conference.State == Convened {
		if done, left := p.marked(); done+left > 0 {
			all[2].Note = p.T("conference.stage.of", p.Int(done), p.Int(done+left))
		}
		if p.MayRun {
			all[2].Href = p.href("roll")
		}
	}
	if p.Conference.State == Closed {
		all[4].Note = p.T("conference.stage.signed", p.Int(p.Signed))
	}
	return all
}

// next says what is to be done now, to who does it.
func (p showPage) next() string {
	if !p.MayRun {
		return ""
	}
	done, left := p.marked()
	switch state := p.Conference.State; {
	case state == Draft:
		return p.T("conference.next.draft")
	case state == Closed && p.Signed == 2:
		return p.T("conference.next.done")
	case state == Closed:
		return p.T("conference.next.closed")
	case state != Convened:
		return ""
	case !p.today():
		return p.T("conference.next.ahead", p.Day(p.Conference.Day))
	case done == 0:
		return p.T("conference.next.roll")
	case left == 0:
		return p.T("conference.next.close")
	}
	return p.T("conference.next.rest", p.Int(left))
}

// doors are the parts of the conference by when they are used, with those of this
// package among those of the slices above it.
func (p showPage) doors() []web.DoorGroup {
	group := func(when string, now bool, own ...web.Crumb) web.DoorGroup {
		return web.DoorGroup{Text: p.T("conference.doors." + when), Now: now, Doors: append(own, p.Doors("conference "+when, p.Conference.ID)...)}
	}
	var before, during, after []web.Crumb
	if p.MayRun {
		before = append(before, web.Crumb{Href: p.href("summons"), Text: p.T("conference.paper")})
		if p.Conference.State == Convened {
			during = append(during, web.Crumb{Href: p.href("roll"), Text: p.T("conference.doors.roll")})
		}
	}
	if p.Conference.State == Closed && MayName(p.Actor) == nil {
		after = append(after, web.Crumb{Href: p.href("missed"), Text: p.T("conference.missed")})
	}
	open := p.Conference.State == Convened
	return []web.DoorGroup{
		group("before", p.Conference.State == Draft || open && !p.today(), before...),
		group("during", open && p.today(), during...),
		group("after", p.Conference.State == Closed, after...),
	}
}
