// Package relay moves bytes between ssh's two file descriptors and a
// connection, or passes the connection to ssh (ProxyUseFdpass).
//
// # Ending
//
// Nothing that either side has sent is lost, whichever closes first: [Pipes.Run] has
// the rules, and [Stats] says why a session ended. [Await] notices that ssh has gone
// before there is a session.
//
// # Paths
//
// On Linux a TCP connection is served by one poll loop that splices upwards. Every
// other connection and every other system takes the plain path of two copying
// goroutines. Both follow the same rules, which are written down in shutdown.go.
//
// It is a leaf that knows no DNS, no policy and no command line; all system-dependent
// code of a session's data path is here.
package relay

import (
	"net"
	"os"
	"time"
)

// Pipes relays between a connection and the two descriptors on which ssh talks
// to its ProxyCommand. The zero value is ready to use.
//
// The fields are bare files, not a Reader and a Writer, because the kernel does
// the copying if it can, and poll shows when ssh has gone.
type Pipes struct {
	In  *os.File // what ssh sends; if nil, os.Stdin
	Out *os.File // what ssh receives; if nil, os.Stdout. Closed when the network ends

	// Grace bounds the draining: all of it after ssh has gone, each wait for
	// progress after the network has ended, or after In has on a connection that
	// cannot be half-closed. If 0, 1 s.
	Grace time.Duration

	// Hangup, once closed, means what SIGHUP means: ssh has gone. If nil, only signals
	// mean that.
	Hangup <-chan struct{}
}

// Stats tells what a session moved and why it ended.
type Stats struct {
	Up   int64 // bytes from ssh that the connection took
	Down int64 // bytes from the network that ssh's descriptor took
	Why  End
}

// Run relays until the network has ended, or until ssh has gone and what it wrote has
// been sent.
//
//   - The end of In shuts down the sending half of c; the download goes on. If c cannot
//     be half-closed (it has no CloseWrite, or one that returns errors.ErrUnsupported),
//     the peer is not told, and the download goes on until nothing comes for Grace.
//   - When the network ends, Out is closed and what In still holds is sent.
//   - When ssh has gone, what comes from the network is dropped. If nothing reads Out any
//     more, or after SIGINT, In is sent to its end. After SIGHUP, SIGQUIT, SIGTERM or
//     Hangup only what In holds by then is sent.
//   - A signal that was ignored at the start stays ignored. From the first Run on, SIGPIPE
//     never ends the process, nor does a SIGHUP between sessions.
//
// The error is nil unless the connection broke (Why is Reset; on Unix the error wraps
// the errno, such as syscall.ECONNRESET), a system call failed on this machine (Why is
// Failed), or one of ssh's descriptors failed other than because ssh has gone. What had
// arrived before a reset is delivered first.
//
// Run does not close c, but afterwards c can only be closed. Nothing else may use c, In
// or Out meanwhile; a Close of c would wait for Run, which Hangup ends. On the plain path
// a goroutine may be left that is blocked in a read of In or a write to Out, since a
// blocking descriptor cannot be interrupted. It ends with the process, which is expected
// to follow soon.
func (p Pipes) Run(c net.Conn) (Stats, error) {
	p = p.withDefaults()
	if t, ok := c.(*net.TCPConn); ok {
		return p.kernel(t)
	}
	return p.plain(c)
}

func (p Pipes) withDefaults() Pipes {
	if p.In == nil {
		p.In = os.Stdin
	}
	if p.Out == nil {
		p.Out = os.Stdout
	}
	if p.Grace == 0 {
		p.Grace = time.Second
	}
	return p
}

// closeOut shows ssh that nothing more comes.
func (p Pipes) closeOut() {
	endSocket(p.Out)
	if p.Out != p.In {
		p.Out.Close()
	}
}
