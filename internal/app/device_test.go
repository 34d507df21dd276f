package app_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/app"
	"nhipcau/internal/db/dbtest"
)

// A gate is a conference with one site of many people, and the clerk at its door.
type gate struct {
	t     *testing.T
	h     *app.TestHouse
	g     *app.Gathering
	r     *rand.Rand
	clerk *http.Client
	at    string // path of the page of devices
}

func openGate(t *testing.T, people int) *gate {
	t.Helper()
	h := app.NewTestHouse(t)
	if err := h.Found(3); err != nil {
		t.Fatal(err)
	}
	h.Set(dbtest.Noon)
	g := h.Gather(t, 40, func(i int) int { return (people + 39 - i) / 40 })
	x := asker{t: t, h: h, jars: map[string]*http.Client{}}
	return &gate{t, h, g, rand.New(rand.NewPCG(3, 4)), x.client("vanthu"), "/conferences/" + g.ID + "/sites/1/devices"}
}

// page asks for the page of devices.
func (x *gate) page() string {
	x.t.Helper()
	a, err := x.clerk.Get(x.h.URL + x.at)
	return x.read(a, err, http.StatusOK)
}

func (x *gate) read(a *http.Response, err error, status int) string {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil || a.StatusCode != status {
		x.t.Fatalf("%s %s: %d, want %d, %v\n%s", a.Request.Method, a.Request.URL.Path, a.StatusCode, status, err, b)
	}
	return string(b)
}

// post sends a form of the page.
func (x *gate) post(tail string, status int, v url.Values) (page string, head http.Header) {
	x.t.Helper()
	a, err := x.clerk.PostForm(x.h.URL+x.at+tail, v)
	page = x.read(a, err, status)
	return page, a.Header
}

func (x *gate) code() string {
	x.t.Helper()
	_, head := x.post("", http.StatusSeeOther, url.Values{})
	code, ok := strings.CutPrefix(head.Get("Location"), "/checkin/#enrol=")
	if !ok || len(code) != 8 {
		x.t.Fatalf("led to %q", head.Get("Location"))
	}
	return code
}

// A phone is an enrolled device.
type phone struct {
	*gate
	id, token string
	key       ed25519.PublicKey
	seq       int64
	up, down  int // bytes of bodies, packed
	requests  int
	line      http.RoundTripper // nil for the usual one
	begins    string            // where the line begins, "" for the house itself
}

func (x *gate) enrol(name string) *phone {
	x.t.Helper()
	p := &phone{gate: x}
	var e struct {
		Device, Token, Conference string
		Site, Expires             int64
		PublicKey                 []byte `json:"public_key"`
	}
	if s := p.ask("POST", "/enrol", map[string]string{"code": strings.ToLower(x.code()), "name": name}, &e); s != http.StatusOK {
		x.t.Fatal(s)
	}
	if e.Conference != x.g.ID || e.Site != 1 || len(e.PublicKey) != ed25519.PublicKeySize || e.Expires != time.Date(2020, 11, 16, 17, 0, 0, 0, time.UTC).UnixMilli() {
		x.t.Fatalf("enrolled as %+v", e)
	}
	p.id, p.token, p.key = e.Device, e.Token, e.PublicKey
	return p
}

// refusal is how devices are refused.
type refusal struct {
	Error     string
	Message   string
	MessageEn string `json:"message_en"`
	Revoked   bool
}

// ask sends a request with a packed body and reads the answer into out, or, where it
// is a refusal, into *refusal if out is that.
func (p *phone) ask(method, path string, in, out any, heads ...string) int {
	p.t.Helper()
	b, err := json.Marshal(in)
	if err != nil {
		p.t.Fatal(err)
	}
	status, _, body := p.send(method, path, packed(p.t, b), append(heads, "Content-Encoding: gzip")...)
	if out != nil {
		if err := json.Unmarshal(body, out); err != nil {
			p.t.Fatalf("%s %s: %d %v %q", method, path, status, err, body)
		}
	}
	return status
}

func packed(t *testing.T, b []byte) []byte {
	t.Helper()
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return z.Bytes()
}

