package tally

// PackAll returns the packed vector whose lanes, from 0 on, are all present and hold
// figures, of which there are at most 256.
func PackAll(figures []int64) []byte {
	v := Vec{value: figures}
	for l := range figures {
		v.present[l/64] |= 1 << (l % 64)
	}
	return v.pack()
}
