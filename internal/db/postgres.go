package db

import (
	"context"
	"errors"
)

func openPostgres(ctx context.Context, url string, c *core) (engine, error) { return nil, errors.New("soon") }
