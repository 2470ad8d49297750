//go:build !linux

package batch

import "net"

// Batch is memory for what Receive takes. The zero Batch is ready to use.
type Batch struct {
	n    int
	size int
	room [1 << 16]byte // for any datagram: on Windows one that does not fit is an error
}

// Datagram is the i-th one. It is valid until the next Receive. One that is Size bytes long
// may have been cut.
func (b *Batch) Datagram(int) []byte { return b.room[:b.size] }

type receiver struct{ udp *net.UDPConn }

func (r *receiver) open(udp *net.UDPConn) { r.udp = udp }

func (r *receiver) receive(b *Batch) (n int, err error) {
	n, err = r.udp.Read(b.room[:])
	return b.took(n, err)
}

// poll is receive that does not wait.
func (r *receiver) poll(b *Batch) (n int, err error) {
	if n, err = Poll(r.udp, b.room[:]); n == 0 {
		return 0, err
	}
	return b.took(n, err)
}

func (b *Batch) took(n int, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	b.size = min(n, Size)
	return 1, nil
}

type sender struct{ udp *net.UDPConn }

func (s *sender) open(udp *net.UDPConn) { s.udp = udp }

// send sends the first datagram.
func (s *sender) send(datagrams [][]byte) (int, error) {
	_, err := s.udp.Write(datagrams[0])
	return 1, err
}
