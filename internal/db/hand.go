package db

import "errors"

// A hand is a goroutine that does one thing after another, and is replaced when
// one of them ends it (runtime.Goexit, which a test's FailNow calls).
type hand struct {
	in  chan func() error
	out chan error
}

func (h *hand) do(f func() error) error {
	if h.in == nil {
		h.in, h.out = make(chan func() error), make(chan error)
		go h.work(h.in, h.out)
	}
	h.in <- f
	err := <-h.out
	if errors.Is(err, errExit) {
		h.in = nil
	}
	return err
}

func (h *hand) work(in chan func() error, out chan error) {
	closed := false
	defer func() {
		if !closed {
			out <- errExit
		}
	}()
	for f := range in {
		out <- f()
	}
	closed = true
}

func (h *hand) rest() {
	if h.in != nil {
		close(h.in)
	}
}
