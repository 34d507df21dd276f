package main

import (
	"context"
	"errors"
)

func (t *torture) diskFull(ctx context.Context) (string, error)   { return "", errUnchecked{"later"} }
func (t *torture) diskFaults(ctx context.Context) (string, error) { return "", errUnchecked{"later"} }
func (t *torture) readOnly(ctx context.Context) (string, error)   { return "", errUnchecked{"later"} }
func (t *torture) inside(ctx context.Context, name string) error  { return errors.New(name) }
