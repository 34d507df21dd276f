package nation

import (
	"fmt"
	"time"

	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// items of the form, ten to a section.
const items = 50

var sections = []struct {
	title  string
	labels [10]string
}{
	{"Tổ chức, đảng viên", [10]string{
		"Đảng viên đầu kỳ", "Đảng viên cuối kỳ", "Đảng viên dự bị", "Quần chúng tham dự lớp nhận thức về Đảng", "Đảng viên kết nạp trong kỳ",
		"Đảng viên chuyển chính thức", "Đảng viên chuyển đến", "Đảng viên chuyển đi", "Đảng viên được miễn sinh hoạt", "Đảng viên đi làm xa",
	}},
	{"Sinh hoạt chi bộ", [10]string{
		"Kỳ sinh hoạt thường kỳ", "Đảng viên dự sinh hoạt", "Đảng viên vắng có lý do", "Đảng viên vắng không lý do", "Buổi sinh hoạt chuyên đề",
		"Nghị quyết chi bộ đã ban hành", "Cuộc họp chi ủy", "Biên bản đã lưu", "Nhiệm vụ giao đảng viên", "Nhiệm vụ đã hoàn thành",
	}},
	{"Học tập, quán triệt", [10]string{
		"Văn bản được giao quán triệt", "Văn bản đã quán triệt", "Hội nghị đã tổ chức", "Đảng viên dự học tập", "Đảng viên học bù",
		"Bài thu hoạch đã nộp", "Quần chúng dự nghe", "Buổi báo cáo viên trực tiếp", "Lượt dự trực tuyến", "Tài liệu đã phát",
	}},
	{"Chương trình hành động", [10]string{
		"Chương trình, kế hoạch phải xây dựng", "Chương trình, kế hoạch đã ban hành", "Nhiệm vụ trong kế hoạch", "Nhiệm vụ đúng hạn", "Nhiệm vụ chậm hạn",
		"Chỉ tiêu đã đạt", "Chỉ tiêu chưa đạt", "Mô hình đăng ký mới", "Mô hình đang duy trì", "Tập thể được khen",
	}},
	{"Tuyên truyền, phong trào", [10]string{
		"Buổi nói chuyện chuyên đề", "Lượt người nghe", "Tin, bài trên bản tin cơ sở", "Pa nô, áp phích", "Cuộc thi đã tổ chức",
		"Người dự thi", "Công trình, phần việc", "Ngày công tham gia", "Buổi văn hóa, văn nghệ", "Lượt người tham gia",
	}},
}

// A month is a period of the form.
type month struct {
	id, name       string
	from, to, last vn.Day
	sheet          int64
}

const months = 12

// months returns the twelve periods: those of 2025, or the last before July 2025.
func (p *plan) months(form string) []month {
	first := time.January
	year := 2025
	if p.Before {
		first, year = time.July, 2024
	}
	all := make([]month, months)
	for i := range all {
		t := time.Date(year, first+time.Month(i), 1, 0, 0, 0, 0, vn.Zone)
		m := month{
			id: fmt.Sprintf("%s%02d", form[:10], i+1), name: fmt.Sprintf("Tháng %d/%d", t.Month(), t.Year()),
			from: vn.DayOf(t), to: vn.DayOf(t.AddDate(0, 1, 0)),
		}
		m.last = m.to.AddDays(4)
		all[i] = m
	}
	return all
}

// chance is a number by chance that depends on what it is asked for alone
// (SplitMix64).
func chance(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// figures returns what the unit at a place returned in month m: lane 0 is 1, then
// the items. false: nothing, which is so for one unit in a hundred in the last.
func (p *plan) figures(out *[items + 1]int64, at int32, m int) bool {
	h := chance(p.Seed<<32 ^ uint64(at)<<8 ^ uint64(m))
	if m == months-1 && h%100 == 0 {
		return false
	}
	size := int64(p.units[at].size)
	out[0] = 1
	for i := 1; i <= items; i++ {
		h = h*6364136223846793005 + 1442695040888963407
		x := int64(h >> 33)
		switch {
		case i <= 2:
			out[i] = size
		case i%10 == 2 || i%10 == 4 || i == items:
			out[i] = x % (size + 1)
		default:
			out[i] = x % 7
		}
	}
	return true
}

// returnedAt is when the unit at a place returned month m: most in time.
func (p *plan) returnedAt(at int32, m int, to vn.Day) int64 {
	const day = 24 * 3600
	h := chance(p.Seed ^ uint64(at)<<16 ^ uint64(m)<<8)
	days := h % 5
	if h%40 == 0 {
		days = 5 + h%4
	}
	return to.Start().Unix() + int64(days)*day + int64(h>>32%10*3600) + 8*3600
}

// totals adds up month m for the units that have others under them, by their
// numbers in inner.
func (p *plan) totals(m int) [][items + 1]int64 {
	sums := make([][items + 1]int64, p.inners)
	var own [items + 1]int64
	for i := len(p.units) - 1; i >= 0; i-- {
		u := &p.units[i]
		from := &own
		if n := p.inner[i]; n >= 0 {
			from = &sums[n]
		} else if !p.figures(&own, int32(i), m) {
			continue
		}
		if u.up >= 0 {
			into := &sums[p.inner[u.up]]
			for k := range into {
				into[k] += from[k]
			}
		}
	}
	return sums
}

// children lists the places directly under each that has any, in order.
func (p *plan) children() [][]int32 {
	all := make([][]int32, p.inners)
	for i := range p.units {
		if up := p.units[i].up; up >= 0 {
			n := p.inner[up]
			all[n] = append(all[n], int32(i))
		}
	}
	return all
}

// nodes yields the nodes of month m in the order of their key: parents by their
// ids, then units.
func (p *plan) nodes(m int, children [][]int32, yield func(parent, at int32, own, total []byte) bool) {
	sums := p.totals(m)
	none := tally.PackAll(nil)
	var own [items + 1]int64
	node := func(parent, at int32) bool {
		if n := p.inner[at]; n >= 0 {
			return sums[n][0] == 0 || yield(parent, at, none, tally.PackAll(sums[n][:]))
		}
		if !p.figures(&own, at, m) {
			return true
		}
		b := tally.PackAll(own[:])
		return yield(parent, at, b, b)
	}
	if !node(-1, 0) {
		return
	}
	for i := range p.units {
		if p.inner[i] < 0 {
			continue
		}
		for _, c := range children[p.inner[i]] {
			if !node(int32(i), c) {
				return
			}
		}
	}
}
