package directive_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/directive"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
)

// TestWhoEnters: clerk and secretary of any unit enter papers; nobody else does.
func TestWhoEnters(t *testing.T) {
	h := build(t)
	for _, c := range []struct {
		name string
		by   auth.Actor
		want fault.Kind
		ok   bool
	}{
		{"clerk of the bloc", h.bloc, 0, true},
		{"secretary of a unit", as(h.west, auth.Secretary), 0, true},
		{"administrator", as(h.bloc, auth.Administrator), fault.Denied, false},
		{"member", as(h.east, auth.Member), fault.Denied, false},
		{"nobody", auth.Actor{Tree: "doan"}, fault.Denied, false},
	} {
		f := resolution()
		f.Subject, f.Number = c.name, "1"+string(rune('a'+len(c.name)))
		if _, err := h.enter(t, c.by, f); (err == nil) != c.ok || err != nil && kind(err) != c.want {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestWhoAmends: the unit that entered a paper corrects it; who sees it and may
// not is refused, who does not see it is told there is none.
func TestWhoAmends(t *testing.T) {
	h := build(t)
	d := h.must(t, h.east, resolution())
	for _, c := range []struct {
		name string
		by   auth.Actor
		want fault.Kind
	}{
		{"clerk above", h.bloc, fault.Denied},
		{"member of the unit", as(h.east, auth.Member), fault.Denied},
		{"clerk beside", h.west, fault.NotFound},
		{"clerk under it", h.under, fault.NotFound},
	} {
		err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return directive.Amend(ctx, tx, c.by, d.ID, d.Version, resolution(), file.Blob{})
		})
		if kind(err) != c.want {
			t.Errorf("%s: %v, want kind %v", c.name, err, c.want)
		}
	}
	f := resolution()
	f.Subject = "Về Cần Thơ"
	for i, want := range []bool{true, false} { // the second has the old version before them
		err := h.db.Write(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return directive.Amend(ctx, tx, h.east, d.ID, d.Version, f, file.Blob{})
		})
		if (err == nil) != want || err != nil && kind(err) != fault.Conflict {
			t.Errorf("amendment %d: %v", i+1, err)
		}
	}
}

// TestIdentity: issuer, type, number, symbol and date make a paper, however they
// are typed; a number and a symbol alone do not.
func TestIdentity(t *testing.T) {
	h := build(t)
	first := h.must(t, h.bloc, resolution())
	for name, change := range map[string]func(f *directive.Form){
		"the same":               func(*directive.Form) {},
		"no-break space":         func(f *directive.Form) { f.Issuer = "Bộ\u00a0Chính  trị" },
		"decomposed":             func(f *directive.Form) { f.Issuer = "Bo\u0302\u0323 Chi\u0301nh tri\u0323" },
		"small letters":          func(f *directive.Form) { f.Symbol = "nq/tw" },
		"a dash before":          func(f *directive.Form) { f.Symbol = "-NQ/TW" },
		"a nought before":        func(f *directive.Form) { f.Number = "059" },
		"another subject":        func(f *directive.Form) { f.Subject = "Khác" },
		"a term beside the date": func(f *directive.Form) { f.Term = "2020-2025" },
	} {
		f := resolution()
		change(&f)
		_, err := h.enter(t, h.bloc, f)
		if kind(err) != fault.Conflict || fault.Of(err).Fields["number"].Key == "" {
			t.Errorf("%s: %v, want a Conflict at number", name, err)
		}
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
			same, err := directive.Same(ctx, tx, h.bloc, f)
			if err == nil && same.ID != first.ID {
				t.Errorf("%s: Same finds %s, want %s", name, same.ID, first.ID)
			}
			return err
		})
	}
	for name, change := range map[string]func(f *directive.Form){
		"of 24/1/2025":   func(f *directive.Form) { f.Issued = "2025-01-24" },
		"another issuer": func(f *directive.Form) { f.Issuer = "Ban Bí thư" },
		"another kind":   func(f *directive.Form) { f.Kind = "CT" },
		"without a date": func(f *directive.Form) { f.Issued, f.Term = "", "2020-2025" },
	} {
		f := resolution()
		change(&f)
		if _, err := h.enter(t, h.bloc, f); err != nil {
			t.Errorf("%s stands beside it: %v", name, err)
		}
	}
}

// TestBeside: units that do not see one another's papers may both enter the
// same; the unit above, which sees one, may not enter it a third time.
func TestBeside(t *testing.T) {
	h := build(t)
	h.must(t, h.east, resolution())
	h.must(t, h.west, resolution())
	if _, err := h.enter(t, h.bloc, resolution()); kind(err) != fault.Conflict {
		t.Errorf("the unit above: %v, want a Conflict", err)
	}
}

// TestInput: what is wrong is said at its field.
func TestInput(t *testing.T) {
	h := build(t)
	for name, c := range map[string]struct {
		change func(f *directive.Form)
		fields []string
	}{
		"empty":              {func(f *directive.Form) { *f = directive.Form{} }, []string{"issuer", "kind", "subject"}},
		"no date nor term":   {func(f *directive.Form) { f.Issued = "" }, []string{"issued"}},
		"a day that is none": {func(f *directive.Form) { f.Issued, f.IssuedTyped = "", "31/02/2020" }, []string{"issued"}},
		"only spaces":        {func(f *directive.Form) { f.Subject = " \u00a0\t" }, []string{"subject"}},
		"too long":           {func(f *directive.Form) { f.Subject = strings.Repeat("ă", 1001) }, []string{"subject"}},
		"a made-up kind":     {func(f *directive.Form) { f.Kind = "XX" }, []string{"kind"}},
	} {
		f := resolution()
		c.change(&f)
		_, err := h.enter(t, h.bloc, f)
		if got := slices.Sorted(maps.Keys(fault.Of(err).Fields)); kind(err) != fault.Invalid || !slices.Equal(got, c.fields) {
			t.Errorf("%s: %v at %q, want %q", name, err, got, c.fields)
		}
	}
}

// TestCode: number and symbol as printed.
func TestCode(t *testing.T) {
	for _, c := range []struct{ number, symbol, want string }{
		{"59", "NQ/TW", "59-NQ/TW"}, {"12", "2020/NĐ-CP", "12/2020/NĐ-CP"}, {"", "", ""}, {"7", "", "7"},
	} {
		if got := (directive.Directive{Number: c.number, Symbol: c.symbol}).Code(); got != c.want {
			t.Errorf("%q and %q: %q, want %q", c.number, c.symbol, got, c.want)
		}
	}
}

// TestSearch: without marks, in any order, newest paper first.
func TestSearch(t *testing.T) {
	h := build(t)
	h.must(t, h.bloc, resolution())
	later := resolution()
	later.Issued, later.Subject = "2025-01-24", "Hội nhập quốc tế"
	h.must(t, h.bloc, later)
	for query, want := range map[string]int{"59-NQ/TW": 2, "can tho": 1, "THƠ cần": 1, "quoc te 59": 1, "100%": 0, "'": 0, "": 2} {
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
			all, err := directive.List(ctx, tx, h.bloc, query, 0, 10)
			if len(all) != want || want == 2 && all[0].Issued != "2025-01-24" {
				t.Errorf("%q finds %d, want %d: %v", query, len(all), want, all)
			}
			return err
		})
	}
}
