package console

import (
	"errors"
	"fmt"

	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// Refusal is an error with something to do about it, and the exit status that it
// ends the program with.
type Refusal struct {
	Text   string
	Hint   string // may be empty
	Status int
}

func (r *Refusal) Error() string { return r.Text }

// Refuse makes a refusal; hint may be empty.
func Refuse(status int, hint, format string, args ...any) error {
	return &Refusal{fmt.Sprintf(format, args...), hint, status}
}

// StatusOf is the exit status for an error: a refusal's own, and bad usage for any
// other.
func StatusOf(err error) int {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Status
	}
	return exit.Usage
}

// ErrInterrupted says that the user has ended the work.
var ErrInterrupted error = &Refusal{Text: "interrupted", Status: exit.Interrupted}

// Quoted shows what a user typed, made safe.
func Quoted(s string) string { return `"` + safetext.Cut(safetext.Of(s).String(), 80) + `"` }
