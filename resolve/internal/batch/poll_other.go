//go:build !unix

package batch

import (
	"errors"
	"net"
	"os"
	"time"
)

// moment is how long Poll waits where nothing can be read without waiting.
const moment = 5 * time.Millisecond

// Poll takes a datagram that is there, and hardly waits: without one it returns 0. The
// socket has no read deadline, before and afterwards.
func Poll(udp *net.UDPConn, b []byte) (n int, err error) {
	defer udp.SetReadDeadline(time.Time{})
	for {
		start := time.Now()
		udp.SetReadDeadline(start.Add(moment))
		n, err = udp.Read(b)
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return n, err
		}
		if time.Since(start) < 4*moment { // else the moment may have been over before Read looked
			return 0, nil
		}
	}
}
