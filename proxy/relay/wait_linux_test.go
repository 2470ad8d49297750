package relay

import (
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// waitArrived returns once the kernel at the other end holds all that the far
// end has sent, or has handed it on: a reset drops what is still on its way.
func waitArrived(t *testing.T, far *net.TCPConn) {
	t.Helper()
	fd, err := descriptor(far)
	if err != nil {
		t.Fatal(err)
	}
	for limit := time.Now().Add(hangs); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		if queued, err := unix.IoctlGetInt(fd, unix.SIOCOUTQ); err == nil && queued == 0 {
			return
		}
	}
	t.Fatal("what was sent does not arrive")
}
