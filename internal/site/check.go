package site

import (
	"context"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// MaxLines is how many lines a checklist has at most.
const MaxLines = 10

// usual is how many lines a checklist has that nobody has written: what they say are
// messages.
const usual = 5

// A Line is what is looked at before a conference begins. Its number stays with it.
type Line struct {
	N    int64
	Text string // "" for a usual one
}

// A Tick says who has found a line in order, and when.
type Tick struct {
	Line int64
	Name string
	At   time.Time
}

// Lines returns the checklist of a conference.
func Lines(ctx context.Context, tx *db.Tx, id string) ([]Line, error) {
	all, err := readLines(ctx, tx, id)
	if err == nil && len(all) == 0 {
		for n := range int64(usual) {
			all = append(all, Line{N: n + 1})
		}
	}
	return all, err
}

// mask has a bit for each line.
func mask(lines []Line) (m int64) {
	for _, l := range lines {
		m |= l.bit()
	}
	return m
}

func (l Line) bit() int64 { return 1 << (l.N - 1) }

// SetLines writes the checklist of a conference, by number from 1; "" takes a line
// out. A line that somebody has ticked keeps its words.
func SetLines(ctx context.Context, tx *db.Tx, by auth.Actor, id string, texts []string) error {
	g, err := Find(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayArrange(by, g); err != nil {
		return err
	}
	if err := g.open(); err != nil {
		return err
	}
	w := fault.Wrong{}
	var lines []Line
	for i, t := range texts[:min(len(texts), MaxLines)] {
		if t = vn.Clean(t); t != "" {
			w.Text("lines", t, maxText, true)
			lines = append(lines, Line{int64(i + 1), t})
		}
	}
	if len(lines) == 0 || len(texts) > MaxLines {
		w.Add("lines", "site.error.lines", MaxLines)
	}
	if err := w.Err(); err != nil {
		return err
	}
	if err := tx.Lock(ctx, "site "+g.ID); err != nil {
		return err
	}
	if err := keepTicked(ctx, tx, g.ID, lines); err != nil {
		return err
	}
	if err := replaceLines(ctx, tx, g.ID, lines); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "site.lines", g.ID, g.Title)
}

// keepTicked refuses to change the words of a line that somebody has ticked. The usual
// lines may be written down as they are once; what they say is not kept.
func keepTicked(ctx context.Context, tx *db.Tx, id string, lines []Line) error {
	had, err := readLines(ctx, tx, id)
	if err != nil || len(had) == 0 {
		return err
	}
	ticked, err := tickedLines(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, h := range had {
		for _, l := range lines {
			if l.N == h.N && l.Text != h.Text && ticked[l.N] {
				w := fault.Wrong{}
				w.Add("lines", "site.error.ticked", h.Text)
				return w.Err()
			}
		}
	}
	return nil
}

// TickLines says which lines of the checklist are in order at a site: those named and
// no others. Who ticked a line before stays named.
func TickLines(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, version int64, lines []int64) error {
	g, s, err := Get(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := mayKeep(by, g, s); err != nil {
		return err
	}
	if s.State == Closed {
		return fault.New(fault.Conflict, "site.error.closed")
	}
	all, err := Lines(ctx, tx, id)
	if err != nil {
		return err
	}
	want := int64(0)
	for _, l := range lines {
		if l < 1 || l > MaxLines || mask(all)&(Line{N: l}).bit() == 0 {
			w := fault.Wrong{}
			w.Add("lines", "site.error.line")
			return w.Err()
		}
		want |= Line{N: l}.bit()
	}
	for _, l := range all {
		switch bit := l.bit(); {
		case want&bit != 0 && s.Checks&bit == 0:
			err = insertTick(ctx, tx, by, id, n, l.N)
		case want&bit == 0 && s.Checks&bit != 0:
			err = deleteTick(ctx, tx, id, n, l.N)
		}
		if err != nil {
			return err
		}
	}
	if err := setChecks(ctx, tx, id, n, version, s.Checks&^mask(all)|want); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "site.check", g.ID, s.Name)
}
