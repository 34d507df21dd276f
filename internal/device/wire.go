package device

import (
	"bytes"
	"encoding/json"
	"time"

	"nhipcau/internal/attendance"
)

// readFact reads one fact of a device; ok is false where it is none, or names another
// device, and then only its id is good, if it has one.
func readFact(raw json.RawMessage, device string) (f attendance.Fact, ok bool) {
	if err := json.Unmarshal(raw, &f); err != nil || bytes.Equal(bytes.TrimSpace(raw), []byte("null")) {
		var named struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(raw, &named) != nil {
			return attendance.Fact{}, false
		}
		return attendance.Fact{ID: short(named.ID)}, false
	}
	if f.ID = short(f.ID); f.Device != "" && f.Device != device {
		return f, false
	}
	f.Device = device
	return righted(f), true
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

// righted is a fact of a device whose clock may be off by years, since its battery
// died: that is no reason to refuse what it noted. Its time is put right here, and what
// is pointed out of it is that it was off by the most there is.
func righted(f attendance.Fact) attendance.Fact {
	if clamped := min(max(f.Offset, -far), far); clamped != f.Offset {
		f.At, f.Offset = f.At+f.Offset-clamped, clamped
	}
	return f
}
