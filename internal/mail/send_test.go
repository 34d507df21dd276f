package mail

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"nhipcau/internal/db"
	"nhipcau/internal/i18n"
)

// read takes a letter apart: its headers, and its bodies by kind.
func read(t *testing.T, raw string) (mail.Header, map[string]string) {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatalf("%v in\n%s", err, raw)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("the letter is %q, %v", kind, err)
	}
	bodies := map[string]string{}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return m.Header, bodies
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		if err != nil {
			t.Fatal(err)
		}
		kind, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err != nil {
			t.Fatal(err)
		}
		bodies[kind] = strings.ReplaceAll(string(b), "\r\n", "\n")
	}
}

func decoded(t *testing.T, s string) string {
	t.Helper()
	d, err := new(mime.WordDecoder).DecodeHeader(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestAtOnce: a notice goes out once, within a minute, in the reader's language,
// with headers that mail programs understand.
func TestAtOnce(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	k.confirmed("van", "van@donvi.vn", AtOnce, i18n.English)
	k.tell("thu", 1)
	k.tell("van", 3)
	k.tell("vien", 1) // who wants no letters
	k.run()
	got := k.office.letters()
	if len(got) != 2 || got[0].to != "thu@donvi.vn" || got[0].from != "nhipcau@donvi.vn" || got[1].to != "van@donvi.vn" {
		t.Fatalf("the letters are %+v", got)
	}
	h, bodies := read(t, got[0].body)
	if s := decoded(t, h.Get("Subject")); s != "Đến hạn: việc 1" {
		t.Errorf("the subject is %q", s)
	}
	if strings.ContainsFunc(got[0].body[:strings.Index(got[0].body, "\r\n\r\n")], func(r rune) bool { return r > '~' }) {
		t.Error("a header is not plain ASCII")
	}
	if to, err := mail.ParseAddress(h.Get("To")); err != nil || to.Name != "Nguyễn Thị Thư" || to.Address != "thu@donvi.vn" {
		t.Errorf("it is to %v, %v", to, err)
	}
	if from, err := mail.ParseAddress(h.Get("From")); err != nil || from.Name != "Nhịp Cầu" {
		t.Errorf("it is from %v, %v", from, err)
	}
	if at, err := h.Date(); err != nil || !at.Equal(k.now) {
		t.Errorf("it is of %v, %v; want the clock's %v", at, err, k.now)
	}
	var row Letter
	for _, l := range k.letters() {
		if l.Address == "thu@donvi.vn" && l.Kind == Notices {
			row = l
		}
	}
	if id := h.Get("Message-ID"); row.ID == "" || id != "<"+row.ID+"@donvi.vn>" {
		t.Errorf("its id is %q, and the row's %q", id, row.ID)
	}
	leave := "<https://nhipcau.donvi.vn/mail/leaving/" + k.address("thu").leave + ">"
	if h.Get("List-Unsubscribe") != leave || h.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		t.Errorf("it is stopped by %q, want %q", h.Get("List-Unsubscribe"), leave)
	}
	for kind, want := range map[string][]string{
		"text/plain": {"Kính gửi đồng chí Nguyễn Thị Thư", "Đến hạn: việc 1", "https://nhipcau.donvi.vn/rollouts/1", "12:0", "02/11/2020"},
		"text/html":  {`<html lang="vi">`, `<a href="https://nhipcau.donvi.vn/rollouts/1">Đến hạn: việc 1</a>`},
	} {
		for _, w := range want {
			if !strings.Contains(bodies[kind], w) {
				t.Errorf("no %q in the %s\n%s", w, kind, bodies[kind])
			}
		}
	}
	h, bodies = read(t, got[1].body)
	if s := decoded(t, h.Get("Subject")); s != "New notices: 3" || !strings.Contains(bodies["text/plain"], "It is due: việc 3") {
		t.Errorf("the English one is %q\n%s", s, bodies["text/plain"])
	}
	for range 3 {
		k.run()
	}
	if got := k.office.letters(); len(got) != 0 || k.outbox() != "sent sent" {
		t.Errorf("they went out again: %d, and the outbox is %q", len(got), k.outbox())
	}
}

// TestDaily: all of a day is one letter at seven, without what was read before.
func TestDaily(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", Daily, i18n.Vietnamese)
	k.confirmed("van", "van@donvi.vn", Daily, i18n.Vietnamese)
	k.tell("thu", 4)
	k.tell("van", 1)
	k.do(func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, `UPDATE notice SET read_at = $1 WHERE args = '["việc 2"]' OR account = $2`, tx.Now, k.people["van"].Login)
	})
	k.after(6 * time.Hour)
	k.tell("thu", 1)
	k.run()
	if got := k.office.letters(); len(got) != 0 {
		t.Fatalf("%d letters before the morning", len(got))
	}
	k.now = time.Date(2020, 11, 2, 23, 59, 0, 0, time.UTC)
	k.run()
	k.run() // a minute past seven
	k.run()
	got := k.office.letters()
	if len(got) != 1 {
		t.Fatalf("%d letters, want one: %+v", len(got), got)
	}
	h, bodies := read(t, got[0].body)
	if s := decoded(t, h.Get("Subject")); s != "4 thông báo mới" || strings.Contains(bodies["text/plain"], "việc 2") || strings.Count(bodies["text/plain"], "việc 1") != 2 {
		t.Errorf("it is %q\n%s", s, bodies["text/plain"])
	}
	k.after(24 * time.Hour)
	k.run()
	if got := k.office.letters(); len(got) != 0 {
		t.Errorf("the next morning has %d letters and no news", len(got))
	}
}

