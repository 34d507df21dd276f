package app_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"nhipcau/internal/app"
	"nhipcau/internal/vn"
)

// TestJourneys plays the stories of testdata/journeys against the whole
// program, on the embedded database and, when NHIPCAU_TEST_POSTGRES names a
// server, on PostgreSQL. A story is a txtar archive: its comment is the script,
// its files are what the script uploads. The commands are in the type player.
func TestJourneys(t *testing.T) {
	t.Parallel()
	stories, err := filepath.Glob("../../testdata/journeys/*.txtar")
	if err != nil || len(stories) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, story := range stories {
		t.Run(strings.TrimSuffix(filepath.Base(story), ".txtar"), func(t *testing.T) { play(t, story) })
	}
}

// A player plays one story. The lines of a script are commands with words in
// single quotes where they hold spaces; $NAME stands for what take has taken.
type player struct {
	t      testing.TB
	h      *app.TestHouse
	files  map[string][]byte
	people map[string]*http.Client
	who    string
	vars   map[string]string
	status int
	at     string // path of the last answer
	body   string // text of the last answer
	raw    string // its markup
	line   int
}

func play(t *testing.T, story string) *player {
	t.Helper()
	a, err := txtar.ParseFile(story)
	if err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, h: app.NewTestHouse(t)}
	p.reset()
	for _, f := range a.Files {
		p.files[f.Name] = bytes.TrimSuffix(f.Data, []byte("\n"))
	}
	for line := range strings.SplitSeq(string(a.Comment), "\n") {
		p.line++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if err := p.do(words(p.expand(line))); err != nil {
			t.Fatalf("%s:%d: %s\n%v\nat %s, status %d:\n%s", story, p.line, line, err, p.at, p.status, p.body)
		}
	}
	return p
}

// reset makes the player begin anew: nobody is signed in, nothing is taken.
func (p *player) reset() {
	p.files, p.people, p.vars = map[string][]byte{}, map[string]*http.Client{}, map[string]string{}
}

var variable = regexp.MustCompile(`\$[A-Z][A-Z0-9]*`)

func (p *player) expand(line string) string {
	return variable.ReplaceAllStringFunc(line, func(v string) string {
		if s, ok := p.vars[v[1:]]; ok {
			return s
		}
		return v
	})
}

// words splits a line at spaces outside single quotes.
func words(line string) []string {
	var all []string
	var b strings.Builder
	quoted, begun := false, false
	for _, r := range line {
		switch {
		case r == '\'':
			quoted, begun = !quoted, true
		case r == ' ' && !quoted:
			if begun {
				all = append(all, b.String())
			}
			b.Reset()
			begun = false
		default:
			b.WriteRune(r)
			begun = true
		}
	}
	if begun {
		all = append(all, b.String())
	}
	return all
}

func (p *player) do(w []string) error {
	args := w[1:]
	switch w[0] {
	case "bloc", "committee": // bloc N: the bloc with N units and a login for each role, nothing else; committee N: a provincial one
		var n int
		if _, err := fmt.Sscan(args[0], &n); err != nil {
			return err
		}
		if w[0] == "committee" {
			return p.h.Committee(n)
		}
		return p.h.Found(n)
	case "districts": // districts: a city's commission, two districts and their 27 and 10 cells, a login for each
		return p.h.Districts()
	case "returns": // returns PERIOD FILE: who is signed in returns for the units that the lines of the table begin with
		return p.returns(args[0], string(p.files[args[1]]))
	case "clock": // clock DAY HH:MM: local time from now on
		at, err := time.ParseInLocation("2006-01-02 15:04", args[0]+" "+args[1], vn.Zone)
		p.h.Set(at)
		return err
	case "jobs": // jobs: everything that is due runs
		return p.h.DrainJobs()
	case "as": // as LOGIN: signed in once, then again whoever is named
		return p.as(args[0])
	case "get": // get PATH
		return p.get(args[0])
	case "post": // post PATH FIELD=VALUE… ; FIELD=@NAME uploads a file; the answer to a redirect is the page it leads to
		return p.post(args[0], args[1:])
	case "status": // status N: of the last answer
		if got := fmt.Sprint(p.status); got != args[0] {
			return fmt.Errorf("status %s, want %s", got, args[0])
		}
	case "see": // see TEXT…: each is on the page
		for _, s := range args {
			if !strings.Contains(p.body, s) {
				return fmt.Errorf("no %q on the page", s)
			}
		}
	case "not": // not TEXT…: none is on the page
		for _, s := range args {
			if strings.Contains(p.body, s) {
				return fmt.Errorf("%q is on the page", s)
			}
		}
	case "word": // word TEXT…: the last answer is a paper of Word, and each is on it
		on, err := wordText([]byte(p.raw))
		for _, s := range args {
			if err == nil && !strings.Contains(on, s) {
				err = fmt.Errorf("no %q on the paper: %s", s, on)
			}
		}
		return err
	case "lacks": // lacks TEXT…: none is on the paper
		on, err := wordText([]byte(p.raw))
		for _, s := range args {
			if err == nil && strings.Contains(on, s) {
				err = fmt.Errorf("%q is on the paper", s)
			}
		}
		return err
	case "at": // at REGEXP: path of the last answer
		if !regexp.MustCompile(args[0]).MatchString(p.at) {
			return fmt.Errorf("at %s, want %s", p.at, args[0])
		}
	case "take": // take NAME REGEXP: first group, from the path or the markup of the last answer
		m := regexp.MustCompile(args[1]).FindStringSubmatch(p.at + "\n" + p.raw)
		if m == nil {
			return fmt.Errorf("nothing to take for %s", args[0])
		}
		p.vars[args[0]] = html.UnescapeString(m[1])
	case "prove": // prove WANT ARGS…: the command's exit code and a text it prints
		return p.command(append([]string{"prove"}, args[2:]...), args[0], args[1])
	case "rebuild": // rebuild TEXT: what the command prints
		return p.command([]string{"rebuild"}, "0", args[0])
	case "sql": // sql STATEMENT: behind the program's back
		return p.sql(args[0])
	default:
		return fmt.Errorf("no command %q", w[0])
	}
	return nil
}

