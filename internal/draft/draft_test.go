package draft_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/draft"
	"nhipcau/internal/fault"
	"nhipcau/internal/prose"
)

var (
	lan  = auth.Actor{Login: "lan", Name: "Lan", Tree: "t"}
	minh = auth.Actor{Login: "minh", Name: "Minh", Tree: "t"}
	out  = auth.Actor{Login: "out", Name: "Ngoài", Tree: "t"}
)

const a, b, c = "aaaaaaaa", "bbbbbbbb", "cccccccc"

func doc(blocks ...string) prose.Doc {
	var d prose.Doc
	for _, s := range blocks {
		d.Blocks = append(d.Blocks, prose.Block{ID: s[:8], Kind: prose.Text, Text: s[8:]})
	}
	return d
}

func said(d prose.Doc) string {
	var all []string
	for _, b := range d.Blocks {
		all = append(all, b.Text)
	}
	return strings.Join(all, "|")
}

// A desk is a database with one kind of records that have a text: letters, which all
// but one person may write.
type desk struct {
	t     *testing.T
	db    *db.DB
	saved []string // what the owner was told
	no    error    // why the owner refuses a save
}

func (d *desk) do(by auth.Actor, f func(ctx context.Context, tx *db.Tx, s draft.Subject) error) error {
	owners := draft.Owners{{
		Kind: "letter",
		May: func(_ context.Context, _ *db.Tx, by auth.Actor, id string) (draft.Subject, error) {
			if id != "1" {
				return draft.Subject{}, fault.New(fault.NotFound, "error.not_found")
			}
			s := draft.Subject{Title: "Thư", First: doc(a+"một", b+"hai", c+"ba")}
			if by.Login == "out" {
				s.Closed = fault.New(fault.Denied, "error.denied")
			}
			return s, nil
		},
		Saved: func(_ context.Context, _ *db.Tx, _ auth.Actor, _ string, text prose.Doc) error {
			d.saved = append(d.saved, said(text))
			return d.no
		},
	}}
	return d.db.Write(d.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		s, err := owners.Find(ctx, tx, by, draft.Of{Kind: "letter", ID: "1"})
		if err != nil {
			return err
		}
		if _, err := owners.Find(ctx, tx, by, draft.Of{Kind: "letter", ID: "2"}); !fault.Is(err, fault.NotFound) {
			d.t.Errorf("another letter: %v", err)
		}
		if _, err := owners.Find(ctx, tx, by, draft.Of{Kind: "memo", ID: "1"}); !fault.Is(err, fault.NotFound) {
			d.t.Errorf("another kind: %v", err)
		}
		return f(ctx, tx, s)
	})
}

func (d *desk) must(by auth.Actor, f func(ctx context.Context, tx *db.Tx, s draft.Subject) error) {
	d.t.Helper()
	if err := d.do(by, f); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) text() (t draft.Text) {
	d.must(lan, func(ctx context.Context, tx *db.Tx, s draft.Subject) (err error) {
		t, err = draft.Get(ctx, tx, s)
		return err
	})
	return t
}

func (d *desk) save(by auth.Actor, from draft.Text, text prose.Doc) (t draft.Text, err error) {
	err = d.do(by, func(ctx context.Context, tx *db.Tx, s draft.Subject) (err error) {
		t, err = draft.Save(ctx, tx, by, s, from.N, prose.BaseOf(from.Doc), text)
		return err
	})
	return t, err
}

func open(t *testing.T) *desk {
	t.Parallel()
	return &desk{t: t, db: dbtest.Open(t)}
}

func TestTwoPeopleWrite(t *testing.T) {
	d := open(t)
	first := d.text()
	if first.N != 0 || said(first.Doc) != "một|hai|ba" {
		t.Fatalf("%+v", first)
	}
	if _, err := d.save(out, first, first.Doc); !fault.Is(err, fault.Denied) {
		t.Errorf("who may not write: %v", err)
	}
	one, err := d.save(lan, first, doc(a+"một của Lan", b+"hai", c+"ba"))
	if err != nil || one.N == 0 || one.Name != "Lan" {
		t.Fatalf("%+v %v", one, err)
	}
	// Another paragraph is put together with it.
	two, err := d.save(minh, first, doc(a+"một", b+"hai", c+"ba của Minh"))
	if err != nil || said(two.Doc) != "một của Lan|hai|ba của Minh" || two.N <= one.N {
		t.Fatalf("%+v %v", two, err)
	}
	// The same one is a conflict, and changes nothing.
	if _, err := d.save(minh, first, doc(a+"một của Minh", b+"hai", c+"ba")); !fault.Is(err, fault.Conflict) || fault.Of(err).Args[0] != "Minh" {
		t.Fatalf("%v", err)
	}
	if said(d.text().Doc) != said(two.Doc) {
		t.Error("a conflict changed the text")
	}
	if want := "một của Lan|hai|ba\nmột của Lan|hai|ba của Minh"; strings.Join(d.saved, "\n") != want {
		t.Errorf("the owner was told %q", d.saved)
	}
	d.no = errors.New("no")
	if _, err := d.save(minh, two, doc(a+"khác")); err == nil {
		t.Error("the owner refused, and it was saved")
	}
	if said(d.text().Doc) != said(two.Doc) {
		t.Error("a save that the owner refused stands")
	}
}

