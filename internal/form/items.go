package form

import (
	"slices"
	"strconv"
	"strings"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// Items are typed as lines: "# Tổ chức" begins a section, "Đoàn viên | người |
// 0..5000" is an item with its word and its range, both of which may be left out,
// and a star before it says that it is needed. "[members] Đoàn viên" gives its key.
// Behind the word may stand, each after a bar: a range; "= formula"; "@source";
// "text"; "yesno"; ".2" for decimals; "sum", "last", "min" or "max" over time;
// "of KEY PART" for a companion.

// Usual is the largest figure of an item that names no range.
const Usual = 1_000_000_000

// ParseItems reads items typed as lines; it is Invalid, naming the line, if one
// cannot be read.
func ParseItems(text string) ([]Item, error) {
	var items []Item
	w, section := fault.Wrong{}, ""
	for n, line := range strings.Split(text, "\n") {
		line = vn.Clean(line)
		if line == "" {
			continue
		}
		if rest, ok := strings.CutPrefix(line, "#"); ok {
			section = vn.Clean(rest)
			continue
		}
		it, ok := parseLine(line)
		if !ok {
			w.Add("items", "form.error.line", n+1)
		}
		it.Section = section
		items = append(items, it)
	}
	return items, w.Err()
}

func parseLine(line string) (Item, bool) {
	it := Item{High: Usual}
	if rest, ok := strings.CutPrefix(line, "*"); ok {
		it.Needed, line = true, vn.Clean(rest)
	}
	if rest, ok := strings.CutPrefix(line, "["); ok {
		var closed bool
		if it.Key, line, closed = strings.Cut(rest, "]"); !closed {
			return it, false
		}
	}
	parts := strings.Split(line, "|")
	it.Label = vn.Clean(parts[0])
	ok := it.Label != ""
	if len(parts) > 1 {
		it.Word = vn.Clean(parts[1])
	}
	more := parts[min(2, len(parts)):]
	for _, ranges := range []bool{false, true} { // which are read with the item's decimals
		for _, part := range more {
			if s := vn.Clean(part); (!strings.HasPrefix(s, "=") && strings.Contains(s, "..")) == ranges {
				ok = it.tell(s) && ok
			}
		}
	}
	return it, ok
}

// tell reads one thing that is said of an item behind its word.
func (i *Item) tell(s string) bool {
	switch Kind(s) {
	case "", Figure:
		return true
	case Text, YesNo:
		i.Kind = Kind(s)
		return true
	}
	if slices.Contains(OversAll, Over(s)) {
		i.Over = Over(s)
		return true
	}
	if rest, ok := strings.CutPrefix(s, "="); ok {
		i.Kind, i.Formula = Formula, vn.Clean(rest)
		return i.Formula != ""
	}
	if rest, ok := strings.CutPrefix(s, "@"); ok {
		i.Kind, i.Source = Tally, vn.Clean(rest)
		return i.Source != ""
	}
	if rest, ok := strings.CutPrefix(s, "of "); ok {
		i.Of, i.Part, ok = strings.Cut(vn.Clean(rest), " ")
		return ok
	}
	if low, high, ok := strings.Cut(s, ".."); ok {
		var isLow, isHigh bool
		i.Low, isLow = i.Read(low)
		i.High, isHigh = i.Read(high)
		return isLow && isHigh
	}
	if rest, ok := strings.CutPrefix(s, "."); ok && len(rest) == 1 {
		n, err := strconv.Atoi(rest)
		i.Decimals = n
		return err == nil && n >= 0 && n <= MaxDecimals
	}
	return false
}

// FormatItems writes items as ParseItems reads them.
func FormatItems(items []Item) string {
	var b strings.Builder
	section := ""
	for n, it := range items {
		if it.Section != section {
			section = it.Section
			b.WriteString("# " + section + "\n")
		}
		b.WriteString(it.line(n+1) + "\n")
	}
	return b.String()
}

// line writes the item at place n.
func (i Item) line(n int) string {
	s := ""
	if i.Needed {
		s = "* "
	}
	if i.Key != "" && i.Key != "item_"+strconv.Itoa(n) {
		s += "[" + i.Key + "] "
	}
	s += i.Label + " | " + i.Word
	say := func(yes bool, what string) {
		if yes {
			s += " | " + what
		}
	}
	say(i.Kind == Formula, "= "+i.Formula)
	say(i.Kind == Tally, "@"+i.Source)
	say(i.Kind == Text || i.Kind == YesNo, string(i.Kind))
	say(i.Of != "", "of "+i.Of+" "+i.Part)
	say(i.Decimals > 0, "."+strconv.Itoa(i.Decimals))
	usual := Sum
	if i.Kind == YesNo {
		usual = Last
	}
	say(i.Over != "" && i.Over != usual, string(i.Over))
	say((i.Kind == Figure || i.Kind == "") && (i.Low != 0 || i.High != Usual), i.Write(i.Low)+".."+i.Write(i.High))
	return s
}

// A Section is the items under one heading, by their places from 1.
type Section struct {
	Name   string
	Places []int
}

// Sections are the items of a form under their headings, in its order.
func (f Form) Sections() (all []Section) {
	for i, it := range f.Items {
		if len(all) == 0 || all[len(all)-1].Name != it.Section {
			all = append(all, Section{Name: it.Section})
		}
		last := &all[len(all)-1]
		last.Places = append(last.Places, i+1)
	}
	return all
}

// Called is what an item is called where it stands alone: of a companion with the
// item it belongs to.
func (f Form) Called(it Item) string {
	for _, whole := range f.Items {
		if it.Of != "" && whole.Key == it.Of {
			return whole.Label + " – " + it.Label
		}
	}
	return it.Label
}

// Parts returns which parts the items of f have companions for, and what each is
// called, in the order of the form.
func (f Form) Parts() (parts, names []string) {
	for _, it := range f.Items {
		if it.Of != "" && !slices.Contains(parts, it.Part) {
			parts, names = append(parts, it.Part), append(names, it.Label)
		}
	}
	return parts, names
}
