package guidance_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/guidance"
	"nhipcau/internal/job"
	"nhipcau/internal/org"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

const tree = "doan"

// house is a bloc of three units, the first with two cells, the third of another kind;
// another unit stands beside the bloc under the top.
type house struct {
	db    *db.DB
	now   atomic.Int64
	units map[string]org.Unit
}

func build(t testing.TB) *house {
	t.Helper()
	h := &house{db: dbtest.OpenSQLite(t), units: map[string]org.Unit{}}
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		h.db = dbtest.Open(t)
	}
	tally.Attach(h.db)
	h.db.SetClock(func() time.Time { return time.Unix(h.now.Load(), 0).UTC() })
	h.at("2020-11-10")
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		n := func(key string) org.NewUnit {
			kind := "đoàn"
			if key == "ba" || strings.HasPrefix(key, "to") {
				kind = "chi đoàn"
			}
			return org.NewUnit{Key: key, Name: "Đơn vị " + key, Kind: kind, From: "2020-01-02"}
		}
		if h.units["top"], err = org.Plant(ctx, tx, auth.System(tree), tree, "Đoàn", n("top")); err != nil {
			return err
		}
		for _, at := range [][2]string{{"top", "khoi"}, {"top", "khac"}, {"khoi", "mot"}, {"khoi", "hai"}, {"khoi", "ba"}, {"mot", "to1"}, {"mot", "to2"}} {
			if h.units[at[1]], err = org.Create(ctx, tx, auth.System(tree), at[0], n(at[1])); err != nil {
				return err
			}
		}
		return nil
	})
	return h
}

// at sets the clock to 08:00 of a day.
func (h *house) at(day vn.Day) { h.now.Store(day.Start().Add(8 * time.Hour).Unix()) }

func (h *house) as(unit string, roles ...auth.Role) auth.Actor {
	u := h.units[unit]
	return auth.Actor{
		Login: "ai-" + unit, Name: "Người của " + unit, Tree: tree, Unit: u.ID, UnitKey: u.Key, UnitName: u.Name, Path: u.Path, Roles: roles,
	}
}

func (h *house) clerk(unit string) auth.Actor { return h.as(unit, auth.Clerk) }

func (h *house) write(t testing.TB, f func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return h.db.Write(t.Context(), f)
}

func november() guidance.Guidance {
	return guidance.Guidance{
		Month: "2020-11-01", Title: "Đại hội Đảng bộ", Body: "Tháng này đưa vào sinh hoạt.", LastDay: "2020-11-30",
		Points: []guidance.Point{{"Đưa vào sinh hoạt", "cuộc"}, {"Đưa lên bảng tin", "bảng"}},
	}
}

// published makes guidance of the bloc and publishes it.
func (h *house) published(t testing.TB, x guidance.Guidance) (g guidance.Guidance) {
	t.Helper()
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		if g, err = guidance.Make(ctx, tx, h.clerk("khoi"), x); err != nil {
			return err
		}
		if err = guidance.Publish(ctx, tx, h.clerk("khoi"), g.ID, g.Version); err != nil {
			return err
		}
		g, err = guidance.Get(ctx, tx, h.clerk("khoi"), g.ID)
		return err
	})
	return g
}

func (h *house) receive(t testing.TB, id, unit string) error {
	t.Helper()
	return h.write(t, func(ctx context.Context, tx *db.Tx) error { return guidance.Receive(ctx, tx, h.clerk(unit), id) })
}

func (h *house) report(t testing.TB, id, unit string, point, n, seen int64, note string) error {
	t.Helper()
	return h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return guidance.Report(ctx, tx, h.clerk(unit), id, seen, guidance.Deed{Point: point, Count: n, Day: "2020-11-09", Note: note}, file.Blob{})
	})
}

