//go:build unix

package console

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// readable reports whether f was opened for reading as well.
func readable(f *os.File) bool {
	flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&unix.O_ACCMODE == unix.O_RDWR
}

// takes reports whether a line can be written to f without waiting longer than this
// for somebody to read. A pipe that poll calls writable has room for PIPE_BUF, which
// is more than a line. A terminal that its user has stopped is waited for: it is the
// user who waits.
func takes(f *os.File, wait time.Duration) bool {
	if f == nil || IsTerminal(f) {
		return true
	}
	ps := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLOUT}}
	for until := time.Now().Add(wait); ; {
		n, err := unix.Poll(ps, int(max(time.Until(until), 0).Milliseconds()))
		if err != unix.EINTR {
			return n > 0 || err != nil // an error is the write's to tell
		}
	}
}
