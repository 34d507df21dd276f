package db

import (
	"context"
	"iter"
	"strconv"
	"strings"
	"sync"
)

// lists are the lengths that lists of keys come in, so that their statements are
// few: one that is not full repeats its last key.
var lists = []int{1, 5, 20, 50, 200}

// InsertMany adds n rows, many by one statement. head is the statement up to its
// values, "INSERT INTO t (a, b) VALUES"; row returns the values of row i.
func InsertMany(ctx context.Context, tx *Tx, head string, n int, row func(i int) []any) error {
	if n == 0 {
		return nil
	}
	width := len(row(0))
	each := max(1, tx.dialect.manyArgs()/width)
	count, ok := ctx.Value(countKey{}).(func(rows int))
	if !ok {
		count = func(int) {}
	}
	i := 0
	for _, size := range []int{each, each / 8, each / 64, 1} { // statements of every length would not be kept
		if size == 0 {
			continue
		}
		for ; i+size <= n; i += size {
			args := make([]any, 0, size*width)
			for j := range size {
				args = append(args, row(i+j)...)
			}
			if err := tx.Exec(ctx, head+" "+values(size, width), args...); err != nil {
				return err
			}
			count(size)
		}
	}
	return nil
}

type countKey struct{}

// Counting returns a context under which InsertMany tells f of the rows it adds as
// it goes, for somebody who waits. What it tells may still be undone.
func Counting(ctx context.Context, f func(rows int)) context.Context {
	return context.WithValue(ctx, countKey{}, f)
}

// values returns "($1, $2), ($3, $4)".
func values(rows, width int) string {
	key := [2]int{rows, width}
	if made, ok := lengths.Load(key); ok {
		return made.(string)
	}
	var b strings.Builder
	for i := range rows * width {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%width == 0:
			b.WriteString("), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(i+1))
	}
	b.WriteString(")")
	lengths.Store(key, b.String())
	return b.String()
}

var lengths sync.Map // rows and width to what values returned

// AllIn returns the rows of q for any number of keys: q ends in "IN", the list of
// keys follows, and args come before them. Keys must differ.
func AllIn[T, K any](ctx context.Context, tx *Tx, scan func(Scanner) (T, error), q string, keys []K, args ...any) ([]T, error) {
	var all []T
	most := max(lists[len(lists)-1], tx.dialect.manyArgs())
	for len(keys) > 0 {
		n := min(most, len(keys))
		size := most
		for _, l := range lists {
			if n <= l {
				size = l
				break
			}
		}
		list := make([]string, size)
		some := append([]any{}, args...)
		for i := range size {
			some = append(some, keys[min(i, n-1)])
			list[i] = Arg(len(some))
		}
		rows, err := All(ctx, tx, scan, q+" ("+strings.Join(list, ", ")+")", some...)
		if err != nil {
			return nil, err
		}
		all, keys = append(all, rows...), keys[n:]
	}
	return all, nil
}

// In yields a condition, "IN ($3, $4)", and its arguments for each part of keys, of
// any number: those of args come before them. A list that is not full repeats its
// last key, so what a statement counts it counts of the rows, not of the list.
func In[K any](keys []K, args ...any) iter.Seq2[string, []any] {
	return func(yield func(string, []any) bool) {
		for len(keys) > 0 {
			n := min(len(keys), lists[len(lists)-1])
			size := n
			for _, l := range lists {
				if n <= l {
					size = l
					break
				}
			}
			some, list := append([]any{}, args...), make([]string, size)
			for i := range size {
				some = append(some, keys[min(i, n-1)])
				list[i] = Arg(len(some))
			}
			if !yield("IN ("+strings.Join(list, ", ")+")", some) {
				return
			}
			keys = keys[n:]
		}
	}
}

// AmongIDs calls f with the condition that a column is one of ids, "IN ($2, $3)",
// and its arguments after args, for each part of them.
func AmongIDs(ids []int64, args []any, f func(in string, args []any) error) error {
	for in, some := range In(ids, args...) {
		if err := f(in, some); err != nil {
			return err
		}
	}
	return nil
}