// TestRefused: a mailbox that does not exist is known as such, nothing more is
// sent there, and the administrator may have it tried again.
func TestRefused(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	k.confirmed("van", "van@donvi.vn", AtOnce, i18n.Vietnamese)
	k.office.does(func(_, to string) error {
		if to == "thu@donvi.vn" {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user here"}
		}
		return nil
	}, nil)
	k.tell("thu", 1)
	k.tell("van", 1)
	k.run()
	if got := k.office.letters(); len(got) != 1 || got[0].to != "van@donvi.vn" || k.outbox() != "sent bounced" {
		t.Fatalf("%d letters taken, the outbox is %q", len(got), k.outbox())
	}
	a := k.address("thu")
	if a.FailingAt.IsZero() || !strings.Contains(a.Failing, "no such user here") || !strings.Contains(a.Failing, "550") {
		t.Errorf("her address is %+v", a)
	}
	k.tell("thu", 2)
	k.run()
	k.after(48 * time.Hour)
	if k.outbox() != "sent bounced" {
		t.Errorf("more was made for an address that fails: %q", k.outbox())
	}
	k.office.does(nil, nil)
	var bounced Letter
	for _, l := range k.letters() {
		if l.State == Bounced {
			bounced = l
		}
	}
	k.do(func(ctx context.Context, tx *db.Tx) error { return TryAgain(ctx, tx, k.people["tri"], bounced.ID) })
	k.run()
	if got := k.office.letters(); len(got) != 1 || k.outbox() != "sent sent" || !k.address("thu").FailingAt.IsZero() {
		t.Errorf("tried again: %d letters, %q, %+v", len(got), k.outbox(), k.address("thu"))
	}
}

// TestLetterRefused: a server that will not take what is in a letter says nothing
// about the mailbox.
func TestLetterRefused(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	k.office.does(nil, func(string) error { return &smtp.SMTPError{Code: 554, Message: "looks like spam"} })
	k.tell("thu", 1)
	k.run()
	if a := k.address("thu"); k.outbox() != "failed" || !a.FailingAt.IsZero() {
		t.Errorf("the outbox is %q, the address %+v", k.outbox(), a)
	}
	k.office.does(nil, nil)
	k.do(func(ctx context.Context, tx *db.Tx) error {
		n, err := TryFailedAgain(ctx, tx, k.people["tri"])
		if n != 1 {
			t.Errorf("%d are tried again, want 1", n)
		}
		return err
	})
	k.run()
	if k.outbox() != "sent" {
		t.Errorf("the outbox is %q", k.outbox())
	}
}

// TestLater: a server that cannot now is asked again, ever later, for about a
// day; then the letter has failed.
func TestLater(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	tries := 0
	k.office.does(func(string, string) error {
		tries++
		return &smtp.SMTPError{Code: 451, Message: "come back later"}
	}, nil)
	k.tell("thu", 1)
	k.run()
	k.run()
	if tries != 1 || k.outbox() != "waiting" || !strings.Contains(k.letters()[0].Answer, "come back later") {
		t.Fatalf("%d tries, %q, %+v", tries, k.outbox(), k.letters()[0])
	}
	for range 24 * 3 {
		k.after(20 * time.Minute)
	}
	if tries != 5 || k.outbox() != "failed" || !k.address("thu").FailingAt.IsZero() {
		t.Errorf("%d tries in a day, %q; want 5 and failed", tries, k.outbox())
	}
	k.tell("thu", 1)
	k.run()
	k.office.does(nil, nil)
	k.after(6 * time.Minute)
	if got := k.office.letters(); len(got) != 1 || k.outbox() != "sent failed" {
		t.Errorf("after the pause %d letters and %q", len(got), k.outbox())
	}
}

