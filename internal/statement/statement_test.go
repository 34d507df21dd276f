package statement_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/statement"
	"nhipcau/internal/tally"
)

// Who may open, see, state and close.
func TestCast(t *testing.T) {
	h := build(t)
	f := h.opened(t)
	fine := says(count("models", 32, statement.Exact))
	undo := fmt.Errorf("undone")
	for _, c := range []struct {
		who  string
		by   auth.Actor
		want map[string]string // deed: how it ends
	}{
		{"the owner's secretary", h.secretary("khoi"), map[string]string{"open": "done", "see": "done", "mot": "done", "khoi": "done", "close": "done"}},
		{"the owner's clerk", h.clerk("khoi"), map[string]string{"open": "done", "see": "done", "mot": "done", "khoi": "done", "close": "denied"}},
		{"the owner's member", h.as("khoi", auth.Member), map[string]string{"open": "denied", "see": "done", "mot": "denied", "khoi": "denied", "close": "denied"}},
		{"a unit's clerk", h.clerk("mot"), map[string]string{"open": "done", "see": "done", "mot": "done", "to": "done", "hai": "not found", "khoi": "not found", "close": "denied"}},
		{"a cell's clerk", h.clerk("to"), map[string]string{"see": "done", "to": "done", "mot": "not found", "close": "denied"}},
		{"an inspector", h.as("khoi", auth.Inspector), map[string]string{"open": "denied", "see": "done", "mot": "denied"}},
		{"the secretary above", h.secretary("top"), map[string]string{"see": "done", "mot": "done", "khac": "conflict", "close": "denied"}},
		{"another bloc's secretary", h.secretary("khac"), map[string]string{"see": "not found", "khac": "not found", "mot": "not found", "close": "not found"}},
	} {
		for deed, want := range c.want {
			err := h.write(t, func(ctx context.Context, tx *db.Tx) (err error) {
				switch deed {
				case "open":
					_, err = statement.Open(ctx, tx, c.by, asked())
				case "see":
					_, err = statement.Get(ctx, tx, c.by, f.ID)
				case "close":
					err = statement.Close(ctx, tx, c.by, f.ID, f.Version)
				default:
					_, err = statement.State(ctx, tx, c.by, f.ID, deed, fine, noFile)
				}
				if err == nil {
					err = undo
				}
				return err
			})
			got := "done"
			if !errors.Is(err, undo) {
				got = ended(err)
			}
			if got != want {
				t.Errorf("%s, %s: %s, want %s", c.who, deed, got, want)
			}
		}
	}
	h.proven(t, "nothing")
}

