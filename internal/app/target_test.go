package app_test

import (
	"strings"
	"testing"

	"nhipcau/internal/app"
)

// openTarget sets a target of the bloc of the demonstration and hands it to unit 07,
// and publishes guidance to the units directly under.
func openTarget(t *testing.T, h *app.TestHouse) (target, guidance string) {
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
	deed(p.post("/targets", []string{
		"label=Kết nạp đoàn viên mới", "word=người", "direction=least", "decimals=0", "from=1/1/2024", `points=Quý 1 | 31/3/2024 | 100\nQuý 2 | 30/6/2024 | 300`,
	}))
	target = strings.TrimPrefix(p.at, "/targets/")
	deed(p.post("/targets/"+target+"/opening", []string{"version=1"}))
	deed(p.post("/targets/"+target+"/handing/doan-khoi", []string{"way=typed", "version=1", "v_tccs-07=20", "v_tccs-08=30"}))
	deed(p.post("/guidance", []string{
		"month=1/2024", "last=31/1/2024", "title=Sinh hoạt đầu năm", "body=Đưa vào sinh hoạt.", `points=Sinh hoạt | cuộc\nBảng tin | bảng`, "to=1",
	}))
	guidance = strings.TrimPrefix(p.at, "/guidance/")
	deed(p.post("/guidance/"+guidance+"/publication", []string{"version=1"}))
	return target, guidance
}
