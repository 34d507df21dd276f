package task

import (
	"context"
	"net/http"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/vn"
)

// apiUnitTask is a task as programs see it.
type apiUnitTask struct {
	ID          string     `json:"id"`
	Order       string     `json:"order" doc:"Id shared by the tasks that were given together"`
	Parent      string     `json:"parent,omitempty" doc:"Id of the task that is handed down"`
	Unit        string     `json:"unit" doc:"Key of the unit that gave it" example:"doan-khoi"`
	Lead        string     `json:"lead" doc:"Key of the unit that leads" example:"tccs-07"`
	Partners    []string   `json:"partners,omitempty" doc:"Keys of units; not in lists"`
	Text        string     `json:"text"`
	Deliverable string     `json:"deliverable" doc:"What it ends in and can be shown"`
	Given       vn.Day     `json:"given" format:"date"`
	Due         vn.Day     `json:"due" format:"date" doc:"Last day on which it is in time, moved off days without work"`
	Extended    bool       `json:"extended"`
	State       State      `json:"state" enum:"running,soon,late,done,done_late,verified,withdrawn"`
	Asks        bool       `json:"asks" doc:"More time is asked for and nobody has answered"`
	Returned    bool       `json:"returned" doc:"Sent back and not done again"`
	Source      Source     `json:"source" enum:"hand,plan,directive,conclusion"`
	SourceID    string     `json:"source_id,omitempty"`
	SourceText  string     `json:"source_text,omitempty"`
	DoneAt      *time.Time `json:"done_at,omitempty"`
	VerifiedAt  *time.Time `json:"verified_at,omitempty"`

	version int64
}

// Href is the task's address.
func (t apiUnitTask) Href() string { return "/tasks/" + t.ID }

func forAPI(t Task, today vn.Day) apiUnitTask {
	out := apiUnitTask{
		ID: t.ID, Order: t.Order.ID, Parent: t.Order.Parent, Unit: t.Order.Unit.Key, Lead: t.Lead.Key, Text: t.Order.Text, Deliverable: t.Order.Deliverable,
		Given: t.Order.GivenDay, Due: t.Due, Extended: t.Extended, State: t.State(today), Asks: t.Asks, Returned: t.Returned, Source: t.Order.Source,
		SourceID: t.Order.SourceID, SourceText: t.Order.SourceText, DoneAt: api.When(t.DoneAt), VerifiedAt: api.When(t.VerifiedAt), version: t.Version,
	}
	for _, u := range t.Order.Partners {
		out.Partners = append(out.Partners, u.Key)
	}
	return out
}

type apiNewUnitTask struct {
	Text        string     `json:"text"`
	Deliverable string     `json:"deliverable"`
	Lead        string     `json:"lead" doc:"Key of the unit that leads"`
	Partners    []string   `json:"partners,omitempty" doc:"Keys of units"`
	Person      string     `json:"person,omitempty" doc:"Key of a member of the lead"`
	Day         vn.Day     `json:"day,omitempty" doc:"Ten days from now if absent"`
	Wording     vn.Wording `json:"wording,omitempty" enum:"before,until" doc:"Whether the day itself is too late; until if absent"`
	Source      Source     `json:"source,omitempty" enum:"hand,directive,conclusion"`
	SourceID    string     `json:"source_id,omitempty" doc:"Id of a directive"`
	SourceText  string     `json:"source_text,omitempty"`
	Parent      string     `json:"parent,omitempty" doc:"Id of a task of your unit that is handed down"`
}

type apiTaskWords struct {
	Text string `json:"text,omitempty" doc:"How it goes, the result, a remark, or why"`
}

type apiTaskDay struct {
	Day    vn.Day `json:"day" format:"date"`
	Reason string `json:"reason,omitempty"`
}

func see(ctx context.Context, tx *db.Tx, by auth.Actor, in *api.ByID) (apiUnitTask, error) {
	t, err := Get(ctx, tx, by, in.ID)
	return forAPI(t, vn.DayOf(tx.Now)), err
}

// changing adds an operation that does something to a task and answers with the task.
func changing[B any](a *api.API, id, noun, summary string, verb func(ctx context.Context, tx *db.Tx, by auth.Actor, was apiUnitTask, b B) error) {
	type in struct {
		api.ByID
		Body B
	}
	api.Change(a, api.Op{ID: id, Noun: "tasks", Path: "/tasks/{id}/" + noun, Summary: summary}, http.MethodPost,
		func(ctx context.Context, tx *db.Tx, by auth.Actor, x *in) (apiUnitTask, error) {
			return see(ctx, tx, by, &x.ByID)
		},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, x *in, was apiUnitTask) (apiUnitTask, error) {
			if err := verb(ctx, tx, by, was, x.Body); err != nil {
				return apiUnitTask{}, err
			}
			return see(ctx, tx, by, &x.ByID)
		})
}

