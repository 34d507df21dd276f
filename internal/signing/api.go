package signing

import (
	"context"
	"time"

	"nhipcau/internal/api"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/filing"
	"nhipcau/internal/form"
	"nhipcau/internal/vn"
)

// apiSigned is the report of a unit in a period as programs see it.
type apiSigned struct {
	Period   string         `json:"period"`
	Unit     string         `json:"unit" example:"tccs-07"`
	Name     string         `json:"name"`
	Steps    form.Steps     `json:"steps" enum:"0,1,2" doc:"What the form asks: 0 nothing, 1 that the unit above accepts, 2 that the unit's secretary signs first"`
	State    State          `json:"state,omitempty" enum:"asked,submitted,returned,accepted,withdrawn" doc:"Left out while nothing was submitted"`
	N        int64          `json:"n" doc:"Number of the return that was submitted last; send it as seen to accept it or send it back"`
	Accepted int64          `json:"accepted,omitempty" doc:"Number of the return that was accepted last"`
	Until    *vn.Day        `json:"until,omitempty" format:"date" doc:"By which what was sent back is to come again"`
	Hash     string         `json:"hash,omitempty" doc:"SHA-256 over figures, texts and edition of what waits; send it to sign that"`
	At       *time.Time     `json:"at,omitempty"`
	Figures  filing.Figures `json:"figures,omitempty" doc:"That stand, by key of the item; not in lists"`
	Signed   filing.Figures `json:"signed,omitempty" doc:"As they were submitted or signed last, where that is not what stands"`
	Texts    filing.Texts   `json:"texts,omitempty"`
	Events   []apiDeed      `json:"events,omitempty" doc:"The oldest first; not in lists"`
}

// Href is the address of the report.
func (r apiSigned) Href() string { return "/periods/" + r.Period + "/reports/" + r.Unit }

