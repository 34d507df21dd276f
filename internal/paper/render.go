package paper

import (
	"fmt"
	"strings"
	"time"

	"nhipcau/internal/office"
	"nhipcau/internal/vn"
)

// A Print is all that stands on a paper.
type Print struct {
	Head   Letterhead
	Day    vn.Day
	Number int64 // 0 for a draft
	Code   string
	Signer string
	Office string
	Content
}

// Symbol returns the number and symbol of a paper as its format writes them:
// "12-BC/ĐU", "12/BC-UBND", of a letter of a state body "12/UBND".
func (f Format) Symbol(number int64, code, unit string) string {
	n := fmt.Sprintf("%02d", number)
	switch {
	case f.Join == "-":
		return n + "-" + code + "/" + unit
	case f.isLetter(code):
		return n + "/" + unit
	}
	return n + "/" + code + "-" + unit
}

// isLetter reports whether papers of this code bear no name of their kind.
func (f Format) isLetter(code string) bool {
	for _, k := range f.Kinds {
		if k.Code == code {
			return k.Title == ""
		}
	}
	return false
}

// LongDay writes the day of a paper: days under 10 and the months 1 and 2 with
// a nought before them.
func LongDay(d vn.Day) string {
	t := d.Start().In(vn.Zone)
	month := fmt.Sprint(int(t.Month()))
	if t.Month() <= time.February {
		month = "0" + month
	}
	return fmt.Sprintf("ngày %02d tháng %s năm %d", t.Day(), month, t.Year())
}

// Docx returns p as a file of Word, in the format that holds on its day.
func (p Print) Docx() ([]byte, error) {
	d, err := p.Doc()
	if err != nil {
		return nil, err
	}
	return d.Bytes()
}

// Doc returns p as a text, to which more may be added.
func (p Print) Doc() (office.Doc, error) {
	f, err := FormatOn(p.Head.Family, p.Day)
	if err != nil {
		return office.Doc{}, err
	}
	kind := f.Kinds[p.Kind]
	d := office.Doc{
		Title: strings.TrimSpace(kind.Title + " " + p.About), Subject: p.Code, Author: p.Head.Own, Made: p.Day.Start(), Language: "vi-VN",
		Font: f.Font, Size: f.Size, Margins: f.Margins, PageBottom: f.PageBottom,
	}
	if p.Number == 0 && p.Kind != Agenda {
		d.First = "DỰ THẢO"
	}
	d.Body = append(d.Body, p.head(f, d.Width()))
	if kind.Title != "" {
		d.Body = append(d.Body, office.Par{Style: office.Title, Runs: office.T(kind.Title)}, office.Par{Style: office.About, Runs: office.T(p.About)}, under(f),
			office.Par{Style: office.Line})
	}
	d.Body = append(d.Body, p.addressed(kind.Title == "")...)
	last := p.lastText()
	for i, part := range p.Parts {
		d.Body = append(d.Body, part.blocks(f, i == last, i == len(p.Parts)-1)...)
	}
	if p.Kind != Agenda {
		d.Body = append(d.Body, office.Par{Style: office.Line, Keep: true}, p.foot(f))
	}
	return d, nil
}

// The right half of the letterhead is as wide as its longest line needs, and at
// least this wide, in millimetres; the cells have an edge at both sides.
const (
	minRight = 84
	cellEdge = 5
)

