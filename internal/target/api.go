package target

import (
	"context"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/vn"
)

type apiTarget struct {
	ID        string           `json:"id"`
	Label     string           `json:"label"`
	Word      string           `json:"word" doc:"What is counted"`
	Direction Direction        `json:"direction" enum:"least,most" doc:"So many at least, or so many at most"`
	Decimals  int              `json:"decimals" doc:"All values are whole numbers of 10^-decimals"`
	Owner     string           `json:"owner" doc:"Key of the unit that has set it" example:"doan-khoi"`
	From      vn.Day           `json:"from" format:"date"`
	To        vn.Day           `json:"to" format:"date" doc:"First day after it"`
	Feed      string           `json:"feed,omitempty" doc:"What it is read off: the feed and which of its figures, form:ID:ITEM or rollout:ID:LANE"`
	State     Stage            `json:"state" enum:"draft,open,closed"`
	Note      string           `json:"note,omitempty"`
	EnteredAt time.Time        `json:"entered_at"`
	Version   int64            `json:"version" doc:"To be sent when it is issued"`
	Path      []apiTargetPoint `json:"path,omitempty" doc:"Not in lists"`
}

// Href is the target's address.
func (t apiTarget) Href() string { return "/targets/" + t.ID }

type apiTargetPoint struct {
	Name  string `json:"name" example:"Quý 1"`
	To    vn.Day `json:"to" format:"date" doc:"First day after the stretch"`
	Value int64  `json:"value" doc:"To be reached by then, counted from the first day"`
}

type apiNewTarget struct {
	Label     string           `json:"label"`
	Word      string           `json:"word"`
	Direction Direction        `json:"direction" enum:"least,most"`
	Decimals  int              `json:"decimals,omitempty" minimum:"0" maximum:"4"`
	From      vn.Day           `json:"from" format:"date"`
	Feed      string           `json:"feed,omitempty" doc:"form:ID:ITEM or rollout:ID:LANE; none if absent"`
	Note      string           `json:"note,omitempty"`
	Path      []apiTargetPoint `json:"path" doc:"The last value is that of the target"`
}

// apiTargetStanding is how a target stands at one unit. There is no percentage: reached and
// value make it.
type apiTargetStanding struct {
	Unit    string `json:"unit" example:"tccs-07"`
	Name    string `json:"name"`
	Value   *int64 `json:"value" doc:"What it was given; null if nothing"`
	Handed  int64  `json:"handed" doc:"What it has handed down"`
	Taken   int64  `json:"taken" doc:"What the units it was handed to take on"`
	Answer  Answer `json:"answer,omitempty" enum:"accepted,proposed" doc:"Of the unit, to what it was given"`
	Takes   *int64 `json:"takes" doc:"What the unit takes on, by its answer; null if there is none"`
	Reason  string `json:"reason,omitempty" doc:"Why it proposes something else"`
	Reached *int64 `json:"reached" doc:"At and under the unit; null if not known"`
	Version int64  `json:"version" doc:"To be sent by the unit when it hands down or answers"`
}

func (t Target) forAPI() apiTarget {
	out := apiTarget{
		ID: t.ID, Label: t.Label, Word: t.Word, Direction: t.Direction, Decimals: t.Decimals, Owner: t.UnitKey, From: t.From, To: t.To,
		State: t.State, Note: t.Note, EnteredAt: t.EnteredAt, Version: t.Version,
	}
	if t.Feed != "" {
		out.Feed = t.Feed + ":" + t.FeedOf
	}
	for _, p := range t.Points {
		out.Path = append(out.Path, apiTargetPoint(p))
	}
	return out
}

func (r Row) forAPI() apiTargetStanding {
	out := apiTargetStanding{Unit: r.Key, Name: r.Name, Handed: r.Handed, Taken: r.Taken, Answer: r.Answer, Reason: r.Reason, Version: r.Version}
	if r.Given() {
		out.Value = &r.Value
	}
	if r.Answer != "" {
		out.Takes = &r.Takes
	}
	if r.Known {
		out.Reached = &r.Reached
	}
	return out
}

func (n apiNewTarget) target() Target {
	t := Target{Label: n.Label, Word: n.Word, Direction: n.Direction, Decimals: n.Decimals, From: n.From, Note: n.Note}
	t.Feed, t.FeedOf = splitFeed(n.Feed)
	for _, p := range n.Path {
		t.Points = append(t.Points, Point(p))
	}
	return t
}

// RegisterAPI adds what programs may ask of targets that are read off feeds.
func RegisterAPI(feeds Feeds) func(*api.API) {
	return func(a *api.API) {
		registerTargets(a, feeds)
		registerStandings(a, feeds)
		registerDeeds(a)
	}
}

func registerTargets(a *api.API, feeds Feeds) {
	type listIn struct{ api.Paging }
	api.List(a, api.Op{ID: "list-targets", Noun: "targets", Path: "/targets", Summary: "target.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, _ *listIn, after api.Cursor, limit int) ([]apiTarget, error) {
			all, err := listAfter(ctx, tx, by, after.At, after.ID, limit)
			var out []apiTarget
			for _, t := range all {
				out = append(out, t.forAPI())
			}
			return out, err
		}, func(t apiTarget) api.Cursor { return api.Cursor{At: t.EnteredAt.Unix(), ID: t.ID} })
	api.Get(a, api.Op{ID: "get-target", Noun: "targets", Path: "/targets/{id}", Summary: "target.api.one"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiTarget, error) {
			t, err := Get(ctx, tx, by, in.ID)
			return t.forAPI(), err
		})
	type makeIn struct{ Body apiNewTarget }
	api.Post(a, api.Op{ID: "make-target", Noun: "targets", Path: "/targets", Summary: "target.api.make"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *makeIn) (apiTarget, error) {
			t, err := Make(ctx, tx, by, feeds, in.Body.target())
			return t.forAPI(), err
		})
	type openIn struct {
		api.ByID
		Body struct {
			Version int64 `json:"version"`
		}
	}
	api.Do(a, api.Op{ID: "open-target", Noun: "targets", Path: "/targets/{id}/opening", Summary: "target.api.open"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *openIn) (apiTarget, error) {
			if err := Open(ctx, tx, by, in.ID, in.Body.Version); err != nil {
				return apiTarget{}, err
			}
			t, err := Get(ctx, tx, by, in.ID)
			return t.forAPI(), err
		})
}