type apiDeed struct {
	Kind    Kind              `json:"kind" enum:"asked,submitted,signed,refused,returned,accepted,withdrawn"`
	N       int64             `json:"n,omitempty" doc:"Number of the return it is about"`
	Hash    string            `json:"hash,omitempty"`
	Name    string            `json:"name"`
	Office  string            `json:"office,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Reasons map[string]string `json:"reasons,omitempty" doc:"By key of the item"`
	At      time.Time         `json:"at"`
}

func (r Report) forAPI(key, name string, steps form.Steps) apiSigned {
	out := apiSigned{Period: r.Period, Unit: key, Name: name, Steps: steps, State: r.State, N: r.N, Accepted: r.Accepted, Hash: r.Hash, At: api.When(r.At)}
	if r.Until != "" {
		out.Until = &r.Until
	}
	return out
}

type unitOf struct {
	api.ByID
	Unit string `path:"unit"`
}

// whole reads a report with all that is known of it.
func whole(ctx context.Context, tx *db.Tx, by auth.Actor, period, unit string) (apiSigned, error) {
	c, err := Get(ctx, tx, by, period, unit)
	if err != nil {
		return apiSigned{}, err
	}
	out := c.Report.forAPI(c.Unit.Key, c.Unit.Name, c.Steps())
	now := c.Newest()
	if now.Stands() {
		out.Figures, out.Texts = now.Figures(c.Round.Form), c.Texts[now.N]
	}
	if x, _ := c.Signed(); x.N > 0 && x.N != now.N {
		out.Signed = x.Figures(c.Round.Form)
	}
	for _, e := range c.Events {
		out.Events = append(out.Events, apiDeed{e.Kind, e.N, e.Hash, e.Name, e.Office, e.Reason, e.Reasons, e.At})
	}
	return out, nil
}

// RegisterAPI adds what programs may ask of the reports of periods.
func RegisterAPI(a *api.API) {
	type reportsIn struct {
		api.ByID
		api.Paging
		State State `query:"state" enum:"submitted,returned,accepted"`
	}
	api.Pages(a, api.Op{ID: "list-period-reports", Noun: "reports", Path: "/periods/{id}/reports", Summary: "signing.api.list"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *reportsIn, after api.Cursor, limit int) ([]apiSigned, api.Cursor, error) {
			round, err := filing.GetRound(ctx, tx, by, in.ID)
			if err != nil {
				return nil, api.Cursor{}, err
			}
			lines, _, err := Inbox(ctx, tx, by, in.ID, in.State, "", int(after.At), limit)
			var out []apiSigned
			for _, l := range lines {
				out = append(out, l.forAPI(l.Key, l.Name, round.Form.Steps))
			}
			next := api.Cursor{}
			if len(lines) == limit {
				next.At = after.At + int64(limit)
			}
			return out, next, err
		})
	api.Get(a, api.Op{ID: "get-period-report", Noun: "reports", Path: "/periods/{id}/reports/{unit}", Summary: "signing.api.one"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *unitOf) (apiSigned, error) {
			return whole(ctx, tx, by, in.ID, in.Unit)
		})
	registerSteps(a)
}

func registerSteps(a *api.API) {
	type sendReportIn struct {
		api.ByID
		Unit string `path:"unit"`
		Body struct {
			Seen    int64          `json:"seen,omitempty" doc:"Number of the return that is corrected, 0 for none"`
			Figures filing.Figures `json:"figures" doc:"Whole numbers by key of the item. An item that is left out, or null, is empty, which is not zero"`
			Texts   filing.Texts   `json:"texts,omitempty" doc:"By key of the item"`
			Reason  string         `json:"reason,omitempty" doc:"Why it is corrected, or sent again as it was"`
		}
	}
	api.Do(a, api.Op{ID: "submit-period-report", Noun: "reports", Path: "/periods/{id}/reports/{unit}", Summary: "signing.api.submit"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *sendReportIn) (apiSigned, error) {
			b := in.Body
			if _, err := Submit(ctx, tx, by, in.ID, in.Unit, filing.Entry{Seen: b.Seen, Figures: b.Figures, Texts: b.Texts, Reason: b.Reason}); err != nil {
				return apiSigned{}, err
			}
			return whole(ctx, tx, by, in.ID, in.Unit)
		})
	type signReportIn struct {
		api.ByID
		Unit string `path:"unit"`
		Body struct {
			Hash string `json:"hash" doc:"Of what waits, as the report says it"`
		}
	}
	api.Do(a, api.Op{ID: "sign-period-report", Noun: "reports", Path: "/periods/{id}/reports/{unit}/signature", Summary: "signing.api.sign"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *signReportIn) (apiSigned, error) {
			if _, err := Sign(ctx, tx, by, in.ID, in.Unit, in.Body.Hash); err != nil {
				return apiSigned{}, err
			}
			return whole(ctx, tx, by, in.ID, in.Unit)
		})
	type returnReportIn struct {
		api.ByID
		Unit string `path:"unit"`
		Body struct {
			Seen    int64             `json:"seen" doc:"Number of the return that is sent back"`
			Reason  string            `json:"reason,omitempty" doc:"About the whole"`
			Reasons map[string]string `json:"reasons,omitempty" doc:"By key of the item; one of reason and reasons is needed"`
			Until   string            `json:"until,omitempty" doc:"Day by which it is to come again" example:"2025-04-12"`
		}
	}
	api.Do(a, api.Op{ID: "return-period-report", Noun: "reports", Path: "/periods/{id}/reports/{unit}/return", Summary: "signing.api.return"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *returnReportIn) (apiSigned, error) {
			b := in.Body
			if err := Return(ctx, tx, by, in.ID, in.Unit, b.Seen, Back{Reason: b.Reason, Reasons: b.Reasons, Until: vn.Day(b.Until)}); err != nil {
				return apiSigned{}, err
			}
			return whole(ctx, tx, by, in.ID, in.Unit)
		})
	type acceptReportIn struct {
		api.ByID
		Unit string `path:"unit"`
		Body struct {
			Seen int64 `json:"seen" doc:"Number of the return that is accepted"`
		}
	}
	api.Do(a, api.Op{ID: "accept-period-report", Noun: "reports", Path: "/periods/{id}/reports/{unit}/acceptance", Summary: "signing.api.accept"},
		func(ctx context.Context, tx *db.Tx, by auth.Actor, in *acceptReportIn) (apiSigned, error) {
			if err := Accept(ctx, tx, by, in.ID, in.Unit, in.Body.Seen); err != nil {
				return apiSigned{}, err
			}
			return whole(ctx, tx, by, in.ID, in.Unit)
		})
}
