package pass_test

import (
	"context"
	"strings"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/pass"
)

func TestCodes(t *testing.T) {
	d := dbtest.Open(t)
	var here, there pass.Coder
	if err := d.Write(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		if here, err = pass.NewCoder(ctx, tx, "here"); err != nil {
			return err
		}
		there, err = pass.NewCoder(ctx, tx, "there")
		return err
	}); err != nil {
		t.Fatal(err)
	}
	had := map[string]bool{}
	for id := int64(1); id < 5_000_000_000; id = id*3 + 1 {
		code, guest := here.Member(id), here.Guest(id)
		if len(code) != pass.CodeLength || had[code] || had[guest] || code == there.Member(id) {
			t.Fatalf("the code of %d is %q", id, code)
		}
		had[code], had[guest] = true, true
		if m, g := here.Read(strings.ToLower(code)); m != id || g != 0 {
			t.Errorf("%s is member %d and guest %d, not member %d", code, m, g, id)
		}
		if m, g := here.Read(guest); m != 0 || g != id {
			t.Errorf("%s is member %d and guest %d, not guest %d", guest, m, g, id)
		}
		if m, g := there.Read(code); m != 0 || g != 0 {
			t.Errorf("%s is good at another occasion: %d %d", code, m, g)
		}
		for i := range code { // one letter wrong is a code of nobody
			b := []byte(code)
			if b[i] = '7'; code[i] == '7' {
				b[i] = 'K'
			}
			if m, g := here.Read(string(b)); (m != 0 || g != 0) && i < len(b)-1 {
				t.Errorf("%s passes for %s", b, code)
			}
		}
	}
	for _, s := range []string{"", "0", strings.Repeat("0", 26), strings.Repeat("U", 26), strings.Repeat("Z", 52), "https://example.org"} {
		if m, g := here.Read(s); m != 0 || g != 0 {
			t.Errorf("%q names %d %d", s, m, g)
		}
	}
}
