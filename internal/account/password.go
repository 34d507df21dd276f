package account

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"nhipcau/internal/fault"
)

// Parameters of argon2id: the least that OWASP advises.
const (
	memory  = 19 * 1024 // KiB
	passes  = 2
	threads = 1
	keySize = 32
)

// hashing bounds how many passwords are hashed at a time, for each takes 19 MiB.
var hashing = make(chan struct{}, 4)

func derive(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case hashing <- struct{}{}:
		defer func() { <-hashing }()
		return argon2.IDKey([]byte(password), salt, passes, memory, threads, keySize), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

const (
	minPassword = 10
	maxPassword = 256
)

// CheckPassword says what is wrong with a new password of login.
func CheckPassword(login, password string) error {
	w := fault.Wrong{}
	switch {
	case utf8.RuneCountInString(password) < minPassword:
		w.Add("password", "account.error.short", minPassword)
	case len(password) > maxPassword:
		w.Add("password", "account.error.long", maxPassword)
	case strings.Contains(strings.ToLower(password), login):
		w.Add("password", "account.error.like_login")
	}
	return w.Err()
}

// HashPassword returns password hashed with argon2id in its usual notation. It
// is called before a transaction.
func HashPassword(ctx context.Context, password string) (string, error) {
	salt := make([]byte, 16)
	rand.Read(salt)
	key, err := derive(ctx, password, salt)
	if err != nil {
		return "", err
	}
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, threads, b.EncodeToString(salt), b.EncodeToString(key)), nil
}

// nobody is verified against when there is no such login, so that it takes as
// long as when there is.
var nobody = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// verify reports whether password is the one that was hashed. Without a hash it
// takes as long, and is false.
func verify(ctx context.Context, hashed, password string) (bool, error) {
	real := hashed != ""
	if !real {
		hashed = nobody
	}
	parts := strings.Split(hashed, "$")
	if len(parts) != 6 || len(password) > maxPassword {
		return false, nil
	}
	b := base64.RawStdEncoding
	salt, err1 := b.DecodeString(parts[4])
	want, err2 := b.DecodeString(parts[5])
	if err1 != nil || err2 != nil {
		return false, fmt.Errorf("account: a stored password is broken")
	}
	got, err := derive(ctx, password, salt)
	return real && subtle.ConstantTimeCompare(got, want) == 1, err
}
