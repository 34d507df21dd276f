package world

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/hall"
	"nhipcau/internal/minutes"
	"nhipcau/internal/site"
)

// portConference is the city's conference of 25 June 2021 as its offices hold it: sites
// with their equipment looked at, two roll calls that devices note, the hall, and the
// minutes. What the article does not tell is made up: the times of the topics, who came,
// the announcement and the questions.
func (s *story) portConference() {
	c := &conference.Conference{} // known when it has been entered
	s.on(on2(2021, 6, 23, 8, 0), func(ctx context.Context, tx *db.Tx) (err error) {
		if *c, err = conference.Enter(ctx, tx, s.vanthu, conference.Form{
			Rollout: s.rollout.ID, Sort: "main", Mode: "online", Day: "2021-06-25", Start: "08:00", End: "11:30", Units: s.everyUnit(),
			Title:  "Hội nghị trực tuyến học tập, quán triệt Nghị quyết Đại hội Đảng bộ thành phố lần thứ XVI; triển khai Chương trình hành động của Đoàn",
			Place:  "Điểm cầu Thành đoàn Hải Phòng và 56 điểm cầu tại các Quận, Huyện đoàn, Đoàn trực thuộc",
			Topics: haiPhongTopics(), Rule: attendance.Rule{Need: 2},
			Calls: []attendance.Call{{Name: "Đầu giờ", At: "08:00"}, {Name: "Cuối giờ", At: "11:15"}},
		}); err != nil {
			return err
		}
		for _, u := range s.bloc.units {
			if _, err := site.Add(ctx, tx, s.vanthu, c.ID, site.Form{Unit: u.Key, Name: "Điểm cầu " + u.Short, Capacity: 40, Contact: u.members[1].Name, Technician: u.members[2].Name}); err != nil {
				return err
			}
		}
		_, err = conference.Convene(ctx, tx, s.vanthu, c.ID, c.Version)
		return err
	})
	s.on(on2(2021, 6, 24, 15, 0), func(ctx context.Context, tx *db.Tx) error { return s.lookAtSites(ctx, tx, c.ID) })
	for n := range s.bloc.units {
		s.roll(c, n, 1, on2(2021, 6, 25, 8, n%20))
		s.roll(c, n, 2, on2(2021, 6, 25, 11, 15+n%10))
	}
	s.sitting(c)
	s.on(on2(2021, 6, 25, 11, 30), func(ctx context.Context, tx *db.Tx) error {
		for n, head := range s.heads {
			_, x, err := site.Get(ctx, tx, head, c.ID, int64(n+1))
			if err != nil {
				return err
			}
			if err := site.Close(ctx, tx, head, c.ID, x.N, x.Version); err != nil {
				return err
			}
		}
		now, err := conference.Get(ctx, tx, s.vanthu, c.ID)
		if err != nil {
			return err
		}
		return conference.Close(ctx, tx, s.vanthu, c.ID, now.Version)
	})
	s.on(on2(2021, 6, 25, 15, 0), func(ctx context.Context, tx *db.Tx) error {
		if err := minutes.Begin(ctx, tx, s.vanthu, c.ID, asked); err != nil {
			return err
		}
		return minutes.Sign(ctx, tx, s.vanthu, c.ID, 1)
	})
	s.on(on2(2021, 6, 25, 16, 0), func(ctx context.Context, tx *db.Tx) error { return minutes.Sign(ctx, tx, s.bikhu, c.ID, 1) })
}

// lookAtSites has each unit put its people at its site and look at the equipment there.
func (s *story) lookAtSites(ctx context.Context, tx *db.Tx, id string) error {
	lines, err := site.Lines(ctx, tx, id)
	if err != nil {
		return err
	}
	var all []int64
	for _, l := range lines {
		all = append(all, l.N)
	}
	for i, head := range s.heads {
		n := int64(i + 1)
		if _, _, err := site.Put(ctx, tx, head, id, n, []string{s.bloc.units[i].Key}, false); err != nil {
			return err
		}
		if err := site.TickLines(ctx, tx, head, id, n, 1, all); err != nil {
			return err
		}
		if err := site.MakeReady(ctx, tx, head, id, n, 2, ""); err != nil {
			return err
		}
	}
	return nil
}

