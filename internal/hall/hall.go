// Package hall runs a conference while it sits: which topic is on, questions and
// proposals that its sites send in, raised hands, announcements, where its video room
// is, and the screen in the hall that shows it all as it happens.
//
// Questions are about the work that the conference is on. They are answered one by
// one; they are never rated, and nothing is counted of the people who ask.
package hall

import (
	"context"
	"net/url"
	"time"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/live"
	"nhipcau/internal/org"
	"nhipcau/internal/site"
	"nhipcau/internal/vn"
)

// A Hall is a conference as its hall sees it.
type Hall struct {
	conference.Conference

	tree, path string // of the host
}

// Find returns the hall of a conference that by may see.
func Find(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Hall, error) {
	c, err := conference.Get(ctx, tx, by, id)
	if err != nil {
		return Hall{}, err
	}
	if c.State == conference.Draft && c.Unit != by.Unit {
		return Hall{}, fault.New(fault.NotFound, "error.not_found")
	}
	h := Hall{Conference: c}
	h.tree, h.path, err = placeOf(ctx, tx, id)
	return h, err
}

// sitting refuses where the conference does not sit.
func (h Hall) sitting() error {
	if h.State != conference.Convened {
		return fault.New(fault.Conflict, "conference.error.not_convened")
	}
	return nil
}

// chaired finds a hall that sits and that by runs.
func chaired(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (Hall, error) {
	h, err := Find(ctx, tx, by, id)
	if err != nil {
		return h, err
	}
	if err := mayChair(by, h); err != nil {
		return h, err
	}
	return h, h.sitting()
}

// changed says to all who look on that something of a hall has changed.
func (h Hall) changed(ctx context.Context, tx *db.Tx, kind string, n int64) error {
	return live.Tell(ctx, tx, conference.LiveTopic(h.ID), kind, told{N: n})
}

// told is the body of an event: pages ask for the rest.
type told struct {
	N    int64  `json:"n"`
	Text string `json:"text,omitempty"`
}

// A Topic is a topic of the programme, with when it was on.
type Topic struct {
	Key          string
	Title        string
	Speaker      string
	SpeakerTitle string
	Start, End   string    // by the programme, "07:30"; "" if not said
	Started      time.Time // the last time, zero if it was not on
	Ended        time.Time // zero while it is on
}

// On reports whether t is on now.
func (t Topic) On() bool { return !t.Started.IsZero() && t.Ended.IsZero() }

// Begin notes that a topic is on; the one before it has ended.
func Begin(ctx context.Context, tx *db.Tx, by auth.Actor, id, topic string) error {
	return turn(ctx, tx, by, id, topic, func(t Topic) bool { return !t.On() }, "start")
}

// End notes that a topic is over.
func End(ctx context.Context, tx *db.Tx, by auth.Actor, id, topic string) error {
	return turn(ctx, tx, by, id, topic, Topic.On, "end")
}

func turn(ctx context.Context, tx *db.Tx, by auth.Actor, id, topic string, may func(Topic) bool, kind string) error {
	h, err := chaired(ctx, tx, by, id)
	if err != nil {
		return err
	}
	all, err := topicsOf(ctx, tx, id)
	if err != nil {
		return err
	}
	at := -1
	for i, t := range all {
		if t.Key == topic {
			at = i
		}
	}
	if at < 0 {
		return fault.New(fault.NotFound, "error.not_found")
	}
	if !may(all[at]) {
		return fault.New(fault.Conflict, "error.conflict")
	}
	for _, t := range all {
		if kind == "start" && t.On() {
			if err := insertTopicEvent(ctx, tx, by, id, t.Key, "end"); err != nil {
				return err
			}
		}
	}
	if err := insertTopicEvent(ctx, tx, by, id, topic, kind); err != nil {
		return err
	}
	if err := h.changed(ctx, tx, "topic", 0); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "hall.topic."+kind, id, all[at].Title)
}

// A Hand is a site that wants to speak.
type Hand struct {
	N      int64
	Site   int64
	Name   string // of the site
	State  string // raised, called, lowered
	Raised time.Time
	Called time.Time
}

