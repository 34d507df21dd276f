package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"nhipcau/internal/setup/lab"
)

const prefix = "/api/v1"

// A kind is one sort of write that the load makes. Each is done again and again by
// workers of its own.
type kind struct {
	name    string
	login   string
	workers int
	// begin readies a worker before its first write; nil if nothing is needed.
	begin func(w *worker) error
	// send makes the n-th write and returns what is promised once it is
	// acknowledged. An error that is not a refusal means: nobody knows.
	send func(w *worker, n int) (promise, error)
	// kept reports why a promise is broken, nil if it is kept.
	kept func(c *lab.Client, p promise) error
	// whole reports what a worker's unacknowledged write left half done, if it
	// consists of parts.
	whole func(c *lab.Client, w *worker) error
}

// A promise is what an acknowledged write says will be there.
type promise struct{ id, want string }

// A worker sends writes of one kind over one connection.
type worker struct {
	kind   *kind
	name   string // unlike that of any other worker of any round
	c      *lab.Client
	unsure func(c *lab.Client) error // sends the last write again, whose answer never came
	done   []promise
	roll   string // conference whose roll it marks
	marks  []mark
	began  []mark // the roll before the first mark

	number  int // among those of its kind
	unit    string
	seen    int64
	figures map[string]int64
	people  []string
	sent    []promise
}

type mark struct {
	Member  string `json:"member"`
	State   string `json:"state"`
	Version int64  `json:"version"`
}

type roll struct {
	Marks []mark `json:"marks"`
}

// refused is an answer that is not a success.
type refused struct {
	status int
	detail string
}

func (r refused) Error() string { return fmt.Sprintf("status %d: %s", r.status, r.detail) }

// ask sends JSON and reads the answer into out.
func ask(c *lab.Client, method, path string, in, out any, headers ...string) (lab.Answer, error) {
	var body []byte
	if in != nil {
		var err error
		if body, err = json.Marshal(in); err != nil {
			return lab.Answer{}, err
		}
	}
	a, err := c.JSON(method, prefix+path, body, headers...)
	if err != nil {
		return a, err
	}
	if a.Status >= 300 {
		var problem struct{ Detail string }
		if json.Unmarshal(a.Body, &problem) != nil {
			problem.Detail = string(a.Body)
		}
		return a, refused{a.Status, problem.Detail}
	}
	if out == nil {
		return a, nil
	}
	return a, json.Unmarshal(a.Body, out)
}

// once sends a write that bears a key, so that it can be sent again if no answer
// came.
func (w *worker) once(path, key string, in, out any, headers ...string) (lab.Answer, error) {
	headers = append(headers, "Idempotency-Key: "+key)
	w.unsure = func(c *lab.Client) error {
		_, err := ask(c, "POST", path, in, nil, headers...)
		return err
	}
	a, err := ask(w.c, "POST", path, in, out, headers...)
	if _, said := errors.AsType[refused](err); err == nil || said {
		w.unsure = nil
	}
	return a, err
}

// paperKinds are the writes of the load of papers: a row with its audit, a person on a list, a
// batch over a whole roll, and a deed that posts to a sheet.
var paperKinds = []*kind{
	{name: "directives", login: "vanthu", workers: 12, send: sendDirective, kept: keptDirective},
	{name: "members", login: "vanthu", workers: 4, send: sendMember, kept: keptMember},
	{name: "rolls", login: "thuky07", workers: 4, begin: beginRoll, send: sendRoll, kept: keptRoll, whole: wholeRoll},
	{name: "closures", login: "thuky07", workers: 4, send: sendClosure, kept: keptClosure},
}

func sendDirective(w *worker, n int) (promise, error) {
	subject := fmt.Sprintf("Công văn %s-%d", w.name, n)
	var got struct{ ID string }
	_, err := w.once("/directives", subject[len("Công văn "):], map[string]string{"kind": "CV", "issuer": "Văn phòng", "issued": "2023-01-01", "subject": subject}, &got)
	return promise{got.ID, subject}, err
}

func keptDirective(c *lab.Client, p promise) error {
	var got struct{ Subject string }
	_, err := ask(c, "GET", "/directives/"+p.id, nil, &got)
	if err == nil && got.Subject != p.want {
		err = fmt.Errorf("its subject is %q", got.Subject)
	}
	return err
}

