package account_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/account"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/i18n"
	"nhipcau/internal/org"
	"nhipcau/internal/web"
)

const password = "một câu dễ nhớ"

// doors is a bloc with two units and a login in each.
type doors struct {
	d      *db.DB
	house  auth.Actor
	logins map[string]account.Account
}

func open(t *testing.T) doors {
	t.Helper()
	x := doors{dbtest.Open(t), auth.System("doan"), map[string]account.Account{}}
	hashed, err := account.HashPassword(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Write(t, x.d, func(ctx context.Context, tx *db.Tx) error {
		n := func(key string) org.NewUnit {
			return org.NewUnit{Key: key, Name: key, Kind: "đoàn", From: "2020-01-02"}
		}
		if _, err := org.Plant(ctx, tx, x.house, "doan", "Đoàn", n("khoi")); err != nil {
			return err
		}
		for _, key := range []string{"dong", "tay"} {
			if _, err := org.Create(ctx, tx, x.house, "khoi", n(key)); err != nil {
				return err
			}
		}
		for login, unit := range map[string]string{"bikhu": "khoi", "dong": "dong", "tay": "tay"} {
			a, err := account.Create(ctx, tx, x.house, account.New{Login: login, Name: login, Unit: unit, Roles: []auth.Role{auth.Secretary}})
			if err == nil {
				err = account.SetPassword(ctx, tx, x.house, a.ID, hashed)
			}
			if err != nil {
				return err
			}
			x.logins[login] = a
		}
		return nil
	})
	return x
}

func (x doors) signIn(t *testing.T, login, password string) (string, auth.Actor, error) {
	t.Helper()
	secret, err := account.SignIn(t.Context(), x.d, login, password, "127.0.0.1:5000", "test")
	if err != nil {
		return "", auth.Actor{}, err
	}
	by, err := account.Resume(t.Context(), x.d, secret)
	if err != nil || !by.Known() {
		t.Fatalf("a session just begun stands for %+v, %v", by, err)
	}
	return secret, by, nil
}

func (x doors) write(t *testing.T, f func(ctx context.Context, tx *db.Tx) error) error {
	t.Helper()
	return x.d.Write(t.Context(), f)
}

func TestSigningIn(t *testing.T) {
	x := open(t)
	_, wrong, err1 := x.signIn(t, "dong", "sai mật khẩu rồi")
	_, nobody, err2 := x.signIn(t, "khongcoai", password)
	if wrong.Known() || nobody.Known() || fault.Of(err1).Key != fault.Of(err2).Key || !fault.Is(err1, fault.Invalid) {
		t.Errorf("a wrong password: %v, a login that does not exist: %v; want one answer", err1, err2)
	}
	_, by, err := x.signIn(t, " DONG ", password)
	if err != nil || by.UnitKey != "dong" || !by.Is(auth.Secretary) || by.Is(auth.Administrator) {
		t.Errorf("signed in as %+v, %v", by, err)
	}
	for range 10 {
		_, _, _ = x.signIn(t, "tay", "đoán mò lần nữa")
	}
	if _, _, err := x.signIn(t, "tay", password); !fault.Is(err, fault.Limited) {
		t.Errorf("after ten wrong passwords the right one gives %v, want to wait", err)
	}
	if _, _, err := x.signIn(t, "dong", password); err != nil {
		t.Errorf("the neighbour is shut out too: %v", err)
	}
	x.d.SetClock(func() time.Time { return dbtest.Noon.Add(16 * time.Minute) })
	if _, _, err := x.signIn(t, "tay", password); err != nil {
		t.Errorf("a quarter of an hour later: %v", err)
	}
}

func TestSessionsEnd(t *testing.T) {
	x := open(t)
	gone := func(what, secret string) {
		t.Helper()
		if by, err := account.Resume(t.Context(), x.d, secret); err != nil || by.Known() {
			t.Errorf("%s: the session still stands for %s, %v", what, by.Name, err)
		}
	}
	first, by, _ := x.signIn(t, "dong", password)
	second, _, _ := x.signIn(t, "dong", password)
	other, beside, _ := x.signIn(t, "tay", password)
	if err := x.write(t, func(ctx context.Context, tx *db.Tx) error { return account.Revoke(ctx, tx, beside, by.Session) }); !fault.Is(err, fault.NotFound) {
		t.Errorf("ending another's session: %v, want NotFound", err)
	}
	hashed, _ := account.HashPassword(t.Context(), "câu khác dễ nhớ")
	if err := x.write(t, func(ctx context.Context, tx *db.Tx) error { return account.ChangePassword(ctx, tx, by, hashed) }); err != nil {
		t.Fatal(err)
	}
	gone("another device after a new password", second)
	if by, _ := account.Resume(t.Context(), x.d, first); !by.Known() {
		t.Error("the device the password was changed on is signed out")
	}
	if err := x.write(t, func(ctx context.Context, tx *db.Tx) error { return account.SignOut(ctx, tx, by) }); err != nil {
		t.Fatal(err)
	}
	gone("signed out", first)
	gone("a secret made up", strings.Repeat("A", 52))
	if err := x.write(t, func(ctx context.Context, tx *db.Tx) error {
		return account.Disable(ctx, tx, x.house, x.logins["tay"].ID)
	}); err != nil {
		t.Fatal(err)
	}
	gone("a disabled login", other)
	last, _, _ := x.signIn(t, "bikhu", password)
	x.d.SetClock(func() time.Time { return dbtest.Noon.AddDate(0, 0, 31) })
	gone("a month without use", last)
}

// TestCodeWorksOnce: a lost password is replaced by the unit above, by a code
// that works once and not for oneself; an older code no longer works.
func TestCodeWorksOnce(t *testing.T) {
	x := open(t)
	_, above, _ := x.signIn(t, "bikhu", password)
	_, beside, _ := x.signIn(t, "tay", password)
	_, self, _ := x.signIn(t, "dong", password)
	invite := func(by auth.Actor, login string) (code string, err error) {
		err = x.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
			code, err = account.Invite(ctx, tx, by, x.logins[login].ID)
			return err
		})
		return code, err
	}
	if _, err := invite(beside, "dong"); !fault.Is(err, fault.NotFound) {
		t.Errorf("by the secretary beside: %v, want NotFound", err)
	}
	if _, err := invite(self, "dong"); !fault.Is(err, fault.Denied) {
		t.Errorf("for oneself: %v, want Denied", err)
	}
	old, err := invite(above, "dong")
	if err != nil {
		t.Fatal(err)
	}
	code, err := invite(above, "dong")
	if err != nil {
		t.Fatal(err)
	}
	redeem := func(code string) error {
		return x.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := account.Redeem(ctx, tx, code, "$argon2id$x")
			return err
		})
	}
	if err := redeem(old); !fault.Is(err, fault.NotFound) {
		t.Errorf("the older code: %v, want NotFound", err)
	}
	if err := errors.Join(redeem(strings.ToUpper(code))); err != nil {
		t.Errorf("the code as typed: %v", err)
	}
	if err := redeem(code); !fault.Is(err, fault.NotFound) {
		t.Errorf("the code again: %v, want NotFound", err)
	}
}

