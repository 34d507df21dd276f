package app_test

import (
	"net/http"
	"testing"

	"nhipcau/internal/app"
)

// TestSeeds reads in the demonstration the figures that five articles publish,
// and follows each from the page to what was entered: a roll, a programme, or a
// statement with its paper.
func TestSeeds(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	if n, details, err := h.Prove(t.Context()); err != nil || n > 0 {
		t.Fatalf("%d mismatches, %v: %q", n, err, details)
	}
	for _, seed := range []struct{ name, script string }{
		{"000", `
			as bikhu
			see '17/01/2024'
			get '/conferences?q=hoc+tap+quan+triet'
			take C 'href="/conferences/([a-z0-9]+)">Hội nghị học tập, quán triệt và triển khai thực hiện Nghị quyết số 59'
			get /conferences/$C
			see '16/10/2020' '62 / 62 tổ chức có đại diện dự' 'Trần Văn Kiệt' 'Phan Anh Trang' 'Nghị quyết số 59-NQ/TW ngày 05/8/2020'
			take F '(/figures/[0-9]+/doan-khoi/represented\?subtree=1)'
			get $F
			see '62'
			take L '(/conferences/[a-z0-9]+/rows\?unit=tccs-0[^"]*)'
			get $L
			see 'Bí thư' 'có mặt'
			get '/directives?q=59-NQ/TW'
			see '05/8/2020' 'Bộ Chính trị'
			get '/rollouts?q=nghi+quyet+so+59'
			take R 'href="/rollouts/([a-z0-9]{12})"'
			get /rollouts/$R
			see '100 %'
			take S '(/sheets/[0-9]+)'
			get $S
			see 'Đã chốt số liệu' '15/01/2021' 'Mã kiểm chứng'`},
		{"001", `
			as hp-bithu
			get /conferences
			take C 'href="/conferences/([a-z0-9]+)">Hội nghị trực tuyến học tập, quán triệt'
			get /conferences/$C
			see '25/6/2021' '994 / 1.009 trực tuyến' '56 / 56 tổ chức có đại diện dự' 'Những nội dung cốt lõi' 'Công tác giáo dục của Đoàn' 'phụ trách Đội TNTP' 'xung kích, tình nguyện'
			take F '(/figures/[0-9]+/thanh-doan-hai-phong/represented\?subtree=1)'
			get $F
			see '56'
			take L '(/conferences/[a-z0-9]+/rows\?unit=hp-01[^"]*)'
			get $L
			see 'trực tuyến' 'Đoàn số 01'
			get /statements
			take T 'href="(/statements/[a-z0-9]{12})"'
			get $T
			see '56 điểm cầu' 'gần 1.000' 'gần 1.000 cán bộ Đoàn chủ chốt' '4 chuyên đề'
			take F '(/figures/[0-9]+/thanh-doan-hai-phong/value_2\?subtree=1)'
			get $F
			see 'gần 1.000' 'Cán bộ Đoàn chủ chốt tham gia' 'khai báo' 'Hoàng Tùng'
			take L '(/stated/[a-z0-9]{12})'
			get $L
			see 'Gần 1.000 cán bộ Đoàn chủ chốt thành phố tham gia' 'Hoàng Tùng'
			get /rollouts
			take R 'href="/rollouts/([a-z0-9]{12})"'
			get /rollouts/$R
			see '56 / 56 đã thông qua chương trình'`},
		{"001 as offices hold it", `
			as hp-bithu
			get /conferences
			take C 'href="/conferences/([a-z0-9]+)">Hội nghị trực tuyến học tập, quán triệt'
			get /conferences/$C
			see '994 Đầu giờ' '994 Cuối giờ' '56 / 56 điểm cầu đã vào' '08:20–09:05'
			get /conferences/$C/missed
			see 'Đoàn số 56 vắng có lý do'
			get /conferences/$C/turnout
			see 'Được triệu tập 0 994 994 / 1.009' 'Cuối giờ 11:15 994' 'Cộng 1.988'
			get /conferences/$C/desk
			see '08:22–09:04' '10:44–11:13'
			get /conferences/$C/questions
			see 'Câu hỏi số 2' 'Chậm nhất ngày 31/8/2021'
			get /conferences/$C/sites/56
			see 'Điểm cầu Đoàn số 56' 'đã kết thúc'
			get /conferences/$C/minutes
			see 'có mặt 994 đồng chí' 'Điểm cầu đã vào: 56 trong 56' 'Chậm nhất ngày 31/8/2021' 'Cấp số biên bản'
			take S 'href="/figures/([0-9]+)/'
			get /figures/$S/hp-01/checked_in
			take B '(/conferences/[a-z0-9]+/sites/1/checkins/[^"&]+)'
			get $B
			see 'may-01' 'mã QR' 'danh sách'`},
		{"002", `
			as kt-bithu
			get /conferences
			take C 'href="/conferences/([a-z0-9]+)">Hội nghị cán bộ chủ chốt của Đảng bộ Khối'
			get /conferences/$C
			see '04/12/2020' 'Hoàng Anh Trung' 'Dự thảo Chương trình hành động của Đảng bộ Khối các cơ quan tỉnh'
			get /rollouts
			take R 'href="/rollouts/([a-z0-9]{12})"'
			get /rollouts/$R
			see 'trước ngày 31/12/2020'
			take F '(/figures/[0-9]+/dang-bo-khoi-tinh/held\?subtree=1)'
			get $F
			see '24'
			take L '(/conferences/[a-z0-9]+/rows\?unit=kt-01[^"]*)'
			get $L
			get /rollouts/$R/units/kt-11
			see 'muộn 1 ngày'
			get /rollouts/$R/units/kt-10
			not 'muộn'
			get '/plans?q=dang+bo+khoi+cac+co+quan+tinh'
			take P 'href="/plans/([a-z0-9]+)">Chương trình hành động của Đảng bộ Khối các cơ quan tỉnh'
			get /plans/$P
			see 'Các đại biểu dự Hội nghị đã đóng góp nhiều ý kiến vào dự thảo'`},
		{"003", `
			as du-bithu
			get /conferences
			take C 'href="/conferences/([a-z0-9]+)">Hội nghị tổng kết năm 2023'
			get /conferences/$C
			see '16/01/2024' 'Đặng Anh Tuấn'
			get /statements
			take T 'href="(/statements/[a-z0-9]{12})"'
			get $T
			see '67 bài' '37 bài' '30 bài' 'năm 2023'
			take F '(/figures/[0-9]+/dang-uy-khoi-tinh/value_2\?subtree=1)'
			get $F
			see '37' 'khai báo' 'Nguyễn Anh Tho'
			take L '(/stated/[a-z0-9]{12})'
			get $L
			see '37 bài hưởng ứng cuộc thi viết chính luận' '30 bài hưởng ứng Giải Báo chí'
			get '/directives?q=01-KL/TW'
			see '18/5/2021'`},
		{"004", `
			as ct-bithu
			get /rollouts
			take R 'href="/rollouts/([a-z0-9]{12})"'
			get /rollouts/$R
			see '27 / 27 đã thông qua chương trình'
			take F '(/figures/[0-9]+/ct-01/adopted\?subtree=1)'
			get $F
			see '27'
			take L '(/plans/[a-z0-9]{12})'
			get $L
			see 'Chỉ thị số 05-CT/TW' 'thông qua ngày'
			get /statements
			take T 'href="(/statements/[a-z0-9]{12})"'
			get $T
			see 'hơn 92' '“hơn 92% đảng viên”' '32 mô hình' '34 mô hình' '78 lớp' '2.611 lượt học viên' 'hơn 5.700' 'trên 5.700 học viên' '“99% so với yêu cầu”'
			take F '(/figures/[0-9]+/ban-tuyen-giao-can-tho/value_6\?subtree=1)'
			get $F
			see 'hơn 5.700' 'khai báo'
			take L '(/stated/[a-z0-9]{12})'
			get $L
			see 'trên 5.700 học viên' '43 lớp bồi dưỡng lý luận chính trị' 'cập nhật 29/10/2020'
			get $T
			take F '(/figures/[0-9]+/ban-tuyen-giao-can-tho/value_4\?subtree=1)'
			get $F
			see '35' '43'`},
	} {
		t.Run(seed.name, func(t *testing.T) {
			p := &player{t: t, h: h, people: map[string]*http.Client{}, vars: map[string]string{}}
			p.script(t, seed.script)
		})
	}
}
