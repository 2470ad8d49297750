package console

import (
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"

	"rdnsproxy/safetext"

	"golang.org/x/term"
)

// Stdout is a writer for a command's output that remembers the first error, so that
// a help text written to a full disk does not look like success.
type Stdout struct {
	w   io.Writer
	err error
}

// NewStdout returns a Stdout that writes to w.
func NewStdout(w io.Writer) *Stdout { return &Stdout{w: w} }

func (o *Stdout) Write(b []byte) (int, error) {
	n, err := o.w.Write(b)
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// Err returns the first error of a write, or nil.
func (o *Stdout) Err() error { return o.err }

// PlainError returns the text of a system error without the operation and path that
// Go puts before it: "no space left on device".
func PlainError(err error) string {
	var number syscall.Errno
	if errors.As(err, &number) {
		return number.Error()
	}
	return safetext.Line(err.Error())
}

// Print writes to stdout. An error is kept by Stdout.
func (w World) Print(text string) { io.WriteString(w.TextWriter(), text) }

// TextWriter returns the writer that commands print to.
func (w World) TextWriter() io.Writer {
	if w.Stdout == nil {
		return w.Out
	}
	return w.Stdout
}

// StdoutClosed reports whether a write failed because nobody reads stdout any more.
func (w World) StdoutClosed() bool {
	o, ok := w.Stdout.(*Stdout)
	return ok && errors.Is(o.err, syscall.EPIPE)
}

// Column limits for text layout: a terminal narrower than MinWidth wraps the lines
// itself; one wider than MaxWidth does not get longer ones.
const (
	MinWidth     = 40
	DefaultWidth = 80
	MaxWidth     = 200
)

// Width returns the number of columns of the terminal on stdout, within MinWidth and
// MaxWidth; DefaultWidth if stdout is not a terminal.
func (w World) Width() int {
	if width := w.TerminalWidth(); width > 0 {
		return min(width, MaxWidth)
	}
	return DefaultWidth
}

// TerminalWidth returns the number of columns of the terminal on stdout, but at least
// MinWidth; 0 if stdout is not a terminal.
func (w World) TerminalWidth() int {
	if !IsTerminal(w.Out) {
		return 0
	}
	return columns(w.Out)
}

// columns returns the number of columns of a terminal for text, at least MinWidth: what is
// longer wraps.
func columns(terminal *os.File) int { return max(lineColumns(terminal), MinWidth) }

// lineColumns returns the number of columns of a terminal for a line that is written over,
// which must not wrap.
func lineColumns(terminal *os.File) int {
	width, _, err := term.GetSize(int(terminal.Fd()))
	if err != nil || width <= 0 {
		return DefaultWidth
	}
	return width
}

// UTF8 reports whether the locale's character set is UTF-8 (setlocale(3)); without a
// locale it is ASCII.
func (w World) UTF8() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := w.Getenv(name); locale != "" {
			_, set, _ := strings.Cut(strings.ToLower(locale), ".")
			set, _, _ = strings.Cut(set, "@")
			return set == "utf-8" || set == "utf8"
		}
	}
	return runtime.GOOS == "windows" || runtime.GOOS == "darwin"
}
