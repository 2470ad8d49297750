package become

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// Run runs a program on the same streams and returns its exit status, since Windows
// cannot replace a process. Ctrl-C reaches the program directly.
func Run(w console.World, p Program) (status int, err error) {
	cmd := exec.Command(p.Path)
	cmd.Args, cmd.Env = p.Args, w.Env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = w.In, w.Out, w.Err
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	err = cmd.Run()
	var ended *exec.ExitError
	switch {
	case errors.As(err, &ended):
		return ended.ExitCode(), nil
	case err != nil:
		return exit.NotExecutable, console.Refuse(exit.NotExecutable, "", "cannot run %s: %s",
			console.Quoted(p.Path), console.PlainError(err))
	}
	return exit.OK, nil
}

func isNotDirectory(error) bool { return false }