// send sends bytes and returns the unpacked answer, counting both as they went.
func (p *phone) send(method, path string, b []byte, heads ...string) (int, http.Header, []byte) {
	p.t.Helper()
	q, err := http.NewRequestWithContext(p.t.Context(), method, cmp.Or(p.begins, p.h.URL)+"/checkin/api"+path, bytes.NewReader(b))
	if err != nil {
		p.t.Fatal(err)
	}
	if p.token != "" {
		q.Header.Set("Authorization", "Bearer "+p.token)
	}
	q.Header.Set("Accept-Encoding", "gzip")
	q.Header.Set("Content-Type", "application/json")
	for _, h := range heads {
		name, value, _ := strings.Cut(h, ": ")
		q.Header.Set(name, value)
	}
	line := p.line
	if line == nil {
		line = http.DefaultTransport
	}
	a, err := line.RoundTrip(q)
	if err != nil {
		p.t.Fatal(err)
	}
	defer a.Body.Close()
	got, err := io.ReadAll(a.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.requests, p.up, p.down = p.requests+1, p.up+len(b), p.down+len(got)
	if a.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(got))
		if err != nil {
			p.t.Fatal(err)
		}
		if got, err = io.ReadAll(z); err != nil {
			p.t.Fatal(err)
		}
	}
	return a.StatusCode, a.Header, got
}

// A jotting is a fact as a phone writes it.
type jotting struct {
	ID     string  `json:"id"`
	Device string  `json:"device,omitempty"`
	Seq    int64   `json:"seq"`
	At     int64   `json:"at"`
	Offset int64   `json:"offset"`
	Call   int64   `json:"call"`
	State  string  `json:"state"`
	Member string  `json:"member,omitempty"`
	Code   string  `json:"code,omitempty"`
	Guest  *person `json:"guest,omitempty"`
	Source string  `json:"source"`
	Reason string  `json:"reason,omitempty"`
	Ref    string  `json:"ref,omitempty"`
}

type person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Org  string `json:"org"`
}

// notes is that a person came, as the phone keeps it.
func (p *phone) notes(person int) jotting {
	p.seq++
	return jotting{
		ID: app.UUID(p.r), Seq: p.seq, At: dbtest.Noon.UnixMilli() + p.seq*1500, Call: 1,
		State: "present", Member: p.g.Members[person], Source: "qr",
	}
}

// A batch is what a phone sends at once.
type batch struct {
	Sent    int64     `json:"sent"`
	Waiting int64     `json:"waiting"`
	Facts   []jotting `json:"facts"`
}

// A written file is one that a phone has exported.
type written struct {
	Format     string    `json:"format"`
	Device     string    `json:"device"`
	Conference string    `json:"conference"`
	Site       int64     `json:"site"`
	Made       int64     `json:"made"`
	Facts      []jotting `json:"facts"`
	MAC        string    `json:"mac"`
}

type synced struct {
	Now     int64
	Answers [][]any
	Roster  string
	Closed  bool
}

// counts are the answers by what they say.
func (s synced) counts() string {
	n := map[string]int{}
	for _, a := range s.Answers {
		n[fmt.Sprint(a[1])]++
	}
	return strings.TrimPrefix(fmt.Sprint(n), "map")
}

func (p *phone) sync(facts ...jotting) synced {
	p.t.Helper()
	if facts == nil {
		facts = []jotting{}
	}
	var s synced
	if status := p.ask("POST", "/facts", batch{Sent: dbtest.Noon.UnixMilli(), Facts: facts}, &s); status != http.StatusOK {
		p.t.Fatalf("%d", status)
	}
	return s
}

func (p *phone) synced(want string, facts ...jotting) synced {
	p.t.Helper()
	s := p.sync(facts...)
	if s.counts() != want {
		p.t.Errorf("answered %s, want %s", s.counts(), want)
	}
	return s
}

type roster struct {
	V          int
	Conference struct{ ID, Title, Day, Start, End, Place string }
	Site       struct {
		N          int64
		Name, Unit string
		Listed     bool
	}
	Device        string
	Calls         []struct{ N int64 }
	Need          int64
	Made, Expires int64
	Units         []string
	People        [][]any
	Guests        [][]any
	Topics        []string
}

