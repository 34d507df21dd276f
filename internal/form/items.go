package form

import (
	"strings"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// Items are typed as lines: "# Tổ chức" begins a section, "Đoàn viên | người |
// 0..5000" is an item with its word and its range, both of which may be left out,
// and a star before it says that it is needed.

// usual is the largest figure of an item that names no range.
const usual = 1_000_000_000

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
		it := Item{Section: section, High: usual}
		if rest, ok := strings.CutPrefix(line, "*"); ok {
			it.Needed, line = true, rest
		}
		parts := strings.Split(line, "|")
		it.Label = vn.Clean(parts[0])
		ok := it.Label != "" && len(parts) <= 3
		if len(parts) > 1 {
			it.Word = vn.Clean(parts[1])
		}
		if len(parts) > 2 && vn.Clean(parts[2]) != "" {
			low, high, two := strings.Cut(parts[2], "..")
			var isLow, isHigh bool
			it.Low, isLow = vn.ParseInt(low)
			it.High, isHigh = vn.ParseInt(high)
			ok = ok && two && isLow && isHigh
		}
		if !ok {
			w.Add("items", "form.error.line", n+1)
		}
		items = append(items, it)
	}
	return items, w.Err()
}

// FormatItems writes items as ParseItems reads them.
func FormatItems(items []Item) string {
	var b strings.Builder
	section := ""
	for _, it := range items {
		if it.Section != section {
			section = it.Section
			b.WriteString("# " + section + "\n")
		}
		if it.Needed {
			b.WriteString("* ")
		}
		b.WriteString(it.Label + " | " + it.Word)
		if it.Low != 0 || it.High != usual {
			b.WriteString(" | " + vn.Int(it.Low) + ".." + vn.Int(it.High))
		}
		b.WriteString("\n")
	}
	return b.String()
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
