package overview

// A Way is how the units under one are put beside each other.
type Way string

// The ways.
const (
	Whole  Way = ""       // by what they have
	Member Way = "member" // by what they have for a hundred members
	Moved  Way = "moved"  // by how much that has moved since the period before
)

func compareHref(unitKey, period, item string, way Way, offset int) string {
	return "/units/" + unitKey + "/compare?period=" + period + "&item=" + item
}
