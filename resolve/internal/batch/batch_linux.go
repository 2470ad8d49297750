package batch

import (
	"errors"
	"net"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// messager is sendmmsg(2) and recvmmsg(2) of a socket.
type messager interface {
	ReadBatch(ms []ipv4.Message, flags int) (int, error)
	WriteBatch(ms []ipv4.Message, flags int) (int, error)
}

// messages are the calls of a socket of either family: on Linux they do not differ, and
// package ipv6 would only make the program larger and start later.
func messages(udp *net.UDPConn) messager { return ipv4.NewPacketConn(udp) }

// Batch is memory for what Receive takes. The zero Batch is ready to use.
type Batch struct {
	n        int
	messages []ipv4.Message
}

// Datagram is the i-th one. It is valid until the next Receive. One that is Size bytes long
// may have been cut.
func (b *Batch) Datagram(i int) []byte { return b.messages[i].Buffers[0][:b.messages[i].N] }

// make reserves memory at the first use.
func (b *Batch) make() {
	if b.messages != nil {
		return
	}
	b.messages = make([]ipv4.Message, Datagrams)
	room := make([]byte, Datagrams*Size)
	for i := range b.messages {
		b.messages[i].Buffers = [][]byte{room[i*Size : (i+1)*Size : (i+1)*Size]}
	}
}

type receiver struct{ socket messager }

func (r *receiver) open(udp *net.UDPConn) { r.socket = messages(udp) }

func (r *receiver) receive(b *Batch) (int, error) {
	b.make()
	return r.socket.ReadBatch(b.messages, 0)
}

// poll is receive that does not wait.
func (r *receiver) poll(b *Batch) (int, error) {
	b.make()
	n, err := r.socket.ReadBatch(b.messages, unix.MSG_DONTWAIT)
	if errors.Is(err, unix.EAGAIN) {
		return 0, nil
	}
	return max(n, 0), err
}
