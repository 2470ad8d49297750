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
	// linger is how long a server may take to hang up after we have.
	linger = 500 * time.Millisecond

	// maxSeen is how much of what a server says is kept, in bytes. Its KEXINIT
	// comes first and is some 1,500 long.
	maxSeen = 64 << 10
)

// past is a deadline that ends what is under way.
var past = time.Unix(1, 0)

// wire is a connection on which the identifications are exchanged by us and the
// keys by golang.org/x/crypto/ssh, which believes to do both, and from which
// the server's own lists can be read: the library does not tell them.
type wire struct {
	net.Conn
	in     *bufio.Reader
	greets bool   // the library is yet to send our identification
	line   []byte // what the library is yet to read of the server's
	seen   []byte // what it has read behind that
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

// borrowed is a wire as the library has it: its Close ends what the library
// reads and leaves the connection to us, who close it without a reset. Some
// goroutine of the library may close once more when the exchange is over.
type borrowed struct {
	*wire
	mu   sync.Mutex
	over bool
}

func (b *borrowed) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return nil
	}
	return b.SetReadDeadline(past)
}

func (b *borrowed) giveBack() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
}

// within runs what reads and writes on the wire, and ends it with ctx or after
// limit, if 0 patience. The wire is of no use after an error of the context.
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

// greet sends our identification at once, as ssh does, for there are servers
// that wait for it, and reads the server's.
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

// hostKey makes the key exchange for the first of the algorithms that the server
// has, as far as the proof that the key is the server's, and no further. The
// key may be a certificate, about which nothing has been verified.
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
	lent := &borrowed{wire: w}
	defer lent.giveBack()
	err := w.within(ctx, limit, func() error {
		_, _, _, err := ssh.NewClientConn(lent, "", config)
		return err
	})
	switch {
	case errors.Is(err, errShown):
		return shown, nil
	case errors.Is(err, os.ErrDeadlineExceeded): // not the context's: the library closed, for its last write failed
		return nil, io.ErrUnexpectedEOF
	}
	return nil, err
}

// leave hangs up as the quietest of clients: it ends its half, reads on until
// the server has ended the other, and sends no SSH_MSG_DISCONNECT. sshd then
// logs one line at INFO, as for ssh-keyscan. A farewell would make it two, and
// closing while something is unread or on its way a "Connection reset by".
func (w *wire) leave(ctx context.Context) {
	defer w.Close()
	w.within(ctx, linger, func() error {
		if half, ok := w.Conn.(interface{ CloseWrite() error }); ok {
			half.CloseWrite()
		}
		_, err := io.CopyN(io.Discard, w.Conn, maxSeen)
		return err
	})
}