// What a form and a statement must hold, by field.
func TestWrong(t *testing.T) {
	h := build(t)
	open := func(change func(f *statement.Form)) error {
		return h.write(t, func(ctx context.Context, tx *db.Tx) error {
			f := asked()
			change(&f)
			_, err := statement.Open(ctx, tx, h.clerk("khoi"), f)
			return err
		})
	}
	for name, c := range map[string]struct {
		change func(f *statement.Form)
		want   map[string]string
	}{
		"no title":    {func(f *statement.Form) { f.Title = " " }, map[string]string{"title": "error.needed"}},
		"no period":   {func(f *statement.Form) { f.Period = "" }, map[string]string{"period": "error.needed"}},
		"no day":      {func(f *statement.Form) { f.LastDay = "31/2" }, map[string]string{"last": "statement.error.day"}},
		"past":        {func(f *statement.Form) { f.LastDay = "2020-10-11" }, map[string]string{"last": "statement.error.past"}},
		"no items":    {func(f *statement.Form) { f.Items = nil }, map[string]string{"item-1-label": "statement.error.items"}},
		"no label":    {func(f *statement.Form) { f.Items[1].Label = "" }, map[string]string{"item-2-label": "error.needed"}},
		"no word":     {func(f *statement.Form) { f.Items[0].Word = "" }, map[string]string{"item-1-word": "error.needed"}},
		"no sort":     {func(f *statement.Form) { f.Items[0].Sort = "sum" }, map[string]string{"item-1-sort": "error.needed"}},
		"a key twice": {func(f *statement.Form) { f.Items[1].Key = "models" }, map[string]string{"item-2-label": "statement.error.key"}},
		"too many": {func(f *statement.Form) {
			f.Items = nil
			for range statement.MaxItems + 1 {
				f.Items = append(f.Items, statement.Item{Label: "Lớp", Word: "lớp", Sort: statement.Count})
			}
		}, map[string]string{"item-1-label": "statement.error.many"}},
	} {
		if got := fields(open(c.change)); !maps.Equal(got, c.want) {
			t.Errorf("form, %s: %v, want %v", name, got, c.want)
		}
	}
	f := h.opened(t)
	for name, c := range map[string]struct {
		change func(s *statement.Statement)
		want   map[string]string
	}{
		"nothing":     {func(s *statement.Statement) { s.Figures = nil }, map[string]string{"models-value": "statement.error.empty"}},
		"not asked":   {func(s *statement.Statement) { s.Figures[0].Item = "votes" }, map[string]string{"votes-value": "statement.error.item"}},
		"twice":       {func(s *statement.Statement) { s.Figures = append(s.Figures, s.Figures[0]) }, map[string]string{"models-value": "statement.error.item"}},
		"negative":    {func(s *statement.Statement) { s.Figures[0].Value = -1 }, map[string]string{"models-value": "statement.error.number"}},
		"too large":   {func(s *statement.Statement) { s.Figures[0].Value = 2_000_000_000_000 }, map[string]string{"models-value": "statement.error.number"}},
		"no bound":    {func(s *statement.Statement) { s.Figures[0].Bound = "" }, map[string]string{"models-bound": "error.needed"}},
		"about":       {func(s *statement.Statement) { s.Figures[0].Bound = statement.About }, map[string]string{"models-bound": "error.needed"}},
		"other words": {func(s *statement.Statement) { s.Figures[0].Words = "Trên 32 mô hình" }, map[string]string{"models-bound": "statement.error.bound"}},
		"no base":     {func(s *statement.Statement) { s.Figures[0].Item = "cells" }, map[string]string{"cells-of": "statement.error.base"}},
		"over its base": {func(s *statement.Statement) {
			s.Figures[0] = statement.Figure{Item: "cells", Value: 28, Of: 27, Bound: statement.Exact}
		}, map[string]string{"cells-value": "statement.error.over"}},
		"no paper":  {func(s *statement.Statement) { s.Paper = "" }, map[string]string{"paper": "error.needed"}},
		"no signer": {func(s *statement.Statement) { s.Signer = "\t" }, map[string]string{"signer": "error.needed"}},
		"no day":    {func(s *statement.Statement) { s.Day = "" }, map[string]string{"day": "statement.error.day"}},
		"tomorrow":  {func(s *statement.Statement) { s.Day = "2020-10-13" }, map[string]string{"day": "statement.error.future"}},
	} {
		s := says(count("models", 32, statement.Exact))
		c.change(&s)
		_, err := h.state(t, h.clerk("mot"), f, "mot", s)
		if got := fields(err); !maps.Equal(got, c.want) {
			t.Errorf("statement, %s: %v, want %v", name, got, c.want)
		}
	}
	if all := h.history(t, f, "mot"); len(all) > 0 {
		t.Errorf("a refused statement was kept: %v", all)
	}
}

// A bound stays one in every sum; a bare percentage is in none.
func TestBounds(t *testing.T) {
	h := build(t)
	f := h.opened(t)
	must(t)(h.state(t, h.clerk("mot"), f, "mot", says(
		count("models", 32, statement.Exact),
		statement.Figure{Item: "students", Value: 5700, Bound: statement.More, Words: "trên 5.700 học viên"},
		statement.Figure{Item: "cells", Value: 27, Of: 27, Bound: statement.Exact},
		statement.Figure{Item: "share", Value: 9200, Bound: statement.More, Words: "hơn 92 %"},
	)))
	check := func(unit string, n int, want statement.Sum, bound statement.Bound) {
		t.Helper()
		if got := h.sum(t, f, unit, n); got != want || got.Bound() != bound {
			t.Errorf("%s, item %d: %+v %s, want %+v %s", unit, n, got, got.Bound(), want, bound)
		}
	}
	check("khoi", 1, statement.Sum{Value: 32}, statement.Exact)
	check("khoi", 2, statement.Sum{Value: 5700, More: 1}, statement.More)
	check("khoi", 3, statement.Sum{Value: 27, Of: 27}, statement.Exact)
	check("khoi", 4, statement.Sum{}, statement.Exact)
	must(t)(h.state(t, h.clerk("khoi"), f, "hai", says(count("models", 10, statement.Less), count("students", 0, statement.Exact),
		statement.Figure{Item: "cells", Value: 3, Of: 9, Bound: statement.Less})))
	check("khoi", 1, statement.Sum{Value: 42, Less: 1}, statement.Less)
	check("khoi", 2, statement.Sum{Value: 5700, More: 1}, statement.More)
	check("khoi", 3, statement.Sum{Value: 30, Of: 36, Less: 1}, statement.Less)
	must(t)(h.state(t, h.clerk("to"), f, "to", says(count("models", 1, statement.More), count("students", 60, statement.Less))))
	check("mot", 1, statement.Sum{Value: 33, More: 1}, statement.More)
	check("khoi", 1, statement.Sum{Value: 43, More: 1, Less: 1}, statement.About)
	check("khoi", 2, statement.Sum{Value: 5760, More: 1, Less: 1}, statement.About)
	h.proven(t, "three statements")
}

