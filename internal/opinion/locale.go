package opinion

import "embed"

// Locale holds the messages about consultations, of this package and of its pages.
//
//go:embed locale/*.json
var Locale embed.FS
