package hall

import (
	"testing"
	"time"

	"nhipcau/internal/vn"
)

// Which topic is on is what the chair's clerk says, and until then what the programme
// says.
func TestProgram(t *testing.T) {
	day := vn.Day("2020-11-02")
	at := func(clock string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", string(day)+" "+clock, vn.Zone)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	topics := func() []Topic {
		return []Topic{
			{Key: "a", Title: "A", Start: "07:30", End: "08:15"}, {Key: "b", Title: "B", Start: "08:30", End: "09:00"}, {Key: "c", Title: "C"},
		}
	}
	begun := topics()
	begun[1].Started = at("07:00")
	over := topics()
	over[0].Started, over[0].Ended = at("07:00"), at("07:20")
	for _, c := range []struct {
		name     string
		topics   []Topic
		now      time.Time
		on, next string
	}{
		{"before the day", topics(), at("07:30").AddDate(0, 0, -1), "", "A"},
		{"before the first", topics(), at("07:29"), "", "A"},
		{"the first", topics(), at("07:30"), "A", "B"},
		{"between two", topics(), at("08:15"), "", "B"},
		{"the second", topics(), at("08:59"), "B", "C"},
		{"after the day", topics(), at("07:30").AddDate(0, 0, 1), "", ""},
		{"as the clerk says", begun, at("07:40"), "B", "C"},
		{"ended by the clerk", over, at("07:40"), "", "B"},
		{"none", nil, at("07:40"), "", ""},
	} {
		var s Screen
		s.program(c.topics, day, c.now)
		if s.Topic.text() != c.on || s.Next.text() != c.next {
			t.Errorf("%s: %q is on and %q next, want %q and %q", c.name, s.Topic.text(), s.Next.text(), c.on, c.next)
		}
	}
}
