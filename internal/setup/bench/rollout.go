package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"nhipcau/internal/setup/lab"
)

// signed returns a client that is signed in on the pages as the root's holder of a
// role, nil if there is none.
func (b *bench) signed(role string) (*lab.Client, error) {
	for _, l := range b.made.Logins {
		if l.Role != role || l.Unit != b.made.Root {
			continue
		}
		c := lab.NewClient(b.server.Addr)
		defer c.Close()
		a, err := c.Do("POST", "/login", formMedia, []byte(url.Values{"login": {l.Login}, "password": {b.made.Password}}.Encode()))
		if err != nil || a.Status != 303 || a.Cookie == "" {
			return nil, fmt.Errorf("%s cannot sign in: %d %w", l.Login, a.Status, err)
		}
		return lab.NewClient(b.server.Addr, "Cookie: "+a.Cookie), nil
	}
	return nil, nil
}

const formMedia = "application/x-www-form-urlencoded"

var hiddenVersion = regexp.MustCompile(`name="version" value="(\d+)"`)

// press sends the form of a thing's page to an address under it, as a person who
// has seen the page does.
func press(c *lab.Client, page, verb string) error {
	a, err := c.Get(page)
	if err != nil {
		return err
	}
	version := hiddenVersion.FindSubmatch(a.Body)
	if version == nil {
		return fmt.Errorf("%s: %d, a page without a form", page, a.Status)
	}
	a, err = c.Do("POST", page+verb, formMedia, []byte("version="+string(version[1])))
	if err == nil && a.Status != 303 {
		err = fmt.Errorf("%s: %d %.600s", page+verb, a.Status, a.Body)
	}
	return err
}

const levels = 9 // more than any tree of ours is deep; those a form does not have it ignores

// enter enters a rollout of one paper that asks every unit for a conference, on
// the pages, as the root's clerk, and returns its page.
func (b *bench) enter(clerk *lab.Client) (string, error) {
	c := b.client()
	defer c.Close()
	a, err := c.JSON("POST", apiPrefix+"/directives", []byte(`{"kind":"CV","issuer":"Văn phòng","issued":"2025-01-02","subject":"Đo việc duyệt `+fmt.Sprint(millis())+`"}`))
	var d struct{ ID string }
	if err != nil || json.Unmarshal(a.Body, &d) != nil || d.ID == "" {
		return "", fmt.Errorf("a directive: %d %.300s %w", a.Status, a.Body, err)
	}
	f := url.Values{"title": {"Đo việc duyệt một đợt triển khai"}, "scope": {b.made.Root}, "directive": {d.ID}, "mode-" + d.ID: {"study"}}
	day := time.Now().AddDate(0, 3, 0).Format("02/01/2006")
	for level := range levels {
		field := fmt.Sprintf("hold-%d", level+1)
		f.Set(field, "1")
		f.Set(field+"-day", day)
	}
	a, err = clerk.Do("POST", "/rollouts", formMedia, []byte(f.Encode()))
	if err != nil || a.Status != 303 {
		return "", fmt.Errorf("a rollout: %d %w", a.Status, err)
	}
	return a.Where, nil
}

// rollout approves a rollout to all units, and measures how long it takes until it
// is open and how long others wait meanwhile for small writes.
func (b *bench) rollout(ctx context.Context) error {
	whole := &Measure{Name: "approval of a rollout to all units", Unit: "s"}
	wait := &Measure{Name: "longest wait of small writes meanwhile", Unit: "ms", Goal: 100}
	clerk, err := b.signed("clerk")
	if err != nil {
		return err
	}
	secretary, err := b.signed("secretary")
	if err != nil {
		return err
	}
	if clerk == nil || secretary == nil {
		return b.skip("the root has no clerk or no secretary to sign in as", whole, wait)
	}
	defer clerk.Close()
	defer secretary.Close()
	page, err := b.enter(clerk)
	if err != nil {
		return err
	}
	if err := press(clerk, page, "/submission"); err != nil {
		return err
	}
	others := make(chan outcome, 1)
	loaded, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		others <- load{addr: b.server.Addr, headers: b.bearer(), clients: 8, length: time.Hour, rate: 50, server: b.server}.run(loaded, smallWrite)
	}()
	began := time.Now()
	if err := press(secretary, page, "/approval"); err != nil {
		return err
	}
	if err := b.opened(ctx, apiPrefix+page); err != nil {
		return err
	}
	took := time.Since(began)
	stop()
	r := <-others
	if r.failed > 0 {
		b.wrong("small writes beside the approval: %d failed: %s", r.failed, r.failure)
	}
	whole.Rounds, whole.Note = []float64{took.Seconds()}, fmt.Sprintf("%d units; %s", b.made.Units, r.cores())
	wait.Rounds, wait.Note, wait.Samples = []float64{r.took.at(1)}, fmt.Sprintf("p99 %.1f ms of %d", r.took.at(.99), r.done), r.done
	b.add(whole)
	b.add(wait)
	return nil
}

func smallWrite(c *lab.Client, _ int) (lab.Answer, bool, error) {
	a, err := c.JSON("POST", apiPrefix+"/directives", fmt.Appendf(nil, `{"kind":"CV","issuer":"Văn phòng","issued":"2025-01-02","subject":"Đo việc ghi %d"}`, sequence.Add(1)+millis()*1000))
	return a, true, err
}

// opened waits until a rollout has reached everybody.
func (b *bench) opened(ctx context.Context, path string) error {
	c := b.client()
	defer c.Close()
	for end := time.Now().Add(20 * time.Minute); time.Now().Before(end); {
		a, err := c.Get(path)
		if err != nil {
			return err
		}
		if strings.Contains(string(a.Body), `"state":"open"`) {
			return nil
		}
		if a.Status != 200 || !until(ctx, time.Now().Add(50*time.Millisecond)) {
			return fmt.Errorf("%s: %d %.300s %w", path, a.Status, a.Body, ctx.Err())
		}
	}
	return errors.New("it is not open after twenty minutes")
}
