//go:build unix

package relay

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// CanPass reports, before anything is connected, why out cannot carry a descriptor.
// It must be an AF_UNIX stream socket, as with ProxyUseFdpass. That it is one does not
// mean that ssh expects a descriptor; libssh runs plain ProxyCommands over socketpairs
// too. If out is nil, os.Stdout.
func CanPass(out *os.File) error {
	if out == nil {
		out = os.Stdout
	}
	fd, err := descriptor(out)
	if err != nil {
		return err
	}
	return canPass(fd)
}

func canPass(fd int) error {
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return errors.New(`stdout is not a socket: set "ProxyUseFdpass yes" beside ProxyCommand`)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return fmt.Errorf("stdout: %w", err)
	}
	if _, local := name.(*unix.SockaddrUnix); !local || kind != unix.SOCK_STREAM {
		return errors.New(`stdout is not a Unix stream socket: set "ProxyUseFdpass yes" beside ProxyCommand`)
	}
	return nil
}

// Pass hands c to the ssh at the other end of out, as OpenSSH's ssh_proxy_fdpass_connect
// expects it: one message of one data byte and one descriptor, in blocking mode,
// and nothing else. If out is nil, os.Stdout. ssh waits for the helper to exit, so exit
// soon.
//
// c must be a *net.TCPConn or a *net.UnixConn, which is nothing but its descriptor. A
// type that wraps one may have read ahead or encrypt, and ssh would not know; that is
// an error before anything is sent.
//
// After a nil error the connection is ssh's. Only close c: that does not end the
// connection, since ssh holds its descriptor.
func Pass(out *os.File, c net.Conn) error {
	if out == nil {
		out = os.Stdout
	}
	var socket syscall.Conn
	switch c := c.(type) {
	case *net.TCPConn:
		socket = c
	case *net.UnixConn:
		socket = c
	default:
		return errNotPassable
	}
	fd, err := descriptor(out)
	if err != nil {
		return err
	}
	if err := canPass(fd); err != nil {
		return err
	}
	raw, err := socket.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := raw.Control(func(conn uintptr) { failed = pass(fd, int(conn)) }); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("cannot hand the connection to ssh: %w", failed)
	}
	return nil
}

var errNotPassable = errors.New("cannot pass this connection to ssh, because it is more than a socket: " +
	"use ProxyCommand without ProxyUseFdpass")

// pass clears O_NONBLOCK, which is a property of the open file and so is passed on, and
// sends. After an error the connection is as it was.
func pass(out, conn int) error {
	if err := unix.SetNonblock(conn, false); err != nil {
		return err
	}
	err := sendRights(out, conn)
	if err != nil {
		unix.SetNonblock(conn, true)
	}
	return err
}

func sendRights(out, conn int) error {
	for {
		err := unix.Sendmsg(out, []byte{0}, unix.UnixRights(conn), nil, 0)
		switch err {
		case unix.EAGAIN: // somebody has made out non-blocking, and it is full
			ps := []unix.PollFd{{Fd: int32(out), Events: unix.POLLOUT}}
			if _, err := unix.Poll(ps, -1); err != nil && err != unix.EINTR {
				return err
			}
		case unix.EINTR:
		default:
			return err
		}
	}
}
