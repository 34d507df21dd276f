package device

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"nhipcau/internal/attendance"
)

// A noted is a fact as a device sends it.
type noted struct {
	ID     string      `json:"id"`
	Device string      `json:"device,omitempty"` // of the token that sends it; a device need not say
	Seq    int64       `json:"seq"`
	At     int64       `json:"at"`
	Offset int64       `json:"offset"`
	Call   int64       `json:"call,omitempty"`
	State  string      `json:"state"`
	Member string      `json:"member,omitempty"`
	Code   string      `json:"code,omitempty"`
	Guest  *notedGuest `json:"guest,omitempty"`
	Source string      `json:"source"`
	Reason string      `json:"reason,omitempty"`
	Ref    string      `json:"ref,omitempty"`
	N      int64       `json:"n,omitempty"`
}

type notedGuest struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Org  string `json:"org,omitempty"`
}

// readFact reads one fact of a device; ok is false where it is none, or names another
// device, and then only its id is good, if it has one.
func readFact(raw json.RawMessage, device string) (n noted, ok bool) {
	if err := json.Unmarshal(raw, &n); err != nil || bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		var named struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(raw, &named) != nil {
			return noted{}, false
		}
		return noted{ID: short(named.ID)}, false
	}
	if n.Device != "" && n.Device != device {
		return noted{ID: short(n.ID)}, false
	}
	n.Device = device
	return n, true
}

// short keeps what is no id from filling an answer.
func short(id string) string {
	const longest = 64
	if len(id) > longest {
		return ""
	}
	return id
}

// far is how much a clock may be off for attendance to take its facts.
const far = int64(7*24*time.Hour/time.Millisecond) - 1

// fact is what n says, as attendance takes it. A clock that is off by years, as of a
// device whose battery died, is no reason to refuse what it noted: its time is put
// right here, and what is pointed out of it is that it was off by the most there is.
func (n noted) fact() attendance.Fact {
	if clamped := min(max(n.Offset, -far), far); clamped != n.Offset {
		n.At, n.Offset = n.At+n.Offset-clamped, clamped
	}
	return attendance.Fact{
		ID: n.ID, Device: n.Device, Seq: n.Seq, At: n.At, Offset: n.Offset, Member: n.Member, State: attendance.State(n.State), Source: n.Source,
	}
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

const maxBody = 4096 // of a fact that is set aside unread

// keepable reports whether n can be set aside: it has an id, and is not made to fill
// the house.
func (n noted) keepable() bool {
	b, err := n.body()
	return err == nil && uuid.MatchString(n.ID) && len(b) <= maxBody && utf8.ValidString(b) && !strings.Contains(b, `\u0000`)
}

// body is n as it is set aside: of the same fact always the same text.
func (n noted) body() (string, error) {
	b, err := json.Marshal(n)
	return string(b), err
}
