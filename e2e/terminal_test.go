//go:build linux

package e2e

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A terminal is a pseudo-terminal with somebody in front of it.
type terminal struct {
	v       *visit
	keys    *os.File // the person's side
	tty     *os.File // the programs' side
	screen  strings.Builder
	watched chan struct{} // closed when the screen is complete
}

func (v *visit) terminal() *terminal {
	v.t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	v.must(err)
	t := &terminal{v: v, keys: os.NewFile(uintptr(fd), "/dev/ptmx"), watched: make(chan struct{})}
	v.t.Cleanup(func() { t.keys.Close() })
	v.must(unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	v.must(err)
	name := "/dev/pts/" + strconv.Itoa(n)
	v.must(os.Chown(name, chris, chris)) // as login would
	t.tty, err = os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0)
	v.must(err)
	v.t.Cleanup(func() { t.tty.Close() })
	return t
}

// command is a program that has this terminal as its own.
func (t *terminal) command(argv ...string) *exec.Cmd {
	cmd := t.v.command(argv...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = t.tty, t.tty, t.tty
	cmd.SysProcAttr.Setctty = true // its descriptor 0
	return cmd
}

// watch runs a command until it ends and gives what the terminal has shown.
func (t *terminal) watch(cmd *exec.Cmd) (screen string, status int) {
	t.v.t.Helper()
	go func() {
		defer close(t.watched)
		io.Copy(&t.screen, t.keys)
	}()
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || !exit.Exited()) {
		t.v.t.Fatalf("%q: %v", cmd.Args, err)
	}
	// What was shown is in the kernel by now. A process in the background may
	// hold the terminal for long, so its end is not waited for.
	t.tty.Close()
	t.keys.SetReadDeadline(time.Now().Add(time.Second))
	<-t.watched
	return strings.ReplaceAll(t.screen.String(), "\r\n", "\n"), cmd.ProcessState.ExitCode()
}

// onTerminal runs a program at a terminal of its own.
func (v *visit) onTerminal(argv ...string) (screen string, status int) {
	v.t.Helper()
	t := v.terminal()
	return t.watch(t.command(argv...))
}
