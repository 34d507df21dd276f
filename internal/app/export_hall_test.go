package app

import (
	"net"
	"net/http/httptest"
	"strings"
	"sync"
)

// Stop ends the house; its data stays.
func (h *TestHouse) Stop() { h.stop() }

// Restart ends the house, calls while, and serves its data again at the same address.
func (h *TestHouse) Restart(while func()) *TestHouse {
	h.t.Helper()
	h.stop()
	while()
	again := serveTest(h.t, h.cfg, h.made)
	again.clock.Set(h.clock.Now())
	l, err := net.Listen("tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(again.h)
	s.Listener.Close()
	s.Listener = l
	s.Start()
	rest := again.stop
	again.URL = h.URL
	again.stop = sync.OnceFunc(func() {
		again.h.live.Close()
		s.Close()
		rest()
	})
	h.t.Cleanup(again.stop)
	return again
}
