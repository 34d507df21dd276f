package paper

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/fault"
	"nhipcau/internal/file"
	"nhipcau/internal/vn"
)

// TestNumbersHaveNoGaps issues a thousand papers from eight hands over three
// types and two years: every number from 1 on is given, once.
func TestNumbersHaveNoGaps(t *testing.T) {
	h := build(t)
	var turn atomic.Int64
	h.db.SetClock(func() time.Time {
		return vn.Day([]string{"2025-12-31", "2026-01-01"}[turn.Add(1)%2]).Start().Add(9 * time.Hour)
	})
	const hands, each = 8, 125
	by := h.as("xa", auth.Secretary)
	kinds := []Kind{Report, Programme, Reminder}
	var wrong sync.Map
	var all sync.WaitGroup
	for hand := range hands {
		all.Go(func() {
			for i := range each {
				n := a(kinds[(hand+i)%len(kinds)], fmt.Sprint(hand, "-", i))
				if i%10 == 9 { // some are refused half way and must leave no gap
					n.Signer = ""
				}
				if _, err := h.issue(by, n); err != nil && n.Signer != "" {
					wrong.Store(err.Error(), true)
				}
			}
		})
	}
	all.Wait()
	wrong.Range(func(k, _ any) bool { t.Error(k); return true })
	given := map[string][]int64{}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		papers, err := List(ctx, tx, by, Filter{Unit: by.Unit}, 0, 2000)
		for _, p := range papers {
			given[p.Code+" "+p.Series] = append(given[p.Code+" "+p.Series], p.Number)
			if p.Series != string(p.Day[:4]) {
				t.Errorf("%s of %s counts in %s", p.Symbol, p.Day, p.Series)
			}
		}
		if want := hands * (each - each/10); len(papers) != want {
			t.Errorf("%d papers, want %d", len(papers), want)
		}
		return err
	})
	if len(given) != 6 {
		t.Errorf("%d series, want 6", len(given))
	}
	for series, numbers := range given {
		slices.Sort(numbers)
		for i, n := range numbers {
			if n != int64(i+1) {
				t.Fatalf("%s: number %d stands at place %d", series, n, i+1)
			}
		}
	}
}

func TestWhoMayDoWhat(t *testing.T) {
	h := build(t)
	p := h.must(t, h.as("dang", auth.Secretary), a(Report, "r1"))
	for _, c := range []struct {
		unit string
		role auth.Role
		want [3]fault.Kind // issue, withdraw, letterhead of "dang"
	}{
		{"dang", auth.Secretary, [3]fault.Kind{0, 0, 0}},
		{"dang", auth.Clerk, [3]fault.Kind{fault.Denied, fault.Denied, 0}},
		{"dang", auth.Administrator, [3]fault.Kind{fault.Denied, fault.Denied, 0}},
		{"dang", auth.Member, [3]fault.Kind{fault.Denied, fault.Denied, fault.Denied}},
		{"dang", auth.Inspector, [3]fault.Kind{fault.Denied, fault.Denied, fault.Denied}},
		{"xa", auth.Secretary, [3]fault.Kind{0, fault.Denied, 0}}, // issues papers of its own unit
		{"chibo", auth.Secretary, [3]fault.Kind{fault.Conflict, fault.NotFound, fault.NotFound}},
		{"doan", auth.Secretary, [3]fault.Kind{fault.Conflict, fault.NotFound, fault.NotFound}},
	} {
		by := h.as(c.unit, c.role)
		for i, deed := range []func(ctx context.Context, tx *db.Tx) error{
			func(ctx context.Context, tx *db.Tx) error {
				_, err := Issue(ctx, tx, by, a(Programme, "x"))
				return err
			},
			func(ctx context.Context, tx *db.Tx) error { return Withdraw(ctx, tx, by, p.ID, "sai") },
			func(ctx context.Context, tx *db.Tx) error {
				return SetLetterhead(ctx, tx, by, "dang", 0, Letterhead{Place: "Đông La"})
			},
		} {
			undo := fault.New(fault.Unavailable, "error.busy") // so that the cases do not meet
			err := h.write(func(ctx context.Context, tx *db.Tx) error {
				if err := deed(ctx, tx); err != nil {
					return err
				}
				return undo
			})
			if want := c.want[i]; want == 0 && !fault.Is(err, fault.Unavailable) || want != 0 && !fault.Is(err, want) {
				t.Errorf("%s of %s, deed %d: %v", c.role, c.unit, i, err)
			}
		}
	}
}

