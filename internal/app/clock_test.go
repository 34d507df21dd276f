package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"nhipcau/internal/app"
	"nhipcau/internal/db/dbtest"
)

// gathered enters a conference of unit 07, convenes it, marks all who are not
// exempt as present and closes it; it returns how many were.
func (p program) gathered(title string) (id string, present int) {
	p.t.Helper()
	tag := ""
	do := func(path, body string) said {
		p.t.Helper()
		a := p.ask(http.MethodPost, "/api/v1"+path, body, "If-Match: "+tag)
		if a.status >= 300 {
			p.t.Fatalf("%s, %s: %d %s", title, path, a.status, a.body)
		}
		tag = a.head.Get("ETag")
		return a
	}
	var c named
	do("/conferences", fmt.Sprintf(`{"title":%q,"sort":"main","mode":"in_person","day":"2020-10-20"}`, title)).read(p.t, &c)
	do("/conferences/"+c.ID+"/convening", "")
	type mark struct {
		Member  string `json:"member"`
		State   string `json:"state"`
		Version int64  `json:"version"`
	}
	var in struct {
		Marks []mark `json:"marks"`
	}
	for _, m := range p.list("/conferences/" + c.ID + "/attendance?limit=500").Items {
		in.Marks = append(in.Marks, mark{m.Member, "present", m.Version})
	}
	body, err := json.Marshal(in)
	if err != nil {
		p.t.Fatal(err)
	}
	do("/conferences/"+c.ID+"/attendance", string(body))
	tag = p.get("/conferences/" + c.ID).head.Get("ETag")
	do("/conferences/"+c.ID+"/closure", "")
	return c.ID, len(in.Marks)
}

// A clock that jumps back, over midnight and by days, takes nothing: tokens stay
// good, deeds are done and counted, the jobs of a day that comes twice do no
// harm, and every figure is still what the records say.
func TestClockBack(t *testing.T) {
	h := app.NewTestHouse(t)
	if err := h.Found(8); err != nil {
		t.Fatal(err)
	}
	h.Set(dbtest.Noon)
	p := program{t, h, h.Token(t, "thuky07")}
	people := map[string]int{}
	for i, at := range []time.Duration{0, -26 * time.Hour, time.Hour, -50 * time.Hour, 48 * time.Hour} {
		h.Set(dbtest.Noon.Add(at))
		if err := h.DrainJobs(); err != nil {
			t.Fatalf("jobs at %v: %v", at, err)
		}
		id, n := p.gathered(fmt.Sprintf("Hội nghị %d", i))
		people[id] = n
	}
	for id, n := range people {
		var c named
		p.get("/conferences/"+id).read(t, &c)
		var f struct {
			Lanes []struct {
				Lane  string
				Total int
			}
		}
		p.get("/figures/"+c.Sheet+"/tccs-07").read(t, &f)
		for _, l := range f.Lanes {
			if l.Lane == "present" && (l.Total != n || n == 0) {
				t.Errorf("%d present on the sheet of %s, marked were %d", l.Total, id, n)
			}
		}
	}
	if n, details, err := h.Prove(t.Context()); err != nil || n != 0 || len(people) != 5 {
		t.Errorf("%d mismatches, %v: %q; %d conferences", n, err, details, len(people))
	}
}
