package relay

import (
	"errors"
	"net"
	"os"
)

// End says why a session ended.
type End string

// The ends of a session.
const (
	// NetworkEnded: the peer closed its side. All it sent was delivered, and so was
	// what ssh still sent.
	NetworkEnded End = "closed by the server"
	// SSHGone: ssh went away first, and what it wrote was sent.
	SSHGone End = "closed by ssh"
	// Reset: the connection broke. All that had arrived was delivered.
	Reset End = "reset"
	// GraceOver: some of what ssh wrote could not be sent within Grace.
	GraceOver End = "timed out draining"
	// Failed: a system call failed on this machine. The error says which.
	Failed End = "failed"
)

// bare strips the addresses and names that net and os put around an error, which the
// caller knows.
func bare(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		err = pe.Err
	}
	if se, ok := errors.AsType[*os.SyscallError](err); ok {
		err = se.Err
	}
	return err
}
