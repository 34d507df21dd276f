package app_test

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

func itoa(n int) string { return strconv.Itoa(n) }

func errorf(format string, args ...any) error { return fmt.Errorf(format, args...) }

// A deed is how the test asks an operation that writes: who, with which body, and
// what must be found first.
type deed struct {
	login, path, body string
	tail              string // of the address, where its pattern has more in it
	match             bool   // the thing's state must be named
	hash              string // address of what is signed
}

// TestDocument asks every operation that the document names, with ids of real
// things, and holds what it answers against the document: status, type, and every
// field. An operation that is documented and not asked, or asked and not
// documented, fails it.
func TestDocument(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	prepared := h.Prepare(t)
	form, period := h.Ask(t, 3)
	signed := h.AskSigned(t)
	consultation := openOpinion(t, h)
	target, guidance := openTarget(t, h)
	c := newChecker(t, h)
	as := func(login string) program { return program{t, h, h.Token(t, login)} }
	bloc := as("bikhu")
	var documented []string
	for path, methods := range c.Paths {
		for method, op := range methods {
			documented = append(documented, strings.ToUpper(method)+" /api/v1"+path)
			if op.Summary == "" || strings.Contains(op.Summary, "api.") {
				t.Errorf("%s %s is called %q", method, path, op.Summary)
			}
			for _, p := range op.Parameters {
				if p.Description == "" || strings.HasPrefix(p.Description, "api.") {
					t.Errorf("%s %s: the parameter %s is %q", method, path, p.Name, p.Description)
				}
			}
		}
	}
	slices.Sort(documented)
	if served := slices.Sorted(slices.Values(h.Operations())); !slices.Equal(documented, served) {
		t.Errorf("documented: %q\nserved: %q", documented, served)
	}
	plan, roll := bloc.list("/plans?unit=tccs-07").Items[0].ID, bloc.list("/rollouts").Items[0]
	fill := strings.NewReplacer("/units/{key}", "/units/tccs-07", "/members/{key}", "/members/"+bloc.list("/members?unit=tccs-07").Items[0].Key,
		"/rollouts/{id}", "/rollouts/"+roll.ID, "/plans/{id}", "/plans/"+plan, "/tasks/{id}", "/tasks/"+bloc.list("/tasks").Items[0].ID, "/reports/{id}", "/reports/"+prepared.Report,
		"/conferences/{id}", "/conferences/"+prepared.Conference, "/directives/{id}", "/directives/"+bloc.list("/directives").Items[0].ID,
		"/quizzes/{id}", "/quizzes/"+prepared.Quiz, "/forms/{id}", "/forms/"+form, "/periods/{id}/figures/{unit}", "/periods/"+period+"/figures/doan-khoi",
		"/periods/{id}/reports/{unit}", "/periods/"+signed+"/reports/tccs-08", "/periods/{id}/reports", "/periods/"+signed+"/reports",
		"/periods/{id}/lacking/{unit}", "/periods/"+period+"/lacking/doan-khoi", "/periods/{id}", "/periods/"+period,
		"/opinions/{id}", "/opinions/"+consultation,
		"/targets/{id}/units/{unit}/under", "/targets/"+target+"/units/doan-khoi/under", "/targets/{id}", "/targets/"+target,
		"/guidance/{id}/units/{unit}", "/guidance/"+guidance+"/units/doan-khoi", "/guidance/{id}", "/guidance/"+guidance, "{point}", "1",
		"{sheet}", roll.Sheet, "/{unit}/children", "/doan-khoi/children", "{unit}", "tccs-07", "{lane}", "persons", "{n}", "1")
	for _, path := range slices.Sorted(maps.Keys(c.Paths)) {
		for method := range c.Paths[path] {
			nobody := program{t: t, h: h}.ask(strings.ToUpper(method), "/api/v1"+fill.Replace(path), "")
			if err := c.check(path, method, nobody); err != nil || nobody.status != http.StatusUnauthorized {
				t.Errorf("nobody is answered %d, %v", nobody.status, err)
			}
			if method != "get" {
				continue
			}
			p := bloc
			if strings.HasSuffix(path, "/attendance") || strings.HasSuffix(path, "/people") || strings.HasSuffix(path, "/minutes") || strings.HasSuffix(path, "/checkins") {
				p = as("thuky07")
			}
			a := p.get(fill.Replace(path))
			if err := c.check(path, method, a); err != nil || a.status != http.StatusOK {
				t.Errorf("%s: %d, %v", path, a.status, err)
			}
			if strings.Contains(a.body, `"items":[]`) {
				t.Errorf("%s answers with nothing, by which nothing is shown: %s", path, a.body)
			}
			elsewhere := strings.NewReplacer("{key}", "x", "{id}", "x", "{sheet}", "1", "{unit}", "x", "{lane}", "x", "{n}", "1").Replace(path)
			if missing := bloc.get(elsewhere); elsewhere != path && missing.status != http.StatusNotFound || c.check(path, method, missing) != nil {
				t.Errorf("%s: %d, %v", elsewhere, missing.status, c.check(path, method, missing))
			}
			if wrong := bloc.get(elsewhere + "?limit=x"); wrong.status != http.StatusUnprocessableEntity || c.check(path, method, wrong) != nil {
				t.Errorf("%s?limit=x: %d, %v", elsewhere, wrong.status, c.check(path, method, wrong))
			}
		}
	}
	c.writes(t, as, prepared, roll.ID, form, period, signed, consultation, guidance)
}

