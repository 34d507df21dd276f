package mail

import (
	"context"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/org"
	"nhipcau/internal/web"
)

// ask asks the pages as somebody of the desk, "" for a visitor; the answer is its
// status and its text.
func (k *desk) ask(who, method, path string, fields ...string) (int, string) {
	k.t.Helper()
	c, err := i18n.Load(web.Locale, Locale, account.Locale, words)
	if err != nil {
		k.t.Fatal(err)
	}
	site := web.NewSite(web.Config{
		Catalog: c, Log: slog.New(slog.DiscardHandler), DB: k.db,
		Authenticate: func(*http.Request) (auth.Actor, error) { return k.people[who], nil },
	})
	Register(site, k.db, k.sender.Post)
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	return w.Code, html.UnescapeString(w.Body.String())
}

// TestConfirmed: an address is written to only after its owner has opened the
// link mailed to it and pressed the button, once.
func TestConfirmed(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	if status, body := k.ask("thu", "POST", "/me/mail", "address", "thu@", "choice", "at_once", "lang", "vi"); status != http.StatusUnprocessableEntity || !strings.Contains(body, "Địa chỉ thư không đúng") || !strings.Contains(body, `value="thu@"`) {
		t.Fatalf("a wrong address: %d\n%s", status, body)
	}
	if status, _ := k.ask("thu", "POST", "/me/mail", "address", "thu@donvi.vn", "choice", "at_once", "lang", "vi"); status != http.StatusSeeOther {
		t.Fatalf("an address: %d", status)
	}
	k.tell("thu", 1)
	k.run()
	got := k.office.letters()
	if len(got) != 1 {
		t.Fatalf("%d letters to an address nobody confirmed, want the code alone", len(got))
	}
	_, bodies := read(t, got[0].body)
	link := regexp.MustCompile(`https://nhipcau\.donvi\.vn(/mail/confirmations/[a-z2-7]+)`).FindStringSubmatch(bodies["text/plain"])
	if link == nil || strings.Contains(bodies["text/plain"], "/mail/leaving/") {
		t.Fatalf("the letter is\n%s", bodies["text/plain"])
	}
	if _, body := k.ask("thu", "GET", "/me/mail"); !strings.Contains(body, "chờ xác nhận") {
		t.Error("her page does not say that it waits to be confirmed")
	}
	if status, body := k.ask("", "GET", link[1]); status != http.StatusOK || !strings.Contains(body, "thu@donvi.vn") || !k.address("thu").Confirmed.IsZero() {
		t.Fatalf("opening the link: %d, confirmed at %v", status, k.address("thu").Confirmed)
	}
	if status, _ := k.ask("", "POST", link[1]); status != http.StatusOK || k.address("thu").Confirmed.IsZero() {
		t.Fatalf("pressing the button: %d", status)
	}
	for _, method := range []string{"GET", "POST"} {
		if status, _ := k.ask("", method, link[1]); status != http.StatusNotFound {
			t.Errorf("%s of a used code: %d", method, status)
		}
	}
	k.tell("thu", 1)
	k.run()
	if got := k.office.letters(); len(got) != 1 {
		t.Errorf("%d letters after it is confirmed", len(got))
	}
}

// TestListed: the form begins with the address of the unit's list, which is not
// written to before its owner says so.
func TestListed(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	vien := k.people["vien"]
	k.do(func(ctx context.Context, tx *db.Tx) error {
		m, err := org.Admit(ctx, tx, auth.System("doan"), "khoi", org.NewMember{Name: "Lê Viên", Email: "vien@donvi.vn", From: "2020-01-02"})
		vien.Member = m.ID
		return err
	})
	k.people["vien"] = vien
	if status, body := k.ask("vien", "GET", "/me/mail"); status != http.StatusOK || !strings.Contains(body, `value="vien@donvi.vn"`) {
		t.Errorf("%d, without the address of the list", status)
	}
	k.tell("vien", 1)
	k.run()
	if len(k.letters()) != 0 || len(k.office.letters()) != 0 {
		t.Error("a letter went to an address nobody chose")
	}
}

