package programme

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"nhipcau/internal/conference"
	"nhipcau/internal/vn"
)

// Calendar writes a conference as one event of RFC 5545, for the calendars of those
// who take part: its topics are in the description. The same conference has the same
// UID always, and a SEQUENCE that rises with every change, so that a calendar takes a
// newer file for the same event. now is when the file is made; address, if it is not
// "", is the page of the programme.
func Calendar(c conference.Conference, now time.Time, address string) []byte {
	var b calendar
	b.line("BEGIN", "VCALENDAR")
	b.line("VERSION", "2.0")
	b.line("PRODID", "-//Nhip Cau//Nhip Cau//VI")
	b.line("CALSCALE", "GREGORIAN")
	b.line("METHOD", "PUBLISH")
	b.line("BEGIN", "VEVENT")
	b.line("UID", c.ID+"@nhipcau")
	b.line("SEQUENCE", strconv.FormatInt(c.Version, 10))
	b.line("DTSTAMP", stamp(now))
	b.times(c)
	b.text("SUMMARY", c.Title)
	b.text("LOCATION", c.Place)
	b.text("DESCRIPTION", description(c))
	if address != "" {
		b.line("URL", address)
	}
	b.line("STATUS", status(c.State))
	b.line("END", "VEVENT")
	b.line("END", "VCALENDAR")
	return []byte(b.String())
}

func status(s conference.State) string {
	switch s {
	case conference.Draft:
		return "TENTATIVE"
	case conference.Cancelled:
		return "CANCELLED"
	}
	return "CONFIRMED"
}

func description(c conference.Conference) string {
	lines := []string{c.UnitName}
	for _, t := range c.Topics {
		s := strings.TrimSpace(t.Times() + " " + t.Title)
		if t.Speaker != "" {
			s += " – " + t.Speaker
			if t.SpeakerTitle != "" {
				s += ", " + t.SpeakerTitle
			}
		}
		lines = append(lines, s)
	}
	return strings.Join(lines, "\n")
}

type calendar struct{ strings.Builder }

// times writes when c is, in UTC; the whole day where its beginning is not known.
func (b *calendar) times(c conference.Conference) {
	start, ok := minutes(c.Start)
	if !ok {
		b.line("DTSTART;VALUE=DATE", compact(c.Day))
		b.line("DTEND;VALUE=DATE", compact(c.Day.AddDays(1)))
		return
	}
	at := func(m int) string { return stamp(c.Day.Start().Add(time.Duration(m) * time.Minute)) }
	b.line("DTSTART", at(start))
	if end, ok := minutes(End(c)); ok && end > start {
		b.line("DTEND", at(end))
	}
}

// End is when c ends: as its host says, or when its last topic does.
func End(c conference.Conference) string {
	end := c.End
	if end == "" {
		for _, t := range c.Topics {
			end = max(end, t.End)
		}
	}
	return end
}

func compact(d vn.Day) string { return strings.ReplaceAll(string(d), "-", "") }

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

var escaped = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`)

func (b *calendar) text(name, value string) {
	if value != "" {
		b.line(name, escaped.Replace(value))
	}
}

// longest is how many bytes a line has at most, without its end.
const longest = 75

// line writes a line of the file, folded where it is too long and never inside a
// letter.
func (b *calendar) line(name, value string) {
	room := longest
	rest := name + ":" + strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, value)
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		b.WriteString(rest[:cut] + "\r\n ")
		rest, room = rest[cut:], longest-1 // the space counts
	}
	b.WriteString(rest + "\r\n")
}