// returns files the returns of a table: its first line names the items.
func (p *player) returns(period, table string) error {
	head, rows, _ := strings.Cut(table, "\n")
	names := strings.Split(head, ";")[1:]
	for row := range strings.SplitSeq(rows, "\n") {
		cells := strings.Split(row, ";")
		fields := []string{"seen=0"}
		for i, name := range names {
			fields = append(fields, "figures."+name+"="+strings.Replace(cells[i+1], "có", "1", 1))
		}
		if err := p.post("/periods/"+period+"/returns/"+cells[0], fields); err != nil || p.status != http.StatusOK {
			return fmt.Errorf("%s: status %d, %w", cells[0], p.status, err)
		}
	}
	return nil
}

func (p *player) as(login string) error {
	p.who = login
	if p.people[login] != nil {
		return nil
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	p.people[login] = &http.Client{Jar: jar}
	if err := p.post("/login", []string{"login=" + login, "password=" + app.DemoPassword}); err != nil {
		return err
	}
	if p.status != http.StatusOK || p.at == "/login" {
		return fmt.Errorf("%s could not sign in", login)
	}
	return nil
}

func (p *player) get(path string) error {
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.h.URL+path, nil)
	if err != nil {
		return err
	}
	return p.send(r)
}

func (p *player) post(path string, fields []string) error {
	form, upload := url.Values{}, false
	for _, f := range fields {
		k, v, _ := strings.Cut(f, "=")
		v = strings.ReplaceAll(v, `\n`, "\n")
		form.Add(k, v)
		upload = upload || strings.HasPrefix(v, "@")
	}
	body, kind := strings.NewReader(form.Encode()), "application/x-www-form-urlencoded"
	if upload {
		text, k, err := p.multipart(form)
		if err != nil {
			return err
		}
		body, kind = strings.NewReader(text), k
	}
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.h.URL+path, body)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	return p.send(r)
}

func (p *player) multipart(form url.Values) (body, kind string, err error) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, vs := range form {
		for _, v := range vs {
			name, isFile := strings.CutPrefix(v, "@")
			if !isFile {
				if err := m.WriteField(k, v); err != nil {
					return "", "", err
				}
				continue
			}
			w, err := m.CreateFormFile(k, name)
			if err != nil {
				return "", "", err
			}
			if _, err := w.Write(p.files[name]); err != nil {
				return "", "", err
			}
		}
	}
	err = m.Close()
	return b.String(), m.FormDataContentType(), err
}

var (
	tags   = regexp.MustCompile(`<(script|style)[^>]*>.*?</(script|style)>|<[^>]+>`)
	spaces = regexp.MustCompile(`\s+`)
)

func (p *player) send(r *http.Request) error {
	client := p.people[p.who]
	if client == nil {
		client = http.DefaultClient
	}
	a, err := client.Do(r)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	var b []byte
	if a.Header.Get("Content-Type") != "text/event-stream" { // which has no end
		if b, err = io.ReadAll(a.Body); err != nil {
			return err
		}
	}
	p.status, p.at, p.raw = a.StatusCode, a.Request.URL.RequestURI(), string(b)
	p.body = spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(p.raw, " ")), " ")
	return nil
}

func (p *player) command(args []string, want, text string) error {
	var out, errs bytes.Buffer
	code := app.Main(p.t.Context(), append(args, p.h.Flags()...), &out, &errs)
	if fmt.Sprint(code) != want || !strings.Contains(out.String(), text) {
		return fmt.Errorf("%s = %d, want %s and %q in\n%s%s", args[0], code, want, text, out.String(), errs.String())
	}
	return nil
}

func (p *player) sql(q string) error {
	driver, source := p.h.Source()
	d, err := sql.Open(driver, source)
	if err != nil {
		return err
	}
	defer d.Close()
	r, err := d.ExecContext(p.t.Context(), q)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return fmt.Errorf("changed %d rows: %w", n, err)
	}
	return nil
}
