// Package exit defines the exit statuses of all commands. Scripts rely on them: see
// 'rdnsproxy help exit-status'.
package exit

import "fmt"

const (
	OK          = 0   // done, or nothing found that fails; of the relay: the session is over
	Found       = 1   // something was found, was refused, or is not confirmed
	Usage       = 2   // usage or configuration; the output could not be written
	Unknown     = 3   // it could not be determined; of the relay: it could not resolve or connect
	Interrupted = 130 // as a shell says of SIGINT

	// Of a command that the relay was to become, as a shell says it. Its own status is the
	// status otherwise.
	NotExecutable = 126
	NotFound      = 127
)

// Status is the error of a command that has already reported everything: the program
// exits with this status and prints nothing more.
type Status int

func (s Status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// With combines a command's exit status and its error into one error; nil if the status
// is OK and err is nil.
func With(status int, err error) error {
	if err != nil || status == OK {
		return err
	}
	return Status(status)
}