// A correction takes the place of a statement, a withdrawal leaves none; both
// stay to be read, with their reasons, and posts bear the paper.
func TestCorrectAndWithdraw(t *testing.T) {
	h := build(t)
	f := h.opened(t)
	by := h.clerk("mot")
	one, err := h.state(t, by, f, "mot", says(count("models", 30, statement.Exact), count("students", 90, statement.Less)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.state(t, by, f, "mot", says(count("models", 1, statement.Exact))); ended(err) != "conflict" {
		t.Errorf("a second statement: %s", ended(err))
	}
	again := says(count("models", 32, statement.More))
	again.Replaces = one.ID
	if _, err := h.correct(t, by, f, "mot", again); ended(err) != "invalid" || fields(err)["reason"] == "" {
		t.Errorf("a correction without a reason: %v", err)
	}
	again.Reason = "Cộng thiếu 2 mô hình"
	two, err := h.correct(t, h.clerk("khoi"), f, "mot", again)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := h.sum(t, f, "khoi", 1), (statement.Sum{Value: 32, More: 1}); got != want {
		t.Errorf("corrected: %+v, want %+v", got, want)
	}
	if got := h.sum(t, f, "khoi", 2); got != (statement.Sum{}) {
		t.Errorf("left out by the correction: %+v", got)
	}
	if _, err := h.correct(t, by, f, "mot", again); ended(err) != "conflict" {
		t.Errorf("a correction of what does not stand: %s", ended(err))
	}
	if err := h.withdraw(t, by, f, "mot", one.ID, "nhầm"); ended(err) != "conflict" {
		t.Errorf("withdrawing what does not stand: %s", ended(err))
	}
	if err := h.withdraw(t, by, f, "mot", two.ID, " "); ended(err) != "invalid" {
		t.Errorf("withdrawing without a reason: %s", ended(err))
	}
	if err := h.withdraw(t, by, f, "mot", two.ID, "Nhầm kỳ"); err != nil {
		t.Fatal(err)
	}
	if got := h.sum(t, f, "khoi", 1); got != (statement.Sum{}) {
		t.Errorf("withdrawn: %+v", got)
	}
	all := h.history(t, f, "mot")
	if len(all) != 2 || all[0].ID != two.ID || all[0].EndedWhy != "Nhầm kỳ" || all[0].Reason != again.Reason ||
		all[1].EndedWhy != again.Reason || all[1].Figures[0].Value != 30 || all[0].Stands() || all[1].Stands() {
		t.Errorf("history: %+v", all)
	}
	dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
		p, err := tally.Trace(ctx, tx, by, tally.Query{Sheet: f.Sheet, Unit: h.units["mot"].ID, Lane: statement.Kind().Lane("value_1"), Limit: 10})
		var moved []int64
		for _, x := range p.Posts {
			moved = append(moved, x.Moved)
			if !x.Declared.Made() || x.Declared.Paper != "Báo cáo số 12-BC/ĐTN" || x.Source.Kind != "stated" {
				t.Errorf("a post without its paper: %+v", x)
			}
		}
		if want := "[30 -30 32 -32]"; fmt.Sprint(moved) != want {
			t.Errorf("posts: %v, want %s", moved, want)
		}
		return err
	})
	if _, err := h.state(t, by, f, "mot", says(count("models", 5, statement.Exact))); err != nil {
		t.Errorf("stating anew: %v", err)
	}
	h.proven(t, "a withdrawal")
}

