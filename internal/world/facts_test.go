package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/attendance"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/pass"
	"nhipcau/internal/presence"
	"nhipcau/internal/site"
	"nhipcau/internal/tally"
)

// A noting is a fact and the site that sends it.
type noting struct {
	n    int64
	fact attendance.Fact
}

// hall returns a gathering with three roll calls, a site without a list as its last,
// an invited guest, and two people exempt from the beginning or marked by hand.
func (s *story) hall(t *testing.T) conference.Conference {
	t.Helper()
	c := s.gathering(t, 2)
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		if _, err := site.Add(ctx, tx, s.bikhu, c.ID, site.Form{Unit: s.bloc.units[2].Key, Name: "Không danh sách"}); err != nil {
			return err
		}
		if err := attendance.InviteGuest(ctx, tx, c.ID, 7, 1, "Khách Bảy", "Sở"); err != nil {
			return err
		}
		return attendance.SetCalls(ctx, tx, c.ID, attendance.Rule{Need: 2, Checkout: true}, []attendance.Call{
			{Name: "Đầu giờ", At: "07:30"}, {Name: "Giữa giờ"}, {Name: "Cuối giờ"},
		})
	})
	return c
}

// notings makes facts of all kinds: of people on the roll and of others, of guests, of
// heads, and of facts taken back. Codes are filled in by send, since they are of one
// conference.
func notings(r *rand.Rand, keys []string, n int) []noting {
	var all []noting
	states := []attendance.State{"present", "present", "present", "present", "online", "out", "out", "excused", "absent", "exempt", "heads", "void", "void", "guest", "guest"}
	guests := []attendance.Visitor{{ID: "7"}, {ID: "8"}}
	for i := range 4 {
		guests = append(guests, attendance.Visitor{ID: fmt.Sprintf("01930a3e-7c00-7abc-8def-00000000000%d", i), Org: "Cơ quan"})
	}
	for i := range n {
		x := noting{1 + r.Int64N(3), fact(r, keys[r.IntN(len(keys))], 1_603_150_000_000+r.Int64N(60))}
		f := &x.fact
		f.Device, f.Seq, f.Offset, f.Call = fmt.Sprint("may-", x.n), int64(i), r.Int64N(60)-30, r.Int64N(4)
		if r.IntN(20) == 0 {
			f.Call = 5 // there is none
		}
		switch f.State = states[r.IntN(len(states))]; f.State {
		case "excused":
			f.Reason = attendance.Reasons[r.IntN(len(attendance.Reasons))]
		case "heads":
			f.Member, f.N = "", r.Int64N(300)
		case "guest":
			f.Member, f.State, f.Guest = "", []attendance.State{"present", "online", "out"}[r.IntN(3)], guests[r.IntN(len(guests))]
			f.Guest.Name = fmt.Sprint("Khách ", r.IntN(3))
		case "void":
			f.Member, f.Reason, f.Ref = "", "nhầm", f.ID
			if len(all) > 0 {
				y := all[r.IntN(len(all))]
				if f.Ref = y.fact.ID; r.IntN(8) > 0 {
					x.n = y.n
				}
			}
		}
		if f.State.There() && f.Member != "" && r.IntN(4) == 0 {
			f.Code, f.Member = f.Member, ""
		}
		all = append(all, x)
	}
	return all
}

// sendAll sends notings to a conference in batches of any size, in the order given.
func (s *story) sendAll(t *testing.T, r *rand.Rand, c string, ids map[string]int64, all []noting) {
	t.Helper()
	for len(all) > 0 {
		n := 1 + r.IntN(min(30, len(all)))
		at := map[int64][]attendance.Fact{}
		for _, x := range all[:n] {
			at[x.n] = append(at[x.n], x.fact)
		}
		for i := range int64(4) {
			if len(at[i]) == 0 {
				continue
			}
			s.do(t, func(ctx context.Context, tx *db.Tx) error {
				coder, err := pass.NewCoder(ctx, tx, c)
				if err != nil {
					return err
				}
				facts := slices.Clone(at[i])
				for j := range facts {
					if facts[j].Code != "" {
						facts[j].Code = coder.Member(ids[facts[j].Code])
					}
				}
				_, err = site.CheckIn(ctx, tx, s.bikhu, c, i, facts)
				return err
			})
		}
		s.proven(t, fmt.Sprint(len(all), " to go"))
		all = all[n:]
	}
}