// TestNobodyRisesByThemselves: a secretary grants below, never administration,
// and only within reach.
func TestNobodyRisesByThemselves(t *testing.T) {
	x := open(t)
	_, above, _ := x.signIn(t, "bikhu", password)
	_, unit, _ := x.signIn(t, "dong", password)
	for _, c := range []struct {
		name string
		by   auth.Actor
		unit string
		role auth.Role
		want fault.Kind
	}{
		{"secretary above, a clerk below", above, "dong", auth.Clerk, 99},
		{"secretary above, an administrator", above, "dong", auth.Administrator, fault.Denied},
		{"secretary above, in the own unit", above, "khoi", auth.Clerk, fault.Denied},
		{"secretary of a unit, beside", unit, "tay", auth.Clerk, fault.NotFound},
		{"secretary of a unit, in it", unit, "dong", auth.Clerk, fault.Denied},
		{"no such role", above, "tay", "king", fault.Invalid},
	} {
		err := x.write(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := account.Create(ctx, tx, c.by, account.New{Login: "moi." + string(c.role), Name: "Mới", Unit: c.unit, Roles: []auth.Role{c.role}})
			return err
		})
		if (err == nil) != (c.want == 99) || err != nil && !fault.Is(err, c.want) {
			t.Errorf("%s: %v, want kind %d", c.name, err, c.want)
		}
	}
}

