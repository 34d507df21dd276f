package attendance

import (
	"context"
	"crypto/aes"
	"encoding/binary"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/secret"
)

// Withdraw takes a member off the roll of an open occasion of whom nothing is noted
// yet; whoever is marked or has checked in stays.
func Withdraw(ctx context.Context, tx *db.Tx, occasion string, member int64) error {
	if _, err := open(ctx, tx, occasion); err != nil {
		return err
	}
	n, err := tx.ExecN(ctx, `DELETE FROM attendance WHERE occasion = $1 AND member = $2 AND state IN ('invited', 'exempt') AND fact = ''`, occasion, member)
	if err != nil || n == 0 {
		return err
	}
	return addPeople(ctx, tx, occasion, -1)
}

// Named returns the id that a code may name, of a member or a guest, before it is
// known of which occasion it is; 0 if the code is none. A Coder says whether it is so.
func Named(ctx context.Context, tx *db.Tx, code string) (int64, error) {
	block, err := letters.DecodeString(strings.ToUpper(code))
	if err != nil || len(block) != aes.BlockSize {
		return 0, nil
	}
	key, err := secret.Find(ctx, tx, "attendance code")
	if err != nil || key == nil {
		return 0, err
	}
	b, err := aes.NewCipher(key)
	if err != nil {
		return 0, err
	}
	b.Decrypt(block, block)
	return max(0, int64(binary.BigEndian.Uint64(block))), nil
}
