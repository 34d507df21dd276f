package form

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Kind says what an item is and where its figure comes from.
type Kind string

// The kinds. Figures and answers of yes or no are entered and counted; a formula
// is worked out of other items and a tally item is read from the house when it is
// shown; a text is written and counted nowhere.
const (
	Figure  Kind = "figure"
	YesNo   Kind = "yesno"
	Formula Kind = "formula"
	Tally   Kind = "tally"
	Text    Kind = "text"
)

// KindsAll are all kinds.
var KindsAll = []Kind{Figure, YesNo, Formula, Tally, Text}

// An Over says how an item's figures of several periods make one. Over the tree
// figures are added, but of those of which the least or the greatest counts.
type Over string

// The ways to make one figure of several.
const (
	Sum  Over = "sum"  // what happened: classes held
	Last Over = "last" // what there is: members
	Min  Over = "min"
	Max  Over = "max"
)

// OversAll are all ways to make one figure of several periods.
var OversAll = []Over{Sum, Last, Min, Max}

// Estimate is the part of an item that says what it will be at the end of the
// year, "ước thực hiện"; any other part of an item is some of it: "female".
const Estimate = "estimate"

// An Item is one line of what a form asks for. A figure is a whole number of
// 10^-Decimals from Low to High. An item whose Of is set is a companion of
// the item with that key: its estimate, or a part of it, which is never more than
// the whole.
type Item struct {
	Key      string // small letters, digits and _; "" lets the house choose
	Section  string // heading it stands under, "" for none
	Label    string
	Word     string // what is counted, "người"
	Kind     Kind   // "" is Figure
	Decimals int    // of a figure as it is entered, of a formula as it is shown
	Over     Over   // "" is Sum, of yes and no Last
	Needed   bool   // a return without it is refused
	Low      int64
	High     int64
	Formula  string // of a formula
	Source   string // of a tally item: key of a Source
	Of       string // key of the item that this one accompanies
	Part     string // Estimate, or which part of it
}

// Entered reports whether the item is a number that somebody enters, which is
// counted over the tree.
func (i Item) Entered() bool { return i.Kind == Figure || i.Kind == YesNo }

// MaxItems is how many items a form may ask for.
const MaxItems = 200

// MaxDecimals is how many decimals a figure may have.
const MaxDecimals = 4

// Most is the largest figure an item may allow, and its negative the least, in
// units of its last decimal.
const Most = 1_000_000_000_000

const (
	maxLabel   = 300
	maxWord    = 40
	maxFormula = 500
)

var (
	plainKey  = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)
	plainPart = regexp.MustCompile(`^[a-z0-9-]{1,30}$`)
)

// check cleans the item at place n, from 1, and says what is wrong with it.
func (i *Item) check(w fault.Wrong, n int, keys map[string]bool) {
	for _, s := range []*string{&i.Key, &i.Section, &i.Label, &i.Word, &i.Formula, &i.Source, &i.Of, &i.Part} {
		*s = vn.Clean(*s)
	}
	i.settle(n)
	bad := fault.Wrong{}
	bad.Text("label", i.Label, maxLabel, true)
	bad.Text("label", i.Section, maxLabel, false)
	bad.Text("label", i.Word, maxWord, false)
	bad.Text("label", i.Formula, maxFormula, i.Kind == Formula)
	bad.Text("label", i.Source, maxLabel, i.Kind == Tally)
	switch {
	case len(bad) > 0:
		w.Add("items", "form.error.item", n)
	case !plainKey.MatchString(i.Key) || keys[i.Key]:
		w.Add("items", "form.error.key", n, i.Key)
	case i.Low > i.High || i.Low < -Most || i.High > Most:
		w.Add("items", "form.error.range", n)
	case !slices.Contains(KindsAll, i.Kind) || !slices.Contains(OversAll, i.Over) || i.Decimals < 0 || i.Decimals > MaxDecimals:
		w.Add("items", "form.error.kind", n)
	}
	keys[i.Key] = true
}

// settle fills in what an item leaves open, and takes away what its kind has not.
func (i *Item) settle(n int) {
	if i.Kind == "" {
		i.Kind = Figure
	}
	if i.Over == "" {
		i.Over = Sum
		if i.Kind == YesNo {
			i.Over = Last
		}
	}
	if i.Kind != Figure {
		i.Of, i.Part = "", ""
	}
	if i.Kind != Formula {
		i.Formula = ""
	}
	if i.Kind != Tally {
		i.Source = ""
	}
	switch i.Kind {
	case YesNo:
		i.Low, i.High, i.Decimals = 0, 1, 0
	case Formula, Tally, Text:
		i.Low, i.High = 0, 0
		i.Needed = i.Needed && i.Kind == Text
	}
	if i.Key == "" && i.Of != "" {
		i.Key = strings.ReplaceAll(i.Of+"_"+i.Part, "-", "_")
	}
	if i.Key == "" {
		i.Key = fmt.Sprintf("item_%d", n)
	}
}

// companions says what is wrong with the items that accompany others.
func companions(w fault.Wrong, items []Item) {
	byKey := map[string]Item{}
	for _, it := range items {
		byKey[it.Key] = it
	}
	for n, it := range items {
		whole, ok := byKey[it.Of]
		switch {
		case it.Of == "" && it.Part == "":
		case !ok || whole.Kind != Figure || whole.Of != "" || whole.Key == it.Key || whole.Decimals != it.Decimals:
			w.Add("items", "form.error.of", n+1)
		case !plainPart.MatchString(it.Part):
			w.Add("items", "form.error.part", n+1)
		}
	}
}
