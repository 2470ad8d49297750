//go:build unix

package wrap

import (
	"fmt"
	"syscall"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// become replaces this process with a program, so that signals, job control and the
// exit status are the program's own. It returns only if that fails.
func become(w console.World, path string, args []string) (int, error) {
	err := syscall.Exec(path, append([]string{path}, args...), w.Env)
	return exit.Usage, fmt.Errorf("running %s: %w", path, err)
}