// Raise notes that a site wants to speak; again it changes nothing.
func Raise(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
	h, s, err := at(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	if err := h.sitting(); err != nil {
		return err
	}
	open, err := handOf(ctx, tx, id, n)
	if err != nil || open.N > 0 {
		return err
	}
	if err := insertHand(ctx, tx, by, id, n); err != nil {
		return err
	}
	if err := h.changed(ctx, tx, "hand", n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "hall.hand.raise", id, s.Name)
}

// Lower takes the hand of a site down, called or not; again it changes nothing.
func Lower(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) error {
	h, s, err := at(ctx, tx, by, id, n)
	if err != nil {
		return err
	}
	open, err := handOf(ctx, tx, id, n)
	if err != nil || open.N == 0 {
		return err
	}
	if err := lowerHand(ctx, tx, id, open.N); err != nil {
		return err
	}
	if err := h.changed(ctx, tx, "hand", n); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "hall.hand.lower", id, s.Name)
}

// Call gives the word to the site whose hand has been up the longest; whoever had it
// has spoken. Of no hand nothing is left called.
func Call(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	h, err := chaired(ctx, tx, by, id)
	if err != nil {
		return err
	}
	hands, err := handsOf(ctx, tx, id, mostHands)
	if err != nil {
		return err
	}
	for _, x := range hands {
		if x.State == "called" {
			if err := lowerHand(ctx, tx, id, x.N); err != nil {
				return err
			}
		}
	}
	for _, x := range hands {
		if x.State == "raised" {
			if err := callHand(ctx, tx, by, id, x.N); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, by, "hall.hand.call", id, x.Name); err != nil {
				return err
			}
			break
		}
	}
	return h.changed(ctx, tx, "hand", 0)
}

// at finds a site that by keeps, with its hall.
func at(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (Hall, site.Site, error) {
	g, s, err := site.Get(ctx, tx, by, id, n)
	if err != nil {
		return Hall{}, s, err
	}
	if err := site.MayKeep(by, g, s); err != nil {
		return Hall{}, s, err
	}
	h, err := Find(ctx, tx, by, id)
	return h, s, err
}

// An Announcement is a text for all sites, or those of a unit.
type Announcement struct {
	N     int64
	Unit  string // name, "" for all sites
	Text  string
	Actor string
	At    time.Time
}

const maxAnnouncement = 500

// Announce makes a text known at once at all sites, or at those that a unit of the
// host and the units under it hold.
func Announce(ctx context.Context, tx *db.Tx, by auth.Actor, id, unit, text string) error {
	h, err := chaired(ctx, tx, by, id)
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	text = vn.CleanText(text)
	w.Text("text", text, maxAnnouncement, true)
	var u org.Unit
	if unit != "" {
		if u, err = org.Get(ctx, tx, by, unit); fault.Is(err, fault.NotFound) {
			w.Add("unit", "hall.error.unit")
			err = nil
		}
		if err != nil {
			return err
		}
	}
	if err := w.Err(); err != nil {
		return err
	}
	n, err := insertAnnouncement(ctx, tx, by, id, u.ID, text)
	if err != nil {
		return err
	}
	topic := conference.LiveTopic(id)
	if u.ID != 0 {
		topic = unitTopic(id, u.ID)
	}
	if err := live.Tell(ctx, tx, topic, "said", told{n, text}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "hall.announce", h.ID, text)
}

// A Room is where a conference, or one of its sites, meets by video.
type Room struct {
	Kind    string // see RoomKinds
	Address string
}

// RoomKinds are the kinds of video rooms: a service that somebody else runs. A hall of
// our own would be the second.
var RoomKinds = []string{"outside"}

const maxAddress = 1000

// SetRoom sets where a conference meets by video, or with n one of its sites; an empty
// address takes it away.
func SetRoom(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64, address string) error {
	h, err := Find(ctx, tx, by, id)
	if err == nil && n > 0 {
		_, _, err = at(ctx, tx, by, id, n)
	} else if err == nil {
		err = mayChair(by, h)
	}
	if err != nil {
		return err
	}
	w := fault.Wrong{}
	address = vn.Clean(address)
	u, bad := url.Parse(address)
	if address != "" && (bad != nil || u.Scheme != "https" || u.Host == "" || u.User != nil) {
		w.Add("address", "hall.error.address")
	}
	w.Text("address", address, maxAddress, false)
	if err := w.Err(); err != nil {
		return err
	}
	if err := setRoom(ctx, tx, by, id, n, Room{RoomKinds[0], address}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "hall.room", id, "")
}
