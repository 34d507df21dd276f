package figures

import (
	"context"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
)

// apiFigures are the figures of one unit on a sheet.
type apiFigures struct {
	Sheet    string    `json:"sheet"`
	Kind     string    `json:"kind" doc:"What the sheet counts" example:"rollout"`
	Source   string    `json:"source" doc:"Id of the thing counted"`
	Unit     string    `json:"unit" example:"tccs-07"`
	Name     string    `json:"name"`
	Lanes    []apiLane `json:"lanes" doc:"Only lanes in which something was posted at or under the unit"`
	Children string    `json:"children" doc:"Address of the figures of the units directly under it"`
}

type apiLane struct {
	Lane  string `json:"lane" example:"persons"`
	Own   int64  `json:"own" doc:"The unit's own figure"`
	Total int64  `json:"total" doc:"With everything under it"`
	Posts string `json:"posts" doc:"Address of the posts that make the total"`
}

type apiPost struct {
	ID     string           `json:"id"`
	Unit   string           `json:"unit" doc:"Key of the unit it was posted to"`
	Name   string           `json:"name"`
	Moved  int64            `json:"moved" doc:"What it added to the lane asked about"`
	Delta  map[string]int64 `json:"delta" doc:"All it added, by lane"`
	Source string           `json:"source" doc:"Kind of the record it comes from"`
	Record string           `json:"record" doc:"Id of the record it comes from"`
	Href   string           `json:"href,omitempty" doc:"Address of that record"`
	By     string           `json:"by" doc:"Who entered it"`
	At     time.Time        `json:"at"`
	Reason string           `json:"reason,omitempty" doc:"Of a correction"`
	Signer string           `json:"signer,omitempty" doc:"Who signed a declared figure"`
	Paper  string           `json:"paper,omitempty" doc:"The paper it was declared on"`
}

type figuresIn struct {
	Sheet int64  `path:"sheet"`
	Unit  string `path:"unit"`
}

// reading is what all operations on a figure find first.
type reading struct {
	sheet tally.Sheet
	kind  *tally.Kind
	unit  org.Unit
}

// RegisterAPI adds what programs may ask of figures, for the sheets of kinds.
// sources give, by kind of source, the address under which its records lie.
func RegisterAPI(a *api.API, kinds []*tally.Kind, sources map[string]string) {
	find := func(ctx context.Context, tx *db.Tx, by auth.Actor, in figuresIn) (f reading, err error) {
		if f.sheet, err = tally.See(ctx, tx, by, in.Sheet); err != nil {
			return f, err
		}
		for _, k := range kinds {
			if k.Name == f.sheet.Kind {
				f.kind = k
			}
		}
		if f.kind == nil {
			return f, fault.New(fault.NotFound, "error.not_found")
		}
		f.unit, err = org.Get(ctx, tx, by, in.Unit)
		return f, err
	}
	api.Get(a, api.Op{ID: "get-figures", Noun: "figures", Path: "/figures/{sheet}/{unit}", Summary: "tally.api.figures"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *figuresIn) (apiFigures, error) {
			f, err := find(ctx, tx, by, *in)
			if err != nil {
				return apiFigures{}, err
			}
			n, err := tally.NodeOf(ctx, tx, f.sheet.ID, f.unit.ID)
			return f.forAPI(n, f.unit.Key, f.unit.Name), err
		})
	type childrenIn struct {
		Sheet int64  `path:"sheet"`
		Unit  string `path:"unit"`
		api.Paging
	}
	api.Pages(a, api.Op{ID: "list-child-figures", Noun: "figures", Path: "/figures/{sheet}/{unit}/children", Summary: "tally.api.children"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *childrenIn, after api.Cursor, limit int) ([]apiFigures, api.Cursor, error) {
			f, err := find(ctx, tx, by, figuresIn{in.Sheet, in.Unit})
			if err != nil {
				return nil, api.Cursor{}, err
			}
			all, err := tally.ChildrenOf(ctx, tx, by, f.sheet, f.unit.ID, after.At, limit+1)
			var next api.Cursor
			if len(all) > limit {
				all = all[:limit]
				next.At = all[limit-1].Unit
			}
			var out []apiFigures
			for _, c := range all {
				out = append(out, f.forAPI(c.Node, c.UnitKey, c.UnitName))
			}
			return out, next, err
		})
	registerPosts(a, find, sources)
}

func registerPosts(a *api.API, find func(ctx context.Context, tx *db.Tx, by auth.Actor, in figuresIn) (reading, error), sources map[string]string) {
	type postsIn struct {
		Sheet int64  `path:"sheet"`
		Unit  string `path:"unit"`
		Lane  string `path:"lane"`
		api.Paging
		Own bool `query:"own"`
	}
	api.Pages(a, api.Op{ID: "list-posts", Noun: "figures", Path: "/figures/{sheet}/{unit}/{lane}/posts", Summary: "tally.api.posts"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *postsIn, after api.Cursor, limit int) ([]apiPost, api.Cursor, error) {
			f, err := find(ctx, tx, by, figuresIn{in.Sheet, in.Unit})
			if err == nil && !f.kind.Has(in.Lane) {
				err = fault.New(fault.NotFound, "error.not_found")
			}
			if err != nil {
				return nil, api.Cursor{}, err
			}
			p, err := tally.Trace(ctx, tx, by, tally.Query{
				Sheet: f.sheet.ID, Unit: f.unit.ID, Lane: f.kind.Lane(in.Lane), Subtree: !in.Own, After: after.At, Limit: limit,
			})
			var next api.Cursor
			if p.More {
				next.At = p.Next
			}
			var out []apiPost
			for _, one := range p.Posts {
				out = append(out, f.post(one, sources))
			}
			return out, next, err
		})
}

func (f reading) forAPI(n tally.Node, key, name string) apiFigures {
	at := api.Prefix + "/figures/" + strconv.FormatInt(f.sheet.ID, 10) + "/" + key
	out := apiFigures{
		Sheet: strconv.FormatInt(f.sheet.ID, 10), Kind: f.kind.Name, Source: f.sheet.Source, Unit: key, Name: name, Lanes: []apiLane{}, Children: at + "/children",
	}
	for i, lane := range f.kind.Lanes {
		if l := tally.Lane(i); n.Total.Has(l) {
			out.Lanes = append(out.Lanes, apiLane{lane, n.Own.Get(l), n.Total.Get(l), at + "/" + lane + "/posts"})
		}
	}
	return out
}

func (f reading) post(p tally.Posted, sources map[string]string) apiPost {
	out := apiPost{
		ID: strconv.FormatInt(p.ID, 10), Unit: p.UnitKey, Name: p.UnitName, Moved: p.Moved, Delta: map[string]int64{}, Source: p.Source.Kind,
		Record: p.Source.ID, By: p.ActorName, At: p.At, Reason: p.Reason, Signer: p.Declared.Signer, Paper: p.Declared.Paper,
	}
	if at := sources[p.Source.Kind]; at != "" {
		record, _, _ := strings.Cut(p.Source.ID, ":") // what follows says which part of it
		out.Href = api.Prefix + at + record
	}
	for l, x := range p.Delta {
		if int(l) < len(f.kind.Lanes) {
			out.Delta[f.kind.Lanes[l]] = x
		}
	}
	return out
}
