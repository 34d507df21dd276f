package find_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/find"
	"nhipcau/internal/vn"
)

// found searches all of x and keeps what holds the words, as those who search do.
func found(t *testing.T, d *db.DB, x find.Index, texts map[int64]string, query string, whole bool, after int64, marks ...string) []int64 {
	t.Helper()
	var all []int64
	words := find.Words(vn.Fold(query))
	dbtest.Read(t, d, func(ctx context.Context, tx *db.Tx) error {
		all = nil
		return find.Search(ctx, tx, x, words, whole, marks, after, func(ids []int64) (bool, error) {
			for _, id := range ids {
				if find.Holds(texts[id], words, whole) {
					all = append(all, id)
				}
			}
			return true, nil
		})
	})
	return all
}

func TestSearchAsTyped(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		texts := map[int64]string{}
		var rows []find.Worded
		for i, s := range []string{"Nguyễn Thị Thuý", "Nguyễn Văn Thủy", "Đoàn xã (mới) Hoà-Bình", `a"b AND c*`, "100% đủ", "日本 Ñandú", "a𞤀b"} {
			id := int64(i + 1)
			texts[id] = vn.Fold(s)
			rows = append(rows, find.Worded{ID: id, Text: texts[id]})
		}
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return find.AddWords(ctx, tx, find.MemberNames, rows) })
		for query, want := range map[string]string{
			"thuy": "[1 2]", "THÚY": "[1 2]", "Thuỷ ngu": "[1 2]", "thúy thị": "[1]", "van n": "[2]", "uyen": "[]", "n": "[1 2 6]",
			"hòa": "[3]", "hoà": "[3]", "binh moi": "[3]", "(moi": "[3]", "hoa-b": "[3]", "%oa": "[]", "a": "[4 7]", `"b`: "[3 4]", "and": "[4]", "AND AND c*": "[4]",
			"100": "[5]", "100%": "[5]", "d": "[3 5]", "日": "[6]", "nandu": "[6]", "a𞤀b": "[7]", strings.Repeat("x", 5000): "[]", "nguyen or van": "[]", "-van": "[2]", "van'": "[2]",
		} {
			if got := fmt.Sprint(found(t, d, find.MemberNames, texts, query, false, 0)); got != want {
				t.Errorf("%.40q finds %s, want %s", query, got, want)
			}
		}
		if got := found(t, d, find.UnitNames, texts, "thuy", false, 0); got != nil {
			t.Errorf("another index has %v", got)
		}
		for _, query := range []string{"", " ", "%", `"`, "-", "*"} {
			if got := find.Words(vn.Fold(query)); len(got) != 0 {
				t.Errorf("%q has the words %q", query, got)
			}
		}
	})
}

// TestSearchFindsAll adds texts at random ids, by several deeds and in bulk, and
// compares every search with reading all of them.
func TestSearchFindsAll(t *testing.T) {
	both(t, func(t *testing.T, d *db.DB) {
		r := rand.New(rand.NewPCG(5, 6))
		syllables := strings.Fields("nguyen nguyet ngu thi thu thanh van vu an anh hung hong le la tran")
		texts := map[int64]string{}
		var rows []find.Worded
		for range 6000 {
			id := r.Int64N(300_000)
			if id < 150_000 {
				id /= 20 // so many together that they are kept as bits
			}
			w := make([]string, 1+r.IntN(4))
			for i := range w {
				w[i] = syllables[r.IntN(len(syllables))]
			}
			texts[id] = strings.Join(w, " ")
		}
		for id, text := range texts {
			rows = append(rows, find.Worded{ID: id, Text: text, Marks: []string{fmt.Sprint(id % 3)}})
		}
		for part := range slices.Chunk(rows, 1500) {
			dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error { return find.AddWords(ctx, tx, find.MemberNames, part) })
		}
		slices.SortFunc(rows, func(a, b find.Worded) int { return int(a.ID - b.ID) })
		check := func(when string) {
			for range 150 {
				text := rows[r.IntN(len(rows))].Text
				words := strings.Fields(text)
				r.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
				words = words[:1+r.IntN(len(words))]
				whole := r.IntN(2) == 0
				if !whole {
					words[0] = words[0][:1+r.IntN(len(words[0]))]
				}
				after, mark := int64(0), fmt.Sprint(r.IntN(3))
				if r.IntN(2) == 0 {
					after = rows[r.IntN(len(rows))].ID
				}
				var want []int64
				for _, row := range rows {
					if row.ID > after && row.Marks[0] == mark && find.Holds(row.Text, words, whole) {
						want = append(want, row.ID)
					}
				}
				got := found(t, d, find.MemberNames, texts, strings.Join(words, " "), whole, after, mark)
				got = slices.DeleteFunc(got, func(id int64) bool { return fmt.Sprint(id%3) != mark })
				if !slices.Equal(got, want) {
					t.Fatalf("%s: %q (whole: %t) after %d finds %d, want %d", when, words, whole, after, len(got), len(want))
				}
			}
		}
		check("added")
		dbtest.Write(t, d, func(ctx context.Context, tx *db.Tx) error {
			pass := func(without func(*find.Worded)) func(add func(find.Worded) error) error {
				return func(add func(find.Worded) error) error {
					for _, row := range rows {
						without(&row)
						if err := add(row); err != nil {
							return err
						}
					}
					return nil
				}
			}
			return find.Reindex(ctx, tx, find.MemberNames, pass(func(w *find.Worded) { w.Marks = nil }), pass(func(w *find.Worded) { w.Text = "" }))
		})
		check("in bulk")
	})
}

// both runs f on SQLite, and on PostgreSQL where the environment names a server.
func both(t *testing.T, f func(t *testing.T, d *db.DB)) {
	t.Run("sqlite", func(t *testing.T) { f(t, dbtest.OpenSQLite(t)) })
	if os.Getenv("NHIPCAU_TEST_POSTGRES") != "" {
		t.Run("postgres", func(t *testing.T) { f(t, dbtest.Open(t)) })
	}
}
