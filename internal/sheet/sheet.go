// Package sheet holds the paper of those invited to a conference: their badges, the
// lists on which they sign, and the marking of the roll from such lists.
package sheet

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"nhipcau/internal/invitation"
	"nhipcau/internal/office"
	"nhipcau/internal/vn"
)

// A badge is of the size of a card, ten to a sheet.
const (
	badgeWidth  = 85.6
	badgeHeight = 54.0
	badgeColumn = 2
	badgeRows   = 5
	sheetWidth  = 210.0
	sheetHeight = 297.0
)

// Badges writes the badges of people as a PDF to be cut at its marks.
func Badges(w io.Writer, t office.Typeface, m invitation.Meeting, all []invitation.Invited, code func(invitation.Invited) string) error {
	if len(t.Regular) == 0 {
		return errors.New("the bundle has no typeface; it is made by make build")
	}
	p := office.NewPDF(t, m.Title)
	left, top := (sheetWidth-badgeColumn*badgeWidth)/2, (sheetHeight-badgeRows*badgeHeight)/2
	for i, v := range all {
		at := i % (badgeColumn * badgeRows)
		if at == 0 {
			p.Page()
			cutMarks(p, left, top)
		}
		x, y := left+float64(at%badgeColumn)*badgeWidth, top+float64(at/badgeColumn)*badgeHeight
		c, err := office.QR(code(v))
		if err != nil {
			return err
		}
		badge(p, x, y, m, v, c)
	}
	_, err := p.WriteTo(w)
	return err
}

// cutMarks draws short lines outside the badges where they are cut.
func cutMarks(p *office.PDF, left, top float64) {
	const long, off = 5.0, 1.5
	right, bottom := left+badgeColumn*badgeWidth, top+badgeRows*badgeHeight
	for i := range badgeColumn + 1 {
		x := left + float64(i)*badgeWidth
		p.Rule(x, top-off-long, x, top-off, 1)
		p.Rule(x, bottom+off, x, bottom+off+long, 1)
	}
	for i := range badgeRows + 1 {
		y := top + float64(i)*badgeHeight
		p.Rule(left-off-long, y, left-off, y, 1)
		p.Rule(right+off, y, right+off+long, y, 1)
	}
}

func badge(p *office.PDF, x, y float64, m invitation.Meeting, v invitation.Invited, c office.Matrix) {
	const edge, code = 4.0, 27.0
	next := p.Put(office.Text{X: x + edge, Y: y + 4, W: badgeWidth - 2*edge, Size: 8, Lines: 2}, m.Title)
	p.Rule(x+edge, next+1, x+badgeWidth-edge, next+1, 2)
	wide := badgeWidth - 2*edge - code
	at := p.Put(office.Text{X: x + edge, Y: next + 3.5, W: wide, Size: 14, Lines: 2, Bold: true}, v.Name)
	at = p.Put(office.Text{X: x + edge, Y: at + 1, W: wide, Size: 9, Lines: 2}, v.Office)
	p.Put(office.Text{X: x + edge, Y: at + 0.5, W: wide, Size: 9, Lines: 2}, v.UnitName)
	p.Code(x+badgeWidth-edge-code+2, y+badgeHeight-code-8, code, c)
	foot := m.When()
	if v.SiteName != "" {
		foot = v.SiteName + " · " + foot
	}
	p.Put(office.Text{X: x + edge, Y: y + badgeHeight - 7, W: badgeWidth - 2*edge, Size: 8, Lines: 1}, foot)
}

// A Sheet is a list for signatures: of a site, or of a conference without sites.
type Sheet struct {
	Meeting invitation.Meeting
	Site    int64  // 0: the whole conference
	Name    string // of the site
	Call    int64  // roll call, from 1
	Called  string // its name
	N       int64  // which of the lists that were printed, from 1
	Made    time.Time
	People  []invitation.Invited
}

// A line is one on a list: a heading of a unit, or a numbered person.
type line struct {
	unit string
	n    int
	who  invitation.Invited
}

