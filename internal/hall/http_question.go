package hall

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/site"
	"nhipcau/internal/web"
)

// questionsPage is the list of questions.
type questionsPage struct {
	web.Page
	Hall      Hall
	Topics    []Topic
	Filter    Filter
	Site      string // typed
	Questions []Question
	After     int64
	More      bool
	MayAsk    bool
	MayChair  bool
	Text      string // typed
	Topic     string
	Wrong     map[string]fault.Text
	Message   fault.Text
}

func (s *server) questions(w http.ResponseWriter, r *http.Request) error {
	return s.questionsView(w, r, nil)
}

func (s *server) questionsView(w http.ResponseWriter, r *http.Request, failed error) error {
	q := r.URL.Query()
	p := questionsPage{
		Page: s.site.Page(r, "hall.questions"), After: max(0, number(q.Get("after"))), Site: q.Get("site"),
		Filter: Filter{State: State(q.Get("state")), Site: max(0, number(q.Get("site"))), Topic: q.Get("topic")},
		Text:   r.PostFormValue("text"), Topic: r.PostFormValue("topic"),
	}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Hall, err = Find(ctx, tx, p.Actor, r.PathValue("id")); err != nil {
			return err
		}
		if p.Topics, err = topicsOf(ctx, tx, p.Hall.ID); err != nil {
			return err
		}
		if p.Questions, err = Questions(ctx, tx, p.Actor, p.Hall, p.Filter, p.After, pageSize+1); err != nil {
			return err
		}
		_, onRoll, err := onRollAt(ctx, tx, p.Hall.ID, p.Actor.Member)
		p.MayChair = mayChair(p.Actor, p.Hall) == nil
		p.MayAsk = (onRoll || p.MayChair) && p.Hall.sitting() == nil
		return err
	}); err != nil {
		return err
	}
	if p.More = len(p.Questions) > pageSize; p.More {
		p.Questions = p.Questions[:pageSize]
	}
	return web.Render(w, r, status, questionsView(p))
}

func (p questionsPage) base() string { return "/conferences/" + p.Hall.ID + "/questions" }

func (p questionsPage) link(after int64) string {
	v := url.Values{}
	for k, x := range map[string]string{"state": string(p.Filter.State), "site": p.Site, "topic": p.Filter.Topic} {
		if x != "" {
			v.Set(k, x)
		}
	}
	if after > 0 {
		v.Set("after", strconv.FormatInt(after, 10))
	}
	return p.base() + "?" + v.Encode()
}

func (p questionsPage) first() string {
	if p.After == 0 {
		return ""
	}
	return p.link(0)
}

func (p questionsPage) next() string {
	if !p.More {
		return ""
	}
	return p.link(p.Questions[len(p.Questions)-1].Place)
}

// ask takes a question; one that comes from the desk of a site goes back there.
func (s *server) ask(w http.ResponseWriter, r *http.Request) error {
	by, id := auth.FromContext(r.Context()), r.PathValue("id")
	a := Ask{Topic: r.PostFormValue("topic"), Text: r.PostFormValue("text")}
	to := "/conferences/" + id + "/questions"
	if n := r.PostFormValue("site"); n != "" {
		a.Site = max(1, number(n))
		to = "/conferences/" + id + "/sites/" + strconv.FormatInt(a.Site, 10) + "/desk"
	}
	var again string
	err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if _, err = Put(ctx, tx, by, id, a); err != nil {
			return err
		}
		again, err = s.site.Once(ctx, tx, r, to)
		return err
	})
	if again != "" {
		return web.See(w, r, "%s", again)
	}
	if err != nil && a.Site > 0 {
		r.SetPathValue("n", strconv.FormatInt(a.Site, 10))
		return s.deskView(w, r, err)
	}
	if err != nil {
		return s.questionsView(w, r, err)
	}
	return web.SeeSaid(w, r, "hall.said.asked", "%s", to)
}

