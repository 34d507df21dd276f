package mail

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/i18n"
	"nhipcau/internal/job"
	"nhipcau/internal/notify"
	"nhipcau/internal/org"
)

// A postOffice is a real SMTP server on loopback that does to each letter what
// the test says.
type postOffice struct {
	addr string

	mu     sync.Mutex
	took   []taken
	bar    error                       // of every sender
	refuse func(from, to string) error // of a recipient
	spoil  func(body string) error     // of a letter; errDrop cuts the connection
	seen   int                         // letters begun
	users  []string                    // who signed in
	tls    bool                        // whether the last conversation was in TLS
}

type taken struct{ from, to, body string }

var errDrop = errors.New("drop")

// openPostOffice starts a server; with a certificate it offers STARTTLS, and then
// takes nothing without TLS and a password.
func openPostOffice(t *testing.T, cert *tls.Certificate) *postOffice {
	t.Helper()
	o := &postOffice{}
	s := smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &talk{office: o, conn: c, strict: cert != nil}, nil
	}))
	s.Domain, s.ErrorLog = "localhost", quiet{}
	if cert != nil {
		s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}, MinVersion: tls.VersionTLS12}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.addr = l.Addr().String()
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
	return o
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// letters returns what was taken, and forgets it.
func (o *postOffice) letters() []taken {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.took
	o.took = nil
	return all
}

func (o *postOffice) does(refuse func(from, to string) error, spoil func(body string) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refuse, o.spoil = refuse, spoil
}

// A talk is one conversation.
type talk struct {
	office   *postOffice
	conn     *smtp.Conn
	strict   bool
	user     string
	from, to string
}

func (k *talk) AuthMechanisms() []string {
	if !k.strict {
		return nil
	}
	return []string{sasl.Plain}
}

func (k *talk) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "nhipcau" || password != "mật khẩu/@" {
			return errors.New("wrong password")
		}
		k.user = user
		k.office.mu.Lock()
		defer k.office.mu.Unlock()
		k.office.users = append(k.office.users, user)
		return nil
	}), nil
}

func (k *talk) Mail(from string, _ *smtp.MailOptions) error {
	_, encrypted := k.conn.TLSConnectionState()
	k.office.mu.Lock()
	k.office.tls = encrypted
	bar := k.office.bar
	k.office.mu.Unlock()
	if bar != nil {
		return bar
	}
	if k.strict && (k.user == "" || !encrypted) {
		return smtp.ErrAuthRequired
	}
	k.from = from
	return nil
}

func (k *talk) Rcpt(to string, _ *smtp.RcptOptions) error {
	k.office.mu.Lock()
	defer k.office.mu.Unlock()
	k.to = to
	if k.office.refuse != nil {
		return k.office.refuse(k.from, to)
	}
	return nil
}

func (k *talk) Data(r io.Reader) error {
	k.office.mu.Lock()
	k.office.seen++
	spoil := k.office.spoil
	k.office.mu.Unlock()
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if spoil != nil {
		if err := spoil(string(b)); errors.Is(err, errDrop) {
			return k.conn.Conn().Close()
		} else if err != nil {
			return err
		}
	}
	k.office.mu.Lock()
	defer k.office.mu.Unlock()
	k.office.took = append(k.office.took, taken{k.from, k.to, string(b)})
	return nil
}

func (k *talk) Reset()        {}
func (k *talk) Logout() error { return nil }

