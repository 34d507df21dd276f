package live

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
)

// A position is where a listener stands in each of its topics. It is the id of an
// event as browsers know it, who give it back when they connect again.
type position []int64

// String writes p, "12.0.3".
func (p position) String() string {
	var b []byte
	for i, n := range p {
		if i > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(b)
}

// positionOf reads the position of n topics; false if s is none.
func positionOf(s string, n int) (position, bool) {
	parts := strings.Split(s, ".")
	if len(parts) != n {
		return nil, false
	}
	p := make(position, n)
	for i, part := range parts {
		at, err := strconv.ParseInt(part, 10, 64)
		if err != nil || at < 0 {
			return nil, false
		}
		p[i] = at
	}
	return p, true
}

// reload tells a page that it has missed more than is kept for it.
const reload = "event: reload\ndata: {}\n\n"

// Serve answers with the events of topics for as long as the reader stays: first those
// it has missed since it was here last, by the Last-Event-ID of its request or what
// its page has shown (the parameter "after", see [At]). allow is asked now and then
// whether it may still listen, and has allowed it before.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, topics []string, allow func(ctx context.Context) error) error {
	if err := h.begin(); err != nil {
		return err
	}
	heads, err := h.heads(r.Context(), topics)
	if err != nil {
		return err
	}
	e, err := h.join(auth.FromContext(r.Context()).Login, topics, heads)
	if err != nil {
		return err
	}
	defer h.part(e)
	l := &listener{hub: h, w: w, control: http.NewResponseController(w), topics: topics, at: make(position, len(topics))}
	for i, t := range topics {
		l.at[i] = heads[t]
	}
	missed, err := l.catchUp(r)
	if err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", "text/event-stream")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no") // a proxy is not to gather it
	_ = l.control.SetReadDeadline(time.Time{})
	w.WriteHeader(http.StatusOK)
	if l.write([]byte("retry: 2000\n"), Time(h.db.Now()), missed) == nil {
		l.listen(r.Context(), e, allow)
	}
	return nil // the answer has begun: what fails now is between the two connections
}

func (h *Hub) heads(ctx context.Context, topics []string) (heads map[string]int64, err error) {
	err = h.db.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		heads, err = lasts(ctx, tx, topics)
		return err
	})
	return heads, err
}

// A listener is the answer to one reader.
type listener struct {
	hub     *Hub
	w       http.ResponseWriter
	control *http.ResponseController
	topics  []string
	at      position
}

// catchUp returns what the reader has missed, and moves its position there.
func (l *listener) catchUp(r *http.Request) ([]byte, error) {
	id := r.Header.Get("Last-Event-ID")
	if id == "" {
		id = r.URL.Query().Get("after")
	}
	seen, ok := positionOf(id, len(l.topics))
	if !ok {
		return nil, nil // it has seen nothing, and begins now
	}
	var text []byte
	err := l.hub.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) error {
		text = nil
		at := append(position{}, seen...)
		for i, t := range l.topics {
			all, err := since(ctx, tx, t, seen[i], behind+1)
			if err != nil {
				return err
			}
			if len(all) > behind || seen[i] > l.at[i] || len(all) == 0 && seen[i] < l.at[i] || len(all) > 0 && all[0].id != seen[i]+1 {
				text = []byte("id: " + l.at.String() + "\n" + reload)
				return nil
			}
			for _, e := range all {
				at[i] = e.id
				text = append(append(text, "id: "+at.String()+"\n"...), e.frame()...)
			}
		}
		l.at = at
		return nil
	})
	return text, err
}

// write sends parts at once; it fails for a reader that takes nothing for long.
func (l *listener) write(parts ...[]byte) error {
	if err := l.control.SetWriteDeadline(time.Now().Add(patient)); err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := l.w.Write(p); err != nil {
			return err
		}
	}
	return l.control.Flush()
}

// listen sends frames until the reader goes, is dropped, or may no longer listen.
func (l *listener) listen(ctx context.Context, e *ear, allow func(ctx context.Context) error) {
	ask := time.NewTicker(l.hub.ask)
	defer ask.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ask.C:
			if allow(ctx) != nil {
				return // connecting again it is told why
			}
		case f, ok := <-e.c:
			if !ok || l.send(f) != nil {
				return
			}
		}
	}
}

func (l *listener) send(f frame) error {
	if f.events == nil {
		return l.write(f.text)
	}
	var text []byte
	for _, e := range f.events {
		if e.id <= l.at[f.topic] {
			continue // it was among what was missed
		}
		l.at[f.topic] = e.id
		text = append(append(text, "id: "+l.at.String()+"\n"...), e.text...)
	}
	if text == nil {
		return nil
	}
	return l.write(text)
}