// stands says what stands of a conference: its roll, its guests, its heads, its facts,
// and every figure of its sheet.
func (s *story) stands(t *testing.T, id string) string {
	t.Helper()
	var b strings.Builder
	s.see(t, func(ctx context.Context, tx *db.Tx) error {
		c, err := conference.Get(ctx, tx, s.bikhu, id)
		if err != nil {
			return err
		}
		rows, err := presence.Roll(ctx, tx, id)
		for _, v := range rows {
			fmt.Fprintln(&b, v.MemberKey, v.State, v.Reason, v.Calls, v.Out, v.Site, v.Extra, v.Attended)
		}
		guests, err2 := presence.Visitors(ctx, tx, id, 0, "", "", 100)
		heads, err3 := presence.HeadCounts(ctx, tx, id)
		fmt.Fprintln(&b, guests, heads)
		for n := range int64(4) {
			facts, err := presence.FactsAt(ctx, tx, id, n, 0, 10_000)
			slices.SortFunc(facts, func(x, y presence.Noted) int { return strings.Compare(x.ID, y.ID) })
			for _, f := range facts {
				fmt.Fprintln(&b, f.ID, f.Standing, f.Member, f.Site, f.State, f.Extra && f.Standing == attendance.Foremost)
			}
			strays, err2 := attendance.AsideAt(ctx, tx, id, n, 10_000)
			slices.SortFunc(strays, func(x, y attendance.Stray) int { return strings.Compare(x.ID, y.ID) })
			for _, f := range strays {
				fmt.Fprintln(&b, f.ID, f.Why)
			}
			if err := cmpOr(err, err2); err != nil {
				return err
			}
		}
		nodes, err4 := tally.Nodes(ctx, tx, c.Sheet)
		for _, u := range s.bloc.units {
			own := nodes[u.ID].Own
			for _, lane := range conference.Kind().Lanes {
				if n := own.Get(conference.Kind().Lane(lane)); n != 0 {
					fmt.Fprintln(&b, u.Key, lane, n)
				}
			}
		}
		return cmpOr(err, err2, err3, err4)
	})
	lines := strings.Split(b.String(), "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// TestFactsConverge: however facts come, torn into batches, late, twice, some while
// the roll was closed, the same stands in the end.
func TestFactsConverge(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			s := house(t, 3)
			r := rand.New(rand.NewPCG(seed, 5))
			keys := slices.Concat(s.keysOf(t, 1)[:4], s.keysOf(t, 2)[:3], s.keysOf(t, 3)[:3])
			ids := map[string]int64{}
			s.see(t, func(ctx context.Context, tx *db.Tx) error {
				return db.Each(ctx, tx, `SELECT key, id FROM member`, nil, func(r db.Scanner) error {
					var key string
					var id int64
					err := r.Scan(&key, &id)
					ids[key] = id
					return err
				})
			})
			all := notings(r, append(keys, "nobody"), 160)
			var stands string
			for way := range 3 {
				c := s.hall(t)
				queue := slices.Clone(all)
				if way > 0 {
					queue = append(queue, all[:80]...)
					r.Shuffle(len(queue), func(i, j int) { queue[i], queue[j] = queue[j], queue[i] })
				}
				s.sendAll(t, r, c.ID, ids, queue[:len(queue)/2])
				if way == 2 {
					s.closeAndReopen(t, c.ID, func() { s.sendAll(t, r, c.ID, ids, queue[len(queue)/2:]) })
				} else {
					s.sendAll(t, r, c.ID, ids, queue[len(queue)/2:])
				}
				s.closed(t, c.ID)
				now := s.stands(t, c.ID)
				if way == 0 {
					stands = now
				} else if now != stands {
					t.Fatalf("way %d stands otherwise:\n%s", way, differ(stands, now))
				}
			}
		})
	}
}

// closed closes a conference.
func (s *story) closed(t *testing.T, id string) {
	t.Helper()
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		c, err := conference.Get(ctx, tx, s.bikhu, id)
		if err != nil {
			return err
		}
		return conference.Close(ctx, tx, s.bikhu, id, c.Version)
	})
	s.proven(t, "closing")
}

func (s *story) closeAndReopen(t *testing.T, id string, meanwhile func()) {
	t.Helper()
	s.closed(t, id)
	meanwhile()
	s.do(t, func(ctx context.Context, tx *db.Tx) error {
		c, err := conference.Get(ctx, tx, s.bikhu, id)
		if err != nil {
			return err
		}
		return conference.Reopen(ctx, tx, s.bikhu, id, c.Version, "còn người")
	})
	s.proven(t, "reopening")
}

// differ returns the lines in which two texts differ.
func differ(a, b string) string {
	was, now := strings.Split(a, "\n"), strings.Split(b, "\n")
	n := map[string]int{}
	for _, l := range was {
		n[l]--
	}
	for _, l := range now {
		n[l]++
	}
	var out strings.Builder
	for l, x := range n {
		if x != 0 {
			fmt.Fprintf(&out, "%+d %s\n", x, l)
		}
	}
	if out.Len() == 0 {
		return a + "\n---\n" + b
	}
	return out.String()
}
