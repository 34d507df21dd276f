package tally

// VecOf returns the vector of a delta; a figure that does not fit is an error.
func VecOf(d Delta) (Vec, error) { return vecOf(d) }

// Pack writes v in few bytes, as posts and nodes keep it. A slice keeps its own
// records so when they are what it posts.
func (v Vec) Pack() []byte { return v.pack() }

// Unpack reads what Pack has written; no bytes are an empty vector.
func Unpack(b []byte) (Vec, error) { return unpack(b) }