func TestIssueNumbersPerTypeAndTerm(t *testing.T) {
	h := build(t)
	by := h.as("dang", auth.Secretary)
	var got []string
	for _, step := range []struct {
		day  vn.Day
		kind Kind
	}{{"2025-05-30", Report}, {"2025-05-31", Report}, {"2025-05-31", Programme}, {"2025-06-01", Report}, {"2026-01-09", Reminder}, {"2026-02-03", Report}, {"2026-02-03", Summons}} {
		h.at(step.day)
		got = append(got, h.must(t, by, a(step.kind, string(step.day)+string(step.kind))).Symbol)
	}
	// A new term begins on 1 June 2025; letters of both kinds share their numbers.
	want := []string{"01-BC/ĐU", "02-BC/ĐU", "01-CTr/ĐU", "01-BC/ĐU", "01-CV/ĐU", "02-BC/ĐU", "02-CV/ĐU"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestNoNumberWithoutATerm(t *testing.T) {
	h := build(t)
	_, err := h.issue(h.as("doan", auth.Secretary), a(Report, "r"))
	if !fault.Is(err, fault.Conflict) || fault.Of(err).Key != "paper.error.term" {
		t.Errorf("issued outside any term: %v", err)
	}
	if p := h.must(t, h.as("xa", auth.Secretary), a(Report, "r")); p.Symbol != "01/BC-UBND" {
		t.Errorf("the state body's paper is %q", p.Symbol)
	}
}

func TestOneStandingPaperOfARecord(t *testing.T) {
	h := build(t)
	by := h.as("dang", auth.Secretary)
	first := h.must(t, by, a(Report, "r1"))
	if _, err := h.issue(by, a(Report, "r1")); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second paper of one report: %v", err)
	}
	withdraw := func(reason string) error {
		return h.write(func(ctx context.Context, tx *db.Tx) error { return Withdraw(ctx, tx, by, first.ID, reason) })
	}
	if err := withdraw("  "); !fault.Is(err, fault.Invalid) {
		t.Errorf("withdrawn without a reason: %v", err)
	}
	if err := withdraw("Sai số liệu"); err != nil {
		t.Fatal(err)
	}
	if err := withdraw("Lần nữa"); !fault.Is(err, fault.Conflict) {
		t.Errorf("withdrawn twice: %v", err)
	}
	second := h.must(t, by, a(Report, "r1"))
	if first.Number != 1 || second.Number != 2 {
		t.Errorf("numbers %d and %d", first.Number, second.Number)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		all, err := List(ctx, tx, by, Filter{Unit: by.Unit, Year: "2026", Kind: Report}, 0, 10)
		if len(all) != 2 || all[1].Standing() || all[1].Reason != "Sai số liệu" || !all[0].Standing() {
			t.Errorf("the register: %+v", all)
		}
		return err
	})
}

func TestIssueChecksWhatIsTyped(t *testing.T) {
	h := build(t)
	by := h.as("dang", auth.Secretary)
	for field, spoil := range map[string]func(n *New){
		"signer":     func(n *New) { n.Signer = " " },
		"office":     func(n *New) { n.Office = "" },
		"about":      func(n *New) { n.About = "" },
		"recipients": func(n *New) { n.Recipients = strings.Split(strings.Repeat("Đảng ủy\n", 31), "\n") },
	} {
		n := a(Programme, "x")
		spoil(&n)
		_, err := h.issue(by, n)
		if _, ok := fault.Of(err).Fields[field]; !ok || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", field, err)
		}
	}
	if p := h.must(t, by, a(Programme, "x")); p.Number != 1 || !slices.Equal(p.Recipients, []string{"Đảng ủy cấp trên"}) {
		t.Errorf("number %d, recipients %q", p.Number, p.Recipients)
	}
}

