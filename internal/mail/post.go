package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// A Post is the server that takes letters, and who they are from.
type Post struct {
	From netmail.Address

	host           string
	port           int
	user, password string
	wrapped        bool // TLS from the first byte
	plain          bool // no TLS at all
	roots          *x509.CertPool
}

// timeout is how long a server may take for one letter.
const timeout = time.Minute

// NewPost reads the address of a server and of the sender. "smtp://HOST:PORT"
// begins in the open and goes on in TLS, without which nothing is sent, unless
// the server is this machine; "smtps://" is TLS from the first byte;
// "smtp+plain://" never is. A user and a password stand before the host. Without
// a server the Post is nil: nothing is sent.
func NewPost(server, from string) (*Post, error) {
	if server == "" {
		return nil, nil
	}
	u, err := url.Parse(server)
	if err != nil || u.Hostname() == "" || strings.Trim(u.Path, "/") != "" {
		return nil, errors.New("the mail server is not smtp://user:password@host:port, smtps://… or smtp+plain://…") // url's error would say the password
	}
	sender, err := netmail.ParseAddress(from)
	if err != nil || !valid(sender.Address) {
		return nil, fmt.Errorf("%q is not the address letters are from", from)
	}
	p := &Post{From: *sender, host: u.Hostname(), wrapped: u.Scheme == "smtps", plain: u.Scheme == "smtp+plain"}
	p.user = u.User.Username()
	p.password, _ = u.User.Password()
	standard := map[string]int{"smtp": 587, "smtps": 465, "smtp+plain": 25}
	if p.port = standard[u.Scheme]; p.port == 0 {
		return nil, fmt.Errorf("the mail server begins with %q; smtp, smtps and smtp+plain are known", u.Scheme)
	}
	if u.Port() != "" {
		if p.port, err = strconv.Atoi(u.Port()); err != nil || p.port < 1 || p.port > 65535 {
			return nil, fmt.Errorf("%q is not the port of a mail server", u.Port())
		}
	}
	return p, nil
}

// local reports whether the server is this machine.
func (p *Post) local() bool {
	ip := net.ParseIP(p.host)
	return p.host == "localhost" || ip != nil && ip.IsLoopback()
}

// dial opens a conversation with the server.
func (p *Post) dial(ctx context.Context) (*gomail.Client, error) {
	opts := []gomail.Option{
		gomail.WithPort(p.port), gomail.WithTimeout(timeout), gomail.WithoutNoop(), gomail.WithoutSMTPUTF8(),
		gomail.WithTLSConfig(&tls.Config{ServerName: p.host, MinVersion: tls.VersionTLS12, RootCAs: p.roots}),
	}
	auth := gomail.SMTPAuthAutoDiscover
	switch {
	case p.plain:
		opts, auth = append(opts, gomail.WithTLSPolicy(gomail.NoTLS)), gomail.SMTPAuthPlainNoEnc
	case p.wrapped:
		opts = append(opts, gomail.WithSSL())
	case p.local():
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	default:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if p.user != "" {
		opts = append(opts, gomail.WithSMTPAuth(auth), gomail.WithUsername(p.user), gomail.WithPassword(p.password))
	}
	c, err := gomail.NewClient(p.host, opts...)
	if err != nil {
		return nil, err
	}
	return c, c.DialWithContext(ctx)
}

// A verdict is what became of an attempt.
type verdict struct {
	state  State  // Waiting: try again later
	answer string // the server's words, or what happened to the connection
	lost   bool   // the conversation is over
	stop   bool   // the server will not take the others either
}

// judge reads the error of an attempt. Only a refusal of the recipient says
// something about the mailbox; a refusal of the sender is ours to mend, and mends
// other letters too.
func judge(m *gomail.Msg, err error) verdict {
	if err == nil || m.IsDelivered() {
		return verdict{state: Sent, answer: short(m.ServerResponse()), lost: err != nil}
	}
	v := verdict{state: Waiting, answer: short(err.Error()), lost: true}
	s, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return v
	}
	v.lost = s.ErrorCode() == 0 || s.ErrorCode() == 421
	v.stop = s.Reason == gomail.ErrSMTPMailFrom
	if permanent := s.ErrorCode() >= 500 && s.ErrorCode() <= 599; permanent {
		switch s.Reason {
		case gomail.ErrSMTPRcptTo:
			v.state = Bounced
		case gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
			v.state = Failed
		}
	}
	return v
}

const maxAnswer = 500

// short cuts what the library adds to a server's words, and keeps it one line.
func short(s string) string {
	s, _, _ = strings.Cut(s, ", affected recipient(s):")
	s, _, _ = strings.Cut(s, ", affected message ID:")
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if r := []rune(s); len(r) > maxAnswer {
		s = string(r[:maxAnswer])
	}
	return s
}
