package world

import (
	"context"
	"fmt"
	"slices"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/follow"
	"nhipcau/internal/org"
	"nhipcau/internal/plan"
	"nhipcau/internal/presence"
	"nhipcau/internal/report"
	"nhipcau/internal/rollout"
	"nhipcau/internal/vn"
)

// finish tells what became of the bloc's rollout after the second of November:
// who was late made it good, who was away studied later, every unit adopted a
// programme and reported. All of it is made up.
func (s *story) finish() {
	for n := 1; n <= Units; n++ {
		switch fateOf(n) {
		case overdue:
			s.unitConference(n, "main", at(11, 5+n%4, 14, n%60))
		case extended:
			s.unitConference(n, "main", at(11, 4+n%2, 14, n%60))
		}
		s.makeup(n, at(11, 16+n%9, 8, n%60))
		s.lastPlan(n, at(11, 9+n%5, 9, n%60))
		s.lastReport(n, at(12, 1+n%13, 15, n%60))
	}
}

// makeup lets those of unit n who are still missing study, if there are any.
func (s *story) makeup(n int, t time.Time) {
	c, by := s.bloc.units[n-1], s.heads[n-1]
	s.on(t, func(ctx context.Context, tx *db.Tx) error {
		counted, err := follow.Credited(ctx, tx, s.rollout.ID, c.ID)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(c.members, func(m org.Member) bool { return !m.Exempt && !counted[m.ID] }) {
			return nil
		}
		got, err := conference.Enter(ctx, tx, by, conference.Form{
			Rollout: s.rollout.ID, Title: fmt.Sprintf("Buổi học bù %s của %s", s.plot.paper, c.Short), Sort: "makeup", Mode: "in_person",
			Day: s.day(vn.DayOf(t)), Start: "08:00", End: "10:00", Sample: true, Topics: s.plot.topics[:1],
		})
		if err != nil {
			return err
		}
		if _, err := conference.Convene(ctx, tx, by, got.ID, got.Version); err != nil {
			return err
		}
		rows, err := presence.Roll(ctx, tx, got.ID)
		if err != nil {
			return err
		}
		var all []attendance.Mark
		for _, r := range rows {
			if r.State == attendance.Invited {
				all = append(all, attendance.Mark{Member: r.Member, State: attendance.Present, Version: r.Version})
			}
		}
		if _, err := conference.Mark(ctx, tx, by, got.ID, all, nil); err != nil {
			return err
		}
		return conference.Close(ctx, tx, by, got.ID, got.Version+1)
	})
}

// lastPlan lets unit n adopt its programme if it has not.
func (s *story) lastPlan(n int, t time.Time) {
	by := s.heads[n-1]
	s.on(t, func(ctx context.Context, tx *db.Tx) error {
		all, err := plan.List(ctx, tx, by, plan.Filter{Rollout: s.rollout.ID, Unit: by.Unit}, 0, 1)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			p, err := plan.Enter(ctx, tx, by, s.rollout.ID, s.planForm(s.bloc.units[n-1].Short))
			if err != nil {
				return err
			}
			all = append(all, p)
		}
		if all[0].State == plan.Adopted {
			return nil
		}
		return plan.Adopt(ctx, tx, by, all[0].ID, all[0].Version, plan.Adoption{})
	})
}

// lastReport lets unit n report if it has not, and the bloc accept it.
func (s *story) lastReport(n int, t time.Time) {
	by := s.heads[n-1]
	var r report.Report
	s.on(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if r, err = report.Begin(ctx, tx, by, s.rollout.ID); err != nil || !r.Open() {
			return err
		}
		if err := report.Write(ctx, tx, by, r.ID, r.Version, map[string]string{
			"strengths": "Tổ chức học tập đủ nội dung (minh họa).", "shortcomings": "Một số đoàn viên học bù do bận công tác (minh họa).",
		}); err != nil {
			return err
		}
		return report.Submit(ctx, tx, by, r.ID, r.Version+1)
	})
	s.on(t.Add(24*time.Hour), func(ctx context.Context, tx *db.Tx) error {
		now, err := report.Get(ctx, tx, s.vanthu, r.ID)
		if err != nil || now.State != report.Submitted {
			return err
		}
		return report.Accept(ctx, tx, s.vanthu, r.ID, now.Version)
	})
}

// open tells how a rollout came to be: entered by the clerk, submitted, approved
// by the secretary; its units have their obligations right after.
func (s *story) open(t time.Time, form func() rollout.Form) {
	s.on(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if s.rollout, err = rollout.Enter(ctx, tx, s.vanthu, form(), ""); err != nil {
			return err
		}
		return rollout.Submit(ctx, tx, s.vanthu, s.rollout.ID, s.rollout.Version)
	})
	s.on(t.Add(time.Hour), func(ctx context.Context, tx *db.Tx) error {
		return rollout.Approve(ctx, tx, s.bikhu, s.rollout.ID, s.rollout.Version+1)
	})
	s.on(t.Add(time.Hour), nil)
	s.on(t.Add(time.Hour), func(ctx context.Context, tx *db.Tx) (err error) {
		s.rollout, err = rollout.Get(ctx, tx, s.bikhu, s.rollout.ID)
		return err
	})
}

// gather tells of a conference and its roll: everybody invited was there but one
// in away (0 for nobody).
func (s *story) gather(by auth.Actor, begin, end time.Time, f conference.Form, away int) {
	var c conference.Conference
	s.on(begin.Add(-48*time.Hour), func(ctx context.Context, tx *db.Tx) (err error) {
		if f.Rollout != "" {
			f.Rollout = s.rollout.ID
		}
		if c, err = conference.Enter(ctx, tx, by, f); err != nil {
			return err
		}
		_, err = conference.Convene(ctx, tx, by, c.ID, c.Version)
		return err
	})
	s.on(end, func(ctx context.Context, tx *db.Tx) error {
		rows, err := presence.Roll(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		state := attendance.Present
		if f.Mode == "online" {
			state = attendance.Online
		}
		var all []attendance.Mark
		for i, r := range rows {
			if r.State == attendance.Exempt {
				continue
			}
			m := attendance.Mark{Member: r.Member, State: state, Version: r.Version}
			if away > 0 && i%away == away-1 {
				m.State, m.Reason = attendance.Excused, "duty"
			}
			all = append(all, m)
		}
		if _, err := conference.Mark(ctx, tx, by, c.ID, all, nil); err != nil {
			return err
		}
		return conference.Close(ctx, tx, by, c.ID, c.Version+1)
	})
}

// adopt lets unit n draw up its programme and adopt it.
func (s *story) adopt(n int, t time.Time, f plan.Form) {
	by := s.heads[n-1]
	s.on(t, func(ctx context.Context, tx *db.Tx) error {
		p, err := plan.Enter(ctx, tx, by, s.rollout.ID, f)
		if err != nil {
			return err
		}
		return plan.Adopt(ctx, tx, by, p.ID, p.Version, plan.Adoption{})
	})
}
