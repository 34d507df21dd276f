package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/app"
)

// Programs return figures, are told what is wrong by field, and read what the
// units add up to and who has not returned.
func TestReturnsByAPI(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Found(3); err != nil {
		t.Fatal(err)
	}
	form, period := h.Ask(t, 8)
	unit := program{t, h, h.Token(t, "donvi01")}
	bloc := program{t, h, h.Token(t, "vanthu")}
	at := "/api/v1/periods/" + period + "/returns/"
	for _, c := range []struct {
		by           program
		unit, body   string
		status       int
		holds, lacks string
	}{
		{unit, "tccs-01", `{"figures":{}}`, 422, `"field":"figures.item_1"`, ""},
		{unit, "tccs-01", `{"figures":{"item_1":null}}`, 422, `"field":"figures.item_1"`, ""},
		{unit, "tccs-01", `{"figures":{"item_1":1.5}}`, 400, "malformed", ""},
		{unit, "tccs-01", `{"figures":{"item_1":"many"}}`, 400, "malformed", ""},
		{unit, "tccs-01", `{"figures":[1]}`, 400, "malformed", ""},
		{unit, "tccs-01", `{"figures":{"item_1":-1,"item_2":100001,"other":1}}`, 422, `"field":"figures.other"`, ""},
		{unit, "tccs-02", `{"figures":{"item_1":1}}`, 404, "not_found", ""},
		{unit, "tccs-01", `{"figures":{"item_1":12, "item_2":0,"item_3": null, "item_\u0038":5}}`, 200, `"n":1`, "item"},
		{unit, "tccs-01", `{"figures":{"item_1":12,"item_2":0,"item_8":5}}`, 200, `"n":1`, ""},
		{unit, "tccs-01", `{"figures":{"item_1":13}}`, 409, "conflict", ""},
		{unit, "tccs-01", `{"figures":{"item_1":13},"seen":1}`, 422, `"field":"reason"`, ""},
		{unit, "tccs-01", `{"figures":{"item_1":13,"item_2":0},"seen":1,"reason":"đếm sót"}`, 200, `"n":2`, ""},
		{bloc, "tccs-02", `{"figures":{"item_1":100000},"seen":0}`, 200, `"n":1`, ""},
		{bloc, "doan-khoi", `{"figures":{"item_1":1}}`, 409, "conflict", ""},
	} {
		a := c.by.ask("POST", at+c.unit, c.body, "Accept-Language: en")
		if a.status != c.status || !strings.Contains(a.body, c.holds) || c.lacks != "" && strings.Contains(a.body, c.lacks) {
			t.Errorf("%s: got %d %s, want %d with %s", c.body, a.status, a.body, c.status, c.holds)
		}
	}
	var back struct {
		N       int64
		Stands  bool
		Figures map[string]int64
	}
	unit.get(strings.TrimPrefix(at, "/api/v1")+"tccs-01").read(t, &back)
	if _, empty := back.Figures["item_2"]; back.N != 2 || !back.Stands || len(back.Figures) != 2 || !empty {
		t.Errorf("got %+v", back)
	}
	a := bloc.get("/periods/" + period + "/figures/doan-khoi?lanes=item_1,item_2&limit=2")
	if !strings.Contains(a.body, `{"item_1":13,"item_2":0}`) || !strings.Contains(a.body, `{"item_1":100000}`) || !strings.Contains(a.body, `"next"`) {
		t.Errorf("got %s", a.body)
	}
	if a := bloc.get("/periods/" + period + "/figures/doan-khoi?lanes=nothing"); a.status != 422 {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a := bloc.get("/periods/" + period + "/lacking/doan-khoi"); !strings.Contains(a.body, "tccs-03") || strings.Contains(a.body, "tccs-02") {
		t.Errorf("got %s", a.body)
	}
	if a := bloc.ask("POST", at+"tccs-02/withdrawal", `{"seen":1,"reason":"nhầm kỳ"}`); a.status != 200 || !strings.Contains(a.body, `"stands":false`) {
		t.Errorf("got %d %s", a.status, a.body)
	}
	if a := bloc.get("/periods/" + period + "/lacking/doan-khoi"); !strings.Contains(a.body, "tccs-02") {
		t.Errorf("got %s", a.body)
	}
	if a := unit.get("/forms/" + form + "/periods"); !strings.Contains(a.body, period) {
		t.Errorf("got %s", a.body)
	}
	if n, details, err := h.Prove(t.Context()); err != nil || n != 0 {
		t.Errorf("the proof finds %d mismatches, %v\n%s", n, err, strings.Join(details, "\n"))
	}
}

// BenchmarkReturns returns 50 figures over HTTP, each return acknowledged, for 300
// units by a clerk above them, and beside it asks the same server for /healthz as
// often: "x-health" says how many times as long a return takes.
func BenchmarkReturns(b *testing.B) {
	const units, items, senders = 300, 50, 64
	h := app.NewTestHouse(b)
	if err := h.Found(units); err != nil {
		b.Fatal(err)
	}
	_, period := h.Ask(b, items)
	token := h.Token(b, "vanthu")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	run := func(n int, send func(sender, i int) error) time.Duration {
		var left atomic.Int64
		left.Store(int64(n))
		var all sync.WaitGroup
		began := time.Now()
		for s := range senders {
			all.Go(func() {
				for i := 0; left.Add(-1) >= 0; i++ {
					if err := send(s, i); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		all.Wait()
		return time.Since(began)
	}
	send := func(r *http.Request) ([]byte, error) {
		a, err := client.Do(r)
		if err != nil {
			return nil, err
		}
		defer a.Body.Close()
		body, err := io.ReadAll(a.Body)
		if err == nil && a.StatusCode != http.StatusOK {
			err = fmt.Errorf("status %d: %s", a.StatusCode, body)
		}
		return body, err
	}
	seen := make([]int64, units)
	one := func(sender, i int) error {
		unit := sender + i%(units/senders)*senders // each sender has units of its own
		figures := map[string]int64{}
		for n := range items {
			figures[fmt.Sprint("item_", n+1)] = rand.Int64N(2000)
		}
		body, err := json.Marshal(struct {
			Seen    int64            `json:"seen"`
			Figures map[string]int64 `json:"figures"`
			Reason  string           `json:"reason"`
		}{seen[unit], figures, "đếm lại"})
		if err != nil {
			return err
		}
		r, err := http.NewRequest(http.MethodPost, fmt.Sprintf("%s/api/v1/periods/%s/returns/tccs-%02d", h.URL, period, unit+1), bytes.NewReader(body))
		if err != nil {
			return err
		}
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		answer, err := send(r)
		if err != nil {
			return err
		}
		var got struct{ N int64 }
		err = json.Unmarshal(answer, &got)
		seen[unit] = got.N
		return err
	}
	least := run(2000, func(int, int) error {
		r, err := http.NewRequest(http.MethodGet, h.URL+"/healthz", nil)
		if err != nil {
			return err
		}
		_, err = send(r)
		return err
	}) / 2000
	b.ResetTimer()
	took := run(b.N, one)
	b.StopTimer()
	b.ReportMetric(float64(b.N)/took.Seconds(), "returns/s")
	b.ReportMetric(float64(took)/float64(b.N)/float64(least), "x-health")
	if each := took / time.Duration(b.N); b.N > 2000 && each > 60*least {
		b.Errorf("a return takes %v, over 60 times the %v of /healthz", each, least)
	}
}
