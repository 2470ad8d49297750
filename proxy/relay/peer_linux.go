package relay

import (
	"os"

	"golang.org/x/sys/unix"
)

// peerProcess gives a descriptor that is readable once the process at the other
// end of a socketpair has ended: for libssh leaves its own end to its helper, who
// so never sees it closed. -1: there is none, or it is not the process that started
// this one.
func peerProcess(fd, parent int) (pidfd int, release func()) {
	nothing := func() {}
	peer, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
	if err != nil || int(peer.Pid) != parent {
		return -1, nothing
	}
	pidfd, err = unix.PidfdOpen(parent, 0)
	if os.Getppid() != parent { // it has ended already, and the number may be another's
		unix.Close(pidfd)
		return readable()
	}
	if err != nil {
		return -1, nothing
	}
	return pidfd, func() { unix.Close(pidfd) }
}

// readable is a descriptor that is readable at once.
func readable() (fd int, release func()) {
	fd, err := unix.Eventfd(1, unix.EFD_CLOEXEC)
	if err != nil {
		return -1, func() {}
	}
	return fd, func() { unix.Close(fd) }
}
