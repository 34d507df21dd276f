package invitation

import (
	"context"
	"regexp"
	"slices"
	"strconv"

	"nhipcau/internal/attendance"
	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/intake"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/vn"
)

// A Guest is somebody who is no member and is invited by name.
type Guest struct {
	Name  string
	Org   string
	Email string
	Phone string
	Site  int64
}

var email = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s]+$`)

func (g *Guest) check() fault.Wrong {
	w := fault.Wrong{}
	g.Name, g.Org, g.Email, g.Phone = vn.Clean(g.Name), vn.Clean(g.Org), vn.Clean(g.Email), vn.Clean(g.Phone)
	w.Text("name", g.Name, maxText, true)
	w.Text("org", g.Org, maxText, false)
	w.Text("email", g.Email, maxText, false)
	w.Text("phone", g.Phone, 40, false)
	if g.Email != "" && !email.MatchString(g.Email) {
		w.Add("email", "invitation.error.email")
	}
	return w
}

// InviteGuest invites somebody who is no member, and returns their number.
func InviteGuest(ctx context.Context, tx *db.Tx, by auth.Actor, id string, g Guest) (int64, error) {
	m, err := toInvite(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	w := g.check()
	ok, err := siteExists(ctx, tx, m.ID, g.Site)
	if err != nil {
		return 0, err
	}
	if !ok {
		w.Add("guest_site", "invitation.error.site")
	}
	if err := w.Err(); err != nil {
		return 0, err
	}
	n, err := insertGuest(ctx, tx, by, m.ID, g)
	if err != nil {
		return 0, err
	}
	return n, audit.Record(ctx, tx, by, "invitation.guest", m.ID, g.Name)
}

// mostKeys is how many members are invited by their keys at once.
const mostKeys = 2_000

// InviteKeys invites members by their keys, to a site if that is not 0. A key that
// nobody has refuses all.
func InviteKeys(ctx context.Context, tx *db.Tx, by auth.Actor, id string, keys []string, site int64) (int, error) {
	m, err := toInvite(ctx, tx, by, id)
	if err != nil {
		return 0, err
	}
	keys = texts(keys)
	if len(keys) == 0 {
		return 0, wrong("keys", "error.needed")
	}
	if len(keys) > mostKeys {
		return 0, wrong("keys", "invitation.error.keys", mostKeys)
	}
	ok, err := siteExists(ctx, tx, m.ID, site)
	if err == nil && !ok {
		err = wrong("list_site", "invitation.error.site")
	}
	if err != nil {
		return 0, err
	}
	found, err := byKeys(ctx, tx, m, keys)
	if err != nil {
		return 0, err
	}
	var all []attendance.Invitee
	var ids []int64
	for _, key := range keys {
		v, ok := found[key]
		if !ok {
			return 0, wrong("keys", "invitation.error.key", key)
		}
		all, ids = append(all, v), append(ids, v.Member)
	}
	on, err := onRoll(ctx, tx, m.ID, ids)
	if err != nil {
		return 0, err
	}
	if site == 0 { // who is expected somewhere stays there
		all = slices.DeleteFunc(all, func(v attendance.Invitee) bool { return on[v.Member] })
	}
	fresh, _, err := attendance.PutAt(ctx, tx, by, m.ID, site, all)
	if err != nil {
		return 0, err
	}
	return fresh, audit.Record(ctx, tx, by, "invitation.list", m.ID, m.Title)
}

// Layout is the table of those invited by name: members by their keys, guests by name.
func Layout() intake.Layout {
	return intake.Layout{Name: "khach-moi", Sheet: "Mời họp", Columns: []intake.Column{
		{Key: "member", Names: []string{"Mã đoàn viên", "Member code", "Mã"}, Form: intake.Code, Example: "dv-0001", Note: "invitation.import.note.member"},
		{Key: "name", Names: []string{"Họ và tên", "Name", "Họ tên"}, Example: "Nguyễn Văn A", Note: "invitation.import.note.name"},
		{Key: "org", Names: []string{"Cơ quan", "Organisation", "Đơn vị"}, Example: "Sở Nội vụ", Note: "invitation.import.note.org"},
		{Key: "email", Names: []string{"Thư điện tử", "E-mail", "Email"}, Example: "a@example.vn", Note: "invitation.import.note.email"},
		{Key: "phone", Names: []string{"Điện thoại", "Telephone", "Số điện thoại"}, Example: "0905 000 000", Note: "invitation.import.note.phone"},
		{Key: "site", Names: []string{"Số điểm cầu", "Site"}, Form: intake.Whole, Example: "1", Note: "invitation.import.note.site"},
	}}
}

// A listed is what a table says of those who are to be invited.
type listed struct {
	people map[int64][]attendance.Invitee // by site
	guests []Guest
}

// Import invites those of a table: all of them or, where a row is bad or dry is true,
// nobody. Who is invited already stays so.
func Import(ctx context.Context, tx *db.Tx, by auth.Actor, id string, t intake.Table, dry bool) (intake.Outcome, error) {
	m, err := toInvite(ctx, tx, by, id)
	if err != nil {
		return intake.Outcome{}, err
	}
	out, all, err := workOut(ctx, tx, m, t)
	if err != nil || dry || len(out.Bad) > 0 {
		return out, err
	}
	for site, people := range all.people {
		if _, _, err := attendance.PutAt(ctx, tx, by, m.ID, site, people); err != nil {
			return out, err
		}
	}
	for _, g := range all.guests {
		if _, err := insertGuest(ctx, tx, by, m.ID, g); err != nil {
			return out, err
		}
	}
	return out, nil
}

func workOut(ctx context.Context, tx *db.Tx, m Meeting, t intake.Table) (out intake.Outcome, all listed, err error) {
	var keys []string
	for _, r := range t.Rows {
		keys = append(keys, r.Get("member"))
	}
	known, err := byKeys(ctx, tx, m, texts(keys))
	if err != nil {
		return out, all, err
	}
	var ids []int64
	for _, v := range known {
		ids = append(ids, v.Member)
	}
	slices.Sort(ids)
	on, err := onRoll(ctx, tx, m.ID, ids)
	if err != nil {
		return out, all, err
	}
	have, err := sameGuests(ctx, tx, m.ID)
	if err != nil {
		return out, all, err
	}
	out.Bad, all.people = slices.Clone(t.Bad), map[int64][]attendance.Invitee{}
	sites := map[int64]bool{}
	for _, r := range t.Rows {
		site, _ := strconv.ParseInt(r.Get("site"), 10, 64) // the layout has seen that it is a number
		if _, asked := sites[site]; !asked {
			if sites[site], err = siteExists(ctx, tx, m.ID, site); err != nil {
				return out, all, err
			}
		}
		if !sites[site] {
			out.Bad = append(out.Bad, r.Wrong("site", "invitation.error.site"))
			continue
		}
		all.take(&out, r, site, known, on, have)
	}
	intake.SortBad(out.Bad)
	return out, all, nil
}

// take works out one row: a member if it has a key, else a guest.
func (l *listed) take(out *intake.Outcome, r intake.Row, site int64, known map[string]attendance.Invitee, on map[int64]bool, have map[string]bool) {
	if key := r.Get("member"); key != "" {
		v, ok := known[key]
		switch {
		case !ok:
			out.Bad = append(out.Bad, r.Wrong("member", "invitation.error.key", key))
		case on[v.Member]:
			out.Same++
		default:
			on[v.Member] = true
			out.New++
			l.people[site] = append(l.people[site], v)
		}
		return
	}
	g := Guest{r.Get("name"), r.Get("org"), r.Get("email"), r.Get("phone"), site}
	bad := g.check()
	for field, text := range bad {
		out.Bad = append(out.Bad, r.Wrong(field, text.Key, text.Args...))
	}
	if len(bad) > 0 {
		return
	}
	same := vn.Fold(g.Name) + "\n" + vn.Fold(g.Org)
	if have[same] {
		out.Same++
		return
	}
	have[same] = true
	out.New++
	l.guests = append(l.guests, g)
}

// RemindJob is the kind of the job that reminds those who have not answered.
const RemindJob = "invitation.remind"

// A silent is a member without an answer.
type silent struct {
	member, unit int64
	account      string // "": they do not sign in
}

// Remind asks those who have not answered to do so: whoever signs in by a notice, for
// the others their unit's clerks and secretaries. A job does it.
func Remind(ctx context.Context, tx *db.Tx, by auth.Actor, id string) error {
	m, err := toInvite(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := m.answering(tx.Now); err != nil {
		return err
	}
	if err := job.Enqueue(ctx, tx, job.New{Kind: RemindJob, Payload: m.ID, Unique: RemindJob + " " + m.ID}); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "invitation.remind", m.ID, m.Title)
}

// remindAll sends the notices slice by slice. Run again after a crash it begins anew:
// a reminder that comes twice does no harm.
func remindAll(ctx context.Context, d *db.DB, j job.Job, progress func(done, total int64)) error {
	var pace job.Pace
	after, done := int64(0), int64(0)
	told := map[int64]bool{} // units
	for {
		var last int64
		var n int
		var units []int64
		if err := pace.Write(ctx, d, func(ctx context.Context, tx *db.Tx, size int) (err error) {
			last, n, units, err = remindSome(ctx, tx, j.Payload, after, size, told)
			return err
		}); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		for _, u := range units {
			told[u] = true
		}
		after, done = last, done+int64(n)
		progress(done, done)
	}
}

func remindSome(ctx context.Context, tx *db.Tx, id string, after int64, size int, told map[int64]bool) (last int64, n int, units []int64, err error) {
	tree, err := treeOf(ctx, tx, id)
	if err != nil {
		return 0, 0, nil, err
	}
	m, err := meeting(ctx, tx, tree, id)
	if err != nil || m.answering(tx.Now) != nil {
		return 0, 0, nil, err
	}
	all, err := unanswered(ctx, tx, id, after, size)
	if err != nil || len(all) == 0 {
		return 0, 0, nil, err
	}
	args := []string{m.Title, m.Day.String()}
	var words []notify.Word
	for _, s := range all {
		if s.account != "" {
			if err := notify.Send(ctx, tx, notify.Notice{Account: s.account, Key: "invitation.notice.remind", Args: args, Link: "/my-invitations"}); err != nil {
				return 0, 0, nil, err
			}
		} else if !told[s.unit] && !slices.Contains(units, s.unit) {
			units = append(units, s.unit)
			words = append(words, notify.Word{Unit: s.unit, Args: args, Link: "/conferences/" + id + "/invitations?answer=" + None})
		}
	}
	return all[len(all)-1].member, len(all), units, notify.ToUnits(ctx, tx, []auth.Role{auth.Clerk, auth.Secretary}, "invitation.notice.remind_unit", words)
}
