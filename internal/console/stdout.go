package console

import (
	"errors"
	"io"
	"syscall"

	"rdnsproxy/safetext"

	"golang.org/x/term"
)

// Stdout is where a command's text goes. The first write that fails is
// remembered, and runCommand tells of it: a help text that went onto a full disk
// must not look like success.
type Stdout struct {
	To  io.Writer
	Err error
}

func (o *Stdout) Write(b []byte) (int, error) {
	n, err := o.To.Write(b)
	if o.Err == nil {
		o.Err = err
	}
	return n, err
}

// PlainError is an error of the operating system in its own words, without the
// call that met it: "no space left on device".
func PlainError(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return safetext.Line(err.Error())
}

// Print writes to stdout; see stdout for what goes wrong.
func (w World) Print(text string) { io.WriteString(w.Texts(), text) }

// Texts is where the texts of commands go.
func (w World) Texts() io.Writer {
	if w.Stdout == nil {
		return w.Out
	}
	return w.Stdout
}

// Unread says that a write has shown that nobody reads stdout any more.
func (w World) Unread() bool {
	o, ok := w.Stdout.(*Stdout)
	return ok && errors.Is(o.Err, syscall.EPIPE)
}

// The widths that texts are laid out for: what is narrower than the least gets
// lines that the terminal breaks, what is wider than the most gets no longer ones.
const (
	LeastWidth = 40
	UsualWidth = 80
	MostWidth  = 200
)

// Width is how many columns stdout has: the terminal's, or 80.
func (w World) Width() int {
	if IsTerminal(w.Out) {
		if width, _, err := term.GetSize(int(w.Out.Fd())); err == nil && width > 0 {
			return min(max(width, LeastWidth), MostWidth)
		}
	}
	return UsualWidth
}
