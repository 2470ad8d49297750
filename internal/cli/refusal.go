package cli

import (
	"errors"
	"fmt"

	"rdnsproxy/internal/exit"
	"rdnsproxy/safetext"
)

// refusal is an error with something to do about it, and the exit status that it
// ends the program with.
type refusal struct {
	text   string
	hint   string // may be empty
	status int
}

func (r *refusal) Error() string { return r.text }

// refuse makes a refusal; hint may be empty.
func refuse(status int, hint, format string, args ...any) error {
	return &refusal{fmt.Sprintf(format, args...), hint, status}
}

// statusOf is the exit status for an error: a refusal's own, and bad usage for any
// other.
func statusOf(err error) int {
	var r *refusal
	if errors.As(err, &r) {
		return r.status
	}
	return exit.Usage
}

// errInterrupted says that the user has ended the work.
var errInterrupted error = &refusal{text: "interrupted", status: exit.Interrupted}

// quoted shows what a user typed, made safe.
func quoted(s string) string { return `"` + safetext.Cut(safetext.Of(s).String(), 80) + `"` }
