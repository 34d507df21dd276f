package app_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// TestGarbage sends everybody's nonsense to every route of the demonstration:
// nothing may break (no 500), and afterwards every figure is still proven.
func TestGarbage(t *testing.T) {
	t.Parallel()
	h := app.NewDemoHouse(t)
	ids := thingsOf(t, h)
	ids["statements"] = []string{strings.TrimPrefix(openStatements(t, h), "/statements/")}
	form, period := openForm(t, h)
	ids["forms"], ids["periods"] = []string{form}, []string{period}
	ids["opinions"] = []string{openOpinion(t, h)}
	target, guidance := openTarget(t, h)
	ids["targets"], ids["guidance"] = []string{target}, []string{guidance}
	forms := [][]string{
		nil,
		{"version=1", "title=", "day=31/02/2020", "reason="},
		{"version=-9223372036854775808", "title=\u00a0\u200b", "day=99999999999999", "percent=1e9", "persons=-1", "hold-1=1", "hold-1-day=x", "unit=../../etc", "step=;--"},
		{"version=1", "title=" + strings.Repeat("ế", 5000), "reason=" + strings.Repeat("x", 9000), "member=1", "m-1=present", "guests=abc", "guest=x", "goal-1-text=x", "task-1-text=y"},
		{"reason='\"><script>alert(1)</script>", "title=<b>", "name='; DROP TABLE unit;--", "from=2020-01-01", "kind=x", "key=" + strings.Repeat("k", 99)},
	}
	t.Run("all", func(t *testing.T) {
		logins := []string{"thuky07", "vanthu", "quantri"} // what they may do reaches all statements
		if driver, _ := h.Source(); driver == "sqlite" {
			logins = append(logins, "doanvien", "donvi03", "bikhu") // who may what does not depend on the engine
		}
		for _, login := range logins {
			t.Run(login, func(t *testing.T) {
				t.Parallel() // the house has them all at once anyway
				p := &player{t: t, h: h}
				p.reset()
				if err := p.as(login); err != nil {
					t.Fatal(err)
				}
				p.garbage(t, login, ids, forms)
			})
		}
	})
	if n, details, err := h.Prove(t.Context()); err != nil || n != 0 {
		t.Errorf("the proof finds %d mismatches, %v\n%s", n, err, strings.Join(details, "\n"))
	}
}

// garbage sends every form to every route.
func (p *player) garbage(t *testing.T, login string, ids things, forms [][]string) {
	t.Helper()
	for _, r := range p.h.Routes() {
		pattern, _, _ := strings.Cut(r, "  ")
		method, path, _ := strings.Cut(pattern, " ")
		if path == "/sign-out" || strings.HasSuffix(path, "/disabling") || strings.HasSuffix(path, "/slips") || strings.HasSuffix(path, "/revocation") {
			continue // these would end the test's own sessions, or make a hundred logins
		}
		for _, path := range ids.fill(path) {
			if method == "GET" {
				p.try(t, login, method, path, nil)
				p.try(t, login, method, path+"?q=%25_%00%F0%9F%98%80&offset=-5&after=x&sort=%27&state=x&subtree=2&unit=zz&lane=held&rollout=x&directive=x", nil)
				continue
			}
			if strings.Contains(path, "/nowhere") { // is not found before any form is read
				p.try(t, login, method, path, forms[2])
				continue
			}
			for _, f := range forms {
				p.try(t, login, method, path, f)
			}
		}
	}
}

func (p *player) try(t *testing.T, login, method, path string, form []string) {
	t.Helper()
	var err error
	if method == "GET" {
		err = p.get(path)
	} else {
		err = p.post(path, form)
	}
	if err != nil {
		t.Fatalf("%s %s as %s: %v", method, path, login, err)
	}
	if p.status >= 500 {
		t.Errorf("%s %s as %s with %.60q: status %d\n%.300s", method, path, login, form, p.status, p.body)
	}
	if strings.Contains(p.raw, "<script>alert") {
		t.Errorf("%s %s as %s: a script of the reader's own stands in the page", method, path, login)
	}
}

// things are ids of real things by the route's first part.
type things map[string][]string