// What could not be saved is kept, shown beside what stands, and goes in as picked.
func TestWhatCouldNotBeSavedIsKept(t *testing.T) {
	d := open(t)
	first := d.text()
	if _, err := d.save(lan, first, doc(a+"của Lan", b+"hai", c+"ba")); err != nil {
		t.Fatal(err)
	}
	mine := doc(a+"của Minh", b+"hai", c+"BA")
	d.must(minh, func(ctx context.Context, tx *db.Tx, s draft.Subject) error {
		return draft.Aside(ctx, tx, minh, s, prose.BaseOf(first.Doc), mine)
	})
	var n int64
	d.must(minh, func(ctx context.Context, tx *db.Tx, s draft.Subject) error {
		c, err := draft.ClashOf(ctx, tx, minh, s, nil)
		if len(c.Clashes) != 1 || said(c.Merged) != "của Lan|của Minh|hai|BA" || said(c.Now.Doc) != "của Lan|hai|ba" {
			t.Errorf("%+v", c)
		}
		n = c.Now.N
		return err
	})
	d.must(lan, func(ctx context.Context, tx *db.Tx, s draft.Subject) error {
		if _, ok, err := draft.AsideOf(ctx, tx, lan, s); ok || err != nil {
			t.Errorf("another's is shown: %v", err)
		}
		return nil
	})
	take := func(n int64) error {
		return d.do(minh, func(ctx context.Context, tx *db.Tx, s draft.Subject) error {
			return draft.Take(ctx, tx, minh, s, n, map[string]prose.Pick{a: prose.Mine})
		})
	}
	if err := take(n - 1); !fault.Is(err, fault.Conflict) {
		t.Errorf("picked for an older text: %v", err)
	}
	if err := take(n); err != nil {
		t.Fatal(err)
	}
	if got := said(d.text().Doc); got != "của Minh|hai|BA" {
		t.Error(got)
	}
	if err := take(n + 1); !fault.Is(err, fault.NotFound) {
		t.Errorf("taken twice: %v", err)
	}
	// The text it was put in the place of is still there.
	d.must(lan, func(ctx context.Context, tx *db.Tx, s draft.Subject) error {
		all, err := draft.History(ctx, tx, s, 10)
		if len(all) != 2 || all[0].Name != "Minh" || all[1].Name != "Lan" {
			t.Fatalf("%+v", all)
		}
		old, err2 := draft.TextOf(ctx, tx, s, all[1].N)
		if said(old.Doc) != "của Lan|hai|ba" {
			t.Errorf("%+v", old)
		}
		return errors.Join(err, err2)
	})
}

func TestVersionsAreFrozen(t *testing.T) {
	d := open(t)
	name := func(n int64) (v draft.Version, err error) {
		err = d.do(lan, func(ctx context.Context, tx *db.Tx, s draft.Subject) (err error) {
			v, err = draft.Name(ctx, tx, lan, s, n, " gửi  góp ý ")
			return err
		})
		return v, err
	}
	one, err := name(0) // of the text that it begins with
	if err != nil || one.V != 1 || one.Note != "gửi góp ý" || !one.Whole || len(one.Hash) != 64 || said(one.Doc) != "một|hai|ba" {
		t.Fatalf("%+v %v", one, err)
	}
	now := d.text()
	if _, err := name(now.N); !fault.Is(err, fault.Conflict) || fault.Of(err).Key != "draft.error.same" {
		t.Errorf("the same again: %v", err)
	}
	next, err := d.save(lan, now, doc(a+"một mới", b+"hai", c+"ba"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := name(now.N); !fault.Is(err, fault.Conflict) {
		t.Errorf("an older text: %v", err)
	}
	if two, err := name(next.N); err != nil || two.V != 2 {
		t.Fatalf("%+v %v", two, err)
	}
	// Saves after it leave it as it is.
	if _, err := d.save(lan, next, doc(a+"sau")); err != nil {
		t.Fatal(err)
	}
	d.must(lan, func(ctx context.Context, tx *db.Tx, s draft.Subject) error {
		all, err := draft.Versions(ctx, tx, s)
		if len(all) != 2 || said(all[0].Doc) != "một mới|hai|ba" || said(all[1].Doc) != "một|hai|ba" || !all[0].Whole {
			t.Errorf("%+v", all)
		}
		return err
	})
	if err := d.do(out, func(ctx context.Context, tx *db.Tx, s draft.Subject) error {
		_, err := draft.Name(ctx, tx, out, s, next.N+1, "")
		return err
	}); !fault.Is(err, fault.Denied) {
		t.Errorf("who may not write: %v", err)
	}
}

// What one person types in a sitting is one text; an import is one of its own.
func TestHistory(t *testing.T) {
	d := open(t)
	now := d.text()
	for _, s := range []string{"m", "mộ", "một hai"} {
		var err error
		if now, err = d.save(lan, now, doc(a+s)); err != nil {
			t.Fatal(err)
		}
	}
	d.must(minh, func(ctx context.Context, tx *db.Tx, s draft.Subject) error {
		came, err := prose.FromHTML("<p>một hai</p><p>từ Word</p>")
		if err != nil {
			return err
		}
		was, is, err := draft.Replace(ctx, tx, minh, s, now.N, came)
		if was.N != now.N || said(is.Doc) != "một hai|từ Word" || is.Doc.Blocks[0].ID != a {
			t.Errorf("%+v %+v", was, is)
		}
		return err
	})
	d.must(lan, func(ctx context.Context, tx *db.Tx, s draft.Subject) error {
		all, err := draft.History(ctx, tx, s, 10)
		if len(all) != 2 || all[1].N != now.N {
			t.Errorf("%+v", all)
		}
		return err
	})
}