// TestDropped: a connection that breaks in the middle of a letter leaves one
// letter, which is tried again under the same id.
func TestDropped(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	k.confirmed("van", "van@donvi.vn", AtOnce, i18n.Vietnamese)
	var ids []string
	k.office.does(nil, func(body string) error {
		if !strings.Contains(body, "thu@donvi.vn") {
			return nil
		}
		if h, _ := read(t, body); len(ids) < 2 {
			ids = append(ids, h.Get("Message-ID"))
		}
		if len(ids) == 1 {
			return errDrop
		}
		return nil
	})
	k.tell("thu", 1)
	k.tell("van", 1)
	k.run()
	if got := k.office.letters(); len(got) != 1 || got[0].to != "van@donvi.vn" || k.outbox() != "sent waiting" {
		t.Fatalf("%+v, the outbox is %q", got, k.outbox())
	}
	k.after(6 * time.Minute)
	if got := k.office.letters(); len(got) != 1 || k.outbox() != "sent sent" || len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("%d letters, the outbox is %q, the ids %q", len(got), k.outbox(), ids)
	}
}

// TestSenderRefused: a server that refuses us refuses all letters alike: nobody's
// address is at fault, and the others lose no attempt.
func TestSenderRefused(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	k.confirmed("van", "van@donvi.vn", AtOnce, i18n.Vietnamese)
	k.office.mu.Lock()
	k.office.bar = &smtp.SMTPError{Code: 553, Message: "sender is not yours"}
	k.office.mu.Unlock()
	k.tell("thu", 1)
	k.tell("van", 1)
	k.run()
	tries := int64(0)
	for _, l := range k.letters() {
		if l.Kind == Notices {
			tries += l.Tries
		}
	}
	if a := k.address("thu"); tries != 1 || k.outbox() != "waiting waiting" || !a.FailingAt.IsZero() || !k.address("van").FailingAt.IsZero() {
		t.Errorf("%d tries, %q, %+v", tries, k.outbox(), a)
	}
}

// TestUnwanted: a letter that waits is not sent to somebody who has stopped the
// letters, has another address, or may no longer sign in.
func TestUnwanted(t *testing.T) {
	for name, change := range map[string]func(ctx context.Context, tx *db.Tx, a Address) error{
		"letters stopped": func(ctx context.Context, tx *db.Tx, a Address) error {
			_, err := Leave(ctx, tx, a.leave)
			return err
		},
		"another address": func(ctx context.Context, tx *db.Tx, a Address) error {
			return tx.Exec(ctx, `UPDATE mail_address SET address = 'khac@donvi.vn' WHERE account = $1`, a.Account)
		},
		"shut out": func(ctx context.Context, tx *db.Tx, a Address) error {
			return tx.Exec(ctx, `UPDATE account SET disabled_at = $1 WHERE id = $2`, tx.Now, a.Account)
		},
	} {
		k := openDesk(t, openPostOffice(t, nil), "smtp://")
		k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
		k.office.does(func(string, string) error { return &smtp.SMTPError{Code: 451, Message: "later"} }, nil)
		k.tell("thu", 1)
		k.run()
		a := k.address("thu")
		k.do(func(ctx context.Context, tx *db.Tx) error { return change(ctx, tx, a) })
		k.office.does(nil, nil)
		k.after(time.Hour)
		if got := k.office.letters(); len(got) != 0 || k.outbox() != "dropped" {
			t.Errorf("%s: %d letters, %q", name, len(got), k.outbox())
		}
	}
}

// TestCrash: a letter whose sender died over it is taken up again once its time
// has run out, and not before.
func TestCrash(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	k.tell("thu", 1)
	if err := gather(t.Context(), k.db); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := next(t.Context(), k.db); err != nil || !ok {
		t.Fatalf("nothing to send: %v", err)
	}
	k.run()
	k.after(lease - 2*time.Minute)
	if got := k.office.letters(); len(got) != 0 {
		t.Fatalf("%d letters while another sends it", len(got))
	}
	k.after(2 * time.Minute)
	if got := k.office.letters(); len(got) != 1 || k.outbox() != "sent" {
		t.Errorf("%d letters, %q", len(got), k.outbox())
	}
}

