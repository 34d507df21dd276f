package app_test

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"nhipcau/internal/app"
)

// pattern is a .docx of an office, whose table repeats a row for each unit.
func pattern(t *testing.T, words string) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/header1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml"/></Types>`},
		{"word/header1.xml", `<w:hdr xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p/></w:hdr>`},
		{"_rels/.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>` + words +
			`</w:t></w:r></w:p><w:tbl><w:tblPr/><w:tblGrid><w:gridCol/><w:gridCol/></w:tblGrid><w:tr><w:tc><w:p><w:r><w:t>{#đơn vị trực thuộc}{TT}. {tên}</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>{Lớp bồi dưỡng}{/đơn vị trực thuộc}</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/></w:body></w:document>`},
	} {
		w, err := z.Create(part[0])
		if err == nil {
			_, err = io.WriteString(w, part[1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// patterned is a form with a return, and the player of its owner's clerk; at is the
// page of the owner's pattern.
func patterned(t *testing.T) (p *player, at string) {
	t.Helper()
	p = &player{t: t, h: app.NewTestHouse(t)}
	p.reset()
	p.files["tot.docx"] = pattern(t, "Báo cáo {Kỳ} của {đơn vị}: mở {lop} lớp, lũy kế {Lớp bồi dưỡng lũy kế}.")
	p.files["sai.docx"] = pattern(t, "Có {số lợn} con")
	p.files["hong.docx"] = []byte("PK không phải Word")
	for _, s := range []string{
		"bloc 3", "as vanthu",
		`post /forms 'title=Báo cáo năm' asks=leaf 'items=* [lop] Lớp bồi dưỡng | lớp'`, "take F /forms/([a-z0-9]+)/build", "post /forms/$F/opening version=1",
		"post /forms/$F/periods 'name=Năm 2020' from=1/1/2020 to=31/12/2020 last=5/1/2021", "take P /periods/([a-z0-9]+)",
		"as donvi01", "post /periods/$P/returns/tccs-01 seen=0 figures.lop=20", "status 200", "as vanthu",
	} {
		p.mustDo(t, s)
	}
	return p, "/periods/" + p.vars["P"] + "/summary/doan-khoi/pattern"
}

func (p *player) mustDo(t *testing.T, s string) {
	t.Helper()
	if err := p.do(words(p.expand(s))); err != nil {
		t.Fatalf("%s: %v\nat %s, status %d:\n%s", s, err, p.at, p.status, p.body)
	}
}

// TestPattern fills a report into an office's own .docx, and refuses one with a place
// that nothing fills while the one before stays.
func TestPattern(t *testing.T) {
	t.Parallel()
	p, at := patterned(t)
	for _, s := range []string{
		"get " + at, "see 'chưa có mẫu riêng' '{Lớp bồi dưỡng}' '{TT}'",
		"post " + at + " file=@sai.docx", "status 422", "see 'Không có số liệu tên {số lợn}' 'Có {số lợn} con'",
		"post " + at + " file=@hong.docx", "status 422", "see 'không phải .docx'",
		"post " + at, "status 422",
		"get " + at + "/paper.docx", "status 404",
		"post " + at + " file=@tot.docx", "status 200", "see 'Đã lưu' 'tot.docx'",
		"post " + at + " version=1 file=@sai.docx", "status 422", "see 'tot.docx'",
		"get " + at + "/paper.docx", "word 'Báo cáo Năm 2020 của Đoàn khối cơ quan Dân Chính Đảng TP Cần Thơ: mở 20 lớp, lũy kế 20.' '1. Tổ chức cơ sở Đoàn số 01' '3. Tổ chức cơ sở Đoàn số 03'",
		"post " + at + " version=0 file=@tot.docx", "status 409",
		"as donvi01", "get " + at, "status 404",
		"as vanthu", "post " + at + " version=1 drop=1", "see 'chưa có mẫu riêng'", "get " + at + "/file", "status 404",
	} {
		p.mustDo(t, s)
	}
}

// TestOfficePattern opens the filled paper with LibreOffice.
func TestOfficePattern(t *testing.T) {
	t.Parallel()
	o := openOffice(t)
	p, at := patterned(t)
	p.mustDo(t, "post "+at+" file=@tot.docx")
	p.mustDo(t, "get "+at+"/paper.docx")
	holds(t, o.pages("bao-cao.docx", []byte(p.raw))[0], "mở 20 lớp", "2. Tổ chức cơ sở Đoàn số 02")
}
