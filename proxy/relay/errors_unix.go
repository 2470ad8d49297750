//go:build unix

package relay

import (
	"errors"
	"io"

	"golang.org/x/sys/unix"
)

// peerClosed reports whether a failed write only means that the peer has closed.
// io.ErrClosedPipe is net.Pipe's EPIPE.
func peerClosed(err error) bool {
	return errors.Is(err, unix.EPIPE) || errors.Is(err, io.ErrClosedPipe)
}

// networkError reports whether an error of a connection is about its peer or the
// network. Others are about this machine.
func networkError(err error) bool {
	var no unix.Errno
	if !errors.As(err, &no) {
		return true
	}
	switch no {
	case unix.EPIPE, unix.ECONNRESET, unix.ECONNABORTED, unix.ECONNREFUSED, unix.ETIMEDOUT, unix.ENOTCONN,
		unix.EHOSTUNREACH, unix.EHOSTDOWN, unix.ENETUNREACH, unix.ENETDOWN, unix.ENETRESET, unix.ENOPROTOOPT,
		unix.EPROTO:
		return true
	}
	return false
}

// inputError is nil if a failed read of In only means that ssh or its terminal has
// gone.
func inputError(err error) error {
	if err == io.EOF || errors.Is(err, unix.EIO) || errors.Is(err, unix.ECONNRESET) {
		return nil
	}
	return err
}

// outputError is nil if a failed write to Out only means that nothing reads it.
func outputError(err error) error {
	if errors.Is(err, unix.EPIPE) || errors.Is(err, unix.EIO) || errors.Is(err, unix.ECONNRESET) {
		return nil
	}
	return err
}
