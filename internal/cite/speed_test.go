package cite_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"nhipcau/internal/cite"
)

// newspaper is a text of about size bytes: prose, with a citation every so often.
func newspaper(t testing.TB, size int) string {
	t.Helper()
	var b strings.Builder
	cited := samples(t)
	prose := strings.Split(plainProse(t), "\n")
	for i := 0; b.Len() < size; i++ {
		b.WriteString(prose[i%len(prose)])
		if i%3 == 0 {
			b.WriteString(" Thực hiện " + cited[i%len(cited)].text + ".")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// BenchmarkFind reads prose with a citation about every hundred words.
func BenchmarkFind(b *testing.B) {
	text := newspaper(b, 1<<20)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		cite.Find(text)
	}
}

// TestSpeed: reading a text takes not much longer than counting its words does:
// the limit moves with the machine.
func TestSpeed(t *testing.T) {
	text := newspaper(t, 1<<18)
	cite.Find(text)
	best := func(f func()) time.Duration {
		least := time.Hour
		for range 5 {
			start := time.Now()
			f()
			least = min(least, time.Since(start))
		}
		return least
	}
	counted := best(func() { bytes.Count(bytes.ToLower([]byte(text)), []byte("nghị quyết")) })
	found := best(func() { cite.Find(text) })
	t.Logf("%.0f MB/s; lower case and count: %.0f MB/s", float64(len(text))/found.Seconds()/1e6, float64(len(text))/counted.Seconds()/1e6)
	if found > 15*counted {
		t.Errorf("finding took %v, %.1f times as long as making small letters of the text", found, float64(found)/float64(counted))
	}
}
