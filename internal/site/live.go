package site

import (
	"strconv"

	"nhipcau/internal/conference"
	"nhipcau/internal/db"
	"nhipcau/internal/live"
)

// LiveTopic names a site for those who look on.
func LiveTopic(id string, n int64) string {
	return "conference.site/" + id + ":" + strconv.FormatInt(n, 10)
}

// touch says that the figures of a site, and so of its conference, have moved.
func touch(tx *db.Tx, id string, n int64) {
	live.Touch(tx, LiveTopic(id, n))
	live.Touch(tx, conference.LiveTopic(id))
}