// wantAt holds how guidance stands at a unit: asked, received, reported, done, counts.
func (h *house) wantAt(t testing.TB, id, unit, want string) {
	t.Helper()
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		by := h.clerk("khoi")
		g, err := guidance.Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		r, _, _, err := guidance.Table(ctx, tx, by, g, h.units[unit], 0, 50)
		if err != nil {
			return err
		}
		if got := fmt.Sprint(r.Due, r.Received, r.Reported, r.Done, r.Count(0), r.Count(1)); got != want {
			t.Errorf("%s: got %s, want %s", unit, got, want)
		}
		return nil
	})
}

// lacking lists who at and under the bloc lacks something.
func (h *house) lacking(t testing.TB, id string, all bool) string {
	t.Helper()
	var keys []string
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		by := h.clerk("khoi")
		g, err := guidance.Get(ctx, tx, by, id)
		if err != nil {
			return err
		}
		for at := tally.Place(0); ; {
			some, next, err := guidance.Lacking(ctx, tx, by, g, h.units["khoi"], all, at, 2)
			if err != nil {
				return err
			}
			for _, c := range some {
				keys = append(keys, c.Key)
			}
			if at = next; at == 0 {
				return nil
			}
		}
	})
	return strings.Join(keys, " ")
}

func (h *house) proven(t testing.TB) {
	t.Helper()
	r, err := tally.Prove(t.Context(), h.db, map[string]tally.Recount{guidance.Kind().Name: guidance.Recount})
	if err != nil || r.Mismatches > 0 || r.Sheets == 0 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func wantKind(t testing.TB, what string, err error, k fault.Kind, key string) {
	t.Helper()
	if !fault.Is(err, k) || fault.Of(err).Text.Key != key {
		t.Errorf("%s: got %v, want %s", what, err, key)
	}
}

func wantField(t testing.TB, what string, err error, field, key string) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[field].Key != key {
		t.Errorf("%s: got %v, want %s at %s", what, err, key, field)
	}
}

// TestDownAndBack sends guidance down and counts what comes back.
func TestDownAndBack(t *testing.T) {
	t.Parallel()
	h := build(t)
	g := h.published(t, november())
	h.wantAt(t, g.ID, "khoi", "5 0 0 0 0 0")
	for _, unit := range []string{"mot", "to1"} {
		if err := h.receive(t, g.ID, unit); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.receive(t, g.ID, "mot"); err != nil { // again changes nothing
		t.Fatal(err)
	}
	if got := h.lacking(t, g.ID, false); got != "to2 hai ba" {
		t.Errorf("not received: got %s", got)
	}
	for _, c := range []struct {
		unit     string
		point, n int64
	}{{"mot", 1, 3}, {"mot", 2, 1}, {"to1", 1, 2}, {"hai", 2, 4}} { // one who reports has received
		if err := h.report(t, g.ID, c.unit, c.point, c.n, 0, ""); err != nil {
			t.Fatal(err)
		}
	}
	h.wantAt(t, g.ID, "khoi", "5 3 3 1 5 5")
	h.wantAt(t, g.ID, "mot", "3 2 2 1 5 1")
	if got := h.lacking(t, g.ID, true); got != "to1 to2 hai ba" {
		t.Errorf("not all reported: got %s", got)
	}
	wantField(t, "none without a word", h.report(t, g.ID, "to1", 2, 0, 0, ""), "note", "error.needed")
	if err := h.report(t, g.ID, "to1", 2, 0, 0, "Không có bảng tin"); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "an old page", h.report(t, g.ID, "mot", 1, 5, 0, "đếm lại"), fault.Conflict, "error.conflict")
	wantField(t, "a correction without a word", h.report(t, g.ID, "mot", 1, 5, 1, ""), "note", "error.needed")
	if err := h.report(t, g.ID, "mot", 1, 5, 1, "đếm lại"); err != nil {
		t.Fatal(err)
	}
	h.wantAt(t, g.ID, "khoi", "5 3 3 2 7 5")
	h.proven(t)
}

