package device

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding"
	"encoding/base64"
	"encoding/json"
	"strings"

	"nhipcau/internal/fault"
)

// A device proves by an HMAC under its token that a file is its own. The token is not
// kept, so what is kept is how that HMAC begins: SHA-256 after its first block, once
// for the inner digest and once for the outer. From these a proof can be verified, but
// the token cannot be found.

// proofOf returns what is kept of a token to verify its proofs.
func proofOf(token string) (string, error) {
	var parts []string
	for _, pad := range []byte{0x36, 0x5c} {
		block := bytes.Repeat([]byte{pad}, sha256.BlockSize)
		for i := range token { // shorter than a block
			block[i] ^= token[i]
		}
		h := sha256.New()
		h.Write(block)
		state, err := h.(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return "", err
		}
		parts = append(parts, base64.StdEncoding.EncodeToString(state))
	}
	return strings.Join(parts, " "), nil
}

// proves reports whether mac is the HMAC of a text under the token that kept is of.
func proves(kept string, text, mac []byte) (bool, error) {
	sum := text
	for _, part := range strings.Fields(kept) {
		state, err := base64.StdEncoding.DecodeString(part)
		if err != nil {
			return false, err
		}
		h := sha256.New()
		if err := h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state); err != nil {
			return false, err
		}
		h.Write(sum)
		sum = h.Sum(nil)
	}
	return hmac.Equal(sum, mac), nil
}

// canonical returns the texts over which the facts of a file may have been proven: as
// they stand without spaces, and with the names in each sorted too.
func canonical(facts json.RawMessage) ([][]byte, error) {
	var as bytes.Buffer
	if err := json.Compact(&as, facts); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "device.error.file")
	}
	d := json.NewDecoder(bytes.NewReader(facts))
	d.UseNumber()
	var all any
	if err := d.Decode(&all); err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "device.error.file")
	}
	var sorted bytes.Buffer
	e := json.NewEncoder(&sorted)
	e.SetEscapeHTML(false)
	if err := e.Encode(all); err != nil {
		return nil, err
	}
	return [][]byte{as.Bytes(), bytes.TrimSuffix(sorted.Bytes(), []byte("\n"))}, nil
}
