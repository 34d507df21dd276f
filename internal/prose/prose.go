// Package prose is the text of papers as blocks that keep their names: headings,
// paragraphs, items, and the goals, tasks and targets of a plan with their fields.
// It compares texts word by word, follows a passage over versions, and reads what
// people bring from Word.
package prose

import (
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Kind says what a block is.
type Kind string

// The kinds.
const (
	Heading Kind = "heading"
	Text    Kind = "text"
	Item    Kind = "item"
	Goal    Kind = "goal"
	Task    Kind = "task"
	Target  Kind = "target"
)

// Kinds are all kinds, in the order pages offer them.
var Kinds = []Kind{Heading, Text, Item, Goal, Task, Target}

// A Block is a paragraph. Its ID is given once and stays over versions: 8 letters.
// Text is one line in NFC, plain but for **bold** and *italic*; see Spans. Level
// is 1 to 4 for a heading, 1 to 3 for an item, else 0.
type Block struct {
	ID     string            `json:"id"`
	Kind   Kind              `json:"kind"`
	Level  int               `json:"level,omitempty"`
	Text   string            `json:"text"`
	Fields map[string]string `json:"fields,omitempty"`
}

// A Doc is a text.
type Doc struct {
	Blocks []Block `json:"blocks"`
}

// What a text may hold.
const (
	MaxBlocks = 2000
	MaxText   = 8000 // characters of a block
	MaxField  = 500
	MaxDoc    = 300_000 // characters of a text
)

// Carries is the field of any block that names the clauses which it carries out,
// their ids separated by spaces.
const Carries = "carries"

// fields are those of each kind, in the order pages show them.
var fields = map[Kind][]string{
	Goal:   {"target"},
	Task:   {"lead", "partners", "deliverable", "day", "wording"},
	Target: {"indicator", "value", "of", "unit", "direction"},
}

// FieldsOf returns the fields of a kind, in the order pages show them, without
// Carries.
func FieldsOf(k Kind) []string { return fields[k] }

// choices are the fields that take one of a few words.
var choices = map[string][]string{
	"wording":   {string(vn.Before), string(vn.Until)},
	"direction": {"up", "down"},
}

// Choices returns the words a field takes, nil if it takes any.
func Choices(field string) []string { return choices[field] }

// NewID returns the ID of a new block.
func NewID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand says so
	for i := range b {
		b[i] = 'a' + b[i]%26
	}
	return string(b[:])
}

var (
	idLike      = regexp.MustCompile(`^[a-z]{8}$`)
	carriesLike = regexp.MustCompile(`^[A-Za-z0-9._-]{1,40}( [A-Za-z0-9._-]{1,40})*$`)
)

// Clean returns d as it is kept: every text one clean line, levels within what
// their kind has, fields that are empty or not of their kind left out, an ID for
// every block that has none of its own.
func (d Doc) Clean() Doc {
	out := Doc{Blocks: make([]Block, 0, len(d.Blocks))}
	used := map[string]bool{}
	for _, b := range d.Blocks {
		b.Text = vn.Clean(b.Text)
		b.Level = level(b.Kind, b.Level)
		b.Fields = cleanFields(b)
		if !idLike.MatchString(b.ID) || used[b.ID] {
			b.ID = NewID()
		}
		used[b.ID] = true
		out.Blocks = append(out.Blocks, b)
	}
	return out
}

func level(k Kind, n int) int {
	switch k {
	case Heading:
		return min(max(n, 1), 4)
	case Item:
		return min(max(n, 1), 3)
	}
	return 0
}

func cleanFields(b Block) map[string]string {
	var kept map[string]string
	for name, value := range b.Fields {
		value = vn.Clean(value)
		if name == "day" {
			value = string(vn.TypedDay(value))
		}
		if value == "" || name != Carries && !slices.Contains(fields[b.Kind], name) {
			continue
		}
		if kept == nil {
			kept = map[string]string{}
		}
		kept[name] = value
	}
	return kept
}

// Check reports what keeps d from being kept, as an Invalid fault: too much of
// it, or by block ("ID" for the block, "ID-FIELD" for a field).
func (d Doc) Check() error {
	if len(d.Blocks) > MaxBlocks {
		return fault.New(fault.Invalid, "prose.many", MaxBlocks)
	}
	wrong, used, size := fault.Wrong{}, map[string]bool{}, 0
	for _, b := range d.Blocks {
		b.check(wrong)
		if used[b.ID] {
			wrong.Add(b.ID, "prose.block")
		}
		used[b.ID] = true
		size += utf8.RuneCountInString(b.Text)
	}
	if size > MaxDoc {
		return fault.New(fault.Invalid, "prose.long", MaxDoc)
	}
	return wrong.Err()
}

func (b Block) check(wrong fault.Wrong) {
	if !idLike.MatchString(b.ID) || !slices.Contains(Kinds, b.Kind) || b.Level != level(b.Kind, b.Level) || vn.Clean(b.Text) != b.Text {
		wrong.Add(b.ID, "prose.block")
	}
	wrong.Text(b.ID, b.Text, MaxText, false)
	for name, value := range b.Fields {
		field := b.ID + "-" + name
		wrong.Text(field, value, MaxField, false)
		switch {
		case name == Carries:
			if !carriesLike.MatchString(value) {
				wrong.Add(field, "prose.field")
			}
		case !slices.Contains(fields[b.Kind], name), vn.Clean(value) != value:
			wrong.Add(field, "prose.field")
		case name == "day" && !vn.Day(value).Valid():
			wrong.Add(field, "prose.day")
		case choices[name] != nil && !slices.Contains(choices[name], value):
			wrong.Add(field, "prose.field")
		}
	}
}

// Find returns the block with an ID.
func (d Doc) Find(id string) (Block, bool) {
	i := d.index(id)
	if i < 0 {
		return Block{}, false
	}
	return d.Blocks[i], true
}

func (d Doc) index(id string) int {
	return slices.IndexFunc(d.Blocks, func(b Block) bool { return b.ID == id })
}

// Carried returns the ids of the clauses that b carries out.
func (b Block) Carried() []string { return strings.Fields(b.Fields[Carries]) }

// Equal reports whether two blocks say the same, whatever their ids.
func (b Block) Equal(o Block) bool {
	if b.Kind != o.Kind || b.Level != o.Level || b.Text != o.Text || len(b.Fields) != len(o.Fields) {
		return false
	}
	for name, value := range b.Fields {
		if other, ok := o.Fields[name]; !ok || other != value {
			return false
		}
	}
	return true
}

// Equal reports whether two texts are the same, block by block.
func (d Doc) Equal(o Doc) bool {
	return slices.EqualFunc(d.Blocks, o.Blocks, func(a, b Block) bool { return a.ID == b.ID && a.Equal(b) })
}

// OrderedID returns the ID of the nth block of a text that is made from records, so
// that it has the same one whenever it is made.
func OrderedID(n int) string {
	b := []byte("aaaaaaaa")
	for i := len(b) - 1; n > 0 && i >= 0; i-- {
		b[i] = byte('a' + n%26)
		n /= 26
	}
	return string(b)
}

// Lines cuts a text of several lines into those that say something.
func Lines(s string) []string {
	return slices.DeleteFunc(strings.Split(vn.CleanText(s), "\n"), func(line string) bool { return line == "" })
}
