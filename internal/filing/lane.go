package filing

// Lane names the lane of the item at a place, from 1, on the sheet of a period.
func Lane(n int) string { return lane(n) }
