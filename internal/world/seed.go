package world

import (
	"nhipcau/internal/conference"
	"nhipcau/internal/directive"
)

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
	subject01    = "Về tiếp tục thực hiện Chỉ thị số 05-CT/TW ngày 15/5/2016 của Bộ Chính trị khóa XII"
	subjectBloc  = "Nghị quyết Đại hội đại biểu Đảng bộ Khối lần thứ VIII, nhiệm kỳ 2020-2025"
	issuerBloc   = "Đại hội đại biểu Đảng bộ Khối lần thứ VIII"
	subjectCity  = "Kết quả Đại hội đại biểu Đảng bộ thành phố Cần Thơ lần thứ XIV, nhiệm kỳ 2020-2025"
	issuerCity   = "Đại hội đại biểu Đảng bộ thành phố Cần Thơ lần thứ XIV"
	speaker      = "Trần Văn Kiệt"
	speakerTitle = "Nguyên Phó Trưởng Ban Tuyên giáo Thành ủy Cần Thơ, Phó Chủ tịch Hội Khoa học, Xã hội và Nhân văn TP Cần Thơ"
	deputy       = "Phan Anh Trang"
	deputyTitle  = "Phó Bí thư Đoàn khối cơ quan Dân Chính Đảng TP Cần Thơ"
)

// A plot is what a telling of the bloc's rollout is about.
type plot struct {
	paper      string // in short
	file       string // name of the sample file of the first paper
	papers     []directive.Form
	title      string // of the rollout
	note       string
	conference string
	topics     []conference.Topic
	guests     [2]string
}

// resolution59 is the article's.
var resolution59 = plot{
	paper: "Nghị quyết số 59-NQ/TW", file: "Nghị quyết 59-NQ-TW.pdf",
	papers: []directive.Form{
		{Kind: "NQ", Number: "59", Symbol: "NQ/TW", Issuer: "Bộ Chính trị", Issued: "2020-08-05", Subject: subject59, Sample: true},
		{Kind: "NQ", Issuer: issuerBloc, Term: "2020-2025", Subject: subjectBloc},
		{Kind: "TB", Issuer: issuerCity, Term: "2020-2025", Subject: subjectCity},
	},
	title:      "Học tập, quán triệt và triển khai thực hiện Nghị quyết số 59-NQ/TW và Nghị quyết Đại hội Đảng bộ Khối lần thứ VIII",
	note:       "Các tổ chức cơ sở Đoàn triển khai lại cho 100 % đoàn viên và xây dựng chương trình, kế hoạch thực hiện.",
	conference: conferenceTitle,
	topics: []conference.Topic{
		{Title: "Nghị quyết số 59-NQ/TW ngày 05/8/2020 của Bộ Chính trị", Speaker: speaker, SpeakerTitle: speakerTitle},
		{Title: subjectBloc},
		{Title: subjectCity},
		{Title: "Mục đích và nhiệm vụ sau hội nghị", Speaker: deputy, SpeakerTitle: deputyTitle},
	},
	guests: [2]string{groups[0], groups[1]},
}

// conclusion01 is made up around a real paper: what the bloc is in the middle of
// when the demonstration begins.
var conclusion01 = plot{
	paper: "Kết luận số 01-KL/TW", file: "Kết luận 01-KL-TW.pdf",
	papers: []directive.Form{
		{Kind: "KL", Number: "01", Symbol: "KL/TW", Issuer: "Bộ Chính trị", Issued: "2021-05-18", Subject: subject01, Sample: true},
	},
	title:      "Học tập chuyên đề năm 2024 theo Kết luận số 01-KL/TW (minh họa)",
	note:       "Các tổ chức cơ sở Đoàn học tập chuyên đề và xây dựng chương trình thực hiện. Đợt này là dữ liệu minh họa.",
	conference: "Hội nghị học tập chuyên đề năm 2024 (minh họa)",
	topics:     []conference.Topic{{Title: "Kết luận số 01-KL/TW ngày 18/5/2021 của Bộ Chính trị"}, {Title: "Nhiệm vụ sau hội nghị"}},
	guests:     [2]string{"Đại diện lãnh đạo Đảng ủy (minh họa)", "Báo cáo viên (minh họa)"},
}

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
