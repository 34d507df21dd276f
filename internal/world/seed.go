package world

// What the article on the conference of 16 October 2020 states: names of
// bodies, documents, speakers in their offices, and figures. Nothing else about
// the real bloc is in this program; the article says nothing of deadlines, of
// how many people came, or of what became of it, so all of that is made up and
// marked so wherever it is shown.
const (
	blocName  = "Đoàn khối cơ quan Dân Chính Đảng TP Cần Thơ"
	blocShort = "Đoàn khối Dân Chính Đảng TP Cần Thơ"
	blocKind  = "Đoàn khối"
	unitKind  = "Tổ chức cơ sở Đoàn"

	// Units is how many grassroots organisations were represented.
	Units = 62

	conferenceDay   = "2020-10-16"
	conferenceTitle = "Hội nghị học tập, quán triệt và triển khai thực hiện Nghị quyết số 59-NQ/TW và Nghị quyết Đại hội đại biểu Đảng bộ Khối lần thứ VIII"

	subject59    = "Về xây dựng và phát triển thành phố Cần Thơ đến năm 2030, tầm nhìn đến năm 2045"
	subjectBloc  = "Nghị quyết Đại hội đại biểu Đảng bộ Khối lần thứ VIII, nhiệm kỳ 2020-2025"
	issuerBloc   = "Đại hội đại biểu Đảng bộ Khối lần thứ VIII"
	subjectCity  = "Kết quả Đại hội đại biểu Đảng bộ thành phố Cần Thơ lần thứ XIV, nhiệm kỳ 2020-2025"
	issuerCity   = "Đại hội đại biểu Đảng bộ thành phố Cần Thơ lần thứ XIV"
	speaker      = "Trần Văn Kiệt"
	speakerTitle = "Nguyên Phó Trưởng Ban Tuyên giáo Thành ủy Cần Thơ, Phó Chủ tịch Hội Khoa học, Xã hội và Nhân văn TP Cần Thơ"
	deputy       = "Phan Anh Trang"
	deputyTitle  = "Phó Bí thư Đoàn khối cơ quan Dân Chính Đảng TP Cần Thơ"
)

// groups are the guests the article names; how many came it does not say.
var groups = []string{
	"Đại diện lãnh đạo Đảng ủy, Đoàn khối cơ quan Dân Chính Đảng TP Cần Thơ",
	"Báo cáo viên các Khối",
}

// A fate is what became of a unit in the made-up history.
type fate uint8

const (
	held     fate = iota // held its conference
	declared             // not on the system, entered by the bloc from a paper
	overdue              // has not, and the day has passed
	extended             // has not, and was given more time
)

// fateOf returns what became of unit n, 1 to Units.
func fateOf(n int) fate {
	switch n {
	case 15, 48:
		return declared
	case 12, 44, 52, 58:
		return overdue
	case 9, 23, 37, 49, 60:
		return extended
	}
	return held
}
