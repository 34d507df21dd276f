package conference

// LiveTopic names a conference for those who look on: a deed that moves its figures
// touches it.
func LiveTopic(id string) string { return "conference/" + id }