// TestKeep makes the bytes by the job, as after a crash, and by hand: they are
// the same, made once, and stay when the letterhead changes.
func TestKeep(t *testing.T) {
	h := build(t)
	by := h.as("dang", auth.Secretary)
	p := h.must(t, by, a(Report, "r1"))
	if err := h.jobs.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	var kept Paper
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
		kept, err = Get(ctx, tx, by, p.ID)
		return err
	})
	made, err := p.Docx()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(made)
	if kept.File == "" || kept.SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("kept %q %s", kept.File, kept.SHA256)
	}
	dbtest.Write(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		return SetLetterhead(ctx, tx, by, "dang", 0, Letterhead{Own: "TÊN MỚI"})
	})
	again, err := Keep(t.Context(), h.db, h.files, p.ID)
	if err != nil || again.ID != kept.File || again.SHA256 != kept.SHA256 || again.Kind != file.DOCX || again.Name != "01-BC-ĐU.docx" {
		t.Errorf("kept again: %+v %v", again, err)
	}
	w := httptest.NewRecorder()
	if err := h.files.Serve(w, httptest.NewRequest(http.MethodGet, "/", nil), again); err != nil || !bytes.Equal(w.Body.Bytes(), made) {
		t.Errorf("what is sent is not what was made (%v)", err)
	}
	if fresh := h.must(t, by, a(Programme, "x")); fresh.Head.Own != "TÊN MỚI" {
		t.Errorf("a new paper says %q", fresh.Head.Own)
	}
}

func TestLetterheadIsInheritedAndDerived(t *testing.T) {
	h := build(t)
	printed := func(unit string) (l Letterhead) {
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) (err error) {
			l, err = Printed(ctx, tx, tree, h.units[unit].ID)
			return err
		})
		return l
	}
	for unit, want := range map[string]Letterhead{
		"xa":    {Family: State, Own: "ỦY BAN NHÂN DÂN XÃ ĐÔNG LA", Symbol: "UBND"},
		"dang":  {Family: Party, Upper: "ỦY BAN NHÂN DÂN XÃ ĐÔNG LA", Own: "ĐẢNG ỦY CƠ QUAN XÃ", Symbol: "ĐU", Body: "BAN CHẤP HÀNH"},
		"doan":  {Family: Youth, Upper: "ỦY BAN NHÂN DÂN XÃ ĐÔNG LA", Own: "ĐOÀN XÃ ĐÔNG LA", Symbol: "ĐTN", Body: "BAN CHẤP HÀNH"},
		"chibo": {Family: Party, Upper: "ĐẢNG ỦY CƠ QUAN XÃ", Own: "CHI BỘ VĂN PHÒNG", Symbol: "CB", Body: "BAN CHẤP HÀNH"},
	} {
		if got := printed(unit); got != want {
			t.Errorf("%s: %+v", unit, got)
		}
	}
	set := func(unit string, version int64, l Letterhead) error {
		return h.write(func(ctx context.Context, tx *db.Tx) error {
			return SetLetterhead(ctx, tx, h.as("xa", auth.Clerk), unit, version, l)
		})
	}
	if err := set("dang", 0, Letterhead{Family: Youth, Place: "Đông La"}); err != nil {
		t.Fatal(err)
	}
	if got := printed("chibo"); got.Family != Youth || got.Place != "Đông La" {
		t.Errorf("the cell does not take after the unit above: %+v", got)
	}
	if err := set("dang", 0, Letterhead{}); !fault.Is(err, fault.Conflict) {
		t.Errorf("set twice from one version: %v", err)
	}
	if err := set("dang", 1, Letterhead{Family: "guild"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a family of its own: %v", err)
	}
	if err := set("dang", 1, Letterhead{}); err != nil || printed("chibo").Family != Party {
		t.Errorf("emptied: %v %+v", err, printed("chibo"))
	}
}

// text returns the words of a paper's body.
func text(t *testing.T, p Print) string {
	t.Helper()
	b, err := p.Docx()
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}