type apiUnitIn struct {
	api.ByID
	Unit string `path:"unit"`
}

// standingFor returns how a target stands at a unit, as programs see it.
func standingFor(ctx context.Context, tx *db.Tx, by auth.Actor, feeds Feeds, id, unitKey string) (apiTargetStanding, error) {
	t, err := Get(ctx, tx, by, id)
	if err != nil {
		return apiTargetStanding{}, err
	}
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return apiTargetStanding{}, err
	}
	r, err := At(ctx, tx, by, feeds, t, u)
	return r.forAPI(), err
}

func registerStandings(a *api.API, feeds Feeds) {
	api.Get(a, api.Op{ID: "target-standing", Noun: "targets", Path: "/targets/{id}/units/{unit}", Summary: "target.api.standing"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *apiUnitIn) (apiTargetStanding, error) {
			return standingFor(ctx, tx, by, feeds, in.ID, in.Unit)
		})
	type underIn struct {
		api.ByID
		Unit string `path:"unit"`
		api.Paging
	}
	api.Pages(a, api.Op{ID: "target-under", Noun: "targets", Path: "/targets/{id}/units/{unit}/under", Summary: "target.api.under"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *underIn, after api.Cursor, limit int) ([]apiTargetStanding, api.Cursor, error) {
			t, err := Get(ctx, tx, by, in.ID)
			if err != nil {
				return nil, api.Cursor{}, err
			}
			u, err := org.Get(ctx, tx, by, in.Unit)
			if err != nil {
				return nil, api.Cursor{}, err
			}
			rows, next, err := Under(ctx, tx, by, feeds, t, u.ID, after.At, limit)
			var out []apiTargetStanding
			for _, r := range rows {
				out = append(out, r.forAPI())
			}
			return out, api.Cursor{At: next}, err
		})
}

// apiTargetDone answers a deed at a unit: the figures of the sheet follow at once, and are
// read by the standing.
type apiTargetDone struct {
	Target  string `json:"target"`
	Unit    string `json:"unit" example:"tccs-07"`
	Version int64  `json:"version" doc:"Of the unit's standing now"`
}

func doneAt(ctx context.Context, tx *db.Tx, by auth.Actor, id, unitKey string) (apiTargetDone, error) {
	u, err := org.Get(ctx, tx, by, unitKey)
	if err != nil {
		return apiTargetDone{}, err
	}
	s, err := standingOf(ctx, tx, id, u.ID)
	return apiTargetDone{id, unitKey, s.Version}, err
}

func registerDeeds(a *api.API) {
	type handIn struct {
		api.ByID
		Unit string `path:"unit"`
		Body struct {
			Version int64            `json:"version" doc:"Of the standing of the unit that hands down"`
			Shares  map[string]int64 `json:"shares" doc:"By key of a unit directly under"`
			Reason  string           `json:"reason,omitempty" doc:"Needed where a share changes"`
		}
	}
	api.Do(a, api.Op{ID: "hand-target", Noun: "targets", Path: "/targets/{id}/units/{unit}/handing", Summary: "target.api.hand"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *handIn) (apiTargetDone, error) {
			t, own, err := Handing(ctx, tx, by, in.ID, in.Unit)
			if err != nil {
				return apiTargetDone{}, err
			}
			offers, err := Offers(ctx, tx, by, nil, t, own.Unit, Typed, 0)
			if err != nil {
				return apiTargetDone{}, err
			}
			var shares []Share
			for _, o := range offers {
				if x, ok := in.Body.Shares[o.Key]; ok {
					shares = append(shares, Share{o.ID, x})
				}
			}
			if len(shares) < len(in.Body.Shares) {
				return apiTargetDone{}, Wrong("shares", "target.error.unit")
			}
			if err := Hand(ctx, tx, by, in.ID, in.Unit, in.Body.Version, shares, in.Body.Reason); err != nil {
				return apiTargetDone{}, err
			}
			return doneAt(ctx, tx, by, in.ID, in.Unit)
		})
	type replyIn struct {
		api.ByID
		Unit string `path:"unit"`
		Body struct {
			Version int64  `json:"version" doc:"Of the unit's standing"`
			Takes   int64  `json:"takes" doc:"What the unit takes on: all that it was given, or something else for a reason"`
			Reason  string `json:"reason,omitempty"`
		}
	}
	api.Do(a, api.Op{ID: "reply-target", Noun: "targets", Path: "/targets/{id}/units/{unit}/reply", Summary: "target.api.reply"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *replyIn) (apiTargetDone, error) {
			if err := Reply(ctx, tx, by, in.ID, in.Unit, in.Body.Version, in.Body.Takes, in.Body.Reason); err != nil {
				return apiTargetDone{}, err
			}
			return doneAt(ctx, tx, by, in.ID, in.Unit)
		})
}
