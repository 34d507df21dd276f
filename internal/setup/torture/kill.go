package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"nhipcau/internal/setup/lab"
)

func (t *torture) killLite(ctx context.Context) (string, error) {
	return t.kill(ctx, filepath.Join(t.dir, "kill"), "")
}

func (t *torture) killPostgres(ctx context.Context) (string, error) {
	pg, err := t.postgres(ctx)
	if err != nil {
		return "", err
	}
	defer pg.Stop()
	return t.kill(ctx, filepath.Join(t.dir, "kill-pg"), pg.URL)
}

// postgres starts a server that loses nothing when it crashes; a machine that
// crashes is not among the trials.
func (t *torture) postgres(ctx context.Context) (*lab.Postgres, error) {
	if t.pg == "" {
		return nil, errUnchecked{"there is no PostgreSQL on this machine"}
	}
	return lab.StartPostgres(ctx, t.pg, "synchronous_commit=on")
}

// kill ends the program by SIGKILL in the middle of a load, round by round, starts
// it again on what is left, and looks.
func (t *torture) kill(ctx context.Context, dir, database string) (string, error) {
	h, err := t.open(ctx, dir, database)
	if err != nil {
		return "", err
	}
	defer h.close()
	return t.killRounds(ctx, h)
}

func (t *torture) killRounds(ctx context.Context, h *house) (string, error) {
	var acked, unsure int64
	for round := range t.rounds {
		b := h.shoot(fmt.Sprintf("r%d", round))
		if err := b.begun(ctx); err != nil {
			b.end()
			return "", err
		}
		if err := pause(ctx, t.load*time.Duration(round+1)/time.Duration(t.rounds)+t.load/4); err != nil {
			b.end()
			return "", err
		}
		h.server.Kill()
		b.end()
		if b.acked.Load() == 0 || b.refused.Load() > 0 {
			return "", fmt.Errorf("round %d: %d acknowledged, %d refused: %v; %v", round, b.acked.Load(), b.refused.Load(), b.last.Load(), b.broke.Load())
		}
		acked += b.acked.Load()
		for _, w := range b.workers {
			if w.unsure != nil {
				unsure++
			}
		}
		if err := h.prove(ctx); err != nil {
			return "", fmt.Errorf("round %d, before it starts again: %w", round, err)
		}
		if err := h.again(ctx); err != nil {
			return "", err
		}
		if err := b.check(ctx, h); err != nil {
			return "", fmt.Errorf("round %d: %w", round, err)
		}
	}
	h.close()
	if err := h.prove(ctx); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d rounds, %d acknowledged, all there; %d unanswered, sent again, none twice", t.rounds, acked, unsure), nil
}

// pause waits, unless the run ends.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
