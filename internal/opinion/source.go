package opinion

import (
	"context"

	"nhipcau/internal/auth"
	"nhipcau/internal/db"
	"nhipcau/internal/draft"
	"nhipcau/internal/prose"
)

// What a consultation asks of the draft is here.
