package batch

import (
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"unsafe"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// sender puts datagrams into the messages of a system call, and keeps the call's memory.
type sender struct {
	socket   messager
	single   bool // the kernel cannot cut a message into datagrams, or the route cannot
	messages []ipv4.Message
	controls []control
	sizes    []int // how many datagrams each message is
}

// maxSegments is how many datagrams one message may become: UDP_MAX_SEGMENTS of the first
// kernels that have UDP_SEGMENT.
const maxSegments = 64

// control is the control message that has the kernel cut a message (udp(7), UDP_SEGMENT).
type control struct {
	unix.Cmsghdr
	size [8]byte // two bytes, and padding as of CMSG_SPACE
}

func (s *sender) open(udp *net.UDPConn) { s.socket = messages(udp) }

// send sends as many datagrams as one call takes, and returns how many. Datagrams of one
// length go through the kernel in one piece.
func (s *sender) send(datagrams [][]byte) (int, error) {
	if len(datagrams) > 1 && !s.single {
		slices.SortFunc(datagrams, func(x, y []byte) int { return len(y) - len(x) })
	}
	n := s.pack(datagrams)
	n, err := s.socket.WriteBatch(s.messages[:n], 0)
	if err != nil {
		if !s.single && refused(err) {
			s.single = true
			return s.send(datagrams)
		}
		return 0, err
	}
	sent := 0
	for _, size := range s.sizes[:n] {
		sent += size
	}
	return sent, nil
}

// pack makes messages of datagrams, which are in the order of their length, and returns how
// many.
func (s *sender) pack(datagrams [][]byte) (n int) {
	for len(s.messages) < len(datagrams) {
		s.messages = append(s.messages, ipv4.Message{})
		s.controls = append(s.controls, control{})
		s.sizes = append(s.sizes, 0)
	}
	for len(datagrams) > 0 {
		run := s.run(datagrams)
		m := &s.messages[n]
		m.Buffers, m.OOB = datagrams[:run:run], nil
		if run > 1 {
			m.OOB = s.controls[n].cut(len(datagrams[0]))
		}
		s.sizes[n] = run
		datagrams = datagrams[run:]
		n++
	}
	return n
}

// run is how many of the datagrams fit one message: all are as long as the first, but for
// the last, which may be shorter.
func (s *sender) run(datagrams [][]byte) int {
	n := 1
	for !s.single && n < min(len(datagrams), maxSegments) {
		n++
		if len(datagrams[n-1]) < len(datagrams[0]) {
			break
		}
	}
	return n
}

// cut is the control message with a datagram's size.
func (c *control) cut(size int) []byte {
	c.Level, c.Type = unix.SOL_UDP, unix.UDP_SEGMENT
	c.SetLen(unix.CmsgLen(2))
	binary.NativeEndian.PutUint16(c.size[:], uint16(size))
	return unsafe.Slice((*byte)(unsafe.Pointer(c)), unix.CmsgSpace(2))
}

// refused reports whether an error is the kernel's way to say that it does not cut
// messages: EINVAL where it does not know how or the datagrams do not fit the route, EIO
// where the device does not compute checksums.
func refused(err error) bool {
	return errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EIO) || errors.Is(err, unix.EOPNOTSUPP)
}
