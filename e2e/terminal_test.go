//go:build linux

package e2e

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// terminal is a pseudo-terminal with a user in front of it.
type terminal struct {
	v    *visit
	keys *os.File // the user's side
	tty  *os.File // the programs' side
	done chan struct{}

	mu   sync.Mutex
	seen strings.Builder
}

func (v *visit) terminal() *terminal {
	v.t.Helper()
	fd, err := unix.Open("/dev/ptmx", unix.O_RDWR|unix.O_NOCTTY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	v.must(err)
	t := &terminal{v: v, keys: os.NewFile(uintptr(fd), "/dev/ptmx"), done: make(chan struct{})}
	v.t.Cleanup(func() { t.keys.Close() })
	v.must(unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0))
	v.must(unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}))
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	v.must(err)
	name := "/dev/pts/" + strconv.Itoa(n)
	v.must(os.Chown(name, chris, chris)) // as login would
	t.tty, err = os.OpenFile(name, os.O_RDWR|unix.O_NOCTTY, 0)
	v.must(err)
	v.t.Cleanup(func() { t.tty.Close() })
	go t.watch()
	return t
}

// watch records what the terminal shows until the last writer has closed it.
func (t *terminal) watch() {
	defer close(t.done)
	buf := make([]byte, 4096)
	for {
		n, err := t.keys.Read(buf)
		t.mu.Lock()
		t.seen.Write(buf[:n])
		t.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// screen returns what the terminal has shown so far.
func (t *terminal) screen() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ReplaceAll(t.seen.String(), "\r\n", "\n")
}

// command returns a program with this as its controlling terminal.
func (t *terminal) command(argv ...string) *exec.Cmd {
	t.v.t.Helper()
	cmd := t.v.command(argv...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = t.tty, t.tty, t.tty
	cmd.SysProcAttr.Setctty = true // on descriptor 0
	return cmd
}

// press types keys.
func (t *terminal) press(keys string) {
	t.v.t.Helper()
	_, err := t.keys.WriteString(keys)
	t.v.must(err)
}

// shows waits until the terminal has shown a text.
func (t *terminal) shows(text string) {
	t.v.t.Helper()
	t.v.eventually(text, func() bool { return strings.Contains(t.screen(), text) })
}

// run runs a command and returns what the terminal has shown.
func (t *terminal) run(cmd *exec.Cmd) (screen string, status int) {
	t.v.t.Helper()
	t.v.must(cmd.Start())
	return t.wait(cmd)
}

// wait waits for a started command.
func (t *terminal) wait(cmd *exec.Cmd) (screen string, status int) {
	t.v.t.Helper()
	err := cmd.Wait()
	if exit := (*exec.ExitError)(nil); err != nil && (!errors.As(err, &exit) || !exit.Exited()) {
		t.v.t.Fatalf("%q: %v, screen %q", cmd.Args, err, t.screen())
	}
	// The output is in the kernel by now. A background process may keep the terminal open
	// for long, so do not wait for that.
	t.tty.Close()
	t.keys.SetReadDeadline(time.Now().Add(time.Second))
	<-t.done
	return t.screen(), cmd.ProcessState.ExitCode()
}

// onTerminal runs a program on a new terminal.
func (v *visit) onTerminal(argv ...string) (screen string, status int) {
	v.t.Helper()
	t := v.terminal()
	return t.run(t.command(argv...))
}
