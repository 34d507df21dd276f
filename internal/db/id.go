package db

import (
	"crypto/rand"
	"hash/fnv"
)

// blockSize is how many ids a transaction takes at once.
const blockSize = 1024

type ids struct{ next, end int64 }

// NewID returns a positive id that no other transaction of this database gets, on
// any node and after any restart, whatever the clock says. Ids rise in the order
// in which transactions first ask for one: in SQLite that is the order of the
// commits; in PostgreSQL two that run beside each other may commit the other way
// round, and who needs them in order takes Lock first.
//
// In a transaction that only reads, or whose statement failed, it returns 0, and
// the closure fails.
func (tx *Tx) NewID() int64 {
	c := tx.common
	if c.ids.next == c.ids.end && !tx.nextBlock() {
		return 0
	}
	c.ids.next++
	return c.ids.next - 1
}

func (tx *Tx) nextBlock() bool {
	var block int64
	if err := tx.One(tx.ctx, tx.dialect.nextBlock(), nil, &block); err != nil {
		tx.spend(err)
		return false
	}
	tx.common.ids = ids{block * blockSize, (block + 1) * blockSize}
	return true
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789"

// NewKey returns 12 random lower-case letters and digits, 62 bits: a name for a
// thing that nobody guesses or counts.
func NewKey() string {
	key := make([]byte, 0, 12)
	var b [24]byte
	for {
		rand.Read(b[:])
		for _, x := range b {
			if x >= 252 { // 7 × 36: beyond it the first letters would come more often
				continue
			}
			if key = append(key, letters[x%36]); len(key) == cap(key) {
				return string(key)
			}
		}
	}
}

// number makes a name the key of an advisory lock.
func number(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	return int64(h.Sum64())
}
