package app_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"nhipcau/internal/app"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/follow"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
)

// provinces is how many provinces a nation of a benchmark has: all 34 of them where
// the environment asks for the whole, else a tenth.
func provinces() int {
	if os.Getenv("NHIPCAU_NATION") != "" {
		return 34
	}
	return 3
}

// waits writes small deeds all the time until stop, and returns how long each took.
func waits(b *testing.B, n *app.Nation, stop <-chan struct{}) []time.Duration {
	var all []time.Duration
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-stop:
			slices.Sort(all)
			return all
		case <-tick.C:
		}
		began := time.Now()
		if err := n.DB().Write(b.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `UPDATE tree SET name = 'Đoàn' WHERE key = $1`, app.NationTree)
		}); err != nil {
			b.Error(err)
			return all
		}
		all = append(all, time.Since(began))
	}
}

// besides runs f while somebody else writes small deeds, and reports how long f took
// and how long the deeds waited.
func besides(b *testing.B, n *app.Nation, what string, f func() error) {
	b.Helper()
	stop, all := make(chan struct{}), []time.Duration{}
	var other sync.WaitGroup
	other.Go(func() { all = waits(b, n, stop) })
	began := time.Now()
	err := f()
	took := time.Since(began)
	close(stop)
	other.Wait()
	if err != nil || len(all) == 0 {
		b.Fatal(what, err, len(all))
	}
	b.ReportMetric(took.Seconds(), what+"_s")
	for name, at := range map[string]int{"p50": len(all) / 2, "p99": len(all) * 99 / 100, "max": len(all) - 1} {
		b.ReportMetric(all[at].Seconds()*1e3, what+"_"+name+"_ms")
	}
}

// BenchmarkNationRollout opens a rollout to every unit of a nation, counts the night
// after its last day who is late, and withdraws it, while somebody else writes.
func BenchmarkNationRollout(b *testing.B) {
	for b.Loop() {
		n := app.NewNation(b, provinces(), 2000*provinces()/34)
		n.Approved()
		besides(b, n, "open", n.DrainJobs)
		b.ReportMetric(float64(len(n.Units)), "units")
		n.Set(n.DB().Now().Add(31 * 24 * time.Hour))
		besides(b, n, "late", n.DrainJobs)
	}
}

// BenchmarkNationPages asks for pages of an open rollout over a nation, as people of
// each level see it. Whatever the size of the tree, a page is read through indexes:
// none may take longer than the limit.
func BenchmarkNationPages(b *testing.B) {
	const limit = time.Second
	n := app.NewNation(b, provinces(), 50)
	r := n.Approved()
	if err := n.DrainJobs(); err != nil {
		b.Fatal(err)
	}
	n.Set(n.DB().Now().Add(25 * 24 * time.Hour))
	for depth, name := range []string{"country", "province", "commune", "base", "cell"} {
		c, u := signedIn(b, n.TestHouse, app.NationLogin(depth)), n.First(depth)
		for what, path := range map[string]string{
			"work": "/", "rollouts": "/rollouts", "rollout": "/rollouts/" + r.ID, "under": "/rollouts/" + r.ID + "?under=" + u.Key,
			"pending": "/rollouts/" + r.ID + "/pending", "reach": "/rollouts/" + r.ID + "/pending?step=reach", "unit": "/rollouts/" + r.ID + "/units/" + u.Key,
			"xlsx": "/rollouts/" + r.ID + "/figures.xlsx", "reports": "/reports?rollout=" + r.ID, "plans": "/plans",
			"trace": tally.Href(r.Sheet, u.Key, "hold_due", true), "own": tally.Href(r.Sheet, u.Key, "expected", false),
			"sheet": fmt.Sprintf("/sheets/%d", r.Sheet), "units": "/units", "org": "/units/" + u.Key, "members": "/units/" + u.Key + "/members",
			"new": "/rollouts/new", "conference": "/conferences/new?rollout=" + r.ID, "conferences": "/conferences", "statements": "/statements",
		} {
			b.Run(name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					get(b, c, n.URL+path)
				}
				if each := b.Elapsed() / time.Duration(b.N); each > limit {
					b.Errorf("%s takes %v", path, each)
				}
			})
		}
	}
}

