// Package exit has the exit statuses of all commands. They are a contract with
// scripts: see 'rdnsproxy help exit-status'.
package exit

const (
	OK          = 0   // done, or nothing found that fails; of the relay: the session is over
	Found       = 1   // something was found, was refused, or is not confirmed
	Usage       = 2   // usage or configuration; the output could not be written
	Unknown     = 3   // it could not be determined; of the relay: it could not resolve or connect
	Interrupted = 130 // as a shell says of SIGINT
)
