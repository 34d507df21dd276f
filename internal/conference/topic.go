package conference

import (
	"context"
	"strconv"

	"nhipcau/internal/audit"
	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/fault"
	"nhipcau/internal/vn"
)

// A Topic is a piece of the day: what is presented and by whom, or a break. Its ID
// stays while it does, so that what belongs to it in other slices stays with it; they
// refer to conference_topic (conference, id), and then it cannot vanish under them.
type Topic struct {
	ID           string
	Sort         string // one of TopicSorts
	Start, End   string // "07:30", "" if not said
	Title        string
	Speaker      string
	SpeakerTitle string
}

// TopicSorts are the sorts of a topic.
var TopicSorts = []string{"topic", "break", "opening", "closing"}

// Times writes when a topic is, "07:30–08:15"; "" if that is not said.
func (t Topic) Times() string {
	if t.Start == "" || t.End == "" {
		return t.Start
	}
	return t.Start + "–" + t.End
}

func (t Topic) empty() bool { return t.Title == "" && t.Speaker == "" && t.SpeakerTitle == "" }

// checkTopics returns the topics that are filled in. What is wrong with the time of
// one is said at start-N or end-N, N being its row from 0: topics are in the order of
// their times, inside the conference, and none begins before the one before it ends.
func checkTopics(w fault.Wrong, all []Topic, from, to string) (topics []Topic) {
	last := from
	for i, t := range all {
		t.Title, t.Speaker, t.SpeakerTitle = vn.Clean(t.Title), vn.Clean(t.Speaker), vn.Clean(t.SpeakerTitle)
		if t.empty() {
			continue
		}
		w.Text("topics", t.Title, maxText, true)
		w.Text("topics", t.Speaker, maxText, false)
		w.Text("topics", t.SpeakerTitle, maxText, false)
		if t.Sort == "" {
			t.Sort = TopicSorts[0]
		}
		if !one(TopicSorts, t.Sort) {
			w.Add("topics", "error.needed")
		}
		t.Start, t.End = padded(vn.Clean(t.Start)), padded(vn.Clean(t.End))
		last = t.checkTimes(w, strconv.Itoa(i), last, from, to)
		topics = append(topics, t)
	}
	if len(topics) > maxTopics {
		w.Add("topics", "conference.error.topics", maxTopics)
	}
	return topics
}

// checkTimes checks the time of a topic, and returns when the next may begin.
func (t Topic) checkTimes(w fault.Wrong, row, last, from, to string) string {
	start, end := "start-"+row, "end-"+row
	switch {
	case t.Start == "" && t.End != "":
		w.Add(start, "error.needed")
		return last
	case t.Start == "":
		return last
	case !clock.MatchString(t.Start):
		w.Add(start, "conference.error.time")
		return last
	case t.Start < from:
		w.Add(start, "conference.error.before", from)
	case to != "" && t.Start > to:
		w.Add(start, "conference.error.after", to)
	case last != "" && t.Start < last:
		w.Add(start, "conference.error.overlap", last)
	}
	switch {
	case t.End == "":
		return max(last, t.Start)
	case !clock.MatchString(t.End):
		w.Add(end, "conference.error.time")
		return max(last, t.Start)
	case t.End <= t.Start:
		w.Add(end, "conference.error.topic_end")
	case to != "" && t.End > to:
		w.Add(end, "conference.error.after", to)
	}
	return max(last, t.End)
}

// SetTopics changes the topics of a conference that is not closed, in their order. It
// is a Conflict if the conference has changed since version, and if something belongs
// to a topic that is left out.
func SetTopics(ctx context.Context, tx *db.Tx, by auth.Actor, id string, version int64, topics []Topic) error {
	c, err := Get(ctx, tx, by, id)
	if err != nil {
		return err
	}
	if err := mayRun(by, c.Unit); err != nil {
		return err
	}
	w := fault.Wrong{}
	topics = checkTopics(w, topics, c.Start, c.End)
	if err := w.Err(); err != nil {
		return err
	}
	if c.State != Draft && c.State != Convened {
		return fault.New(fault.Conflict, "conference.error.closed")
	}
	if err := touch(ctx, tx, id, version); err != nil {
		return err
	}
	if err := replaceTopics(ctx, tx, id, topics); err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, "conference.topics", id, c.Title)
}

// MayRun reports whether by may prepare a conference of a host.
func MayRun(by auth.Actor, host int64) bool { return mayRun(by, host) == nil }

// Open reports whether what is planned for c may still change.
func (c Conference) Open() bool { return c.State == Draft || c.State == Convened }
