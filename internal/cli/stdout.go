package cli

import (
	"errors"
	"io"
	"syscall"

	"rdnsproxy/safetext"

	"golang.org/x/term"
)

// stdout is where a command's text goes. The first write that fails is
// remembered, and runCommand tells of it: a help text that went onto a full disk
// must not look like success.
type stdout struct {
	w   io.Writer
	err error
}

func (o *stdout) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// plainError is an error of the operating system in its own words, without the
// call that met it: "no space left on device".
func plainError(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return safetext.Line(err.Error())
}

// print writes to stdout; see stdout for what goes wrong.
func (w console) print(text string) { io.WriteString(w.text(), text) }

// text is where the texts of commands go.
func (w console) text() io.Writer {
	if w.Stdout == nil {
		return w.Out
	}
	return w.Stdout
}

// unread says that a write has shown that nobody reads stdout any more.
func (w console) unread() bool {
	o, ok := w.Stdout.(*stdout)
	return ok && errors.Is(o.err, syscall.EPIPE)
}

// The widths that texts are laid out for: what is narrower than the least gets
// lines that the terminal breaks, what is wider than the most gets no longer ones.
const (
	leastWidth = 40
	usualWidth = 80
	mostWidth  = 200
)

// width is how many columns stdout has: the terminal's, or 80.
func (w console) width() int {
	if isTerminal(w.Out) {
		if width, _, err := term.GetSize(int(w.Out.Fd())); err == nil && width > 0 {
			return min(max(width, leastWidth), mostWidth)
		}
	}
	return usualWidth
}
