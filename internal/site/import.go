package site

import (
	"context"
	"slices"
	"strconv"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/intake"
)

// Layout is the table of a conference's sites.
func Layout() intake.Layout {
	return intake.Layout{Name: "diem-cau", Sheet: "Điểm cầu", Columns: []intake.Column{
		{Key: "n", Names: []string{"Số điểm cầu", "Number"}, Form: intake.Whole, Needed: true, Example: "1", Note: "site.import.note.n"},
		{Key: "unit", Names: []string{"Mã đơn vị", "Unit code", "Mã"}, Form: intake.Code, Needed: true, Example: "tccs-01", Note: "site.import.note.unit"},
		{Key: "name", Names: []string{"Điểm cầu", "Site", "Tên điểm cầu"}, Needed: true, Example: "Hội trường xã", Note: "site.import.note.name"},
		{Key: "address", Names: []string{"Địa chỉ", "Address"}, Example: "Thôn 1", Note: "site.import.note.address"},
		{Key: "capacity", Names: []string{"Số chỗ", "Seats"}, Form: intake.Whole, Example: "120", Note: "site.import.note.capacity"},
		{Key: "contact", Names: []string{"Người liên hệ", "Contact"}, Example: "Nguyễn Văn A", Note: "site.import.note.contact"},
		{Key: "phone", Names: []string{"Điện thoại", "Telephone", "Phone", "Số điện thoại"}, Example: "0905 000 000", Note: "site.import.note.phone"},
		{Key: "mode", Names: []string{"Hình thức", "Mode"}, Form: intake.One, Example: "trực tuyến", Note: "site.import.note.mode", Choices: []intake.Choice{
			{Value: "in_person", Names: []string{"trực tiếp"}},
			{Value: "online", Names: []string{"trực tuyến"}},
			{Value: "hybrid", Names: []string{"trực tiếp kết hợp trực tuyến", "cả hai", "kết hợp"}},
		}},
		{Key: "technician", Names: []string{"Cán bộ kỹ thuật", "Technician", "Kỹ thuật"}, Example: "Trần Văn B", Note: "site.import.note.technician"},
		{Key: "tech_phone", Names: []string{"Điện thoại kỹ thuật", "Technician's phone"}, Example: "0905 000 001", Note: "site.import.note.tech_phone"},
	}}
}

const maxNumber = 1_000_000

// A row is a row of a file on its way to a site.
type row struct {
	n, unit, branch int64
	form            Form
	old             Site // none if new
}

// A host is a unit with its place in the tree.
type host struct {
	unit int64
	path string
}

// Import adds the sites of a table to a conference and corrects those that are there,
// by their numbers: all of it or, where a row is bad or dry is true, nothing. An empty
// cell says nothing of a site that is there.
func Import(ctx context.Context, tx *db.Tx, by auth.Actor, id string, t intake.Table, dry bool) (intake.Outcome, error) {
	g, err := Find(ctx, tx, by, id)
	if err != nil {
		return intake.Outcome{}, err
	}
	if err := mayArrange(by, g); err != nil {
		return intake.Outcome{}, err
	}
	if err := g.open(); err != nil {
		return intake.Outcome{}, err
	}
	if err := tx.Lock(ctx, "site "+g.ID); err != nil {
		return intake.Outcome{}, err
	}
	var keys []string
	for _, r := range t.Rows {
		keys = append(keys, r.Get("unit"))
	}
	slices.Sort(keys)
	units, err := unitsByKey(ctx, tx, by, slices.Compact(keys))
	if err != nil {
		return intake.Outcome{}, err
	}
	have, err := allOf(ctx, tx, g.ID)
	if err != nil {
		return intake.Outcome{}, err
	}
	branches, err := g.branches(ctx, tx, units)
	if err != nil {
		return intake.Outcome{}, err
	}
	out, fresh, other := workOut(t, units, branches, have)
	if dry || len(out.Bad) > 0 {
		return out, nil
	}
	for _, x := range other {
		if err := update(ctx, tx, g.ID, x.n, x.old.Version, x.unit, x.branch, x.form); err != nil {
			return out, err
		}
	}
	return out, insertAll(ctx, tx, by, g.ID, fresh)
}

// workOut says what a table would do to the sites there are.
func workOut(t intake.Table, units map[string]host, branches map[int64]int64, have map[int64]Site) (out intake.Outcome, fresh, other []row) {
	out.Bad = slices.Clone(t.Bad)
	lines := map[int64]int{}
	for _, r := range t.Rows {
		n, err := strconv.ParseInt(r.Get("n"), 10, 64)
		if err != nil || n < 1 || n > maxNumber {
			out.Bad = append(out.Bad, r.Wrong("n", "site.import.number", maxNumber))
			continue
		}
		if line, twice := lines[n]; twice {
			out.Bad = append(out.Bad, r.Wrong("n", "site.import.twice", r.Get("n"), line))
			continue
		}
		lines[n] = r.Line
		at := units[r.Get("unit")]
		x := row{n: n, unit: at.unit, branch: branches[at.unit], old: have[n]}
		x.form = x.old.with(r)
		bad := false
		if x.unit == 0 {
			out.Bad, bad = append(out.Bad, r.Wrong("unit", "site.error.unit")), true
		}
		for field, text := range x.form.check() {
			out.Bad, bad = append(out.Bad, r.Wrong(field, text.Key, text.Args...)), true
		}
		switch {
		case bad:
		case x.old.N == 0:
			out.New++
			fresh = append(fresh, x)
		case x.form == x.old.form() && x.unit == x.old.Unit:
			out.Same++
		case x.old.State == Closed:
			out.Bad = append(out.Bad, r.Wrong("n", "site.import.closed", r.Get("n")))
		default:
			out.Changed++
			other = append(other, x)
		}
	}
	intake.SortBad(out.Bad)
	return out, fresh, other
}

// with returns what s is after a row of a file.
func (s Site) with(r intake.Row) Form {
	f := s.form()
	f.Name = r.Get("name")
	for key, field := range map[string]*string{
		"address": &f.Address, "contact": &f.Contact, "phone": &f.Phone, "mode": &f.Mode, "technician": &f.Technician, "tech_phone": &f.TechPhone,
	} {
		if typed := r.Get(key); typed != "" {
			*field = typed
		}
	}
	if typed := r.Get("capacity"); typed != "" {
		n, err := strconv.ParseInt(typed, 10, 64)
		if err != nil {
			n = -1 // refused by check
		}
		f.Capacity = n
	}
	return f
}
