package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/org"
	"nhipcau/internal/presence"
	"nhipcau/internal/site"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// gathering returns a convened conference of the bloc with a site in each of the
// first units, at which the members of that unit are to gather.
func (s *story) gathering(t *testing.T, sites int) conference.Conference {
	t.Helper()
	var c conference.Conference
	s.do(t, func(ctx context.Context, tx *db.Tx) (err error) {
		f := conference.Form{Rollout: s.rollout.ID, Title: "Hội nghị toàn khối", Sort: "main", Mode: "hybrid", Day: vn.DayOf(tx.Now)}
		for _, u := range s.bloc.units[:sites] {
			f.Units = append(f.Units, u.Key)
		}
		if c, err = conference.Enter(ctx, tx, s.bikhu, f); err != nil {
			return err
		}
		if _, err = conference.Convene(ctx, tx, s.bikhu, c.ID, c.Version); err != nil {
			return err
		}
		for i, u := range s.bloc.units[:sites] {
			if _, err := site.Add(ctx, tx, s.bikhu, c.ID, site.Form{Unit: u.Key, Name: fmt.Sprintf("Điểm cầu %d", i+1)}); err != nil {
				return err
			}
			if _, _, err := site.Put(ctx, tx, s.bikhu, c.ID, int64(i+1), []string{u.Key}, true); err != nil {
				return err
			}
		}
		c, err = conference.Get(ctx, tx, s.bikhu, c.ID)
		return err
	})
	return c
}

// fact is a check-in of a member as a device notes it.
func fact(r *rand.Rand, member string, at int64) attendance.Fact {
	return attendance.Fact{
		ID:     fmt.Sprintf("%08x-%04x-7%03x-a%03x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<12), r.IntN(1<<12), r.Int64N(1<<48)),
		Device: "may-1", Seq: r.Int64N(1000), At: at, Member: member, State: attendance.Present, Source: "qr",
	}
}

func (s *story) checkIn(t *testing.T, by auth.Actor, c string, n int64, facts ...attendance.Fact) []attendance.Result {
	t.Helper()
	var all []attendance.Result
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		answers, err := site.CheckIn(ctx, tx, by, c, n, facts)
		all = nil
		for i, a := range answers {
			if a.ID != facts[i].ID {
				t.Errorf("answer %d is of %s", i, a.ID)
			}
			all = append(all, a.Result)
		}
		return err
	})
	return all
}

// lane returns a total of a conference's sheet.
func (s *story) lane(t *testing.T, c conference.Conference, lane string) (n int64) {
	t.Helper()
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		v, err := tally.Total(ctx, tx, c.Sheet, c.Unit)
		n = v.Get(conference.Kind().Lane(lane))
		return err
	})
	return n
}

func (s *story) keysOf(t *testing.T, n int) []string {
	t.Helper()
	var all []string
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		people, err := org.Roster(ctx, tx, s.heads[n-1], s.bloc.units[n-1].ID, 0, 1000)
		for _, m := range people {
			all = append(all, m.Key)
		}
		return err
	})
	return all
}

