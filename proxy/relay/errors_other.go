//go:build !unix

package relay

import (
	"errors"
	"io"
	"syscall"
)

// Windows' errors for POSIX's EPIPE: the reader of a pipe has closed it or is about
// to.
const (
	errBrokenPipe syscall.Errno = 109
	errNoData     syscall.Errno = 232
)

// peerClosed reports whether a failed write only means that the peer has closed, as
// io.ErrClosedPipe does for net.Pipe. Winsock does not tell that from a reset.
func peerClosed(err error) bool { return errors.Is(err, io.ErrClosedPipe) }

// networkError cannot tell errors of the network from this machine's here.
func networkError(error) bool { return true }

// inputError is nil if a failed read of In only means that ssh has closed it.
func inputError(err error) error {
	if err == io.EOF {
		return nil
	}
	return outputError(err)
}

// outputError is nil if a failed write to Out only means that nothing reads it.
func outputError(err error) error {
	if errors.Is(err, errBrokenPipe) || errors.Is(err, errNoData) || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}