// lines returns the list with the names of units between.
func (s Sheet) lines() []line {
	var all []line
	unit := ""
	for i, v := range s.People {
		name := v.UnitName
		if v.Guest != 0 {
			name = "Khách mời"
		}
		if name != unit || i == 0 {
			unit = name
			all = append(all, line{unit: unit})
		}
		all = append(all, line{n: i + 1, who: v})
	}
	return all
}

// Mark is the text of the QR on a page of a list: the page that marks from paper knows
// by it which list lies there.
func (s Sheet) Mark(page int) string {
	return strings.ToUpper(fmt.Sprintf("NC-LIST/%s/%d/%d/%d/%d", s.Meeting.ID, s.Site, s.Call, s.N, page))
}

func (s Sheet) head() (title string, under []string) {
	title = "DANH SÁCH ĐIỂM DANH"
	under = []string{s.Meeting.Title, s.Meeting.When()}
	if s.Name != "" {
		under = append(under, fmt.Sprintf("Điểm cầu số %d: %s", s.Site, s.Name))
	} else if s.Meeting.Place != "" {
		under = append(under, s.Meeting.Place)
	}
	if s.Called != "" {
		under = append(under, "Lần điểm danh "+vn.Int(s.Call)+": "+s.Called)
	}
	under = append(under, fmt.Sprintf("Bản in số %d", s.N))
	return title, under
}

var sheetColumns = []string{"TT", "Họ và tên", "Chức vụ", "Ký tên"}

// signing is the space above a name in a text, in points: room to sign.
const signing = 8

// perPage is how many lines stand on one page of a list.
const perPage = 24

// pages cuts the list into pages; a unit that goes on is named again.
func (s Sheet) pages() [][]line {
	var all [][]line
	var page []line
	unit := ""
	for _, l := range s.lines() {
		if l.n == 0 {
			unit = l.unit
			if len(page) == perPage-1 { // no heading alone at the foot
				all, page = append(all, page), nil
			}
		}
		if len(page) == perPage {
			all, page = append(all, page), nil
			if l.n > 0 {
				page = append(page, line{unit: unit + " (tiếp theo)"})
			}
		}
		page = append(page, l)
	}
	return append(all, page)
}

// Xlsx returns the list as a table.
func (s Sheet) Xlsx() ([]byte, error) {
	title, under := s.head()
	var rows [][]any
	for i, v := range s.People {
		unit := v.UnitName
		if v.Guest != 0 {
			unit = "Khách mời"
		}
		rows = append(rows, []any{int64(i + 1), v.Name, v.Office, unit, ""})
	}
	return office.Book{Title: s.Meeting.Title, Author: s.Meeting.Host, Made: s.Made, Sheets: []office.Sheet{{
		Name: "Điểm danh", Title: title + " – " + strings.Join(under, " – "),
		Columns: []office.SheetColumn{{Title: "TT", Width: 6}, {Title: "Họ và tên", Width: 30}, {Title: "Chức vụ", Width: 30}, {Title: "Đơn vị", Width: 36}, {Title: "Ký tên", Width: 24}},
		Rows:    rows,
	}}}.Bytes()
}

// Docx returns the list as a text, each page with its own code.
func (s Sheet) Docx() ([]byte, error) {
	d := office.Doc{
		Title: s.Meeting.Title, Author: s.Meeting.Host, Made: s.Made, Language: "vi-VN", Font: "Times New Roman", Size: 13,
		Margins: office.Margins{Top: 15, Bottom: 12, Left: 20, Right: 15},
	}
	title, under := s.head()
	pages := s.pages()
	for i, page := range pages {
		c, err := office.QR(s.Mark(i + 1))
		if err != nil {
			return nil, err
		}
		head := []office.Par{{Style: office.LeftLine, Runs: office.B(title)}}
		for _, text := range under {
			head = append(head, office.Par{Style: office.LeftLine, Runs: office.T(text)})
		}
		head = append(head, office.Par{Style: office.LeftLine, Runs: office.T(fmt.Sprintf("Trang %d/%d", i+1, len(pages)))})
		head[0].Break = i > 0
		d.Body = append(d.Body, office.Table{Columns: []int{80, 20}, Rows: [][]office.TableCell{{
			{Pars: head}, {Pars: []office.Par{{Style: office.RightLine, Picture: &office.Picture{PNG: c.PNG(), Width: 28}}}},
		}}}, s.table(page))
	}
	return d.Bytes()
}

