package live

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
)

const (
	pace    = 500 * time.Millisecond // least time between two states of a topic
	beat    = 15 * time.Second       // between two signs of life
	recheck = 30 * time.Second       // see Hub.ask
	waiting = 32                     // frames that wait for a slow reader before it is dropped
	portion = waiting / 2            // events handed on at once
	breath  = 5 * time.Millisecond   // between two portions, in which readers take what waits
	most    = 20_000                 // listeners
	mostOne = most / 8               // of one login, so that none shuts the others out
	behind  = 500                    // events after which a page is better loaded anew
	patient = 10 * time.Second       // for a write
)

// A Painter returns the state of a topic, to be sent as JSON. It is asked with the
// rights of nobody: what it returns is for all who may listen to the topic.
type Painter func(ctx context.Context, tx *db.Tx, topic string) (any, error)

// A Hub hands on what is told of topics to the listeners of this process. Its work
// begins with the first listener.
type Hub struct {
	db       *db.DB
	log      *slog.Logger
	painters map[string]Painter // by what topics begin with

	mu      sync.Mutex
	rooms   map[string]*room
	ears    map[*ear]bool
	logins  map[string]int // listeners by login
	ofOne   int            // most of one login
	begun   bool
	stopped bool
	kick    chan struct{}
	done    context.Context // of the work
	stop    context.CancelFunc
	over    sync.WaitGroup
	ask     time.Duration // between two looks whether a listener may still listen
	slow    int64         // listeners dropped because they did not read
}

// A room is a topic with listeners.
type room struct {
	ears    map[*ear]int // to the place of the topic among the listener's
	last    int64        // what was told up to here is handed on
	told    bool         // there may be more
	moved   bool         // the state is to be painted
	again   bool         // and once more, for what a fold adds after the commit
	painted time.Time
	state   []byte // frame of the newest state
}

// A frame is what is sent at once: events of a topic, however many came together, or
// a text that is none.
type frame struct {
	topic  int
	events []told
	text   []byte
}

// A told is an event as it is sent.
type told struct {
	id   int64
	text []byte
}

// An ear is a listener. Only the hub, under its lock, sends and closes.
type ear struct {
	c     chan frame
	login string // "" of nobody
}

// NewHub returns a hub without listeners.
func NewHub(d *db.DB, log *slog.Logger) *Hub {
	h := &Hub{db: d, log: log, painters: map[string]Painter{}, rooms: map[string]*room{}, ears: map[*ear]bool{}, logins: map[string]int{}, ofOne: mostOne, kick: make(chan struct{}, 1), ask: recheck}
	h.done, h.stop = context.WithCancel(context.Background())
	return h
}

// Paint makes p the painter of the topics that begin with a prefix and hold no slash
// after it. It is called before the first listener comes.
func (h *Hub) Paint(prefix string, p Painter) { h.painters[prefix] = p }

// Stats are how many listen, and how many were dropped for not reading.
type Stats struct{ Listeners, Dropped int64 }

// Stats returns the hub's figures.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	return Stats{int64(len(h.ears)), h.slow}
}

// Close sends every listener away, and waits until the hub's own work is over.
func (h *Hub) Close() {
	h.mu.Lock()
	h.stopped = true
	for e := range h.ears {
		h.leave(e)
	}
	h.mu.Unlock()
	h.stop()
	h.over.Wait()
}

// begin begins the hub's work.
func (h *Hub) begin() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped {
		return fault.New(fault.Unavailable, "error.internal")
	}
	if h.begun {
		return nil
	}
	wake, err := h.db.Listen(h.done, channel)
	if err != nil {
		return err
	}
	h.begun = true
	h.over.Go(func() { h.work(wake) })
	return nil
}

// join makes a login a listener of topics. Where a topic has had no listener, heads
// say what was told of it last, as read before.
func (h *Hub) join(login string, topics []string, heads map[string]int64) (*ear, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped || len(h.ears) >= most {
		return nil, fault.New(fault.Unavailable, "error.internal")
	}
	if login != "" && h.logins[login] >= h.ofOne {
		return nil, fault.New(fault.Limited, "error.busy")
	}
	e := &ear{c: make(chan frame, waiting), login: login}
	h.ears[e] = true
	h.logins[login]++
	for i, t := range topics {
		r := h.rooms[t]
		if r == nil {
			r = &room{ears: map[*ear]int{}, last: heads[t], told: true, moved: true}
			h.rooms[t] = r
			h.wakeUp()
		}
		r.ears[e] = i
		if r.state != nil {
			e.push(frame{topic: i, text: r.state})
		}
	}
	return e, nil
}

func (h *Hub) wakeUp() {
	select {
	case h.kick <- struct{}{}:
	default:
	}
}

// part is leave, for the listener itself.
func (h *Hub) part(e *ear) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.leave(e)
}

func (h *Hub) leave(e *ear) {
	if !h.ears[e] {
		return
	}
	delete(h.ears, e)
	if h.logins[e.login]--; h.logins[e.login] == 0 {
		delete(h.logins, e.login)
	}
	close(e.c)
	for t, r := range h.rooms {
		if delete(r.ears, e); len(r.ears) == 0 {
			delete(h.rooms, t)
		}
	}
}