func sendMember(w *worker, n int) (promise, error) {
	var got struct{ Key string }
	_, err := w.once("/members", fmt.Sprintf("%s-%d", w.name, n), map[string]string{"name": "Nguyễn Thị Thử", "from": "2023-01-01"}, &got)
	return promise{got.Key, ""}, err
}

func keptMember(c *lab.Client, p promise) error {
	_, err := ask(c, "GET", "/members/"+p.id, nil, nil)
	return err
}

type conference struct{ ID, State, Sheet string }

// convened enters a conference of the worker's unit and convenes it.
func (w *worker) convened(title string) (conference, error) {
	var c conference
	a, err := ask(w.c, "POST", "/conferences", map[string]string{"title": title, "sort": "main", "mode": "hybrid", "day": "2023-06-01"}, &c)
	if err != nil {
		return c, err
	}
	_, err = ask(w.c, "POST", "/conferences/"+c.ID+"/convening", nil, &c, "If-Match: "+a.Tag)
	return c, err
}

// on reads the roll of a conference, all of it.
func on(c *lab.Client, id string) ([]mark, error) {
	var all []mark
	for next := ""; ; {
		var page struct {
			Items []mark
			Next  string
		}
		if _, err := ask(c, "GET", "/conferences/"+id+"/attendance?limit=100"+next, nil, &page); err != nil {
			return nil, err
		}
		if all = append(all, page.Items...); page.Next == "" {
			return all, nil
		}
		next = "&after=" + page.Next
	}
}

func beginRoll(w *worker) error {
	c, err := w.convened("Hội nghị " + w.name)
	if err != nil {
		return err
	}
	if w.marks, err = on(w.c, c.ID); err != nil {
		return err
	}
	w.roll, w.began = c.ID, slices.Clone(w.marks)
	return nil
}

// sendRoll marks everybody on the roll alike, in one request.
func sendRoll(w *worker, n int) (promise, error) {
	state := []string{"present", "online"}[w.marks[0].Version%2] // another than it is
	for i := range w.marks {
		w.marks[i].State = state
	}
	_, err := w.once("/conferences/"+w.roll+"/attendance", fmt.Sprintf("%s-%d", w.name, n), roll{w.marks}, nil)
	if err != nil {
		return promise{}, err
	}
	for i := range w.marks {
		w.marks[i].Version++
	}
	return promise{w.roll, fmt.Sprint(w.marks[0].Version)}, nil
}

func keptRoll(c *lab.Client, p promise) error {
	all, err := on(c, p.id)
	if err != nil {
		return err
	}
	want, err := strconv.ParseInt(p.want, 10, 64)
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Version < want {
			return fmt.Errorf("the mark of %s is version %d, acknowledged was %d", m.Member, m.Version, want)
		}
	}
	return nil
}

func wholeRoll(c *lab.Client, w *worker) error {
	if w.roll == "" {
		return nil
	}
	all, err := on(c, w.roll)
	if err != nil {
		return err
	}
	if slices.Equal(all, w.began) {
		return nil
	}
	for _, m := range all {
		if m.State != all[0].State || m.Version != all[0].Version {
			return fmt.Errorf("a batch over %d people is half there: %v and %v", len(all), all[0], m)
		}
	}
	return nil
}

func sendClosure(w *worker, n int) (promise, error) {
	c, err := w.convened(fmt.Sprintf("Hội nghị %s-%d", w.name, n))
	if err != nil {
		return promise{}, err
	}
	marks, err := on(w.c, c.ID)
	if err != nil {
		return promise{}, err
	}
	for i := range marks {
		marks[i].State = "present"
	}
	if _, err := ask(w.c, "POST", "/conferences/"+c.ID+"/attendance", roll{marks}, nil); err != nil {
		return promise{}, err
	}
	a, err := ask(w.c, "GET", "/conferences/"+c.ID, nil, nil)
	if err != nil {
		return promise{}, err
	}
	_, err = ask(w.c, "POST", "/conferences/"+c.ID+"/closure", nil, &c, "If-Match: "+a.Tag)
	return promise{c.ID, fmt.Sprint(len(marks))}, err
}