// selfMade returns a certificate for this machine and who trusts it.
func selfMade(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

// A desk is a house with one unit, some people, and letters.
type desk struct {
	t      *testing.T
	db     *db.DB
	office *postOffice
	sender *Sender
	jobs   *job.Runner
	now    time.Time
	people map[string]auth.Actor
	unit   org.Unit
}

var words = fstest.MapFS{
	"locale/vi.json": {Data: []byte(`{"test.notice": "Đến hạn: %s"}`)},
	"locale/en.json": {Data: []byte(`{"test.notice": "It is due: %s"}`)},
}

// openDesk opens a house whose letters go to office by scheme.
func openDesk(t *testing.T, office *postOffice, scheme string) *desk {
	t.Helper()
	c, err := i18n.Load(Locale, words)
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPost(scheme+office.addr, "Nhịp Cầu <nhipcau@donvi.vn>")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	k := &desk{t: t, db: dbtest.Open(t), office: office, now: dbtest.Noon, people: map[string]auth.Actor{}}
	k.db.SetClock(func() time.Time { return k.now })
	k.sender = &Sender{Catalog: c, Post: p, Base: "https://nhipcau.donvi.vn", Log: log}
	k.jobs = job.NewRunner(k.db, log)
	k.sender.Jobs(k.jobs)
	house := auth.System("doan")
	k.do(func(ctx context.Context, tx *db.Tx) (err error) {
		if k.unit, err = org.Plant(ctx, tx, house, "doan", "Đoàn", org.NewUnit{Key: "khoi", Name: "Khối", Kind: "đoàn", From: "2020-01-02"}); err != nil {
			return err
		}
		for _, p := range []struct {
			login, name string
			role        auth.Role
		}{{"thu", "Nguyễn Thị Thư", auth.Secretary}, {"van", "Trần Văn Văn", auth.Clerk}, {"vien", "Lê Viên", auth.Member}, {"tri", "Phạm Trị", auth.Administrator}} {
			a, err := account.Create(ctx, tx, house, account.New{Login: p.login + "1", Name: p.name, Unit: "khoi", Roles: []auth.Role{p.role}})
			if err != nil {
				return err
			}
			k.people[p.login] = auth.Actor{Login: a.ID, Name: p.name, Tree: "doan", Unit: k.unit.ID, UnitKey: "khoi", Path: k.unit.Path, Roles: []auth.Role{p.role}}
		}
		return nil
	})
	return k
}

func (k *desk) do(f func(ctx context.Context, tx *db.Tx) error) {
	k.t.Helper()
	dbtest.Write(k.t, k.db, f)
}

// confirmed gives somebody an address that is confirmed.
func (k *desk) confirmed(who, address string, c Choice, l i18n.Lang) {
	k.t.Helper()
	k.do(func(ctx context.Context, tx *db.Tx) error {
		a, err := Own(ctx, tx, k.people[who])
		if err != nil {
			return err
		}
		code, err := Set(ctx, tx, k.people[who], a.Version, Form{address, c, l})
		if err != nil {
			return err
		}
		_, err = UseCode(ctx, tx, code)
		return err
	})
	k.run() // the letter with the code
	k.office.letters()
}

// tell puts n notices before somebody.
func (k *desk) tell(who string, n int) {
	k.t.Helper()
	k.do(func(ctx context.Context, tx *db.Tx) error {
		for i := range n {
			if err := notify.Send(ctx, tx, notify.Notice{Account: k.people[who].Login, Key: "test.notice", Args: []string{fmt.Sprintf("việc %d", i+1)}, Link: fmt.Sprintf("/rollouts/%d", i+1)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// run lets a minute pass and runs every job that is due.
func (k *desk) run() { k.after(time.Minute) }

func (k *desk) after(d time.Duration) {
	k.t.Helper()
	k.now = k.now.Add(d)
	if err := k.jobs.Drain(k.t.Context()); err != nil {
		k.t.Fatal(err)
	}
}

// outbox says how the letters of notices stand, the newest first: "sent bounced".
func (k *desk) outbox() string {
	k.t.Helper()
	var all []string
	for _, l := range k.letters() {
		if l.Kind == Notices {
			all = append(all, string(l.State))
		}
	}
	return strings.Join(all, " ")
}

func (k *desk) letters() (all []Letter) {
	k.t.Helper()
	dbtest.Read(k.t, k.db, func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = List(ctx, tx, k.people["tri"], "", 0, 100)
		return err
	})
	return all
}

func (k *desk) address(who string) (a Address) {
	k.t.Helper()
	dbtest.Read(k.t, k.db, func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = Own(ctx, tx, k.people[who])
		return err
	})
	return a
}

// told returns how many notices of a key somebody has in the product.
func (k *desk) told(who, key string) (n int) {
	k.t.Helper()
	dbtest.Read(k.t, k.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := notify.List(ctx, tx, k.people[who], 0, 100)
		for _, x := range all {
			if x.Key == key {
				n++
			}
		}
		return err
	})
	return n
}
