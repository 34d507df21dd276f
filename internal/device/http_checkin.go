package device

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/web"
)

// What devices ask, with their token and without a session. A browser that asks in
// the name of a page of another site is refused before it comes here, as everywhere.

const (
	maxBatch  = 1 << 20 // of a request, unpacked
	bearer    = "Bearer "
	maxBearer = 200
)

func (s *server) registerCheckin(site *web.Site) {
	site.Handle("POST /checkin/api/enrol", web.Anyone, s.said(s.enrol))
	site.Handle("GET /checkin/api/roster", web.Anyone, s.said(s.roster))
	site.Handle("POST /checkin/api/facts", web.Anyone, s.said(s.facts))
	site.Handle("GET /checkin/api/time", web.Anyone, s.said(s.time))
}

// said has an error answered in words that a device can show, in both languages, and
// by a key that it can tell apart.
func (s *server) said(h web.HandlerFunc) web.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		if err == nil {
			return nil
		}
		f := fault.Of(err)
		if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
			if errors.Is(err, context.Canceled) && r.Context().Err() != nil {
				return nil // the device has gone
			}
			s.site.Log.ErrorContext(r.Context(), "a device was not served", "path", r.URL.Path, "err", err)
		}
		if f.Kind == fault.Limited {
			w.Header().Set("Retry-After", strconv.Itoa(int(window/time.Second)))
		}
		text := f.Text
		for _, t := range f.Fields { // there is one at most
			text = t
		}
		type failed struct {
			Error     string `json:"error"`
			Message   string `json:"message"`
			MessageEn string `json:"message_en"`
			Revoked   bool   `json:"revoked,omitempty"`
		}
		c := s.site.Catalog
		return answer(w, r, web.Status(err), failed{text.Key, c.T(i18n.Vietnamese, text.Key, text.Args...), c.T(i18n.English, text.Key, text.Args...), text.Key == "device.error.revoked"})
	}
}

// answer writes v as JSON, packed for who takes it so.
func answer(w http.ResponseWriter, r *http.Request, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return send(w, r, status, b)
}

func send(w http.ResponseWriter, r *http.Request, status int, b []byte) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Encoding")
	if len(b) > 200 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		var z bytes.Buffer
		g := gzip.NewWriter(&z)
		if _, err := g.Write(b); err != nil {
			return err
		}
		if err := g.Close(); err != nil {
			return err
		}
		h.Set("Content-Encoding", "gzip")
		b = z.Bytes()
	}
	w.WriteHeader(status)
	if _, err := w.Write(b); err != nil && r.Context().Err() == nil {
		return err
	}
	return nil
}

// body reads the JSON of a request, packed or not, at most maxBatch of it.
func body(r *http.Request, v any) error {
	var from io.Reader = r.Body
	switch strings.ToLower(r.Header.Get("Content-Encoding")) {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "device.error.packed")
		}
		from = z
	default:
		return fault.New(fault.Invalid, "device.error.packed")
	}
	b, err := io.ReadAll(io.LimitReader(from, maxBatch+1))
	if _, large := errors.AsType[*http.MaxBytesError](err); large || len(b) > maxBatch {
		return fault.New(fault.TooLarge, "error.too_large")
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "device.error.packed")
	}
	if err := json.Unmarshal(b, v); err != nil {
		return fault.Wrap(fault.Invalid, err, "device.error.json")
	}
	return nil
}

func token(r *http.Request) (string, error) {
	t, ok := strings.CutPrefix(r.Header.Get("Authorization"), bearer)
	if !ok || t == "" || len(t) > maxBearer {
		return "", fault.New(fault.SignIn, "device.error.token")
	}
	return t, nil
}

func (s *server) enrol(w http.ResponseWriter, r *http.Request) error {
	var in struct{ Code, Name string }
	if err := body(r, &in); err != nil {
		return err
	}
	addr, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		addr = r.RemoteAddr // there is no port in it
	}
	e, err := Enrol(r.Context(), s.db, in.Code, in.Name, addr)
	if err != nil {
		return err
	}
	type enrolled struct {
		Device     string `json:"device"`
		Token      string `json:"token"`
		Conference string `json:"conference"`
		Site       int64  `json:"site"`
		PublicKey  []byte `json:"public_key"`
		Expires    int64  `json:"expires"`
	}
	return answer(w, r, http.StatusOK, enrolled{e.Device.ID, e.Token, e.Device.Conference, e.Device.Site, e.Key, e.Device.Expires.UnixMilli()})
}

func (s *server) roster(w http.ResponseWriter, r *http.Request) error {
	t, err := token(r)
	if err != nil {
		return err
	}
	has := strings.TrimPrefix(r.Header.Get("If-None-Match"), "W/")
	var read draft
	var d Device
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if d, err = ByToken(ctx, tx, t); err != nil {
			return err
		}
		read, err = begin(ctx, tx, d, has)
		return err
	}); err != nil {
		return err
	}
	if same := read.marks.etag == has; !same || read.now.Sub(d.Seen) > seldom {
		if err := s.db.Write(r.Context(), func(ctx context.Context, tx *db.Tx) error {
			if same {
				return see(ctx, tx, d.ID)
			}
			return give(ctx, tx, d.ID, read.marks)
		}); err != nil {
			return err
		}
	}
	w.Header().Set("ETag", read.marks.etag)
	if read.marks.etag == has {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	made, err := read.make()
	if err != nil {
		return err
	}
	w.Header().Set("X-Signature", base64.StdEncoding.EncodeToString(made.Signature))
	return send(w, r, http.StatusOK, made.Body)
}

func (s *server) facts(w http.ResponseWriter, r *http.Request) error {
	t, err := token(r)
	if err != nil {
		return err
	}
	var in Batch
	if err := body(r, &in); err != nil {
		return err
	}
	var d Device
	if err := s.db.Read(r.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = ByToken(ctx, tx, t)
		return err
	}); err != nil {
		return err
	}
	var done Synced
	if err := s.db.Write(db.InTurn(r.Context(), "/conferences/"+d.Conference), func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = Sync(ctx, tx, t, in)
		return err
	}); err != nil {
		return err
	}
	type synced struct {
		Now     int64   `json:"now"`
		Answers [][]any `json:"answers"`
		Roster  string  `json:"roster"`
		Closed  bool    `json:"closed"`
	}
	out := synced{s.db.Now().UnixMilli(), make([][]any, len(done.Answers)), done.ETag, done.Closed}
	for i, a := range done.Answers {
		out.Answers[i] = []any{a.ID, a.Result}
		if a.First != nil {
			out.Answers[i] = append(out.Answers[i], firstOf(*a.First))
		}
	}
	return answer(w, r, http.StatusOK, out)
}

type firstJSON struct {
	Site   int64  `json:"site"`
	Device string `json:"device"`
	At     int64  `json:"at"`
}

func firstOf(f attendance.First) firstJSON { return firstJSON{f.Site, f.Device, f.At.UnixMilli()} }

func (s *server) time(w http.ResponseWriter, r *http.Request) error {
	type now struct {
		Now int64 `json:"now"`
	}
	return answer(w, r, http.StatusOK, now{s.db.Now().UnixMilli()})
}
