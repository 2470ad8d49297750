package console

import (
	"errors"
	"fmt"

	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// Refusal is an error with a hint for the user and an exit status.
type Refusal struct {
	Text   string
	Hint   string // may be empty
	Status int
}

func (r *Refusal) Error() string { return r.Text }

// Refuse returns a *Refusal; hint may be empty.
func Refuse(status int, hint, format string, args ...any) error {
	return &Refusal{fmt.Sprintf(format, args...), hint, status}
}

// StatusOf returns the exit status for an error: that of a Refusal, exit.Usage for
// any other.
func StatusOf(err error) int {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Status
	}
	return exit.Usage
}

// ErrInterrupted reports that the user interrupted the work.
var ErrInterrupted error = &Refusal{Text: "interrupted", Status: exit.Interrupted}

// Quoted returns user input in double quotes, shortened and safe to print.
func Quoted(s string) string { return `"` + safetext.Cut(safetext.Of(s).String(), 80) + `"` }
