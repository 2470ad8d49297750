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
	// NetworkEnded: the peer closed its side, all it sent was delivered, and so
	// was what ssh still had to say.
	NetworkEnded End = "closed by the server"
	// SSHGone: ssh left first, and what it wrote has been sent.
	SSHGone End = "closed by ssh"
	// Reset: the connection broke. All that had arrived was delivered.
	Reset End = "reset"
	// GraceOver: something that ssh wrote could not be sent within the grace.
	GraceOver End = "timed out draining"
	// Failed: this machine would not do what it takes. The error says what.
	Failed End = "failed"
)

// bare strips the addresses and names that net and os put around an error: the
// caller knows both better.
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
