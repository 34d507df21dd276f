package cite_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"nhipcau/internal/cite"
)

func TestZZDump(t *testing.T) {
	f := os.Getenv("DUMP")
	if f == "" {
		t.Skip()
	}
	b, _ := os.ReadFile(f)
	for _, line := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		found := cite.Find(line)
		if os.Getenv("ONLY") != "" && len(found) == 0 {
			continue
		}
		fmt.Println("»", line)
		for _, f := range found {
			fmt.Printf("     [%s] %s|%s|%s|%s|%s|c=%s p=%s t=%s y=%d in=%d %v head=%q\n", f.Text, f.Type, f.Number, f.Symbol, f.Issued, f.Issuer, f.Congress, f.Plenum, f.Term, f.Year, f.In, f.Unsure, line[f.Head[0]:f.Head[1]])
		}
	}
}
