// Package pass makes and reads the codes on badges and invitations, by which people are
// let in.
package pass

import (
	"context"
	"crypto/aes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"nhipcau/internal/db"
	"nhipcau/internal/secret"
)

// A Coder makes and reads the codes on badges and invitations to one occasion. A code
// is one block of AES: the id of a person and half of a digest that says what kind of
// person and which occasion, so that it tells nothing to whoever reads it, cannot be
// made by others, and is good nowhere else. Nothing is stored for it.
type Coder struct {
	key      []byte
	occasion string
}

// NewCoder returns the coder of an occasion. The first one of an installation makes
// its key, in a transaction that writes.
func NewCoder(ctx context.Context, tx *db.Tx, occasion string) (Coder, error) {
	key, err := secret.Key(ctx, tx, CodeKey)
	return Coder{key, occasion}, err
}

// CodeKey is the name of the key of the installation that codes are made with.
const CodeKey = "attendance code"

// CodeLength is the length of a code in letters and digits.
const CodeLength = 26

var letters = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding) // none are taken for another

// The kinds of person a code can name.
const (
	memberCode = "member"
	guestCode  = "guest"
)

// Member returns the code of a member, by id.
func (c Coder) Member(id int64) string { return c.code(memberCode, id) }

// Guest returns the code of a guest with a number.
func (c Coder) Guest(number int64) string { return c.code(guestCode, number) }

func (c Coder) code(kind string, id int64) string {
	b, err := aes.NewCipher(c.key)
	if err != nil {
		panic(err) // the key has the length of every key
	}
	block := binary.BigEndian.AppendUint64(nil, uint64(id))
	block = append(block, c.mark(kind)...)
	b.Encrypt(block, block)
	return letters.EncodeToString(block)
}

func (c Coder) mark(kind string) []byte {
	sum := sha256.Sum256([]byte(kind + "\n" + c.occasion))
	return sum[:aes.BlockSize/2]
}

// Read returns whom a code names: the id of a member, or the number of a guest. Both
// are 0 if the code is forged, of another occasion, or none at all.
func (c Coder) Read(code string) (member, guest int64) {
	block, err := letters.DecodeString(strings.ToUpper(code))
	if err != nil || len(block) != aes.BlockSize {
		return 0, 0
	}
	b, err := aes.NewCipher(c.key)
	if err != nil {
		panic(err) // as in code
	}
	b.Decrypt(block, block)
	id := int64(binary.BigEndian.Uint64(block))
	switch mark := string(block[8:]); {
	case id <= 0:
		return 0, 0
	case mark == string(c.mark(memberCode)):
		return id, 0
	case mark == string(c.mark(guestCode)):
		return 0, id
	}
	return 0, 0
}

// Named returns the id that a code may name, of a member or a guest, before it is
// known of which occasion it is; 0 if the code is none. A Coder says whether it is so.
func Named(ctx context.Context, tx *db.Tx, code string) (int64, error) {
	block, err := letters.DecodeString(strings.ToUpper(code))
	if err != nil || len(block) != aes.BlockSize {
		return 0, nil
	}
	key, err := secret.Find(ctx, tx, CodeKey)
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
