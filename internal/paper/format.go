package paper

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"

	"nhipcau/internal/office"
	"nhipcau/internal/vn"
)

// A Family is the sort of organisation a unit belongs to; each has its own form
// of papers.
type Family string

// The families.
const (
	Party Family = "party"
	State Family = "state"
	Youth Family = "youth"
)

// Families are all families.
var Families = []Family{Party, State, Youth}

// A Format is how the papers of a family look from a day on, by the rule that
// says so. Formats are data: another rule is another entry of formats.json.
type Format struct {
	Family  Family         `json:"family"`
	From    vn.Day         `json:"from"`
	Rule    string         `json:"rule"` // the paper that prescribes it
	Margins office.Margins `json:"margins"`
	Font    string         `json:"font"`
	Size    int            `json:"size"` // of the text, in points
	Nation  []NationLine   `json:"nation"`
	Mark    string         `json:"mark"`   // under the name of the unit; "" draws a line
	Number  string         `json:"number"` // what stands before it: "Số", "Số:"
	Join    string         `json:"join"`   // between the number and the code: "-", "/"
	Reset   string         `json:"reset"`  // when numbers begin anew: term, year
	For     string         `json:"for"`    // on behalf of: "T/M", "TM."
	End     string         `json:"end"`    // after the last word: ".", "./."
	Under   string         `json:"under"`  // under what the paper is about; "" draws a line
	// PageBottom has the number of the page below the text, at the right.
	PageBottom   bool              `json:"page_bottom"`
	Recipients   RecipientsLook    `json:"recipients"`
	LetterAbout  string            `json:"letter_about"` // "V/v"
	LetterItalic bool              `json:"letter_italic"`
	Kinds        map[Kind]KindName `json:"kinds"`
}

// A NationLine is a line at the top right; Rule draws a line under it.
type NationLine struct {
	Text string `json:"text"`
	Size int    `json:"size"`
	Bold bool   `json:"bold"`
	Rule bool   `json:"rule"`
}

// RecipientsLook is how the words "Nơi nhận" look.
type RecipientsLook struct {
	Size      int  `json:"size"`
	Bold      bool `json:"bold"`
	Italic    bool `json:"italic"`
	Underline bool `json:"underline"`
}

// KindName is what a kind of paper is called and numbered as; a letter bears no
// name.
type KindName struct {
	Code  string `json:"code"`
	Title string `json:"title"`
}

//go:embed formats.json
var formatData []byte

// Formats are all formats, those of a family in the order of their days.
var Formats = sync.OnceValues(func() ([]Format, error) {
	var all []Format
	if err := json.Unmarshal(formatData, &all); err != nil {
		return nil, fmt.Errorf("formats.json: %w", err)
	}
	return all, nil
})

// FormatOn returns the format of a family that holds on day; before the first
// that is known, the first.
func FormatOn(f Family, day vn.Day) (Format, error) {
	all, err := Formats()
	if err != nil {
		return Format{}, err
	}
	var found Format
	for _, x := range all {
		if x.Family == f && (found.Family == "" || !day.Before(x.From)) {
			found = x
		}
	}
	if found.Family == "" {
		err = fmt.Errorf("no format of papers for the family %q", f)
	}
	return found, err
}
