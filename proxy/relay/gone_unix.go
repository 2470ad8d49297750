//go:build unix

package relay

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// endSocket tells the peer of a socket that nothing more comes. Where ssh's two
// descriptors are one socket, closing one of them would say nothing.
func endSocket(out *os.File) {
	if fd, err := descriptor(out); err == nil {
		unix.Shutdown(fd, unix.SHUT_WR) // no socket: refused, and a close says it
	}
}

// pollHungUp are the events, reported without being asked for, by which poll says
// that the reader of a pipe or the peer of a socket has gone.
const pollHungUp = unix.POLLERR | unix.POLLHUP

// Await calls gone, from a goroutine of its own, when the ssh at the other end of out
// has gone before there is a session: while names are looked up and addresses
// dialled nobody else would notice. It looks for the first time after a moment, for
// most sessions stand by then. After stop has returned it neither uses out nor
// calls gone, and holds nothing.
func Await(out *os.File, gone func()) (stop func()) {
	parent := os.Getppid()
	stopped := func() {} // what to stop once the watch has begun
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

// firstLook is when Await begins to look.
const firstLook = 50 * time.Millisecond

// watchReader calls leave when out's reader has gone, also while nothing flows:
// the parent of a ProxyCommand can die without a signal. It tells as much as
// the system's poll does; a write that fails tells it everywhere. After stop has
// returned it neither uses out nor calls leave.
func watchReader(out *os.File, leave func()) (stop func()) {
	fd, err := descriptor(out)
	if err != nil {
		return func() {}
	}
	return watch(fd, -1, leave)
}

// watch calls leave when the reader of fd has gone, or when the process behind
// owner has ended; -1 is none.
func watch(fd, owner int, leave func()) (stop func()) {
	wakeR, wakeW, err := os.Pipe()
	if err != nil {
		return func() {} // no descriptors left: a write will tell
	}
	wake, _ := descriptor(wakeR)
	done := make(chan struct{})
	go func() {
		defer close(done)
		ps := []unix.PollFd{{Fd: int32(fd)}, {Fd: int32(wake), Events: unix.POLLIN}, {Fd: int32(owner), Events: unix.POLLIN}}
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

// descriptor gives the number behind f and, unlike Fd, leaves its mode alone.
// The caller keeps f open.
func descriptor(f syscall.Conn) (int, error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return -1, err
	}
	fd := -1
	err = raw.Control(func(n uintptr) { fd = int(n) })
	return fd, err
}
