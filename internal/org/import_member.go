package org

import (
	"context"
	"slices"
	"strconv"
	"unicode/utf8"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/intake"
	"nhipcau/internal/vn"
)

// MemberLayout is the table of members.
func MemberLayout() intake.Layout {
	return intake.Layout{Name: "doan-vien", Sheet: "Đoàn viên", Columns: []intake.Column{
		{Key: "code", Names: []string{"Mã đoàn viên", "Member code", "Mã", "Số thẻ"}, Form: intake.Code, Needed: true, Example: "dv-00017", Note: "org.import.note.member_code"},
		{Key: "name", Names: []string{"Họ và tên", "Full name", "Họ tên", "Name"}, Needed: true, Example: "Nguyễn Văn A", Note: "org.import.note.member_name"},
		{Key: "unit", Names: []string{"Mã đơn vị", "Unit code", "Đơn vị"}, Form: intake.Code, Needed: true, Example: "tccs-01", Note: "org.import.note.unit"},
		{Key: "from", Names: []string{"Ngày vào", "Joined", "Từ ngày", "Ngày vào đơn vị"}, Form: intake.Day, Needed: true, Example: "26/3/2020", Note: "org.import.note.joined"},
		{Key: "office", Names: []string{"Chức vụ", "Office"}, Example: "Phó Bí thư", Note: "org.import.note.office"},
		{Key: "rank", Names: []string{"Bậc chức vụ", "Office rank"}, Form: intake.Whole, Example: "2", Note: "org.import.note.rank"},
		{Key: "phone", Names: []string{"Điện thoại", "Telephone", "Phone", "Số điện thoại"}, Example: "0905 000 000", Note: "org.import.note.phone"},
		{Key: "email", Names: []string{"Thư điện tử", "E-mail", "Email"}, Example: "a@example.vn", Note: "org.import.note.email"},
		{Key: "exempt", Names: []string{"Miễn từ ngày", "Exempt from"}, Form: intake.Day, Example: "02/01/2021", Note: "org.import.note.exempt"},
		{Key: "paper", Names: []string{"Văn bản miễn", "Exemption paper"}, Example: "Quyết định số 5-QĐ/CĐ", Note: "org.import.note.paper"},
	}}
}

// A listedMember is what an import knows of a member who is there.
type listedMember struct {
	Member
	first  vn.Day // since when on any list
	titles int    // offices held today in the unit
	path   string // of the unit, "" if on no list of the tree
}

// A memberRow is a row of a file on its way onto a list.
type memberRow struct {
	row     intake.Row
	form    NewMember
	unit    standingUnit
	old     Member // none if new
	id      int64
	office  Appointment // "" title: none to give
	exempt  vn.Day      // "" if none to record
	paper   string
	amended bool
}

// A memberImport works a table of members out against the lists.
type memberImport struct {
	intake.Outcome
	by    auth.Actor
	day   vn.Day
	have  map[string]listedMember
	units map[string]standingUnit
	lines map[string]int // by code
	fresh []*memberRow
	other []*memberRow // changed
}

// ImportMembers puts members on lists by a table and corrects those who are on
// them: name, contact, an office, an exemption. All of it is done or, where a
// row is bad or dry is true, nothing. An empty cell says nothing; a row that
// says what is already so changes nothing. A member of another unit is not
// moved: that is a transfer.
func ImportMembers(ctx context.Context, tx *db.Tx, by auth.Actor, t intake.Table, dry bool) (intake.Outcome, error) {
	if err := mayEnrol(by); err != nil {
		return intake.Outcome{}, err
	}
	if !dry {
		if err := LockLists(ctx, tx); err != nil {
			return intake.Outcome{}, err
		}
	}
	im := &memberImport{by: by, day: today(tx), lines: map[string]int{}}
	var err error
	if im.units, err = unitsByKey(ctx, tx, by, t.Rows, "unit"); err != nil {
		return intake.Outcome{}, err
	}
	if im.have, err = membersByKey(ctx, tx, by, t.Rows); err != nil {
		return intake.Outcome{}, err
	}
	im.Bad = slices.Clone(t.Bad)
	for _, r := range t.Rows {
		im.read(r)
	}
	intake.SortBad(im.Bad)
	im.New, im.Changed = len(im.fresh), len(im.other)
	if dry || len(im.Bad) > 0 {
		return im.Outcome, nil
	}
	return im.Outcome, im.apply(ctx, tx)
}

func (im *memberImport) bad(r intake.Row, column, key string, args ...any) bool {
	im.Bad = append(im.Bad, r.Wrong(column, key, args...))
	return false
}

