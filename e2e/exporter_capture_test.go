//go:build linux && exporter

package e2e

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// capture is what has been sent on the loopback interface, which is the only one.
type capture struct {
	mu      sync.Mutex
	packets [][]byte // from the IP header on
}

// capture reads all packets until the test ends.
func (v *visit) capture() *capture {
	v.t.Helper()
	all := binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, unix.ETH_P_ALL)) // in the network's order
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, int(all))
	v.must(err)
	v.must(unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Usec: 100_000}))
	v.must(unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, 8<<20))
	c, done, ended := &capture{}, make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		b := make([]byte, 1<<16)
		for {
			select {
			case <-done:
				return
			default:
			}
			n, _, err := unix.Recvfrom(fd, b, 0)
			if err != nil {
				time.Sleep(time.Millisecond) // a timeout, or a signal
				continue
			}
			c.mu.Lock()
			c.packets = append(c.packets, bytes.Clone(b[:n]))
			c.mu.Unlock()
		}
	}()
	v.t.Cleanup(func() { close(done); <-ended; unix.Close(fd) })
	return c
}

// asked reports whether a name, given by its first label, was in a DNS question.
func (c *capture) asked(label string) bool {
	wire := append([]byte{byte(len(label))}, label...)
	return c.any(func(protocol byte, _ netip.Addr, transport []byte) bool {
		return protocol == unix.IPPROTO_UDP && binary.BigEndian.Uint16(transport[2:]) == 53 && bytes.Contains(transport[8:], wire)
	})
}

// reached reports whether a TCP connection to an address was begun.
func (c *capture) reached(to string) bool {
	const syn, ack = 0x02, 0x10
	want := netip.MustParseAddr(to)
	return c.any(func(protocol byte, dst netip.Addr, transport []byte) bool {
		return protocol == unix.IPPROTO_TCP && dst == want && transport[13]&(syn|ack) == syn
	})
}

func (c *capture) any(match func(protocol byte, dst netip.Addr, transport []byte) bool) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, p := range c.packets {
		var protocol byte
		var dst netip.Addr
		var transport []byte
		switch {
		case len(p) >= 20 && p[0]>>4 == 4:
			protocol, transport = p[9], p[min(len(p), int(p[0]&15)*4):]
			dst, _ = netip.AddrFromSlice(p[16:20])
		case len(p) >= 40 && p[0]>>4 == 6:
			protocol, transport = p[6], p[40:]
			dst, _ = netip.AddrFromSlice(p[24:40])
		}
		if len(transport) >= 20 && match(protocol, dst, transport) {
			return true
		}
	}
	return false
}
