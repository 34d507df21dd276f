package db

import (
	"errors"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

// TestClash: what failed only because of others runs again, nothing else does.
func TestClash(t *testing.T) {
	for code, want := range map[string]bool{
		"40001": true, "40P01": true, "53200": true, "53100": false, "23505": false, "0A000": false,
	} {
		err := fmt.Errorf("writing: %w", &pgconn.PgError{Code: code})
		if got := clash(err); got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
	if clash(errors.New("out of shared memory")) {
		t.Error("an error that is not the server's runs again")
	}
}