// read checks a row by itself, its unit, and the member who bears its code.
func (im *memberImport) read(r intake.Row) {
	m := &memberRow{row: r, paper: r.Get("paper"), exempt: vn.Day(r.Get("exempt")), form: NewMember{
		Key: r.Get("code"), Name: r.Get("name"), Phone: r.Get("phone"), Email: r.Get("email"), From: vn.Day(r.Get("from")),
	}}
	if !im.sound(m) {
		return
	}
	old, known := im.have[m.form.Key]
	switch {
	case !known:
		m.office = appointment(r, m.form.From)
		im.fresh = append(im.fresh, m)
	case old.path == "" && old.Unit == 0:
		im.bad(r, "code", "org.import.left", m.form.Key)
	case !im.by.Covers(old.path):
		im.bad(r, "code", "org.import.member_taken", m.form.Key)
	case old.Unit != m.unit.ID:
		im.bad(r, "unit", "org.import.elsewhere", old.Name, old.UnitName)
	case m.form.From != old.Since && m.form.From != old.first:
		im.bad(r, "from", "org.import.joined", old.Since.String())
	default:
		im.compare(m, old)
	}
}

// sound reports whether a row is right by itself and names a unit.
func (im *memberImport) sound(m *memberRow) bool {
	r := m.row
	if line, twice := im.lines[m.form.Key]; twice {
		return im.bad(r, "code", "org.import.twice", m.form.Key, line)
	}
	im.lines[m.form.Key] = r.Line
	if err := m.form.check(); err != nil {
		im.Bad = append(im.Bad, wrongCells(r, err, nil)...)
		return false
	}
	u, there := im.units[r.Get("unit")]
	m.unit = u
	switch {
	case !ValidKey(m.form.Key):
		return im.bad(r, "code", "org.error.key")
	case !there:
		return im.bad(r, "unit", "org.import.unknown_unit", r.Get("unit"))
	case !u.seen:
		return im.bad(r, "unit", "org.import.outside", u.Key)
	case u.Closed != "":
		return im.bad(r, "unit", "org.import.unit_closed", u.Key, u.Closed.String())
	case im.day.Before(m.form.From):
		return im.bad(r, "from", "org.import.future")
	case (m.exempt == "") != (m.paper == ""):
		return im.bad(r, "exempt", "org.import.exempt")
	case utf8.RuneCountInString(m.paper) > maxName:
		return im.bad(r, "paper", "error.long", maxName)
	case utf8.RuneCountInString(r.Get("office")) > maxShort:
		return im.bad(r, "office", "error.long", maxShort)
	case !validRank(r.Get("rank")):
		return im.bad(r, "rank", "org.import.rank", lastRank)
	}
	return true
}

func validRank(s string) bool {
	n, err := strconv.Atoi(s)
	return s == "" || err == nil && n >= 1 && n <= lastRank
}

// appointment is the office a row gives, as its check has allowed.
func appointment(r intake.Row, from vn.Day) Appointment {
	rank, err := strconv.Atoi(r.Get("rank"))
	if err != nil {
		rank = lastRank
	}
	return Appointment{Title: r.Get("office"), Rank: rank, From: from}
}

// compare looks what a row would change of a member of its unit.
func (im *memberImport) compare(m *memberRow, old listedMember) {
	m.old = old.Member
	if m.form.Phone == "" {
		m.form.Phone = old.Phone
	}
	if m.form.Email == "" {
		m.form.Email = old.Email
	}
	m.amended = m.form.Name != old.Name || m.form.Phone != old.Phone || m.form.Email != old.Email
	if title := m.row.Get("office"); title != "" && title != old.Office {
		if old.titles > 0 {
			im.bad(m.row, "office", "org.import.office", old.Office)
			return
		}
		m.office = appointment(m.row, m.form.From)
	}
	if old.Exempt {
		m.exempt = ""
	}
	if m.amended || m.office.Title != "" || m.exempt != "" {
		im.other = append(im.other, m)
	} else {
		im.Same++
	}
}

// apply writes what was worked out; the lists are locked.
func (im *memberImport) apply(ctx context.Context, tx *db.Tx) error {
	for _, m := range im.other {
		m.id = m.old.ID
		if !m.amended {
			continue
		}
		if err := updateMember(ctx, tx, m.old.ID, m.old.Version, m.form); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, im.by, "org.amend", m.form.Key, m.old.Name+" → "+m.form.Name); err != nil {
			return err
		}
	}
	for _, m := range im.fresh {
		m.id = tx.NewID()
	}
	if err := insertMembers(ctx, tx, im.fresh); err != nil {
		return err
	}
	if err := audit.RecordMany(ctx, tx, im.by, "org.admit", len(im.fresh), func(i int) (string, string) {
		return im.fresh[i].form.Key, im.fresh[i].form.Name
	}); err != nil {
		return err
	}
	var appointed, exempted []*memberRow
	for _, m := range slices.Concat(im.fresh, im.other) {
		if m.office.Title != "" {
			appointed = append(appointed, m)
		}
		if m.exempt != "" {
			exempted = append(exempted, m)
		}
	}
	if err := insertOffices(ctx, tx, appointed); err != nil {
		return err
	}
	if err := audit.RecordMany(ctx, tx, im.by, "org.appoint", len(appointed), func(i int) (string, string) {
		return appointed[i].form.Key, appointed[i].office.Title + " · " + appointed[i].unit.Name
	}); err != nil {
		return err
	}
	if err := insertExemptions(ctx, tx, exempted); err != nil {
		return err
	}
	return audit.RecordMany(ctx, tx, im.by, "org.exempt", len(exempted), func(i int) (string, string) {
		return exempted[i].form.Key, exempted[i].paper
	})
}
