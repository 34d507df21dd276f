package conference

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// apiConference is a conference as programs see it.
type apiConference struct {
	ID        string     `json:"id"`
	Unit      string     `json:"unit" doc:"Key of the unit that holds it" example:"tccs-07"`
	Rollout   string     `json:"rollout,omitempty" doc:"Id of the rollout it belongs to"`
	Title     string     `json:"title"`
	Sort      string     `json:"sort" enum:"main,makeup"`
	Mode      string     `json:"mode" enum:"in_person,online,hybrid"`
	Day       vn.Day     `json:"day" format:"date"`
	Start     string     `json:"start,omitempty" example:"07:30"`
	End       string     `json:"end,omitempty" example:"11:00"`
	Place     string     `json:"place,omitempty"`
	Chair     string     `json:"chair,omitempty"`
	State     State      `json:"state" enum:"draft,convened,closing,closed,reopening,cancelled"`
	EnteredAt time.Time  `json:"entered_at"`
	Sheet     string     `json:"sheet,omitempty" doc:"Where it is counted: /figures/{sheet}/{unit}; absent until it is closed"`
	Sample    bool       `json:"sample" doc:"Made up for a demonstration"`
	Parent    string     `json:"parent,omitempty" doc:"Id of the conference above, whose plan of levels asked for it"`
	Level     int64      `json:"level,omitempty" doc:"Of that plan"`
	Topics    []apiTopic `json:"topics,omitempty" doc:"Not in lists"`

	version int64
}

// Href is the conference's address.
func (c apiConference) Href() string { return "/conferences/" + c.ID }

type apiTopic struct {
	ID           string `json:"id,omitempty" doc:"Stays while the topic does; leave it out for a new one"`
	Sort         string `json:"sort,omitempty" enum:"topic,break,opening,closing" doc:"A topic if absent"`
	Start        string `json:"start,omitempty" example:"07:45"`
	End          string `json:"end,omitempty" example:"08:30"`
	Title        string `json:"title"`
	Speaker      string `json:"speaker,omitempty"`
	SpeakerTitle string `json:"speaker_title,omitempty"`
}

type apiNewConference struct {
	Rollout string     `json:"rollout,omitempty" doc:"Id of the rollout it belongs to"`
	Title   string     `json:"title"`
	Sort    string     `json:"sort" enum:"main,makeup"`
	Mode    string     `json:"mode" enum:"in_person,online,hybrid"`
	Day     vn.Day     `json:"day" format:"date"`
	Start   string     `json:"start,omitempty" example:"07:30"`
	End     string     `json:"end,omitempty" example:"11:00"`
	Place   string     `json:"place,omitempty"`
	Chair   string     `json:"chair,omitempty"`
	Topics  []apiTopic `json:"topics,omitempty"`
	Units   []string   `json:"units,omitempty" doc:"Keys of invited units; the host's own members if absent"`
	Parent  string     `json:"parent,omitempty" doc:"Id of the conference above, whose plan of levels asks for it"`
	Level   int64      `json:"level,omitempty" doc:"Of that plan"`
}

func (n apiNewConference) form() Form {
	f := Form{
		Rollout: n.Rollout, Title: n.Title, Sort: n.Sort, Mode: n.Mode, Day: n.Day, Start: n.Start, End: n.End, Place: n.Place, Chair: n.Chair, Units: n.Units,
		Parent: n.Parent, Level: n.Level,
	}
	for _, t := range n.Topics {
		f.Topics = append(f.Topics, Topic(t))
	}
	return f
}

func forAPI(c Conference) apiConference {
	out := apiConference{
		ID: c.ID, Unit: c.UnitKey, Rollout: c.Rollout, Title: c.Title, Sort: c.Sort, Mode: c.Mode, Day: c.Day, Start: c.Start, End: c.End,
		Place: c.Place, Chair: c.Chair, State: c.State, EnteredAt: c.EnteredAt, Sample: c.Sample, version: c.Version,
		Parent: c.Parent, Level: c.Level,
	}
	if c.Sheet != 0 {
		out.Sheet = strconv.FormatInt(c.Sheet, 10)
	}
	for _, t := range c.Topics {
		out.Topics = append(out.Topics, apiTopic(t))
	}
	return out
}

// RegisterAPI adds what programs may ask of conferences.
func RegisterAPI(a *api.API) {
	type listIn struct {
		api.Paging
		Rollout string `query:"rollout"`
		State   string `query:"state" enum:"draft,convened,closing,closed,reopening,cancelled"`
		Query   string `query:"q"`
	}
	api.List(a, api.Op{ID: "list-conferences", Noun: "conferences", Path: "/conferences", Summary: "conference.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiConference, error) {
			all, err := listAfter(ctx, tx, by, Filter{in.Rollout, in.Query}, State(in.State), after.At, after.ID, limit)
			out := make([]apiConference, len(all))
			for i, c := range all {
				out[i] = forAPI(c)
			}
			return out, err
		}, func(c apiConference) api.Cursor { return api.Cursor{At: c.EnteredAt.Unix(), ID: c.ID} })
	api.Get(a, api.Op{ID: "get-conference", Noun: "conferences", Path: "/conferences/{id}", Summary: "conference.api.one"}, see)
	api.Post(a, api.Op{ID: "enter-conference", Noun: "conferences", Path: "/conferences", Summary: "conference.api.enter"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *struct{ Body apiNewConference }) (apiConference, error) {
			c, err := Enter(ctx, tx, by, in.Body.form())
			if err != nil {
				return apiConference{}, err
			}
			return see(ctx, tx, by, &api.ByID{ID: c.ID})
		})
	api.Change(a, api.Op{ID: "convene-conference", Noun: "conferences", Path: "/conferences/{id}/convening", Summary: "conference.api.convene"}, http.MethodPost, see,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID, was apiConference) (apiConference, error) {
			if _, err := Convene(ctx, tx, by, in.ID, was.version); err != nil {
				return apiConference{}, err
			}
			return see(ctx, tx, by, in)
		})
	api.Change(a, api.Op{ID: "close-conference", Noun: "conferences", Path: "/conferences/{id}/closure", Summary: "conference.api.close"}, http.MethodPost, see,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID, was apiConference) (apiConference, error) {
			if err := Close(ctx, tx, by, in.ID, was.version); err != nil {
				return apiConference{}, err
			}
			return see(ctx, tx, by, in)
		})
}

func see(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiConference, error) {
	c, err := Get(ctx, tx, by, in.ID)
	return forAPI(c), err
}
