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

// Interrupted is ErrInterrupted for work whose result goes to a file, all or nothing; to stdout
// if output is empty.
func Interrupted(output string) error {
	if output == "" {
		return ErrInterrupted
	}
	return Refuse(exit.Interrupted, "without --output, the report goes to stdout as far as it has come",
		"interrupted: %s is left as it was", safetext.Line(output))
}

// InputName returns the name of an input file as messages and reports have it, safe to
// print: stdin for -, as a bad line is in "stdin:2".
func InputName(path string) string {
	if path == "-" {
		return "stdin"
	}
	return safetext.Line(path)
}

// Quoted returns user input in double quotes, shortened and safe to print.
func Quoted(s string) string { return `"` + safetext.Cut(safetext.Of(s).String(), 80) + `"` }