// What a unit has stated for everything under it is not stated there again, nor
// the reverse.
func TestNothingTwice(t *testing.T) {
	h := build(t)
	f := h.opened(t)
	must(t)(h.state(t, h.clerk("to"), f, "to", says(count("models", 3, statement.Exact), statement.Figure{Item: "share", Value: 100, Bound: statement.Exact})))
	whole := says(count("models", 9, statement.Exact), statement.Figure{Item: "share", Value: 100, Bound: statement.Exact})
	whole.Whole = true
	_, err := h.state(t, h.clerk("mot"), f, "mot", whole)
	if got := fields(err); !maps.Equal(got, map[string]string{"models-value": "statement.error.twice"}) {
		t.Errorf("over a statement under it: %v", got)
	}
	whole.Figures[0].Item = "students"
	must(t)(h.state(t, h.clerk("mot"), f, "mot", whole))
	one := h.history(t, f, "to")[0]
	again := says(count("students", 3, statement.Exact))
	again.Replaces, again.Reason = one.ID, "thêm"
	if _, err := h.correct(t, h.clerk("to"), f, "to", again); fields(err)["students-value"] != "statement.error.twice" {
		t.Errorf("under a statement above it: %v", err)
	}
	must(t)(h.state(t, h.clerk("khoi"), f, "khoi", says(count("models", 2, statement.Exact), count("students", 2, statement.Exact))))
	if got := h.sum(t, f, "khoi", 2).Value; got != 11 {
		t.Errorf("own figures of the owner are added: %d, want 11", got)
	}
	h.proven(t, "statements above each other")
}

// A closed form takes nothing more; a unit without statement is on the list of
// those that owe until it, or one above it for all, has stated.
func TestOwingAndClose(t *testing.T) {
	h := build(t)
	f := h.opened(t)
	owing := func(unit string) (n int) {
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
			all, err := statement.Owing(ctx, tx, h.clerk(unit))
			n = len(all)
			return err
		})
		return n
	}
	said := func(unit string) (s string) {
		dbtest.Read(t, h.db, func(ctx context.Context, tx *db.Tx) error {
			stated, asked, err := statement.Said(ctx, tx, h.clerk(unit), f.ID)
			s = fmt.Sprint(stated, "/", asked)
			return err
		})
		return strings.ReplaceAll(s, " ", "")
	}
	if got := []int{owing("mot"), owing("hai"), owing("to"), owing("khoi")}; fmt.Sprint(got) != "[1 1 0 0]" {
		t.Errorf("owing: %v", got)
	}
	must(t)(h.state(t, h.clerk("mot"), f, "mot", says(count("models", 1, statement.Exact))))
	if got := owing("mot"); got != 0 || said("khoi") != "1/3" || said("mot") != "1/1" || said("hai") != "0/1" {
		t.Errorf("one stated: owing %d, said %s %s %s", got, said("khoi"), said("mot"), said("hai"))
	}
	whole := says(count("students", 9, statement.Exact))
	whole.Whole = true
	must(t)(h.state(t, h.clerk("khoi"), f, "khoi", whole))
	if owing("hai") != 0 || said("khoi") != "3/3" {
		t.Errorf("the owner stated for all: owing %d, said %s", owing("hai"), said("khoi"))
	}
	standing := h.history(t, f, "mot")[0]
	if err := h.close(t, h.secretary("khoi"), f); err != nil {
		t.Fatal(err)
	}
	again := says(count("models", 2, statement.Exact))
	again.Replaces, again.Reason = standing.ID, "sửa"
	_, correcting := h.correct(t, h.clerk("mot"), f, "mot", again)
	_, stating := h.state(t, h.clerk("hai"), f, "hai", says(count("models", 2, statement.Exact)))
	for what, err := range map[string]error{
		"closing again": h.close(t, h.secretary("khoi"), f), "stating": stating, "correcting": correcting,
		"withdrawing": h.withdraw(t, h.clerk("mot"), f, "mot", standing.ID, "thôi"),
	} {
		if ended(err) != "conflict" {
			t.Errorf("%s in a closed form: %s", what, ended(err))
		}
	}
	h.proven(t, "closing")
}

// must fails the test if stating did not work.
func must(t *testing.T) func(statement.Statement, error) {
	return func(_ statement.Statement, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}