// questionPage is the page of a question.
type questionPage struct {
	web.Page
	Hall      Hall
	Question  Question
	Events    []Event
	MayChair  bool
	MayAnswer bool
	Answer    string // typed
	Reason    string
	Unit      string
	Into      string
	Wrong     map[string]fault.Text
	Message   fault.Text
}

func (s *server) question(w http.ResponseWriter, r *http.Request) error {
	return s.questionView(w, r, nil)
}

func (s *server) questionView(w http.ResponseWriter, r *http.Request, failed error) error {
	n := number(r.PathValue("q"))
	p := questionPage{
		Page: s.site.Page(r, "hall.question.nth", n), Answer: r.PostFormValue("answer"), Reason: r.PostFormValue("reason"),
		Unit: r.PostFormValue("unit"), Into: r.PostFormValue("into"),
	}
	status, ok := web.Refused(failed, &p.Wrong, &p.Message)
	if !ok {
		return failed
	}
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if p.Hall, p.Question, err = Get(ctx, tx, p.Actor, r.PathValue("id"), n); err != nil {
			return err
		}
		p.Events, err = eventsOf(ctx, tx, p.Hall.ID, n)
		return err
	}); err != nil {
		return err
	}
	p.MayChair, p.MayAnswer = mayChair(p.Actor, p.Hall) == nil, mayAnswer(p.Actor, p.Hall, p.Question) == nil
	return web.Render(w, r, status, questionView(p))
}

func (p questionPage) steps() []web.Step {
	var all []web.Step
	for _, e := range p.Events {
		who := e.Actor
		if e.State == New && !p.named() {
			who = p.from()
		}
		all = append(all, web.Step{Title: p.T("hall.state." + string(e.State)), Who: who, When: p.Time(e.At), Text: e.Note})
	}
	return all
}

// named reports whether the reader is told who asked: those who run the hall, and
// whoever did. To all others it is the site that asks.
func (p questionPage) named() bool {
	return p.MayAnswer || oversees(p.Actor, p.Hall) || p.Question.AskedBy == p.Actor.Login
}

func (p questionPage) from() string {
	if p.Question.SiteName != "" {
		return p.Question.SiteName
	}
	return p.Hall.UnitName
}

// deeds are what is done with a question, by the last part of the address.
func deed(r *http.Request) (func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error, bool) {
	v := r.PostFormValue
	switch r.PathValue("deed") {
	case "taking":
		return Take, true
	case "moving":
		return Earlier, true
	case "answer":
		return func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
			return Answer(ctx, tx, by, id, n, version, v("answer"))
		}, true
	case "return":
		return func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
			return Return(ctx, tx, by, id, n, version, v("reason"))
		}, true
	case "forwarding":
		return func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
			return Forward(ctx, tx, by, id, n, version, v("unit"))
		}, true
	case "merging":
		return func(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64) error {
			return Merge(ctx, tx, by, id, n, version, number(v("into")))
		}, true
	}
	return nil, false
}

func (s *server) deed(w http.ResponseWriter, r *http.Request) error {
	by, id, n := auth.FromContext(r.Context()), r.PathValue("id"), number(r.PathValue("q"))
	do, ok := deed(r)
	if !ok {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error { return do(ctx, tx, by, id, n, web.Version(r)) }); err != nil {
		return s.questionView(w, r, err)
	}
	if r.PathValue("deed") == "moving" {
		return web.See(w, r, "/conferences/%s/questions", id)
	}
	return web.See(w, r, "/conferences/%s/questions/%d", id, n)
}

// signs of the states of questions and sites.
var stateSigns = map[State]web.State{New: web.None, TakenUp: web.Soon, Answered: web.Done, Forwarded: web.Soon, Merged: web.None, Returned: web.Late}

// options are the topics to choose from.
func options(p web.Page, topics []Topic, none string) []web.Option {
	all := []web.Option{{Value: "", Text: none}}
	for _, t := range topics {
		all = append(all, web.Option{Value: t.Key, Text: t.Title})
	}
	return all
}

// closed reports whether a site takes part no more.
func closed(s site.Site) bool { return s.State == site.Closed }
