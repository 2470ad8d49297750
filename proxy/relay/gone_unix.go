//go:build unix

package relay

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// endSocket shuts down the sending half of a socket. If ssh's two descriptors are one
// socket, closing one of them would not end it.
func endSocket(out *os.File) {
	if fd, err := descriptor(out); err == nil {
		unix.Shutdown(fd, unix.SHUT_WR) // fails if it is not a socket; then a close is enough
	}
}

// pollHungUp are the events, always reported, by which poll shows that the reader of a
// pipe or the peer of a socket has gone.
const pollHungUp = unix.POLLERR | unix.POLLHUP

// Await calls gone, from a goroutine of its own, if the ssh at the other end of out
// goes away before there is a session: during lookups and dialling nothing else would
// notice. It starts to watch after a moment, by which most sessions have begun. After
// stop has returned it neither uses out nor calls gone, and holds no resources.
func Await(out *os.File, gone func()) (stop func()) {
	parent := os.Getppid()
	stopped := func() {} // stops the watch, once that has begun
	begun := make(chan struct{})
	moment := time.AfterFunc(firstLook, func() {
		defer close(begun)
		fd, err := descriptor(out)
		if err != nil {
			return
		}
		owner, release := peerProcess(fd, parent)
		unwatch := watch(fd, owner, gone)
		stopped = func() {
			unwatch()
			release()
		}
	})
	return func() {
		if !moment.Stop() {
			<-begun
			stopped()
		}
	}
}

// firstLook is when Await starts to watch.
const firstLook = 50 * time.Millisecond

// watchReader calls leave when out's reader has gone, also while no bytes flow: the
// parent of a ProxyCommand can die without a signal. It notices what the system's poll
// reports; a failed write shows it everywhere. After stop has returned it neither uses
// out nor calls leave.
func watchReader(out *os.File, leave func()) (stop func()) {
	fd, err := descriptor(out)
	if err != nil {
		return func() {}
	}
	return watch(fd, -1, leave)
}

// watch calls leave when the reader of fd has gone or the process of the pidfd owner
// has ended. An owner of -1 is none.
func watch(fd, owner int, leave func()) (stop func()) {
	wakeR, wakeW, err := os.Pipe()
	if err != nil {
		return func() {} // out of descriptors: a failed write will show it
	}
	wake, _ := descriptor(wakeR)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ps := []unix.PollFd{{Fd: int32(fd)}, {Fd: int32(wake), Events: unix.POLLIN},
			{Fd: int32(owner), Events: unix.POLLIN}}
		for {
			_, err := unix.Poll(ps, -1)
			switch {
			case err == unix.EINTR:
			case err != nil || ps[1].Revents != 0:
				return
			case ps[0].Revents&pollHungUp != 0, ps[2].Revents != 0:
				leave()
				return
			default: // POLLNVAL: a device that this system does not poll
				return
			}
		}
	}()
	return func() {
		wakeW.Close()
		<-done
		wakeR.Close()
	}
}

// descriptor gives f's descriptor and, unlike Fd, does not change its mode. The caller
// keeps f open.
func descriptor(f syscall.Conn) (int, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	fd := -1
	err = raw.Control(func(n uintptr) { fd = int(n) })
	return fd, err
}

// Gone reports whether nobody is left at the other end of out, the pipe or socket that
// ssh reads.
func Gone(out *os.File) bool {
	fd, err := descriptor(out)
	if err != nil {
		return false
	}
	ps := []unix.PollFd{{Fd: int32(fd)}}
	n, err := unix.Poll(ps, 0)
	return err == nil && n > 0 && ps[0].Revents&pollHungUp != 0
}