// TestDeviceStory enrols a phone, gives it a list it can trust, takes what it notes
// whatever is lost on the way, and sets apart what comes when it was revoked.
func TestDeviceStory(t *testing.T) {
	t.Parallel()
	x := openGate(t, 80)
	p := x.enrol("Cửa chính")

	status, head, body := p.send("GET", "/roster", nil)
	sign, err := base64.StdEncoding.DecodeString(head.Get("X-Signature"))
	if status != http.StatusOK || err != nil || !ed25519.Verify(p.key, body, sign) {
		t.Fatalf("the list is not signed: %d %v %s", status, err, body)
	}
	if at := bytes.Index(body, []byte(`"invited"`)); at < 0 || ed25519.Verify(p.key, bytes.Replace(body, []byte(`"invited"`), []byte(`"present"`), 1), sign) {
		t.Errorf("a list that was tampered with is taken: %s", body[:200])
	}
	var l roster
	if err := json.Unmarshal(body, &l); err != nil || l.V != 1 || len(l.People) != 80 || l.Device != p.id || !l.Site.Listed || len(l.Calls) != 1 || l.Need != 1 || len(l.Units) != 40 {
		t.Fatalf("%v %+v", err, l)
	}
	if len(l.People[0]) != 8 || len(l.People[0][4].(string)) != 16 || l.People[0][5] != "invited" {
		t.Errorf("a person is %v", l.People[0])
	}
	tag := head.Get("ETag")
	if status, _, body := p.send("GET", "/roster", nil, "If-None-Match: "+tag); status != http.StatusNotModified || len(body) != 0 {
		t.Errorf("the same list again: %d, %d bytes", status, len(body))
	}

	one := []jotting{p.notes(0), p.notes(1), p.notes(2)}
	s := p.synced("[accepted:3]", one...)
	if s.Roster != tag || s.Closed {
		t.Errorf("its own check-ins make it ask for the list again: %s after %s, closed %v", s.Roster, tag, s.Closed)
	}
	x.h.Set(dbtest.Noon.Add(5*time.Minute - time.Second))
	if got := p.sync().Roster; got != tag {
		t.Errorf("it is to ask for %s after %s", got, tag)
	}
	x.h.Set(dbtest.Noon.Add(5 * time.Minute))
	if got := p.sync().Roster; got == tag {
		t.Error("it never learns who else is there")
	}
	p.synced("[duplicate:3]", one...) // the answer was lost
	two := []jotting{p.notes(3), p.notes(4), p.notes(0)}
	p.synced("[accepted:1]", two[1])                                     // half a batch
	p.synced("[accepted:1 duplicate:1 other:1]", two[2], two[1], two[0]) // all of it, in another order
	p.synced("[]")
	if _, head, _ := p.send("GET", "/roster", nil); head.Get("ETag") != p.sync().Roster {
		t.Error("the list told of is not the list given")
	}

	if !strings.Contains(x.page(), "Cửa chính") {
		t.Error("the phone is not on the page")
	}
	x.post("/"+p.id+"/revocation", http.StatusUnprocessableEntity, url.Values{"reason": {" "}})
	x.post("/"+p.id+"/revocation", http.StatusSeeOther, url.Values{"reason": {"Mất máy"}})
	x.post("/"+p.id+"/revocation", http.StatusConflict, url.Values{"reason": {"Mất máy"}})
	var no refusal
	if status := p.ask("GET", "/roster", nil, &no); status != http.StatusUnauthorized || !no.Revoked || no.Message == "" || no.MessageEn == "" {
		t.Errorf("a revoked phone asks for its list: %d %+v", status, no)
	}
	three := []jotting{p.notes(5), p.notes(6), p.notes(7)}
	p.synced("[revoked:3]", three...)
	p.synced("[revoked:3]", three...)
	x.decides(three)
	if n, details, err := x.h.Prove(t.Context()); err != nil || n != 0 {
		t.Errorf("the proof finds %d mismatches, %v\n%s", n, err, strings.Join(details, "\n"))
	}
}

var asideForm = regexp.MustCompile(`name="id" value="([^"]+)"[^>]*>\s*<input type="hidden" name="key" value="([^"]+)"`)