// TestCodes: a code grows old, another takes its place, and there are few in a
// day; another address needs another.
func TestCodes(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	thu := k.people["thu"]
	var code, second string
	k.do(func(ctx context.Context, tx *db.Tx) (err error) {
		code, err = Set(ctx, tx, thu, 0, Form{"thu@donvi.vn", Daily, "xx"})
		return err
	})
	use := func(code string) error {
		return k.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error { _, err := UseCode(ctx, tx, code); return err })
	}
	k.do(func(ctx context.Context, tx *db.Tx) (err error) { second, err = Recheck(ctx, tx, thu); return err })
	if err := use(code); !fault.Is(err, fault.NotFound) {
		t.Errorf("a replaced code: %v", err)
	}
	k.now = k.now.Add(codeLife)
	if err := use(second); !fault.Is(err, fault.NotFound) {
		t.Errorf("an old code: %v", err)
	}
	for n := range maxCodes + 1 {
		fresh := ""
		err := k.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) { fresh, err = Recheck(ctx, tx, thu); return err })
		if err == nil {
			code = fresh
		}
		if n < maxCodes && err != nil || n == maxCodes && !fault.Is(err, fault.Limited) {
			t.Errorf("code %d of a day: %v", n+1, err)
		}
	}
	k.run()
	if got := k.office.letters(); len(got) != 1 {
		t.Errorf("%d letters with a code, want that of the last", len(got))
	}
	if err := use(code); err != nil {
		t.Error(err)
	}
	k.after(25 * time.Hour)
	if status, body := k.ask("thu", "POST", "/me/mail", "version", "1", "address", "khac@donvi.vn", "choice", "daily"); status != http.StatusConflict || !strings.Contains(body, "khac@donvi.vn") {
		t.Errorf("a form that is old: %d", status)
	}
	k.do(func(ctx context.Context, tx *db.Tx) error {
		a, err := Own(ctx, tx, thu)
		if err != nil {
			return err
		}
		_, err = Set(ctx, tx, thu, a.Version, Form{"khac@donvi.vn", AtOnce, i18n.Vietnamese})
		return err
	})
	k.tell("thu", 1)
	k.run()
	if got := k.office.letters(); len(got) != 1 || got[0].to != "khac@donvi.vn" || k.outbox() != "" {
		t.Errorf("a new address got %+v", got)
	}
}

// TestLeaving: the link of a letter stops the letters without a password, by a
// person's two steps or a mail program's one.
func TestLeaving(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", Daily, i18n.Vietnamese)
	k.tell("thu", 2)
	k.run()
	link := "/mail/leaving/" + k.address("thu").leave
	if status, body := k.ask("", "GET", link); status != http.StatusOK || !strings.Contains(body, "thu@donvi.vn") || k.address("thu").Choice != Daily {
		t.Fatalf("the link: %d", status)
	}
	if status, _ := k.ask("", "POST", link, "List-Unsubscribe", "One-Click"); status != http.StatusOK || k.address("thu").Choice != None {
		t.Fatalf("one click: %d, %+v", status, k.address("thu"))
	}
	if status, _ := k.ask("", "GET", "/mail/leaving/x"); status != http.StatusNotFound {
		t.Errorf("a link of nobody: %d", status)
	}
	k.after(24 * time.Hour)
	k.run()
	if got := k.office.letters(); len(got) != 0 || k.outbox() != "" {
		t.Errorf("%d letters, %q", len(got), k.outbox())
	}
	choose := func(c Choice) {
		k.do(func(ctx context.Context, tx *db.Tx) error {
			a, err := Own(ctx, tx, k.people["thu"])
			if err != nil {
				return err
			}
			_, err = Set(ctx, tx, k.people["thu"], a.Version, Form{a.Address, c, a.Lang})
			return err
		})
	}
	choose(Daily)
	k.tell("thu", 1)
	k.run()
	choose(None)
	choose(Daily)
	k.after(24 * time.Hour)
	k.run()
	if got := k.office.letters(); len(got) != 0 {
		t.Errorf("what waited was let go of, and still came: %d letters", len(got))
	}
}

