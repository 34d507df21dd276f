package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"nhipcau/internal/setup/lab"
)

// crashPostgres ends the database server at once under load and starts it again:
// meanwhile the program says 503 in words, afterwards it goes on by itself.
func (t *torture) crashPostgres(ctx context.Context) (string, error) {
	pg, err := t.postgres(ctx)
	if err != nil {
		return "", err
	}
	defer pg.Stop()
	h, err := t.open(ctx, filepath.Join(t.dir, "postgres"), pg.URL)
	if err != nil {
		return "", err
	}
	defer h.close()
	b := h.shoot("r")
	if err := pause(ctx, t.load); err != nil {
		b.end()
		return "", err
	}
	before := b.acked.Load()
	pg.Crash()
	err = h.says(ctx, "away")
	said := h.server.Log()
	err = errors.Join(err, pause(ctx, t.load/2))
	began := time.Now()
	err = errors.Join(err, pg.Start(ctx), h.resumes(ctx), pause(ctx, t.load/2))
	back := time.Since(began) - t.load/2
	b.end()
	if err != nil {
		return "", fmt.Errorf("%w\n%.2000s", err, h.server.Log())
	}
	if err := b.only503(); err != nil {
		return "", fmt.Errorf("%w\n%.2000s", err, said)
	}
	if b.acked.Load() == before {
		return "", errors.New("nothing was written after the server came back")
	}
	if err := errors.Join(b.check(ctx, h), h.prove(ctx)); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d acknowledged, all there; %d refused with 503; written again %v after it was started", b.acked.Load(), b.refused.Load(), back.Round(time.Millisecond)), nil
}

// sentences are what a writer has to be told, by cause and language.
var sentences = map[string]map[string]string{
	"away":      {"vi": "Cơ sở dữ liệu không trả lời", "en": "The database does not answer"},
	"disk_full": {"vi": "Ổ đĩa đã đầy", "en": "disk is full"},
	"disk":      {"vi": "trên ổ đĩa", "en": "The disk cannot be written"},
}

// says asks to write until it is refused, and reports an answer that is not a 503
// with a sentence about cause in the writer's language.
func (h *house) says(ctx context.Context, cause string) error {
	for lang, part := range sentences[cause] {
		c := lab.NewClient(h.server.Addr, lab.Bearer(h.tokens["vanthu"]), "Accept-Language: "+lang)
		defer c.Close()
		r, err := h.refusal(ctx, c)
		if err != nil {
			return err
		}
		if r.status != 503 || !strings.Contains(r.detail, part) {
			return fmt.Errorf("whoever writes is told %d %q, want 503 and a sentence about %s in %s", r.status, r.detail, cause, lang)
		}
	}
	return nil
}

// writes enters a directive, each time another.
func (h *house) writes(c *lab.Client) error {
	h.written++
	subject := fmt.Sprintf("Thử %d", h.written)
	_, err := ask(c, "POST", "/directives", map[string]string{"kind": "CV", "issuer": "Văn phòng", "issued": "2023-01-01", "subject": subject}, nil)
	return err
}

const longest = 30 * time.Second // that anything here may take to show

// refusal writes until it is refused.
func (h *house) refusal(ctx context.Context, c *lab.Client) (refused, error) {
	for end := time.Now().Add(longest); time.Now().Before(end); {
		err := h.writes(c)
		if r, ok := errors.AsType[refused](err); ok {
			return r, nil
		}
		if err != nil {
			return refused{}, err
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return refused{}, err
		}
	}
	return refused{}, errors.New("it is never refused")
}

// resumes waits until the same process writes again and says that it is ready.
func (h *house) resumes(ctx context.Context) error {
	c := client(h.server.Addr, h.tokens["vanthu"])
	defer c.Close()
	for end := time.Now().Add(longest); ; {
		err := h.writes(c)
		if err == nil {
			break
		}
		if time.Now().After(end) {
			return fmt.Errorf("it does not go on by itself: %w", err)
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	a, err := c.Get("/readyz")
	if err == nil && a.Status != 200 {
		err = fmt.Errorf("it writes, but /readyz says %d", a.Status)
	}
	if err == nil && !h.server.Alive() {
		err = errors.New("it is another process")
	}
	return err
}

// only503 reports a refusal that was not for the cause of the trial.
func (b *burst) only503() error {
	if r, ok := b.wrong.Load().(refused); ok {
		return fmt.Errorf("a writer was told %d %q", r.status, r.detail)
	}
	return nil
}
