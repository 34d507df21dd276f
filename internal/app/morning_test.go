package app_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/app"
	"nhipcau/internal/vn"
)

const (
	sitesOfCity = 56
	offline     = 3 // sites without a network all morning, the first ones
)

// A morning is a conference of a city at 56 sites on 25 June 2021, from the form that
// its clerk fills in to the minutes that its chair signs.
type morning struct {
	*player
	id     string // of the conference
	r      *rand.Rand
	badge  map[string]string // codes by the keys of people
	fate   map[string]fate   // of people by their keys
	home   map[string]string // unit of people by their keys
	name   map[string]string
	at56   [sitesOfCity][]string // keys of the people of each site
	doors  []*door
	hands  []handset // of the sites without a network
	phones []*phone  // of the others
}

// A fate is what becomes of somebody on the roll.
type fate int

const (
	attends fate = iota
	leaves       // after the first roll call
	excused
	missing
)

// clockAt sets the clock of the house on the day before, or on the day.
func (m *morning) clockAt(day int, clock string) time.Time {
	m.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", fmt.Sprintf("2021-06-%02d %s", day, clock), vn.Zone)
	if err != nil {
		m.t.Fatal(err)
	}
	m.h.Set(at)
	return at
}

// does plays lines of a script as somebody; every page must be there unless the script
// asks for another answer.
func (m *morning) does(login, script string) {
	m.t.Helper()
	if err := m.as(login); err != nil {
		m.t.Fatal(err)
	}
	for line := range strings.SplitSeq(script, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		w := words(m.expand(line))
		err := m.do(w)
		if err == nil && (w[0] == "get" || w[0] == "post") && m.status >= 400 {
			err = fmt.Errorf("refused")
		}
		if err != nil {
			m.t.Fatalf("%s: %s\n%v\nat %s, status %d:\n%s", login, line, err, m.at, m.status, m.body)
		}
	}
}

// TestHaiPhongMorning holds the conference of the first published article: 56 sites,
// just under a thousand people, four topics, and three sites that have no network until
// it is over.
func TestHaiPhongMorning(t *testing.T) {
	t.Parallel()
	h := app.NewTestHouse(t)
	if err := h.Port(); err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, h: h}
	p.reset()
	m := &morning{player: p, r: rand.New(rand.NewPCG(25, 6)), fate: map[string]fate{}, home: map[string]string{}, name: map[string]string{}}
	step := func(name string, do func()) {
		t.Helper()
		began := time.Now()
		do()
		t.Logf("%s: %.1f s", name, time.Since(began).Seconds())
	}
	step("prepared", m.prepare)
	step("sites", m.arrange)
	step("telephones", m.enrolPhones)
	step("first roll call", func() { m.call(1, "07:35") })
	step("hall", m.sit)
	step("second roll call", func() { m.call(2, "11:05") })
	step("back", m.comeBack)
	step("closed", m.close)
	step("figures", m.figures)
	step("papers", m.papers)
}

