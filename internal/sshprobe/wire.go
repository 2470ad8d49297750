package sshprobe

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// identification is ours. It says openly who asks; sshd logs it at DEBUG.
const identification = "SSH-2.0-rdnsproxy"

const (
	// linger is how long to wait for the server to hang up after we have.
	linger = 500 * time.Millisecond

	// maxSeen is how many bytes of what a server sends are kept. Its KEXINIT comes first
	// and takes about 1,500.
	maxSeen = 64 << 10
)

// past is a deadline that ends pending reads and writes.
var past = time.Unix(1, 0)

// wire is a connection on which we exchange identifications, and then
// golang.org/x/crypto/ssh exchanges keys, believing that it does both. It keeps what
// the server sends, because the library does not reveal the server's lists.
type wire struct {
	net.Conn
	in     *bufio.Reader
	greets bool   // the library has not written our identification yet; it is swallowed
	line   []byte // what the library has not read yet of the server's identification
	seen   []byte // what the library has read after that
}

func newWire(c net.Conn) *wire { return &wire{Conn: c, in: bufio.NewReader(c)} }

func (w *wire) Read(p []byte) (int, error) {
	if len(w.line) > 0 {
		n := copy(p, w.line)
		w.line = w.line[n:]
		return n, nil
	}
	n, err := w.in.Read(p)
	w.seen = append(w.seen, p[:min(n, maxSeen-len(w.seen))]...)
	return n, err
}

func (w *wire) Write(p []byte) (int, error) {
	if w.greets && bytes.Equal(p, []byte(identification+"\r\n")) {
		w.greets = false
		return len(p), nil
	}
	return w.Conn.Write(p)
}

// libraryConn is a wire as the library gets it. Its Close ends the library's reads and
// leaves the connection open, so that we can close it without a reset. A goroutine of
// the library may call Close again after the exchange.
type libraryConn struct {
	*wire
	mu       sync.Mutex
	released bool
}

func (b *libraryConn) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.released {
		return nil
	}
	return b.SetReadDeadline(past)
}

func (b *libraryConn) release() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.released = true
}

// within runs run, which reads from and writes to the wire, and ends it with ctx or
// after limit (if 0, patience). After an error of the context the wire is unusable.
func (w *wire) within(ctx context.Context, limit time.Duration, run func() error) error {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(limit, patience))
	defer cancel()
	w.SetDeadline(time.Time{})
	stop := context.AfterFunc(ctx, func() { w.SetDeadline(past) })
	err := run()
	if !stop() {
		return ctx.Err()
	}
	return err
}

// greet sends our identification at once, as ssh does, because some servers wait for
// it, and reads the server's.
func (w *wire) greet(ctx context.Context, limit time.Duration) greeting {
	var g greeting
	err := w.within(ctx, limit, func() error {
		if _, err := io.WriteString(w.Conn, identification+"\r\n"); err != nil {
			return err
		}
		return g.read(w.in)
	})
	g.conclude(err)
	w.greets, w.line = true, g.line
	return g
}

// errShown ends a key exchange as soon as the key has been shown.
var errShown = errors.New("the host key has been shown")

// hostKey runs a key exchange for the first of the algorithms that the server has, up
// to the proof that the key is the server's. The key may be a certificate. Nothing in
// the certificate has been verified then.
func (w *wire) hostKey(ctx context.Context, limit time.Duration, algorithms []string) (ssh.PublicKey, error) {
	if len(w.line) > maxIdentification {
		return w.curveHostKey(ctx, limit, algorithms)
	}
	var shown ssh.PublicKey
	config := &ssh.ClientConfig{
		Config:            exchanges(),
		ClientVersion:     identification,
		HostKeyAlgorithms: algorithms,
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			shown = key
			return errShown
		},
	}
	conn := &libraryConn{wire: w}
	defer conn.release()
	err := w.within(ctx, limit, func() error {
		_, _, _, err := ssh.NewClientConn(conn, "", config)
		return err
	})
	switch {
	case errors.Is(err, errShown):
		return shown, nil
	case errors.Is(err, os.ErrDeadlineExceeded): // not the context's: the library closed after its last write failed
		return nil, io.ErrUnexpectedEOF
	}
	return nil, err
}

// hangUp leaves as few lines as possible in sshd's log: it closes its half, reads until
// the server has closed the other, and sends no SSH_MSG_DISCONNECT. sshd then logs
// one line at INFO, as for ssh-keyscan. A disconnect message would make it two, and
// closing while data is unread or on its way adds a "Connection reset by".
func (w *wire) hangUp(ctx context.Context) {
	defer w.Close()
	w.within(ctx, linger, func() error {
		if half, ok := w.Conn.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
		_, err := io.CopyN(io.Discard, w.Conn, maxSeen)
		return err
	})
}