func (s Sheet) table(page []line) office.Table {
	t := office.Table{Columns: []int{8, 36, 32, 24}, Lines: true, Head: [][]office.TableCell{{}}}
	for _, name := range sheetColumns {
		t.Head[0] = append(t.Head[0], office.C(office.CellHead, name))
	}
	for _, l := range page {
		if l.n == 0 {
			t.Rows = append(t.Rows, []office.TableCell{{Span: 4, Pars: []office.Par{{Style: office.Cell, Runs: office.B(l.unit)}}}})
			continue
		}
		t.Rows = append(t.Rows, []office.TableCell{
			{Pars: []office.Par{{Style: office.CellMiddle, Runs: office.T(vn.Int(int64(l.n))), Space: signing}}}, office.C(office.Cell, l.who.Name), office.C(office.Cell, l.who.Office), {},
		})
	}
	return t
}

// PDF writes the list to be printed and signed.
func (s Sheet) PDF(w io.Writer, t office.Typeface) error {
	if len(t.Regular) == 0 {
		return errors.New("the bundle has no typeface; it is made by make build")
	}
	p := office.NewPDF(t, s.Meeting.Title)
	title, under := s.head()
	pages := s.pages()
	const left, right, code = 20.0, 195.0, 32.0
	for i, page := range pages {
		p.Page()
		c, err := office.QR(s.Mark(i + 1))
		if err != nil {
			return err
		}
		p.Code(right-code+3, 8, code, c)
		y := p.Put(office.Text{X: left, Y: 14, W: right - left - code, Size: 14, Bold: true}, title) + 1
		for _, text := range under {
			y = p.Put(office.Text{X: left, Y: y, W: right - left - code, Size: 10, Lines: 2}, text)
		}
		p.Put(office.Text{X: left, Y: 285, W: right - left, Size: 9, Align: office.Centre}, fmt.Sprintf("Trang %d/%d", i+1, len(pages)))
		s.grid(p, page, max(y+3, 43))
	}
	_, err := p.WriteTo(w)
	return err
}

// grid draws the lines of a page.
func (s Sheet) grid(p *office.PDF, page []line, top float64) {
	const row = 9.4
	at := []float64{20, 32, 92, 152, 195}
	rule := func(y float64, all bool) {
		p.Rule(at[0], y, at[4], y, 2)
		for i, x := range at {
			if all || i == 0 || i == 4 {
				p.Rule(x, y, x, y+row, 2)
			}
		}
	}
	cell := func(i int, y float64, size int, bold bool, align office.Align, lines int, text string) {
		p.Put(office.Text{X: at[i] + 1.2, Y: y, W: at[i+1] - at[i] - 2.4, Size: size, Bold: bold, Align: align, Lines: lines}, text)
	}
	rule(top, true)
	for i, name := range sheetColumns {
		cell(i, top+2.6, 10, true, office.Centre, 1, name)
	}
	y := top + row
	for _, l := range page {
		rule(y, l.n > 0)
		if l.n == 0 {
			p.Put(office.Text{X: at[0] + 1.2, Y: y + 2.6, W: at[4] - at[0] - 2.4, Size: 10, Bold: true}, l.unit)
		} else {
			cell(0, y+2.6, 10, false, office.Centre, 1, vn.Int(int64(l.n)))
			cell(1, y+2.3, 11, false, office.Left, 1, l.who.Name)
			cell(2, y+0.9, 9, false, office.Left, 2, l.who.Office)
		}
		y += row
	}
	p.Rule(at[0], y, at[4], y, 2)
}
