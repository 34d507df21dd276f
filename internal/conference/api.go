package conference

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
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
}

func (n apiNewConference) form() Form {
	f := Form{
		Rollout: n.Rollout, Title: n.Title, Sort: n.Sort, Mode: n.Mode, Day: n.Day, Start: n.Start, End: n.End, Place: n.Place, Chair: n.Chair, Units: n.Units,
	}
	for _, t := range n.Topics {
		f.Topics = append(f.Topics, Topic(t))
	}
	return f
}

// apiAttendance is one person on the roll.
type apiAttendance struct {
	Member  string           `json:"member" doc:"Key of the member"`
	Name    string           `json:"name"`
	Unit    string           `json:"unit" doc:"Key of the home unit when invited" example:"tccs-07"`
	State   attendance.State `json:"state" enum:"invited,present,online,excused,absent,exempt"`
	Reason  string           `json:"reason,omitempty" enum:"duty,study,travel,leave,other" doc:"Of an excuse"`
	Version int64            `json:"version" doc:"Send it back with a mark: a row somebody else has marked meanwhile is refused"`

	id int64
}

type apiMarks struct {
	Marks  []apiMark  `json:"marks"`
	Guests []apiGuest `json:"guests,omitempty" doc:"Replaces the groups of guests if it is there"`
}

type apiMark struct {
	Member  string           `json:"member" doc:"Key of the member"`
	State   attendance.State `json:"state" enum:"present,online,excused,absent,exempt"`
	Reason  string           `json:"reason,omitempty" enum:"duty,study,travel,leave,other"`
	Version int64            `json:"version" doc:"Of the row as it was read"`
}

type apiGuest struct {
	Label  string `json:"label"`
	Number int64  `json:"number"`
}

type apiMarked struct {
	Conference string `json:"conference"`
	Marked     int    `json:"marked" doc:"Rows that changed"`
}

func forAPI(c Conference) apiConference {
	out := apiConference{
		ID: c.ID, Unit: c.UnitKey, Rollout: c.Rollout, Title: c.Title, Sort: c.Sort, Mode: c.Mode, Day: c.Day, Start: c.Start, End: c.End,
		Place: c.Place, Chair: c.Chair, State: c.State, EnteredAt: c.EnteredAt, Sample: c.Sample, version: c.Version,
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
	registerRoll(a)
}

func see(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiConference, error) {
	c, err := Get(ctx, tx, by, in.ID)
	return forAPI(c), err
}

func registerRoll(a *api.API) {
	type rollIn struct {
		api.ByID
		api.Paging
		State string `query:"state" enum:"invited,present,online,excused,absent,exempt"`
	}
	api.List(a, api.Op{ID: "list-attendance", Noun: "conferences", Path: "/conferences/{id}/attendance", Summary: "conference.api.roll"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *rollIn, after api.Cursor, limit int) ([]apiAttendance, error) {
			c, err := Get(ctx, tx, by, in.ID)
			if err != nil {
				return nil, err
			}
			if err := mayName(by); err != nil {
				return nil, err
			}
			all, err := attendance.RollAfter(ctx, tx, by, c.ID, mayRun(by, c.Unit) == nil, attendance.State(in.State), after.At, limit)
			out := make([]apiAttendance, len(all))
			for i, r := range all {
				out[i] = apiAttendance{r.MemberKey, r.Name, r.UnitKey, r.State, r.Reason, r.Version, r.Member}
			}
			return out, err
		}, func(r apiAttendance) api.Cursor { return api.Cursor{At: r.id} })
	type markIn struct {
		api.ByID
		Body apiMarks
	}
	api.Do(a, api.Op{ID: "mark-attendance", Noun: "conferences", Path: "/conferences/{id}/attendance", Summary: "conference.api.mark"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *markIn) (apiMarked, error) {
			n, err := markForAPI(ctx, tx, by, in.ID, in.Body)
			return apiMarked{in.ID, n}, err
		})
}

// markForAPI marks people by their keys.
func markForAPI(ctx context.Context, tx *db.Tx, by auth.Actor, id string, in apiMarks) (int, error) {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := mayRun(by, c.Unit); err != nil {
		return 0, err
	}
	keys := make([]string, len(in.Marks))
	for i, m := range in.Marks {
		keys[i] = m.Member
	}
	rows, err := attendance.RollOfKeys(ctx, tx, id, keys)
	if err != nil {
		return 0, err
	}
	ids := make(map[string]int64, len(rows))
	for _, r := range rows {
		ids[r.MemberKey] = r.Member
	}
	w := fault.Wrong{}
	marks := make([]attendance.Mark, len(in.Marks))
	for i, m := range in.Marks {
		if ids[m.Member] == 0 {
			w.Add("marks", "conference.error.not_on_roll", m.Member)
		}
		marks[i] = attendance.Mark{Member: ids[m.Member], State: m.State, Reason: m.Reason, Version: m.Version}
	}
	if err := w.Err(); err != nil {
		return 0, err
	}
	var guests []attendance.Guest
	for _, g := range in.Guests {
		guests = append(guests, attendance.Guest(g))
	}
	return Mark(ctx, tx, by, id, marks, guests)
}
