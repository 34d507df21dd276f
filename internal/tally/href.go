package tally

import (
	"embed"
	"fmt"
	"net/url"
	"strconv"
)

// Locale holds the messages of this package and of the pages of figures. The slice
// that owns a kind gives the name of each of its lanes, "tally.lane.KIND.LANE".
//
//go:embed locale/*.json
var Locale embed.FS

// Href returns the address of a figure's trace: of the unit itself, or with
// everything under it.
func Href(sheet int64, unitKey, lane string, subtree bool) string {
	h := fmt.Sprintf("/figures/%d/%s/%s", sheet, url.PathEscape(unitKey), url.PathEscape(lane))
	if subtree {
		h += "?subtree=1"
	}
	return h
}

// SheetHref returns the address of a sheet's seals.
func SheetHref(sheet int64) string { return "/sheets/" + strconv.FormatInt(sheet, 10) }

// UnderHref returns the address of the figures of the units under one.
func UnderHref(sheet int64, unitKey string, today bool) string {
	h := SheetHref(sheet) + "/units/" + url.PathEscape(unitKey)
	if today {
		h += "?view=today"
	}
	return h
}
