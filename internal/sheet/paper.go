package sheet

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"nhipcau/internal/attendance"
	"nhipcau/internal/auth"
	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/invitation"
	"nhipcau/internal/site"
)

// ids are the people of a list as it is kept.
func ids(all []invitation.Invited) []int64 {
	out := make([]int64, len(all))
	for i, v := range all {
		if out[i] = v.Member; v.Guest != 0 {
			out[i] = -v.Guest
		}
	}
	return out
}

// place returns the conference and the site that by may keep a list of; site 0 is the
// whole conference.
func place(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (invitation.Meeting, site.Site, error) {
	m, err := invitation.Find(ctx, tx, by, id)
	if err != nil {
		return m, site.Site{}, err
	}
	if n == 0 {
		return m, site.Site{}, invitation.MayInvite(by, m)
	}
	_, x, err := site.Get(ctx, tx, by, id, n)
	if err != nil {
		return m, x, err
	}
	host, err := pathOf(ctx, tx, m.Tree, x.Unit)
	if err == nil {
		err = mayKeepSite(by, m, host)
	}
	return m, x, err
}

// Print returns the list of a site, or with site 0 of a conference, as it is to be
// printed: the one printed last if nobody has come to it since, else a new one.
func Print(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n, call int64) (Sheet, error) {
	m, x, err := place(ctx, tx, by, id, n)
	if err != nil {
		return Sheet{}, err
	}
	all, err := everybodyAt(ctx, tx, m, n)
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{Meeting: m, Site: n, Name: x.Name, Call: max(1, call), Made: tx.Now, People: all}
	last, err := lastList(ctx, tx, m.ID, n)
	if err != nil {
		return s, err
	}
	if s.N = last.N; last.N == 0 || !slices.Equal(last.people, ids(all)) {
		if err := tx.Lock(ctx, "list "+m.ID); err != nil {
			return s, err
		}
		s.N++
		return s, insertList(ctx, tx, by, m.ID, n, s.N, ids(all))
	}
	return s, nil
}

// everybodyAt returns all who are expected at a site, or with site 0 at a conference,
// in the order of a list; whoever keeps the site sees them all.
func everybodyAt(ctx context.Context, tx *db.Tx, m invitation.Meeting, n int64) ([]invitation.Invited, error) {
	whole := auth.System(m.Tree)
	return invitation.Everybody(ctx, tx, whole, m, invitation.Filter{Site: n})
}

// A Printed is a list that was printed.
type Printed struct {
	N         int64
	At        time.Time
	ActorName string

	people []int64
}

// Lists returns the lists that were printed, the last first.
func Lists(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (invitation.Meeting, site.Site, []Printed, error) {
	m, x, err := place(ctx, tx, by, id, n)
	if err != nil {
		return m, x, nil, err
	}
	all, err := listsOf(ctx, tx, m.ID, n)
	return m, x, all, err
}

// A Marked is what a list says of one of its numbers.
type Marked struct {
	N      int64
	Who    invitation.Invited
	State  attendance.State
	Reason string
	Was    attendance.State // on the roll before
}

// Parse reads what is typed from a list of so many: numbers and ranges, each with a
// letter that says what stands there. Nothing or v is present, x absent, p excused; a
// later number corrects an earlier one.
//
//	1-45, 47 x, 50-52 p
func Parse(text string, most int64) (map[int64]attendance.State, error) {
	all := map[int64]attendance.State{}
	for _, part := range parts(strings.ToLower(text)) {
		part = strings.Join(strings.Fields(strings.ReplaceAll(part, "–", "-")), " ")
		if part == "" {
			continue
		}
		span, letter := strings.ReplaceAll(part, " ", ""), byte('v')
		if end := span[len(span)-1]; end < '0' || end > '9' {
			span, letter = span[:len(span)-1], end
		}
		state, ok := letterStates[letter]
		from, to, ranged := strings.Cut(span, "-")
		a, err := strconv.ParseInt(from, 10, 64)
		b := a
		if err == nil && ranged {
			b, err = strconv.ParseInt(to, 10, 64)
		}
		switch {
		case !ok || err != nil || a > b:
			return nil, wrong("numbers", "sheet.error.part", part)
		case a < 1 || b > most:
			return nil, wrong("numbers", "sheet.error.number", part, most)
		}
		for n := a; n <= b; n++ {
			all[n] = state
		}
	}
	if len(all) == 0 {
		return nil, wrong("numbers", "error.needed")
	}
	return all, nil
}

// parts cuts what was typed at commas, semicolons and line ends.
func parts(s string) []string {
	return strings.FieldsFunc(s, func(c rune) bool { return c == ',' || c == ';' || c == '\n' || c == '\r' })
}

func wrong(field, key string, args ...any) error {
	w := fault.Wrong{}
	w.Add(field, key, args...)
	return w.Err()
}

// letterStates are what letters beside numbers say.
var letterStates = map[byte]attendance.State{'v': attendance.Present, 'x': attendance.Absent, 'p': attendance.Excused}

// A Paper is what somebody marks from a list on paper.
type Paper struct {
	List   int64 // which of those printed
	Call   int64 // roll call
	Text   string
	Reason string // of those excused
}

// Read returns what a paper says, person by person in the order of the list. Nothing
// is marked yet.
func (p Paper) Read(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (invitation.Meeting, []Marked, error) {
	m, _, err := place(ctx, tx, by, id, n)
	if err != nil {
		return m, nil, err
	}
	l, err := listOf(ctx, tx, m.ID, n, p.List)
	if fault.Is(err, fault.NotFound) {
		return m, nil, wrong("list", "sheet.error.list")
	}
	if err != nil {
		return m, nil, err
	}
	said, err := Parse(p.Text, int64(len(l.people)))
	if err != nil {
		return m, nil, err
	}
	if !slices.Contains(attendance.Reasons, p.Reason) {
		p.Reason = "other"
	}
	var all []Marked
	for i, who := range l.people {
		state, ok := said[int64(i+1)]
		if !ok {
			continue
		}
		v, err := invitation.ByID(ctx, tx, m, max(0, who), max(0, -who))
		if fault.Is(err, fault.NotFound) {
			return m, nil, wrong("numbers", "sheet.error.gone", i+1)
		}
		if err != nil {
			return m, nil, err
		}
		x := Marked{N: int64(i + 1), Who: v, State: state, Was: v.State}
		if state == attendance.Excused {
			x.Reason = p.Reason
		}
		if v.Guest != 0 && !state.There() {
			return m, nil, wrong("numbers", "sheet.error.guest_mark", i+1)
		}
		all = append(all, x)
	}
	return m, all, nil
}

// paperDevice is the name of the device in facts that were read from paper.
const paperDevice = "paper"

// NewFactID returns a UUID of version 7.
func newFactID(at time.Time) string {
	b := make([]byte, 16)
	rand.Read(b)
	binary.BigEndian.PutUint64(b, uint64(at.UnixMilli())<<16|uint64(b[6])<<8|uint64(b[7]))
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b)
	return fmt.Sprintf("%s-%s-%s-%s-%s", s[:8], s[8:12], s[12:16], s[16:20], s[20:])
}

// Save marks what a paper says on the roll: as facts, like those a device sends. It
// returns how many people it marked.
func (p Paper) Save(ctx context.Context, tx *db.Tx, by auth.Actor, id string, n int64) (int, error) {
	m, all, err := p.Read(ctx, tx, by, id, n)
	if err != nil {
		return 0, err
	}
	if m.State != conference.Convened {
		return 0, fault.New(fault.Conflict, "conference.error.not_convened")
	}
	return len(all), p.note(ctx, tx, by, m, n, all)
}

// note makes facts of what a paper says and lets them in.
func (p Paper) note(ctx context.Context, tx *db.Tx, by auth.Actor, m invitation.Meeting, n int64, all []Marked) error {
	facts := make([]attendance.Fact, len(all))
	for i, x := range all {
		f := attendance.Fact{
			ID: newFactID(tx.Now), Device: paperDevice, Seq: int64(i), At: tx.Now.UnixMilli(), Call: max(1, p.Call),
			Member: x.Who.Key, State: x.State, Reason: x.Reason, Source: "paper",
		}
		if x.Who.Guest != 0 {
			f.Guest = attendance.Visitor{ID: strconv.FormatInt(x.Who.Guest, 10), Name: x.Who.Name, Org: x.Who.Office}
		}
		facts[i] = f
	}
	for part := range slices.Chunk(facts, attendance.MostFacts) {
		answers, err := send(ctx, tx, by, m, n, part)
		if err != nil {
			return err
		}
		for _, a := range answers {
			if a.Result == attendance.Invalid || a.Result == attendance.Unknown || a.Result == attendance.Aside {
				return fault.New(fault.Conflict, "sheet.error.refused")
			}
		}
	}
	return nil
}

// send lets facts in at a site, or at a conference that has none.
func send(ctx context.Context, tx *db.Tx, by auth.Actor, m invitation.Meeting, n int64, facts []attendance.Fact) ([]attendance.Answer, error) {
	if n > 0 {
		return site.CheckIn(ctx, tx, by, m.ID, n, facts)
	}
	taken, err := attendance.Take(ctx, tx, by, m.ID, 0, false, facts)
	if err != nil {
		return nil, err
	}
	b := conference.Batch{Conference: m.ID, N: taken.Batch}
	return taken.Answers, conference.CountCheckins(ctx, tx, by, m.Sheet, b, taken.Homes, "")
}
