package dial

import (
	"context"
	"syscall"

	"golang.org/x/sys/windows"
)

// The errnos of connect.
const (
	errnoRefused         = windows.WSAECONNREFUSED
	errnoTimedOut        = windows.WSAETIMEDOUT
	errnoNoFamily        = windows.WSAEAFNOSUPPORT
	errnoHostUnreachable = windows.WSAEHOSTUNREACH
	errnoNetUnreachable  = windows.WSAENETUNREACH
	errnoNoLocalAddress  = windows.WSAEADDRNOTAVAIL
)

// errnosExhausted mean that this machine, not the peer, is out of something.
var errnosExhausted = []syscall.Errno{windows.WSAEMFILE, windows.WSAENOBUFS}

// mark does nothing: Windows ignores IP_TOS unless an administrator's policy
// sets the class.
func mark(int) func(context.Context, string, string, syscall.RawConn) error { return nil }
