package app_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"nhipcau/internal/app"
	"nhipcau/internal/db/dbtest"
)

// founded is a house of two units with nothing in it but people.
func founded(t *testing.T) (*app.TestHouse, func(login string) program) {
	t.Helper()
	h := app.NewTestHouse(t)
	if err := h.Found(2); err != nil {
		t.Fatal(err)
	}
	return h, func(login string) program { return program{t, h, h.Token(t, login)} }
}

const member = `{"name":"Lý Thị Thử","from":"2020-10-01","unit":"tccs-01"}`

// TestPagesStand reads lists in small parts while rows are added: what was there
// is read once each.
func TestPagesStand(t *testing.T) {
	_, as := founded(t)
	p := as("bikhu")
	for n := range 9 {
		p.enter(n)
	}
	for _, path := range []string{"/members", "/directives", "/units"} {
		before := map[string]bool{}
		for _, x := range p.list(path + "?limit=500").Items {
			before[x.ID+x.Key] = true
		}
		if len(before) < 3 {
			t.Fatalf("%s has only %d", path, len(before))
		}
		read := map[string]int{}
		for at, n := path+"?limit=2", 100; at != ""; n++ {
			a := p.get(at)
			var l listed
			a.read(t, &l)
			if a.status != http.StatusOK || len(l.Items) > 2 {
				t.Fatalf("%s: %d, %d rows", at, a.status, len(l.Items))
			}
			for _, x := range l.Items {
				read[x.ID+x.Key]++
			}
			next := regexp.MustCompile(`^</api/v1(.+)>; rel="next"$`).FindStringSubmatch(a.head.Get("Link"))
			if (next == nil) != (l.Next == "") || next != nil && !strings.Contains(next[1], "after="+l.Next) {
				t.Fatalf("%s: next is %q, and in the head %q", at, l.Next, a.head.Get("Link"))
			}
			at = ""
			if next != nil {
				at = next[1]
			}
			if n > 1000 {
				t.Fatalf("%s has no end", path)
			}
			if n < 104 { // at most a few: a list that is in the order of entering would not end
				p.enter(n)
				as("donvi01").ask("POST", "/api/v1/members", member)
			}
		}
		for id := range before {
			if read[id] != 1 {
				t.Errorf("%s: %s is read %d times", path, id, read[id])
			}
		}
	}
	other := p.list("/members?limit=1").Next
	if a := p.get("/units?after=" + other); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a place in another list: %d", a.status)
	}
	if a := p.get("/units?after=!"); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a place in no list: %d", a.status)
	}
}

func (p program) enter(n int) {
	p.t.Helper()
	a := p.ask("POST", "/api/v1/directives", fmt.Sprintf(`{"kind":"CV","number":"%d","symbol":"CV/T","issuer":"Thử","issued":"2020-10-01","subject":"Thử"}`, n))
	if a.status != http.StatusCreated && a.status != http.StatusConflict {
		p.t.Fatalf("entering: %d %s", a.status, a.body)
	}
}

// TestTags: what is known is not sent again, and who was slower changes nothing.
func TestTags(t *testing.T) {
	_, as := founded(t)
	p := as("donvi01")
	made := p.ask("POST", "/api/v1/members", member)
	var m struct{ Key, Name string }
	made.read(t, &m)
	seen := p.get("/members/" + m.Key)
	tag := seen.head.Get("ETag")
	if tag == "" || tag != made.head.Get("ETag") || seen.body != made.body {
		t.Errorf("made as %q %s, read as %q %s", made.head.Get("ETag"), made.body, tag, seen.body)
	}
	if a := p.get("/members/"+m.Key, "If-None-Match: \"x\", W/"+tag); a.status != http.StatusNotModified || a.body != "" || a.head.Get("ETag") != tag {
		t.Errorf("known already: %d %q", a.status, a.body)
	}
	list := p.get("/members?limit=500")
	if a := p.get("/members?limit=500", "If-None-Match: "+list.head.Get("ETag")); a.status != http.StatusNotModified {
		t.Errorf("a list known already: %d", a.status)
	}
	first := p.ask("PATCH", "/api/v1/members/"+m.Key, `{"name":"Lý Thị Một"}`, "If-Match: "+tag)
	if first.status != http.StatusOK || first.head.Get("ETag") == tag {
		t.Fatalf("the first: %d %s", first.status, first.body)
	}
	for _, match := range []string{tag, "W/" + first.head.Get("ETag")} {
		if a := p.ask("PATCH", "/api/v1/members/"+m.Key, `{"name":"Lý Thị Hai"}`, "If-Match: "+match); a.status != http.StatusPreconditionFailed {
			t.Errorf("the second, by %s: %d %s", match, a.status, a.body)
		}
	}
	p.get("/members/"+m.Key).read(t, &m)
	if m.Name != "Lý Thị Một" {
		t.Errorf("the member is %q", m.Name)
	}
	if a := p.get("/members?limit=500", "If-None-Match: "+list.head.Get("ETag")); a.status != http.StatusOK {
		t.Errorf("a list that has changed: %d", a.status)
	}
}