// prepare enters the conference with its topics and roll calls, and convenes it.
func (m *morning) prepare() {
	m.t.Helper()
	m.clockAt(22, "08:00")
	fields := []string{
		"title=Hội nghị trực tuyến học tập Nghị quyết", "sort=main", "mode=online", "day=2021-06-25", "start=07:30", "end=11:30", "chair=Bí thư Thành đoàn",
		"place=Điểm cầu Thành đoàn Hải Phòng", "need=2", "call=Đầu giờ", "call_at=07:30", "call_n=", "call=Cuối giờ", "call_at=11:00", "call_n=",
	}
	m.does("hp-vanthu", "get /rollouts\ntake R 'href=\"/rollouts/([a-z0-9]{12})\"'")
	fields = append(fields, "rollout="+m.vars["R"])
	for n := range 4 {
		fields = append(fields, fmt.Sprintf("topic=Chuyên đề %d", n+1), fmt.Sprintf("speaker=Báo cáo viên %d", n+1))
	}
	var sites strings.Builder
	sites.WriteString("Số điểm cầu,Mã đơn vị,Điểm cầu,Số chỗ,Người liên hệ\n")
	for n := range sitesOfCity {
		fields = append(fields, fmt.Sprintf("units=hp-%02d", n+1))
		fmt.Fprintf(&sites, "%d,hp-%02d,Hội trường số %02d,40,Cán bộ điểm cầu %d\n", n+1, n+1, n+1, n+1)
	}
	m.files["diem-cau.csv"] = []byte(sites.String())
	if err := m.post("/conferences", fields); err != nil || m.status != http.StatusOK {
		m.t.Fatalf("%v %d %s", err, m.status, m.body)
	}
	m.does("hp-vanthu", "take C /conferences/([a-z0-9]+)\nget /conferences/$C/programme/edit")
	m.id = m.vars["C"]
	topics := regexp.MustCompile(`name="id-\d" value="([a-z0-9]+)"`).FindAllStringSubmatch(m.raw, -1)
	if len(topics) != 4 {
		m.t.Fatalf("%d topics, want 4", len(topics))
	}
	fields = []string{"version=1", "rows=4"}
	for n, from := range []string{"07:45", "08:40", "09:35", "10:20"} {
		m.vars[fmt.Sprintf("T%d", n+1)] = topics[n][1]
		for k, v := range map[string]string{"id": topics[n][1], "sort": "topic", "title": fmt.Sprintf("Chuyên đề %d", n+1), "speaker": fmt.Sprintf("Báo cáo viên %d", n+1), "start": from, "end": []string{"08:40", "09:35", "10:15", "11:00"}[n]} {
			fields = append(fields, fmt.Sprintf("%s-%d=%s", k, n, v))
		}
	}
	if err := m.post("/conferences/"+m.id+"/programme", fields); err != nil || m.status != http.StatusOK {
		m.t.Fatalf("%v %d %s", err, m.status, m.body)
	}
	m.does("hp-vanthu", `
		see '07:45–08:40' '10:20–11:00'
		post /imports kind=sites target=$C file=@diem-cau.csv
		see 'Không có dòng nào sai' '56 điểm cầu mới'
		take M /imports/([a-z0-9]+)
		post /imports/$M/application
		get /conferences/$C
		take V 'name="version" value="(\d+)"'
		post /conferences/$C/convening version=$V
		jobs`)
}

// arrange puts people at their sites and has the equipment looked at: each site by its
// own clerk where it will have no network, the others by the city's.
func (m *morning) arrange() {
	m.t.Helper()
	m.clockAt(24, "15:00")
	for n := 1; n <= sitesOfCity; n++ {
		by := "hp-vanthu"
		if n <= offline {
			by = fmt.Sprintf("hp-%02d", n)
		}
		m.vars["N"], m.vars["U"] = fmt.Sprint(n), fmt.Sprintf("hp-%02d", n)
		m.does(by, `
			post /conferences/$C/sites/$N/people units=$U whole=1
			post /conferences/$C/sites/$N/checks version=1 lines=1 lines=2 lines=3 lines=4 lines=5
			post /conferences/$C/sites/$N/readiness version=2
			see 'sẵn sàng'`)
	}
	if m.badge = m.h.Badges(m.t, m.id); len(m.badge) != 1009 {
		m.t.Fatalf("%d are invited, want 1,009", len(m.badge))
	}
}

// enrolPhones has the clerks of the sites without a network enrol a telephone each,
// which loads its list, and then takes the network away before anything is noted.
func (m *morning) enrolPhones() {
	m.t.Helper()
	m.clockAt(25, "07:00")
	x := asker{t: m.t.(*testing.T), h: m.h, jars: map[string]*http.Client{}}
	for n := 1; n <= offline; n++ {
		d := &door{gate: &gate{t: x.t, h: m.h, r: m.r, clerk: x.client(fmt.Sprintf("hp-%02d", n)), at: fmt.Sprintf("/conferences/%s/sites/%d/devices", m.id, n)}, line: newLine(x.t, m.h.URL)}
		m.doors, m.hands = append(m.doors, d), append(m.hands, d.handset())
	}
	for i, p := range m.hands {
		p.says(".big", fmt.Sprintf("0 / %d", 17+(i+1)%3))
		m.doors[i].line.cut.Store(true)
		p.opens()
		m.know(i+1, evaluate[[][2]string](p.browser, "page().then(m => m.desk.roster.people.map(p => [p.key, p.name]))"))
	}
	m.enrolOthers(x)
}

