// Package batch sends and receives many datagrams with each system call.
//
// It knows bytes and no DNS: which datagram belongs to what is its callers' matter.
// Where the kernel has no such call, datagrams go one by one.
package batch

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"
)

// Datagrams is how many datagrams one call of Receive takes at most, and Size how many
// bytes are kept of each: somewhat more than a DNS message that passes without fragments
// (1,232 bytes; RFC 9715, section 3).
const (
	Datagrams = 64
	Size      = 1500
)

// buffer is how many bytes the system is asked to keep until Receive takes them. It may
// give less.
const buffer = 4 << 20

// Conn is a connected UDP socket on a random port: only datagrams from the address it was
// made for arrive. One goroutine may send while another receives.
type Conn struct {
	udp *net.UDPConn
	out sender
	in  receiver

	sweeping bool // Receive's: it does not wait
}

// Dial makes a Conn. Nothing is sent.
func Dial(to netip.AddrPort) (*Conn, error) {
	udp, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return nil, err
	}
	udp.SetReadBuffer(buffer)
	c := &Conn{udp: udp}
	c.out.open(udp)
	c.in.open(udp)
	return c, nil
}

// Send sends datagrams, of which none is empty; it may change their order in the list. It
// waits while the system's buffer is full. The error is often about an earlier datagram:
// a connected socket reports an ICMP "unreachable" with the next call.
func (c *Conn) Send(datagrams [][]byte) error {
	for len(datagrams) > 0 {
		n, err := c.out.send(datagrams)
		if err != nil {
			return err
		}
		datagrams = datagrams[n:]
	}
	return nil
}

// Receive waits for datagrams and takes those that are there into b, in place of its
// former ones. After Sweep it returns without one, once, when none is there. After Close the
// error is net.ErrClosed.
func (c *Conn) Receive(b *Batch) (err error) {
	if b.n = 0; !c.sweeping {
		if b.n, err = c.in.receive(b); !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		c.sweeping = true
		c.udp.SetReadDeadline(time.Time{})
	}
	b.n, err = c.in.poll(b)
	c.sweeping = b.n > 0
	return err
}

// Sweep has Receive say when it has taken all that is there: what has arrived before Sweep
// comes before that. Sweep is not called again until Receive has said so.
func (c *Conn) Sweep() { c.udp.SetReadDeadline(time.Unix(1, 0)) }

// Port is the local port.
func (c *Conn) Port() uint16 { return c.udp.LocalAddr().(*net.UDPAddr).AddrPort().Port() }

// Close frees the socket and ends a Receive that waits.
func (c *Conn) Close() error { return c.udp.Close() }

// Len is how many datagrams the last Receive took.
func (b *Batch) Len() int { return b.n }