// TestKeys: a request that is sent again is answered again and done once, even
// when all come at once; the key for something else is refused.
func TestKeys(t *testing.T) {
	h, as := founded(t)
	p := as("donvi01")
	count := func() int { return len(p.list("/members?limit=500&q=thu+ly").Items) }
	first := p.ask("POST", "/api/v1/members", member, "Idempotency-Key: một", "X-Unit: tccs-01")
	if first.status != http.StatusUnprocessableEntity {
		t.Errorf("a key that is no ASCII: %d", first.status)
	}
	first = p.ask("POST", "/api/v1/members", member, "Idempotency-Key: 1")
	again := p.ask("POST", "/api/v1/members", member, "Idempotency-Key: 1")
	if first.status != http.StatusCreated || again.status != first.status || again.body != first.body ||
		again.head.Get("Location") != first.head.Get("Location") || again.head.Get("ETag") != first.head.Get("ETag") ||
		first.head.Get("Idempotent-Replayed") != "" || again.head.Get("Idempotent-Replayed") != "true" {
		t.Errorf("first %d %s %v\nagain %d %s %v", first.status, first.body, first.head, again.status, again.body, again.head)
	}
	if n := count(); n != 1 {
		t.Errorf("%d members", n)
	}
	other := p.ask("POST", "/api/v1/members", strings.Replace(member, "Thử", "Khác", 1), "Idempotency-Key: 1")
	if other.status != http.StatusUnprocessableEntity || !strings.Contains(other.body, "problem-key") {
		t.Errorf("the key for something else: %d %s", other.status, other.body)
	}
	if a := as("bikhu").ask("POST", "/api/v1/members", member, "Idempotency-Key: 1"); a.head.Get("Idempotent-Replayed") != "" || a.status != http.StatusCreated {
		t.Errorf("another login's key: %d %v", a.status, a.head)
	}
	refused := p.ask("POST", "/api/v1/members", `{"unit":"tccs-01"}`, "Idempotency-Key: 2")
	if a := p.ask("POST", "/api/v1/members", member, "Idempotency-Key: 2"); refused.status != http.StatusUnprocessableEntity || a.status != http.StatusCreated {
		t.Errorf("refused %d, then mended %d", refused.status, a.status)
	}
	was := count()
	var wg sync.WaitGroup
	all := make([]said, 12)
	for i := range all {
		wg.Go(func() { all[i] = p.ask("POST", "/api/v1/members", member, "Idempotency-Key: 3") })
	}
	wg.Wait()
	for _, a := range all {
		if a.status != http.StatusCreated || a.body != all[0].body {
			t.Errorf("at once: %d %s, want %s", a.status, a.body, all[0].body)
		}
	}
	if n := count(); n != was+1 {
		t.Errorf("twelve at once made %d members", n-was)
	}
	h.Set(dbtest.Noon.AddDate(0, 0, 9))
	if err := h.DrainJobs(); err != nil {
		t.Fatal(err)
	}
	if a := p.ask("POST", "/api/v1/members", member, "Idempotency-Key: 3"); a.head.Get("Idempotent-Replayed") != "" {
		t.Error("an answer is kept for ever")
	}
}

