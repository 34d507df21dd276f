package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"nhipcau/internal/setup/lab"
)

// reports takes the pages of the periodic report as a person of the root reads them, how
// heavy they are, and the files made of it.
func (b *bench) reports(ctx context.Context) error {
	c, err := b.signed("clerk")
	if err != nil {
		return err
	}
	if c == nil {
		return b.skip("the root has no clerk to sign in as", &Measure{Name: "report page of any unit"})
	}
	defer c.Close()
	units, err := b.books.units(ctx, b.made.Tree)
	if err != nil {
		return err
	}
	any := func(r *rand.Rand) string { return units[r.IntN(len(units))] }
	for _, page := range []struct {
		name string
		goal float64
		path func(period, unit string) string
		unit func(*rand.Rand) string
	}{
		{"report page of any unit", 50, reportPath, any},
		{"table page of any unit", 50, pagePath, any},
		{"return page of a leaf", 50, returnPagePath, func(r *rand.Rand) string { return b.leaf(units, r) }},
		{"who has not of any unit, page for people", 50, lackPagePath, any},
		{"report page of the root", 50, reportPath, func(*rand.Rand) string { return b.made.Root }},
		{"who has not of the nation, page for people", 0, lackPagePath, func(*rand.Rand) string { return b.made.Root }},
	} {
		if err := b.weigh(c, page.name, func(unit string) string { return page.path(b.open(), unit) }, page.unit); err != nil {
			return err
		}
		b.readsAs(ctx, c, page.name, page.goal, 0, func(r *rand.Rand) string { return page.path(b.open(), page.unit(r)) })
	}
	if err := b.provinces(c); err != nil {
		return err
	}
	return b.levels(c, b.open())
}

// leaf is a unit that has returned, which the form asks.
func (b *bench) leaf(units []string, r *rand.Rand) string {
	if b.desked != nil && len(b.desked.units) > 0 {
		return b.desked.units[r.IntN(len(b.desked.units))].key
	}
	return units[len(units)-1]
}

// weigh takes the size of a page, as it is before it is compressed, of some units.
func (b *bench) weigh(c *lab.Client, name string, path func(unit string) string, unit func(*rand.Rand) string) error {
	m := &Measure{Name: name + ", heaviest of 20", Unit: "kB", Goal: 150}
	r, most := rand.New(rand.NewPCG(5, 6)), 0
	for i := range 20 {
		key := unit(r)
		if i == 0 && name != "return page of a leaf" {
			key = b.made.Root
		}
		a, err := c.Get(path(key))
		if err != nil {
			return err
		}
		if a.Status != 200 {
			b.wrong("%s: %s answers %d", name, path(key), a.Status)
			return nil
		}
		most = max(most, len(a.Body))
	}
	m.Rounds = []float64{float64(most) / 1000}
	b.add(m)
	return nil
}

// provinces takes the consolidated report of each province as a paper.
func (b *bench) provinces(c *lab.Client) error {
	m := &Measure{Name: "report of a province as .docx, in the server", Unit: "s", Goal: 1}
	for range b.rounds {
		for _, key := range b.made.Provinces {
			a, err := c.Get(paperPath(b.open(), key))
			if err != nil {
				return err
			}
			if a.Status != 200 || len(a.Body) < 2000 || string(a.Body[:2]) != "PK" {
				b.wrong("the paper of %s: %d, %d bytes", key, a.Status, len(a.Body))
				return nil
			}
			m.Rounds, m.Note = append(m.Rounds, a.Server.Seconds()), fmt.Sprintf("%d kB", len(a.Body)/1000)
		}
	}
	b.add(m)
	return nil
}

// levels takes the figures of a period as a table of each level that fits one.
func (b *bench) levels(c *lab.Client, period string) error {
	for down := 1; ; down++ {
		m := &Measure{Name: fmt.Sprintf("figures of the units %d levels down as .xlsx, in the server", down), Unit: "s"}
		for range b.rounds {
			a, err := c.Get(bookPath(period, b.made.Root, down))
			if err != nil {
				return err
			}
			switch {
			case a.Status == 404 || a.Status == 409: // no units so deep, or too many
				return nil
			case a.Status != 200 || string(a.Body[:2]) != "PK":
				b.wrong("the table of level %d: %d %.300s", down, a.Status, a.Body)
				return nil
			}
			m.Rounds, m.Note = append(m.Rounds, a.Server.Seconds()), fmt.Sprintf("%d kB; a goal of 2 s is set for 3,321 units of 50 figures", len(a.Body)/1000)
		}
		b.add(m)
	}
}

// communes opens a period on the tree of after the reform, lets a unit under every
// commune return all figures, and takes the table of the communes: 3,321 of them in a
// nation.
func (b *bench) communes(ctx context.Context) error {
	m := &Measure{Name: "figures of all communes after the reform as .xlsx, in the server", Unit: "s", Goal: 2}
	c, err := b.signed("clerk")
	if err != nil || c == nil {
		return b.skip("the root has no clerk to sign in as", m)
	}
	defer c.Close()
	a, err := c.Do("POST", periodsPath(b.made.Form), formMedia, []byte(newPeriod))
	if err != nil || a.Status != 303 {
		return b.skip(fmt.Sprintf("the period is not opened: %d %v %.200s", a.Status, err, a.Body), m)
	}
	period := strings.Split(a.Where, "/")[2]
	leaves, err := b.books.leaves(ctx, b.made.Tree, 2)
	if err != nil {
		return err
	}
	items, err := b.books.items(ctx, b.made.Form)
	if err != nil {
		return err
	}
	api := b.client()
	defer api.Close()
	sent := 0
	for i, unit := range leaves {
		a, err := api.JSON("POST", returnPath(period, unit), returnBody(nil, items, 0, int64(i), 1))
		if err != nil {
			return err
		}
		if a.Status < 300 {
			sent++
		}
	}
	for range max(3, b.rounds) {
		a, err := c.Get(bookPath(period, b.made.Root, 2))
		if err != nil {
			return err
		}
		if a.Status != 200 {
			b.wrong("the table of the communes: %d %.300s", a.Status, a.Body)
			return nil
		}
		m.Rounds, m.Note = append(m.Rounds, a.Server.Seconds()), fmt.Sprintf("%d units with %d figures each, %d kB", sent, len(items), len(a.Body)/1000)
	}
	b.add(m)
	return nil
}
