package drafting

import (
	"context"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/office"
	"nhipcau/internal/org"
	"nhipcau/internal/report"
	"nhipcau/internal/rollout"
	"nhipcau/internal/tally"
	"nhipcau/internal/vn"
)

// sourceSheet lists where every figure of a book comes from: a figure opens to
// the records behind it at its address.
type sourceSheet struct {
	base string // address of the site, "https://…"
	at   time.Time
	mark int64 // last post counted
	rows [][]any
}

func (s *sourceSheet) add(label string, value int64, path string) {
	s.rows = append(s.rows, []any{label, value, office.Link{Href: s.base + path}, s.mark, written(s.at)})
}

func written(t time.Time) string { return t.In(vn.Zone).Format("15:04 02/01/2006") }

func (s *sourceSheet) sheet() office.Sheet {
	return office.Sheet{
		Name: "Nguồn", Title: "Nguồn của từng số liệu",
		Columns: []office.SheetColumn{{Title: "Số liệu", Width: 60}, {Title: "Giá trị", Width: 12}, {Title: "Địa chỉ mở hồ sơ", Width: 70}, {Title: "Mốc ghi nhận", Width: 22}, {Title: "Thời điểm", Width: 18}},
		Rows:    s.rows,
	}
}

// reportBook is a report's figures as signed.
func reportBook(ctx context.Context, tx *db.Tx, by auth.Actor, id, base string) (office.Book, error) {
	r, err := report.Get(ctx, tx, by, id)
	if err != nil {
		return office.Book{}, err
	}
	f, err := report.Count(ctx, tx, r)
	if err != nil {
		return office.Book{}, err
	}
	src := sourceSheet{base: base, at: tx.Now, mark: r.PostMark}
	if src.mark == 0 {
		if src.mark, err = tally.LastPost(ctx, tx, r.Sheet); err != nil {
			return office.Book{}, err
		}
	}
	s := office.Sheet{
		Name: "Số liệu", Title: r.UnitName + " - " + r.RolloutTitle,
		Columns: []office.SheetColumn{{Title: "TT", Width: 6}, {Title: "Nội dung", Width: 60}, {Title: "Số lượng", Width: 14}, {Title: "Tổng số", Width: 14}, {Title: "Tỷ lệ", Width: 12}},
	}
	for i, l := range f.Signed {
		label := l.Item.Label[i18n.Vietnamese]
		row := []any{int64(i + 1), label, l.Value, nil, nil}
		src.add(label, l.Value, tally.Href(r.Sheet, r.UnitKey, l.Lane(), true))
		if l.HasOf {
			row[3], row[4] = l.Of, office.Ratio{Over: 2, Under: 3, Num: l.Value, Den: l.Of}
			src.add(label+" - tổng số", l.Of, tally.Href(r.Sheet, r.UnitKey, l.Item.Of[0], true))
		}
		s.Rows = append(s.Rows, row)
	}
	return office.Book{Title: s.Title, Author: r.UnitName, Made: tx.Now, Sheets: []office.Sheet{s, src.sheet()}}, nil
}

// A figure is a column of a rollout's table: the lane it shows.
type figure struct{ lane, title string }

// figures are the columns of a rollout's table by unit.
var figures = []figure{
	{"expected", "Trong danh sách"},
	{"exempt", "Được miễn"},
	{"persons", "Đã học (người)"},
	{"attended", "Lượt dự"},
	{"guests", "Khách mời"},
	{"hold_due", "Phải tổ chức"},
	{"held", "Đã tổ chức"},
	{"hold_late", "Quá hạn tổ chức"},
	{"adopt_due", "Phải có chương trình"},
	{"adopted", "Đã thông qua"},
	{"report_due", "Phải báo cáo"},
	{"received", "Đã báo cáo"},
}

// rolloutBook is a rollout's figures by unit directly under its scope, with what
// the scope has itself, so that the sums are those of the rollout's page.
func rolloutBook(ctx context.Context, tx *db.Tx, by auth.Actor, id, base string) (office.Book, error) {
	r, err := rollout.Get(ctx, tx, by, id)
	if err != nil {
		return office.Book{}, err
	}
	if r.Sheet == 0 {
		return office.Book{}, fault.New(fault.Conflict, "drafting.error.not_open")
	}
	rows, total, err := unitRows(ctx, tx, by, r)
	if err != nil {
		return office.Book{}, err
	}
	mark, err := tally.LastPost(ctx, tx, r.Sheet)
	if err != nil {
		return office.Book{}, err
	}
	src := sourceSheet{base: base, at: tx.Now, mark: mark}
	s := office.Sheet{Name: "Theo đơn vị", Title: r.Title, Columns: []office.SheetColumn{{Title: "TT", Width: 6}, {Title: "Đơn vị", Width: 48}}}
	for _, c := range figures {
		s.Columns = append(s.Columns, office.SheetColumn{Title: c.title, Width: 12})
	}
	for i, u := range rows {
		row := []any{int64(i + 1), u.name}
		for _, c := range figures {
			n := u.figures.Get(rollout.Kind().Lane(c.lane))
			row = append(row, n)
			if n != 0 {
				src.add(u.name+" - "+c.title, n, tally.Href(r.Sheet, u.key, c.lane, u.subtree))
			}
		}
		s.Rows = append(s.Rows, row)
	}
	sum := []any{nil, "Tổng cộng"}
	for _, c := range figures {
		sum = append(sum, office.Sum{From: office.FirstRow, To: office.FirstRow + len(rows) - 1, Value: total.Get(rollout.Kind().Lane(c.lane))})
	}
	s.Rows = append(s.Rows, sum)
	return office.Book{Title: r.Title, Author: r.UnitName, Made: tx.Now, Sheets: []office.Sheet{s, src.sheet()}}, nil
}

// A unitRow is a unit's figures with all under it, or its own alone.
type unitRow struct {
	key, name string
	subtree   bool
	figures   tally.Vec
}

// unitRows returns the units that by may see directly under the part of the
// rollout by may see, with the unit over them first, and what they come to.
func unitRows(ctx context.Context, tx *db.Tx, by auth.Actor, r rollout.Rollout) ([]unitRow, tally.Vec, error) {
	top := r.Scope
	if !by.Covers(r.ScopePath) {
		top = by.Unit
	}
	u, err := org.ByID(ctx, tx, by.Tree, top)
	if err != nil {
		return nil, tally.Vec{}, err
	}
	own, err := tally.Own(ctx, tx, r.Sheet, top)
	if err != nil {
		return nil, tally.Vec{}, err
	}
	total, err := tally.Total(ctx, tx, r.Sheet, top)
	if err != nil {
		return nil, tally.Vec{}, err
	}
	rows := []unitRow{{key: u.Key, name: u.Name, figures: own}}
	for after := int64(0); ; {
		nodes, err := tally.Children(ctx, tx, r.Sheet, top, after, tally.MaxChildren)
		if err != nil || len(nodes) == 0 {
			return rows, total, err
		}
		for _, n := range nodes {
			c, err := org.ByID(ctx, tx, by.Tree, n.Unit)
			if err != nil {
				return nil, tally.Vec{}, err
			}
			rows = append(rows, unitRow{key: c.Key, name: c.Name, subtree: true, figures: n.Total})
			after = n.Unit
		}
	}
}