// TestTokens makes a token on the page, uses it, and loses it in every way one
// can.
func TestTokens(t *testing.T) {
	h, _ := founded(t)
	p := &player{t: t, h: h}
	p.reset()
	shown := regexp.MustCompile(`data-secret>(nc_[a-z0-9]+)<`)
	ask := func(token string, heads ...string) int {
		return program{t, h, token}.get("/units", heads...).status
	}
	tokenOf := func(login string) string {
		if err := p.as(login); err != nil {
			t.Fatal(err)
		}
		if err := p.post("/me/tokens", []string{"name=bảng tính", "days=30"}); err != nil {
			t.Fatal(err)
		}
		m := shown.FindStringSubmatch(p.raw)
		if m == nil {
			t.Fatalf("no token on the page: %d %s", p.status, p.body)
		}
		return m[1]
	}
	unseen := tokenOf("donvi01")
	token := tokenOf("donvi01")
	if s := ask(unseen); s != http.StatusUnauthorized {
		t.Errorf("the first of a double click: %d", s)
	}
	if s := ask(token); s != http.StatusOK {
		t.Fatalf("a new token: %d", s)
	}
	if err := p.get("/me"); err != nil || strings.Contains(p.raw, token) || !strings.Contains(p.body, "bảng tính") || !strings.Contains(p.body, "dùng lần cuối") {
		t.Errorf("the page shows the token again, or not its use: %v %s", err, p.body)
	}
	for _, bad := range []string{"", "nc_x", token + "x", strings.ToUpper(token)} {
		if s := ask(bad); s != http.StatusUnauthorized {
			t.Errorf("the token %q: %d", bad, s)
		}
	}
	if s := ask(token, "X-Unit: tccs-01"); s != http.StatusOK {
		t.Errorf("for its own unit: %d", s)
	}
	if s := ask(token, "X-Unit: tccs-02"); s != http.StatusForbidden {
		t.Errorf("for a unit it is not trusted with: %d", s)
	}
	id := regexp.MustCompile(`/me/tokens/([a-z0-9]+)/revocation`).FindStringSubmatch(p.raw)[1]
	if err := p.as("donvi02"); err != nil {
		t.Fatal(err)
	}
	if err := p.post("/me/tokens/"+id+"/revocation", nil); err != nil || p.status != http.StatusNotFound || ask(token) != http.StatusOK {
		t.Errorf("somebody else ends it: %d, %v", p.status, err)
	}
	if err := p.as("donvi01"); err != nil {
		t.Fatal(err)
	}
	if err := p.post("/me/tokens/"+id+"/revocation", nil); err != nil || ask(token) != http.StatusUnauthorized {
		t.Errorf("ended: %d, %v", ask(token), err)
	}
	other := tokenOf("donvi02")
	h.Disable(t, "donvi02")
	if s := ask(other); s != http.StatusUnauthorized {
		t.Errorf("the token of a disabled login: %d", s)
	}
	late := tokenOf("donvi01")
	h.Set(dbtest.Noon.Add(31 * 24 * time.Hour))
	if s := ask(late); s != http.StatusUnauthorized {
		t.Errorf("a token that is too old: %d", s)
	}
}

// TestProblems: errors come in the language asked for, with what is wrong by
// field.
func TestProblems(t *testing.T) {
	_, as := founded(t)
	p := as("donvi01")
	type problem struct {
		Type, Title, Detail, Instance string
		Status                        int
		Errors                        []struct{ Field, Detail string }
	}
	for _, c := range []struct {
		method, path, body, lang string
		status                   int
		says, field, wrong       string
	}{
		{"GET", "/units/khong", "", "en", 404, "There is no such thing", "", ""},
		{"GET", "/units/khong", "", "vi", 404, "Không có mục này", "", ""},
		{"GET", "/units/khong", "", "", 404, "Không có mục này", "", ""},
		{"GET", "/units/khong", "", "fr, en-GB;q=0.8, vi;q=0.3", 404, "There is no such thing", "", ""},
		{"GET", "/units?limit=501", "", "en", 422, "does not fit", "limit", "At most 500."},
		{"GET", "/units?limit=x", "", "vi", 422, "chưa đúng", "limit", "Phải là số nguyên."},
		{"GET", "/units?hat=1", "", "en", 422, "does not fit", "hat", "no such parameter"},
		{"GET", "/plans?state=x", "", "en", 422, "does not fit", "state", "draft"},
		{"POST", "/members", `{"name":" "}`, "en", 422, "does not fit", "name", "Fill this in."},
		{"POST", "/members", `{"name":"A","hat":1}`, "en", 400, "not the JSON object", "", ""},
		{"POST", "/members", `{"name":1}`, "vi", 400, "không phải đối tượng JSON", "", ""},
		{"POST", "/members", `[]`, "en", 400, "not the JSON object", "", ""},
		{"POST", "/units", `{"name":"A"}`, "en", 403, "", "", ""},
		{"DELETE", "/units", "", "en", 405, "does not take this method", "", ""},
		{"GET", "/units/%00", "", "en", 400, "no text", "", ""},
		{"GET", "/units?q=%ff", "", "en", 400, "no text", "", ""},
		{"POST", "/members", `{"name":"\u0000"}`, "vi", 400, "không phải văn bản", "", ""},
		{"GET", "/nothing", "", "en", 404, "There is no such thing", "", ""},
		{"POST", "/members", strings.Repeat("x", 1<<20), "en", 413, "too large", "", ""},
	} {
		a := p.ask(c.method, "/api/v1"+c.path, c.body, "Accept-Language: "+c.lang)
		var got problem
		a.read(t, &got)
		if a.status != c.status || got.Status != c.status || a.head.Get("Content-Type") != "application/problem+json" ||
			!strings.HasPrefix(got.Type, "/api#problem-") || got.Title == "" || got.Instance != "/api/v1"+c.path || !strings.Contains(got.Detail, c.says) {
			t.Errorf("%s %s in %q: %d %s", c.method, c.path, c.lang, a.status, a.body)
		}
		found := c.field == ""
		for _, e := range got.Errors {
			found = found || e.Field == c.field && strings.Contains(e.Detail, c.wrong)
		}
		if !found {
			t.Errorf("%s %s in %q: nothing on %s: %s", c.method, c.path, c.lang, c.field, a.body)
		}
	}
	if a := p.ask("POST", "/api/v1/members", "a=b", "Content-Type: application/x-www-form-urlencoded"); a.status != http.StatusUnsupportedMediaType {
		t.Errorf("a form: %d %s", a.status, a.body)
	}
	if a := p.ask("DELETE", "/api/v1/units", ""); !strings.Contains(a.head.Get("Allow"), "GET") {
		t.Errorf("allowed is %q", a.head.Get("Allow"))
	}
}

