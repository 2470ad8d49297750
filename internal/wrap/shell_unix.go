//go:build unix

package wrap

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"rdnsproxy/internal/console"
)

// WithShell returns the environment for a program that runs our ProxyCommand. ssh runs
// that with $SHELL -c "exec …" (sshconnect.c, ssh_proxy_fdpass_connect), whereas ssh
// without a ProxyCommand needs no shell. So if the user's shell does not run commands
// (nologin, false) or prints something at startup, SHELL is set to /bin/sh. Otherwise
// it is kept, because LocalCommand, Match exec and sftp's ! use it too.
func WithShell(ctx context.Context, w console.World) []string {
	shell, set := w.LookupEnv("SHELL")
	if !set || quietShell(ctx, w, shell) {
		return w.Env
	}
	return w.WithEnv("SHELL", "/bin/sh")
}

// quietShell reports whether a shell runs a command and prints nothing else. It runs
// the shell, unless that is known to read no startup file.
func quietShell(ctx context.Context, w console.World, shell string) bool {
	if !filepath.IsAbs(shell) {
		return false
	}
	if readsNothing(w, shell) {
		_, err := exec.LookPath(shell)
		return err == nil
	}
	// Other shells read a startup file each time, and bash does too if its stdin is a
	// socket, as from rshd: ssh gives it one, so this does too.
	ends, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return false
	}
	in, other := os.NewFile(uintptr(ends[0]), "stdin"), os.NewFile(uintptr(ends[1]), "ssh")
	defer in.Close()
	defer other.Close()
	syscall.CloseOnExec(ends[1])

	const said = "rdnsproxy"
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, shell, "-c", "exec echo "+said)
	cmd.Stdin, cmd.Env, cmd.WaitDelay = in, w.Env, 100*time.Millisecond
	out, err := cmd.Output()
	return err == nil && string(out) == said+"\n"
}

// readsNothing reports whether a shell is known to read no startup file for -c. bash
// reads one if BASH_ENV names it, or if SHLVL says that it is the first shell of a
// session (and stdin is a socket).
func readsNothing(w console.World, shell string) bool {
	switch filepath.Base(shell) {
	case "sh", "dash":
		return w.Getenv("BASH_ENV") == ""
	case "bash":
		level, err := strconv.Atoi(w.Getenv("SHLVL"))
		return w.Getenv("BASH_ENV") == "" && err == nil && level > 0
	}
	return false
}
