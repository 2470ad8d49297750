//go:build unix

package relay

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// runner is a path under test.
type runner = func(Pipes, net.Conn) (Stats, error)

// ample is more than a pipe and less than what pipe and sockets hold together.
var ample = strings.Repeat("0123456789abcdef", 2<<10)

func TestInputEndsFirst(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t).start(run)
		send(t, r.write, "up")
		r.write.Close()
		expect(t, r.peer, "up")
		expectEnd(t, r.peer)
		// The download goes on, for as long as it takes.
		for range 20 {
			send(t, r.peer, ample)
			expect(t, r.read, ample)
		}
		r.peer.Close()
		expectEnd(t, r.read)
		if o := r.end(NetworkEnded); o.Up != 2 || o.Down != int64(20*len(ample)) {
			t.Errorf("counted %d up, %d down", o.Up, o.Down)
		}
	})
}

func TestNetworkEndsFirst(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t)
		r.pipes.Grace = hangs
		r.start(run)
		send(t, r.peer, ample)
		r.peer.CloseWrite()
		expect(t, r.read, ample)
		expectEnd(t, r.read)
		// The rest of ssh's output arrives.
		send(t, r.write, ample)
		r.write.Close()
		expect(t, r.peer, ample)
		expectEnd(t, r.peer)
		r.end(NetworkEnded)
	})
}

func TestNetworkEndsWhileInputStaysOpen(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t)
		r.pipes.Grace = 50 * time.Millisecond
		r.start(run)
		r.peer.Close()
		expectEnd(t, r.read)
		r.end(NetworkEnded) // after the grace, without being told anything
	})
}

func TestProgressMovesTheGraceOn(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t)
		r.pipes.Grace = 2 * time.Second
		r.start(run)
		r.peer.CloseWrite()
		expectEnd(t, r.read)
		for range 12 { // three seconds, and no wait as long as the grace
			send(t, r.write, "x")
			expect(t, r.peer, "x")
			time.Sleep(250 * time.Millisecond)
		}
		r.write.Close()
		expectEnd(t, r.peer)
		r.end(NetworkEnded)
	})
}

func TestNetworkEndsBehindASlowReader(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t)
		r.pipes.Grace = time.Millisecond // it is not for a reader that is slow
		r.start(run)
		sent := bytes.Repeat([]byte(ample), 64)
		go func() {
			r.peer.Write(sent)
			r.peer.Close()
		}()
		var got bytes.Buffer
		for buf := make([]byte, 40<<10); ; {
			n, err := r.read.Read(buf)
			got.Write(buf[:n])
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		if !bytes.Equal(got.Bytes(), sent) {
			t.Errorf("received %d bytes of %d", got.Len(), len(sent))
		}
		r.end(NetworkEnded)
	})
}

func TestReaderGoesAndInputEnds(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t)
		r.pipes.Grace = hangs
		r.start(run)
		send(t, r.peer, "hello")
		expect(t, r.read, "hello")
		r.read.Close()
		send(t, r.write, "last words")
		r.write.Close()
		expect(t, r.peer, "last words")
		expectEnd(t, r.peer)
		r.peer.Close()
		// Where all is done before the reader is missed, the network has ended it.
		if o := r.done(); o.err != nil || o.Up != int64(len("last words")) {
			t.Errorf("counted %d up, error %v", o.Up, o.err)
		}
	})
}

func TestReaderGoesWhileNothingFlows(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t)
		r.pipes.Grace = 50 * time.Millisecond
		r.start(run)
		r.read.Close()
		expectEnd(t, r.peer)
		r.end(SSHGone)
	})
}

func TestInputEndsThenReaderGoes(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t)
		r.pipes.Grace = hangs
		r.start(run)
		r.write.Close()
		expectEnd(t, r.peer)
		r.read.Close()
		r.peer.Close()
		if o := r.done(); o.err != nil { // which of the two is seen first is open
			t.Error(o.err)
		}
	})
}

