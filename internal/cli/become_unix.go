//go:build unix

package cli

import (
	"fmt"
	"syscall"
)

// become replaces this process by a program, so that signals, job control and
// the exit status are the program's own. It returns only if that fails.
func become(w World, path string, args []string) (int, error) {
	err := syscall.Exec(path, append([]string{path}, args...), w.Env)
	return statusUsage, fmt.Errorf("running %s: %w", path, err)
}