// TestAsked holds each rule against a walk over the tree.
func TestAsked(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, c := range []struct {
		kind  string
		depth int64
		want  string
	}{
		{"", 0, "mot to1 to2 hai ba"}, {"", 1, "mot hai ba"}, {"", 2, "to1 to2"}, {"chi đoàn", 0, "to1 to2 ba"}, {"chi đoàn", 1, "ba"},
	} {
		x := november()
		x.Kind, x.Depth = c.kind, c.depth
		g := h.published(t, x)
		if got := h.lacking(t, g.ID, false); got != c.want {
			t.Errorf("%q %d: got %s, want %s", c.kind, c.depth, got, c.want)
		}
		for _, unit := range []string{"mot", "hai", "ba", "to1", "to2"} {
			err := h.receive(t, g.ID, unit)
			if asked := strings.Contains(" "+c.want+" ", " "+unit+" "); asked && err != nil {
				t.Errorf("%q %d: %s got %v", c.kind, c.depth, unit, err)
			} else if !asked {
				wantKind(t, unit, err, fault.Conflict, "guidance.error.not_asked")
			}
			dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
				owed, err := guidance.Owing(ctx, tx, h.clerk(unit))
				found := false
				for _, o := range owed {
					found = found || o.ID == g.ID && o.Received
				}
				if found != strings.Contains(" "+c.want+" ", " "+unit+" ") {
					t.Errorf("%q %d: %s owes: %v", c.kind, c.depth, unit, found)
				}
				return err
			})
		}
	}
	x := november()
	x.Kind = "đảng bộ"
	wantKind(t, "nobody", h.write(t, func(ctx context.Context, tx *db.Tx) error {
		g, err := guidance.Make(ctx, tx, h.clerk("khoi"), x)
		if err != nil {
			return err
		}
		return guidance.Publish(ctx, tx, h.clerk("khoi"), g.ID, g.Version)
	}), fault.Conflict, "guidance.error.nobody")
	h.proven(t)
}

// TestCorrected keeps what was published, asks to receive it anew, and takes it back.
func TestCorrected(t *testing.T) {
	t.Parallel()
	h := build(t)
	g := h.published(t, november())
	if err := h.receive(t, g.ID, "hai"); err != nil {
		t.Fatal(err)
	}
	correct := func(points []string, reason string) error {
		return h.write(t, func(ctx context.Context, tx *db.Tx) error {
			return guidance.Correct(ctx, tx, h.clerk("khoi"), g.ID, g.Version, "Đại hội XIII", "Nội dung đã sửa", points, reason)
		})
	}
	wantField(t, "fewer points", correct([]string{"Một"}, "vì"), "points", "guidance.error.same")
	wantField(t, "without a reason", correct([]string{"Một", "Hai"}, " "), "reason", "error.needed")
	if err := correct([]string{"Đưa vào sinh hoạt tháng", "Đưa lên bảng tin"}, "Sai tên đại hội"); err != nil {
		t.Fatal(err)
	}
	owes := func() (received bool) {
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
			owed, err := guidance.Owing(ctx, tx, h.clerk("hai"))
			if len(owed) != 1 {
				t.Fatalf("owed %d", len(owed))
			}
			received = owed[0].Received
			return err
		})
		return received
	}
	if owes() {
		t.Error("what was corrected counts as received")
	}
	if err := h.receive(t, g.ID, "hai"); err != nil || !owes() {
		t.Errorf("received anew: %v", err)
	}
	h.wantAt(t, g.ID, "khoi", "5 1 0 0 0 0")
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := guidance.Editions(ctx, tx, g.ID)
		if len(all) != 2 || all[0].Title != "Đại hội XIII" || all[0].Reason != "Sai tên đại hội" || all[1].Title != "Đại hội Đảng bộ" || all[1].Points[0] != "Đưa vào sinh hoạt" {
			t.Errorf("got %+v", all)
		}
		return err
	})
	if err := h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return guidance.Withdraw(ctx, tx, h.clerk("khoi"), g.ID, g.Version+1, "Gửi nhầm")
	}); err != nil {
		t.Fatal(err)
	}
	wantKind(t, "withdrawn", h.receive(t, g.ID, "ba"), fault.Conflict, "guidance.error.stage")
	h.proven(t)
}

