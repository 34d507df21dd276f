package secret_test

import (
	"bytes"
	"context"
	"testing"

	"nhipcau/internal/db"
	"nhipcau/internal/db/dbtest"
	"nhipcau/internal/secret"
)

func TestKeyIsMadeOnce(t *testing.T) {
	d := dbtest.Open(t)
	var first, again, other []byte
	write := func(f func(ctx context.Context, tx *db.Tx) error) {
		t.Helper()
		if err := d.Write(t.Context(), f); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		none, err := secret.Find(ctx, tx, "a")
		if none != nil {
			t.Error("a key before it was made")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	write(func(ctx context.Context, tx *db.Tx) (err error) { first, err = secret.Key(ctx, tx, "a"); return err })
	write(func(ctx context.Context, tx *db.Tx) (err error) { again, err = secret.Key(ctx, tx, "a"); return err })
	write(func(ctx context.Context, tx *db.Tx) (err error) { other, err = secret.Key(ctx, tx, "b"); return err })
	if len(first) != secret.Size || !bytes.Equal(first, again) || bytes.Equal(first, other) {
		t.Errorf("keys %x %x %x", first, again, other)
	}
}
