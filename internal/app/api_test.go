package app_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"nhipcau/internal/app"
)

// A program asks the API with a token.
type program struct {
	t     testing.TB
	h     *app.TestHouse
	token string
}

// said is an answer.
type said struct {
	status int
	head   http.Header
	body   string
}

// ask sends a request; heads are "Name: value".
func (p program) ask(method, path, body string, heads ...string) said {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.h.URL+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range heads {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return said{a.StatusCode, a.Header, string(b)}
}

func (p program) get(path string, heads ...string) said {
	p.t.Helper()
	return p.ask(http.MethodGet, "/api/v1"+path, "", heads...)
}

// read reads an answer into v.
func (a said) read(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
}

// listed is a page of things of which only the names count.
type listed struct {
	Items []named
	Next  string
}

type named struct {
	ID, Key, Sheet, Unit, State, Member string
	Version                             int64
}

func (p program) list(path string) listed {
	p.t.Helper()
	var l listed
	a := p.get(path)
	if a.status != http.StatusOK {
		p.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	a.read(p.t, &l)
	return l
}

// document is what a test needs of the OpenAPI document.
type document struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Summary     string
		Parameters  []struct{ Name, Description string }
		Responses   map[string]struct {
			Content map[string]json.RawMessage
		}
	}
}

// A checker holds answers against the document.
type checker struct {
	document
	schemas *jsonschema.Compiler
}

func newChecker(t *testing.T, h *app.TestHouse) checker {
	t.Helper()
	a := program{t: t, h: h}.ask(http.MethodGet, "/api/openapi.json", "", "Accept-Language: en")
	c := checker{schemas: jsonschema.NewCompiler()}
	a.read(t, &c.document)
	raw, err := jsonschema.UnmarshalJSON(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.schemas.AddResource("mem:api", raw); err != nil {
		t.Fatal(err)
	}
	c.schemas.AssertFormat()
	if c.OpenAPI != "3.1.0" {
		t.Errorf("the document is of OpenAPI %q", c.OpenAPI)
	}
	return c
}

// check says what in an answer to an operation is not as the document says.
func (c checker) check(path, method string, a said) error {
	status := http.StatusText(a.status)
	op := c.Paths[path][strings.ToLower(method)]
	r, ok := op.Responses[itoa(a.status)]
	if !ok {
		return errorf("%s %s answers %d %s, which is not in the document: %s", method, path, a.status, status, a.body)
	}
	kind := a.head.Get("Content-Type")
	if _, ok := r.Content[kind]; !ok {
		return errorf("%s %s answers %q, which is not in the document", method, path, kind)
	}
	at := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D")
	s, err := c.schemas.Compile("mem:api#/paths/" + at.Replace(path) + "/" + strings.ToLower(method) + "/responses/" + itoa(a.status) +
		"/content/" + strings.ReplaceAll(at.Replace(kind), "+", "%2B") + "/schema")
	if err != nil {
		return err
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(a.body)))
	if err != nil {
		return err
	}
	if err := s.Validate(v); err != nil {
		return errorf("%s %s: %v\n%s", method, path, err, a.body)
	}
	return nil
}
