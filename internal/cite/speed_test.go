package cite_test

import (
	"strings"
	"testing"
	"time"

	"nhipcau/internal/cite"
	"nhipcau/internal/vn"
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

// TestSpeed: finding takes no longer than making a text fit for search does,
// which every paper goes through; the limit moves with the machine.
func TestSpeed(t *testing.T) {
	text := newspaper(t, 1<<16)
	cite.Find(text)
	folded, found := time.Hour, time.Hour
	for range 5 { // by turns, so that both have as much of a busy machine
		start := time.Now()
		vn.Fold(text)
		between := time.Now()
		cite.Find(text)
		folded, found = min(folded, between.Sub(start)), min(found, time.Since(between))
	}
	mbs := func(d time.Duration) float64 { return float64(len(text)) / d.Seconds() / 1e6 }
	t.Logf("%.0f MB/s; made fit for search: %.0f MB/s", mbs(found), mbs(folded))
	if found > folded {
		t.Errorf("finding took %v, making fit for search %v", found, folded)
	}
}