// know keeps who is on the list of a site, and what is to become of them: enough of
// everything for all figures to differ.
func (m *morning) know(n int, people [][2]string) {
	m.t.Helper()
	if want := 17 + n%3; len(people) != want {
		m.t.Fatalf("%d on the list of site %d, want %d", len(people), n, want)
	}
	for i, p := range people {
		key, f := p[0], attends
		switch {
		case i == 1 && n%7 == 0, i == 1 && n == 1:
			f = excused
		case i == len(people)-1 && n%11 == 0, i == 2 && n == 3:
			f = missing
		case i == 0 && n%10 == 0:
			f = leaves
		}
		m.fate[key], m.home[key] = f, fmt.Sprintf("hp-%02d", n)
		m.name[key], m.at56[n-1] = p[1], append(m.at56[n-1], key)
	}
}

// comes reports whether somebody is there at a roll call.
func (f fate) comes(call int64) bool { return f == attends || f == leaves && call == 1 }

// enrolOthers enrols devices over HTTP at the other sites.
func (m *morning) enrolOthers(x asker) {
	m.t.Helper()
	for n := offline + 1; n <= sitesOfCity; n++ {
		g := &gate{t: x.t, h: m.h, r: m.r, clerk: x.client("hp-vanthu"), at: fmt.Sprintf("/conferences/%s/sites/%d/devices", m.id, n)}
		p := &phone{gate: g}
		var e struct{ Token string }
		if s := p.ask("POST", "/enrol", map[string]string{"code": g.code(), "name": "Máy"}, &e); s != http.StatusOK {
			m.t.Fatal(s)
		}
		p.token = e.Token
		var l roster
		if s := p.ask("GET", "/roster", nil, &l); s != http.StatusOK || l.Need != 2 || len(l.Calls) != 2 || l.Site.N != int64(n) {
			m.t.Fatalf("%d %+v", s, l)
		}
		var people [][2]string
		for _, v := range l.People {
			people = append(people, [2]string{v[0].(string), v[1].(string)})
		}
		m.know(n, people)
		m.phones = append(m.phones, p)
	}
}

// call calls the roll everywhere: on the telephones without a network by taps and codes,
// elsewhere in batches that are sent at once.
func (m *morning) call(n int64, clock string) {
	m.t.Helper()
	at := m.clockAt(25, clock)
	for i := range m.hands {
		m.callOffline(i+1, n)
	}
	for i, p := range m.phones {
		m.callOnline(offline+1+i, n, p, at)
	}
}

// callOffline calls the roll at a site without a network.
func (m *morning) callOffline(site int, call int64) {
	m.t.Helper()
	p := m.hands[site-1]
	evaluate[string](p.browser, fmt.Sprintf("press(%q); ''", []string{"Đầu giờ", "Cuối giờ"}[call-1]))
	p.says(".calls [aria-pressed=true]", []string{"Đầu giờ", "Cuối giờ"}[call-1])
	came := 0
	for i, key := range m.at56[site-1] {
		f := m.fate[key]
		switch {
		case f.comes(call) && i%5 == 0: // by the badge
			p.scans("HTTPS://HOST/I/" + m.badge[key])
			p.says(".result.done", "✓")
		case f.comes(call):
			p.taps(key, ".st")
		case f == excused:
			p.taps(key, ".who")
			evaluate[string](p.browser, "press('Vắng có lý do'); ''")
		case f == missing && call == 1: // taken for another, and taken back
			p.taps(key, ".st")
			p.says(".big", fmt.Sprintf("%d / ", came+1))
			p.taps(key, ".who")
			evaluate[string](p.browser, "press('Lấy lại'); ''")
		}
		if f.comes(call) {
			came++
		}
		p.says(".big", fmt.Sprintf("%d / %d", came, len(m.at56[site-1])))
	}
	if site == 2 && call == 1 {
		evaluate[string](p.browser, "press('Thêm khách'); document.querySelectorAll('dialog input')[0].value = 'Trần Khách'; document.querySelectorAll('dialog input')[1].value = 'Ủy ban nhân dân'; press('Ghi có mặt'); ''")
		p.says(".people", "Trần Khách")
	}
}

// taps presses what a selector names in the line of somebody.
func (p handset) taps(key, selector string) {
	p.t.Helper()
	evaluate[string](p.browser, fmt.Sprintf("document.querySelector('.people li[data-key=%q] %s').click(); ''", key, selector))
}

