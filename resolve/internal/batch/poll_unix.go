//go:build unix

package batch

import (
	"errors"
	"net"
	"syscall"
)

// Poll takes a datagram that is there, and does not wait: without one it returns 0. The
// socket has no read deadline.
func Poll(udp *net.UDPConn, b []byte) (n int, err error) {
	raw, err := udp.SyscallConn()
	if err != nil {
		return 0, err
	}
	var failed error
	err = raw.Read(func(fd uintptr) bool {
		for {
			if n, failed = syscall.Read(int(fd), b); failed != syscall.EINTR {
				return true
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case errors.Is(failed, syscall.EAGAIN):
		return 0, nil
	}
	return max(n, 0), failed
}
