package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/job"
)

// write does what f does, in one transaction with keeping the answer under the
// key the request may bear: sent again it is answered from there.
func write[O any](ctx context.Context, a *API, status int, f func(ctx context.Context, tx *db.Tx, q *asked) (O, error)) (*answer[O], error) {
	q := askedOf(ctx)
	key, err := q.key()
	if err != nil {
		return nil, err
	}
	var out *answer[O]
	err = a.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = &answer[O]{Status: status}
		if key != "" {
			had, ok, err := kept(ctx, tx, q.by.Login, key)
			if err != nil {
				return err
			}
			if ok {
				return out.replay(had, q)
			}
		}
		var err error
		if out.Body, err = f(ctx, tx, q); err != nil {
			return err
		}
		body, err := encode(out.Body)
		if err != nil || key == "" {
			return err
		}
		return keep(ctx, tx, q.by.Login, key, stored{q.sum(), string(body)})
	})
	if err != nil {
		return nil, err
	}
	if t, ok := any(out.Body).(Thing); ok {
		if status == http.StatusCreated {
			out.Location = Prefix + t.Href()
		}
		out.ETag, err = etag(out.Body)
	}
	return out, err
}

// stored is a request's sum and the answer it got.
type stored struct{ request, body string }

const maxKey = 200

// key returns the request's key, "" if it has none.
func (q *asked) key() (string, error) {
	key := q.r.Header.Get("Idempotency-Key")
	for _, r := range key {
		if r < ' ' || r > '~' || len(key) > maxKey {
			w := fault.Wrong{}
			w.Add("Idempotency-Key", "api.error.key", maxKey)
			return "", w.Err()
		}
	}
	return key, nil
}

// sum is what two requests with one key must have in common.
func (q *asked) sum() string {
	h := sha256.New()
	for _, s := range []string{q.r.Method, q.r.URL.RequestURI(), q.by.Tree, q.by.UnitKey, q.r.Header.Get("If-Match")} {
		h.Write([]byte(s + "\n"))
	}
	h.Write(q.body)
	return hex.EncodeToString(h.Sum(nil))
}

// replay makes out the answer that was given before.
func (out *answer[O]) replay(had stored, q *asked) error {
	if had.request != q.sum() {
		return refused{status: http.StatusUnprocessableEntity, kind: "key", text: fault.Text{Key: "api.error.key_reused"}}
	}
	out.Replayed = "true"
	return json.Unmarshal([]byte(had.body), &out.Body)
}

const forgetJob = "api.forget"

// keptDays is how long answers are kept for requests that are sent again.
const keptDays = 7

// Jobs lets old answers be forgotten every night.
func Jobs(r *job.Runner) {
	r.Handle(forgetJob, func(ctx context.Context, d *db.DB, _ job.Job, _ func(done, total int64)) error {
		return d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return forget(ctx, tx, tx.Now.Add(-keptDays*24*time.Hour)) })
	})
	r.Daily(forgetJob, 3, 30)
}
