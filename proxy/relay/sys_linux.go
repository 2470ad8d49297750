package relay

import (
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of a busy session, without the Go runtime's bookkeeping of calls that
// may block. These do not, or only briefly, and the bookkeeping's wake-ups of other
// threads (9,500 futex calls in 4 GiB, against 500) cost more than the moves. Except for
// splice, the descriptors must have O_NONBLOCK.

// spliceNow moves up to spliceMost bytes from a pipe to a socket.
func spliceNow(src, dst int) (int, unix.Errno) {
	n, _, errno := unix.RawSyscall6(unix.SYS_SPLICE, uintptr(src), 0, uintptr(dst), 0,
		spliceMost, unix.SPLICE_F_NONBLOCK|unix.SPLICE_F_MOVE)
	return int(n), errno
}

// readNow is unix.Read. b is not empty.
func readNow(fd int, b []byte) (int, error) {
	return count(unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b))))
}

// writeNow is unix.Write. b is not empty.
func writeNow(fd int, b []byte) (int, error) {
	return count(unix.RawSyscall(unix.SYS_WRITE, uintptr(fd), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b))))
}

// pollBriefly is unix.Poll for at most a millisecond: with a single processor, other
// goroutines and the garbage collector wait for it.
func pollBriefly(events []unix.PollFd) (int, error) {
	limit := unix.NsecToTimespec(int64(time.Millisecond))
	return count(unix.RawSyscall6(unix.SYS_PPOLL, uintptr(unsafe.Pointer(&events[0])), uintptr(len(events)),
		uintptr(unsafe.Pointer(&limit)), 0, 0, 0))
}

func count(n, _ uintptr, errno unix.Errno) (int, error) {
	if errno != 0 {
		return 0, errno
	}
	return int(n), nil
}