// decides lets the first of three facts that are set aside count, leaves the next, and
// lets the rest count by their reason.
func (x *gate) decides(three []jotting) {
	x.t.Helper()
	keys := func() map[string]string {
		all := map[string]string{}
		for _, m := range asideForm.FindAllStringSubmatch(x.page(), -1) {
			all[m[1]] = m[2]
		}
		return all
	}
	had := keys()
	if len(had) != 3 {
		x.t.Fatalf("%d are set aside, want 3 however often they came\n%s", len(had), x.page())
	}
	id := func(i int) string { return three[i].ID }
	one := func(do string, i, status int) {
		x.t.Helper()
		x.post("/aside", status, url.Values{"do": {do}, "id": {id(i)}, "key": {had[id(i)]}})
	}
	one("release", 0, http.StatusOK)
	one("release", 0, http.StatusNotFound) // decided
	one("leave", 1, http.StatusSeeOther)
	x.post("/aside", http.StatusOK, url.Values{"do": {"release"}, "why": {"revoked"}})
	x.post("/aside", http.StatusNotFound, url.Values{"do": {"release"}, "why": {"revoked"}})
	if left := keys(); len(left) != 0 {
		x.t.Errorf("%v are still to be decided about", left)
	}
	page := x.page()
	for i := range three {
		if !strings.Contains(page, id(i)) {
			x.t.Errorf("what %d said is gone from the page", i)
		}
	}
	there := regexp.MustCompile(`>7<`) // five that came in time and two let in
	a, err := x.clerk.Get(x.h.URL + strings.TrimSuffix(x.at, "/devices"))
	if body := x.read(a, err, http.StatusOK); !there.MatchString(body) {
		x.t.Errorf("not seven are there:\n%s", body)
	}
}

// TestDeviceSparing syncs a site of 500 people over a thin line: bytes and requests are
// counted, as they go over it.
func TestDeviceSparing(t *testing.T) {
	t.Parallel()
	x := openGate(t, 500)
	x.g.Rename(t, x.r) // names and keys as long and as different as people's
	p := x.enrol("Cửa chính")
	p.up, p.down, p.requests = 0, 0, 0
	p.send("GET", "/roster", nil)
	roster := p.down
	p.up, p.down, p.requests = 0, 0, 0
	all := make([]jotting, 500)
	for i := range all {
		all[i] = p.notes(i)
	}
	p.synced("[accepted:500]", all...)
	t.Logf("500 people: %d bytes up, %d down, %d requests; the list: %d bytes", p.up, p.down, p.requests, roster)
	if p.requests > 2 || p.up+p.down > 40<<10 {
		t.Errorf("%d bytes up and %d down in %d requests, want 40 KiB and 2 at most", p.up, p.down, p.requests)
	}
	if roster > 40<<10 {
		t.Errorf("the list is %d bytes", roster)
	}
}

