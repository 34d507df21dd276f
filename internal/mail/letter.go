package mail

import (
	"context"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"nhipcau/internal/i18n"
	"nhipcau/internal/notify"
	"nhipcau/internal/vn"
)

// A text is a letter as it is written, in the language of its reader.
type text struct {
	lang    i18n.Lang
	subject string
	hello   string
	lead    string
	lines   []line
	action  string // what the one link of a confirmation does
	href    string
	why     string // why this letter comes
	stop    string
	leave   string // address that stops the letters, "" if there is nothing to stop
}

// A line is one notice in a letter.
type line struct{ text, href, when string }

const maxSubject = 150

// write puts a letter into words.
func (s *Sender) write(l Letter) text {
	t := func(key string, args ...any) string { return s.Catalog.T(l.Lang, key, args...) }
	w := text{lang: l.Lang, hello: t("mail.letter.hello", l.Name), why: t("mail.letter.why")}
	if l.Kind == Confirm {
		w.subject, w.lead = t("mail.letter.confirm"), t("mail.letter.confirm.text", int(codeLife/(24*time.Hour)))
		w.action, w.href, w.why = t("mail.letter.confirm.action"), s.Base+"/mail/confirmations/"+l.secret, t("mail.letter.confirm.why")
		return w
	}
	for _, n := range l.notices {
		w.lines = append(w.lines, line{said(t, n), s.Base + n.Link, n.At.In(vn.Zone).Format("15:04") + " " + vn.DayOf(n.At).String()})
	}
	w.subject, w.lead = t("mail.letter.several", len(w.lines)), t("mail.letter.several", len(w.lines))
	if len(w.lines) == 1 {
		w.subject, w.lead = w.lines[0].text, t("mail.letter.one")
	}
	if r := []rune(w.subject); len(r) > maxSubject {
		w.subject = string(r[:maxSubject-1]) + "…"
	}
	w.stop, w.leave = t("mail.letter.stop"), s.Base+"/mail/leaving/"+l.leave
	return w
}

// said writes a notice in the reader's language.
func said(t func(string, ...any) string, n notify.Notice) string {
	args := make([]any, len(n.Args))
	for i, a := range n.Args {
		args[i] = a
	}
	return vn.Clean(t(n.Key, args...))
}

// plain is the letter without markup.
func (w text) plain() string {
	var b strings.Builder
	b.WriteString(w.hello + "\n\n" + w.lead + "\n\n")
	for _, l := range w.lines {
		b.WriteString("- " + l.text + "\n  " + l.when + "\n  " + l.href + "\n\n")
	}
	if w.href != "" {
		b.WriteString(w.action + ":\n" + w.href + "\n\n")
	}
	b.WriteString("--\n" + w.why + "\n")
	if w.leave != "" {
		b.WriteString(w.stop + ": " + w.leave + "\n")
	}
	return b.String()
}

// message makes of a letter what goes over the wire. Its id is that of the row,
// so an attempt that reached the mailbox and was lost on the way back is seen to
// be the same letter.
func (s *Sender) message(ctx context.Context, l Letter, now time.Time) (*gomail.Msg, error) {
	w := s.write(l)
	var html strings.Builder
	if err := letterView(w).Render(ctx, &html); err != nil {
		return nil, err
	}
	m := gomail.NewMsg()
	m.FromMailAddress(&s.Post.From)
	if err := m.To((&mail.Address{Name: vn.Clean(l.Name), Address: l.Address}).String()); err != nil {
		return nil, err
	}
	m.Subject(vn.Clean(w.subject))
	m.SetDateWithValue(now.In(vn.Zone))
	_, domain, _ := strings.Cut(s.Post.From.Address, "@")
	m.SetMessageIDWithValue(l.ID + "@" + domain)
	m.SetUserAgent("Nhip Cau")
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("Content-Language", string(l.Lang))
	if w.leave != "" {
		m.SetGenHeaderPreformatted("List-Unsubscribe", "<"+w.leave+">")
		m.SetGenHeaderPreformatted("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
	}
	m.SetBodyString(gomail.TypeTextPlain, w.plain())
	m.AddAlternativeString(gomail.TypeTextHTML, html.String())
	return m, nil
}