// head is the letterhead: who issues it at the left, the nation or the party at
// the right.
func (p Print) head(f Format, width int) office.Table {
	right, need := p.rightHead(f), minRight
	for _, n := range f.Nation {
		need = max(need, office.Width(n.Text, n.Size)+cellEdge)
	}
	room := width - need
	var left []office.Par
	for _, s := range office.Balance(p.Head.Upper, headSize, room-cellEdge) {
		left = append(left, line(s, false))
	}
	longest := 0
	for _, s := range office.Balance(p.Head.Own, headSize, room-cellEdge) {
		left = append(left, line(s, true))
		longest = office.Width(s, headSize)
	}
	if f.Mark == "" {
		left = append(left, office.Par{Style: office.Line, Rule: max(15, longest*2/5)})
	} else {
		left = append(left, line(f.Mark, false))
	}
	number := f.Symbol(p.Number, p.Code, p.Head.Symbol)
	if p.Number == 0 {
		number = "       " + strings.TrimPrefix(number, "00")
	}
	if p.Kind != Agenda {
		left = append(left, office.Par{Style: office.Line, Runs: office.T(f.Number + " " + number), Space: 2})
	}
	if f.Kinds[p.Kind].Title == "" {
		left = append(left, office.Par{
			Style: office.Line, Space: 2,
			Runs: []office.Run{{Text: f.LetterAbout + " " + p.About, Size: 12, Italic: f.LetterItalic}},
		})
	}
	return office.Table{Columns: []int{room, need}, Rows: [][]office.TableCell{{{Pars: left}, {Pars: right}}}}
}

func (p Print) rightHead(f Format) []office.Par {
	var all []office.Par
	for _, n := range f.Nation {
		all = append(all, office.Par{Style: office.Line, Runs: []office.Run{{Text: n.Text, Bold: n.Bold, Size: n.Size}}})
		if n.Rule {
			all = append(all, office.Par{Style: office.Line, Rule: office.Width(n.Text, n.Size)})
		}
	}
	date := LongDay(p.Day)
	if p.Number == 0 {
		date = "ngày       tháng       năm " + string(p.Day[:4])
	}
	return append(all, office.Par{Style: office.Line, Runs: []office.Run{{Text: either(p.Head.Place, "…") + ", " + date, Italic: true}}, Space: 6})
}

// under closes the title: a line, or dashes.
func under(f Format) office.Par {
	if f.Under == "" {
		return office.Par{Style: office.Line, Rule: 40}
	}
	return office.Par{Style: office.Line, Runs: office.T(f.Under)}
}

const headSize = 13

func line(text string, bold bool) office.Par {
	return office.Par{Style: office.Line, Runs: []office.Run{{Text: text, Bold: bold, Size: headSize}}}
}

// addressed is "Kính gửi": one in a line, several in a list.
func (p Print) addressed(letter bool) []office.Block {
	switch len(p.To) {
	case 0:
		return nil
	case 1:
		return []office.Block{office.Par{Style: office.Line, Runs: office.T("Kính gửi: " + p.To[0]), Space: 12}, office.Par{Style: office.Line}}
	}
	all := []office.Block{office.Par{Style: office.Line}}
	cell := office.TableCell{}
	for i, to := range p.To {
		end := ";"
		if i == len(p.To)-1 {
			end = "."
		}
		cell.Pars = append(cell.Pars, office.Par{Style: office.LeftLine, Runs: office.T("- " + to + end)})
	}
	all = append(all, office.Table{Columns: []int{4, 7}, Rows: [][]office.TableCell{{
		{Pars: []office.Par{{Style: office.RightLine, Runs: office.T("Kính gửi:")}}}, cell,
	}}})
	return append(all, office.Par{Style: office.Line})
}

// lastText is the part whose last word the mark of the end follows, -1 if the
// paper ends with a table.
func (p Print) lastText() int {
	if i := len(p.Parts) - 1; i >= 0 && p.Parts[i].Grid == nil && p.Parts[i].Level == 0 {
		return i
	}
	return -1
}

