package guidance

import "net/url"

// at is the address of guidance at a unit.
func (g Guidance) at(unitKey string) string {
	return "/guidance/" + g.ID + "?under=" + url.QueryEscape(unitKey)
}
