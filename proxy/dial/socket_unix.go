//go:build unix

package dial

import (
	"context"
	"syscall"

	"golang.org/x/sys/unix"
)

// The errnos of connect.
const (
	errnoRefused         = unix.ECONNREFUSED
	errnoTimedOut        = unix.ETIMEDOUT
	errnoNoFamily        = unix.EAFNOSUPPORT
	errnoHostUnreachable = unix.EHOSTUNREACH
	errnoNetUnreachable  = unix.ENETUNREACH
	errnoNoLocalAddress  = unix.EADDRNOTAVAIL
)

// errnosExhausted mean that this machine, not the peer, is out of descriptors or
// memory.
var errnosExhausted = []syscall.Errno{unix.EMFILE, unix.ENFILE, unix.ENOBUFS, unix.ENOMEM}

// mark sets the traffic class before the first packet. As in ssh's set_sock_tos, an
// error is ignored.
func mark(tos int) func(context.Context, string, string, syscall.RawConn) error {
	if tos == 0 {
		return nil
	}
	return func(_ context.Context, network, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			if network == "tcp4" {
				unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, tos)
			} else {
				unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_TCLASS, tos)
			}
		})
	}
}