// TestWho holds who sees guidance and who may do what.
func TestWho(t *testing.T) {
	t.Parallel()
	h := build(t)
	var g guidance.Guidance
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		g, err = guidance.Make(ctx, tx, h.clerk("khoi"), november())
		return err
	})
	see := func(unit string) error {
		return h.db.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := guidance.Get(ctx, tx, h.as(unit, auth.Member), g.ID)
			return err
		})
	}
	wantKind(t, "a draft from below", see("mot"), fault.NotFound, "error.not_found")
	wantKind(t, "the unit above publishes", h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return guidance.Publish(ctx, tx, h.clerk("top"), g.ID, 1)
	}), fault.Denied, "guidance.error.may_keep")
	if err := h.write(t, func(ctx context.Context, tx *db.Tx) error { return guidance.Publish(ctx, tx, h.clerk("khoi"), g.ID, 1) }); err != nil {
		t.Fatal(err)
	}
	for _, unit := range []string{"mot", "to1", "top"} {
		if err := see(unit); err != nil {
			t.Errorf("%s: got %v", unit, err)
		}
	}
	wantKind(t, "beside", see("khac"), fault.NotFound, "error.not_found")
	wantKind(t, "a member receives", h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return guidance.Receive(ctx, tx, h.as("mot", auth.Member), g.ID)
	}), fault.Denied, "guidance.error.may_answer")
	wantKind(t, "who publishes receives", h.receive(t, g.ID, "khoi"), fault.Conflict, "guidance.error.not_asked")
	wantKind(t, "no such point", h.report(t, g.ID, "mot", 3, 1, 0, ""), fault.NotFound, "error.not_found")
	wantKind(t, "amended after it was published", h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return guidance.Amend(ctx, tx, h.clerk("khoi"), g.ID, 2, november())
	}), fault.Conflict, "guidance.error.stage")
}

// TestInput refuses what cannot be, by field.
func TestInput(t *testing.T) {
	t.Parallel()
	h := build(t)
	for _, c := range []struct {
		what, field, key string
		change           func(*guidance.Guidance)
	}{
		{"no title", "title", "error.needed", func(x *guidance.Guidance) { x.Title = " " }},
		{"no month", "month", "guidance.error.month", func(x *guidance.Guidance) { x.Month = "2020-13-01" }},
		{"a day before it", "last", "guidance.error.last", func(x *guidance.Guidance) { x.LastDay = "2020-10-31" }},
		{"no points", "points", "guidance.error.points", func(x *guidance.Guidance) { x.Points = nil }},
		{"an empty point", "points", "guidance.error.point", func(x *guidance.Guidance) { x.Points[1].Word = "" }},
		{"a link to nothing", "links", "guidance.error.link", func(x *guidance.Guidance) { x.Links = []guidance.Link{{guidance.Directive, "khong-co"}} }},
		{"above", "to", "error.needed", func(x *guidance.Guidance) { x.Depth = -1 }},
	} {
		x := november()
		c.change(&x)
		wantField(t, c.what, h.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := guidance.Make(ctx, tx, h.clerk("khoi"), x)
			return err
		}), c.field, c.key)
	}
	g := h.published(t, november())
	wantField(t, "tomorrow", h.write(t, func(ctx context.Context, tx *db.Tx) error {
		return guidance.Report(ctx, tx, h.clerk("mot"), g.ID, 0, guidance.Deed{Point: 1, Count: 1, Day: "2020-11-11"}, file.Blob{})
	}), "day", "guidance.error.day")
	wantField(t, "below zero", h.report(t, g.ID, "mot", 1, -1, 0, ""), "count", "guidance.error.count")
	points, err := guidance.ParsePoints("Sinh hoạt | cuộc\n\nTreo băng rôn\n", "lần")
	if err != nil || fmt.Sprint(points) != "[{Sinh hoạt cuộc} {Treo băng rôn lần}]" {
		t.Errorf("got %v, %v", points, err)
	}
	_, err = guidance.ParsePoints("một\n | cuộc", "lần")
	wantField(t, "a line without words", err, "points", "guidance.error.line")
}

