package site

import (
	"context"
	"strconv"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
	"nhipcau/internal/vn"
)

// apiSite is a site as programs see it.
type apiSite struct {
	N          int64   `json:"n" doc:"Its number in the conference, from 1"`
	Unit       string  `json:"unit" doc:"Key of the unit that hosts it" example:"tccs-07"`
	Name       string  `json:"name"`
	Address    string  `json:"address,omitempty"`
	Capacity   int64   `json:"capacity,omitempty"`
	Contact    string  `json:"contact,omitempty"`
	Phone      string  `json:"phone,omitempty"`
	Mode       string  `json:"mode,omitempty" enum:"in_person,online,hybrid" doc:"As the conference if absent"`
	Technician string  `json:"technician,omitempty"`
	TechPhone  string  `json:"tech_phone,omitempty"`
	Checked    []int64 `json:"checked" doc:"Lines of the checklist that are ticked"`
	Reason     string  `json:"reason,omitempty" doc:"Why it is ready though not all is ticked"`
	State      State   `json:"state" enum:"invited,ready,joined,closed"`
	People     int64   `json:"people" doc:"On the roll at this site"`
	There      int64   `json:"there" doc:"Of these, present or online"`

	version int64
}

// apiNewSite is what a program says of a new site.
type apiNewSite struct {
	Unit       string `json:"unit" doc:"Key of the unit that hosts it" example:"tccs-07"`
	Name       string `json:"name"`
	Address    string `json:"address,omitempty"`
	Capacity   int64  `json:"capacity,omitempty"`
	Contact    string `json:"contact,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Mode       string `json:"mode,omitempty" enum:"in_person,online,hybrid" doc:"As the conference if absent"`
	Technician string `json:"technician,omitempty"`
	TechPhone  string `json:"tech_phone,omitempty"`
}

func forAPI(s Site, c counted) apiSite {
	checked := []int64{}
	for n := range int64(MaxLines) {
		if l := (Line{N: n + 1}); s.Checks&l.bit() != 0 {
			checked = append(checked, l.N)
		}
	}
	return apiSite{
		s.N, s.UnitKey, s.Name, s.Address, s.Capacity, s.Contact, s.Phone, s.Mode, s.Technician, s.TechPhone, checked, s.Reason, s.State,
		c.People, c.There, s.Version,
	}
}

// apiSitePerson is one person on the roll of a site.
type apiSitePerson struct {
	Member string           `json:"member" doc:"Key of the member, which a check-in names"`
	Name   string           `json:"name"`
	Unit   string           `json:"unit" doc:"Key of the home unit when invited" example:"tccs-07"`
	State  attendance.State `json:"state" enum:"invited,present,online,excused,absent,exempt"`
	Extra  bool             `json:"extra" doc:"Checked in without having been invited"`

	id int64
}

type apiCheckins struct {
	Facts []apiCheckin `json:"facts" doc:"At most 500"`
}

// apiCheckin is a fact as a device notes it.
type apiCheckin struct {
	ID     string           `json:"id" doc:"UUID of version 7, made by the device; the same fact always bears the same" example:"01930a3e-7c00-7abc-8def-0123456789ab"`
	Device string           `json:"device" doc:"Name of the device, the same in all its facts" example:"may-1"`
	Seq    int64            `json:"seq" doc:"Rises with every fact of the device"`
	At     int64            `json:"at" doc:"Unix milliseconds by the device's clock" example:"1603150000000"`
	Offset int64            `json:"offset" doc:"Milliseconds to add to that clock to get the server's"`
	Call   int64            `json:"call,omitempty" minimum:"0" maximum:"8" doc:"Roll call; 0 is the first"`
	Member string           `json:"member,omitempty" doc:"Key of the member; or else a code, or a guest"`
	Code   string           `json:"code,omitempty" doc:"From a badge or an invitation"`
	Guest  *apiVisitor      `json:"guest,omitempty"`
	State  attendance.State `json:"state" enum:"present,online,out,excused,absent,exempt,heads,void"`
	Reason string           `json:"reason,omitempty" doc:"Of excused: duty, study, travel, leave or other; of void: why"`
	Ref    string           `json:"ref,omitempty" doc:"Of void: the fact taken back"`
	N      int64            `json:"n,omitempty" doc:"Of heads: how many were counted, where the site has no list"`
	Source string           `json:"source" enum:"qr,list,card,hand,paper" doc:"How the person was recognised"`
}

// apiVisitor is a guest: an invited one by number, another by an id that the device has
// made, with a name.
type apiVisitor struct {
	ID   string `json:"id" doc:"Number of the invitation, or a UUID made by the device"`
	Name string `json:"name,omitempty"`
	Org  string `json:"org,omitempty"`
}

func (f apiCheckin) fact() attendance.Fact {
	out := attendance.Fact{
		ID: f.ID, Device: f.Device, Seq: f.Seq, At: f.At, Offset: f.Offset, Call: f.Call, Member: f.Member, Code: f.Code,
		State: f.State, Reason: f.Reason, Ref: f.Ref, N: f.N, Source: f.Source,
	}
	if f.Guest != nil {
		out.Guest = attendance.Visitor(*f.Guest)
	}
	return out
}

type apiCheckedIn struct {
	Answers []apiFactAnswer `json:"answers" doc:"In the order of the facts"`
}

// apiFactAnswer says what became of a fact.
type apiFactAnswer struct {
	ID     string            `json:"id"`
	Result attendance.Result `json:"result" enum:"accepted,extra,duplicate,other,late,conflict,unknown,revoked,invalid" doc:"No result is a reason to forget the fact"`
	First  *apiFirstCheckin  `json:"first,omitempty" doc:"Of other: the check-in that counts"`
}

type apiFirstCheckin struct {
	Fact   string    `json:"fact"`
	Site   int64     `json:"site"`
	Device string    `json:"device"`
	At     time.Time `json:"at" doc:"Corrected by the offset of its device"`
}

// RegisterAPI adds what programs may ask of sites.
func RegisterAPI(a *api.API) {
	registerKeeping(a)
	type listIn struct {
		api.ByID
		api.Paging
		State     string `query:"state" enum:"invited,ready,joined,closed"`
		Query     string `query:"q"`
		Unchecked bool   `query:"unchecked" doc:"Only sites whose checklist is not all ticked"`
		Under     string `query:"under" doc:"Key of a unit: only sites hosted at or under it"`
	}
	api.List(a, api.Op{ID: "list-sites", Noun: "sites", Path: "/conferences/{id}/sites", Summary: "site.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiSite, error) {
			g, err := Find(ctx, tx, by, in.ID)
			if err != nil {
				return nil, err
			}
			f := Filter{State: State(in.State), Query: in.Query, Unchecked: in.Unchecked}
			if in.Under != "" {
				if f.Under, err = org.Get(ctx, tx, by, in.Under); err != nil {
					return nil, err
				}
			}
			all, err := List(ctx, tx, by, g, f, after.At, limit)
			if err != nil {
				return nil, err
			}
			counts, err := countsAt(ctx, tx, g.ID, all)
			out := make([]apiSite, len(all))
			for i, s := range all {
				out[i] = forAPI(s, counts[s.N])
			}
			return out, err
		}, func(s apiSite) api.Cursor { return api.Cursor{At: s.N} })
	type peopleIn struct {
		api.ByID
		api.Paging
		N     int64  `path:"n"`
		Query string `query:"q"`
	}
	api.List(a, api.Op{ID: "list-site-people", Noun: "sites", Path: "/conferences/{id}/sites/{n}/people", Summary: "site.api.people"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *peopleIn, after api.Cursor, limit int) ([]apiSitePerson, error) {
			g, s, err := Get(ctx, tx, by, in.ID, in.N)
			if err != nil {
				return nil, err
			}
			if err := mayName(by, g, s); err != nil {
				return nil, err
			}
			all, err := presence.RollAt(ctx, tx, g.ID, s.N, vn.Fold(in.Query), after.At, limit)
			out := make([]apiSitePerson, len(all))
			for i, r := range all {
				out[i] = apiSitePerson{r.MemberKey, r.Name, r.UnitKey, r.State, r.Extra, r.Member}
			}
			return out, err
		}, func(p apiSitePerson) api.Cursor { return api.Cursor{At: p.id} })
	type factsIn struct {
		api.ByID
		N    int64 `path:"n"`
		Body apiCheckins
	}
	api.Do(a, api.Op{ID: "check-in", Noun: "check-ins", Path: "/conferences/{id}/sites/{n}/checkins", Summary: "site.api.checkin", InTurn: true},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *factsIn) (apiCheckedIn, error) {
			facts := make([]attendance.Fact, len(in.Body.Facts))
			for i, f := range in.Body.Facts {
				facts[i] = f.fact()
			}
			answers, err := CheckIn(ctx, tx, by, in.ID, in.N, facts)
			out := apiCheckedIn{Answers: make([]apiFactAnswer, len(answers))}
			for i, x := range answers {
				out.Answers[i] = apiFactAnswer{ID: x.ID, Result: x.Result}
				if x.First != nil {
					out.Answers[i].First = (*apiFirstCheckin)(x.First)
				}
			}
			return out, err
		})
	registerFacts(a)
}

// apiNoted is a check-in as it is kept.
type apiNoted struct {
	ID       string              `json:"id"`
	Batch    string              `json:"batch" doc:"Facts that came together"`
	State    attendance.State    `json:"state" enum:"present,online,out,excused,absent,exempt,heads,void"`
	Standing attendance.Standing `json:"standing" enum:"counts,behind,waiting,beside,voided,voiding,orphan,refused" doc:"What it is to what stands"`
	Call     int64               `json:"call"`
	Member   string              `json:"member,omitempty" doc:"Key of the member"`
	Name     string              `json:"name,omitempty"`
	Guest    string              `json:"guest,omitempty" doc:"Id of the guest"`
	Reason   string              `json:"reason,omitempty"`
	Ref      string              `json:"ref,omitempty" doc:"The fact taken back"`
	N        int64               `json:"n,omitempty" doc:"Heads counted"`
	Device   string              `json:"device"`
	Source   string              `json:"source"`
	At       time.Time           `json:"at" doc:"Corrected by the offset of its device"`
	Late     bool                `json:"late"`

	batch int64
}

func registerFacts(a *api.API) {
	type factsIn struct {
		api.ByID
		api.Paging
		N int64 `path:"n"`
	}
	api.List(a, api.Op{ID: "list-check-ins", Noun: "check-ins", Path: "/conferences/{id}/sites/{n}/checkins", Summary: "site.api.facts"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *factsIn, after api.Cursor, limit int) ([]apiNoted, error) {
			g, s, err := Get(ctx, tx, by, in.ID, in.N)
			if err != nil {
				return nil, err
			}
			if err := mayName(by, g, s); err != nil {
				return nil, err
			}
			all, err := presence.FactsFrom(ctx, tx, g.ID, s.N, after.At, after.ID, limit)
			out := make([]apiNoted, len(all))
			for i, f := range all {
				out[i] = apiNoted{
					f.ID, strconv.FormatInt(f.Batch, 10), f.State, f.Standing, f.Call, f.Member, f.Name, f.Guest.ID, f.Reason, f.Ref, f.N,
					f.Device, f.Source, f.At, f.Late, f.Batch,
				}
			}
			return out, err
		}, func(f apiNoted) api.Cursor { return api.Cursor{At: f.batch, ID: f.ID} })
}

// A counted is how many people are on the roll at a site, and there.
type counted struct{ People, There int64 }

func countsAt(ctx context.Context, tx *db.Tx, id string, sites []Site) (map[int64]counted, error) {
	numbers := make([]int64, len(sites))
	for i, s := range sites {
		numbers[i] = s.N
	}
	counts, err := presence.CountsAt(ctx, tx, id, numbers)
	all := map[int64]counted{}
	for _, c := range counts {
		x := all[c.Site]
		x.People += c.N
		if c.State.There() {
			x.There += c.N
		}
		all[c.Site] = x
	}
	return all, err
}