// TestOutbox: a refusal is seen by its reader and by administrators of the unit
// or above, who have it sent again; nobody else sees letters.
func TestOutbox(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	k.office.does(func(string, string) error { return &smtp.SMTPError{Code: 550, Message: "mailbox is gone"} }, nil)
	k.tell("thu", 1)
	k.run()
	if n := k.told("thu", "mail.notice.failing"); n != 1 {
		t.Errorf("she is told %d times that letters do not reach her, want once", n)
	}
	for _, page := range []struct{ who, path string }{{"thu", "/me/mail"}, {"tri", "/mail"}, {"tri", "/mail?state=bounced"}} {
		if status, body := k.ask(page.who, "GET", page.path); status != http.StatusOK || !strings.Contains(body, "mailbox is gone") || !strings.Contains(body, "bị trả lại") {
			t.Errorf("%s at %s: %d, without the server's words", page.who, page.path, status)
		}
	}
	if _, body := k.ask("thu", "GET", "/me/mail"); !strings.Contains(body, "Gửi lại thư xác nhận") {
		t.Error("she is not offered to confirm it again")
	}
	if _, body := k.ask("tri", "GET", "/mail?state=sent&offset=-1"); strings.Contains(body, "mailbox is gone") {
		t.Error("the filter lets it through")
	}
	id := k.letters()[0].ID
	for _, who := range []string{"thu", "van"} {
		if status, _ := k.ask(who, "GET", "/mail"); status != http.StatusForbidden {
			t.Errorf("%s sees the outbox: %d", who, status)
		}
		if status, _ := k.ask(who, "POST", "/mail/letters/"+id+"/sending"); status != http.StatusForbidden {
			t.Errorf("%s sends again: %d", who, status)
		}
	}
	var beside org.Unit
	k.do(func(ctx context.Context, tx *db.Tx) (err error) {
		beside, err = org.Create(ctx, tx, auth.System("doan"), "khoi", org.NewUnit{Key: "duoi", Name: "Dưới", Kind: "đoàn", From: "2020-01-02"})
		return err
	})
	other := k.people["tri"]
	other.Unit, other.UnitKey, other.Path = beside.ID, "duoi", beside.Path
	k.people["duoi"] = other
	if status, body := k.ask("duoi", "GET", "/mail"); status != http.StatusOK || strings.Contains(body, "thu@donvi.vn") {
		t.Errorf("the administrator of a unit under hers sees her letters: %d", status)
	}
	if status, _ := k.ask("duoi", "POST", "/mail/letters/"+id+"/sending"); status != http.StatusNotFound {
		t.Errorf("and sends them again: %d", status)
	}
	k.office.does(nil, nil)
	if status, _ := k.ask("tri", "POST", "/mail/letters/"+id+"/sending"); status != http.StatusSeeOther {
		t.Errorf("sending again: %d", status)
	}
	if status, _ := k.ask("tri", "POST", "/mail/letters/"+id+"/sending"); status != http.StatusConflict {
		t.Errorf("twice: %d", status)
	}
	k.run()
	if k.outbox() != "sent" {
		t.Errorf("the outbox is %q", k.outbox())
	}
}

// TestNoServer: without a server letters wait and the pages say so.
func TestNoServer(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	k.sender.Post = nil
	k.tell("thu", 1)
	k.run()
	if k.outbox() != "waiting" {
		t.Errorf("the outbox is %q", k.outbox())
	}
	for _, page := range []struct{ who, path string }{{"thu", "/me/mail"}, {"tri", "/mail"}} {
		if _, body := k.ask(page.who, "GET", page.path); !strings.Contains(body, "chưa được thiết lập gửi thư") {
			t.Errorf("%s does not say so", page.path)
		}
	}
	k.after(4 * 24 * time.Hour)
	k.tell("thu", 1)
	k.run()
	p, err := NewPost("smtp://"+k.office.addr, "a@donvi.vn")
	if err != nil {
		t.Fatal(err)
	}
	k.sender.Post = p
	k.run()
	if got := k.office.letters(); len(got) != 1 || k.outbox() != "sent dropped" {
		t.Errorf("once there is one, %d letters and %q; want the new alone", len(got), k.outbox())
	}
}

// TestNewPost: what names a server, and what does not; a password is never said.
func TestNewPost(t *testing.T) {
	for server, port := range map[string]int{
		"smtp://mail.donvi.vn": 587, "smtps://a:b@mail.donvi.vn": 465, "smtp+plain://mail.donvi.vn/": 25, "smtp://mail.donvi.vn:2525": 2525,
		"": -1, "mail.donvi.vn:25": 0, "http://mail.donvi.vn": 0, "smtp://a:mật khẩu@b:x": 0, "smtp://mail.donvi.vn:99999": 0, "smtp://mail.donvi.vn/x": 0,
	} {
		p, err := NewPost(server, "a@donvi.vn")
		switch {
		case port == 0 && (err == nil || strings.Contains(err.Error(), "mật khẩu")):
			t.Errorf("%s: %v", server, err)
		case port == -1 && (p != nil || err != nil):
			t.Errorf("no server: %+v, %v", p, err)
		case port > 0 && (err != nil || p.port != port):
			t.Errorf("%s: %+v, %v", server, p, err)
		}
	}
	for _, from := range []string{"", "a", "a@b", "a@b.vn\r\nBcc: c@d.vn"} {
		if _, err := NewPost("smtp://mail.donvi.vn", from); err == nil {
			t.Errorf("letters may be from %q", from)
		}
	}
	for address, want := range map[string]bool{
		"a@b.vn": true, "a.b+c@d-e.com.vn": true, "": false, "a@b": false, "a b@c.vn": false, "a@b.vn,c@d.vn": false, "A <a@b.vn>": false,
		"a@b.vn\nBcc: c@d.vn": false, "ế@b.vn": false, `"a b"@c.vn`: false, strings.Repeat("a", 250) + "@b.vn": false,
	} {
		if valid(address) != want {
			t.Errorf("%q is valid: %v", address, !want)
		}
	}
}
