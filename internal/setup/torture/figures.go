package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/setup/lab"
)

// A generated house has a form with an open period, and a conference with sites:
// the load of figures writes returns and check-ins.
type generated struct {
	Root       string   `json:"root"`
	Periods    []string `json:"periods"`
	Form       string   `json:"form"`
	Conference string   `json:"conference"`
	Token      string   `json:"token"`
}

const clerk = "clerk of the root"

// figureKinds are the writes of that load.
func (g generated) figureKinds() []*kind {
	return []*kind{
		{name: "returns", login: clerk, workers: 12, begin: g.beginReturn, send: g.sendReturn, kept: g.keptReturn},
		{name: "checkins", login: clerk, workers: 4, begin: g.beginCheckin, send: g.sendCheckin, kept: g.keptCheckin, whole: g.wholeCheckin},
	}
}

func (t *torture) killFigures(ctx context.Context) (string, error) {
	return t.killGenerated(ctx, filepath.Join(t.dir, "figures"), "")
}

func (t *torture) killFiguresPostgres(ctx context.Context) (string, error) {
	pg, err := t.postgres(ctx)
	if err != nil {
		return "", err
	}
	defer pg.Stop()
	return t.killGenerated(ctx, filepath.Join(t.dir, "figures-pg"), pg.URL)
}

func (t *torture) killGenerated(ctx context.Context, dir, database string) (string, error) {
	h := &house{Program: lab.Program{Path: t.program, Data: dir, Database: database}, tokens: map[string]string{}}
	out, err := h.Run(ctx, "generate", "--scale", "small", "--json")
	if err != nil && strings.Contains(err.Error(), "unexpected argument generate") {
		return "", errUnchecked{"the program has no command that generates a house with figures"}
	}
	if err != nil {
		return "", err
	}
	var g generated
	if err := json.Unmarshal(out, &g); err != nil {
		return "", err
	}
	h.tokens[clerk], h.kinds = g.Token, g.figureKinds()
	if h.server, err = h.Serve(ctx, "serve", ""); err != nil {
		return "", err
	}
	defer h.close()
	return t.killRounds(ctx, h)
}

// open is the period that is open.
func (g generated) open() string { return g.Periods[len(g.Periods)-1] }

// beginReturn takes a unit of the worker's own that has returned figures, and what
// the form asks.
func (g generated) beginReturn(w *worker) error {
	var units struct{ Items []struct{ Key string } }
	if _, err := ask(w.c, "GET", "/units?limit=100&under="+g.Root, nil, &units); err != nil {
		return err
	}
	for i, n := w.number, 0; i < len(units.Items); i++ {
		var got struct {
			N       int64
			Figures map[string]int64
		}
		if _, err := ask(w.c, "GET", g.returnPath(units.Items[i].Key), nil, &got); err != nil {
			return err
		}
		if got.N > 0 && i%12 == w.number {
			w.unit, w.seen, w.figures = units.Items[i].Key, got.N, got.Figures
			return nil
		}
		n++
	}
	return fmt.Errorf("no unit has returned figures for worker %d", w.number)
}

func (g generated) returnPath(unit string) string {
	return "/periods/" + g.open() + "/returns/" + unit
}

type figures struct {
	Seen    int64            `json:"seen"`
	Figures map[string]int64 `json:"figures"`
	Reason  string           `json:"reason"`
}

// sendReturn corrects every figure of the unit.
func (g generated) sendReturn(w *worker, n int) (promise, error) {
	for key := range w.figures {
		w.figures[key] = w.figures[key] ^ 1
	}
	_, err := w.once(g.returnPath(w.unit), fmt.Sprintf("%s-%d", w.name, n), figures{w.seen, w.figures, "Rà soát"}, nil)
	if err != nil {
		return promise{}, err
	}
	w.seen++
	return promise{w.unit, strconv.FormatInt(w.seen, 10)}, nil
}

func (g generated) keptReturn(c *lab.Client, p promise) error {
	var got struct{ N int64 }
	_, err := ask(c, "GET", g.returnPath(p.id), nil, &got)
	if want, bad := strconv.ParseInt(p.want, 10, 64); err == nil && (bad != nil || got.N < want) {
		err = fmt.Errorf("the newest is number %d, acknowledged was %s", got.N, p.want)
	}
	return err
}

// beginCheckin takes the people of a site of the worker's own.
func (g generated) beginCheckin(w *worker) error {
	var sites struct{ Items []struct{ N int64 } }
	if _, err := ask(w.c, "GET", "/conferences/"+g.Conference+"/sites?limit=50", nil, &sites); err != nil {
		return err
	}
	if len(sites.Items) <= w.number {
		return fmt.Errorf("there is no site for worker %d", w.number)
	}
	w.unit = fmt.Sprintf("/conferences/%s/sites/%d", g.Conference, sites.Items[w.number].N)
	var people struct{ Items []struct{ Member string } }
	if _, err := ask(w.c, "GET", w.unit+"/people?limit=500", nil, &people); err != nil {
		return err
	}
	for _, p := range people.Items {
		w.people = append(w.people, p.Member)
	}
	return nil
}

type checkin struct {
	ID     string `json:"id"`
	Device string `json:"device"`
	Seq    int64  `json:"seq"`
	At     int64  `json:"at"`
	Offset int64  `json:"offset"`
	Member string `json:"member"`
	State  string `json:"state"`
	Source string `json:"source"`
}

type checkins struct {
	Facts []checkin `json:"facts"`
}

type checkedIn struct {
	Answers []struct{ ID, Result string }
}

const together = 20 // people of one batch

// sendCheckin checks people in, again and again: each batch has new facts.
func (g generated) sendCheckin(w *worker, n int) (promise, error) {
	now := time.Now().UnixMilli()
	var in checkins
	for i := range together {
		in.Facts = append(in.Facts, checkin{
			ID:     fmt.Sprintf("%08x-%04x-7%03x-8%03x-%012x", uint32(now>>16), uint16(now), i, n&0xfff, rand.Uint64()&0xffffffffffff),
			Device: w.name, Seq: int64(n*together + i), At: now, Member: w.people[(n*together+i)%len(w.people)], State: "present", Source: "qr",
		})
	}
	body, err := json.Marshal(in)
	if err != nil {
		return promise{}, err
	}
	w.sent = append(w.sent, promise{w.unit + "/checkins", string(body)})
	_, err = w.once(w.unit+"/checkins", fmt.Sprintf("%s-%d", w.name, n), in, nil)
	return promise{w.unit + "/checkins", string(body)}, err
}

// keptCheckin sends the batch again: every fact has to be known already.
func (g generated) keptCheckin(c *lab.Client, p promise) error {
	known, of, err := g.known(c, p)
	if err == nil && known != of {
		err = fmt.Errorf("of %d facts %d are known", of, known)
	}
	return err
}

// wholeCheckin looks at the last batch, acknowledged or not: all of it is known or
// nothing.
func (g generated) wholeCheckin(c *lab.Client, w *worker) error {
	if len(w.sent) == 0 {
		return nil
	}
	known, of, err := g.known(c, w.sent[len(w.sent)-1])
	if err == nil && known != 0 && known != of {
		err = fmt.Errorf("a batch of %d facts is half there: %d", of, known)
	}
	return err
}

func (g generated) known(c *lab.Client, p promise) (known, of int, err error) {
	var said checkedIn
	if _, err := ask(c, "POST", p.id, json.RawMessage(p.want), &said); err != nil {
		return 0, 0, err
	}
	for _, a := range said.Answers {
		if a.Result == "duplicate" {
			known++
		}
	}
	return known, len(said.Answers), nil
}
