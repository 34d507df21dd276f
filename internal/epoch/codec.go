package epoch

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// An epoch is stored compressed: the number of units, then per unit in
// pre-order its id, as the difference to the one before, and its depth.

const (
	maxUnits = 1 << 24
	maxBytes = maxUnits * 8 // of a blob, unpacked
)

var errBroken = errors.New("epoch: an epoch is broken")

// encode packs the tree.
func (e *Epoch) encode() ([]byte, error) {
	raw := binary.AppendUvarint(nil, uint64(len(e.units)))
	last := int64(0)
	for i, u := range e.units {
		raw = binary.AppendVarint(raw, u-last)
		raw = binary.AppendUvarint(raw, uint64(e.depth[i]))
		last = u
	}
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.DefaultCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(raw); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// decodeEpoch is the reverse of encode. A blob that encode cannot have written
// is an error.
func decodeEpoch(blob []byte) (*Epoch, error) {
	raw, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(blob)), maxBytes))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBroken, err)
	}
	n, used := binary.Uvarint(raw)
	if used <= 0 || n > maxUnits {
		return nil, errBroken
	}
	raw = raw[used:]
	b, last := builder{}, int64(0)
	for range n {
		d, w := binary.Varint(raw)
		if w <= 0 {
			return nil, errBroken
		}
		depth, x := binary.Uvarint(raw[w:])
		if x <= 0 || depth > maxUnits {
			return nil, errBroken
		}
		raw, last = raw[w+x:], last+d
		if err := b.add(last, int(depth)); err != nil {
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		}
	}
	if len(raw) > 0 {
		return nil, errBroken
	}
	return b.done()
}

// Pack returns the blob of a tree whose units are given in pre-order, each with its
// depth. What is no tree is an error.
func Pack(units []int64, depths []int) ([]byte, error) {
	b := builder{}
	for i, u := range units {
		if err := b.add(u, depths[i]); err != nil {
			return nil, err
		}
	}
	e, err := b.done()
	if err != nil {
		return nil, err
	}
	return e.encode()
}
