package org

import (
	"context"
	"net/http"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// apiUnit is a unit as programs see it.
type apiUnit struct {
	Key    string `json:"key" example:"tccs-07"`
	Name   string `json:"name" example:"Tổ chức cơ sở Đoàn số 07"`
	Short  string `json:"short"`
	Kind   string `json:"kind" doc:"What sort of unit, in the office's own words"`
	Parent string `json:"parent,omitempty" doc:"Key of the unit directly above; absent where that is not the reader's to see"`
	Depth  int    `json:"depth" doc:"0 for the topmost unit of the tree"`
	Phone  string `json:"phone,omitempty" doc:"Only for those who keep a unit's books"`
	Closed vn.Day `json:"closed,omitempty" format:"date" doc:"First day it no longer stands"`
	Sample bool   `json:"sample" doc:"Made up for a demonstration"`

	id   int64
	path string
}

// Href is the unit's address.
func (u apiUnit) Href() string { return "/units/" + u.Key }

type apiNewUnit struct {
	Parent   string `json:"parent,omitempty" doc:"Key of the unit above; yours if absent"`
	Key      string `json:"key,omitempty" doc:"Lower-case letters, digits and dashes; chosen by the house if absent"`
	Name     string `json:"name"`
	Short    string `json:"short,omitempty"`
	Kind     string `json:"kind"`
	Phone    string `json:"phone,omitempty"`
	From     vn.Day `json:"from" format:"date" doc:"First day it stands"`
	Decision string `json:"decision,omitempty" doc:"Number and date of the paper"`
}

type apiMember struct {
	Key    string `json:"key"`
	Name   string `json:"name" example:"Nguyễn Văn An"`
	Unit   string `json:"unit" doc:"Key of the unit" example:"tccs-07"`
	Since  vn.Day `json:"since" format:"date" doc:"On the unit's list from this day"`
	Office string `json:"office,omitempty" doc:"The highest office held in the unit today"`
	Exempt bool   `json:"exempt" doc:"Exempt today, so outside every denominator"`
	Phone  string `json:"phone,omitempty" doc:"Only for those who keep a unit's books"`
	Email  string `json:"email,omitempty" doc:"Only for those who keep a unit's books"`
	Sample bool   `json:"sample" doc:"Made up for a demonstration"`

	id int64
}

// Href is the member's address.
func (m apiMember) Href() string { return "/members/" + m.Key }

type apiNewMember struct {
	Unit  string `json:"unit,omitempty" doc:"Key of the unit; yours if absent"`
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
	Email string `json:"email,omitempty"`
	From  vn.Day `json:"from" format:"date" doc:"On the list from this day"`
}

type apiMemberChange struct {
	Name  *string `json:"name,omitempty"`
	Phone *string `json:"phone,omitempty"`
	Email *string `json:"email,omitempty"`
}

type apiEnd struct {
	Day    vn.Day `json:"day" format:"date" doc:"First day no longer on the list"`
	Reason string `json:"reason,omitempty"`
}

type apiEnded struct {
	Member string `json:"member" doc:"Key of the member"`
	Day    vn.Day `json:"day" format:"date"`
}

// RegisterAPI adds what programs may ask of units and members.
func RegisterAPI(a *api.API) {
	type unitsIn struct {
		api.Paging
		Under string `query:"under"`
		Query string `query:"q"`
	}
	api.List(a, api.Op{ID: "list-units", Noun: "units", Path: "/units", Summary: "org.api.units"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *unitsIn, after api.Cursor, limit int) ([]apiUnit, error) {
			top := by.Path
			if in.Under != "" {
				u, err := Get(ctx, tx, by, in.Under)
				if err != nil {
					return nil, err
				}
				top = u.Path
			}
			all, err := unitsAfter(ctx, tx, by, top, in.Query, Unit{ID: after.At, Path: after.ID}, limit)
			if err != nil {
				return nil, err
			}
			return forAPI(ctx, tx, by, all...)
		}, func(u apiUnit) api.Cursor { return api.Cursor{At: u.id, ID: u.path} })
	api.Get(a, api.Op{ID: "get-unit", Noun: "units", Path: "/units/{key}", Summary: "org.api.unit"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByKey) (apiUnit, error) {
			u, err := Get(ctx, tx, by, in.Key)
			return oneForAPI(ctx, tx, by, u, err)
		})
	api.Post(a, api.Op{ID: "create-unit", Noun: "units", Path: "/units", Summary: "org.api.unit_new"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *struct{ Body apiNewUnit }) (apiUnit, error) {
			b := in.Body
			u, err := Create(ctx, tx, by, or(b.Parent, by.UnitKey), NewUnit{
				Key: b.Key, Name: b.Name, Short: b.Short, Kind: b.Kind, Phone: b.Phone, From: b.From, Decision: b.Decision,
			})
			return oneForAPI(ctx, tx, by, u, noUnit(err, "parent"))
		})
	registerMembers(a)
}

func registerMembers(a *api.API) {
	type membersIn struct {
		api.Paging
		Unit  string `query:"unit"`
		Under string `query:"under"`
		Query string `query:"q"`
	}
	api.List(a, api.Op{ID: "list-members", Noun: "members", Path: "/members", Summary: "org.api.members"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *membersIn, after api.Cursor, limit int) ([]apiMember, error) {
			at := reach(by)
			for _, key := range []string{in.Under, in.Unit} {
				if key == "" {
					continue
				}
				u, err := Get(ctx, tx, by, key)
				if err != nil {
					return nil, err
				}
				at.from, at.to = u.Path, auth.After(u.Path)
				if key == in.Unit {
					at.to = u.Path + "!" // before everything under it
				}
			}
			all, err := membersAfter(ctx, tx, by, at, in.Query, after.At, limit)
			out := make([]apiMember, len(all))
			for i, m := range all {
				out[i] = memberForAPI(by, m)
			}
			return out, err
		}, func(m apiMember) api.Cursor { return api.Cursor{At: m.id} })
	see := func(ctx context.Context, tx *db.Tx, by auth.Actor, key string) (apiMember, error) {
		m, err := GetMember(ctx, tx, by, key)
		return memberForAPI(by, m), err
	}
	api.Get(a, api.Op{ID: "get-member", Noun: "members", Path: "/members/{key}", Summary: "org.api.member"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByKey) (apiMember, error) {
			return see(ctx, tx, by, in.Key)
		})
	api.Post(a, api.Op{ID: "admit-member", Noun: "members", Path: "/members", Summary: "org.api.admit"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *struct{ Body apiNewMember }) (apiMember, error) {
			b := in.Body
			m, err := Admit(ctx, tx, by, or(b.Unit, by.UnitKey), NewMember{Name: b.Name, Phone: b.Phone, Email: b.Email, From: b.From})
			if err != nil {
				return apiMember{}, noUnit(err, "unit")
			}
			return see(ctx, tx, by, m.Key)
		})
	type amendIn struct {
		api.ByKey
		Body apiMemberChange
	}
	api.Change(a, api.Op{ID: "amend-member", Noun: "members", Path: "/members/{key}", Summary: "org.api.amend"}, http.MethodPatch,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *amendIn) (apiMember, error) {
			return see(ctx, tx, by, in.Key)
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *amendIn, _ apiMember) (apiMember, error) {
			m, err := GetMember(ctx, tx, by, in.Key)
			if err != nil {
				return apiMember{}, err
			}
			n := NewMember{Name: value(in.Body.Name, m.Name), Phone: value(in.Body.Phone, m.Phone), Email: value(in.Body.Email, m.Email)}
			if err := Amend(ctx, tx, by, in.Key, m.Version, n); err != nil {
				return apiMember{}, err
			}
			return see(ctx, tx, by, in.Key)
		})
	type endIn struct {
		api.ByKey
		Body apiEnd
	}
	api.Change(a, api.Op{ID: "end-membership", Noun: "members", Path: "/members/{key}/end", Summary: "org.api.end"}, http.MethodPost,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *endIn) (apiMember, error) {
			return see(ctx, tx, by, in.Key)
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *endIn, _ apiMember) (apiEnded, error) {
			return apiEnded{in.Key, in.Body.Day}, EndMembership(ctx, tx, by, in.Key, in.Body.Day, in.Body.Reason)
		})
}

