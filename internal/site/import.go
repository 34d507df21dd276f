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
	}}
}

const maxNumber = 1_000_000

// A row is a row of a file on its way to a site.
type row struct {
	n, unit int64
	form    Form
	old     Site // none if new
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
	out, fresh, other := workOut(t, units, have)
	if dry || len(out.Bad) > 0 {
		return out, nil
	}
	for _, x := range other {
		if err := update(ctx, tx, g.ID, x.n, x.old.Version, x.unit, x.form); err != nil {
			return out, err
		}
	}
	return out, insertAll(ctx, tx, by, g.ID, fresh)
}

// workOut says what a table would do to the sites there are.
func workOut(t intake.Table, units map[string]int64, have map[int64]Site) (out intake.Outcome, fresh, other []row) {
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
		x := row{n: n, unit: units[r.Get("unit")], old: have[n]}
		x.form = x.old.with(r)
		bad := false
		if x.unit == 0 {
			out.Bad, bad = append(out.Bad, r.Wrong("unit", "site.error.unit")), true
		}
		for field, text := range x.form.check() {
			out.Bad, bad = append(out.Bad, r.Wrong(field, text.Key, text.Args...)), true
		}
		now := Form{"", x.old.Name, x.old.Address, x.old.Capacity, x.old.Contact, x.old.Phone}
		switch {
		case bad:
		case x.old.N == 0:
			out.New++
			fresh = append(fresh, x)
		case x.form == now && x.unit == x.old.Unit:
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
	f := Form{Name: r.Get("name"), Address: s.Address, Capacity: s.Capacity, Contact: s.Contact, Phone: s.Phone}
	for key, field := range map[string]*string{"address": &f.Address, "contact": &f.Contact, "phone": &f.Phone} {
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
