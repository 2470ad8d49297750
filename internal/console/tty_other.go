//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package console

import "context"

// Terminal is not there on this system: Windows has no foreground process group, by which a
// program knows that the user is typing for it.
type Terminal struct{}

// OpenTerminal returns ErrNoTerminal.
func OpenTerminal() (*Terminal, error) { return nil, ErrNoTerminal }

// TerminalSession is 0.
func TerminalSession() int { return 0 }

// InForeground returns ErrBackground.
func (t *Terminal) InForeground() error { return ErrBackground }

// Close does nothing.
func (t *Terminal) Close() {}

// Print does nothing.
func (t *Terminal) Print(...string) {}

func (t *Terminal) write(string) {}

func (t *Terminal) put(string) {}

func (t *Terminal) begin() (done func()) { return func() {} }

func (t *Terminal) answer(context.Context, string) (string, error) { return "", ErrNoTerminal }
