package wrap

import (
	"context"

	"rdnsproxy/internal/console"
)

// WithShell returns the environment unchanged: ssh on Windows ignores SHELL.
func WithShell(_ context.Context, w console.World) []string { return w.Env }