// TestNation: a rollout over thousands of units gives each what its level owes and
// counts who is due; its page leads down the tree with figures that add up; who has
// not is found in parts, each once; reminding reaches every login once, and all of it
// is proved from the records.
func TestNation(t *testing.T) {
	t.Parallel()
	n := app.NewNation(t, 1, 3)
	r := n.Approved()
	drain := func() {
		t.Helper()
		if err := n.DrainJobs(); err != nil {
			t.Fatal(err)
		}
	}
	drain()
	by, lane := n.As(0), rollout.Kind().Lane
	total := func(u app.NationUnit) (v tally.Vec) {
		dbtest.Read(t, n.DB(), func(ctx context.Context, tx *db.Tx) (err error) {
			v, err = tally.Total(ctx, tx, r.Sheet, u.ID)
			return err
		})
		return v
	}
	whole := total(n.First(0))
	for name, want := range map[string]int64{"hold_due": int64(len(n.Units) - 1), "reach_due": 3, "report_due": 1, "expected": 60} {
		if got := whole.Get(lane(name)); got != want {
			t.Errorf("%s is %d, want %d", name, got, want)
		}
	}
	dbtest.Write(t, n.DB(), func(ctx context.Context, tx *db.Tx) error {
		for _, u := range n.Units[3:6] { // a base and its first cells
			if err := rollout.Fulfil(ctx, tx, by, rollout.Fulfilment{Rollout: r.ID, Step: rollout.Hold, Unit: u.ID, Source: tally.Source{Kind: "plan", ID: u.Key}}); err != nil {
				return err
			}
		}
		return nil
	})
	n.Set(n.DB().Now().Add(31 * 24 * time.Hour))
	drain()
	whole = total(n.First(0))
	if done, late := whole.Get(lane("held")), whole.Get(lane("hold_late")); done != 3 || late != int64(len(n.Units)-4) {
		t.Errorf("%d have held, %d are late of %d units", done, late, len(n.Units)-1)
	}
	left, times := map[int64]int{}, 0
	for next, more := tally.Place(0), true; more; more = next != 0 {
		dbtest.Read(t, n.DB(), func(ctx context.Context, tx *db.Tx) error {
			units, after, err := rollout.Lacking(ctx, tx, r, rollout.Hold, n.First(0).ID, next, 300)
			for _, u := range units {
				left[u]++
				times++
			}
			next = after
			return err
		})
	}
	if len(left) != len(n.Units)-4 || times != len(left) {
		t.Errorf("%d units in %d lines have not, want %d", len(left), times, len(n.Units)-4)
	}
	for range 2 { // the second reminds nobody again
		dbtest.Write(t, n.DB(), func(ctx context.Context, tx *db.Tx) error {
			_, err := follow.Remind(ctx, tx, by, r.ID)
			return err
		})
		drain()
	}
	for depth, want := range []int{0, 1, 1, 0, 0} { // the last two have held
		if got := n.Notices(depth, "rollout.notice.reminded"); got != want {
			t.Errorf("the secretary of level %d was reminded %d times, want %d", depth, got, want)
		}
	}
	dbtest.Write(t, n.DB(), func(ctx context.Context, tx *db.Tx) error {
		if r, err := rollout.Get(ctx, tx, by, r.ID); err != nil {
			return err
		} else if _, err := rollout.Extend(ctx, tx, by, r.ID, rollout.Hold, 0, r.OpeningDay.AddDays(90), "bận"); err != nil {
			return err
		}
		return nil
	})
	drain()
	if whole = total(n.First(0)); whole.Get(lane("hold_late")) != 0 || whole.Get(lane("hold_extended")) != int64(len(n.Units)-4) {
		t.Errorf("after more time %d are late, %d extended", whole.Get(lane("hold_late")), whole.Get(lane("hold_extended")))
	}
	if wrong, details, err := n.Prove(t.Context()); err != nil || wrong > 0 {
		t.Errorf("the proof: %d, %q, %v", wrong, details, err)
	}
}
