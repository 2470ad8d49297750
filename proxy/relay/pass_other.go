//go:build !unix

package relay

import (
	"errors"
	"net"
	"os"
)

var errNoPass = errors.New("this system cannot pass a connection to ssh: use ProxyCommand without ProxyUseFdpass")

// CanPass always fails on this system.
func CanPass(*os.File) error { return errNoPass }

// Pass always fails on this system.
func Pass(*os.File, net.Conn) error { return errNoPass }