// forAPI shows units with the keys of those above.
func forAPI(ctx context.Context, tx *db.Tx, by auth.Actor, all ...Unit) ([]apiUnit, error) {
	keys, err := parentKeys(ctx, tx, by, all)
	out := make([]apiUnit, len(all))
	for i, u := range all {
		out[i] = apiUnit{
			Key: u.Key, Name: u.Name, Short: u.Short, Kind: u.Kind, Parent: keys[u.Parent], Depth: u.Depth, Closed: u.Closed, Sample: u.Sample,
			id: u.ID, path: u.Path,
		}
		if MaySeeContact(by) {
			out[i].Phone = u.Phone
		}
	}
	return out, err
}

func oneForAPI(ctx context.Context, tx *db.Tx, by auth.Actor, u Unit, err error) (apiUnit, error) {
	if err != nil {
		return apiUnit{}, err
	}
	out, err := forAPI(ctx, tx, by, u)
	if err != nil {
		return apiUnit{}, err
	}
	return out[0], nil
}

func memberForAPI(by auth.Actor, m Member) apiMember {
	out := apiMember{
		Key: m.Key, Name: m.Name, Unit: m.UnitKey, Since: m.Since, Office: m.Office, Exempt: m.Exempt, Sample: m.Sample, id: m.ID,
	}
	if MaySeeContact(by) {
		out.Phone, out.Email = m.Phone, m.Email
	}
	return out
}

// noUnit says of a unit that a field names and nobody sees that the field is wrong.
func noUnit(err error, field string) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	w := fault.Wrong{}
	w.Add(field, "org.error.no_unit")
	return w.Err()
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// value returns what a change gives, or what was.
func value(given *string, was string) string {
	if given == nil {
		return was
	}
	return *given
}
