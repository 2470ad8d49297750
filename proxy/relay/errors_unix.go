//go:build unix

package relay

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// peerClosed reports whether a failed write only says that the peer closed
// before it. io.ErrClosedPipe is net.Pipe's word for EPIPE.
func peerClosed(err error) bool {
	return errors.Is(err, unix.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}

// networkError reports whether an error of a connection tells of its peer or of the
// way there. Others are this machine's.
func networkError(err error) bool {
	var no unix.Errno
	if !errors.As(err, &no) {
		return true
	}
	switch no {
	case unix.EPIPE, unix.ECONNRESET, unix.ECONNABORTED, unix.ECONNREFUSED, unix.ETIMEDOUT, unix.ENOTCONN,
		unix.EHOSTUNREACH, unix.EHOSTDOWN, unix.ENETUNREACH, unix.ENETDOWN, unix.ENETRESET, unix.ENOPROTOOPT, unix.EPROTO:
		return true
	}
	return false
}

// inputError is nil where a failed read of In is just another way in which ssh
// or its terminal goes away.
func inputError(err error) error {
	if err == io.EOF || errors.Is(err, unix.EIO) || errors.Is(err, unix.ECONNRESET) {
		return nil
	}
	return err
}

// outputError is nil where a failed write to Out only says that nobody reads.
func outputError(err error) error {
	if errors.Is(err, unix.EPIPE) || errors.Is(err, unix.EIO) || errors.Is(err, unix.ECONNRESET) {
		return nil
	}
	return err
}