// TestCheckins answers each fact of a batch, and counts each person once.
func TestCheckins(t *testing.T) {
	s := house(t, 3)
	c := s.gathering(t, 2)
	r := rand.New(rand.NewPCG(1, 1))
	one, three := s.keysOf(t, 1), s.keysOf(t, 3)
	at := int64(1_603_150_000_000)
	a, b := fact(r, one[0], at), fact(r, one[1], at)
	is := func(got []attendance.Result, want ...attendance.Result) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("answered %q, want %q", got, want)
		}
		s.proven(t, fmt.Sprint(want))
	}
	by := s.clerk(1)
	is(s.checkIn(t, by, c.ID, 1, a, b), attendance.Accepted, attendance.Accepted)
	is(s.checkIn(t, by, c.ID, 1, a, b, a), attendance.Duplicate, attendance.Duplicate, attendance.Duplicate)
	later, sooner := fact(r, one[0], at+1000), fact(r, one[0], at+9000)
	sooner.Offset = -20_000 // its clock is fast
	is(s.checkIn(t, s.clerk(2), c.ID, 2, later), attendance.Other)
	is(s.checkIn(t, s.clerk(2), c.ID, 2, sooner), attendance.Accepted)
	is(s.checkIn(t, by, c.ID, 1, fact(r, one[0], at)), attendance.Other)
	other := a
	other.Member = one[2]
	wrong := fact(r, one[2], at)
	wrong.State = "asleep"
	is(s.checkIn(t, by, c.ID, 1, other, fact(r, "nobody", at), wrong, fact(r, three[0], at)),
		attendance.Aside, attendance.Unknown, attendance.Invalid, attendance.Extra)
	if in, extra := s.lane(t, c, "checked_in"), s.lane(t, c, "extra"); in != 2 || extra != 1 {
		t.Errorf("%d checked in and %d more, want 2 and 1", in, extra)
	}
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		rows, err := presence.RollOfKeys(ctx, tx, c.ID, []string{one[0], three[0]})
		for _, row := range rows {
			want := map[string]int64{one[0]: 2, three[0]: 1}[row.MemberKey]
			if row.Site != want || row.State != attendance.Present || row.Extra != (want == 1) {
				t.Errorf("%s stands at %d: %+v", row.Name, row.Site, row)
			}
		}
		return err
	})
	for who, want := range map[*auth.Actor]string{
		ptr(s.clerk(2)): "not found", ptr(s.member(1)): "denied", ptr(s.bikhu): "done", ptr(s.vanthu): "done", ptr(s.clerk(1)): "done",
	} {
		err := s.DB.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			_, err := site.CheckIn(ctx, tx, *who, c.ID, 1, nil)
			return err
		})
		if kindOf(err) != want {
			t.Errorf("%s %v of %s: %s, want %s", who.Name, who.Roles, who.UnitName, kindOf(err), want)
		}
	}
}

func ptr[T any](v T) *T { return &v }

// TestCheckinsAfterClosing: what comes after a site has closed counts and is late;
// what comes after the conference has closed waits until it is reopened.
func TestCheckinsAfterClosing(t *testing.T) {
	s := house(t, 3)
	c := s.gathering(t, 2)
	r := rand.New(rand.NewPCG(2, 1))
	one, two := s.keysOf(t, 1), s.keysOf(t, 2)
	at := int64(1_603_150_000_000)
	s.checkIn(t, s.bikhu, c.ID, 1, fact(r, one[0], at))
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		_, x, err := site.Get(ctx, tx, s.bikhu, c.ID, 1)
		if err != nil {
			return err
		}
		if x.State != site.Joined {
			t.Errorf("the site is %s after a check-in", x.State)
		}
		return site.Close(ctx, tx, s.bikhu, c.ID, 1, x.Version)
	})
	if got := s.checkIn(t, s.bikhu, c.ID, 1, fact(r, one[1], at)); got[0] != attendance.Accepted {
		t.Errorf("after the site closed: %s", got)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error { return conference.Close(ctx, tx, s.bikhu, c.ID, c.Version) })
	s.proven(t, "closing")
	waiting := fact(r, two[0], at)
	if got := s.checkIn(t, s.bikhu, c.ID, 2, waiting, waiting); !slices.Equal(got, []attendance.Result{attendance.Late, attendance.Duplicate}) {
		t.Errorf("after the conference closed: %s", got)
	}
	s.proven(t, "a check-in after closing")
	if n := s.lane(t, c, "checked_in"); n != 2 {
		t.Errorf("%d checked in, want 2", n)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		return conference.Reopen(ctx, tx, s.bikhu, c.ID, c.Version+1, "còn người")
	})
	s.proven(t, "reopening")
	if n := s.lane(t, c, "checked_in"); n != 3 {
		t.Errorf("%d checked in after reopening, want 3", n)
	}
	if got := s.checkIn(t, s.bikhu, c.ID, 2, waiting); got[0] != attendance.Duplicate {
		t.Errorf("sent again after reopening: %s", got)
	}
}

