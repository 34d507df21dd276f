package formula

import (
	"maps"
	"slices"
)

// Circle returns the keys of formulas that need each other in a circle, in its
// order, or none. A figure of the period before is needed as any other.
func Circle(all map[string]*Formula) []string {
	const now, done = 1, 2
	state := map[string]int{}
	var way []string
	var visit func(key string) []string
	visit = func(key string) []string {
		f, ok := all[key]
		if !ok || state[key] == done {
			return nil
		}
		if state[key] == now {
			return way[slices.Index(way, key):]
		}
		state[key] = now
		way = append(way, key)
		for _, r := range f.refs {
			if c := visit(r.Key); c != nil {
				return c
			}
		}
		way = way[:len(way)-1]
		state[key] = done
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if c := visit(key); c != nil {
			return c
		}
	}
	return nil
}
