package db

import (
	"crypto/rand"
	"sync/atomic"
	"time"
)

var last atomic.Int64

// NewID returns a positive id greater than every id given before.
func (tx *Tx) NewID() int64 {
	for {
		old := last.Load()
		next := max(time.Now().UnixMicro(), old+1)
		if last.CompareAndSwap(old, next) {
			return next
		}
	}
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789"

// NewKey returns 12 random lower-case letters and digits, 62 bits.
func NewKey() string {
	key := make([]byte, 0, 12)
	var b [32]byte
	for {
		rand.Read(b[:])
		for _, x := range b {
			if x >= 252 { // 7 × 36: above it the first letters would come more often
				continue
			}
			if key = append(key, letters[x%36]); len(key) == 12 {
				return string(key)
			}
		}
	}
}
