package db

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An Index is a table whose folded text is indexed by word. Each engine keeps the
// index in step with the rows by itself.
type Index struct {
	table, key string
	days       bool // rows of one key differ by day
}

// The indexes of words: of the names of members, and of those of units.
var (
	MemberNames = Index{table: "member", key: "id"}
	UnitNames   = Index{table: "unit_name", key: "unit", days: true}
)

// perUnit is how many rows the index of names holds a place for with each unit: one
// for each day (0019_find.sql).
const perUnit = 131072

// A Found is how a query reaches the rows that hold some words: From stands first
// in its FROM and is joined on by CROSS JOIN, Where among its conditions. Key is the
// key of a row, by which the query is ordered: rows are found in that order, so that
// a LIMIT ends the search early. Day is the first day of a row of UnitNames.
type Found struct {
	From, Where, Key, Day string
	Args                  []any
}

// mostFound is how many bytes of a word are looked at.
const mostFound = 200

// Words returns the words of a folded query as the indexes of words know them: runs
// of letters and digits. Words after the tenth do not count.
func Words(query string) []string {
	all := strings.FieldsFunc(strings.ToLower(query), func(r rune) bool { return !wordy(r) })
	if len(all) > mostWords {
		all = all[:mostWords]
	}
	for i, w := range all {
		if len(w) > mostFound {
			cut := mostFound
			for !utf8.RuneStart(w[cut]) {
				cut--
			}
			all[i] = w[:cut]
		}
	}
	return all
}

// wordy reports whether both engines take r for a part of a word: letters that
// Unicode has had for long.
func wordy(r rune) bool {
	switch {
	case r < 0x80:
		return r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
	case r < 0x500, r >= 0x1e00 && r < 0x2000, r >= 0x3041 && r <= 0x3096, r >= 0x30a1 && r <= 0x30fa, r >= 0x4e00 && r <= 0x9fcb, r >= 0xac00 && r <= 0xd7a3:
		return unicode.IsLetter(r)
	}
	return false
}

// Holds reports whether a folded text holds each of words, as Find understands it.
func Holds(text string, words []string, whole bool) bool {
	have := strings.FieldsFunc(text, func(r rune) bool { return !wordy(r) })
	for _, w := range words {
		if !slices.ContainsFunc(have, func(h string) bool { return h == w || !whole && strings.HasPrefix(h, w) }) {
			return false
		}
	}
	return true
}

// Find returns how a query reaches the rows of x that hold each of words, as
// beginnings of words or, if whole, as words, and whose key is after a number. Its
// parameters begin with number n. There is at least one word, from Words.
func (tx *Tx) Find(ctx context.Context, x Index, words []string, whole bool, after int64, n int) (Found, error) {
	// A plan for any words would be bad for most.
	if q := tx.dialect.planAnew(); q != "" {
		if err := tx.Exec(ctx, q); err != nil {
			return Found{}, err
		}
	}
	return tx.dialect.find(x, words, whole, after, n), nil
}

func (liteDialect) planAnew() string     { return "" }
func (postgresDialect) planAnew() string { return `SET LOCAL plan_cache_mode = force_custom_plan` }

func (liteDialect) find(x Index, words []string, whole bool, after int64, n int) Found {
	terms := make([]string, len(words))
	for i, w := range words {
		terms[i] = `"` + w + `"`
		if !whole {
			terms[i] += `*`
		}
	}
	f := Found{
		From:  x.table + `_find(` + Arg(n) + `) f`,
		Where: `f.rowid > ` + Arg(n+1),
		Key:   `f.rowid`,
		Args:  []any{strings.Join(terms, " AND "), after},
	}
	if x.days {
		per := strconv.Itoa(perUnit)
		f.Key, f.Day = `f.rowid / `+per, `date(2415020.5 + f.rowid % `+per+`)`
		f.Args[1] = (after+1)*perUnit - 1
	}
	return f
}

func (postgresDialect) find(x Index, words []string, whole bool, after int64, n int) Found {
	terms := make([]string, len(words))
	for i, w := range words {
		terms[i] = `'` + w + `'`
		if !whole {
			terms[i] += `:*`
		}
	}
	return Found{
		From:  x.table + ` f`,
		Where: `find_words(f.fold) @@ CAST(` + Arg(n) + ` AS tsquery) AND f.` + x.key + ` > ` + Arg(n+1),
		Key:   `f.` + x.key,
		Day:   `f.from_day`,
		Args:  []any{strings.Join(terms, " & "), after},
	}
}