// TestCheckinsInAnyOrder: two devices at two sites note people at random, with
// clocks that are wrong; whatever comes when, however often, each person counts
// once, by the earliest, and nothing is lost.
func TestCheckinsInAnyOrder(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			s := house(t, 3)
			c := s.gathering(t, 2)
			r := rand.New(rand.NewPCG(seed, 9))
			keys := slices.Concat(s.keysOf(t, 1), s.keysOf(t, 2), s.keysOf(t, 3))
			type sent struct {
				n    int64
				fact attendance.Fact
			}
			var all []sent
			first := map[string]sent{}
			for i := range 120 {
				x := sent{1 + r.Int64N(2), fact(r, keys[r.IntN(len(keys))], 1_603_150_000_000+r.Int64N(100))}
				x.fact.Device, x.fact.Seq, x.fact.Offset = fmt.Sprint("may-", x.n), int64(i), r.Int64N(100)-50
				all = append(all, x)
				was, had := first[x.fact.Member]
				mine, his := x.fact.At+x.fact.Offset, was.fact.At+was.fact.Offset
				if !had || mine < his || mine == his && x.fact.ID < was.fact.ID {
					first[x.fact.Member] = x
				}
			}
			queue := append(slices.Clone(all), all[:60]...)
			r.Shuffle(len(queue), func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })
			for len(queue) > 0 {
				n := 1 + r.IntN(min(25, len(queue)))
				at := map[int64][]attendance.Fact{}
				for _, x := range queue[:n] {
					at[x.n] = append(at[x.n], x.fact)
				}
				for i, facts := range at {
					s.checkIn(t, s.bikhu, c.ID, i, facts...)
				}
				s.proven(t, fmt.Sprint(len(queue), " to go"))
				queue = queue[n:]
			}
			for _, x := range all {
				if got := s.checkIn(t, s.bikhu, c.ID, x.n, x.fact); got[0] != attendance.Duplicate {
					t.Fatalf("a fact sent again is %s", got[0])
				}
			}
			s.proven(t, "everything sent again")
			if got := s.lane(t, c, "checked_in") + s.lane(t, c, "extra"); got != int64(len(first)) {
				t.Errorf("%d persons counted, %d have checked in", got, len(first))
			}
			s.see(t, func(ctx context.Context, tx *db.Tx) error {
				people, err := presence.Counting(ctx, tx, c.ID)
				for _, p := range people {
					if want := first[p.Member]; p.ID != want.fact.ID || p.Site != want.n {
						t.Errorf("%s counts by %s at %d, want %s at %d", p.Member, p.ID, p.Site, want.fact.ID, want.n)
					}
				}
				if len(people) != len(first) {
					t.Errorf("%d facts count, want %d", len(people), len(first))
				}
				facts, err2 := presence.FactsAt(ctx, tx, c.ID, 1, 0, 1000)
				more, err3 := presence.FactsAt(ctx, tx, c.ID, 2, 0, 1000)
				if len(facts)+len(more) != len(all) {
					t.Errorf("%d facts are kept, %d were sent", len(facts)+len(more), len(all))
				}
				return cmpOr(err, err2, err3)
			})
		})
	}
}