// callOnline calls the roll at a site that sends at once.
func (m *morning) callOnline(site int, call int64, p *phone, at time.Time) {
	m.t.Helper()
	var facts []jotting
	note := func(j jotting) {
		p.seq++
		j.ID, j.Seq, j.Call = app.UUID(m.r), p.seq, call
		if j.At == 0 {
			j.At = at.UnixMilli() + p.seq*1500
		}
		facts = append(facts, j)
	}
	want := 0
	for i, key := range m.at56[site-1] {
		switch f := m.fate[key]; {
		case f.comes(call) && i%3 == 0:
			note(jotting{State: "present", Code: m.badge[key], Source: "qr"})
		case f.comes(call):
			note(jotting{State: "present", Member: key, Source: "list"})
		case f == excused:
			note(jotting{State: "excused", Member: key, Reason: "duty", Source: "hand"})
		}
	}
	if site%14 == 0 && call == 1 {
		note(jotting{State: "present", Guest: &person{app.UUID(m.r), fmt.Sprint("Khách ", site), "Sở"}, Source: "hand"})
	}
	want = len(facts)
	other := 0
	if site%9 == 0 { // somebody of the site before, who has been noted there already
		note(jotting{State: "present", Member: m.at56[site-2][4], Source: "list", At: at.UnixMilli() + 3_600_000})
		other++
	}
	if site == 6 { // somebody who came here first, and then went to the site before
		note(jotting{State: "present", Member: m.at56[site-2][5], Source: "list", At: at.UnixMilli() - 600_000})
		want++
	}
	says := func(s synced) {
		m.t.Helper()
		got := map[string]int{}
		for _, a := range s.Answers {
			got[fmt.Sprint(a[1])]++
		}
		if got["accepted"] != want || got["other"] != other || len(s.Answers) != len(facts) {
			m.t.Errorf("site %d, roll call %d: %v, want %d accepted and %d other", site, call, got, want, other)
		}
	}
	if site == 4 { // they arrive, and the answer does not
		p.sends(at, facts)
		want, other = 0, 0
		if s := p.sends(at, facts); s.counts() != fmt.Sprintf("[duplicate:%d]", len(facts)) {
			m.t.Errorf("sent again: %s", s.counts())
		}
		return
	}
	says(p.sends(at, facts))
	if site%5 == 0 {
		slices.Reverse(facts)
		if s := p.sends(at, facts); s.counts() != fmt.Sprintf("[duplicate:%d]", len(facts)) {
			m.t.Errorf("site %d, sent twice: %s", site, s.counts())
		}
	}
}

// sends sends a batch of a day of its own.
func (p *phone) sends(at time.Time, facts []jotting) (s synced) {
	p.t.Helper()
	if status := p.ask("POST", "/facts", batch{Sent: at.UnixMilli(), Facts: facts}, &s); status != http.StatusOK {
		p.t.Fatalf("%d", status)
	}
	return s
}

// sit runs the hall: topics one after another, an announcement, and a question.
func (m *morning) sit() {
	m.t.Helper()
	for n, at := range [][2]string{{"07:47", "08:42"}, {"08:45", "09:33"}, {"09:40", "10:15"}, {"10:22", "10:58"}} {
		m.vars["T"] = m.vars[fmt.Sprintf("T%d", n+1)]
		m.clockAt(25, at[0])
		m.does("hp-vanthu", "post /conferences/$C/desk/topics/$T/start\nsee 'từ "+at[0]+"'")
		if n == 1 {
			m.does("hp-vanthu", "post /conferences/$C/announcements 'text=Nghỉ giải lao 10 phút'")
			m.does("hp-04", `
				get /conferences/$C/sites/4/desk
				see 'Nghỉ giải lao 10 phút'
				post /conferences/$C/questions site=4 topic=$T 'text=Khi nào nộp chương trình hành động?'
				see 'Đã gửi câu hỏi.'`)
			m.does("hp-vanthu", `
				post /conferences/$C/questions/1/taking version=1
				get /conferences/$C/hall
				see 'Khi nào nộp chương trình hành động?'
				post /conferences/$C/questions/1/answer version=2 'answer=Trước ngày 31 tháng 8.'`)
		}
		m.clockAt(25, at[1])
		m.does("hp-vanthu", "post /conferences/$C/desk/topics/$T/end\nsee '"+at[0]+"–"+at[1]+"'")
	}
	m.does("hp-04", "get /conferences/$C/questions\nsee 'Trước ngày 31 tháng 8.'")
}

