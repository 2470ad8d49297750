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

// WithShell is the environment for a program that runs our ProxyCommand. ssh has
// it run by $SHELL -c "exec …" (sshconnect.c, ssh_proxy_fdpass_connect), and plain
// ssh needs no shell: where the user's is none (nologin, false), or writes
// something of its own when it starts, /bin/sh takes its place. Otherwise SHELL
// stays, for LocalCommand, Match exec and sftp's ! are run by it too.
func WithShell(ctx context.Context, w console.World) []string {
	shell, set := w.LookupEnv("SHELL")
	if !set || quietShell(ctx, w, shell) {
		return w.Env
	}
	return w.WithEnv("SHELL", "/bin/sh")
}

// quietShell reports whether a shell runs a command and says nothing else. One
// that reads no file of the user's on the way need not be asked.
func quietShell(ctx context.Context, w console.World, shell string) bool {
	if !filepath.IsAbs(shell) {
		return false
	}
	if readsNothing(w, shell) {
		_, err := exec.LookPath(shell)
		return err == nil
	}
	// The other shells read a file of the user's each time, and bash takes ssh's
	// socket for a login from the network: it is asked with one too.
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

// readsNothing knows the shells that read no start-up file for -c. bash does if
// BASH_ENV names one, or if it believes to be the first shell of a session.
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
