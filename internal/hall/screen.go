package hall

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/live"
	"nhipcau/internal/presence"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// A Screen is what the screen of a hall shows, for all who see the conference: no
// names but those of the programme. Figures are written as people read them.
type Screen struct {
	Topic    *Shown  `json:"topic"` // on now
	Next     *Shown  `json:"next"`
	Sites    string  `json:"sites"`
	Joined   string  `json:"joined"`
	People   string  `json:"people"`
	In       string  `json:"in"`
	Said     *Said   `json:"said"`
	Question *Shown  `json:"question"`
	Hand     *Shown  `json:"hand"`
	Waiting  string  `json:"waiting"` // raised hands, "" for none
	Bar      Percent `json:"bar"`
}

// Shown is a line of the screen with a quieter one under it.
type Shown struct {
	Text string `json:"text"`
	By   string `json:"by"`
}

// Said is the latest announcement to all.
type Said struct {
	N    int64  `json:"n"`
	Text string `json:"text"`
	At   string `json:"at"` // "15:04"
}

// Percent is how full the bar under the people checked in is, 0 to 100.
type Percent int64

// few is how many people's roll is counted; of a longer one the sheet says how many
// have checked in.
const few = 3_000

// screenOf paints the screen of a conference, whoever asks.
func screenOf(ctx context.Context, tx *db.Tx, id string) (Screen, error) {
	var s Screen
	topics, err := topicsOf(ctx, tx, id)
	if err != nil {
		return s, err
	}
	day, err := dayOf(ctx, tx, id)
	if err != nil {
		return s, err
	}
	s.program(topics, day, tx.Now)
	if err := s.count(ctx, tx, id); err != nil {
		return s, err
	}
	said, err := announcementsOf(ctx, tx, id, nil, 1)
	if err != nil {
		return s, err
	}
	if len(said) > 0 {
		s.Said = &Said{said[0].N, said[0].Text, hour(said[0].At)}
	}
	q, err := takenUp(ctx, tx, id)
	if err != nil {
		return s, err
	}
	if q.N > 0 {
		s.Question = &Shown{q.Text, q.SiteName}
	}
	hands, err := handsOf(ctx, tx, id, mostHands)
	raised := int64(0)
	for _, h := range hands {
		if h.State == "called" {
			s.Hand = &Shown{Text: h.Name}
		} else {
			raised++
		}
	}
	if raised > 0 {
		s.Waiting = vn.Int(raised)
	}
	return s, err
}

func hour(t time.Time) string { return t.In(vn.Zone).Format("15:04") }

// program says which topic is on and which comes next: the first after it that was
// not on yet. Where nobody has started any, it goes by the times of the programme.
func (s *Screen) program(topics []Topic, day vn.Day, now time.Time) {
	run := slices.ContainsFunc(topics, func(t Topic) bool { return !t.Started.IsZero() })
	on := slices.IndexFunc(topics, Topic.On)
	if !run {
		on = scheduled(topics, day, now)
	}
	if on >= 0 {
		s.Topic = topics[on].shown()
	}
	for i, t := range topics[on+1:] {
		if t.Started.IsZero() && (run || on >= 0 || i > last(topics, day, now)) {
			s.Next = t.shown()
			return
		}
	}
}

// scheduled is the topic that is on by the programme, -1 if none is.
func scheduled(topics []Topic, day vn.Day, now time.Time) int {
	i := last(topics, day, now)
	if i == len(topics) {
		return -1
	}
	if i >= 0 && topics[i].End != "" && hour(now) >= topics[i].End {
		return -1
	}
	return i
}

// last is the last topic that should have begun, -1 if none should.
func last(topics []Topic, day vn.Day, now time.Time) int {
	begun := -1
	for i, t := range topics {
		if t.Start != "" && (day.Before(vn.DayOf(now)) || day == vn.DayOf(now) && t.Start <= hour(now)) {
			begun = i
		}
	}
	if day.Before(vn.DayOf(now)) && begun >= 0 {
		return len(topics) // its day is over
	}
	return begun
}

func (t Topic) shown() *Shown {
	by := t.Speaker
	if t.SpeakerTitle != "" {
		by += " · " + t.SpeakerTitle
	}
	return &Shown{t.Title, strings.TrimPrefix(by, " · ")}
}

func (s *Screen) count(ctx context.Context, tx *db.Tx, id string) error {
	all, joined, err := sitesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	people, in, err := peopleOf(ctx, tx, id)
	if err != nil {
		return err
	}
	s.Sites, s.Joined, s.People, s.In = vn.Int(all), vn.Int(joined), vn.Int(people), vn.Int(in)
	if people > 0 {
		s.Bar = Percent(min(100, in*100/people))
	}
	return nil
}

// peopleOf returns how many people are on a roll, and how many of them are there.
func peopleOf(ctx context.Context, tx *db.Tx, id string) (people, in int64, err error) {
	many, err := presence.Many(ctx, tx, id, few)
	if err != nil {
		return 0, 0, err
	}
	if !many {
		counts, err := presence.Counts(ctx, tx, id)
		for _, c := range counts {
			if people += c.N; c.State.There() {
				in += c.N
			}
		}
		return people, in, err
	}
	o, err := attendance.Get(ctx, tx, id)
	if err != nil {
		return 0, 0, err
	}
	sheet, err := sheetOf(ctx, tx, id)
	if err != nil {
		return 0, 0, err
	}
	v, err := tally.Total(ctx, tx, sheet, o.Host)
	return o.People, v.Get(conference.Kind().Lane("checked_in")), err
}

// A Corner is what moves on the page of a site.
type Corner struct {
	People string `json:"site_people"`
	There  string `json:"site_there"`
	Hand   string `json:"hand_state"` // raised, called or ""
}

func cornerOf(ctx context.Context, tx *db.Tx, id string, n int64) (Corner, error) {
	counts, err := presence.CountsAt(ctx, tx, id, []int64{n})
	if err != nil {
		return Corner{}, err
	}
	var people, there int64
	for _, c := range counts {
		if people += c.N; c.State.There() {
			there += c.N
		}
	}
	h, err := handOf(ctx, tx, id, n)
	return Corner{vn.Int(people), vn.Int(there), h.State}, err
}

// Paint makes this package the painter of the states of conferences and sites.
func Paint(hub *live.Hub) {
	hub.Paint("conference/", func(ctx context.Context, tx *db.Tx, id string) (any, error) { return screenOf(ctx, tx, id) })
	hub.Paint("conference.site/", func(ctx context.Context, tx *db.Tx, named string) (any, error) {
		id, n, _ := strings.Cut(named, ":")
		at, err := strconv.ParseInt(n, 10, 64)
		if err != nil {
			return nil, fault.New(fault.NotFound, "error.not_found")
		}
		return cornerOf(ctx, tx, id, at)
	})
}
