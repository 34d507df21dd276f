// Command nhipcau carries a directive from its issue to its results through an
// organisation, and brings the results back up with every figure tied to the
// record that proves it.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"nhipcau/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := app.Main(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}
