package app_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"nhipcau/internal/db/dbtest"
)

// export is a file as a phone writes it.
func (p *phone) export(facts []jotting, change func(f *written)) []byte {
	p.t.Helper()
	text, err := json.Marshal(facts)
	if err != nil {
		p.t.Fatal(err)
	}
	m := hmac.New(sha256.New, []byte(p.token))
	m.Write(text)
	f := written{"nhipcau-checkin-1", p.id, p.g.ID, 1, dbtest.Noon.UnixMilli(), facts, base64.StdEncoding.EncodeToString(m.Sum(nil))}
	if change != nil {
		change(&f)
	}
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

func (x *gate) upload(b []byte, status int) string {
	x.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	f, err := w.CreateFormFile("file", "diem-danh.json")
	if err != nil {
		x.t.Fatal(err)
	}
	if _, err := f.Write(b); err != nil {
		x.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		x.t.Fatal(err)
	}
	a, err := x.clerk.Post(x.h.URL+x.at+"/file", w.FormDataContentType(), &body)
	return x.read(a, err, status)
}

// TestDeviceFile takes the file of a site without a network, refuses what is none, and
// sets aside what its device has not written so.
func TestDeviceFile(t *testing.T) {
	t.Parallel()
	x := openGate(t, 1100)
	p, other := x.enrol("Điểm xa"), x.enrol("Khác")
	var many []jotting
	for i := range 1050 { // more than come together
		many = append(many, p.notes(i))
	}
	good := p.export(many, nil)
	if page := x.upload(good, http.StatusOK); !strings.Contains(page, ">1.050<") {
		t.Errorf("not all are taken:\n%s", page)
	}
	if page := x.upload(good, http.StatusOK); !strings.Contains(page, "đã có từ trước") {
		t.Errorf("the same file again:\n%s", page)
	}
	some := []jotting{p.notes(1060), p.notes(1061)}
	x.upload(p.export(some, func(f *written) { f.MAC = "AAAA" }), http.StatusOK)
	x.upload(p.export(some, func(f *written) { f.MAC = "??" }), http.StatusOK)
	x.upload(p.export(some, func(f *written) { f.Device = other.id }), http.StatusOK)
	forged := x.upload(p.export(some, func(f *written) { some[0].Member = p.g.Members[1062] }), http.StatusOK)
	if n := len(asideForm.FindAllString(forged, -1)); n != 5 { // the last changed one of the two; the other device's are others
		t.Errorf("%d are set aside\n%s", n, forged)
	}
	x.upload(p.export(some, func(f *written) { f.Site = 2 }), http.StatusUnprocessableEntity)
	x.upload(p.export(some, func(f *written) { f.Conference = "x" }), http.StatusUnprocessableEntity)
	for _, bad := range []string{"", "{}", "null", "[]", "\x00", `{"format":"nhipcau-checkin-1"}`, `{"format":"nhipcau-checkin-1","facts":{}}`, strings.Repeat("[", 100_000)} {
		x.upload([]byte(bad), http.StatusUnprocessableEntity)
	}
	x.upload(bytes.Repeat([]byte(" "), 5<<20+1), http.StatusUnprocessableEntity)
	x.post("/"+p.id+"/revocation", http.StatusSeeOther, url.Values{"reason": {"Mất máy"}})
	if page := x.upload(p.export([]jotting{p.notes(1070)}, nil), http.StatusOK); !strings.Contains(page, "đã bị thu hồi") {
		t.Errorf("the file of a revoked device:\n%s", page)
	}
}
