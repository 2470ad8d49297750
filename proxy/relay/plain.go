package relay

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// plain is the path for connections without a descriptor of their own (TLS,
// SOCKS) and for systems other than Linux: one goroutine copies each way, and
// this one keeps the rules.
//
// It reads and writes itself: io.Copy would splice between a *net.TCPConn and a
// blocking pipe, which spins a core while the pipe's reader stalls (golang/go#75304).
func (p Pipes) plain(c net.Conn) (Stats, error) {
	e := shutdown{grace: p.Grace}
	t := &transfer{left: make(chan struct{}), hurried: make(chan struct{})}
	stopSignals := p.onHangup(t.told)
	defer stopSignals()
	unwatch := sync.OnceFunc(watchReader(p.Out, t.leave))
	defer unwatch()

	up, down := make(chan error, 1), make(chan error, 2) // nil: end of file
	go func() { up <- t.up(c, p.In) }()
	go func() { down <- t.down(p.Out, c) }()

	left, hurried := t.left, t.hurried
	var seen, arrived int64 // of t.sent and t.arrived, at the last look
	alarm := time.NewTimer(0)
	<-alarm.C
	for !e.finished() {
		select {
		case err := <-up:
			if err != nil && !networkError(err) {
				stats, _ := p.abandon(c, t, &e)
				stats.Why = Failed
				return stats, bare(err)
			}
			e.broken(err)
			e.upDone = true
			if t.untold.Load() {
				arrived = t.arrived.Load()
				e.inputEndUntold()
			}
		case err := <-down:
			if t.gone.Load() { // reported, but not handled yet
				e.sshGone()
			}
			e.broken(err)
			e.networkEnded()
			e.upDone = e.upDone || err != nil
			unwatch() // before the descriptor is closed and reused
			p.closeOut()
			seen = t.sent.Load()
		case <-left:
			left = nil
			e.sshGone()
			// Beside the first one, which may be blocked writing to a full pipe.
			go func() { down <- t.down(p.Out, c) }()
		case <-hurried:
			hurried = nil
			seen = t.sent.Load()
			e.hurry()
		case <-alarm.C:
			if n := t.sent.Load(); n > seen {
				seen = n
				e.progress()
			}
			if n := t.arrived.Load(); n > arrived || t.delivering.Load() {
				arrived = n
				e.received()
			}
			if e.drained(t.pending.Load()) { // the read that is still blocked ends with the process
				e.upDone = true
				closeWrite(c)
			}
			if !time.Now().Before(e.deadline) {
				return p.abandon(c, t, &e)
			}
		}
		if next := e.next(); !next.IsZero() {
			alarm.Reset(max(time.Until(next), time.Millisecond))
		}
	}
	return p.abandon(c, t, &e)
}

// abandon ends the goroutines that can be ended and returns the outcome.
func (p Pipes) abandon(c net.Conn, t *transfer, e *shutdown) (Stats, error) {
	past := time.Unix(1, 0)
	c.SetDeadline(past)
	p.In.SetReadDeadline(past) // fails on a blocking descriptor: its reader ends with the process
	p.Out.SetWriteDeadline(past)
	if f := t.fault.Load(); f != nil {
		e.failed(f.verb, f.err)
	}
	return e.outcome(Stats{Up: t.sent.Load(), Down: t.delivered.Load()}, t.pending.Load())
}

// transfer is what the two copying goroutines share with the one that started them.
type transfer struct {
	sent, delivered atomic.Int64
	arrived         atomic.Int64 // from the network, delivered or not
	pending         atomic.Bool  // bytes are read from ssh and not yet sent
	delivering      atomic.Bool  // bytes are read from the network and ssh has not yet taken them
	untold          atomic.Bool  // In has ended, and the connection cannot tell the peer
	gone            atomic.Bool
	left            chan struct{} // closed when ssh has gone
	hurried         chan struct{} // closed when a signal has said so
	fault           atomic.Pointer[fault]
}

// fault is the first error on ssh's side other than that ssh has gone.
type fault struct {
	verb string
	err  error
}

func (t *transfer) fail(verb string, err error) {
	if err != nil {
		t.fault.CompareAndSwap(nil, &fault{verb, err})
	}
}

func (t *transfer) leave() {
	if !t.gone.Swap(true) {
		close(t.left)
	}
}

// told is called by onHangup, at most once with hurry, which is the last time.
func (t *transfer) told(hurry bool) {
	t.leave()
	if hurry {
		close(t.hurried)
	}
}

// closeWrite tells the peer that nothing more comes. It returns false if the connection
// cannot do that without being closed. Reading meets any other error too.
func closeWrite(c net.Conn) (told bool) {
	half, ok := c.(interface{ CloseWrite() error })
	return ok && !errors.Is(half.CloseWrite(), errors.ErrUnsupported)
}

const chunk = 64 << 10

// up copies until the end of In, or until the connection takes no more.
func (t *transfer) up(c net.Conn, in *os.File) (network error) {
	buf := make([]byte, chunk)
	for {
		n, err := in.Read(buf)
		if n > 0 {
			t.pending.Store(true)
			sent, err := c.Write(buf[:n])
			t.sent.Add(int64(sent))
			switch {
			case err == nil:
			case peerClosed(err): // down meets the end itself, after what is still to be delivered
				return nil
			default:
				return err
			}
			t.pending.Store(false)
		}
		if err != nil {
			t.untold.Store(!closeWrite(c))
			t.fail("read from", inputError(err))
			return nil
		}
	}
}

// down copies until the network's end. Once ssh has gone it drops what it reads.
func (t *transfer) down(out *os.File, c net.Conn) (network error) {
	buf := make([]byte, chunk)
	for {
		n, err := c.Read(buf)
		t.arrived.Add(int64(n))
		if n > 0 && !t.gone.Load() {
			t.delivering.Store(true)
			n, err := out.Write(buf[:n])
			t.delivering.Store(false)
			t.delivered.Add(int64(n))
			if err != nil { // nothing reads it any more
				t.fail("write to", outputError(err))
				t.leave()
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