// TestDeviceNonsense sends what no phone sends: every answer is a refusal in words, or
// says of each fact that it is none.
func TestDeviceNonsense(t *testing.T) {
	t.Parallel()
	x := openGate(t, 40)
	p := x.enrol("Cửa")
	bomb := packed(t, bytes.Repeat([]byte(" "), 8<<20))
	for _, c := range []struct {
		path, body string
		head       string
		status     int
	}{
		{"/facts", ``, "", 422},
		{"/facts", `nope`, "", 422},
		{"/facts", `[]`, "", 422},
		{"/facts", `{"facts":{}}`, "", 422},
		{"/facts", `{"sent":"x"}`, "", 422},
		{"/facts", `{"sent":1e300}`, "", 422},
		{"/facts", `{}`, "Content-Encoding: gzip", 422},
		{"/facts", `{}`, "Content-Encoding: br", 422},
		{"/facts", string(bomb), "Content-Encoding: gzip", 413},
		{"/facts", string(bomb[:len(bomb)/2]), "Content-Encoding: gzip", 413},
		{"/facts", string(packed(t, []byte(`{"facts":[]}`))[:20]), "Content-Encoding: gzip", 422},
		{"/facts", strings.Repeat(" ", 1<<20+1), "", 413},
		{"/facts", `{"facts":[` + strings.Repeat("1,", 500) + `1]}`, "", 422},
		{"/facts", `{"facts":[]}`, "Authorization: Bearer x", 401},
		{"/facts", `{"facts":[]}`, "Authorization: Basic x", 401},
		{"/facts", `{"facts":[]}`, "Authorization: Bearer " + strings.Repeat("x", 9999), 401},
		{"/facts", `{"facts":[]}`, "Sec-Fetch-Site: cross-site", 403},
		{"/enrol", ``, "", 422},
		{"/enrol", `{"code":1}`, "", 422},
		{"/enrol", `{"code":"\u0000"}`, "", 422},
		{"/enrol", `{"code":"` + strings.Repeat("A", 99999) + `"}`, "", 422},
		{"/enrol", `{"code":"A","name":"` + strings.Repeat("a", 61) + `"}`, "", 422},
	} {
		var heads []string
		if c.head != "" {
			heads = append(heads, c.head)
		}
		status, _, body := p.send("POST", c.path, []byte(c.body), heads...)
		var no refusal
		if status != c.status || c.status != 403 && (json.Unmarshal(body, &no) != nil || no.Error == "" || !strings.Contains(no.Message, " ") || !strings.Contains(no.MessageEn, " ")) {
			t.Errorf("%s %.60q %s: %d %s, want %d", c.path, c.body, c.head, status, body, c.status)
		}
	}
	good := p.notes(0)
	elsewhere, long, negative := p.notes(1), p.notes(1), p.notes(1)
	elsewhere.Device, long.Member, negative.At = "k-other", strings.Repeat("x", 5000), -5
	raw, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, f := range []jotting{elsewhere, long, negative} {
		b, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(b))
	}
	list = append(list, `null`, `1`, `"x"`, `[]`, `{}`, `{"id":7}`, `{"id":"\u0000","member":"\ud800"}`, string(raw), `{"id":"x","state":"asleep"}`)
	status, _, body := p.send("POST", "/facts", []byte(`{"sent":-9,"waiting":-1,"facts":[`+strings.Join(list, ",")+`]}`))
	var s synced
	if err := json.Unmarshal(body, &s); status != http.StatusOK || err != nil || s.counts() != fmt.Sprintf("[accepted:1 invalid:%d]", len(list)-1) {
		t.Errorf("%d %s", status, body)
	}
	if len(s.Answers) == len(list) && s.Answers[10][1] != "accepted" {
		t.Errorf("the answers are not in the order of the facts: %s", body)
	}
}

// TestDeviceCodes spends a code once and within its time, lets nobody guess, and makes
// a phone of no code whose maker has lost the site.
func TestDeviceCodes(t *testing.T) {
	t.Parallel()
	x := openGate(t, 40)
	try := func(code string) (int, refusal) {
		t.Helper()
		var no refusal
		p := &phone{gate: x}
		return p.ask("POST", "/enrol", map[string]string{"code": code, "name": "Máy"}, &no), no
	}
	code := x.code()
	if status, _ := try(code); status != http.StatusOK {
		t.Errorf("the code: %d", status)
	}
	if status, no := try(code); status != http.StatusUnprocessableEntity || no.Error != "device.error.code" {
		t.Errorf("the code again: %d %+v", status, no)
	}
	old := x.code()
	x.h.Set(dbtest.Noon.Add(15*time.Minute + time.Second))
	if status, _ := try(old); status != http.StatusUnprocessableEntity {
		t.Errorf("an old code: %d", status)
	}
	for range 59 {
		try("AAAAAAAA")
	}
	if status, no := try(x.code()); status != http.StatusTooManyRequests || no.Message == "" {
		t.Errorf("after many guesses: %d %+v", status, no)
	}
	x.h.Set(dbtest.Noon.Add(31 * time.Minute))
	last := x.code()
	x.h.Disable(t, "vanthu")
	if status, _ := try(last); status != http.StatusUnprocessableEntity {
		t.Errorf("the code of a login that is disabled: %d", status)
	}
	body, _ := (&gate{t: t, h: x.h, clerk: http.DefaultClient, at: x.at}).post("", http.StatusUnauthorized, url.Values{})
	if body == "" {
		t.Error("who is not signed in is told nothing")
	}
}

