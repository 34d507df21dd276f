package app_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/app"
)

// A made-up organisation is made from nothing by one command, proves, and is
// served; a house that has something in it is left as it is.
func TestGenerate(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	flags := h.Vacant()
	run := func(args ...string) (int, string, string) { return command(t, slices.Concat(args, flags)...) }
	code, out, errs := run("generate", "--scale", "small", "--json")
	if code != 0 {
		t.Fatal(errs)
	}
	var made struct {
		Root, Password, Token, Form, Conference string
		Units, Members                          int
		Periods, Cells                          []string
		Logins                                  []struct{ Login, Unit string }
		Rows                                    []struct {
			Table string
			Rows  int
		}
	}
	if err := json.Unmarshal([]byte(out), &made); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if made.Units != 63 || made.Members != 2000 || len(made.Periods) != 12 || made.Form == "" || made.Conference == "" || len(made.Rows) < 20 || !strings.Contains(errs, "tree") {
		t.Errorf("made %+v\n%s", made, errs)
	}
	if code, _, errs := run("generate", "--scale", "small"); code != 1 || !strings.Contains(errs, "not empty") {
		t.Errorf("a second time: exit %d, %s", code, errs)
	}
	checkProofs(t, run)
	house := h.At(flags)
	house.Set(time.Now()) // the logins are of today
	p := program{t, house, made.Token}
	if a := p.get("/units?limit=3"); a.status != http.StatusOK || !strings.Contains(a.body, made.Root) {
		t.Errorf("units by token: %d %s", a.status, a.body)
	}
	for _, l := range made.Logins {
		if l.Unit != made.Root && l.Unit != made.Cells[0] {
			continue
		}
		page := visitor(t, house, l.Login, made.Password)
		for path, want := range map[string]string{"/units": "Bí thư", "/units/" + l.Unit: "Dữ liệu"} {
			status, body := page(path)
			if status != http.StatusOK || want == "Bí thư" && !strings.Contains(body, "Chi bộ") {
				t.Errorf("%s asks for %s: %d", l.Login, path, status)
			}
		}
		if status, body := page("/units/" + made.Cells[0] + "/members"); status != http.StatusOK || !strings.Contains(body, "Bí thư") {
			t.Errorf("%s asks for members: %d\n%s", l.Login, status, body)
		}
	}
}

// checkProofs proves the figures, and as far as there are recounts the records.
func checkProofs(t *testing.T, run func(args ...string) (int, string, string)) {
	t.Helper()
	if code, out, _ := run("prove"); code != 0 || !strings.HasPrefix(out, "13 sheets") {
		t.Errorf("exit %d: %s", code, out)
	}
	_, out, errs := run("prove", "--deep", "--json")
	var proof struct {
		Sheets  int
		Details []string
	}
	if err := json.Unmarshal([]byte(out), &proof); err != nil || proof.Sheets != 13 {
		t.Errorf("%v: %s %s", err, out, errs)
	}
	for _, d := range proof.Details {
		if !strings.Contains(d, "(form ") || !strings.Contains(d, "no recount") {
			t.Error(d)
		}
	}
}

// visitor signs in and returns what pages it is shown.
func visitor(t *testing.T, h *app.TestHouse, login, password string) func(path string) (int, string) {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	ask := func(method, path, body string) (int, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, h.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		a, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Body.Close()
		b, err := io.ReadAll(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		return a.StatusCode, string(b)
	}
	if status, body := ask(http.MethodPost, "/login", url.Values{"login": {login}, "password": {password}}.Encode()); status != http.StatusOK || strings.Contains(body, `action="/login"`) {
		t.Fatalf("%s is not let in: %d", login, status)
	}
	return func(path string) (int, string) { return ask(http.MethodGet, path, "") }
}