// writes asks every operation that writes, in an order in which each can be done.
func (c checker) writes(t *testing.T, as func(login string) program, prepared app.Prepared, roll, form, period, signed, consultation, guidance string) {
	clerk := as("thuky07")
	row := clerk.list("/conferences/" + prepared.Conference + "/attendance?state=invited").Items[0]
	free := as("bikhu").list("/units?limit=500").Items
	had := map[string]bool{}
	for _, p := range as("bikhu").list("/plans?limit=500&rollout=" + roll).Items {
		had[p.Unit] = true
	}
	free = slices.DeleteFunc(free, func(u named) bool { return had[u.Key] || u.Key == "doan-khoi" })
	head := "donvi" + strings.TrimPrefix(free[0].Key, "tccs-")
	made := map[string]string{}
	asked := map[string]bool{}
	for _, d := range []struct {
		op string
		deed
	}{
		{"POST /units", deed{login: "quantri", body: `{"name":"Chi đoàn mới","kind":"Chi đoàn","from":"2020-11-01"}`}},
		{"POST /members", deed{login: "thuky07", body: `{"name":"Trần Thị Mới","from":"2020-11-01","phone":"000 1"}`}},
		{"PATCH /members/{key}", deed{login: "thuky07", path: "/members/$POST /members", body: `{"name":"Trần Thị Mơ"}`, match: true}},
		{"POST /members/{key}/end", deed{login: "thuky07", path: "/members/$POST /members", body: `{"day":"2020-11-02","reason":"chuyển nơi khác"}`, match: true}},
		{"POST /directives", deed{login: "vanthu", body: `{"kind":"KH","number":"9","symbol":"KH/ĐK","issuer":"Đoàn khối","issued":"2020-11-01","subject":"Thử"}`}},
		{"PUT /directives/{id}/clauses", deed{login: "vanthu", path: "/directives/$POST /directives/clauses", tail: "?", body: `{"text":"I. Một\n1. Hai"}`, match: true}},
		{"POST /conferences/{id}/attendance", deed{
			login: "thuky07", path: "/conferences/" + prepared.Conference,
			body: fmt.Sprintf(`{"marks":[{"member":%q,"state":"present","version":%d}],"guests":[{"label":"Khách","number":2}]}`, row.Member, row.Version),
		}},
		{"POST /conferences/{id}/sites/{n}/checkins", deed{
			login: "thuky07", path: "/conferences/" + prepared.Conference, tail: "/sites/1/checkins",
			body: fmt.Sprintf(`{"facts":[{"id":"01930a3e-7c00-7abc-8def-0123456789ab","device":"may-1","seq":1,"at":1603150000000,"offset":0,"member":%q,"state":"present","source":"qr"}]}`, row.Member),
		}},
		{"POST /conferences/{id}/sites", deed{login: "thuky07", path: "/conferences/" + prepared.Conference, tail: "/sites", body: `{"unit":"tccs-07","name":"Nhà văn hóa","mode":"online","capacity":80}`}},
		{"PUT /conferences/{id}/sites/{n}/checks", deed{login: "thuky07", path: "/conferences/" + prepared.Conference + "/sites/2", tail: "/checks", body: `{"lines":[1,2]}`, match: true}},
		{"POST /conferences/{id}/sites/{n}/readiness", deed{login: "thuky07", path: "/conferences/" + prepared.Conference + "/sites/2", tail: "/readiness", body: `{"reason":"máy dự phòng đến sau"}`, match: true}},
		{"POST /conferences/{id}/sites/{n}/closure", deed{login: "thuky07", path: "/conferences/" + prepared.Conference + "/sites/2", tail: "/closure", match: true}},
		{"POST /conferences/{id}/questions", deed{login: "thuky07", path: "/conferences/" + prepared.Conference, tail: "/questions", body: `{"site":1,"text":"Hạn nộp kế hoạch là ngày nào?"}`}},
		{"POST /conferences/{id}/questions/{n}/taking", deed{login: "thuky07", path: "/conferences/" + prepared.Conference, tail: "/questions/2/taking"}},
		{"POST /conferences/{id}/questions/{n}/answer", deed{login: "thuky07", path: "/conferences/" + prepared.Conference, tail: "/questions/2/answer", body: `{"text":"Ngày 30/11."}`}},
		{"POST /conferences", deed{login: head, body: `{"rollout":"` + roll + `","title":"Học bù","sort":"makeup","mode":"online","day":"2024-01-17","topics":[{"title":"Nghị quyết"}]}`}},
		{"POST /conferences/{id}/levels", deed{
			login: head, path: "/conferences/$POST /conferences", tail: "/levels", body: `{"depth":1,"audience":"Đoàn viên","length":1,"length_in":"half_days","day":"2024-02-01","wording":"until"}`,
		}},
		{"POST /conferences/{id}/convening", deed{login: head, path: "/conferences/$POST /conferences", match: true}},
		{"POST /conferences/{id}/invitations/{member}", deed{
			login: head, path: "/conferences/$POST /conferences", tail: "/invitations/$MEMBER", body: `{"answer":"excused","reason":"study"}`,
		}},
		{"POST /conferences/{id}/closure", deed{login: "thuky07", path: "/conferences/" + prepared.Conference, match: true}},
		{"POST /conferences/{id}/minutes/signatures", deed{
			login: "thuky07", path: "/conferences/" + prepared.Conference + "/minutes", tail: "/signatures", match: true,
		}},
		{"POST /plans", deed{login: head, body: `{"rollout":"` + roll + `","title":"Chương trình","goals":[{"text":"Mục tiêu"}],
			"tasks":[{"text":"Việc","lead":"An","deliverable":"Báo cáo","day":"2020-12-01"}]}`}},
		{"PUT /plans/{id}", deed{login: head, path: "/plans/$POST /plans", match: true, body: `{"title":"Chương trình","goals":[{"text":"Mục tiêu hai"}],
			"tasks":[{"text":"Việc","lead":"An","deliverable":"Báo cáo","day":"2020-12-01","wording":"before"}]}`}},
		{"POST /plans/{id}/submission", deed{login: head, path: "/plans/$POST /plans", match: true}},
		{"POST /plans/{id}/adoption", deed{login: head, path: "/plans/$POST /plans", match: true}},
		{"POST /tasks", deed{login: "vanthu", body: `{"text":"Lập danh sách","deliverable":"Danh sách","lead":"tccs-07"}`}},
		{"POST /tasks/{id}/notes", deed{login: "thuky07", path: "/tasks/$POST /tasks", match: true, body: `{"text":"Đang làm"}`}},
		{"POST /tasks/{id}/extension-request", deed{login: "thuky07", path: "/tasks/$POST /tasks", match: true, body: `{"day":"2024-03-20","reason":"bận"}`}},
		{"POST /tasks/{id}/refusal", deed{login: "vanthu", path: "/tasks/$POST /tasks", match: true, body: `{"text":"không"}`}},
		{"POST /tasks/{id}/extension", deed{login: "vanthu", path: "/tasks/$POST /tasks", match: true, body: `{"day":"2024-03-20","reason":"bão"}`}},
		{"POST /tasks/{id}/completion", deed{login: "thuky07", path: "/tasks/$POST /tasks", match: true, body: `{"text":"Xong"}`}},
		{"POST /tasks/{id}/return", deed{login: "vanthu", path: "/tasks/$POST /tasks", match: true, body: `{"text":"thiếu"}`}},
		{"POST /tasks/{id}/completion", deed{login: "thuky07", path: "/tasks/$POST /tasks", match: true, body: `{"text":"Đã bổ sung"}`}},
		{"POST /tasks/{id}/verification", deed{login: "vanthu", path: "/tasks/$POST /tasks", match: true, body: `{"text":"Tốt"}`}},
		{"POST /tasks", deed{login: "vanthu", body: `{"text":"Lập danh sách","deliverable":"Danh sách","lead":"tccs-07","day":"2024-03-01"}`}},
		{"POST /tasks/{id}/withdrawal", deed{login: "vanthu", path: "/tasks/$POST /tasks", match: true, body: `{"text":"nhầm"}`}},
		{"POST /reports", deed{login: head, body: `{"rollout":"` + roll + `"}`}},
		{"PATCH /reports/{id}", deed{login: head, path: "/reports/$POST /reports", body: `{"answers":{"strengths":"Tốt"}}`, match: true}},
		{"POST /reports/{id}/submission", deed{login: head, path: "/reports/$POST /reports", match: true}},
		{"POST /periods/{id}/reports/{unit}", deed{login: "thuky07", path: "/periods/" + signed, tail: "/reports/tccs-07", body: `{"figures":{"item_1":5}}`}},
		{"POST /periods/{id}/reports/{unit}/signature", deed{login: "donvi07", path: "/periods/" + signed, tail: "/reports/tccs-07/signature", body: `{"hash":"$HASH"}`, hash: "/periods/" + signed + "/reports/tccs-07"}},
		{"POST /periods/{id}/reports/{unit}/return", deed{login: "bikhu", path: "/periods/" + signed, tail: "/reports/tccs-07/return", body: `{"seen":1,"reasons":{"item_1":"xem lại"}}`}},
		{"POST /periods/{id}/reports/{unit}/acceptance", deed{login: "bikhu", path: "/periods/" + signed, tail: "/reports/tccs-08/acceptance", body: `{"seen":1}`}},
		{"POST /periods/{id}/summary/{unit}/{item}", deed{login: "vanthu", path: "/periods/" + signed, tail: "/summary/doan-khoi/words", body: `{"text":"Có {item_1} người."}`}},
		{"POST /periods/{id}/summary/{unit}/{item}/takes", deed{login: "vanthu", path: "/periods/" + signed, tail: "/summary/doan-khoi/words/takes", body: `{"from":"tccs-08","seen":1}`}},
		{"POST /opinions/{id}/comments", deed{login: "thuky07", path: "/opinions/" + consultation, tail: "/comments", body: `{"block":"aaaaaaaa","text":"Đồng tình"}`}},
		{"POST /periods/{id}/returns/{unit}", deed{login: "thuky07", path: "/periods/" + period, tail: "/returns/tccs-07", body: `{"seen":0,"figures":{"item_1":5}}`}},
		{"POST /periods/{id}/returns/{unit}/withdrawal", deed{login: "thuky07", path: "/periods/" + period, tail: "/returns/tccs-07/withdrawal", body: `{"seen":1,"reason":"nhầm đơn vị"}`}},
		{"POST /targets", deed{login: "vanthu", body: `{"label":"Lớp học","word":"lớp","direction":"least","from":"2024-01-01","path":[{"name":"Quý 1","to":"2024-04-01","value":50}]}`}},
		{"POST /targets/{id}/opening", deed{login: "vanthu", path: "/targets/$POST /targets", tail: "/opening", body: `{"version":1}`}},
		{"POST /targets/{id}/units/{unit}/handing", deed{login: "vanthu", path: "/targets/$POST /targets", tail: "/units/doan-khoi/handing", body: `{"version":1,"shares":{"tccs-07":5}}`}},
		{"POST /targets/{id}/units/{unit}/reply", deed{login: "thuky07", path: "/targets/$POST /targets", tail: "/units/tccs-07/reply", body: `{"version":1,"takes":4,"reason":"ít người"}`}},
		{"POST /guidance/{id}/receipt", deed{login: "thuky07", path: "/guidance/" + guidance, tail: "/receipt"}},
		{"POST /guidance/{id}/deeds/{point}", deed{login: "thuky07", path: "/guidance/" + guidance, tail: "/deeds/1", body: `{"count":2,"day":"2024-01-05"}`}},
		{"POST /periods/{id}/returns/{unit}/nothing", deed{login: "thuky07", path: "/periods/" + period, tail: "/returns/tccs-07/nothing", body: `{"seen":2}`}},
		{"POST /periods/{id}/deadlines", deed{login: "vanthu", path: "/periods/" + period, tail: "/deadlines", body: `{"last_day":"2024-02-09","reason":"nghỉ Tết"}`}},
		{"POST /periods/{id}/exceptions", deed{login: "vanthu", path: "/periods/" + period, tail: "/exceptions", body: `{"unit":"tccs-08","last_day":"2024-02-20","reason":"bão"}`}},
		{"POST /periods/{id}/exceptions/{n}/end", deed{login: "vanthu", path: "/periods/" + period, tail: "/exceptions/1/end"}},
		{"POST /periods/{id}/calls/{unit}", deed{login: "vanthu", path: "/periods/" + period, tail: "/calls/doan-khoi"}},
		{"POST /forms/{id}/cycle", deed{login: "vanthu", path: "/forms/" + form, tail: "/cycle", body: `{"version":0,"kind":"month","first":1,"rule":"day 5+1"}`}},
		{"POST /forms/{id}/cycle/next", deed{login: "vanthu", path: "/forms/" + form, tail: "/cycle/next"}},
	} {
		method, pattern, _ := strings.Cut(d.op, " ")
		asked[d.op] = true
		for from, id := range made {
			d.path = strings.ReplaceAll(d.path, "$"+from, id)
		}
		path, p := pattern, as(d.login)
		var heads []string
		if d.path != "" {
			path = d.path + cmp.Or(d.tail, pattern[strings.Index(pattern, "}")+1:])
		}
		if strings.Contains(path, "$MEMBER") { // somebody on that roll
			path = strings.ReplaceAll(path, "$MEMBER", p.list(d.path + "/attendance?state=invited").Items[0].Member)
		}
		if d.hash != "" {
			var what struct{ Hash string }
			p.get(d.hash).read(t, &what)
			d.body = strings.ReplaceAll(d.body, "$HASH", what.Hash)
		}
		if d.match {
			bare := p.ask(method, "/api/v1"+path, d.body)
			if err := c.check(pattern, method, bare); err != nil || bare.status != http.StatusPreconditionRequired {
				t.Errorf("%s without If-Match: %d, %v", d.op, bare.status, err)
			}
			heads = append(heads, "If-Match: "+p.get(d.path).head.Get("ETag"))
		}
		a := p.ask(method, "/api/v1"+path, d.body, heads...)
		if err := c.check(pattern, method, a); err != nil || a.status >= 300 {
			t.Errorf("%s %s: %d, %v", d.op, path, a.status, err)
		}
		var one struct {
			ID, Key string
			N       int64
		}
		a.read(t, &one)
		if a.status == http.StatusCreated {
			made[d.op] = one.ID + one.Key
			if at := a.head.Get("Location"); at != "/api/v1"+path+"/"+cmp.Or(one.ID+one.Key, strconv.FormatInt(one.N, 10)) {
				t.Errorf("%s is at %q", d.op, at)
			}
		}
		broken := p.ask(method, "/api/v1"+path, `{"no":`, "If-Match: *")
		if err := c.check(pattern, method, broken); d.body != "" && (err != nil || broken.status != http.StatusBadRequest) {
			t.Errorf("%s with broken JSON: %d, %v", d.op, broken.status, err)
		}
	}
	for path, methods := range c.Paths {
		for method := range methods {
			if op := strings.ToUpper(method) + " " + path; method != "get" && !asked[op] {
				t.Errorf("%s is not asked by this test", op)
			}
		}
	}
}
