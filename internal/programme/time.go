package programme

import (
	"fmt"
	"regexp"
)

const day = 24 * 60 // minutes

var clockText = regexp.MustCompile(`^([01]?\d|2[0-3]):([0-5]\d)$`)

// minutes returns how many minutes after midnight a time is, as "07:30".
func minutes(s string) (int, bool) {
	if !clockText.MatchString(s) {
		return 0, false
	}
	var h, m int
	_, err := fmt.Sscanf(s, "%d:%d", &h, &m)
	return h*60 + m, err == nil
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
