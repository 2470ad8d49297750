package relay

import (
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// kernel serves a TCP connection with one poll loop in this goroutine.
//
// The loop runs inside Control: Go keeps the descriptor open until Control returns,
// and the net package neither reads nor writes it meanwhile. It stays non-blocking and
// registered with the runtime's own poller, on which nothing waits. So there is no
// second descriptor to close and no mode to restore.
func (p Pipes) kernel(c *net.TCPConn) (stats Stats, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return stats, err
	}
	failed := raw.Control(func(sock uintptr) { stats, err = p.loop(int(sock)) })
	if failed != nil {
		err = failed
	}
	if err != nil && stats.Why == "" {
		stats.Why, err = Failed, bare(err)
	}
	return stats, err
}

func (p Pipes) loop(sock int) (Stats, error) {
	// Go makes it so, but Fd of a File of the same connection would undo it.
	if err := unix.SetNonblock(sock, true); err != nil {
		return Stats{}, os.NewSyscallError("fcntl", err)
	}
	in, err := acquire(p.In)
	if err != nil {
		return Stats{}, err
	}
	defer in.restore()
	out, err := acquire(p.Out)
	if err != nil {
		return Stats{}, err
	}
	defer out.restore()
	wake, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return Stats{}, os.NewSyscallError("eventfd", err)
	}
	defer unix.Close(wake)
	l := loop{
		Pipes:    p,
		shutdown: shutdown{grace: p.Grace},
		up:       upward(in, sock),
		down:     downward(sock, out),
		sock:     sock,
		wake:     wake,
		out:      out,
	}
	stop := p.onHangup(l.told)
	defer stop()
	moved := func() Stats { return Stats{Up: l.up.moved, Down: l.down.moved} }
	if err := l.run(); err != nil {
		return moved(), err
	}
	return l.outcome(moved(), l.up.pending())
}

// loop is a session: a pump for each direction, what can end them, and one poll.
type loop struct {
	Pipes
	shutdown
	up, down *pump
	sock     int
	wake     int         // readable: a signal showed that ssh has gone
	urgent   atomic.Bool // that signal hurries
	out      *nonblockFD
	events   [4]unix.PollFd
}

// The places in loop.events.
const (
	evUp     = iota // what the upward pump waits for
	evDown          // what the downward pump waits for
	evReader        // no events of its own; reports that nothing reads Out any more
	evWake
)

// told is called from another goroutine; see onHangup.
func (l *loop) told(hurry bool) {
	if hurry {
		l.urgent.Store(true)
	}
	unix.Write(l.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
}

// heard handles what told has reported.
func (l *loop) heard() {
	unix.Read(l.wake, make([]byte, 8))
	l.leave()
	if l.urgent.Load() {
		l.hurry()
	}
}

func (l *loop) run() error {
	for !l.finished() {
		l.arm()
		n, err := l.wait()
		if err != nil && err != unix.EINTR {
			return os.NewSyscallError("poll", err)
		}
		if n <= 0 {
			clear(l.events[:])
		}
		if l.events[evWake].Revents != 0 {
			l.heard()
		}
		if l.events[evReader].Revents != 0 {
			l.leave()
		}
		switch {
		case l.events[evUp].Revents != 0:
			if err := l.moveUp(); err != nil {
				return err
			}
		case l.drained(l.up.pending()):
			l.endUp()
		default:
			l.up.calm()
		}
		if l.events[evDown].Revents != 0 {
			l.moveDown()
		}
		if !l.deadline.IsZero() && !time.Now().Before(l.deadline) {
			return nil
		}
	}
	return nil
}

// arm sets what the next poll waits for. poll ignores a descriptor of -1.
func (l *loop) arm() {
	for i := range l.events {
		l.events[i] = unix.PollFd{Fd: -1}
	}
	if !l.upDone {
		l.events[evUp] = l.up.awaits()
	}
	if !l.downDone {
		l.events[evDown] = l.down.awaits()
	}
	if !l.hurried {
		l.events[evWake] = unix.PollFd{Fd: int32(l.wake), Events: unix.POLLIN}
	}
	if !l.gone && !l.ended { // then Out is closed
		l.events[evReader] = unix.PollFd{Fd: int32(l.out.fd)}
	}
}

// wait polls, during a transfer with the cheaper call first.
func (l *loop) wait() (int, error) {
	if l.up.bulk || l.down.bulk {
		n, err := pollBriefly(l.events[:])
		if n > 0 || err != nil {
			return n, err
		}
		l.up.bulk, l.down.bulk = false, false
	}
	return unix.Poll(l.events[:], l.timeout())
}

// timeout is in milliseconds, rounded up so that the last one is not a busy loop.
func (l *loop) timeout() int {
	var wait time.Duration = -1
	if next := l.next(); !next.IsZero() {
		wait = max(0, time.Until(next))
	}
	if l.up.gathering && !l.upDone && (wait < 0 || wait > calmAfter) {
		wait = calmAfter
	}
	if wait < 0 {
		return -1
	}
	return int((wait + time.Millisecond - 1) / time.Millisecond)
}

// leave is called when ssh has gone: what the network sends is dropped from now on.
func (l *loop) leave() {
	l.sshGone()
	l.down.discard()
}

// moveUp returns an error if sending fails on this machine.
func (l *loop) moveUp() error {
	before := l.up.moved
	srcErr, dstErr := l.up.step()
	if l.up.moved > before {
		l.progress()
	}
	switch {
	case dstErr == unix.EPIPE: // the peer has closed; the downward pump meets the end
		l.upDone = true
	case dstErr != nil && !networkError(dstErr):
		return os.NewSyscallError("send", dstErr)
	case dstErr != nil:
		l.upDone = true
		l.broken(dstErr)
	case srcErr != nil:
		if err := inputError(srcErr); err != nil {
			l.failed("read from", err)
		}
		l.endUp()
	}
	return nil
}

// endUp tells the peer that nothing more comes.
func (l *loop) endUp() {
	l.upDone = true
	unix.Shutdown(l.sock, unix.SHUT_WR) // the downward pump meets any error too
}

func (l *loop) moveDown() {
	srcErr, dstErr := l.down.step()
	switch {
	case dstErr != nil: // nothing reads Out any more
		if err := outputError(dstErr); err != nil {
			l.failed("write to", err)
		}
		l.leave()
	case srcErr == io.EOF:
		l.endOut()
	case srcErr != nil:
		l.broken(srcErr)
		l.endOut()
		l.upDone = true
	}
}

// endOut tells ssh that the network has ended.
func (l *loop) endOut() {
	l.networkEnded()
	l.out.restore() // before it is closed
	l.closeOut()
}
