package app_test

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// cast are the people of the table of rights, those with the least first: what
// one of them does may change what the next finds.
var cast = []struct{ login, who string }{
	{"", "nobody"},
	{"doanvien", "member"},
	{"donvi08", "beside"},
	{"thuky07", "clerk"},
	{"donvi07", "head"},
	{"vanthu", "bloc clerk"},
	{"bikhu", "bloc head"},
	{"quantri", "admin"},
}

const rightsHead = `What each person is answered by each route, of things of unit 07: a page is asked
for, or an empty form sent; an operation of the interface for programs (/api/v1) gets
no body, and "If-Match: *" where it changes something. login: sent to the sign-in.
303 after a form: done. 403: seen, but not allowed. 404: not seen, or not there.
409 and 422: allowed, but this form does not fit.

nobody      not signed in               head        secretary of unit 07
member      member of unit 07           bloc clerk  clerk of the bloc above
beside      secretary of unit 08        bloc head   secretary of the bloc above
clerk       clerk of unit 07            admin       administrator of the bloc

`

// TestRights asks for every route as every person, and holds the answers against
// a table that a person has read; -update rewrites it.
func TestRights(t *testing.T) {
	t.Parallel()
	const golden = "testdata/rights.txt"
	h := app.NewDemoHouse(t)
	x := asker{t: t, h: h, ids: idsOf07(t, h, h.Prepare(t)), jars: map[string]*http.Client{}, tokens: map[string]string{}}
	x.ids["forms"], x.ids["periods"] = openForm(t, h)
	x.ids["opinions"] = openOpinion(t, h)
	x.ids["targets"], x.ids["guidance"] = openTarget(t, h)
	var routes []string
	for _, r := range h.Routes() {
		pattern, _, _ := strings.Cut(r, "  ")
		routes = append(routes, pattern)
	}
	routes = append(routes, h.Operations()...)
	slices.SortStableFunc(routes, func(a, b string) int { return rankOf(a) - rankOf(b) })
	var b strings.Builder
	b.WriteString(rightsHead + fmt.Sprintf("%-56s", ""))
	for _, c := range cast {
		fmt.Fprintf(&b, " %-10s", c.who)
	}
	for _, route := range routes {
		fmt.Fprintf(&b, "\n%-56s", route)
		for _, c := range cast {
			fmt.Fprintf(&b, " %-10s", x.answer(c.login, route))
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	old := strings.Split(string(want), "\n")
	for _, l := range lines {
		if !slices.Contains(old, l) {
			t.Error("new: " + l)
		}
	}
	t.Errorf("rights differ from %s; run go test -update ./internal/app and read the difference", golden)
}

// rankOf puts pages before forms, and what ends a session or a login last.
func rankOf(route string) int {
	switch {
	case strings.HasPrefix(route, "GET"):
		return 0
	case strings.HasSuffix(route, "/disabling"), strings.HasSuffix(route, "/sign-out"):
		return 2
	}
	return 1
}

// An asker asks for routes as many people.
type asker struct {
	t      *testing.T
	h      *app.TestHouse
	ids    map[string]string
	jars   map[string]*http.Client
	tokens map[string]string
}

// idsOf07 are ids of things of unit 07, by the first part of a route.
func idsOf07(t *testing.T, h *app.TestHouse, p app.Prepared) map[string]string {
	t.Helper()
	driver, source := h.Source()
	d, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	ids := map[string]string{"conferences": p.Conference, "reports": p.Report, "rollouts": h.Rollout(), "units": "tccs-07"}
	for part, q := range map[string]string{
		"plans":      `SELECT p.id FROM plan p JOIN unit u ON u.id = p.unit WHERE u.key = 'tccs-07'`,
		"members":    `SELECT m.key FROM member m JOIN account a ON a.member = m.id WHERE a.login = 'doanvien'`,
		"directives": `SELECT id FROM directive WHERE number = '59' AND symbol = 'NQ/TW'`,
		"accounts":   `SELECT id FROM account WHERE login = 'thuky07'`,
		"figures":    `SELECT sheet FROM rollout`,
	} {
		all, err := column(t.Context(), d, q)
		if err != nil || len(all) == 0 {
			t.Fatalf("%s: %v, %v", part, all, err)
		}
		ids[part] = all[0]
	}
	return ids
}

func (x asker) fill(path string) string {
	part := strings.Split(strings.TrimPrefix(path, "/api/v1"), "/")[1]
	id := or(x.ids[part] != "", x.ids[part], "nowhere")
	key := or(part == "members", id, "tccs-07")
	return strings.NewReplacer("{id}", id, "{key}", key, "{sheet}", x.ids["figures"], "{unit}", "tccs-07", "{lane}", "persons", "{code}", "x", "{$}", "", "{n}", "1", "{batch}", "1").Replace(path)
}

// answer is what login gets from a route, in a word.
func (x asker) answer(login, route string) string {
	x.t.Helper()
	method, path, _ := strings.Cut(route, " ")
	address := x.fill(path)
	if strings.HasPrefix(path, "/api/v1") {
		if login != "" && x.tokens[login] == "" {
			x.tokens[login] = x.h.Token(x.t, login)
		}
		return fmt.Sprint(program{x.t, x.h, x.tokens[login]}.ask(method, address, "", "If-Match: *").status)
	}
	client := x.client(login)
	var a *http.Response
	var err error
	if method == http.MethodGet {
		a, err = client.Get(x.h.URL + address)
	} else {
		a, err = client.PostForm(x.h.URL+address, url.Values{})
	}
	if err != nil {
		x.t.Fatal(err)
	}
	defer a.Body.Close()
	if a.Header.Get("Content-Type") != "text/event-stream" { // which has no end
		if _, err := io.Copy(io.Discard, a.Body); err != nil {
			x.t.Fatal(err)
		}
	}
	if path == "/sign-out" {
		delete(x.jars, login)
	}
	if strings.HasPrefix(a.Header.Get("Location"), "/login") && path != "/sign-out" {
		return "login"
	}
	return fmt.Sprint(a.StatusCode)
}

// client is signed in and follows nothing.
func (x asker) client(login string) *http.Client {
	x.t.Helper()
	if c := x.jars[login]; c != nil {
		return c
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		x.t.Fatal(err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	x.jars[login] = c
	if login == "" {
		return c
	}
	a, err := c.PostForm(x.h.URL+"/login", url.Values{"login": {login}, "password": {app.DemoPassword}})
	if err != nil {
		x.t.Fatal(err)
	}
	a.Body.Close()
	if a.StatusCode != http.StatusSeeOther {
		x.t.Fatalf("%s is not let in: %d", login, a.StatusCode)
	}
	return c
}