// push is false if the listener does not keep up.
func (e *ear) push(f frame) bool {
	select {
	case e.c <- f:
		return true
	default:
		return false
	}
}

// send hands a frame to all in a room; whoever does not read is sent away, and goes
// on by connecting again.
func (h *Hub) send(r *room, f frame) {
	for e, i := range r.ears {
		f.topic = i
		h.hand(e, f)
	}
}

func (h *Hub) hand(e *ear, f frame) {
	if !e.push(f) && h.ears[e] {
		h.slow++
		h.leave(e)
	}
}

// work hands on what is told until the hub is closed.
func (h *Hub) work(wake <-chan string) {
	beats := time.NewTicker(beat)
	defer beats.Stop()
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-h.done.Done():
			return
		case s, ok := <-wake:
			if !ok {
				return // the database is closed
			}
			h.heard(s, len(wake) >= cap(wake)-1)
			if len(wake) > 0 {
				continue // first all that has come
			}
		case <-h.kick:
		case <-next.C:
		case <-beats.C:
			h.sweep()
		}
		next.Reset(h.round())
	}
}

// heard notes what a wake-up is about. After one that is empty, or where so many have
// come that some were dropped, it may be about anything.
func (h *Hub) heard(s string, dropped bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s == "" || dropped {
		for _, r := range h.rooms {
			r.told, r.moved = true, true
		}
		return
	}
	kind, topic, _ := strings.Cut(s, " ")
	r := h.rooms[topic]
	if r == nil {
		return
	}
	if r.moved = true; kind == "t" {
		r.told = true
	}
}

// sweep sends a sign of life with the time, and looks for what a node has told that
// died before it could say so.
func (h *Hub) sweep() {
	life := Time(h.db.Now())
	h.mu.Lock()
	var topics []string
	for e := range h.ears {
		h.hand(e, frame{text: life})
	}
	for t, r := range h.rooms {
		topics = append(topics, t)
		r.moved = true // some states move with the clock
	}
	h.mu.Unlock()
	var heads map[string]int64
	if err := h.db.Read(h.done, func(ctx context.Context, tx *db.Tx) (err error) {
		heads, err = lasts(ctx, tx, topics)
		return err
	}); err != nil {
		h.failed(err)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for t, last := range heads {
		if r := h.rooms[t]; r != nil && last > r.last {
			r.told = true
		}
	}
}

func (h *Hub) failed(err error) {
	if h.done.Err() == nil {
		h.log.Error("live", "err", err)
	}
}

// Time is the frame of a sign of life: it says what time it is here, in Unix
// milliseconds.
func Time(now time.Time) []byte {
	return fmt.Appendf(nil, ":\nevent: time\ndata: %d\n\n", now.UnixMilli())
}

// round hands on what was told and the states that have moved and are due. It returns
// when there is more to do. However long painting takes, most of the time is left
// for others.
func (h *Hub) round() time.Duration {
	told, due := h.due()
	began, soon := time.Now(), false
	for t, after := range told {
		more, err := h.tell(t, after)
		if err != nil {
			h.failed(err)
			h.heard("t "+t, false)
			return time.Second
		}
		soon = soon || more
	}
	for _, t := range due {
		if err := h.paint(t); err != nil {
			h.failed(err)
			h.heard("m "+t, false)
			return time.Second
		}
	}
	if soon {
		return breath
	}
	return max(pace, 4*time.Since(began))
}

// due returns what is to be done now, and notes that it is being done.
func (h *Hub) due() (told map[string]int64, due []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	told = map[string]int64{}
	for t, r := range h.rooms {
		if r.told {
			r.told, told[t] = false, r.last
		}
		if (r.moved || r.again) && time.Since(r.painted) >= pace {
			r.again, r.moved, r.painted = r.moved, false, time.Now()
			due = append(due, t)
		}
	}
	return told, due
}

// tell hands on some of what was told of a topic after an event, and reports whether
// there is more: all of it at once would fill the ears of those who read it well.
func (h *Hub) tell(topic string, after int64) (more bool, err error) {
	var all []event
	if err := h.db.Read(h.done, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = since(ctx, tx, topic, after, portion)
		return err
	}); err != nil {
		return false, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[topic]
	if r == nil || r.last != after {
		return false, nil // others listen now
	}
	if len(all) == 0 {
		return false, nil
	}
	events := make([]told, len(all))
	for i, e := range all {
		events[i] = told{e.id, e.frame()}
	}
	r.last = all[len(all)-1].id
	h.send(r, frame{events: events})
	more = len(all) == portion
	r.told = r.told || more
	return more, nil
}

func (e event) frame() []byte { return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", e.kind, e.body) }

// paint sends the state of a topic, if it is another than before.
func (h *Hub) paint(topic string) error {
	i := strings.LastIndexByte(topic, '/') + 1
	p := h.painters[topic[:i]]
	if p == nil {
		return nil
	}
	var state any
	err := h.db.Read(h.done, func(ctx context.Context, tx *db.Tx) (err error) {
		state, err = p(ctx, tx, topic[i:])
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := json.Marshal(state)
	if err != nil {
		return err
	}
	text := fmt.Appendf(nil, "event: state\ndata: %s\n\n", b)
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[topic]; r != nil && string(r.state) != string(text) {
		r.state = text
		h.send(r, frame{text: text})
	}
	return nil
}