// TestDevicePicture shows a code for a phone without a login.
func TestDevicePicture(t *testing.T) {
	t.Parallel()
	x := openGate(t, 40)
	page, _ := x.post("", http.StatusOK, url.Values{"on": {"other"}})
	if !strings.Contains(page, `<svg class="qr"`) || !regexp.MustCompile(`/checkin/#enrol=[0-9A-HJKMNP-TV-Z]{8}<`).MatchString(page) {
		t.Errorf("there is no picture:\n%s", page)
	}
}

// TestDeviceKinds notes what a door sees besides members with a badge: guests, a code
// the phone cannot read, people who leave, and a hand that slipped.
func TestDeviceKinds(t *testing.T) {
	t.Parallel()
	x := openGate(t, 40)
	p := x.enrol("Cửa")
	code, guest, slip, out := p.notes(0), p.notes(0), p.notes(1), p.notes(2)
	code.Member, code.Code = "", x.g.Codes(t)[x.g.Members[0]]
	guest.Member, guest.Source, guest.Guest = "", "hand", &person{"0b1f5a3e-1111-4111-8111-000000000001", "Lê Thị Khách", "Báo tỉnh"}
	back := jotting{ID: app.UUID(x.r), Seq: 90, At: dbtest.Noon.UnixMilli(), State: "void", Source: "hand", Ref: slip.ID, Reason: "bấm nhầm"}
	out.State = "out"
	p.synced("[accepted:1]", back) // before what it takes back
	p.synced("[accepted:3 other:1]", code, guest, slip, out)
	p.synced("[duplicate:5]", out, slip, back, guest, code)
	_, _, body := p.send("GET", "/roster", nil)
	var l roster
	if err := json.Unmarshal(body, &l); err != nil || len(l.Guests) != 1 || l.Guests[0][1] != "Lê Thị Khách" || l.Guests[0][4] != 1.0 {
		t.Errorf("%v, the guests are %v", err, l.Guests)
	}
	for _, q := range l.People {
		want := map[string]string{x.g.Members[0]: "[present 1 0]", x.g.Members[1]: "[invited 0 0]", x.g.Members[2]: "[invited 0 1]"}[q[0].(string)]
		if got := fmt.Sprint(q[5:8]); want != "" && got != want {
			t.Errorf("%v stands as %s, want %s", q[0], got, want)
		}
	}
	if n, details, err := x.h.Prove(t.Context()); err != nil || n != 0 {
		t.Errorf("the proof finds %d mismatches, %v\n%s", n, err, strings.Join(details, "\n"))
	}
}

// TestDeviceOver gives no list any more when the conference was more than two weeks
// ago, and still takes what was noted.
func TestDeviceOver(t *testing.T) {
	t.Parallel()
	x := openGate(t, 40)
	p := x.enrol("Cửa")
	x.h.Set(time.Date(2020, 11, 16, 17, 0, 0, 0, time.UTC))
	var no refusal
	if status := p.ask("GET", "/roster", nil, &no); status != http.StatusConflict || no.Error != "device.error.over" || no.Revoked {
		t.Errorf("a list after two weeks: %d %+v", status, no)
	}
	p.synced("[late:1]", p.notes(0))
	if page := x.page(); !strings.Contains(page, "Gửi về quá muộn") || strings.Contains(page, "Mở điểm danh trên máy này</button>") {
		t.Errorf("the page says:\n%s", page)
	}
	x.post("", http.StatusConflict, url.Values{})
}

// TestDeviceHash holds what a list says of a code against the code on paper.
func TestDeviceHash(t *testing.T) {
	t.Parallel()
	x := openGate(t, 40)
	p := x.enrol("Cửa")
	_, _, body := p.send("GET", "/roster", nil)
	var l roster
	if err := json.Unmarshal(body, &l); err != nil {
		t.Fatal(err)
	}
	codes := x.g.Codes(t)
	for _, q := range l.People {
		sum := sha256.Sum256([]byte(codes[q[0].(string)]))
		if q[4] != hex.EncodeToString(sum[:])[:16] {
			t.Fatalf("%v is not by %s", q, codes[q[0].(string)])
		}
	}
}