// blocks writes a part. last is set for the text whose last word the mark of the end
// follows, end for what stands right before the signature.
func (x Part) blocks(f Format, last, end bool) []office.Block {
	if x.Grid != nil {
		return []office.Block{x.Grid.table(end)}
	}
	style := office.Body
	switch {
	case x.Note:
		style = office.Note
	case x.Level > 0:
		style = []office.Style{office.Heading1, office.Heading2, office.Heading3}[min(x.Level, 3)-1]
	}
	var all []office.Block
	lines := strings.Split(strings.TrimSpace(x.Text), "\n")
	for i, s := range lines {
		if s = strings.TrimSpace(s); s == "" {
			continue
		}
		ends := last && i == len(lines)-1
		if ends {
			s = strings.TrimRight(s, "./ ") + f.End
		}
		// The last paragraph stays with the signature: it never stands alone.
		all = append(all, office.Par{Style: style, Runs: office.T(s), Keep: ends})
	}
	return all
}

// kept is how many rows of a table stay with the signature after it, so that it never
// stands alone on a page.
const kept = 2

// table writes the grid; its last rows stay with what follows if end is set.
func (g Grid) table(end bool) office.Table {
	t := office.Table{Lines: true, Columns: []int{6}}
	whole := 0
	for _, c := range g.Columns {
		whole += c.Width
	}
	head := []office.TableCell{office.C(office.CellHead, "TT")}
	for _, c := range g.Columns {
		t.Columns = append(t.Columns, max(1, 94*c.Width/max(1, whole)))
		head = append(head, office.C(office.CellHead, c.Title))
	}
	t.Head = [][]office.TableCell{head}
	for i, r := range g.Rows {
		row := []office.TableCell{office.C(office.CellMiddle, fmt.Sprint(i+1))}
		for j, c := range g.Columns {
			style, text := office.Cell, ""
			if c.Figure {
				style = office.Number
			}
			if j < len(r) {
				text = r[j]
			}
			row = append(row, office.C(style, text))
		}
		if end && i >= len(g.Rows)-kept {
			for _, c := range row {
				c.Pars[0].Keep = true
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// foot is who receives the paper at the left and who signs it at the right.
func (p Print) foot(f Format) office.Table {
	if p.Beside != (Signature{}) {
		return office.Table{Columns: []int{1, 1}, Rows: [][]office.TableCell{{{Pars: p.Beside.pars()}, {Pars: Signature{p.Office, p.Signer}.pars()}}}}
	}
	left := []office.Par{{Style: office.Small, Space: 3, Runs: []office.Run{{
		Text: "Nơi nhận:", Size: f.Recipients.Size, Bold: f.Recipients.Bold, Italic: f.Recipients.Italic, Underline: f.Recipients.Underline,
	}}}}
	for _, r := range p.Recipients {
		left = append(left, office.Par{Style: office.Small, Runs: office.T("- " + r + ";")})
	}
	left = append(left, office.Par{Style: office.Small, Runs: office.T("- Lưu: VT.")})
	var right []office.Par
	for i, s := range p.signature(f) {
		// The office alone is upright in papers of the party.
		right = append(right, office.Par{Style: office.Line, Keep: true, Runs: []office.Run{{Text: s, Bold: i == 0 || f.Family != Party}}})
	}
	right = append(right, office.Par{Style: office.Line, Space: 66, Runs: office.B(p.Signer)})
	return office.Table{Columns: []int{5, 6}, Rows: [][]office.TableCell{{{Pars: left}, {Pars: right}}}}
}

// pars are the office over the name, with room for the hand between them.
func (s Signature) pars() []office.Par {
	return []office.Par{
		{Style: office.Line, Keep: true, Runs: office.B(strings.ToUpper(s.Office))}, {Style: office.Line, Space: 66, Runs: office.B(s.Name)},
	}
}

// signature is what stands over the name: on whose behalf, and as what. In a
// state body a deputy signs for the head; a committee decides together, so in
// the party and the youth union a deputy does not.
func (p Print) signature(f Format) []string {
	var all []string
	if p.Head.Body != "" {
		all = append(all, f.For+" "+p.Head.Body)
	}
	as := strings.ToUpper(p.Office)
	if head, deputy := strings.CutPrefix(as, "PHÓ "); deputy && f.Family == State {
		all = append(all, "KT. "+head)
	}
	if as != "" {
		all = append(all, as)
	}
	return all
}