func cmpOr(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// TestManyPeople closes and reopens a conference of more people than are counted while
// somebody waits: whatever happens to the job on its way, every figure stays what the
// records say, and in the end it is as if it had been done at once.
func TestManyPeople(t *testing.T) {
	s := house(t, 3)
	c := s.gathering(t, 2)
	const people = 3_400
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		id := make([]int64, people)
		for i := range id {
			id[i] = tx.NewID()
		}
		home := func(i int) int64 { return s.bloc.units[i%3].ID }
		if err := db.InsertMany(ctx, tx, `INSERT INTO member (id, key, name, fold, sort, phone, email, sample, created_at, version) VALUES`, people, func(i int) []any {
			return []any{id[i], fmt.Sprint("nhieu-", i), "Người", "nguoi", []byte{1}, "", "", 1, 0, 1}
		}); err != nil {
			return err
		}
		if err := db.InsertMany(ctx, tx, `INSERT INTO membership (id, member, unit, from_day, to_day, recorded_at, ended) VALUES`, people, func(i int) []any {
			return []any{tx.NewID(), id[i], home(i), "2020-01-01", "", tx.Now, 0}
		}); err != nil {
			return err
		}
		return db.InsertMany(ctx, tx, `INSERT INTO attendance (occasion, member, unit, state, calls, reason, actor, actor_name, at, version) VALUES`, people, func(i int) []any {
			return []any{c.ID, id[i], home(i), []string{"present", "online", "absent"}[i%7%3], []int{1, 1, 0}[i%7%3], "", "", "", tx.Now, 1}
		})
	})
	r := rand.New(rand.NewPCG(3, 3))
	s.checkIn(t, s.bikhu, c.ID, 1, fact(r, s.keysOf(t, 1)[0], 1_603_150_000_000))
	s.do(t, func(ctx context.Context, tx *db.Tx) error { return conference.Close(ctx, tx, s.bikhu, c.ID, c.Version) })
	s.during(t, c.ID, conference.Closing, conference.Closed)
	invited, persons := s.lane(t, c, "invited"), s.own(t, 1, "persons_extra")
	if invited < people || persons == 0 {
		t.Errorf("%d invited, %d persons counted at unit 1", invited, persons)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		now, err := conference.Get(ctx, tx, s.bikhu, c.ID)
		if err != nil {
			return err
		}
		if got := len(must(site.CheckIn(ctx, tx, s.bikhu, c.ID, 2, []attendance.Fact{fact(r, s.keysOf2(ctx, tx, 2), 1_603_150_000_000)}))); got != 1 {
			t.Errorf("%d answers", got)
		}
		return conference.Reopen(ctx, tx, s.bikhu, c.ID, now.Version, "còn người")
	})
	s.during(t, c.ID, conference.Reopening, conference.Convened)
	if got := s.lane(t, c, "invited"); got != 0 {
		t.Errorf("%d invited stand counted after reopening", got)
	}
	if got := s.lane(t, c, "checked_in"); got != 2 {
		t.Errorf("%d checked in after reopening, want 2", got)
	}
	if got := s.own(t, 1, "persons_extra"); got != 0 {
		t.Errorf("%d persons stand counted after reopening", got)
	}
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		now, err := conference.Get(ctx, tx, s.bikhu, c.ID)
		if err != nil {
			return err
		}
		return conference.Close(ctx, tx, s.bikhu, c.ID, now.Version)
	})
	s.during(t, c.ID, conference.Closing, conference.Closed)
	if got := s.lane(t, c, "invited"); got != invited {
		t.Errorf("%d invited after closing again, want %d", got, invited)
	}
}

// during does the work of a conference's job slice by slice, breaking off after some,
// and proves every figure in between.
func (s *story) during(t *testing.T, id string, while, then conference.State) {
	t.Helper()
	is := func(want conference.State) {
		t.Helper()
		s.see(t, func(ctx context.Context, tx *db.Tx) error {
			c, err := conference.Get(ctx, tx, s.bikhu, id)
			if c.State != want {
				t.Errorf("the conference is %s, want %s", c.State, want)
			}
			return err
		})
	}
	is(while)
	s.proven(t, string(while))
	for range 3 {
		s.do(t, func(ctx context.Context, tx *db.Tx) error { _, err := conference.CountSome(ctx, tx, id); return err })
		s.proven(t, string(while)+", a slice later")
	}
	conference.Jobs(s.Jobs)
	if err := s.Jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	is(then)
	s.proven(t, string(then))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// keysOf2 is the key of the first member of unit n.
func (s *story) keysOf2(ctx context.Context, tx *db.Tx, n int) string {
	return must(org.Roster(ctx, tx, s.heads[n-1], s.bloc.units[n-1].ID, 0, 1))[0].Key
}
