//go:build unix

package relay

import (
	"io"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// hangs is long enough to be sure, on a busy machine, that something hangs.
const hangs = 60 * time.Second

// paths are the implementations; every rule is tested on each.
var paths = map[string]func(Pipes, net.Conn) (Stats, error){
	"run":   Pipes.Run, // the kernel path on Linux
	"plain": func(p Pipes, c net.Conn) (Stats, error) { return p.withDefaults().plain(c) },
}

func onEachPath(t *testing.T, test func(t *testing.T, run func(Pipes, net.Conn) (Stats, error))) {
	for name, run := range paths {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, run)
		})
	}
}

// rig is a relay between real pipes, as ssh makes them, and a loopback
// connection; the test plays ssh and the peer.
type rig struct {
	t     *testing.T
	write *os.File     // ssh's end towards the relay
	read  *os.File     // ssh's end from the relay
	peer  *net.TCPConn // the far end of the network
	conn  *net.TCPConn // the relay's end of the network
	pipes Pipes
	ended chan outcome
}

type outcome struct {
	Stats
	err error
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, ended: make(chan outcome, 1)}
	in, write := pipe(t)
	read, out := pipe(t)
	r.pipes.In, r.pipes.Out = in, out
	r.write, r.read = pollable(t, write), pollable(t, read)
	r.conn, r.peer = connect(t)
	return r
}

func (r *rig) start(run func(Pipes, net.Conn) (Stats, error)) *rig {
	go func() {
		s, err := run(r.pipes, r.conn)
		r.conn.Close()
		r.ended <- outcome{s, err}
	}()
	return r
}

// done waits for the relay's end.
func (r *rig) done() outcome {
	r.t.Helper()
	select {
	case o := <-r.ended:
		return o
	case <-time.After(hangs):
		r.t.Fatalf("the relay hangs")
		panic("unreachable")
	}
}

// end waits for the relay's end and checks why it came: a reset alone is an error.
func (r *rig) end(why End) outcome {
	r.t.Helper()
	o := r.done()
	if o.Why != why || (o.err != nil) != (why == Reset) {
		r.t.Errorf("ended with %q and error %v, want %q", o.Why, o.err, why)
	}
	return o
}

// pipe is a pipe in blocking mode, as ssh makes its two.
func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	var fds [2]int
	if err := unix.Pipe(fds[:]); err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		unix.CloseOnExec(fd)
	}
	r, w = os.NewFile(uintptr(fds[0]), "r"), os.NewFile(uintptr(fds[1]), "w")
	t.Cleanup(func() { r.Close(); w.Close() })
	return r, w
}

// pollable returns the test's own end of a pipe with deadlines: closing it interrupts a
// read. The relay's end is another open file and keeps its mode.
func pollable(t testing.TB, f *os.File) *os.File {
	t.Helper()
	fd, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	unix.SetNonblock(fd, true)
	f = os.NewFile(uintptr(fd), "ssh")
	if err := f.SetDeadline(time.Now().Add(hangs)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// connect gives both ends of a loopback connection.
func connect(t testing.TB) (near, far *net.TCPConn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	a, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	near, far = c.(*net.TCPConn), a.(*net.TCPConn)
	far.SetDeadline(time.Now().Add(hangs))
	t.Cleanup(func() { far.Close(); near.Close() }) // in this order: the near end may wait for a relay
	return near, far
}

// send writes all of s or fails the test.
func send(t testing.TB, w io.Writer, s string) {
	t.Helper()
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatalf("send: %v", err)
	}
}

// expect reads exactly want.
func expect(t testing.TB, r io.Reader, want string) {
	t.Helper()
	got := make([]byte, len(want))
	if n, err := io.ReadFull(r, got); err != nil || string(got) != want {
		t.Fatalf("received %.80q, %v; want %.80q", got[:n], err, want)
	}
}

// expectEnd wants the end of file and nothing before it.
func expectEnd(t testing.TB, r io.Reader) {
	t.Helper()
	var b [1]byte
	if n, err := r.Read(b[:]); n != 0 || err != io.EOF {
		t.Fatalf("received %d bytes, %v; want the end", n, err)
	}
}
