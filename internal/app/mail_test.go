package app_test

import (
	"io"
	"net"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"nhipcau/internal/app"
)

// A mailbox is a real SMTP server that keeps every letter.
type mailbox struct {
	mu  sync.Mutex
	all []string
}

func (m *mailbox) Mail(string, *smtp.MailOptions) error { return nil }
func (m *mailbox) Rcpt(string, *smtp.RcptOptions) error { return nil }
func (m *mailbox) Reset()                               {}
func (m *mailbox) Logout() error                        { return nil }
func (m *mailbox) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	m.mu.Lock()
	defer m.mu.Unlock()
	// A word that is cut at the end of a line is put together again.
	m.all = append(m.all, strings.ReplaceAll(strings.ReplaceAll(string(b), "=\r\n", ""), "=3D", "="))
	return err
}

// taken returns the letters so far, and forgets them.
func (m *mailbox) taken() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.all
	m.all = nil
	return all
}

// TestMail: in the whole program somebody confirms an address, is told of a
// rollout at once, and of its deadline in the morning.
func TestMail(t *testing.T) {
	box := &mailbox{}
	s := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return box, nil }))
	s.Domain = "localhost"
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l) // which ends because it is closed
	}()
	t.Cleanup(func() {
		l.Close() // the server may not have begun yet, and would not hear of its end
		s.Close()
		<-done
	})
	h := app.NewTestHouseWith(t, app.Config{SMTP: "smtp://" + l.Addr().String(), MailFrom: "nhipcau@donvi.vn", Base: "https://nhipcau.donvi.vn/"})
	p := &player{t: t, h: h}
	p.reset()
	play := func(lines ...string) {
		t.Helper()
		for _, line := range lines {
			if err := p.do(words(p.expand(line))); err != nil {
				t.Fatalf("%s\n%v\nat %s, status %d:\n%s", line, err, p.at, p.status, p.body)
			}
		}
	}
	one := func(want ...string) string {
		t.Helper()
		play("jobs")
		got := box.taken()
		if len(got) != 1 {
			t.Fatalf("%d letters, want one: %q", len(got), got)
		}
		for _, w := range want {
			if !strings.Contains(got[0], w) {
				t.Fatalf("no %q in\n%s", w, got[0])
			}
		}
		return got[0]
	}
	play("bloc 2", "clock 2020-10-12 08:00", "as donvi01", "get /me/mail", "not 'chưa được thiết lập'",
		"post /me/mail address=donvi01@donvi.vn choice=at_once lang=vi", "see 'chờ xác nhận'")
	letter := one("To: ", "donvi01@donvi.vn")
	link := regexp.MustCompile(`https://nhipcau\.donvi\.vn(/mail/confirmations/[a-z2-7]+)`).FindStringSubmatch(letter)
	if link == nil {
		t.Fatalf("no link in\n%s", letter)
	}
	play("get "+link[1], "see 'Xác nhận địa chỉ thư' 'donvi01@donvi.vn'", "post "+link[1], "see 'Đã xác nhận donvi01@donvi.vn'", "get /me/mail", "see 'đã xác nhận'",
		"as vanthu", "post /directives kind=NQ number=59 symbol=NQ/TW 'issuer=Bộ Chính trị' issued=5/8/2020 'subject=Về Cần Thơ'", "take D /directives/([a-z0-9]+)",
		"post /rollouts 'title=Đợt một' scope=doan-khoi directive=$D mode-$D=study hold-1=1 hold-1-wording=until hold-1-day=30/10/2020", "take R /rollouts/([a-z0-9]+)",
		"post /rollouts/$R/submission version=1", "as bikhu", "post /rollouts/$R/approval version=2", "jobs", "clock 2020-10-12 08:02")
	one("<https://nhipcau.donvi.vn/mail/leaving/", p.expand("https://nhipcau.donvi.vn/rollouts/$R"))
	play("clock 2020-10-23 07:00", "jobs", "clock 2020-10-23 07:02")
	one("=?UTF-8?q?Nh=E1=BA=AFc_vi=E1=BB=87c", p.expand("https://nhipcau.donvi.vn/rollouts/$R/units/tccs-01"))
	play("clock 2020-10-24 07:00", "jobs")
	if got := box.taken(); len(got) != 0 {
		t.Errorf("and again: %q", got)
	}
	play("as donvi01", "get /me/mail", "take V name=.version..value=.([0-9]+)", "post /me/mail version=$V address=donvi01@donvi.vn choice=daily lang=en", "status 200",
		"clock 2020-10-29 08:30", "jobs", "clock 2020-10-29 08:32")
	one("Reminder, days left: 1.") // of the same morning
	play("as quantri", "get /mail?state=sent", "see 'donvi01@donvi.vn' 'đã gửi'")
}
