package wrap

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// become runs a program on the same streams and returns its exit status, since Windows
// cannot replace a process. Ctrl-C reaches the program directly.
func become(w console.World, path string, args []string) (int, error) {
	cmd := exec.Command(path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr, cmd.Env = w.In, w.Out, w.Err, w.Env
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	err := cmd.Run()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		return ended.ExitCode(), nil
	case err != nil:
		return exit.Usage, fmt.Errorf("running %s: %w", path, err)
	}
	return exit.OK, nil
}