// RegisterAPI adds what programs may ask of tasks.
func RegisterAPI(a *api.API) {
	type listIn struct {
		api.Paging
		Side  string `query:"side" enum:"mine,given,partner,all"`
		State string `query:"state" enum:"running,soon,late,done,done_late,waiting,verified,withdrawn"`
		Order string `query:"order"`
		Query string `query:"q"`
	}
	api.List(a, api.Op{ID: "list-tasks", Noun: "tasks", Path: "/tasks", Summary: "task.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *listIn, after api.Cursor, limit int) ([]apiUnitTask, error) {
			f := Filter{Side: in.Side, State: State(in.State), Order: in.Order, Query: in.Query}
			all, err := listAfter(ctx, tx, by, f, after.At, after.ID, limit)
			out := make([]apiUnitTask, len(all))
			for i, t := range all {
				out[i] = forAPI(t, vn.DayOf(tx.Now))
			}
			return out, err
		}, func(t apiUnitTask) api.Cursor { return api.Cursor{At: t.Due.Start().Unix(), ID: t.ID} })
	api.Get(a, api.Op{ID: "get-task", Noun: "tasks", Path: "/tasks/{id}", Summary: "task.api.get"}, see)
	api.Post(a, api.Op{ID: "give-task", Noun: "tasks", Path: "/tasks", Summary: "task.api.give"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *struct{ Body apiNewUnitTask }) (apiUnitTask, error) {
			b := in.Body
			o, err := Give(ctx, tx, by, Form{
				Text: b.Text, Deliverable: b.Deliverable, Reach: Named, Leads: []string{b.Lead}, Partners: b.Partners, Person: b.Person, Day: b.Day, Wording: b.Wording,
				Source: b.Source, SourceID: b.SourceID, SourceText: b.SourceText, Parent: b.Parent,
			})
			if err != nil {
				return apiUnitTask{}, err
			}
			all, err := First(ctx, tx, by, o.ID, 1)
			if err != nil {
				return apiUnitTask{}, err
			}
			return see(ctx, tx, by, &api.ByID{ID: all[0].ID})
		})
	changing(a, "note-task", "notes", "task.api.note", func(ctx context.Context, tx *db.Tx, by auth.Actor, was apiUnitTask, b apiTaskWords) error {
		return Note(ctx, tx, by, was.ID, b.Text)
	})
	changing(a, "finish-task", "completion", "task.api.finish", func(ctx context.Context, tx *db.Tx, by auth.Actor, was apiUnitTask, b apiTaskWords) error {
		return Finish(ctx, tx, by, was.ID, was.version, b.Text)
	})
	changing(a, "verify-task", "verification", "task.api.verify", func(ctx context.Context, tx *db.Tx, by auth.Actor, was apiUnitTask, b apiTaskWords) error {
		return Verify(ctx, tx, by, was.ID, was.version, b.Text)
	})
	changing(a, "return-task", "return", "task.api.return", func(ctx context.Context, tx *db.Tx, by auth.Actor, was apiUnitTask, b apiTaskWords) error {
		return SendBack(ctx, tx, by, was.ID, was.version, b.Text)
	})
	changing(a, "ask-task", "extension-request", "task.api.ask", func(ctx context.Context, tx *db.Tx, by auth.Actor, was apiUnitTask, b apiTaskDay) error {
		return Ask(ctx, tx, by, was.ID, was.version, b.Day, b.Reason)
	})
	changing(a, "extend-task", "extension", "task.api.extend", func(ctx context.Context, tx *db.Tx, by auth.Actor, was apiUnitTask, b apiTaskDay) error {
		return Extend(ctx, tx, by, was.ID, was.version, b.Day, b.Reason)
	})
	changing(a, "refuse-task", "refusal", "task.api.refuse", func(ctx context.Context, tx *db.Tx, by auth.Actor, was apiUnitTask, b apiTaskWords) error {
		return Refuse(ctx, tx, by, was.ID, was.version, b.Text)
	})
	changing(a, "withdraw-task", "withdrawal", "task.api.withdraw", func(ctx context.Context, tx *db.Tx, by auth.Actor, was apiUnitTask, b apiTaskWords) error {
		return Withdraw(ctx, tx, by, was.ID, was.version, b.Text)
	})
}
