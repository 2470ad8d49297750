//go:build unix

package become

import (
	"errors"
	"syscall"

	"rdnsproxy/internal/console"
	"rdnsproxy/internal/exit"
)

// Run replaces this process with a program, so that signals, job control and the exit
// status are the program's own. It returns only if that fails: with exit.NotFound if a
// file is missing, such as a script's interpreter, otherwise with exit.NotExecutable.
//
// The kernel closes all descriptors that this program has opened, and resets the signals
// that it handles to their default action. A signal that was ignored at the start stays
// ignored, if Go's runtime has not caught it before main: it respects that for SIGHUP and
// SIGINT only. syscall.Exec restores the limit of open files, which the runtime raises.
func Run(w console.World, p Program) (status int, err error) {
	err = syscall.Exec(p.Path, p.Args, w.Env)
	if errors.Is(err, syscall.ENOEXEC) { // a script without #!, as execvp(3) runs it
		const shell = "/bin/sh"
		err = syscall.Exec(shell, append([]string{shell, p.Path}, p.Args[1:]...), w.Env)
	}
	status = exit.NotExecutable
	if errors.Is(err, syscall.ENOENT) {
		status = exit.NotFound
	}
	return status, console.Refuse(status, "", "cannot run %s: %s", console.Quoted(p.Path), console.PlainError(err))
}

func isNotDirectory(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
