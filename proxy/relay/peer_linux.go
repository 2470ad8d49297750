package relay

import (
	"os"

	"golang.org/x/sys/unix"
)

// peerProcess gives a descriptor that is readable once the process at the other end of
// a socketpair has ended. libssh leaks its own end to its helper, which therefore never
// sees it closed. The descriptor is -1 if there is no such process or it is not the one
// that started this one.
func peerProcess(fd, parent int) (pidfd int, release func()) {
	nothing := func() {}
	peer, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil || int(peer.Pid) != parent {
		return -1, nothing
	}
	pidfd, err = unix.PidfdOpen(parent, 0)
	if os.Getppid() != parent { // it has ended, and its PID may be another process's
		unix.Close(pidfd)
		return readable()
	}
	if err != nil {
		return -1, nothing
	}
	return pidfd, func() { unix.Close(pidfd) }
}

// readable gives a descriptor that is readable already.
func readable() (fd int, release func()) {
	fd, err := unix.Eventfd(1, unix.EFD_CLOEXEC)
	if err != nil {
		return -1, func() {}
	}
	return fd, func() { unix.Close(fd) }
}
