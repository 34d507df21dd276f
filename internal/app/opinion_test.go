package app_test

import (
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// openOpinion puts a draft of the bloc before the units under it, and has a member of
// unit 07 comment on it.
func openOpinion(t *testing.T, h *app.TestHouse) string {
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
	deed(p.post("/plans", []string{"rollout=" + h.Rollout(), "title=Chương trình của Đoàn khối", "goal-1-text=Học tập Nghị quyết", "goal-1-target=100%"}))
	plan := strings.TrimPrefix(p.at, "/plans/")
	deed(p.post("/drafts/plan/"+plan, []string{
		"version=0", "base=", "block=aaaaaaaa", "kind-aaaaaaaa=text", "aaaaaaaa=Phấn đấu 100% đoàn viên được học tập.",
	}))
	deed(p.get("/drafts/plan/" + plan))
	deed(p.do([]string{"take", "V", `name="version" value="([0-9]+)"`}))
	deed(p.post("/drafts/plan/"+plan+"/versions", []string{"version=" + p.vars["V"]}))
	deed(p.post("/opinions", []string{
		"of=plan", "owner=" + plan, "n=1", "title=Dự thảo chương trình", "wording=until", "day=31/12/2029", "whom=under", "steps=1",
	}))
	id := strings.TrimPrefix(p.at, "/opinions/")
	deed(p.as("doanvien"))
	deed(p.post("/opinions/"+id+"/comments", []string{"block=aaaaaaaa", "from=9", "to=13", "text=Khó đạt", "suggest=98%"}))
	return id
}
