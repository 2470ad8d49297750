// Package exit has the exit statuses of all commands. They are a contract with
// scripts: see 'rdnsproxy help exit-status'.
package exit

import "fmt"

const (
	OK          = 0   // done, or nothing found that fails; of the relay: the session is over
	Found       = 1   // something was found, was refused, or is not confirmed
	Usage       = 2   // usage or configuration; the output could not be written
	Unknown     = 3   // it could not be determined; of the relay: it could not resolve or connect
	Interrupted = 130 // as a shell says of SIGINT
)

// Status is an error of a command that has said all there is to say: the program ends
// with this status, and without another word.
type Status int

func (s Status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// With makes one error of a command's exit status and its error; nil if it ends well.
func With(status int, err error) error {
	if err != nil || status == OK {
		return err
	}
	return Status(status)
}