func keptClosure(c *lab.Client, p promise) error {
	var got conference
	if _, err := ask(c, "GET", "/conferences/"+p.id, nil, &got); err != nil {
		return err
	}
	if got.State != "closed" || got.Sheet == "" {
		return fmt.Errorf("it is %s", got.State)
	}
	var figures struct {
		Lanes []struct {
			Lane  string
			Total int64
		}
	}
	if _, err := ask(c, "GET", "/figures/"+got.Sheet+"/tccs-07", nil, &figures); err != nil {
		return err
	}
	for _, l := range figures.Lanes {
		if l.Lane == "present" && fmt.Sprint(l.Total) == p.want {
			return nil
		}
	}
	return fmt.Errorf("want %s present, the sheet says %v", p.want, figures.Lanes)
}

// A burst is the load of one round.
type burst struct {
	workers []*worker
	acked   atomic.Int64
	refused atomic.Int64
	last    atomic.Value // of the refusals, a refused
	wrong   atomic.Value // a refusal that is no 503
	broke   atomic.Value // why a worker ended
	stop    chan struct{}
	wg      sync.WaitGroup
}

// shoot starts the load of a house. A worker ends when its server is gone; it goes
// on after a refusal, as a program that waits for better times would.
func (h *house) shoot(round string) *burst {
	b := &burst{stop: make(chan struct{})}
	for _, k := range h.kinds {
		for i := range k.workers {
			w := &worker{kind: k, number: i, name: fmt.Sprintf("%s%s%d", round, k.name[:1], i), c: client(h.server.Addr, h.tokens[k.login])}
			b.workers = append(b.workers, w)
			b.wg.Go(func() { b.work(w) })
		}
	}
	return b
}

func client(addr, token string) *lab.Client {
	return lab.NewClient(addr, lab.Bearer(token), "Accept-Language: en")
}

func (b *burst) work(w *worker) {
	defer w.c.Close()
	begun := w.kind.begin == nil
	for n := 0; ; n++ {
		select {
		case <-b.stop:
			return
		default:
		}
		var p promise
		var err error
		if !begun {
			err = w.kind.begin(w)
			begun = err == nil
		} else if p, err = w.kind.send(w, n); err == nil {
			w.done = append(w.done, p)
			b.acked.Add(1)
		}
		if r, ok := errors.AsType[refused](err); ok {
			b.refused.Add(1)
			b.last.Store(r)
			if r.status != 503 {
				b.wrong.Store(r)
			}
			select { // else a full house of refusals is all that is done
			case <-time.After(20 * time.Millisecond):
			case <-b.stop:
			}
		} else if err != nil {
			b.broke.Store(err)
			return
		}
	}
}

// begun waits for the first acknowledgement, or until a worker breaks: on a busy
// machine they take a while to be ready, and a kill before that shows nothing.
func (b *burst) begun(ctx context.Context) error {
	for b.acked.Load() == 0 && b.broke.Load() == nil {
		if err := pause(ctx, 5*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// end has the workers finish what they do, and waits for them.
func (b *burst) end() {
	close(b.stop)
	b.wg.Wait()
}

// check sends again what has no answer, then looks for everything that was
// promised.
func (b *burst) check(ctx context.Context, h *house) error {
	var wrong []error
	for _, w := range b.workers {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c := client(h.server.Addr, h.tokens[w.kind.login])
		if w.kind.whole != nil {
			if err := w.kind.whole(c, w); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", w.name, err))
			}
		}
		if w.unsure != nil {
			if err := w.unsure(c); err != nil {
				wrong = append(wrong, fmt.Errorf("%s sent again: %w", w.name, err))
			}
		}
		for _, p := range w.done {
			if err := w.kind.kept(c, p); err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %s was acknowledged: %w", w.kind.name, p.id, err))
			}
		}
		c.Close()
	}
	if token := h.tokens["vanthu"]; token != "" {
		c := client(h.server.Addr, token)
		defer c.Close()
		wrong = append(wrong, twice(c))
	}
	return errors.Join(wrong...)
}

// twice reports directives that are there more than once, though each was sent
// under a key of its own.
func twice(c *lab.Client) error {
	seen := map[string]bool{}
	var wrong []error
	for next := ""; ; {
		var page struct {
			Items []struct{ Subject string }
			Next  string
		}
		if _, err := ask(c, "GET", "/directives?limit=100"+next, nil, &page); err != nil {
			return err
		}
		for _, d := range page.Items {
			if strings.HasPrefix(d.Subject, "Công văn r") && seen[d.Subject] {
				wrong = append(wrong, fmt.Errorf("%s is there twice", d.Subject))
			}
			seen[d.Subject] = true
		}
		if page.Next == "" {
			return errors.Join(wrong...)
		}
		next = "&after=" + page.Next
	}
}
