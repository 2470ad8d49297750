//go:build unix && !linux

package relay

import (
	"net"
	"testing"
	"time"
)

// waitArrived gives loopback ample time, for want of a queue to ask.
func waitArrived(*testing.T, *net.TCPConn) { time.Sleep(500 * time.Millisecond) }