// TestUnitSeesItsOwn walks all ids there are with the token of one unit: what its
// own lists do not hold is not found, and they hold nothing of other units.
func TestUnitSeesItsOwn(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	p := program{t, h, h.Token(t, "donvi08")}
	driver, source := h.Source()
	d, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for noun, q := range map[string]string{
		"units": `SELECT key FROM unit`, "members": `SELECT key FROM member`, "directives": `SELECT id FROM directive`, "rollouts": `SELECT id FROM rollout`,
		"conferences": `SELECT id FROM conference`, "plans": `SELECT id FROM plan`, "reports": `SELECT id FROM report`,
	} {
		ids, err := column(t.Context(), d, q)
		if err != nil {
			t.Fatal(err)
		}
		own := map[string]bool{}
		for _, x := range p.list("/" + noun + "?limit=500").Items {
			own[x.ID+x.Key] = true
			if (noun == "members" || noun == "plans" || noun == "reports") && x.Unit != "tccs-08" || noun == "units" && x.Key != "tccs-08" {
				t.Errorf("%s of %s are listed", noun, x.Unit+x.Key)
			}
		}
		if len(own) == len(ids) && noun != "rollouts" && noun != "directives" {
			t.Errorf("all %d %s are listed", len(ids), noun)
		}
		for _, id := range ids {
			want := http.StatusNotFound
			if own[id] {
				want = http.StatusOK
			}
			if a := p.get("/" + noun + "/" + id); a.status != want {
				t.Errorf("/%s/%s: %d, want %d", noun, id, a.status, want)
			}
		}
	}
	units, err := column(t.Context(), d, `SELECT key FROM unit`)
	if err != nil {
		t.Fatal(err)
	}
	sheets, err := column(t.Context(), d, `SELECT id FROM tally_sheet`)
	if err != nil {
		t.Fatal(err)
	}
	// Every sheet with the own unit and one in seventeen of the others, and every
	// unit on one in seventeen of the sheets: all pairs are 40,000.
	const apart = 17
	for i, sheet := range sheets {
		for j, unit := range units {
			if (i+j)%apart != 0 && unit != "tccs-08" {
				continue
			}
			for _, path := range []string{"", "/children", "/held/posts"} {
				a := p.get("/figures/" + sheet + "/" + unit + path)
				if a.status == http.StatusOK && unit != "tccs-08" || a.status >= 500 || a.status == http.StatusOK && strings.Contains(a.body, `"unit":"tccs-0`) && !strings.Contains(a.body, "tccs-08") {
					t.Errorf("figures of %s: %d %s", unit, a.status, a.body)
				}
			}
		}
	}
	for _, x := range p.list("/rollouts/" + h.Rollout() + "/progress").Items {
		if x.Unit != "tccs-08" {
			t.Errorf("progress of %s is listed", x.Unit)
		}
	}
}

// TestMetrics: the figures are for this machine, and for who has the token.
func TestMetrics(t *testing.T) {
	h, as := founded(t)
	h.MetricsToken("bimat")
	as("donvi01").get("/units/khong")
	p := program{t: t, h: h}
	a := p.ask("GET", "/metrics", "")
	for _, line := range []string{
		`nhipcau_http_requests_total{route="GET /api/v1/units/{key}",status="404"} 1`, `nhipcau_http_request_seconds_count{route="GET /api/v1/units/{key}"} 1`,
		"nhipcau_db_writer_queue 0", "nhipcau_db_groups_total ", "nhipcau_db_closure_seconds_total ", "nhipcau_tally_queue 0", "go_goroutines ",
	} {
		if !strings.Contains(a.body, "\n"+line) {
			t.Errorf("no %s in\n%.2000s", line, a.body)
		}
	}
	if passed := p.ask("GET", "/metrics", "", "X-Forwarded-For: 1.2.3.4"); passed.status != http.StatusForbidden {
		t.Errorf("through a proxy: %d", passed.status)
	}
	p.token = "bimat"
	if passed := p.ask("GET", "/metrics", "", "X-Forwarded-For: 1.2.3.4"); passed.status != http.StatusOK {
		t.Errorf("through a proxy with the token: %d", passed.status)
	}
}
