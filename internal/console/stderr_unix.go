//go:build unix

package console

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// readable reports whether f is open for reading and writing.
func readable(f *os.File) bool {
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
}

// takes reports whether f has room for a line within wait. A pipe that poll reports
// as writable has room for PIPE_BUF bytes, more than a line. A terminal always takes
// it: if its user has stopped the output, waiting is what they asked for.
func takes(f *os.File, wait time.Duration) bool {
	if f == nil || IsTerminal(f) {
		return true
	}
	ps := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLOUT}}
	for until := time.Now().Add(wait); ; {
		n, err := unix.Poll(ps, int(max(time.Until(until), 0).Milliseconds()))
		if err != unix.EINTR {
			return n > 0 || err != nil // the write will return the error
		}
	}
}