func TestHangupSendsWhatStdinHolds(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		hangup := make(chan struct{})
		r := newRig(t)
		r.pipes.Grace, r.pipes.Hangup = hangs, hangup
		send(t, r.write, ample+"DISCONNECT")
		close(hangup)
		r.start(run)
		expect(t, r.peer, ample+"DISCONNECT")
		expectEnd(t, r.peer) // though In stays open, and long before the grace is over
		r.peer.Close()
		if o := r.end(SSHGone); o.Up != int64(len(ample)+10) {
			t.Errorf("counted %d up", o.Up)
		}
	})
}

func TestHangupWhileInputStaysOpen(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		hangup := make(chan struct{})
		r := newRig(t)
		r.pipes.Grace, r.pipes.Hangup = 50*time.Millisecond, hangup
		r.start(run)
		close(hangup)
		r.end(SSHGone)
	})
}

// A socket that is closed over unread bytes sends a reset, and what was on its
// way to the peer is lost with it.
func TestLastWordsArriveAgainstAFlood(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t)
		r.pipes.Grace = hangs
		r.start(run)
		flooded := make(chan struct{})
		go func() {
			defer close(flooded)
			for range 200 {
				if _, err := r.peer.Write([]byte(ample)); err != nil {
					t.Errorf("the flood met %v", err)
					return
				}
			}
		}()
		expect(t, r.read, ample)
		send(t, r.write, "last words")
		r.write.Close()
		r.read.Close()
		expect(t, r.peer, "last words")
		expectEnd(t, r.peer)
		<-flooded
		r.peer.Close()
		r.end(SSHGone)
	})
}

// The reader stalls over a full pipe when the hangup comes; what it does not
// read must not keep the flood, nor ssh's last words, from flowing.
func TestLastWordsArriveBesideAStalledReader(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		hangup := make(chan struct{})
		r := newRig(t)
		r.pipes.Grace, r.pipes.Hangup = hangs, hangup
		r.start(run)
		r.peer.SetWriteDeadline(time.Now().Add(500 * time.Millisecond))
		for err := error(nil); err == nil; {
			_, err = r.peer.Write([]byte(ample))
		}
		r.peer.SetWriteDeadline(time.Now().Add(hangs))
		send(t, r.write, "last words")
		close(hangup)
		for range 200 {
			send(t, r.peer, ample)
		}
		expect(t, r.peer, "last words")
		expectEnd(t, r.peer)
		r.peer.Close()
		r.end(SSHGone)
	})
}

func TestGraceEndsAStuckDrain(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t)
		r.pipes.Grace = 300 * time.Millisecond
		r.conn.SetWriteBuffer(4 << 10)
		r.peer.SetReadBuffer(4 << 10)
		r.start(run)
		r.write.SetDeadline(time.Now().Add(500 * time.Millisecond))
		for err := error(nil); err == nil; { // until everything is full: the peer reads nothing
			_, err = r.write.Write([]byte(ample))
		}
		r.read.Close()
		r.end(GraceOver)
	})
}

func TestResetAfterDelivery(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t).start(run)
		send(t, r.write, "up")
		expect(t, r.peer, "up")
		send(t, r.peer, ample)
		expect(t, r.read, ample[:1]) // the rest is on its way or in the pipe: none of it may be lost
		r.peer.SetLinger(0)
		waitArrived(t, r.peer)
		r.peer.Close()
		expect(t, r.read, ample[1:])
		expectEnd(t, r.read)
		if o := r.end(Reset); !errors.Is(o.err, syscall.ECONNRESET) || !strings.Contains(o.err.Error(), "reset") {
			t.Errorf("error is %v", o.err)
		}
	})
}

// The way up can be the first to meet a reset, and takes the socket's error away
// from the way down.
func TestResetMetByTheWayUp(t *testing.T) {
	onEachPath(t, func(t *testing.T, run runner) {
		r := newRig(t).start(run)
		go func() { // ssh goes on sending
			for {
				if _, err := r.write.Write([]byte(ample)); err != nil {
					return
				}
			}
		}()
		expect(t, r.peer, ample)
		r.peer.SetLinger(0)
		r.peer.Close()
		expectEnd(t, r.read)
		r.end(Reset)
		r.pipes.In.Close() // frees the sender
	})
}
