package world

import (
	"context"
	"fmt"
	"time"

	"nhipcau/internal/db"
	"nhipcau/internal/task"
	"nhipcau/internal/vn"
)

// work adds what the bloc gives its units to do besides the rollout: to some, to one
// with a partner, to all, and to itself.
func (s *story) work() {
	list := make([]task.Task, 0, len(s.heads))
	s.on(at(10, 19, 14, 0), func(ctx context.Context, tx *db.Tx) error {
		list = list[:0] // the closure may run twice
		f := task.Form{
			Text: "Rà soát đoàn viên chưa tham gia học tập, lập danh sách và đề xuất buổi học bù", Deliverable: "Danh sách đoàn viên cần học bù, có xác nhận của bí thư",
			Source: task.Conclusion, SourceText: "Thông báo kết luận giao ban tháng 10 của Ban Thường vụ, mục 2",
		}
		for n := range 6 {
			f.Leads = append(f.Leads, s.bloc.units[n].Key)
		}
		o, err := task.Give(ctx, tx, s.bikhu, f)
		if err != nil {
			return err
		}
		list, err = task.First(ctx, tx, s.bikhu, o.ID, len(f.Leads))
		return err
	})
	of := func(n int) task.Task {
		for _, t := range list {
			if t.Lead.ID == s.bloc.units[n-1].ID {
				return t
			}
		}
		return task.Task{}
	}
	finish := func(n int, t time.Time) {
		s.on(t, func(ctx context.Context, tx *db.Tx) error {
			return task.Finish(ctx, tx, s.heads[n-1], of(n).ID, of(n).Version, fmt.Sprintf("Đã rà soát xong, %d đoàn viên cần học bù.", n+2))
		})
	}
	finish(1, at(10, 23, 10, 0))
	finish(2, at(10, 26, 16, 0))
	finish(5, at(10, 27, 9, 0))
	s.on(at(10, 24, 9, 0), func(ctx context.Context, tx *db.Tx) error {
		return task.Verify(ctx, tx, s.vanthu, of(1).ID, of(1).Version+1, "")
	})
	s.on(at(10, 28, 9, 0), func(ctx context.Context, tx *db.Tx) error {
		return task.SendBack(ctx, tx, s.vanthu, of(5).ID, of(5).Version+1, "Danh sách chưa ghi lý do vắng của từng đoàn viên.")
	})
	s.on(at(10, 28, 15, 0), func(ctx context.Context, tx *db.Tx) error {
		return task.Ask(ctx, tx, s.heads[2], of(3).ID, of(3).Version, vn.DayOf(tx.Now).AddDays(9), "Nhiều đoàn viên đang đi công tác, chưa liên hệ được.")
	})
	s.on(at(10, 28, 8, 30), func(ctx context.Context, tx *db.Tx) error {
		f := task.Form{
			Text: "Xây dựng phóng sự ảnh về đợt học tập để đăng trang tin của Đoàn khối", Deliverable: "Phóng sự 15 ảnh kèm chú thích",
			Leads: []string{s.bloc.units[6].Key}, Partners: []string{s.bloc.units[7].Key}, Day: vn.DayOf(tx.Now).AddDays(18),
		}
		o, err := task.Give(ctx, tx, s.vanthu, f)
		if err != nil {
			return err
		}
		all, err := task.First(ctx, tx, s.vanthu, o.ID, 1)
		if err != nil {
			return err
		}
		return task.Note(ctx, tx, s.heads[6], all[0].ID, "Đã chọn được 9 ảnh, đang chờ ảnh của các chi đoàn.")
	})
	s.on(at(10, 30, 10, 0), func(ctx context.Context, tx *db.Tx) error {
		_, err := task.Give(ctx, tx, s.bikhu, task.Form{Text: "Cử một cán bộ phụ trách số liệu và báo cáo của đơn vị", Deliverable: "Văn bản cử cán bộ", Reach: task.All})
		return err
	})
	s.on(at(10, 30, 10, 30), func(ctx context.Context, tx *db.Tx) error {
		_, err := task.Give(ctx, tx, s.bikhu, task.Form{
			Text: "Tổng hợp ý kiến đoàn viên sau học tập, báo cáo Đảng ủy Khối", Deliverable: "Báo cáo tổng hợp", Leads: []string{s.bikhu.UnitKey}, Day: vn.DayOf(tx.Now).AddDays(21),
		})
		return err
	})
}
