package relay

import (
	"io"
	"time"

	"golang.org/x/sys/unix"
)

const (
	spliceMost = 1 << 20   // bytes asked of one splice
	bufferSize = 256 << 10 // of a pump that reads and writes

	// Pipes are widened once there is a transfer, but not to the maximum: 64 pipes of
	// 1 MiB exhaust what the kernel grants an ordinary user (pipe-user-pages-soft),
	// whose later pipes shrink to 8 KiB.
	widenAfter = 4 << 20
	widenTo    = 256 << 10

	// Moves of bulkAt bytes turn Nagle's algorithm on, so that bulk data leaves in full
	// segments. A move below flushAt, or none for calmAfter, turns it off again, which
	// also sends what was held back.
	bulkAt    = 32 << 10
	flushAt   = 8 << 10
	calmAfter = 5 * time.Millisecond

	// A terminal is written to in pieces, since it stays in blocking mode. A user's ^S
	// stops the session, as it should.
	blockingMost = 4 << 10
)

// pump is one direction: it waits for its source, moves bytes, and waits for the
// destination if that is full. It never blocks on a pipe or a socket.
//
// Upwards it splices if the source is a pipe: ssh's pages go to the network without a
// copy. Downwards it reads and writes: splicing network pages would save the relay
// time and cost ssh more.
type pump struct {
	src, dst int
	pipe     int // to be widened; -1 if it is not a pipe or wide already
	nagle    int // the socket whose TCP_NODELAY is set; -1 downwards
	splices  bool
	read     func(fd int, b []byte) (int, error)
	write    func(fd int, b []byte) (int, error)
	most     int // bytes in one write

	waitDst bool
	buf     []byte
	rest    []byte // of buf: read but not written yet
	drop    bool   // the destination has gone: what is read is dropped
	moved   int64  // bytes written

	bulk      bool      // the last move was a large one
	gathering bool      // Nagle's algorithm is on
	lastBulk  time.Time // the last move while gathering
}

func upward(in *nonblockFD, sock int) *pump {
	p := &pump{src: in.fd, dst: sock, pipe: -1, nagle: sock, splices: in.pipe,
		read: readNow, write: writeNow, most: bufferSize}
	if in.pipe {
		p.pipe = in.fd
	}
	if in.blocks {
		p.read = unix.Read
	}
	return p
}

func downward(sock int, out *nonblockFD) *pump {
	p := &pump{src: sock, dst: out.fd, pipe: -1, nagle: -1,
		read: readNow, write: writeNow, most: bufferSize}
	if out.pipe {
		p.pipe = out.fd
	}
	if out.blocks {
		p.write = unix.Write
	}
	if out.terminal {
		p.most = blockingMost
	}
	return p
}

// awaits is the event before which the next step cannot move anything.
func (p *pump) awaits() unix.PollFd {
	if p.waitDst {
		return unix.PollFd{Fd: int32(p.dst), Events: unix.POLLOUT}
	}
	return unix.PollFd{Fd: int32(p.src), Events: unix.POLLIN}
}

// pending reports whether there are bytes that could not be written yet.
func (p *pump) pending() bool { return p.waitDst }

// discard gives up the destination: from now on, what is read is dropped.
func (p *pump) discard() {
	p.drop, p.rest, p.waitDst = true, nil, false
}

// step moves once, without blocking. srcErr is io.EOF at the source's end;
// neither error is EAGAIN.
func (p *pump) step() (srcErr, dstErr error) {
	var n int
	if p.splices {
		n, srcErr, dstErr = p.splice()
	} else {
		n, srcErr, dstErr = p.copy()
	}
	if n > 0 {
		p.moved += int64(n)
		p.adapt(n)
	}
	return srcErr, dstErr
}

// splice lets the kernel move pages from a pipe to the socket. EAGAIN does not say
// which of the two was not ready: it is the one that was not just waited for.
func (p *pump) splice() (n int, srcErr, dstErr error) {
	n, errno := spliceNow(p.src, p.dst)
	switch errno {
	case 0:
		p.waitDst = false
		if n == 0 {
			srcErr = io.EOF
		}
		return n, srcErr, nil
	case unix.EINTR:
	case unix.EAGAIN:
		p.waitDst = !p.waitDst
	default:
		if p.moved > 0 || networkError(errno) { // a readable pipe has no errors of its own
			return 0, nil, errno
		}
		// The kernel cannot splice this pipe, a sandbox forbids it, or there is no memory
		// for it. Nothing has been moved, so read and write instead.
		p.splices, p.waitDst = false, false
	}
	return 0, nil, nil
}

// copy writes what is left from before; without any, it reads first.
func (p *pump) copy() (n int, srcErr, dstErr error) {
	if len(p.rest) == 0 {
		if p.buf == nil {
			p.buf = make([]byte, bufferSize)
		}
		got, err := p.read(p.src, p.buf)
		switch {
		case err == unix.EAGAIN || err == unix.EINTR:
			return 0, nil, nil
		case err != nil:
			return 0, err, nil
		case got == 0:
			return 0, io.EOF, nil
		case p.drop:
			return 0, nil, nil
		}
		p.rest = p.buf[:got]
	}
	n, err := p.write(p.dst, p.rest[:min(len(p.rest), p.most)])
	if err == unix.EAGAIN || err == unix.EINTR {
		n, err = 0, nil
	}
	n = max(n, 0)
	p.rest = p.rest[n:]
	p.waitDst = len(p.rest) > 0
	return n, nil, err
}

// adapt tunes the socket and the pipe for a transfer after n bytes have been moved.
// Errors are ignored.
func (p *pump) adapt(n int) {
	p.bulk = n >= bulkAt
	if p.nagle >= 0 {
		switch {
		case p.bulk && !p.gathering:
			p.gather(true)
		case n < flushAt && p.gathering:
			p.gather(false)
		}
		if p.gathering {
			p.lastBulk = time.Now()
		}
	}
	if p.pipe >= 0 && p.moved > widenAfter {
		if size, err := unix.FcntlInt(uintptr(p.pipe), unix.F_GETPIPE_SZ, 0); err == nil && size < widenTo {
			unix.FcntlInt(uintptr(p.pipe), unix.F_SETPIPE_SZ, widenTo)
		}
		p.pipe = -1
	}
}

func (p *pump) gather(on bool) {
	noDelay := 1
	if on {
		noDelay = 0
	}
	unix.SetsockoptInt(p.nagle, unix.IPPROTO_TCP, unix.TCP_NODELAY, noDelay)
	p.gathering = on
}

// calm sends the tail of a burst after which nothing has come.
func (p *pump) calm() {
	if p.gathering && time.Since(p.lastBulk) >= calmAfter {
		p.gather(false)
	}
}
