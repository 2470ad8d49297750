package wrap

import (
	"context"

	"rdnsproxy/internal/console"
)

// WithShell is the environment for a program that runs our ProxyCommand: as it
// is, for ssh goes by no SHELL there.
func WithShell(_ context.Context, w console.World) []string { return w.Env }
