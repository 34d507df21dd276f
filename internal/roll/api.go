package roll

import (
	"context"

	"nhipcau/internal/api"
	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/presence"
)

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

// RegisterAPI adds what programs may ask of rolls.
func RegisterAPI(a *api.API) {
	type rollIn struct {
		api.ByID
		api.Paging
		State string `query:"state" enum:"invited,present,online,excused,absent,exempt"`
	}
	api.List(a, api.Op{ID: "list-attendance", Noun: "conferences", Path: "/conferences/{id}/attendance", Summary: "roll.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *rollIn, after api.Cursor, limit int) ([]apiAttendance, error) {
			c, err := conference.Get(ctx, tx, by, in.ID)
			if err != nil {
				return nil, err
			}
			if err := conference.MayName(by); err != nil {
				return nil, err
			}
			all, err := presence.RollAfter(ctx, tx, by, c.ID, conference.MayRun(by, c.Unit), attendance.State(in.State), after.At, limit)
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
	api.Do(a, api.Op{ID: "mark-attendance", Noun: "conferences", Path: "/conferences/{id}/attendance", Summary: "roll.api.mark"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *markIn) (apiMarked, error) {
			n, err := markForAPI(ctx, tx, by, in.ID, in.Body)
			return apiMarked{in.ID, n}, err
		})
}

// markForAPI marks people by their keys.
func markForAPI(ctx context.Context, tx *db.Tx, by auth.Actor, id string, in apiMarks) (int, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	if err := mayCall(by, c.Unit); err != nil {
		return 0, err
	}
	keys := make([]string, len(in.Marks))
	for i, m := range in.Marks {
		keys[i] = m.Member
	}
	rows, err := presence.RollOfKeys(ctx, tx, id, keys)
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
	return conference.Mark(ctx, tx, by, id, marks, guests)
}