// TestNobodyTakesALogin: a slip is a password. Who could not have given a login
// all it holds gets none for it, and does not shut it out.
func TestNobodyTakesALogin(t *testing.T) {
	x := open(t)
	_, above, _ := x.signIn(t, "bikhu", password)
	_, unit, _ := x.signIn(t, "dong", password)
	var keeper, both account.Account
	if err := x.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
		if keeper, err = account.Create(ctx, tx, x.house, account.New{Login: "quantri", Name: "Quản trị", Unit: "khoi", Roles: []auth.Role{auth.Administrator}}); err != nil {
			return err
		}
		if both, err = account.Create(ctx, tx, x.house, account.New{Login: "haidonvi", Name: "Hai nơi", Unit: "dong", Roles: []auth.Role{auth.Member}}); err != nil {
			return err
		}
		return tx.Exec(ctx, `INSERT INTO account_grant (id, account, role, tree, unit, from_day, to_day, granted_by, at)
			SELECT 'them', $1, role, tree, unit, from_day, to_day, granted_by, at FROM account_grant WHERE account = $2`, both.ID, x.logins["tay"].ID)
	}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		by   auth.Actor
		of   account.Account
		may  bool
	}{
		{"a secretary, the administrator's", above, keeper, false},
		{"a secretary, one who is secretary beside too", unit, both, false},
		{"the secretary above both", above, both, true},
		{"the secretary above, a unit's", above, x.logins["tay"], true},
	} {
		for what, verb := range map[string]func(ctx context.Context, tx *db.Tx) error{
			"slip": func(ctx context.Context, tx *db.Tx) error {
				_, err := account.Invite(ctx, tx, c.by, c.of.ID)
				return err
			},
			"disabling": func(ctx context.Context, tx *db.Tx) error { return account.Disable(ctx, tx, c.by, c.of.ID) },
		} {
			if err := x.write(t, verb); (err == nil) != c.may || err != nil && !fault.Is(err, fault.Denied) {
				t.Errorf("%s, %s: %v", c.name, what, err)
			}
		}
	}
}

func TestDoorsOfPages(t *testing.T) {
	x := open(t)
	c, err := i18n.Load(web.Locale, account.Locale)
	if err != nil {
		t.Fatal(err)
	}
	site := web.NewSite(web.Config{Catalog: c, Log: slog.New(slog.DiscardHandler), DB: x.d, Authenticate: account.Authenticate(x.d)})
	account.Register(site, x.d)
	post := func(form url.Values) (status int, location string, cookies []*http.Cookie) {
		r := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		return w.Code, w.Header().Get("Location"), (&http.Response{Header: w.Header()}).Cookies()
	}
	for next, want := range map[string]string{
		"/rollouts?x=1": "/rollouts?x=1", "//evil.example": "/", "https://evil.example/": "/", `/\evil.example`: "/", "javascript:alert(1)": "/", "": "/",
	} {
		status, got, cookies := post(url.Values{"login": {"dong"}, "password": {password}, "next": {next}})
		if status != http.StatusSeeOther || got != want || len(cookies) == 0 {
			t.Errorf("next=%q leads to %q (%d, %d cookies), want %q", next, got, status, len(cookies), want)
		}
		for _, k := range cookies {
			if k.Name == "session" && (!k.HttpOnly || k.SameSite != http.SameSiteLaxMode || k.Path != "/") {
				t.Errorf("the session's cookie is %+v", k)
			}
		}
	}
	if status, _, cookies := post(url.Values{"login": {"dong"}, "password": {"sai"}}); status != http.StatusUnprocessableEntity || len(cookies) > 0 {
		t.Errorf("a wrong password: status %d, cookies %v", status, cookies)
	}
	r := httptest.NewRequest(http.MethodPost, "/login", strings.NewReader(""))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	if site.ServeHTTP(w, r); w.Code != http.StatusForbidden {
		t.Errorf("another site's form: status %d, want 403", w.Code)
	}
}
