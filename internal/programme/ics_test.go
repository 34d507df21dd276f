package programme_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"nhipcau/internal/conference"
	"nhipcau/internal/programme"
)

// unfolded reads a calendar as RFC 5545 says: lines end in CRLF, are at most 75 bytes
// long, and one that begins with a space goes on the one before.
func unfolded(t *testing.T, b []byte) (lines []string) {
	t.Helper()
	text, ok := strings.CutSuffix(string(b), "\r\n")
	if !ok || strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\n") {
		t.Fatalf("lines do not end in CRLF: %q", b)
	}
	for l := range strings.SplitSeq(text, "\r\n") {
		if len(l) > 75 || !utf8.ValidString(l) || l == "" {
			t.Errorf("line of %d bytes: %q", len(l), l)
		}
		if rest, ok := strings.CutPrefix(l, " "); ok && len(lines) > 0 {
			lines[len(lines)-1] += rest
		} else {
			lines = append(lines, l)
		}
	}
	return lines
}

// unescape is the way back of TEXT in RFC 5545, 3.3.11; what it does not allow fails.
func unescape(t *testing.T, s string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == ';' || s[i] == ',':
			t.Errorf("%q is not escaped in %q", s[i], s)
		case s[i] == '\\':
			i++
			if i == len(s) || !strings.ContainsRune(`\;,nN`, rune(s[i])) {
				t.Fatalf("a lone backslash in %q", s)
			}
			if s[i] == 'n' || s[i] == 'N' {
				b.WriteByte('\n')
			} else {
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

func value(t *testing.T, lines []string, name string) string {
	t.Helper()
	var found []string
	for _, l := range lines {
		if v, ok := strings.CutPrefix(l, name+":"); ok {
			found = append(found, v)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s: %q", name, found)
	}
	return found[0]
}

func TestCalendar(t *testing.T) {
	now := time.Date(2026, 10, 1, 1, 2, 3, 0, time.UTC)
	title := `Hội nghị "học tập, quán triệt"; phần 1\2 ` + strings.Repeat("đường lối ", 12)
	c := conference.Conference{
		ID: "abc", UnitName: "Đảng ủy Khối", Title: strings.TrimSpace(title), Day: "2026-10-12", Start: "07:30", Place: "1, Phố Huế", State: conference.Convened, Version: 4,
		Topics: []conference.Topic{{Title: "Chuyên đề; một", Start: "07:30", End: "09:00", Speaker: "A", SpeakerTitle: "Bí thư"}, {Title: "Hai", Start: "09:00", End: "11:15"}},
	}
	lines := unfolded(t, programme.Calendar(c, now, "https://x.vn/p/k"))
	for i, l := range []string{"BEGIN:VCALENDAR", "VERSION:2.0"} {
		if lines[i] != l {
			t.Errorf("line %d is %q", i, lines[i])
		}
	}
	if !slices.Equal(lines[len(lines)-2:], []string{"END:VEVENT", "END:VCALENDAR"}) {
		t.Errorf("it ends with %q", lines[len(lines)-2:])
	}
	for name, want := range map[string]string{
		"UID": "abc@nhipcau", "SEQUENCE": "4", "DTSTAMP": "20261001T010203Z", "DTSTART": "20261012T003000Z", "DTEND": "20261012T041500Z",
		"STATUS": "CONFIRMED", "URL": "https://x.vn/p/k", "METHOD": "PUBLISH", "CALSCALE": "GREGORIAN",
	} {
		if got := value(t, lines, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"SUMMARY": c.Title, "LOCATION": c.Place, "DESCRIPTION": "Đảng ủy Khối\n07:30–09:00 Chuyên đề; một – A, Bí thư\n09:00–11:15 Hai",
	} {
		if got := unescape(t, value(t, lines, name)); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	c.Start, c.State, c.Version = "", conference.Cancelled, 5
	lines = unfolded(t, programme.Calendar(c, now, ""))
	for name, want := range map[string]string{"UID": "abc@nhipcau", "SEQUENCE": "5", "DTSTART;VALUE=DATE": "20261012", "DTEND;VALUE=DATE": "20261013", "STATUS": "CANCELLED"} {
		if got := value(t, lines, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}