// roll has the device at the site of unit n, from 0, note who is there at a roll call:
// everybody but one in 67, who is on duty.
func (s *story) roll(c *conference.Conference, n int, call int64, t time.Time) {
	before := 0
	for _, u := range s.bloc.units[:n] {
		before += len(u.members)
	}
	s.on(t, func(ctx context.Context, tx *db.Tx) error {
		r := rand.New(rand.NewPCG(uint64(n), uint64(call)))
		var facts []attendance.Fact
		for i, m := range s.bloc.units[n].members {
			at := t.UnixMilli() - int64(len(s.bloc.units[n].members)-i)*7_000
			f := attendance.Fact{
				ID:     fmt.Sprintf("%08x-%04x-7%03x-a%03x-%012x", at>>16, at&0xffff, r.IntN(1<<12), r.IntN(1<<12), r.Int64N(1<<48)),
				Device: fmt.Sprintf("may-%02d", n+1), Seq: call*1000 + int64(i), At: at, Call: call, Member: m.Key, State: attendance.Online, Source: []string{"qr", "qr", "list"}[i%3],
			}
			if (before+i)%67 == 66 {
				f.State, f.Reason, f.Source = attendance.Excused, "duty", "hand"
			}
			facts = append(facts, f)
		}
		_, err := site.CheckIn(ctx, tx, s.heads[n], c.ID, int64(n+1), facts)
		return err
	})
}

// sitting tells what happens in the hall: the topics, an announcement and two questions.
func (s *story) sitting(c *conference.Conference) {
	topic := func(n int, do func(ctx context.Context, tx *db.Tx, id string) error) func(ctx context.Context, tx *db.Tx) error {
		return func(ctx context.Context, tx *db.Tx) error {
			all, err := conference.Topics(ctx, tx, c.ID)
			if err != nil {
				return err
			}
			return do(ctx, tx, all[n].ID)
		}
	}
	for n, at := range [][4]int{{8, 22, 9, 4}, {9, 6, 9, 46}, {10, 1, 10, 41}, {10, 44, 11, 13}} {
		s.on(on2(2021, 6, 25, at[0], at[1]), topic(n, func(ctx context.Context, tx *db.Tx, id string) error { return hall.Begin(ctx, tx, s.vanthu, c.ID, id) }))
		s.on(on2(2021, 6, 25, at[2], at[3]), topic(n, func(ctx context.Context, tx *db.Tx, id string) error { return hall.End(ctx, tx, s.vanthu, c.ID, id) }))
	}
	s.on(on2(2021, 6, 25, 9, 46), func(ctx context.Context, tx *db.Tx) error {
		return hall.Announce(ctx, tx, s.vanthu, c.ID, "", "Nghỉ giải lao đến 10 giờ (minh họa)")
	})
	for i, q := range []struct {
		unit, topic  int
		text, answer string
	}{
		{3, 2, "Đoàn trực thuộc không có chi đoàn trường học thì xây dựng chương trình hành động theo khung nào? (minh họa)", "Theo khung chung, bỏ phần trường học (minh họa)."},
		{40, 3, "Chương trình hành động gửi về Thành đoàn khi nào? (minh họa)", "Chậm nhất ngày 31/8/2021 (minh họa)."},
	} {
		s.on(on2(2021, 6, 25, 10, 50+i), topic(q.topic, func(ctx context.Context, tx *db.Tx, id string) error {
			_, err := hall.Put(ctx, tx, s.heads[q.unit], c.ID, hall.Ask{Topic: id, Site: int64(q.unit + 1), Text: q.text})
			return err
		}))
		s.on(on2(2021, 6, 25, 11, i), func(ctx context.Context, tx *db.Tx) error { return hall.Take(ctx, tx, s.vanthu, c.ID, int64(i+1), 1) })
		s.on(on2(2021, 6, 25, 11, 5+i), func(ctx context.Context, tx *db.Tx) error {
			return hall.Answer(ctx, tx, s.vanthu, c.ID, int64(i+1), 2, q.answer)
		})
	}
}

// asked is what the minutes of a conference take from its hall.
func asked(ctx context.Context, tx *db.Tx, by auth.Actor, id string) (all []minutes.Question, err error) {
	had, err := hall.Asked(ctx, tx, by, id)
	for _, q := range had {
		all = append(all, minutes.Question{Topic: q.TopicTitle, Text: q.Text, Answer: q.Note})
	}
	return all, err
}
