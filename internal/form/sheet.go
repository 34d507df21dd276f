package form

import (
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/office"
	"nhipcau/internal/vn"
)

// layout is a form as a table: an item a row.
var layout = intake.Layout{Name: "bieu-mau", Sheet: "Biểu mẫu", Columns: []intake.Column{
	{Key: "label", Names: []string{"Tên mục", "Item", "Chỉ tiêu", "Nội dung", "Mục"}, Needed: true},
	{Key: "word", Names: []string{"Đơn vị tính", "Unit", "ĐVT", "Đơn vị"}},
	{Key: "kind", Names: []string{"Loại", "Kind"}, Form: intake.One, Choices: []intake.Choice{
		{Value: string(Figure), Names: []string{"số liệu", "figure", "số"}},
		{Value: string(YesNo), Names: []string{"có/không", "yesno", "yes or no", "có không"}},
		{Value: string(Formula), Names: []string{"công thức", "formula"}},
		{Value: string(Tally), Names: []string{"lấy từ sổ theo dõi", "tally", "from the records"}},
		{Value: string(Text), Names: []string{"phần lời", "text", "lời", "văn bản"}},
	}},
	{Key: "range", Names: []string{"Khoảng", "Range"}},
	{Key: "section", Names: []string{"Phần", "Section"}},
	{Key: "needed", Names: []string{"Phải điền", "Needed", "Bắt buộc"}, Form: intake.One, Choices: []intake.Choice{
		{Value: "1", Names: []string{"có", "yes", "x", "phải điền", "1"}}, {Value: "0", Names: []string{"không", "no", "0"}},
	}},
	{Key: "decimals", Names: []string{"Số lẻ", "Decimals"}, Form: intake.Whole},
	{Key: "over", Names: []string{"Gộp các kỳ", "Over periods"}, Form: intake.One, Choices: []intake.Choice{
		{Value: string(Sum), Names: []string{"cộng các kỳ", "sum", "periods added", "cộng"}},
		{Value: string(Last), Names: []string{"lấy kỳ cuối", "last", "the last period"}},
		{Value: string(Min), Names: []string{"kỳ thấp nhất", "min", "the least period"}},
		{Value: string(Max), Names: []string{"kỳ cao nhất", "max", "the greatest period"}},
	}},
	{Key: "formula", Names: []string{"Công thức", "Formula"}},
	{Key: "source", Names: []string{"Nguồn", "Source"}},
	{Key: "key", Names: []string{"Mã", "Key"}, Form: intake.Code},
	{Key: "of", Names: []string{"Thuộc mục", "Belongs to"}, Form: intake.Code},
	{Key: "part", Names: []string{"Là phần", "Part"}, Form: intake.Code},
}}

// ReadSheet reads the items of a form from a .xlsx or .csv file; it is Invalid,
// naming the line, if one cannot be read.
func ReadSheet(b []byte) ([]Item, error) {
	t, err := intake.Read(b, layout)
	if err != nil {
		return nil, err
	}
	w := fault.Wrong{}
	if len(t.Bad) > 0 {
		w.Add("file", "form.error.sheet", t.Bad[0].Line, t.Bad[0].Column)
		return nil, w.Err()
	}
	var items []Item
	for _, r := range t.Rows {
		it, ok := itemOf(r)
		if !ok {
			w.Add("file", "form.error.sheet", r.Line, layout.Columns[3].Names[0])
		}
		items = append(items, it)
	}
	return items, w.Err()
}

func itemOf(r intake.Row) (Item, bool) {
	it := Item{
		Key: r.Get("key"), Section: r.Get("section"), Label: r.Get("label"), Word: r.Get("word"), Kind: Kind(r.Get("kind")), Over: Over(r.Get("over")),
		Needed: r.Get("needed") == "1", High: Usual, Formula: strings.TrimPrefix(r.Get("formula"), "="), Source: r.Get("source"), Of: r.Get("of"), Part: r.Get("part"),
	}
	it.Decimals, _ = strconv.Atoi(r.Get("decimals")) // a whole number or nothing
	switch {
	case it.Kind != "":
	case it.Formula != "":
		it.Kind = Formula
	case it.Source != "":
		it.Kind = Tally
	}
	if s := vn.Clean(r.Get("range")); s != "" {
		low, high, ok := strings.Cut(strings.NewReplacer("–", "..", "đến", "..").Replace(s), "..")
		var isLow, isHigh bool
		it.Low, isLow = it.Read(low)
		it.High, isHigh = it.Read(high)
		return it, ok && isLow && isHigh
	}
	return it, true
}

// Sheet writes the items of a form as ReadSheet reads them.
func (f Form) Sheet(author string, made time.Time) ([]byte, error) {
	s := office.Sheet{Name: layout.Sheet, Title: f.Title}
	for _, c := range layout.Columns {
		s.Columns = append(s.Columns, office.SheetColumn{Title: c.Names[0], Width: map[string]float64{"label": 48, "formula": 36, "section": 28}[c.Key]})
	}
	for i := range s.Columns {
		if s.Columns[i].Width == 0 {
			s.Columns[i].Width = 14
		}
	}
	said := func(column, value string) string {
		for _, c := range layout.Columns {
			for _, x := range c.Choices {
				if c.Key == column && x.Value == value {
					return x.Names[0]
				}
			}
		}
		return value
	}
	for _, it := range f.Items {
		between, needed := "", ""
		if (it.Kind == Figure || it.Kind == "") && (it.Low != 0 || it.High != Usual) {
			between = it.Write(it.Low) + ".." + it.Write(it.High)
		}
		if it.Needed {
			needed = said("needed", "1")
		}
		s.Rows = append(s.Rows, []any{
			it.Label, it.Word, said("kind", string(it.Kind)), between, it.Section, needed, int64(it.Decimals), said("over", string(it.Over)), it.Formula, it.Source, it.Key, it.Of, it.Part,
		})
	}
	return office.Book{Title: f.Title, Author: author, Made: made, Sheets: []office.Sheet{s}}.Bytes()
}