// comeBack gives the three sites their network again. The first answer of the first is
// lost after the house has taken all.
func (m *morning) comeBack() {
	m.t.Helper()
	m.clockAt(25, "11:20")
	m.does("hp-vanthu", "get /conferences/$C\nsee '53 / 56'")
	for n := 1; n <= offline; n++ {
		if sent, had := m.doors[n-1].line.sent.Load(), m.h.Noted(m.t, m.id, n); sent != 0 || had != 0 {
			m.t.Errorf("site %d has sent %d times and %d facts without a network", n, sent, had)
		}
	}
	m.doors[0].line.lose.Store(true)
	for i, p := range m.hands {
		m.doors[i].line.cut.Store(false)
		evaluate[string](p.browser, "dispatchEvent(new Event('online')); ''")
	}
	m.hands[0].until("document.querySelector('.net .btn')")
	for end := time.Now().Add(patience); m.doors[0].line.lost.Load() == 0; {
		if time.Now().After(end) {
			m.t.Fatal("nothing came through")
		}
		evaluate[string](m.hands[0].browser, "new Promise(r => setTimeout(() => r(''), 20))")
	}
	had := m.h.Noted(m.t, m.id, 1)
	if had != 36 { // 17 people twice, and one who is excused twice
		m.t.Errorf("%d facts of the site whose answer was lost", had)
	}
	m.doors[0].line.lose.Store(false)
	evaluate[string](m.hands[0].browser, "dispatchEvent(new Event('online')); ''")
	for _, p := range m.hands {
		p.says(".net.done", "Đã gửi hết")
	}
	if n := m.h.Noted(m.t, m.id, 1); n != had {
		m.t.Errorf("%d facts after they were sent again, %d before", n, had)
	}
	m.does("hp-vanthu", "get /conferences/$C\nsee '56 / 56'")
}

// close ends the sites and the conference.
// close ends the sites and the conference.
func (m *morning) close() {
	m.t.Helper()
	m.clockAt(25, "11:35")
	for n := 1; n <= sitesOfCity; n++ {
		m.vars["N"] = fmt.Sprint(n)
		by := "hp-vanthu"
		if n <= offline {
			by = fmt.Sprintf("hp-%02d", n)
		}
		m.does(by, "post /conferences/$C/sites/$N/closure version=4\nsee 'đã kết thúc'")
	}
	m.does("hp-vanthu", `
		get /conferences/$C/roll?call=2
		post /conferences/$C/roll/rest call=1 state=absent
		post /conferences/$C/roll/rest call=2 state=absent
		get /conferences/$C
		take V 'name="version" value="(\d+)"'
		post /conferences/$C/closure version=$V
		jobs
		get /conferences/$C
		see '989 / 1.009 có mặt' '9 vắng có lý do' '6 vắng' '994 Đầu giờ' '989 Cuối giờ' '5 dự chưa đủ' '56 / 56 điểm cầu đã vào' '5 khách mời' '56 / 56 tổ chức có đại diện dự'`)
}

// expected are how many of a unit, or of all with "", are to meet each fate.
func (m *morning) expected(unit string) map[fate]int64 {
	all := map[fate]int64{}
	for key, f := range m.fate {
		if unit == "" || m.home[key] == unit {
			all[f]++
		}
	}
	return all
}

// figures compares every figure with what was done, for the whole and for each unit, and
// follows it down to facts.
func (m *morning) figures() {
	m.t.Helper()
	const guests = 5 // one at site 2, one at each of four others
	lanes := []string{"invited", "present", "online", "partial", "excused", "absent", "checked_in", "extra", "call_1", "call_2", "guests", "represented"}
	is := func(unit string, e map[fate]int64, guests, units int64) {
		m.t.Helper()
		all := e[attends] + e[leaves] + e[excused] + e[missing]
		want := []int64{all, e[attends], 0, e[leaves], e[excused], e[missing], e[attends] + e[leaves], 0, e[attends] + e[leaves], e[attends], guests, units}
		if got := m.h.Counted(m.t, m.id, unit, lanes...); !slices.Equal(got, want) {
			m.t.Errorf("%s:\n%v\n%v, want\n%v", unit, lanes, got, want)
		}
	}
	whole := m.expected("")
	if want := (map[fate]int64{attends: 989, leaves: 5, excused: 9, missing: 6}); !maps.Equal(whole, want) {
		m.t.Fatalf("the story is another: %v", whole)
	}
	is("thanh-doan-hai-phong", whole, guests, sitesOfCity)
	for n := range sitesOfCity {
		unit := fmt.Sprintf("hp-%02d", n+1)
		is(unit, m.expected(unit), 0, 1)
	}
	vouched := m.h.Vouched(m.t, m.id)
	for key, f := range m.fate {
		if n, there := vouched[key]; there != (f == attends) || there && n != 2 {
			m.t.Errorf("%s of fate %d: attended %v by %d facts", key, f, there, n)
		}
	}
	if n, details, err := m.h.Prove(m.t.Context()); err != nil || n != 0 {
		m.t.Errorf("the proof finds %d mismatches, %v\n%s", n, err, strings.Join(details, "\n"))
	}
	m.traces()
}