// TestAway: a server that is not there costs the other letters no attempt, and
// all go when it is back.
func TestAway(t *testing.T) {
	office := openPostOffice(t, nil)
	k := openDesk(t, office, "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	k.confirmed("van", "van@donvi.vn", AtOnce, i18n.Vietnamese)
	there := k.sender.Post.port
	k.sender.Post.port = 1 // nobody listens there
	k.tell("thu", 1)
	k.tell("van", 1)
	k.run()
	tries := int64(0)
	for _, l := range k.letters() {
		if l.Kind == Notices {
			tries += l.Tries
		}
	}
	if tries != 1 || k.outbox() != "waiting waiting" {
		t.Fatalf("%d tries, %q", tries, k.outbox())
	}
	k.sender.Post.port = there
	k.run()
	k.after(6 * time.Minute)
	if k.outbox() != "sent sent" {
		t.Errorf("the outbox is %q", k.outbox())
	}
}

// TestTLS: with a password the conversation is in TLS with somebody we trust, or
// there is none.
func TestTLS(t *testing.T) {
	cert, pool := selfMade(t)
	office := openPostOffice(t, &cert)
	k := openDesk(t, office, "smtp://"+url.UserPassword("nhipcau", "mật khẩu/@").String()+"@")
	k.do(func(ctx context.Context, tx *db.Tx) error {
		_, err := Set(ctx, tx, k.people["thu"], 0, Form{"thu@donvi.vn", AtOnce, i18n.Vietnamese})
		return err
	})
	k.run()
	if got := office.letters(); len(got) != 0 || len(office.users) != 0 {
		t.Fatalf("a stranger's certificate was taken: %d letters, %q signed in", len(got), office.users)
	}
	k.sender.Post.roots = pool
	k.after(6 * time.Minute)
	if got := office.letters(); len(got) != 1 || len(office.users) != 1 || !office.tls {
		t.Fatalf("%d letters, %q signed in, in TLS %v: %+v", len(got), office.users, office.tls, k.letters())
	}
	bare := openPostOffice(t, nil)
	far, err := NewPost("smtp://"+strings.Replace(bare.addr, "127.0.0.1", "0.0.0.0", 1), "a@donvi.vn") // this machine by a name that is not its own
	if err != nil || far.local() {
		t.Fatalf("%+v, %v", far, err)
	}
	if c, err := far.dial(t.Context()); err == nil || !strings.Contains(err.Error(), "STARTTLS") {
		hangUp(c)
		t.Errorf("a server elsewhere without TLS was talked to: %v", err)
	}
}

// TestNoBreakOut: what people are called and what things are titled cannot become
// headers.
func TestNoBreakOut(t *testing.T) {
	k := openDesk(t, openPostOffice(t, nil), "smtp://")
	k.confirmed("thu", "thu@donvi.vn", AtOnce, i18n.Vietnamese)
	evil := "x\r\nBcc: kẻ@xấu.vn\r\n\r\n<script>alert(1)</script>\" <a@b.vn>,"
	k.do(func(ctx context.Context, tx *db.Tx) error {
		if err := tx.Exec(ctx, `UPDATE account SET name = $1 WHERE id = $2`, evil, k.people["thu"].Login); err != nil {
			return err
		}
		return tx.Exec(ctx, `INSERT INTO notice (id, account, key, args, link, at, seq) VALUES ('evil', $1, 'test.notice', $2, '/"><script>', $3, 999999)`,
			k.people["thu"].Login, `["x\r\nBcc: a@b.vn\r\n\r\n<script>alert(1)</script>"]`, tx.Now)
	})
	k.run()
	got := k.office.letters()
	if len(got) != 1 {
		t.Fatalf("%d letters", len(got))
	}
	h, bodies := read(t, got[0].body)
	if h.Get("Bcc") != "" || strings.Contains(bodies["text/html"], "<script>") {
		t.Errorf("it broke out: %v\n%s", h, bodies["text/html"])
	}
	if to, err := mail.ParseAddressList(h.Get("To")); err != nil || len(to) != 1 || to[0].Address != "thu@donvi.vn" {
		t.Errorf("it is to %v, %v", to, err)
	}
}
