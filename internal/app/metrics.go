package app

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"nhipcau/internal/db"
	"nhipcau/internal/job"
	"nhipcau/internal/tally"
)

// metrics are the figures by which one sees whether the program keeps up.
type metrics struct {
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	handler   http.Handler
	token     string
}

func newMetrics(d *db.DB, token string) *metrics {
	m := &metrics{
		token: token,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "nhipcau_http_requests_total", Help: "Requests answered, by route and status.",
		}, []string{"route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "nhipcau_http_request_seconds", Help: "How long answers took, by route.",
			Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		}, []string{"route"}),
	}
	r := prometheus.NewRegistry()
	r.MustRegister(m.requests, m.durations, &stats{db: d},
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.handler = promhttp.HandlerFor(r, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	return m
}

// ServeHTTP shows the figures to a program on this machine, or with the token. A
// request that a proxy passed on is not from this machine, though it comes from
// there.
func (m *metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	known := ok && m.token != "" && subtle.ConstantTimeCompare([]byte(token), []byte(m.token)) == 1
	if !known && !local(r) {
		http.Error(w, "not from here", http.StatusForbidden)
		return
	}
	m.handler.ServeHTTP(w, r)
}

func local(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().IsLoopback() && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
}

// measured serves by h and notes how it went.
func (m *metrics) measured(w http.ResponseWriter, r *http.Request, route string, h http.Handler) {
	if route == "" {
		route = "none"
	}
	s := &statusWriter{ResponseWriter: w, status: http.StatusOK, began: time.Now()}
	defer func() {
		m.requests.WithLabelValues(route, strconv.Itoa(s.status)).Inc()
		m.durations.WithLabelValues(route).Observe(time.Since(s.began).Seconds())
	}()
	h.ServeHTTP(s, r)
}

// statusWriter keeps the status of an answer, and says in its head how long it
// took to make it: in milliseconds, as browsers and load tools read it.
type statusWriter struct {
	http.ResponseWriter
	status int
	began  time.Time
	said   bool
}

// WriteHeader keeps the status.
func (s *statusWriter) WriteHeader(status int) {
	if !s.said {
		s.said, s.status = true, status
		s.Header().Set("Server-Timing", "total;dur="+strconv.FormatFloat(float64(time.Since(s.began).Microseconds())/1e3, 'f', 3, 64))
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write begins the answer if nothing has.
func (s *statusWriter) Write(b []byte) (int, error) {
	if !s.said {
		s.WriteHeader(http.StatusOK)
	}
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the writer under it.
func (s *statusWriter) Unwrap() http.ResponseWriter { return s.ResponseWriter }

// stats shows what the database and the jobs say of themselves, when asked.
type stats struct{ db *db.DB }

func metric(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("nhipcau_"+name, help, labels, nil)
}

var (
	writerQueue = metric("db_writer_queue", "Closures that wait to be written; in PostgreSQL those that run.")
	groups      = metric("db_groups_total", "Commits, each of a group of closures.")
	works       = metric("db_closures_total", "Closures answered; divided by the groups, the size of a group.")
	failed      = metric("db_closures_failed_total", "Closures that returned an error.")
	largest     = metric("db_group_largest", "Most closures in one group.")
	rerun       = metric("db_closures_rerun_total", "Closures run again: alone after their group, or after a clash.")
	running     = metric("db_closure_seconds_total", "Time in closures.")
	slowest     = metric("db_closure_slowest_seconds", "The longest closure.")
	committing  = metric("db_commit_seconds_total", "Time in commits.")
	folds       = metric("db_folds_total", "Times the folds ran.")
	folding     = metric("db_fold_seconds_total", "Time in folds.")
	foldsFailed = metric("db_folds_failed_total", "Folds that failed after the commit of what they fold.")
	foldQueue   = metric("tally_queue", "Posts that are not yet in the totals.")
	jobs        = metric("jobs", "Jobs that are not done, by kind and state.", "kind", "state")
)

// Describe names the figures.
func (s *stats) Describe(c chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		writerQueue, groups, works, failed, largest, rerun, running, slowest, committing, folds, folding, foldsFailed, foldQueue, jobs,
	} {
		c <- d
	}
}

// Collect reads the figures.
func (s *stats) Collect(c chan<- prometheus.Metric) {
	now := s.db.Stats()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	count := func(d *prometheus.Desc, v float64) { c <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v) }
	gauge(writerQueue, float64(now.Queue))
	count(groups, float64(now.Groups))
	count(works, float64(now.Works))
	count(failed, float64(now.Failed))
	gauge(largest, float64(now.Largest))
	count(rerun, float64(now.Rerun))
	count(running, now.Running.Seconds())
	gauge(slowest, now.Slowest.Seconds())
	count(committing, now.Commit.Seconds())
	count(folds, float64(now.Folds))
	count(folding, now.Folding.Seconds())
	count(foldsFailed, float64(now.FoldsFailed))
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	err := s.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tally.Queued(ctx, tx)
		if err != nil {
			return err
		}
		gauge(foldQueue, float64(n))
		all, err := job.Counts(ctx, tx)
		for _, j := range all {
			gauge(jobs, float64(j.N), j.Kind, j.State)
		}
		return err
	})
	if err != nil {
		c <- prometheus.NewInvalidMetric(jobs, err)
	}
}