func thingsOf(t *testing.T, h *app.TestHouse) things {
	t.Helper()
	driver, source := h.Source()
	d, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	all := things{}
	for part, q := range map[string]string{
		"directives": `SELECT id FROM directive ORDER BY id LIMIT 1`, "rollouts": `SELECT id FROM rollout`,
		"conferences": `SELECT id FROM conference ORDER BY id LIMIT 2`, "plans": `SELECT id FROM plan WHERE state = 'submitted'`,
		"reports": `SELECT id FROM report WHERE state = 'submitted'`, "units": `SELECT key FROM unit WHERE key IN ('doan-khoi', 'tccs-07')`,
		"tasks": `SELECT min(id) FROM task`, "members": `SELECT min(key) FROM member`, "figures": `SELECT min(sheet) FROM tally_node`, "accounts": `SELECT min(id) FROM account`,
	} {
		ids, err := column(t.Context(), d, q)
		if err != nil {
			t.Fatal(err)
		}
		all[part] = ids
	}
	return all
}

// column returns the one column of a query.
func column(ctx context.Context, d *sql.DB, q string) ([]string, error) {
	rows, err := d.QueryContext(ctx, q)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, rows.Err()
}

// fill returns a route's path with ids of real things, and with one of nothing.
func (a things) fill(path string) []string {
	part := strings.Split(path, "/")[1]
	var all []string
	for _, id := range append(a[part], "nowhere") {
		all = append(all, strings.NewReplacer("{id}", id, "{key}", or(part == "units" || part == "members", id, "tccs-12"), "{sheet}", id,
			"{unit}", "tccs-07", "{lane}", "persons", "{code}", id, "{$}", "").Replace(path))
		if !strings.Contains(path, "{") {
			break
		}
	}
	return all
}

func or(yes bool, a, b string) string {
	if yes {
		return a
	}
	return b
}

// openStatements has the bloc open a statement form, in which unit 07 states, and
// returns its path.
func openStatements(t *testing.T, h *app.TestHouse) string {
	t.Helper()
	p := &player{t: t, h: h}
	p.reset()
	deed := func(err error) {
		t.Helper()
		if err != nil || p.status != 200 {
			t.Fatalf("%v, status %d\n%s", err, p.status, p.body)
		}
	}
	deed(p.as("vanthu"))
	deed(p.post("/statements", []string{
		"title=Kết quả học tập", "period=năm 2020", "last=20/12/2024", "item-1-label=Mô hình", "item-1-word=mô hình", "item-1-sort=count",
		"item-2-label=Chi, đảng bộ tổ chức học tập", "item-2-word=chi, đảng bộ", "item-2-sort=ratio", "item-3-label=Tham gia", "item-3-word=%", "item-3-sort=percent",
	}))
	path := p.at
	deed(p.post(path+"/units/tccs-07", []string{
		"item_1-value=5.700", "item_1-bound=more", "item_1-words=trên 5.700 mô hình", "item_2-value=27", "item_2-of=27", "item_2-bound=exact",
		"item_3-value=92", "item_3-bound=more", "paper=Báo cáo số 45", "signer=Nguyễn Thị Ký", "day=30/10/2020",
	}))
	return path
}

// openForm has the bloc open a form of eight items and a period of it, in which
// unit 07 has returned and corrected its figures, and returns the ids of both.
func openForm(t *testing.T, h *app.TestHouse) (form, period string) {
	t.Helper()
	p := &player{t: t, h: h}
	p.reset()
	deed := func(err error) {
		t.Helper()
		if err != nil || p.status != 200 {
			t.Fatalf("%v, status %d\n%s", err, p.status, p.body)
		}
	}
	deed(p.as("vanthu"))
	deed(p.post("/forms", []string{
		"title=Số liệu công tác đoàn hằng tháng", "asks=leaf",
		`items=# Tổ chức\n* Đoàn viên | người | 0..5000\nKết nạp mới | người\nChi đoàn | chi đoàn\n# Học tập\nLớp học | lớp\nHọc viên | người\n# Phong trào\nMô hình mới | mô hình\nCông trình | công trình\nTăng giảm | người | -100..100`,
	}))
	form = strings.Split(p.at, "/")[2]
	deed(p.post("/forms/"+form+"/opening", []string{"version=1"}))
	deed(p.post("/forms/"+form+"/periods", []string{"name=Tháng 1/2024", "from=1/1/2024", "to=31/1/2024", "last=5/2/2024"}))
	period = strings.Split(p.at, "/")[2]
	at := "/periods/" + period + "/returns/tccs-07"
	deed(p.post(at, []string{"seen=0", "figures.item_1=40", "figures.item_2=0", "figures.item_8=-3"}))
	deed(p.post(at, []string{"seen=1", "figures.item_1=41", "figures.item_2=2", "reason=đếm sót"}))
	return form, period
}
