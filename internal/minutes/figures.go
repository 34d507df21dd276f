package minutes

import (
	"context"
	"regexp"
	"slices"

	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/tally"
)

// Figures are those that a text can name.
type Figures struct {
	vec           tally.Vec
	sites, joined int64
}

// Names are the figures a text can name: lanes of the conference's sheet, who was
// there in whatever way, and its sites. The sites are in no sheet; a signature keeps
// how many there were.
var Names = []string{"invited", "there", "present", "online", "excused", "absent", "exempt", "guests", "represented", "extra", "partial", "heads", "sites", "joined"}

func known(name string) bool { return slices.Contains(Names, name) }

// Of returns the figure with a name, 0 for one that is none.
func (f Figures) Of(name string) int64 {
	get := func(lane string) int64 { return f.vec.Get(conference.Kind().Lane(lane)) }
	switch {
	case name == "there":
		return get("present") + get("online")
	case name == "sites":
		return f.sites
	case name == "joined":
		return f.joined
	case known(name):
		return get(name)
	}
	return 0
}

// href leads to what a figure is made of.
func href(c conference.Conference, name string) string {
	switch name {
	case "sites", "joined":
		return "/conferences/" + c.ID + "/sites"
	case "there":
		return "/conferences/" + c.ID
	}
	return tally.Href(c.Sheet, c.UnitKey, name, true)
}

// count counts the figures of a conference, now or as a signature saw them.
func count(ctx context.Context, tx *db.Tx, c conference.Conference, s Signature) (f Figures, err error) {
	if s.Part != "" {
		f.sites, f.joined = s.sites, s.joined
		_, f.vec, err = tally.At(ctx, tx, c.Sheet, c.Unit, s.mark)
		return f, err
	}
	if f.sites, f.joined, err = conference.Sites(ctx, tx, c.ID); err != nil || c.Sheet == 0 {
		return f, err
	}
	f.vec, err = tally.Total(ctx, tx, c.Sheet, c.Unit)
	return f, err
}

// A piece is words, or the name of a figure.
type piece struct{ Text, Name string }

var name = regexp.MustCompile(`\{([a-z_]+)\}`)

// pieces cuts a text at the figures it names.
func pieces(text string) (all []piece) {
	at := 0
	for _, m := range name.FindAllStringSubmatchIndex(text, -1) {
		if !known(text[m[2]:m[3]]) {
			continue
		}
		if m[0] > at {
			all = append(all, piece{Text: text[at:m[0]]})
		}
		all = append(all, piece{Name: text[m[2]:m[3]]})
		at = m[1]
	}
	if at < len(text) {
		all = append(all, piece{Text: text[at:]})
	}
	return all
}

// unknown returns what a text names that is no figure, "" if there is nothing.
func unknown(text string) string {
	for _, m := range name.FindAllStringSubmatch(text, -1) {
		if !known(m[1]) {
			return m[0]
		}
	}
	return ""
}