// TestTold puts notices before those that are asked, and reminds those that lack.
func TestTold(t *testing.T) {
	t.Parallel()
	h := build(t)
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		for _, unit := range []string{"mot", "hai", "to1", "khac"} {
			if err := enrol(ctx, tx, unit, h.units[unit].ID); err != nil {
				return err
			}
		}
		return nil
	})
	jobs := job.NewRunner(h.db, slog.New(slog.DiscardHandler))
	guidance.Jobs(jobs)
	notices := func() string {
		t.Helper()
		if err := jobs.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		var all []string
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = db.All(ctx, tx, func(s db.Scanner) (x string, err error) { return x, s.Scan(&x) },
				`SELECT account || ' ' || key FROM notice ORDER BY account, seq`)
			return err
		})
		return strings.Join(all, ", ")
	}
	x := november()
	x.Depth = 1
	g := h.published(t, x)
	if got := notices(); got != "hai guidance.notice.published, mot guidance.notice.published" {
		t.Errorf("got %s", got)
	}
	for point := int64(1); point <= 2; point++ {
		if err := h.report(t, g.ID, "mot", point, 1, 0, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.write(t, func(ctx context.Context, tx *db.Tx) error { return guidance.Remind(ctx, tx, h.clerk("khoi"), g.ID) }); err != nil {
		t.Fatal(err)
	}
	if got := notices(); got != "hai guidance.notice.published, hai guidance.notice.remind, mot guidance.notice.published" {
		t.Errorf("got %s", got)
	}
}

// enrol gives a unit a clerk.
func enrol(ctx context.Context, tx *db.Tx, name string, unit int64) error {
	if err := tx.Exec(ctx, `INSERT INTO account (id, login, name, password, created_at, version) VALUES ($1, $2, $3, '', 0, 1)`, name, name, name); err != nil {
		return err
	}
	return tx.Exec(ctx, `INSERT INTO account_grant (id, account, role, tree, unit, from_day, to_day, granted_by, at) VALUES ($1, $2, 'clerk', $3, $4, '2020-01-02', '', '', 0)`, name, name, tree, unit)
}

// TestSums answers at random and holds the sheet against the records.
func TestSums(t *testing.T) {
	t.Parallel()
	h := build(t)
	g := h.published(t, november())
	r := rand.New(rand.NewPCG(5, 6))
	type at struct {
		unit  string
		point int64
	}
	counts, said, received := map[at]int64{}, map[at]int64{}, map[string]bool{}
	units := []string{"mot", "hai", "ba", "to1", "to2"}
	for range 40 {
		u := units[r.IntN(len(units))]
		received[u] = true
		if r.IntN(3) == 0 {
			if err := h.receive(t, g.ID, u); err != nil {
				t.Fatal(err)
			}
			continue
		}
		x := at{u, 1 + r.Int64N(2)}
		n := r.Int64N(5)
		if err := h.report(t, g.ID, u, x.point, n, said[x], "vì"); err != nil {
			t.Fatal(err)
		}
		counts[x], said[x] = n, said[x]+1
	}
	reported, done := 0, 0
	for _, u := range units {
		a, b := said[at{u, 1}] > 0, said[at{u, 2}] > 0
		if a || b {
			reported++
		}
		if a && b {
			done++
		}
	}
	sum := func(point int64) (n int64) {
		for _, u := range units {
			n += counts[at{u, point}]
		}
		return n
	}
	h.wantAt(t, g.ID, "khoi", fmt.Sprint(5, len(received), reported, done, sum(1), sum(2)))
	h.proven(t)
}
