package cite_test

import (
	"strings"
	"testing"

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
