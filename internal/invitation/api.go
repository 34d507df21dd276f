package invitation

import (
	"context"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// apiInvitation is somebody invited to a conference, as programs see it.
type apiInvitation struct {
	Member   string     `json:"member" doc:"Key of the member"`
	Name     string     `json:"name"`
	Office   string     `json:"office,omitempty"`
	Unit     string     `json:"unit" doc:"Key of the home unit when invited" example:"tccs-07"`
	Site     int64      `json:"site,omitempty" doc:"Number of the site where the person is to be"`
	Answer   string     `json:"answer" enum:"none,come,delegate,excused"`
	Reason   string     `json:"reason,omitempty" doc:"Of excused: duty, study, travel, leave, other"`
	Delegate string     `json:"delegate,omitempty" doc:"Of delegate: the name of who comes instead"`
	Answered *time.Time `json:"answered,omitempty"`

	id int64
}

// apiReply is an answer on behalf of somebody.
type apiReply struct {
	Answer   string `json:"answer" enum:"come,delegate,excused"`
	Reason   string `json:"reason,omitempty" enum:"duty,study,travel,leave,other" doc:"Needed of excused"`
	Delegate string `json:"delegate,omitempty" doc:"Needed of delegate: key or full name of a member of the same unit"`
}

func forAPI(v Invited) apiInvitation {
	a := apiInvitation{
		Member: v.Key, Name: v.Name, Office: v.Office, Unit: v.UnitKey, Site: v.Site, Answer: v.Answer.Word,
		Reason: v.Answer.Reason, Delegate: v.Answer.Delegate, id: v.Member,
	}
	if a.Answer == "" {
		a.Answer = None
	} else {
		a.Answered = &v.Answer.At
	}
	return a
}

// RegisterAPI adds what programs may ask of invitations.
func RegisterAPI(a *api.API) {
	type listIn struct {
		api.ByID
		api.Paging
		Answer string `query:"answer" enum:"none,come,delegate,excused"`
		Query  string `query:"q"`
	}
	api.List(a, api.Op{ID: "list-invitations", Noun: "conferences", Path: "/conferences/{id}/invitations", Summary: "invitation.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiInvitation, error) {
			m, err := Find(ctx, tx, by, in.ID)
			if err != nil {
				return nil, err
			}
			if err := mayName(by); err != nil {
				return nil, err
			}
			all, err := List(ctx, tx, by, m, Filter{Answer: in.Answer, Query: in.Query}, after.At, limit)
			out := make([]apiInvitation, len(all))
			for i, v := range all {
				out[i] = forAPI(v)
			}
			return out, err
		}, func(v apiInvitation) api.Cursor { return api.Cursor{At: v.id} })
	type answerIn struct {
		api.ByID
		Member string `path:"member" doc:"Key of the member"`
		Body   apiReply
	}
	api.Do(a, api.Op{ID: "answer-invitation", Noun: "conferences", Path: "/conferences/{id}/invitations/{member}", Summary: "invitation.api.answer"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *answerIn) (apiInvitation, error) {
			r := Reply{Word: in.Body.Answer, Reason: in.Body.Reason, Delegate: in.Body.Delegate}
			if err := r.Give(ctx, tx, by, in.ID, in.Member, 0); err != nil {
				return apiInvitation{}, err
			}
			m, err := Find(ctx, tx, by, in.ID)
			if err != nil {
				return apiInvitation{}, err
			}
			v, err := invited(ctx, tx, m, in.Member, 0)
			return forAPI(v), err
		})
}