// traces follows a figure from the page of the conference to the facts behind it, at a
// site without a network.
func (m *morning) traces() {
	m.t.Helper()
	m.does("hp-vanthu", `
		get /conferences/$C
		take S 'href="/figures/([0-9]+)/[^"]*/present'
		get /figures/$S/thanh-doan-hai-phong/present?subtree=1
		see '989' 'Quận, Huyện đoàn, Đoàn trực thuộc số 50' 'Trang sau'
		take L '(/conferences/[a-z0-9]+/rows\?unit=hp-03[^"]*)'
		get $L`)
	for _, key := range m.at56[2] {
		if there := strings.Contains(m.body, m.name[key]+" có mặt"); there != (m.fate[key] == attends) {
			m.t.Errorf("%s among those who attended: %v", m.name[key], there)
		}
	}
	m.does("hp-vanthu", `
		get /figures/$S/hp-03/checked_in
		take B '(/conferences/[a-z0-9]+/sites/3/checkins/[^"]+)'
		get $B
		see 'đã bị rút' 'ghi nhầm' 'mã QR' 'danh sách' 'Lần điểm danh 2'`)
	for _, key := range m.at56[2] {
		if n := strings.Count(m.body, m.name[key]); n != 2 {
			m.t.Errorf("%d facts on %s, want 2", n, m.name[key])
		}
	}
}

// papers checks the list of those who missed it, the minutes, and the report.
func (m *morning) papers() {
	m.t.Helper()
	m.does("hp-vanthu", "get /conferences/$C/missed")
	for key, f := range m.fate {
		if in := strings.Contains(m.body, m.name[key]+" Đoàn số "+m.home[key][3:]); in != (f != attends) {
			m.t.Errorf("%s of fate %d, on the list of those who missed it: %v", m.name[key], f, in)
		}
	}
	m.does("hp-vanthu", `
		post /conferences/$C/minutes/draft
		get /conferences/$C/minutes
		see 'Triệu tập 1.009 đồng chí; có mặt 989 đồng chí' 'Vắng có lý do 9 đồng chí; vắng không lý do 6 đồng chí' 'Dự chưa đủ theo quy định 5 đồng chí' 'Khách mời 5 người' 'Đơn vị có người dự: 56 trong 56' 'Điểm cầu đã vào: 56 trong 56' '07:45–08:40: Chuyên đề 1 (Báo cáo viên 1)' '10:20–11:00: Chuyên đề 4' 'Khi nào nộp chương trình hành động?' 'Trước ngày 31 tháng 8.' 'Điểm danh khóa sổ lúc 11 giờ 35'
		post /conferences/$C/minutes/signatures version=1
		see 'Đã ký biên bản.'`)
	m.does("hp-bithu", `
		get /conferences/$C/minutes
		post /conferences/$C/minutes/signatures version=1
		see 'Cấp số biên bản'
		get /conferences/$C/minutes.docx
		word 'BIÊN BẢN' 'có mặt 989 đồng chí' 'Chuyên đề 4' 'Khi nào nộp chương trình hành động?' 'THƯ KÝ' 'CHỦ TRÌ'
		get /rollouts/$R
		see 'số 01: 17/18 đoàn viên' 'số 02: 19/19 đoàn viên' 'số 20: 18/19 đoàn viên'`)
	m.does("hp-vanthu", `
		post /reports rollout=$R
		take P '/reports/([a-z0-9]+)'
		get /reports/$P
		see 'Đoàn viên đã học (người) 989 / 1.009 (98,01' 'Lượt dự học tập (lượt) 989' 'Đại biểu khách mời, không tính vào tỷ lệ (lượt) 5'
		get /reports/$P/paper.docx
		word '989' '1.009' '98,01'`)
}
