package world

import (
	"context"

	"nhipcau/internal/clause"
	"nhipcau/internal/db"
	"nhipcau/internal/directive"
	"nhipcau/internal/plan"
	"nhipcau/internal/rollout"
)

// clauses are made up: the files of the demonstration hold no text of the papers.
const clauses = `I. Mục tiêu (minh họa)
1. Đoàn viên nắm vững nội dung cốt lõi của văn bản
2. Gắn học tập với nhiệm vụ chuyên môn của đơn vị
II. Nhiệm vụ, giải pháp (minh họa)
1. Tuyên truyền, phổ biến bằng nhiều hình thức
2. Xây dựng công trình, phần việc thanh niên
a) Đăng ký công trình từ đầu năm
b) Đánh giá, nhân rộng cách làm hay
3. Kiểm tra, giám sát việc thực hiện`

// divide enters the clauses of the first paper of the rollout.
func (s *story) divide() {
	s.on(at(10, 16, 10, 0), func(ctx context.Context, tx *db.Tx) error {
		papers, err := rollout.Papers(ctx, tx, s.rollout)
		if err != nil {
			return err
		}
		d, err := directive.Get(ctx, tx, s.vanthu, papers[0].Directive)
		if err != nil {
			return err
		}
		if err := clause.Set(ctx, tx, s.vanthu, d.ID, 0, clauses); err != nil {
			return err
		}
		all, err := clause.Of(ctx, tx, clause.Paper{Kind: clause.Directive, ID: d.ID})
		s.pieces = map[string]string{}
		for _, c := range all {
			s.pieces[c.N] = c.ID
		}
		return err
	})
}

// carry lets a programme carry out clauses of the paper and gives it a target. Where
// the paper has not been divided it carries nothing out.
func (s *story) carry(f *plan.Form) {
	f.Targets = []plan.Target{{Indicator: "Tỷ lệ đoàn viên được học tập (minh họa)", Value: "100", Unit: "%"}}
	if len(s.pieces) == 0 {
		return
	}
	f.Goals[0].Carries, f.Goals[1].Carries = []string{s.pieces["I.1"]}, []string{s.pieces["I.2"]}
	f.Targets[0].Carries = []string{s.pieces["I.1"]}
	f.Tasks[0].Carries, f.Tasks[1].Carries = []string{s.pieces["II.1"]}, []string{s.pieces["II.2.a"]}
}
