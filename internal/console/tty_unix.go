//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package console

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"rdnsproxy/safetext"
)

// Terminal is the controlling terminal of this process, on which a question reaches the user
// whatever stdin, stdout and stderr are. It does what OpenSSH's read_passphrase and
// readpassphrase(3) do with RP_ECHO. It is not safe for concurrent use.
type Terminal struct {
	file  *os.File
	was   *unix.Termios // before the question; nil if there is none
	heard chan os.Signal
	lines chan line // of the reader; nil if none is reading
}

// line is what was read up to a newline, or why there is no more.
type line struct {
	text string
	err  error
}

// OpenTerminal opens the controlling terminal. The error is ErrNoTerminal, or ErrBackground
// if another job has it: reading from it would stop this process, and ssh with it.
func OpenTerminal() (*Terminal, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, ErrNoTerminal
	}
	t := &Terminal{file: f}
	if err := t.InForeground(); err != nil {
		f.Close()
		return nil, err
	}
	return t, nil
}

// InForeground returns nil if this process is in the foreground process group of the
// terminal, as the program is that the user has started last, else ErrBackground.
func (t *Terminal) InForeground() error {
	group := 0
	err := t.control(func(fd int) (err error) {
		group, err = unix.IoctlGetInt(fd, unix.TIOCGPGRP)
		return err
	})
	if err != nil || group != unix.Getpgrp() {
		return ErrBackground
	}
	return nil
}

// TerminalSession identifies the controlling terminal of this process: a session has one, and
// a terminal has one session.
func TerminalSession() int {
	sid, _ := unix.Getsid(0)
	return sid
}

// Close closes the terminal.
func (t *Terminal) Close() { t.file.Close() }

// Print prints lines. They are made safe for a terminal here.
func (t *Terminal) Print(lines ...string) {
	var b strings.Builder
	b.WriteString("\r") // what was typed ahead stands at the beginning of the line (readpass.c)
	for _, l := range lines {
		b.WriteString("rdnsproxy: " + safetext.Line(l) + "\n")
	}
	t.write(b.String())
}

func (t *Terminal) write(text string) { t.file.WriteString(text) }

// begin prepares for a question. done leaves the terminal as it was.
func (t *Terminal) begin() (done func()) {
	t.heard = make(chan os.Signal, 8)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGCONT} {
		if !signal.Ignored(s) {
			signal.Notify(t.heard, s)
		}
	}
	return func() {
		t.file.SetReadDeadline(time.Unix(1, 0)) // who types now does not answer, where the system can tell
		t.restore()
		signal.Stop(t.heard)
	}
}

// put shows a prompt, to a user who can type a line and sees it. What was typed before is
// dropped.
func (t *Terminal) put(prompt string) {
	t.setModes()
	t.write(prompt)
}

// setModes sets the modes for a question, and drops the input.
func (t *Terminal) setModes() {
	t.control(func(fd int) error {
		was, err := unix.IoctlGetTermios(fd, getModes)
		if err != nil {
			return err
		}
		now := *was
		now.Lflag |= unix.ICANON | unix.ECHO | unix.ECHOE | unix.ECHOK | unix.ISIG
		now.Iflag = now.Iflag&^(unix.IGNCR|unix.INLCR) | unix.ICRNL
		now.Oflag |= unix.OPOST | unix.ONLCR
		if t.was == nil {
			t.was = was
		}
		return unix.IoctlSetTermios(fd, setModesFlush, &now)
	})
}

// restore sets the modes that the terminal had before the question. What was typed since is
// the next program's.
func (t *Terminal) restore() {
	if t.was == nil {
		return
	}
	t.control(func(fd int) error { return unix.IoctlSetTermios(fd, setModesDrain, t.was) })
	t.was = nil
}

// control calls do with the descriptor, which stays in Go's poller: so a read can be ended.
func (t *Terminal) control(do func(fd int) error) error {
	conn, err := t.file.SyscallConn()
	if err != nil {
		return err
	}
	failed := conn.Control(func(fd uintptr) { err = do(int(fd)) })
	return errors.Join(failed, err)
}

// answer waits for a line. A process that was stopped (Ctrl-Z) asks again when it continues.
// The stop itself is the system's: a shell that sees ssh stop may continue both before a
// handler here has run.
func (t *Terminal) answer(ctx context.Context, prompt string) (string, error) {
	if t.lines == nil {
		t.lines = make(chan line, 1)
		go t.read(t.lines)
	}
	for {
		select {
		case l := <-t.lines:
			t.lines = nil
			return l.text, l.err
		case <-ctx.Done():
			return "", ctx.Err()
		case s := <-t.heard:
			if s != syscall.SIGCONT {
				return "", ErrInterrupted
			}
			t.put(prompt)
		}
	}
}

// read reads a line, which the terminal gives as a whole: nothing behind it is read. A line
// that the end of input has cut is none.
func (t *Terminal) read(lines chan<- line) {
	buf := make([]byte, 4096) // no terminal has longer lines (MAX_CANON, N_TTY_BUF_SIZE)
	n, err := t.file.Read(buf)
	text, whole := strings.CutSuffix(string(buf[:n]), "\n")
	if err != nil || !whole {
		lines <- line{err: ErrNoAnswer}
		return
	}
	lines <- line{text: text}
}
