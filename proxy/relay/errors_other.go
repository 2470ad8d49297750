//go:build !unix

package relay

import (
	"errors"
	"io"
	"syscall"
)

// Windows' numbers for what POSIX calls EPIPE: the reader of a pipe has closed
// it, or is about to.
const (
	errBrokenPipe syscall.Errno = 109
	errNoData     syscall.Errno = 232
)

// peerClosed reports whether a failed write only says that the peer closed
// before it: io.ErrClosedPipe is net.Pipe's word for that. Winsock does not tell
// it from a reset.
func peerClosed(err error) bool { return errors.Is(err, io.ErrClosedPipe) }

// networkError cannot tell an error of the network's from this machine's here.
func networkError(error) bool { return true }

// inputError is nil where a failed read of In only says that ssh has closed it.
func inputError(err error) error {
	if err == io.EOF {
		return nil
	}
	return outputError(err)
}

// outputError is nil where a failed write to Out only says that nobody reads.
func outputError(err error) error {
	if errors.Is(err, errBrokenPipe) || errors.Is(err, errNoData) || errors.Is(err, syscall.EPIPE) {
		return nil
	}
	return err
}
