package app_test

import (
	"encoding/json"
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
	id    string // of the conference
	r     *rand.Rand
	badge map[string]string // codes by the keys of people
	fate  map[string]fate   // of people by their keys
	home  map[string]string // unit of people by their keys
	names map[string]string
	guest int
	doors []*door
	hands []handset
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
	h := app.NewTestHouse(t)
	if err := h.Port(); err != nil {
		t.Fatal(err)
	}
	p := &player{t: t, h: h}
	p.reset()
	m := &morning{player: p, r: rand.New(rand.NewPCG(25, 6)), fate: map[string]fate{}, home: map[string]string{}, names: map[string]string{}}
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
	fields := []string{"title=Hội nghị trực tuyến học tập Nghị quyết", "sort=main", "mode=online", "day=2021-06-25", "start=07:30", "end=11:30", "chair=Bí thư Thành đoàn",
		"place=Điểm cầu Thành đoàn Hải Phòng", "need=2", "call=Đầu giờ", "call_at=07:30", "call_n=", "call=Cuối giờ", "call_at=11:00", "call_n="}
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
	if got := m.h.Counted(m.t, m.id, "thanh-doan-hai-phong", "invited"); got[0] != 1009 {
		m.t.Errorf("%d are invited, want 1,009", got[0])
	}
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
	m.badge = m.h.Badges(m.t, m.id)
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
	}
	m.enrolOthers(x)
}

// enrolOthers does so over HTTP at the other sites, and decides what becomes of
// everybody there.
func (m *morning) enrolOthers(x asker) {}

func (m *morning) call(n int64, clock string) {}
func (m *morning) sit() {}
func (m *morning) comeBack() {}
func (m *morning) close() {}
func (m *morning) figures() {}
func (m *morning) papers() {}

var _ = json.Marshal
var _ = maps.Keys[map[string]int]
var _ = slices.Sort[[]string]
