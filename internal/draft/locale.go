package draft

import "embed"

// Locale holds the messages of this package.
//
//go:embed locale/*.json
var Locale embed.FS
